"""Evaluation of events and of assessments (the results of one day) for one patient."""

from collections.abc import Sequence
from datetime import date

from dosepath.core.days import PartialDate
from dosepath.core.facts import Evidence, Fact, Need, NeedKind
from dosepath.core.verdict import Verdict, all_of, any_of
from dosepath.rules import nodes
from dosepath.rules.evaluation.evaluator import (
    NEVER,
    Answer,
    Evaluator,
    Found,
    Row,
    combined,
    conclude,
    truths,
    values,
)
from dosepath.rules.evaluation.scalars import ANY_DAY, later_of, need_of, possible_latest

# Events -----------------------------------------------------------------------------------------------------------------


@truths.of(nodes.Exists)
def _exists(evaluator: Evaluator, node: nodes.Exists) -> Answer:
    window, grounds = evaluator.window(node.window)
    facts = evaluator.facts(node.concept)
    if window is None:
        return Answer(Verdict.UNKNOWN, Evidence(facts, grounds.missing, grounds.notes))
    on = evaluator.situation.on
    answers: list[Answer] = []
    for fact in facts:
        first, last = fact.period.first_day(on), fact.period.last_day(on)
        inside = window.contains(first) if node.began else window.meets(first, last)
        answers.append(_matches(evaluator, node.where, fact, inside, f"{fact.period} may lie in {window} or not"))
    verdict = any_of(answer.verdict for answer in answers)
    if verdict is Verdict.MET:
        return combined(verdict, [answer for answer in answers if answer.verdict is Verdict.MET])
    doubts = evaluator.doubts_of_absence(node.concept, window)
    if verdict is Verdict.UNKNOWN or doubts.missing:
        needs = Evidence(missing=doubts.missing)
        return combined(Verdict.UNKNOWN, [*answers, Answer(Verdict.UNKNOWN, needs)])
    tables = ", ".join(table.value for table in evaluator.vocabulary.tables(node.concept))
    return combined(verdict, [*answers, Answer(verdict, Evidence(notes=(f"{tables} asserted to be complete",)))])


def _matches(evaluator: Evaluator, where: nodes.Truth | None, fact: Fact, inside: Verdict, doubt: str) -> Answer:
    evidence = Evidence((fact,))
    if inside is Verdict.NOT_MET:
        return Answer(inside, evidence)
    if inside is Verdict.UNKNOWN:
        evidence = Evidence((fact,), (Need(NeedKind.FACT, fact.concept, doubt),))
    if where is None:
        return Answer(inside, evidence)
    answer = evaluator.truth_of_row(where, _row_of(fact))
    return combined(all_of((inside, answer.verdict)), [Answer(inside, evidence), answer])


def _row_of(fact: Fact) -> Row:
    return Row(fact.day or ANY_DAY, {fact.concept: fact}, own=fact)


@truths.of(nodes.EveryRecorded)
def _every(evaluator: Evaluator, node: nodes.EveryRecorded) -> Answer:
    window, grounds = evaluator.window(node.window)
    if window is None:
        return Answer(Verdict.UNKNOWN, grounds)
    on = evaluator.situation.on
    answers: list[Answer] = []
    for fact in evaluator.facts(node.concept):
        if fact.period.meets(window, on) is Verdict.NOT_MET:
            continue
        answers.append(_matches(evaluator, node.where, fact, Verdict.MET, ""))
    if answers:
        return combined(all_of(answer.verdict for answer in answers), answers)
    doubts = evaluator.doubts_of_absence(node.concept, window)
    return conclude(Verdict.UNKNOWN if doubts.missing else Verdict.NOT_MET, doubts)


# Assessments ----------------------------------------------------------------------------------------------------------------


def assessments(
    evaluator: Evaluator, concepts: Sequence[str], window_of: nodes.WindowOf
) -> tuple[list[tuple[Row, Verdict]], Evidence]:
    """Gather the results of some concepts by day, the earliest first, with the verdict of lying in the window.

    Returns
    -------
    tuple
        Rows that lie in the window or may do so; and what is missing where there are none.
    """
    window, grounds = evaluator.window(window_of)
    if window is None:
        return [], grounds
    by_day: dict[PartialDate, dict[str, Fact]] = {}
    for concept in concepts:
        for fact in evaluator.facts(concept):
            day = fact.day or ANY_DAY
            if fact.absent or window.contains(day) is Verdict.NOT_MET:
                continue
            row = by_day.setdefault(day, {})
            row[concept] = later_of(row[concept], fact) if concept in row else fact
    rows: list[tuple[Row, Verdict]] = []
    previous: Row | None = None
    for day in sorted(by_day, key=lambda known: (known.earliest, known.latest)):
        facts = by_day[day]
        previous = Row(day, facts, own=facts.get(concepts[0]), previous=previous)
        rows.append((previous, window.contains(day)))
    if rows:
        return rows, grounds
    needs = tuple(need_of(evaluator, concept, f"no assessment on record dated {window}") for concept in concepts)
    return [], Evidence(grounds.used, (*grounds.missing, *needs), grounds.notes)


def _judged(evaluator: Evaluator, where: nodes.Truth, row: Row, inside: Verdict) -> Answer:
    facts = tuple(row.facts.values())
    evidence = Evidence(facts)
    if inside is Verdict.UNKNOWN:
        need = need_of(evaluator, facts[0].concept, f"'{row.day}' lies on both sides of a bound of the window")
        evidence = Evidence(facts, (need,))
    answer = evaluator.truth_of_row(where, row)
    return combined(all_of((inside, answer.verdict)), [Answer(inside, evidence), answer])


@truths.of(nodes.SomeAssessment)
def _some(evaluator: Evaluator, node: nodes.SomeAssessment) -> Answer:
    rows, evidence = assessments(evaluator, node.concepts, node.window)
    if not rows:
        return Answer(Verdict.UNKNOWN, evidence)
    answers = [_judged(evaluator, node.where, row, inside) for row, inside in rows]
    verdict = any_of(answer.verdict for answer in answers)
    if verdict is Verdict.NOT_MET and all(inside is Verdict.UNKNOWN for _, inside in rows):
        return combined(Verdict.UNKNOWN, answers)
    return combined(verdict, answers)


@truths.of(nodes.LatestAssessment)
def _at_latest(evaluator: Evaluator, node: nodes.LatestAssessment) -> Answer:
    rows, evidence = assessments(evaluator, node.concepts, node.window)
    if not rows:
        return Answer(Verdict.UNKNOWN, evidence)
    marks = {id(fact): row for row, _ in rows for fact in tuple(row.facts.values())[:1]}
    candidates = [(next(iter(row.facts.values())), inside) for row, inside in rows]
    options = possible_latest(candidates, earliest=False)
    doubt = Evidence(
        missing=(need_of(evaluator, node.concepts[0], "a date known in part leaves open which one counts"),)
    )
    mark = options[evaluator.choose(node, len(options), doubt)]
    if mark is None:
        return Answer(Verdict.UNKNOWN, doubt)
    return _judged(evaluator, node.where, marks[id(mark)], Verdict.MET)


@values.of(nodes.FirstDay)
def _first_day(evaluator: Evaluator, node: nodes.FirstDay) -> Found:
    rows, evidence = assessments(evaluator, node.concepts, node.window)
    if not rows:
        return Found(None, evidence=evidence)
    possible: date | None = None
    parts = [evidence]
    for row, inside in rows:
        answer = _judged(evaluator, node.where, row, inside)
        parts.append(answer.evidence)
        if answer.verdict is Verdict.MET:
            day = PartialDate(min(possible or row.day.earliest, row.day.earliest), row.day.latest)
            return Found(day, evidence=Evidence.joined(parts).without_needs())
        if answer.verdict is Verdict.UNKNOWN and possible is None:
            possible = row.day.earliest
    if possible is None:
        return Found(NEVER, evidence=Evidence.joined(parts).without_needs())
    return Found(PartialDate(possible, date.max), evidence=Evidence.joined(parts))
