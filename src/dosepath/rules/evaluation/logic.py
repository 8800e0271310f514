"""Evaluation of Kleene's logic, and of the three nodes that ask what is known rather than what is true.

`is true`, `first_known` and `any_recorded` judge their operands apart, each in all its cases: an operand that is MET in
one case and NOT_MET in another is not known.
"""

from dosepath.core.facts import Evidence
from dosepath.core.verdict import Verdict, all_of, any_of, at_least, negate, verdict_of
from dosepath.rules import nodes
from dosepath.rules.evaluation.answer import Answer, combined
from dosepath.rules.evaluation.evaluator import Evaluator, truths


@truths.of(nodes.And)
def _and(evaluator: Evaluator, node: nodes.And) -> Answer:
    answers = [evaluator.truth(operand) for operand in node.operands]
    return combined(all_of(answer.verdict for answer in answers), answers)


@truths.of(nodes.Or)
def _or(evaluator: Evaluator, node: nodes.Or) -> Answer:
    answers = [evaluator.truth(operand) for operand in node.operands]
    return combined(any_of(answer.verdict for answer in answers), answers)


@truths.of(nodes.Not)
def _not(evaluator: Evaluator, node: nodes.Not) -> Answer:
    answer = evaluator.truth(node.operand)
    return Answer(negate(answer.verdict), answer.evidence)


@truths.of(nodes.AtLeast)
def _at_least(evaluator: Evaluator, node: nodes.AtLeast) -> Answer:
    answers = [evaluator.truth(operand) for operand in node.operands]
    return combined(at_least(node.count, (answer.verdict for answer in answers)), answers)


@truths.of(nodes.IsTrue)
def _is_true(evaluator: Evaluator, node: nodes.IsTrue) -> Answer:
    answer = evaluator.judge(node.operand)
    return Answer(verdict_of(answer.verdict is Verdict.MET), answer.evidence.without_needs())


@truths.of(nodes.FirstKnown)
def _first_known(evaluator: Evaluator, node: nodes.FirstKnown) -> Answer:
    answers: list[Answer] = []
    for operand in node.operands:
        answers.append(evaluator.judge(operand))
        if answers[-1].verdict.decided:
            break
    return combined(answers[-1].verdict, answers)


@truths.of(nodes.AnyRecorded)
def _any_recorded(evaluator: Evaluator, node: nodes.AnyRecorded) -> Answer:
    answers = [evaluator.judge(operand) for operand in node.operands]
    recorded = [answer for answer in answers if answer.verdict.decided or answer.evidence.used]
    if not recorded:
        return combined(Verdict.UNKNOWN, answers)
    return combined(any_of(answer.verdict for answer in recorded), recorded)


@truths.of(nodes.CriterionRef)
def _criterion(evaluator: Evaluator, node: nodes.CriterionRef) -> Answer:
    if evaluator.criterion is None:
        return Answer(Verdict.UNKNOWN, Evidence(notes=(f"{node.id} is not judged here",)))
    outer, evaluator.row = evaluator.row, None
    try:
        return evaluator.criterion(node.id)
    finally:
        evaluator.row = outer


@truths.of(nodes.Named)
def _named(evaluator: Evaluator, node: nodes.Named) -> Answer:
    return evaluator.truth(node.meaning)
