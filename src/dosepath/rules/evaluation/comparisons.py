"""Evaluation of comparisons between numbers, answers and days."""

from collections.abc import Iterator

from dosepath.core.days import PartialDate, not_after
from dosepath.core.facts import BIRTH_DATE, NOTHING, Evidence, Need, NeedKind
from dosepath.core.interval import Interval, Operator
from dosepath.core.verdict import Verdict, all_of, negate, verdict_of
from dosepath.rules import nodes
from dosepath.rules.evaluation.answer import NEVER, Answer, Found, conclude, join
from dosepath.rules.evaluation.arithmetic import converted
from dosepath.rules.evaluation.evaluator import Evaluator, need_of, truths
from dosepath.rules.vocabulary import Kind


@truths.of(nodes.Compare)
def _compare(evaluator: Evaluator, node: nodes.Compare) -> Answer:
    left = evaluator.compared(node.left)
    limit = isinstance(node.right, nodes.LimitMultiple)
    right = _limit(node.right, left) if isinstance(node.right, nodes.LimitMultiple) else evaluator.compared(node.right)
    evidence = join(left.evidence, right.evidence, *_milestones((node.left, left), (node.right, right)))
    if left.nothing or right.nothing:
        return conclude(Verdict.NOT_MET, evidence)
    verdict = _compared(evaluator, node, left, right)
    if verdict is Verdict.UNKNOWN and not evidence.missing and not (limit and left.value is None):
        evidence = Evidence(evidence.used, (_not_decisive(evaluator, node, left, right),), evidence.notes)
    return conclude(verdict, evidence)


def _milestones(*sides: tuple[nodes.Scalar, Found]) -> Iterator[Evidence]:
    """State the dates of the trial that are compared themselves; no record holds them."""
    for node, found in sides:
        if isinstance(node, nodes.Anchor) and isinstance(found.value, PartialDate):
            yield Evidence(notes=(f"{node.name} {found.value}",))


def _compared(evaluator: Evaluator, node: nodes.Compare, left: Found, right: Found) -> Verdict:
    one, other = left.value, right.value
    if isinstance(one, Interval) and isinstance(other, Interval):
        return one.compare(node.operator, converted(other, right.unit, left.unit))
    if isinstance(one, PartialDate) and isinstance(other, PartialDate):
        return _compared_days(node.operator, one, other)
    if isinstance(one, str) and isinstance(other, str):
        return _compared_answers(evaluator, node, one, other)
    return Verdict.UNKNOWN


def _compared_days(operator: Operator, one: PartialDate, other: PartialDate) -> Verdict:
    match operator:
        case "<=":
            return not_after(one, other)
        case ">=":
            return not_after(other, one)
        case "<":
            return negate(not_after(other, one))
        case ">":
            return negate(not_after(one, other))
        case "=":
            return all_of((not_after(one, other), not_after(other, one)))
        case "!=":
            return negate(all_of((not_after(one, other), not_after(other, one))))


def _compared_answers(evaluator: Evaluator, node: nodes.Compare, one: str, other: str) -> Verdict:
    if node.operator in ("=", "!="):
        return verdict_of((one == other) is (node.operator == "="))
    order = _order(evaluator, node.left) or _order(evaluator, node.right)
    if one not in order or other not in order:
        return Verdict.UNKNOWN
    return Interval.at(order.index(one)).compare(node.operator, Interval.at(order.index(other)))


def _order(evaluator: Evaluator, node: nodes.Scalar) -> tuple[str, ...]:
    """Give the answers of an ordinal, the lowest first; none for what has no order."""
    while isinstance(node, nodes.NamedValue):
        node = node.meaning
    if not isinstance(node, nodes.Pick | nodes.RowValue):
        return ()
    term = evaluator.vocabulary.terms.get(node.concept or (evaluator.row.concept if evaluator.row else ""))
    return term.choices if term is not None and term.kind is Kind.ORDINAL else ()


def _not_decisive(evaluator: Evaluator, node: nodes.Compare, left: Found, right: Found) -> Need:
    fact = left.fact or right.fact
    if fact is not None:
        return need_of(evaluator, fact.concept, f"{fact.reported or 'what is on record'} does not decide it")
    subject = _subject(node.left) or _subject(node.right)
    return need_of(evaluator, subject, "what is on record leaves it open")


def _subject(node: nodes.Node) -> str:
    """Name the concept that a value is about; nothing where it is about none."""
    match node:
        case nodes.Pick(concept=concept) | nodes.RowValue(concept=concept):
            return concept
        case nodes.DailyDose(drug=drug) | nodes.TotalDose(drug=drug):
            return drug
        case nodes.FirstDay(concepts=concepts):
            return concepts[0]
        case nodes.TogetherReached(drugs=drugs):
            return drugs[0]
        case nodes.Age():
            return BIRTH_DATE
    return next((name for child in node.children() if (name := _subject(child))), "")


def _limit(node: nodes.LimitMultiple, result: Found) -> Found:
    """Read the limit of normal that is printed with a result."""
    if result.fact is None or result.value is None:
        return Found(None)
    limit = result.fact.uln if node.upper else result.fact.lln
    if limit is None:
        word = "upper" if node.upper else "lower"
        need = Need(NeedKind.LIMIT, result.fact.concept, f"no {word} limit of normal is printed with that result")
        return Found(None, evidence=Evidence(missing=(need,)))
    number = limit.value * node.factor
    return Found(Interval(number, number), limit.unit)


@truths.of(nodes.OneOf)
def _one_of(evaluator: Evaluator, node: nodes.OneOf) -> Answer:
    found = evaluator.compared(node.value)
    if found.nothing:
        return conclude(Verdict.NOT_MET, found.evidence)
    if not isinstance(found.value, str):
        return conclude(Verdict.UNKNOWN, found.evidence)
    return conclude(verdict_of(found.value in node.choices), found.evidence)


@truths.of(nodes.During)
def _during(evaluator: Evaluator, node: nodes.During) -> Answer:
    day = evaluator.compared(node.day)
    window, grounds = evaluator.window(node.window)
    evidence = join(day.evidence, grounds)
    if day.nothing:
        return conclude(Verdict.NOT_MET, evidence)
    if window is None or not isinstance(day.value, PartialDate):
        return conclude(Verdict.UNKNOWN, evidence)
    verdict = window.contains(day.value)
    if day.value == NEVER:
        verdict = Verdict.NOT_MET
    elif day.value.latest == NEVER.latest and verdict is Verdict.MET:
        verdict = Verdict.UNKNOWN
    if verdict is Verdict.UNKNOWN:
        subject = day.fact.concept if day.fact else _subject(node.day) or _subject(node.window)
        need = need_of(evaluator, subject, f"'{day.value}' lies on both sides of a bound of {window}")
        evidence = Evidence(evidence.used, (*evidence.missing, need), evidence.notes)
    return conclude(verdict, evidence)


@truths.of(nodes.Complete)
def _complete(evaluator: Evaluator, node: nodes.Complete) -> Answer:
    missing = evaluator.incomplete(node.concept)
    if not missing:
        return Answer(Verdict.MET, NOTHING)
    needs = tuple(Need(NeedKind.COMPLETE, table.value, "not asserted to be complete") for table in missing)
    return Answer(Verdict.UNKNOWN, Evidence(missing=needs))
