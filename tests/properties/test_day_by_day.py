"""Courses and doses against a second, plain evaluation that goes through the calendar day by day.

Days and doses are known exactly and the list of drugs is complete, so that each question is answered by counting. The
cases are random but the same in every run.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest

from dosepath.core.days import PartialDate, Period
from dosepath.core.facts import Fact
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict, verdict_of
from tests.unit.rules.world import ALL_TABLES, ON, SETTINGS, World

TRIALS = 400
DAY = timedelta(days=1)
SPAN = timedelta(days=5)
WINDOWS = {
    "ever": (ON - 60 * DAY, ON),
    "within 12 days before screening": (ON - 12 * DAY, ON),
    "up to 6 days before screening": (ON - 60 * DAY, ON - 6 * DAY),
}
EQUIVALENT = {"pred": Fraction(1), "mepred": Fraction(5, 4), "dexa": Fraction(20, 3)}
STEROIDS = tuple(EQUIVALENT)
DRUGS = ("pred", "pred", "mepred", "hcq", "painkiller", "aza", "mmf")


class Calendar:
    """What was given on each day of a window."""

    def __init__(self, facts: Sequence[Fact], window: tuple[date, date], gap: int) -> None:
        first, last = window
        self.days = [first + count * DAY for count in range((last - first).days + 1)]
        self.facts = facts
        self.gap = gap * DAY

    def doses(self, drugs: Iterable[str], *, equivalent: bool = False) -> Mapping[date, Fraction]:
        """Sum the doses of each day on which any of the drugs was given."""
        found: dict[date, Fraction] = {}
        for fact in self.facts:
            if fact.concept not in drugs or fact.dose is None or fact.period.start is None:
                continue
            end = fact.period.end.latest if fact.period.end else ON
            dose = fact.dose.value * (EQUIVALENT[fact.concept] if equivalent else 1)
            for day in self.days:
                if fact.period.start.earliest <= day <= end:
                    found[day] = found.get(day, Fraction(0)) + dose
        return found

    def without_short_gaps(self, doses: Mapping[date, Fraction]) -> Mapping[date, Fraction]:
        """Let a dose go on through a gap that breaks no stretch, if it is the same after it."""
        found = dict(doses)
        days = sorted(doses)
        for before, after in pairwise(days):
            if after - before <= self.gap and doses[before] == doses[after]:
                found.update((day, doses[before]) for day in self.days if before < day < after)
        return found

    def stretches(self, days: Iterable[date], gap: timedelta | None = None) -> list[tuple[date, date]]:
        found: list[tuple[date, date]] = []
        for day in sorted(days):
            if found and day - found[-1][1] <= (self.gap if gap is None else gap):
                found[-1] = (found[-1][0], day)
            else:
                found.append((day, day))
        return found

    def filled(self, drugs: Iterable[str]) -> set[date]:
        """Give all days of the stretches of treatment with any of the drugs."""
        stretches = self.stretches(self.doses(drugs))
        return {day for day in self.days for first, last in stretches if first <= day <= last}

    def together(self, classes: Sequence[Iterable[str]]) -> list[tuple[date, date]]:
        return self.stretches(set.intersection(*(self.filled(drugs) for drugs in classes)), DAY)


def lasts(stretches: Iterable[tuple[date, date]]) -> bool:
    return any(first + SPAN <= last for first, last in stretches)


def lasted(known: Calendar) -> bool:
    return lasts(known.stretches(known.doses(STEROIDS)))


def lasted_together(known: Calendar) -> bool:
    return lasts(known.together([STEROIDS, ["aza"]]))


def spanned(known: Calendar) -> bool:
    days = known.doses([*STEROIDS, "aza"])
    return bool(days) and min(days) + SPAN <= max(days)


def several_lasted(known: Calendar) -> bool:
    return sum(lasts(known.stretches(known.doses([drug]))) for drug in ("aza", "mmf", "mtx")) >= 2


def reached(known: Calendar) -> bool:
    days = [first + SPAN for first, last in known.together([STEROIDS, ["aza"]]) if first + SPAN <= last]
    return bool(days) and min(days) <= ON - 4 * DAY


def daily_dose(known: Calendar) -> bool:
    everything = Calendar(known.facts, WINDOWS["ever"], 1)
    return everything.doses(STEROIDS, equivalent=True).get(ON - 3 * DAY, Fraction(0)) >= 15


def highest_daily_dose(known: Calendar) -> bool:
    return max(known.doses(STEROIDS, equivalent=True).values(), default=Fraction(0)) >= 30


def total_dose(known: Calendar) -> bool:
    return sum(known.doses(STEROIDS, equivalent=True).values(), Fraction(0)) >= 120


def within_cap(known: Calendar) -> bool:
    doses = known.doses(STEROIDS, equivalent=True)
    return lasts(known.stretches(day for day, dose in doses.items() if dose <= 20))


def unchanged(known: Calendar, others: Iterable[str] = ()) -> list[tuple[date, date]]:
    lines = (
        (known.without_short_gaps(known.doses(STEROIDS, equivalent=True)), Fraction(20)),
        (known.without_short_gaps(known.doses(["hcq"])), Fraction(400)),
        (known.without_short_gaps(known.doses(["painkiller"])), None),
        (known.without_short_gaps(known.doses(["aza"])), Fraction(120)),
    )
    besides = known.doses(others)
    found: list[tuple[date, date]] = []
    state: object = None
    for day in known.days:
        now = tuple(doses.get(day) for doses, _ in lines)
        fits = any(dose is not None for dose in now) and day not in besides
        fits = fits and all(
            dose is None or cap is None or dose <= cap for dose, (_, cap) in zip(now, lines, strict=True)
        )
        if fits and now == state:
            found[-1] = (found[-1][0], day)
        elif fits:
            found.append((day, day))
        state = now if fits else None
    return found


def stable(known: Calendar) -> bool:
    return lasts(unchanged(known))


def stable_to_end(known: Calendar) -> bool:
    return lasts(stretch for stretch in unchanged(known) if stretch[1] == known.days[-1])


def stable_alone(known: Calendar) -> bool:
    return lasts(unchanged(known, ["mmf", "mtx"]))


QUESTIONS = {
    "lasted(steroid, 5 days, {w})": lasted,
    "lasted_together([steroid, aza], 5 days, {w})": lasted_together,
    "spanned([steroid, aza], 5 days, {w})": spanned,
    "several_lasted(2, suppressant, 5 days, {w})": several_lasted,
    "reached([steroid, aza], 5 days, {w}) <= 4 days before screening": reached,
    "daily_dose(steroid as pred_eq, on 3 days before screening) >= 15 'mg/d'": daily_dose,
    "highest_daily_dose(steroid as pred_eq, {w}) >= 30 'mg/d'": highest_daily_dose,
    "total_dose(steroid as pred_eq, {w}) >= 120 'mg'": total_dose,
    "within_cap(standard.gc, 5 days, {w})": within_cap,
    "stable(standard, 5 days, {w})": stable,
    "stable_to_end(standard, 5 days, {w})": stable_to_end,
    "stable(standard, 5 days, {w}, suppressant)": stable_alone,
}


def some_courses(chance: random.Random) -> list[Fact]:
    facts = [Fact("weight", Period.at(PartialDate.on(ON)), "weight", Quantity(Fraction(60), "kg"))]
    for place in range(chance.randint(0, 5)):
        first = ON - chance.randint(0, 25) * DAY
        last = PartialDate.on(min(ON, first + chance.randint(0, 12) * DAY))
        ongoing = chance.random() < 0.2
        period = Period(PartialDate.on(first), None if ongoing else last, ongoing)
        dose = Quantity(Fraction(chance.choice([8, 10, 10, 10, 20, 120])), "mg")
        facts.append(Fact(chance.choice(DRUGS), period, f"f-{place}", dose=dose, times_per_day=Fraction(1)))
    return facts


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_answer_as_by_counting(question: str) -> None:
    chance = random.Random(question)
    seen: set[Verdict] = set()
    for _ in range(TRIALS):
        facts = some_courses(chance)
        window, gap = chance.choice(list(WINDOWS)), chance.choice([1, 1, 2, 4])
        world = World(complete=ALL_TABLES, settings={**SETTINGS, "stretch_gap_days": Fraction(gap)})
        answer = world.judge(question.replace("{w}", window), facts).verdict
        expected = verdict_of(QUESTIONS[question](Calendar(facts, WINDOWS[window], gap)))
        assert answer is expected, (window, gap, [f"{fact.concept} {fact.period} {fact.dose}" for fact in facts])
        seen.add(answer)
    assert seen == {Verdict.MET, Verdict.NOT_MET}
