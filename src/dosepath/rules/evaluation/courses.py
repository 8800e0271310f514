"""Evaluation of drug courses for one patient: doses of a day, stretches of treatment, stable regimens.

Where dates or doses are known in part, two pictures are drawn: one that holds only what is certain and one that holds
all that is possible. What already holds in the certain picture is MET; what does not even hold in the possible one is
NOT_MET, if the list of drugs is complete; the rest is UNKNOWN.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TypeAlias

from dosepath.core.days import PartialDate, Span, Window, shift
from dosepath.core.facts import Evidence, Fact, Need, NeedKind, Period
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict, all_of
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
from dosepath.rules.evaluation.scalars import show

STRETCH_GAP = "stretch_gap_days"
"""Setting: the longest step, in days, from the last day of one course to the first day of the next that joins them."""

ONE_DAY = timedelta(days=1)

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


# Doses of a day ------------------------------------------------------------------------------------------------------------


@values.of(nodes.DailyDose)
def _daily_dose(evaluator: Evaluator, node: nodes.DailyDose) -> Found:
    if node.on is not None:
        found = evaluator.value(node.on)
        if not isinstance(found.value, PartialDate):
            return Found(None, evidence=found.evidence)
        return _dose_on(evaluator, node, found.value)
    window, grounds = evaluator.window(node.window) if node.window is not None else (None, Evidence())
    if window is None:
        return Found(None, evidence=grounds)
    return _highest_dose(evaluator, node, window)


def _dose_on(evaluator: Evaluator, node: nodes.DailyDose, day: PartialDate) -> Found:
    facts = evaluator.facts(node.drug)
    total, evidence, covered = _total_on(evaluator, node, Window(day, day), facts)
    if covered:
        return Found(total, "mg/d", evidence)
    doubts = evaluator.doubts_of_absence(node.drug, Window(day, day))
    if doubts.missing:
        return Found(None, evidence=Evidence.joined((evidence, doubts)))
    return Found(Interval.at(0), "mg/d", evidence)


def _total_on(
    evaluator: Evaluator, node: nodes.DailyDose, day: Window, facts: Iterable[Fact]
) -> tuple[Interval, Evidence, bool]:
    """Add the doses of one day; says whether any record covers it for certain or may do so."""
    total = Interval.at(0)
    parts: list[Evidence] = []
    on = evaluator.situation.on
    for fact in facts:
        covers = fact.period.meets(day, on)
        if covers is Verdict.NOT_MET:
            continue
        dose = _milligrams_a_day(evaluator, node.equivalence, fact)
        if dose is None:
            reason = fact.unusable or "the dose is not recorded"
            parts.append(Evidence((fact,), (Need(NeedKind.FACT, fact.concept, reason),)))
            total = total + Interval(Fraction(0), None)
        elif covers is Verdict.MET:
            parts.append(Evidence((fact,)))
            total = total + Interval.at(dose)
        else:
            need = Need(NeedKind.FACT, fact.concept, f"{fact.period}: it is not sure that it was given on that day")
            parts.append(Evidence((fact,), (need,)))
            total = total + Interval(Fraction(0), dose)
    return total, Evidence.joined(parts), bool(parts)


def _milligrams_a_day(evaluator: Evaluator, equivalence: str, fact: Fact) -> Fraction | None:
    if fact.dose is None or fact.times_per_day is None or fact.dose.unit != "mg":
        return None
    amount = fact.dose.value * fact.times_per_day
    if not equivalence:
        return amount
    factor = evaluator.vocabulary.catalog.equivalences[equivalence].factor(fact.concept)
    return None if factor is None else amount * factor


def _highest_dose(evaluator: Evaluator, node: nodes.DailyDose, window: Window) -> Found:
    facts = [
        fact
        for fact in evaluator.facts(node.drug)
        if fact.period.meets(window, evaluator.situation.on) is not Verdict.NOT_MET
    ]
    low, high = Fraction(0), Fraction(0)
    unbounded = False
    parts: list[Evidence] = [Evidence(tuple(facts))]
    for day in _days_of_change(evaluator, window, facts):
        exact = Window(PartialDate.on(day), PartialDate.on(day))
        total, evidence, _ = _total_on(evaluator, node, exact, facts)
        parts.append(evidence)
        low = max(low, total.low or Fraction(0))
        unbounded = unbounded or total.high is None
        high = max(high, total.high or Fraction(0))
    doubts = evaluator.doubts_of_absence(node.drug, window)
    if doubts.missing:
        unbounded = True
        parts.append(Evidence(missing=doubts.missing))
    highest = Interval(low, None if unbounded else high)
    notes = (f"highest daily dose {show(highest)} mg",) if facts else ()
    return Found(highest, "mg/d", Evidence.joined([*parts, Evidence(notes=notes)]))


def _days_of_change(evaluator: Evaluator, window: Window, facts: Iterable[Fact]) -> list[date]:
    """List the days of a window on which the total may be highest: its own bounds and each first and last day."""
    on = evaluator.situation.on
    first = window.start.earliest if window.start else date.min
    last = min(window.end.latest if window.end else on, on)
    days = {first, last}
    for fact in facts:
        for bound in (fact.period.first_day(on), fact.period.last_day(on)):
            days.update((bound.earliest, bound.latest))
    return sorted(day for day in days if first <= day <= last)


@values.of(nodes.TotalDose)
def _total_dose(evaluator: Evaluator, node: nodes.TotalDose) -> Found:
    window, grounds = evaluator.window(node.window)
    if window is None:
        return Found(None, evidence=grounds)
    total = Interval.at(0)
    facts: list[Fact] = []
    needs: list[Need] = []
    for fact in evaluator.facts(node.drug):
        if fact.period.meets(window, evaluator.situation.on) is Verdict.NOT_MET:
            continue
        facts.append(fact)
        dose = _milligrams_a_day(evaluator, node.equivalence, fact)
        possible = _bounds(evaluator, window, fact.period, certain=False)
        certain = _bounds(evaluator, window, fact.period, certain=True)
        if dose is None or possible is None:
            needs.append(Need(NeedKind.FACT, fact.concept, fact.unusable or "the dose is not recorded"))
            total = total + Interval(Fraction(0), None)
            continue
        most = dose * ((possible.last - possible.first).days + 1)
        least = dose * ((certain.last - certain.first).days + 1) if certain is not None else Fraction(0)
        if least != most:
            needs.append(Need(NeedKind.FACT, fact.concept, f"{fact.period}: its days are known in part"))
        total = total + Interval(least, most)
    doubts = evaluator.doubts_of_absence(node.drug, window)
    if doubts.missing:
        total = Interval(total.low, None)
    return Found(total, "mg", Evidence(tuple(facts), (*needs, *doubts.missing)))


# Stretches -----------------------------------------------------------------------------------------------------------------


def _bounds(evaluator: Evaluator, window: Window, period: Period, *, certain: bool) -> Stretch | None:
    """Give the days of a course inside a window, those that are certain or those that are possible."""
    on = evaluator.situation.on
    first, last = period.first_day(on), period.last_day(on)
    lowest, highest = first.earliest, last.latest
    if certain:
        lowest, highest = first.latest, last.earliest
    end = min(window.end.earliest if window.end and certain else window.end.latest if window.end else on, on)
    start = (window.start.latest if certain else window.start.earliest) if window.start else date.min
    lowest, highest = max(lowest, start), min(highest, end)
    return Stretch(lowest, highest) if lowest <= highest else None


def _joined(evaluator: Evaluator, stretches: Iterable[Stretch]) -> list[Stretch]:
    """Join stretches that overlap or follow each other without a break."""
    gap = timedelta(days=int(evaluator.situation.settings.get(STRETCH_GAP, Fraction(1))))
    joined: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda known: (known.first, known.last)):
        if joined and stretch.first <= _plus(joined[-1].last, gap):
            joined[-1] = Stretch(joined[-1].first, max(joined[-1].last, stretch.last))
        else:
            joined.append(stretch)
    return joined


def _plus(day: date, step: timedelta) -> date:
    return date.max if date.max - day < step else day + step


def _stretches(evaluator: Evaluator, window: Window, facts: Iterable[Fact], *, certain: bool) -> list[Stretch]:
    bounded = (_bounds(evaluator, window, fact.period, certain=certain) for fact in facts)
    return _joined(evaluator, [stretch for stretch in bounded if stretch is not None])


@truths.of(nodes.Lasted)
def _lasted(evaluator: Evaluator, node: nodes.Lasted) -> Answer:
    return _two_pictures(evaluator, (node.drug,), node.span, node.window, _treated)


@truths.of(nodes.LastedTogether)
def _lasted_together(evaluator: Evaluator, node: nodes.LastedTogether) -> Answer:
    return _two_pictures(evaluator, node.drugs, node.span, node.window, _treated_together)


@truths.of(nodes.Spanned)
def _spanned(evaluator: Evaluator, node: nodes.Spanned) -> Answer:
    return _two_pictures(evaluator, node.drugs, node.span, node.window, _first_to_last)


@truths.of(nodes.SeveralLasted)
def _several_lasted(evaluator: Evaluator, node: nodes.SeveralLasted) -> Answer:
    single = [
        nodes.Lasted(leaf, node.span, node.window)
        for leaf in evaluator.vocabulary.terms[node.drug].members or (node.drug,)
        if evaluator.facts(leaf)
    ]
    answers = [evaluator.truth(item) for item in single]
    met = sum(answer.verdict is Verdict.MET for answer in answers)
    if met >= node.count:
        return combined(Verdict.MET, [answer for answer in answers if answer.verdict is Verdict.MET])
    window, grounds = evaluator.window(node.window)
    doubts = evaluator.doubts_of_absence(node.drug, window) if window is not None else grounds
    unsure = sum(answer.verdict is Verdict.UNKNOWN for answer in answers)
    if doubts.missing or met + unsure >= node.count:
        return combined(Verdict.UNKNOWN, [*answers, Answer(Verdict.UNKNOWN, Evidence(missing=doubts.missing))])
    return combined(Verdict.NOT_MET, answers)


def _two_pictures(
    evaluator: Evaluator, drugs: Sequence[str], span_of: nodes.SpanOf, window_of: nodes.WindowOf, picture: Picture
) -> Answer:
    window, grounds = evaluator.window(window_of)
    span, more = evaluator.span(span_of)
    if window is None or span is None:
        return Answer(Verdict.UNKNOWN, Evidence.joined((grounds, more)))
    by_drug = [evaluator.facts(drug) for drug in drugs]
    used = Evidence(tuple(fact for facts in by_drug for fact in facts))
    for certain in (True, False):
        if any(stretch.lasts(span) for stretch in picture(evaluator, window, by_drug, certain)):
            if certain:
                return conclude(Verdict.MET, used)
            needs = tuple(
                Need(NeedKind.FACT, fact.concept, f"{fact.period}: its days are known in part")
                for fact in used.used
                if _vague(fact.period, evaluator.situation.on)
            )
            return conclude(Verdict.UNKNOWN, Evidence(used.used, needs))
    missing = [evaluator.doubts_of_absence(drug, window) for drug in drugs]
    doubts = Evidence.joined([used, *missing])
    return conclude(Verdict.UNKNOWN if doubts.missing else Verdict.NOT_MET, doubts)


def _vague(period: Period, on: date) -> bool:
    return not (period.first_day(on).exact and period.last_day(on).exact)


def _treated(evaluator: Evaluator, window: Window, by_drug: Sequence[Sequence[Fact]], certain: bool) -> list[Stretch]:
    return _stretches(evaluator, window, by_drug[0], certain=certain)


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
    on = evaluator.situation.on
    first: date | None = None
    last: date | None = None
    for fact in (fact for facts in by_drug for fact in facts):
        begin, end = fact.period.first_day(on), fact.period.last_day(on)
        if window.meets(begin, end) is Verdict.NOT_MET:
            continue
        begins, ends = (begin.latest, end.earliest) if certain else (begin.earliest, end.latest)
        first = begins if first is None else min(first, begins)
        last = ends if last is None else max(last, ends)
    if first is None or last is None:
        return []
    return [Stretch(first, min(last, window.end.latest if window.end else on, on))]


@values.of(nodes.TogetherReached)
def _together_reached(evaluator: Evaluator, node: nodes.TogetherReached) -> Found:
    window, grounds = evaluator.window(node.window)
    span, more = evaluator.span(node.span)
    if window is None or span is None:
        return Found(None, evidence=Evidence.joined((grounds, more)))
    by_drug = [evaluator.facts(drug) for drug in node.drugs]
    used = Evidence(tuple(fact for facts in by_drug for fact in facts))
    reached: list[date | None] = []
    for certain in (False, True):
        days = [
            shift(stretch.first, span)
            for stretch in _treated_together(evaluator, window, by_drug, certain)
            if stretch.lasts(span)
        ]
        reached.append(min(days, default=None))
    earliest, latest = reached
    doubts = Evidence.joined(evaluator.doubts_of_absence(drug, window) for drug in node.drugs)
    if earliest is None:
        if doubts.missing:
            return Found(None, evidence=Evidence.joined((used, doubts)))
        return Found(NEVER, evidence=used)
    return Found(PartialDate(earliest, latest or date.max), evidence=used)


# Regimens ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Dosed:
    """A stretch on one dose of one line of a regimen; the dose is None where it is not known."""

    line: int
    stretch: Stretch
    dose: Fraction | None


@truths.of(nodes.WithinCap)
def _within_cap(evaluator: Evaluator, node: nodes.WithinCap) -> Answer:
    window, grounds = evaluator.window(node.window)
    span, more = evaluator.span(node.span)
    if window is None or span is None:
        return Answer(Verdict.UNKNOWN, Evidence.joined((grounds, more)))
    line = next(item for item in evaluator.vocabulary.regimens[node.regimen] if item.name == node.line)
    facts = evaluator.facts(line.drug)
    used = Evidence(facts)
    if not facts:
        doubts = evaluator.doubts_of_absence(line.drug, window)
        return conclude(Verdict.UNKNOWN if doubts.missing else Verdict.NOT_MET, doubts)
    parts: list[Evidence] = [used]
    for certain in (True, False):
        kept: list[Stretch] = []
        for dosed in _by_dose(evaluator, window, 0, line.equivalence, facts, certain=certain):
            answer = _cap_holds(evaluator, node.cap, dosed.dose, facts)
            if answer.verdict is Verdict.MET or (not certain and answer.verdict is Verdict.UNKNOWN):
                kept.append(dosed.stretch)
            parts.append(answer.evidence)
        if any(stretch.lasts(span) for stretch in _joined(evaluator, kept)):
            if certain:
                return conclude(Verdict.MET, used)
            return conclude(Verdict.UNKNOWN, _with_vague_days(evaluator, parts, facts))
    return conclude(Verdict.NOT_MET, used)


def _with_vague_days(evaluator: Evaluator, parts: Sequence[Evidence], facts: Iterable[Fact]) -> Evidence:
    needs = tuple(
        Need(NeedKind.FACT, fact.concept, f"{fact.period}: its days are known in part")
        for fact in facts
        if _vague(fact.period, evaluator.situation.on)
    )
    return Evidence.joined([*parts, Evidence(missing=needs)])


def _cap_holds(evaluator: Evaluator, cap: nodes.Truth | None, dose: Fraction | None, facts: Sequence[Fact]) -> Answer:
    """Judge the cap of a line for a dose, in milligrams a day."""
    if cap is None:
        return Answer(Verdict.MET)
    model = facts[0]
    reason = next((fact.unusable for fact in facts if fact.dose is None and fact.unusable), "")
    row = Fact(
        model.concept,
        model.period,
        model.source,
        dose=None if dose is None else Quantity(dose, "mg"),
        times_per_day=Fraction(1),
        unusable=reason if dose is None else "",
    )
    answer = evaluator.truth_of_row(cap, Row(PartialDate.on(evaluator.situation.on), {}, own=row))
    shown = tuple(fact for fact in answer.evidence.used if fact is not row)
    return Answer(answer.verdict, Evidence(shown, answer.evidence.missing, answer.evidence.notes))


def _by_dose(
    evaluator: Evaluator, window: Window, line: int, equivalence: str, facts: Sequence[Fact], *, certain: bool
) -> list[_Dosed]:
    """Cut the treatment with one line of a regimen into stretches of one total daily dose each."""
    courses: list[tuple[Stretch, Fraction | None]] = []
    for fact in facts:
        stretch = _bounds(evaluator, window, fact.period, certain=certain)
        if stretch is not None:
            courses.append((stretch, _milligrams_a_day(evaluator, equivalence, fact)))
    pieces: list[_Dosed] = []
    for piece in _cut([stretch for stretch, _ in courses]):
        doses = [dose for stretch, dose in courses if stretch.first <= piece.first and piece.last <= stretch.last]
        if doses:
            known = [dose for dose in doses if dose is not None]
            total = sum(known, Fraction(0)) if len(known) == len(doses) else None
            pieces.append(_Dosed(line, piece, total))
    return _merged(evaluator, pieces)


def _cut(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Cut the calendar wherever one of the stretches begins or ends."""
    starts = sorted({day for item in stretches for day in (item.first, _plus(item.last, ONE_DAY))})
    return [Stretch(first, after - ONE_DAY) for first, after in zip(starts, starts[1:], strict=False)]


def _merged(evaluator: Evaluator, pieces: Sequence[_Dosed]) -> list[_Dosed]:
    gap = timedelta(days=int(evaluator.situation.settings.get(STRETCH_GAP, Fraction(1))))
    merged: list[_Dosed] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if last and last.dose == piece.dose and piece.stretch.first <= _plus(last.stretch.last, gap):
            merged[-1] = _Dosed(piece.line, Stretch(last.stretch.first, piece.stretch.last), piece.dose)
        else:
            merged.append(piece)
    return merged


@truths.of(nodes.StableRegimen)
def _stable_regimen(evaluator: Evaluator, node: nodes.StableRegimen) -> Answer:
    window, grounds = evaluator.window(node.window)
    span, more = evaluator.span(node.span)
    if window is None or span is None:
        return Answer(Verdict.UNKNOWN, Evidence.joined((grounds, more)))
    lines = evaluator.vocabulary.regimens[node.regimen]
    by_line = [evaluator.facts(line.drug) for line in lines]
    parts: list[Evidence] = [Evidence(tuple(fact for facts in by_line for fact in facts))]
    for certain in (True, False):
        dosed = [
            piece
            for index, (line, facts) in enumerate(zip(lines, by_line, strict=True))
            for piece in _by_dose(evaluator, window, index, line.equivalence, facts, certain=certain)
        ]
        for stretch, verdict, evidence in _unchanged(evaluator, node, dosed, by_line):
            possible = verdict is Verdict.MET or (not certain and verdict is Verdict.UNKNOWN)
            if not possible or not stretch.lasts(span) or not _reaches(evaluator, node, stretch, window):
                parts.append(evidence if verdict is Verdict.UNKNOWN else Evidence())
                continue
            if certain and not _cut_by_doubt(evaluator, stretch, by_line):
                return conclude(Verdict.MET, parts[0])
            needs = _with_vague_days(evaluator, [*parts, evidence], parts[0].used)
            if not certain:
                return conclude(Verdict.UNKNOWN, needs)
    doubts = Evidence.joined(evaluator.doubts_of_absence(line.drug, window) for line in lines)
    if doubts.missing:
        return conclude(Verdict.UNKNOWN, Evidence.joined([*parts, doubts]))
    return conclude(Verdict.NOT_MET, parts[0])


def _unchanged(
    evaluator: Evaluator, node: nodes.StableRegimen, dosed: Sequence[_Dosed], by_line: Sequence[Sequence[Fact]]
) -> Iterable[tuple[Stretch, Verdict, Evidence]]:
    """List the stretches over which no line of the regimen starts, stops or changes its dose."""
    pieces = [
        (piece, [item for item in dosed if item.stretch.first <= piece.first and piece.last <= item.stretch.last])
        for piece in _cut([item.stretch for item in dosed])
    ]
    for piece, items in pieces:
        if not items or (node.only_listed and _other_drug(evaluator, node, piece)):
            continue
        answers = [_cap_holds(evaluator, node.caps[item.line], item.dose, by_line[item.line]) for item in items]
        answer = combined(all_of(answer.verdict for answer in answers), answers)
        yield piece, answer.verdict, answer.evidence


def _other_drug(evaluator: Evaluator, node: nodes.StableRegimen, piece: Stretch) -> bool:
    listed = {
        leaf for line in evaluator.vocabulary.regimens[node.regimen] for leaf in evaluator.vocabulary.leaves(line.drug)
    }
    window = Window(PartialDate.on(piece.first), PartialDate.on(piece.last))
    return any(
        fact.concept not in listed and fact.period.meets(window, evaluator.situation.on) is not Verdict.NOT_MET
        for fact in evaluator.facts(node.only_listed)
    )


def _reaches(evaluator: Evaluator, node: nodes.StableRegimen, stretch: Stretch, window: Window) -> bool:
    if not node.to_end:
        return True
    end = min(window.end.latest if window.end else evaluator.situation.on, evaluator.situation.on)
    return stretch.last >= end


def _cut_by_doubt(evaluator: Evaluator, stretch: Stretch, by_line: Sequence[Sequence[Fact]]) -> bool:
    """Answer whether a start or an end that is known in part may fall inside the stretch."""
    on = evaluator.situation.on
    for fact in (fact for facts in by_line for fact in facts):
        for bound in (fact.period.first_day(on), fact.period.last_day(on)):
            if not bound.exact and bound.latest > stretch.first and bound.earliest < stretch.last:
                certain_inside = fact.period.first_day(on).latest <= stretch.first
                certain_inside = certain_inside and fact.period.last_day(on).earliest >= stretch.last
                if not certain_inside:
                    return True
    return False
