"""Evaluation of assessments: the results of one day, judged together.

Results whose days are known in part may belong to one assessment or to several. Where that is open, an assessment
counts only as far as it holds either way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from dosepath.core.days import PartialDate, Window
from dosepath.core.facts import Evidence, Fact
from dosepath.core.verdict import Verdict, all_of, any_of
from dosepath.rules import nodes
from dosepath.rules.evaluation.answer import ANY_DAY, NEVER, Answer, Found, Row, combined, conclude, is_empty, join
from dosepath.rules.evaluation.evaluator import Evaluator, need_of, truths, values
from dosepath.rules.evaluation.results import last_of_day, possible_latest


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was found on one day.

    Parameters
    ----------
    row
        The results, by concept.
    inside
        Whether it lies in the window, MET or UNKNOWN.
    stands
        Whether it is one assessment of its own, MET; UNKNOWN where a result of a day known in part may replace or
        complete it.
    """

    row: Row
    inside: Verdict
    stands: Verdict

    @property
    def mark(self) -> Fact:
        """Any fact of the assessment."""
        return next(iter(self.row.facts.values()))


@dataclass(frozen=True, slots=True)
class History:
    """The assessments that lie in a window or may do so, the earliest first.

    `mixed` says that results of several concepts may belong together in more than one way.
    """

    assessments: tuple[Assessment, ...]
    evidence: Evidence
    window: Window | None
    mixed: bool = False

    @property
    def surely_some(self) -> bool:
        """Whether an assessment surely lies in the window."""
        return any(item.inside is Verdict.MET for item in self.assessments)


def history(evaluator: Evaluator, concepts: Sequence[str], window_of: nodes.WindowOf) -> History:
    """Gather the results of some concepts by day, the earliest first."""
    window, grounds = evaluator.window(window_of)
    if window is None:
        return History((), grounds, None)
    found: list[tuple[str, Fact, PartialDate, Verdict]] = []
    for concept in concepts:
        for fact in evaluator.facts(concept):
            day = fact.day or ANY_DAY
            inside = Verdict.NOT_MET if fact.absent else evaluator.inside(window, day, day)
            if inside is not Verdict.NOT_MET:
                found.append((concept, fact, day, inside))
    if not found:
        needs = tuple(need_of(evaluator, concept, f"no assessment on record dated {window}") for concept in concepts)
        return History((), join(grounds, Evidence(missing=needs)), window)
    rows = _rows(concepts, found)
    open_order = any(_overlap(one.day, other.day) for one, other in pairwise(rows))
    open_order = open_order or any(inside is Verdict.UNKNOWN for *_, inside in found)
    assessments: list[Assessment] = []
    previous: Row | None = None
    for row in rows:
        previous = replace(row, previous=previous, order_open=open_order)
        inside = evaluator.inside(window, row.day, row.day)
        assessments.append(Assessment(previous, inside, _stands(row, rows, single=len(concepts) == 1)))
    mixed = len(concepts) > 1 and any(item.stands is Verdict.UNKNOWN for item in assessments)
    return History(tuple(assessments), grounds, window, mixed)


def _rows(concepts: Sequence[str], found: Sequence[tuple[str, Fact, PartialDate, Verdict]]) -> list[Row]:
    """Put results of one exact day together; one of a day known in part stays alone."""
    exact: dict[date, dict[str, list[Fact]]] = {}
    rows: list[Row] = []
    for concept, fact, day, _ in found:
        if day.exact:
            exact.setdefault(day.earliest, {}).setdefault(concept, []).append(fact)
        else:
            rows.append(Row(day, concepts[0], {concept: fact}, own=fact if concept == concepts[0] else None))
    for known, by_concept in exact.items():
        facts = {concept: last_of_day(same_day) for concept, same_day in by_concept.items()}
        rows.append(Row(PartialDate.on(known), concepts[0], facts, own=facts.get(concepts[0])))
    return sorted(rows, key=lambda row: (row.day.earliest, row.day.latest))


def _overlap(one: PartialDate, other: PartialDate) -> bool:
    return one.earliest <= other.latest and other.earliest <= one.latest


def _stands(row: Row, rows: Sequence[Row], *, single: bool) -> Verdict:
    for other in rows:
        if other is row or not _overlap(row.day, other.day):
            continue
        if not single:
            return Verdict.UNKNOWN
        one, rival = next(iter(row.facts.values())), next(iter(other.facts.values()))
        if last_of_day((one, rival)) is rival:
            return Verdict.UNKNOWN
    return Verdict.MET


def _judged(evaluator: Evaluator, where: nodes.Truth, item: Assessment) -> Answer:
    """Judge a condition for an assessment that may lie outside the window or be no assessment of its own."""
    facts = tuple(item.row.facts.values())
    answers = [Answer(Verdict.MET, Evidence(facts))]
    for known, reason in (
        (item.inside, f"'{item.row.day}' lies on both sides of a bound of the window"),
        (item.stands, f"'{item.row.day}' leaves open which results belong together"),
    ):
        if known is Verdict.UNKNOWN:
            need = need_of(evaluator, facts[0].concept, reason)
            answers.append(Answer(known, Evidence(facts, (need,))))
    answers.append(evaluator.truth_of_row(where, item.row))
    return combined(all_of(answer.verdict for answer in answers), answers)


@truths.of(nodes.SomeAssessment)
def _some(evaluator: Evaluator, node: nodes.SomeAssessment) -> Answer:
    known = history(evaluator, node.concepts, node.window)
    if not known.assessments:
        none = known.window is not None and is_empty(known.window)
        return conclude(Verdict.NOT_MET if none else Verdict.UNKNOWN, known.evidence)
    answers = [_judged(evaluator, node.where, item) for item in known.assessments]
    verdict = any_of(answer.verdict for answer in answers)
    # Perhaps there is no assessment in the window, or two halves of one meet the condition together.
    if verdict is Verdict.NOT_MET and (known.mixed or not known.surely_some):
        reason = "days known in part leave open which assessments count"
        need = need_of(evaluator, known.assessments[0].mark.concept, reason)
        answers.append(Answer(Verdict.UNKNOWN, Evidence(missing=(need,))))
        verdict = Verdict.UNKNOWN
    return combined(verdict, [*answers, Answer(Verdict.MET, known.evidence)])


@truths.of(nodes.LatestAssessment)
def _at_latest(evaluator: Evaluator, node: nodes.LatestAssessment) -> Answer:
    known = history(evaluator, node.concepts, node.window)
    if not known.assessments:
        return Answer(Verdict.UNKNOWN, known.evidence)
    by_mark = {id(item.mark): item for item in known.assessments}
    options = possible_latest([(item.mark, item.inside) for item in known.assessments], earliest=False)

    def doubt() -> Evidence:
        reason = "a date known in part leaves open which assessment is the latest"
        return Evidence(missing=(need_of(evaluator, node.concepts[0], reason),))

    chosen = options[evaluator.choose(("assessment", node.concepts, known.window), len(options), doubt)]
    item = by_mark[id(chosen)] if chosen is not None else None
    if item is None or (known.mixed and item.stands is Verdict.UNKNOWN):
        return Answer(Verdict.UNKNOWN, join(known.evidence, doubt()))
    answer = _judged(evaluator, node.where, Assessment(item.row, Verdict.MET, Verdict.MET))
    return combined(answer.verdict, [answer, Answer(Verdict.MET, known.evidence)])


@values.of(nodes.FirstDay)
def _first_day(evaluator: Evaluator, node: nodes.FirstDay) -> Found:
    known = history(evaluator, node.concepts, node.window)
    if not known.assessments:
        return Found(None, evidence=known.evidence)
    possible: date | None = known.assessments[0].row.day.earliest if known.mixed else None
    parts = [known.evidence]
    for item in known.assessments:
        answer = _judged(evaluator, node.where, item)
        parts.append(answer.evidence)
        first = item.row.day.earliest
        if answer.verdict is Verdict.MET:
            day = PartialDate(first if possible is None else min(possible, first), item.row.day.latest)
            return Found(day, evidence=join(*parts).without_needs() if day.exact else join(*parts))
        if answer.verdict is Verdict.UNKNOWN and possible is None:
            possible = first
    evidence = join(*parts)
    if not known.surely_some:
        return Found(None, evidence=evidence)
    if possible is None:
        return Found(NEVER, evidence=evidence.without_needs())
    return Found(PartialDate(possible, date.max), evidence=evidence)
