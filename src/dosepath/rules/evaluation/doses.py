"""Evaluation of doses: of a day, the highest of a window, all of a window.

Where days or doses are known in part, and where the list of drugs may lack one, a dose is known between bounds.
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from dosepath.core import quantity
from dosepath.core.days import PartialDate, Window
from dosepath.core.facts import NOTHING, Evidence, Fact, Need, NeedKind
from dosepath.core.interval import Interval
from dosepath.core.verdict import Verdict
from dosepath.rules import nodes
from dosepath.rules.evaluation.answer import Found, join
from dosepath.rules.evaluation.arithmetic import show
from dosepath.rules.evaluation.evaluator import Evaluator, values


@values.of(nodes.DailyDose)
def _daily_dose(evaluator: Evaluator, node: nodes.DailyDose) -> Found:
    if node.on is not None:
        found = evaluator.value(node.on)
        if not isinstance(found.value, PartialDate):
            return Found(None, evidence=found.evidence, nothing=found.nothing)
        return _dose_on(evaluator, node, found.value, found.evidence)
    window, grounds = evaluator.window(node.window) if node.window is not None else (None, NOTHING)
    if window is None:
        return Found(None, evidence=grounds)
    return _highest_dose(evaluator, node, window, grounds)


def _dose_on(evaluator: Evaluator, node: nodes.DailyDose, day: PartialDate, grounds: Evidence) -> Found:
    """Add the doses of one day; a course that surely covers the day decides as it stands, also on an open list."""
    window = Window(day, day)
    facts = evaluator.facts(node.drug)
    total, evidence = _total_on(evaluator, node.equivalence, window, facts)
    if any(evaluator.inside(window, *evaluator.days_of(fact)) is Verdict.MET for fact in facts):
        return Found(total, "mg/d", join(grounds, evidence))
    return _bounded(evaluator, node.drug, window, total, "mg/d", join(grounds, evidence))


def _bounded(evaluator: Evaluator, drug: str, window: Window, total: Interval, unit: str, evidence: Evidence) -> Found:
    """Leave a total open above where the list of drugs may lack one."""
    doubts = evaluator.doubts_of_absence(drug, window)
    if doubts.missing:
        return Found(Interval(total.low, None, total.low_open), unit, join(evidence, doubts))
    return Found(total, unit, join(evidence, evaluator.closed(drug)))


def _total_on(evaluator: Evaluator, equivalence: str, day: Window, facts: Iterable[Fact]) -> tuple[Interval, Evidence]:
    """Add the doses of one day."""
    total = Interval.at(0)
    parts: list[Evidence] = []
    for fact in facts:
        first, last = evaluator.days_of(fact)
        covers = evaluator.inside(day, first, last)
        if covers is Verdict.NOT_MET:
            continue
        dose = milligrams_a_day(evaluator, equivalence, fact)
        if dose is None:
            parts.append(Evidence((fact,), (_no_dose(fact),)))
            total = total + Interval(Fraction(0), None)
        elif covers is Verdict.MET:
            parts.append(Evidence((fact,)))
            total = total + Interval.at(dose)
        else:
            need = Need(NeedKind.FACT, fact.concept, f"{fact.period}: it is not sure that it was given on that day")
            parts.append(Evidence((fact,), (need,)))
            total = total + Interval(Fraction(0), dose)
    return total, join(*parts)


def _no_dose(fact: Fact) -> Need:
    return Need(NeedKind.FACT, fact.concept, fact.unusable or "the dose is not recorded")


def milligrams_a_day(evaluator: Evaluator, equivalence: str, fact: Fact) -> Fraction | None:
    """Give the daily dose of a record in milligrams of the drug that others are converted to; None when not known."""
    if fact.dose is None or fact.times_per_day is None:
        return None
    amount = fact.dose.value * fact.times_per_day
    if fact.dose.unit != "mg":
        if not quantity.convertible(fact.dose.unit, "mg"):
            return None
        amount *= quantity.factor(fact.dose.unit, "mg")
    if not equivalence:
        return amount
    factor = evaluator.vocabulary.catalog.equivalences[equivalence].factor(fact.concept)
    return None if factor is None else amount * factor


def _highest_dose(evaluator: Evaluator, node: nodes.DailyDose, window: Window, grounds: Evidence) -> Found:
    """Bound the highest daily dose: from below by what was surely given, from above by what may have been."""
    low, high = Fraction(0), Fraction(0)
    unbounded = False
    parts: list[Evidence] = [grounds]
    facts: list[Fact] = []
    for fact in evaluator.facts(node.drug):
        inside = evaluator.inside(window, *evaluator.days_of(fact))
        if inside is Verdict.NOT_MET:
            continue
        facts.append(fact)
        dose = milligrams_a_day(evaluator, node.equivalence, fact)
        if dose is not None and inside is Verdict.MET:
            low = max(low, dose)
    for day in _days_of_change(evaluator, window, facts):
        known = PartialDate.on(day)
        total, evidence = _total_on(evaluator, node.equivalence, Window(known, known), facts)
        parts.append(evidence)
        if window.contains(known) is Verdict.MET:
            low = max(low, total.low or Fraction(0))
        unbounded = unbounded or total.high is None
        high = max(high, total.high or Fraction(0))
    found = _bounded(evaluator, node.drug, window, Interval(low, None if unbounded else high), "mg/d", join(*parts))
    if not facts or not isinstance(found.value, Interval):
        return found
    if found.value == Interval(Fraction(0), None):
        return found
    note = Evidence(notes=(f"highest daily dose {show(found.value)} mg",))
    return Found(found.value, "mg/d", join(found.evidence, note))


def _days_of_change(evaluator: Evaluator, window: Window, facts: Iterable[Fact]) -> list[date]:
    """List the days of a window on which the total may be highest: the bounds of the window and of each record."""
    on = evaluator.situation.on
    bounds = [bound for bound in (window.start, window.end) if bound is not None]
    for fact in facts:
        bounds.extend(evaluator.days_of(fact))
    first = window.start.earliest if window.start else date.min
    last = min(window.end.latest if window.end else on, on)
    days = {day for bound in bounds for day in (bound.earliest, bound.latest)} | {last}
    return sorted(day for day in days if first <= day <= last)


@values.of(nodes.TotalDose)
def _total_dose(evaluator: Evaluator, node: nodes.TotalDose) -> Found:
    window, grounds = evaluator.window(node.window)
    if window is None:
        return Found(None, evidence=grounds)
    total = Interval.at(0)
    parts = [grounds]
    for fact in evaluator.facts(node.drug):
        inside = evaluator.inside(window, *evaluator.days_of(fact))
        if inside is Verdict.NOT_MET:
            continue
        dose = milligrams_a_day(evaluator, node.equivalence, fact)
        if dose is None:
            parts.append(Evidence((fact,), (_no_dose(fact),)))
            total = total + Interval(Fraction(0), None)
            continue
        least, most = _days_inside(evaluator, window, fact, surely=inside is Verdict.MET)
        needs = (Need(NeedKind.FACT, fact.concept, f"{fact.period}: its days are known in part"),)
        parts.append(Evidence((fact,), () if least == most else needs))
        total = total + Interval(dose * least, dose * most)
    return _bounded(evaluator, node.drug, window, total, "mg", join(*parts))


def _days_inside(evaluator: Evaluator, window: Window, fact: Fact, *, surely: bool) -> tuple[int, int]:
    """Count the days of a record inside a window: at least, at most."""
    on = evaluator.situation.on
    first, last = evaluator.days_of(fact)
    starts = (window.start.earliest, window.start.latest) if window.start else (date.min, date.min)
    ends = (window.end.latest, window.end.earliest) if window.end else (on, on)
    most = (min(last.latest, ends[0], on) - max(first.earliest, starts[0])).days + 1
    least = (min(last.earliest, ends[1], on) - max(first.latest, starts[1])).days + 1
    return max(least, 1 if surely else 0), max(most, 1 if surely else 0)
