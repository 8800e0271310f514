"""Evaluation of drug courses: stretches of treatment, alone and together.

Where dates are known in part, two pictures are drawn: one that holds only what is certain and one that holds all that
is possible. What already holds in the certain picture is MET; what does not even hold in the possible one is NOT_MET,
if the list of drugs is complete; the rest is UNKNOWN.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TypeAlias

from dosepath.core.days import PartialDate, Span, Window, shift
from dosepath.core.facts import Evidence, Fact, Need, NeedKind
from dosepath.core.verdict import Verdict
from dosepath.rules import nodes
from dosepath.rules.evaluation.answer import NEVER, Answer, Found, combined, conclude, join
from dosepath.rules.evaluation.evaluator import Evaluator, truths, values

STRETCH_GAP = "stretch_gap_days"
"""Setting: the longest step, in days, from the last day of one course to the first day of the next that joins them."""

Picture: TypeAlias = Callable[[Evaluator, Window, Sequence[Sequence[Fact]], bool], list["Stretch"]]
"""Draws stretches of treatment with some drugs, only what is certain or all that is possible."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of treatment without a break, first and last day included."""

    first: date
    last: date

    def lasts(self, span: Span) -> bool:
        """Answer whether the stretch lasts at least a span: first day + span <= last day."""
        try:
            return shift(self.first, span) <= self.last
        except OverflowError:
            return False


def bounds_of(window: Window, on: date, *, certain: bool) -> tuple[date, date]:
    """Give the first and the last day of a window as seen on a day: the days surely inside, or all that may be."""
    start, end = window.start, window.end
    first = date.min if start is None else start.latest if certain else start.earliest
    last = on if end is None else end.earliest if certain else end.latest
    return first, min(last, on)


def _bounds(evaluator: Evaluator, window: Window, fact: Fact, *, certain: bool) -> Stretch | None:
    """Give the days of a course inside a window, those that are certain or those that are possible."""
    first, last = evaluator.days_of(fact)
    start, end = bounds_of(window, evaluator.situation.on, certain=certain)
    lowest = max(first.latest if certain else first.earliest, start)
    highest = min(last.earliest if certain else last.latest, end)
    return Stretch(lowest, highest) if lowest <= highest else None


def step(evaluator: Evaluator) -> timedelta:
    """Give the longest step from one course to the next that breaks no stretch."""
    return timedelta(days=max(1, int(evaluator.situation.settings.get(STRETCH_GAP, Fraction(1)))))


def joined(evaluator: Evaluator, stretches: Iterable[Stretch]) -> list[Stretch]:
    """Join stretches that overlap or follow each other without a break."""
    gap = step(evaluator)
    found: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda known: (known.first, known.last)):
        if found and stretch.first - found[-1].last <= gap:
            found[-1] = Stretch(found[-1].first, max(found[-1].last, stretch.last))
        else:
            found.append(stretch)
    return found


def _stretches(evaluator: Evaluator, window: Window, facts: Iterable[Fact], *, certain: bool) -> list[Stretch]:
    bounded = (_bounds(evaluator, window, fact, certain=certain) for fact in facts)
    return joined(evaluator, [stretch for stretch in bounded if stretch is not None])


@truths.of(nodes.Lasted)
def _lasted(evaluator: Evaluator, node: nodes.Lasted) -> Answer:
    return _two_pictures(evaluator, (node.drug,), node.span, node.window, _treated_together)


@truths.of(nodes.LastedTogether)
def _lasted_together(evaluator: Evaluator, node: nodes.LastedTogether) -> Answer:
    return _two_pictures(evaluator, node.drugs, node.span, node.window, _treated_together)


@truths.of(nodes.Spanned)
def _spanned(evaluator: Evaluator, node: nodes.Spanned) -> Answer:
    return _two_pictures(evaluator, node.drugs, node.span, node.window, _first_to_last)


@truths.of(nodes.SeveralLasted)
def _several_lasted(evaluator: Evaluator, node: nodes.SeveralLasted) -> Answer:
    answers = [
        _two_pictures(evaluator, (drug,), node.span, node.window, _treated_together)
        for drug in evaluator.vocabulary.terms[node.drug].members or (node.drug,)
        if evaluator.facts(drug)
    ]
    met = [answer for answer in answers if answer.verdict is Verdict.MET]
    if len(met) >= node.count:
        return combined(Verdict.MET, met)
    window, grounds = evaluator.window(node.window)
    doubts = evaluator.doubts_of_absence(node.drug, window) if window is not None else grounds
    unsure = sum(answer.verdict is Verdict.UNKNOWN for answer in answers)
    if doubts.missing or len(met) + unsure >= node.count:
        return combined(Verdict.UNKNOWN, [*answers, Answer(Verdict.UNKNOWN, doubts)])
    return combined(Verdict.NOT_MET, [*answers, Answer(Verdict.NOT_MET, evaluator.closed(node.drug))])


def _two_pictures(
    evaluator: Evaluator, drugs: Sequence[str], span_of: nodes.SpanOf, window_of: nodes.WindowOf, picture: Picture
) -> Answer:
    window, grounds = evaluator.window(window_of)
    span, more = evaluator.span(span_of)
    by_drug = [evaluator.facts(drug) for drug in drugs]
    used = Evidence(each_once(by_drug))
    if window is None or span is None:
        return Answer(Verdict.UNKNOWN, join(used, grounds, more))
    if any(stretch.lasts(span) for stretch in picture(evaluator, window, by_drug, True)):
        return conclude(Verdict.MET, join(used, grounds))
    if any(stretch.lasts(span) for stretch in picture(evaluator, window, by_drug, False)):
        return Answer(Verdict.UNKNOWN, join(used, known_in_part(evaluator, used.used), grounds))
    doubts = [evaluator.doubts_of_absence(drug, window) for drug in drugs]
    if any(doubt.missing for doubt in doubts):
        return conclude(Verdict.UNKNOWN, join(used, grounds, *doubts))
    return conclude(Verdict.NOT_MET, join(used, grounds, *map(evaluator.closed, drugs)))


def each_once(groups: Iterable[Iterable[Fact]]) -> tuple[Fact, ...]:
    """Give the facts of several groups, each once."""
    return tuple({id(fact): fact for facts in groups for fact in facts}.values())


def known_in_part(evaluator: Evaluator, facts: Iterable[Fact]) -> Evidence:
    """Name the courses of which the first or the last day is not known."""
    vague = (fact for fact in facts if not all(day.exact for day in evaluator.days_of(fact)))
    return Evidence(
        missing=tuple(Need(NeedKind.FACT, fact.concept, f"{fact.period}: its days are known in part") for fact in vague)
    )


def _treated_together(
    evaluator: Evaluator, window: Window, by_drug: Sequence[Sequence[Fact]], certain: bool
) -> list[Stretch]:
    together = [Stretch(date.min, date.max)]
    for facts in by_drug:
        treated = _stretches(evaluator, window, facts, certain=certain)
        overlaps = [Stretch(max(a.first, b.first), min(a.last, b.last)) for a in together for b in treated]
        together = [stretch for stretch in overlaps if stretch.first <= stretch.last]
    return together


def _first_to_last(
    evaluator: Evaluator, window: Window, by_drug: Sequence[Sequence[Fact]], certain: bool
) -> list[Stretch]:
    """Draw one stretch from the first day of treatment in a window to the last one."""
    bounded = [_reach(evaluator, window, fact, certain=certain) for facts in by_drug for fact in facts]
    days = [stretch for stretch in bounded if stretch is not None]
    if not days:
        return []
    first, last = min(stretch.first for stretch in days), max(stretch.last for stretch in days)
    return [Stretch(first, last)] if first <= last else []


def _reach(evaluator: Evaluator, window: Window, fact: Fact, *, certain: bool) -> Stretch | None:
    """Give the days by which a course has surely begun and until which it surely lasts, or those that may be.

    The first is not before the last where a course that lies in the window is known in part: together with others it
    still says how long treatment lasted.
    """
    first, last = evaluator.days_of(fact)
    inside = evaluator.inside(window, first, last)
    if inside is Verdict.NOT_MET or (certain and inside is not Verdict.MET):
        return None
    start, end = bounds_of(window, evaluator.situation.on, certain=certain)
    if certain:
        return Stretch(max(first.latest, start), min(last.earliest, end))
    return Stretch(max(first.earliest, start), min(last.latest, end))


@values.of(nodes.TogetherReached)
def _together_reached(evaluator: Evaluator, node: nodes.TogetherReached) -> Found:
    window, grounds = evaluator.window(node.window)
    span, more = evaluator.span(node.span)
    by_drug = [evaluator.facts(drug) for drug in node.drugs]
    used = Evidence(each_once(by_drug))
    if window is None or span is None:
        return Found(None, evidence=join(used, grounds, more))
    latest = _day_reached(span, _treated_together(evaluator, window, by_drug, True))
    earliest = _day_reached(span, _treated_together(evaluator, window, by_drug, False))
    if latest is not None:
        # What is certain is also possible.
        return Found(PartialDate(min(earliest or latest, latest), latest), evidence=join(used, grounds))
    doubts = join(*(evaluator.doubts_of_absence(drug, window) for drug in node.drugs))
    if doubts.missing:
        return Found(None, evidence=join(used, grounds, doubts))
    if earliest is None:
        return Found(NEVER, evidence=join(used, grounds))
    return Found(PartialDate(earliest, date.max), evidence=join(used, known_in_part(evaluator, used.used), grounds))


def _day_reached(span: Span, stretches: Iterable[Stretch]) -> date | None:
    return min((shift(stretch.first, span) for stretch in stretches if stretch.lasts(span)), default=None)
