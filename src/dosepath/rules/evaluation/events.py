"""Evaluation of what happened or was present, record by record."""

from dosepath.core.facts import NOTHING, Evidence, Fact, Need, NeedKind
from dosepath.core.verdict import Verdict, all_of, any_of, negate
from dosepath.rules import nodes
from dosepath.rules.evaluation.answer import Answer, Row, combined, conclude, is_empty, join
from dosepath.rules.evaluation.evaluator import Evaluator, truths


@truths.of(nodes.Exists)
def _exists(evaluator: Evaluator, node: nodes.Exists) -> Answer:
    window, grounds = evaluator.window(node.window)
    facts = evaluator.facts(node.concept)
    if window is None:
        return Answer(Verdict.UNKNOWN, join(Evidence(facts), grounds))
    answers: list[Answer] = []
    for fact in facts:
        first, last = evaluator.days_of(fact)
        inside = evaluator.inside(window, first, first if node.began else last)
        if inside is Verdict.NOT_MET:
            answers.append(Answer(inside, Evidence((fact,))))
            continue
        doubt = NOTHING
        if inside is Verdict.UNKNOWN:
            reason = f"{fact.period} may lie in {window} or not"
            doubt = Evidence((fact,), (Need(NeedKind.FACT, fact.concept, reason),))
        where = _of_record(evaluator, node.where, node.concept, fact)
        answers.append(combined(all_of((inside, where.verdict)), [Answer(inside, doubt), where]))
    verdict = any_of(answer.verdict for answer in answers)
    if verdict is Verdict.MET:
        return _with(combined(verdict, [answer for answer in answers if answer.verdict is Verdict.MET]), grounds)
    doubts = NOTHING if is_empty(window) else evaluator.doubts_of_absence(node.concept, window)
    if verdict is Verdict.UNKNOWN or doubts.missing:
        return _with(combined(Verdict.UNKNOWN, [*answers, Answer(Verdict.UNKNOWN, doubts)]), grounds)
    return _with(combined(verdict, [*answers, Answer(verdict, evaluator.closed(node.concept))]), grounds)


def _with(answer: Answer, grounds: Evidence) -> Answer:
    return conclude(answer.verdict, join(answer.evidence, grounds)) if grounds is not NOTHING else answer


def _of_record(evaluator: Evaluator, where: nodes.Truth | None, concept: str, fact: Fact) -> Answer:
    """Judge the condition for one record; without a condition the record stands."""
    own = Evidence((fact,))
    if where is None:
        return Answer(Verdict.MET, own)
    row = Row(evaluator.days_of(fact)[0], concept, {concept: fact, fact.concept: fact}, own=fact)
    answer = evaluator.truth_of_row(where, row)
    return Answer(answer.verdict, join(own, answer.evidence))


@truths.of(nodes.EveryRecorded)
def _every(evaluator: Evaluator, node: nodes.EveryRecorded) -> Answer:
    window, grounds = evaluator.window(node.window)
    if window is None:
        return Answer(Verdict.UNKNOWN, grounds)
    answers: list[Answer] = []
    surely_one, surely_none_fits = False, True
    for fact in evaluator.facts(node.concept):
        inside = evaluator.inside(window, *evaluator.days_of(fact))
        if inside is Verdict.NOT_MET:
            continue
        where = _of_record(evaluator, node.where, node.concept, fact)
        surely_one = surely_one or inside is Verdict.MET
        surely_none_fits = surely_none_fits and where.verdict is Verdict.NOT_MET
        if inside is Verdict.UNKNOWN:
            reason = f"{fact.period} may lie in {window} or not"
            doubt = Evidence((fact,), (Need(NeedKind.FACT, fact.concept, reason),))
            where = combined(any_of((negate(inside), where.verdict)), [Answer(inside, doubt), where])
        answers.append(where)
    verdict = all_of(answer.verdict for answer in answers)
    if surely_one:
        return _with(combined(verdict, answers), grounds)
    # Perhaps there is no record at all in the window: "no" where that can be relied on.
    doubts = NOTHING if is_empty(window) else evaluator.doubts_of_absence(node.concept, window)
    none = (
        Answer(Verdict.UNKNOWN, doubts)
        if doubts.missing
        else Answer(Verdict.NOT_MET, join(doubts, evaluator.closed(node.concept)))
    )
    return _with(combined(none.verdict if surely_none_fits else Verdict.UNKNOWN, [*answers, none]), grounds)
