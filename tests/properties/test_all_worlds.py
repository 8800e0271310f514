"""Days known in part: a verdict is decided only where every exact reading of the record decides it so.

Small worlds, so that all of them can be gone through: spans of a few days, at most sixty readings. The cases are random
but the same in every run.
"""

import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from fractions import Fraction

import pytest

from dosepath.core.days import PartialDate, Period
from dosepath.core.facts import Fact, Table
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict
from tests.properties.generate import changed
from tests.unit.rules.world import ON, SETTINGS, World

DAYS = 24
TRIALS = 250

RULES = {
    "courses": [
        "lasted(pred, 5 days, {w})",
        "lasted(steroid, 5 days, {w})",
        "lasted_together([pred, aza], 4 days, {w})",
        "spanned([pred, aza], 8 days, {w})",
        "several_lasted(2, suppressant, 3 days, {w})",
        "reached([pred, aza], 4 days, {w}) <= 5 days before screening",
        "reached([pred, aza], 4 days, {w}) > 5 days before screening",
    ],
    "regimens": [
        "stable(standard, 4 days, {w})",
        "stable_to_end(standard, 4 days, {w})",
        "stable(standard, 4 days, {w}, suppressant)",
        "within_cap(standard.gc, 4 days, {w})",
    ],
    "doses": [
        "daily_dose(steroid as pred_eq, on 5 days before screening) >= 15 'mg/d'",
        "daily_dose(steroid as pred_eq, on 5 days before screening) < 25 'mg/d'",
        "highest_daily_dose(steroid as pred_eq, {w}) >= 20 'mg/d'",
        "highest_daily_dose(steroid as pred_eq, {w}) < 35 'mg/d'",
        "total_dose(steroid as pred_eq, {w}) >= 60 'mg'",
        "total_dose(steroid as pred_eq, {w}) < 150 'mg'",
    ],
    "events": [
        "exists(cancer, {w})",
        "began(cancer, {w})",
        "exists(cancer, {w} where row_is(skin_cancer))",
        "exists(cancer, {w} where last_date <= 4 days before screening)",
        "exists(cancer, {w} where date during within 9 days before screening)",
        "every(cancer, {w} where row_is(skin_cancer))",
        "not every(cancer, {w} where date >= 8 days before screening)",
    ],
    "results": [
        "latest(total, {w}) >= 4",
        "earliest(total, {w}) >= 4",
        "latest(total, {w}) >= latest(clinical, {w})",
        "earliest(total, {w}, before date_of(latest(clinical, {w}))) >= 4",
        "date_of(latest(total, {w})) <= 6 days before screening",
        "latest(total, {w}) >= 4 or latest(total, {w}) < 4",
        "long_score.total >= 8 and long_score.clinical >= 4",
        "lupus_score.total >= 8 and lupus_score.clinical >= 4",
        "lupus_score.clinical < 4 or lupus_score.total >= 10",
    ],
    "assessments": [
        "some(total, {w} where value >= 4)",
        "at_latest(total, {w} where value >= 4)",
        "some([total, clinical], {w} where total >= 4 and clinical >= 4)",
        "not some([total, clinical], {w} where total >= 4 and clinical >= 4)",
        "some([total, clinical], {w} where total >= 4 is true and clinical >= 4 is true)",
        "at_latest([total, clinical], {w} where total >= 4 and clinical >= 4)",
        "some(total, {w} where value >= 4 and previous(total) >= 4)",
        "some(total, {w} where change(previous(total), value) >= 2)",
        "first(total, {w} where value = 0) <= 6 days before screening",
        "first([total, clinical], {w} where total >= 4 and clinical >= 4) >= 6 days before screening",
        "first(total, {w} where value = 0) during within 9 days before screening",
    ],
}
CONCEPTS = {
    "courses": ("pred", "pred", "mepred", "aza", "aza", "mmf"),
    "regimens": ("pred", "pred", "hcq", "painkiller", "mtx"),
    "doses": ("pred", "pred", "mepred", "dexa"),
    "events": ("skin_cancer", "lung_cancer"),
    "results": ("total", "total", "clinical"),
    "assessments": ("total", "total", "clinical"),
}
WINDOWS = (
    "ever",
    "within 12 days before screening",
    "up to 4 days before screening",
    "since 10 days before screening",
    "since date_of(latest(weight, ever)) up to screening",
    "up to date_of(latest(weight, ever))",
)


def vague(chance: random.Random, day: int, most: int) -> PartialDate:
    """Make a day so many days before today, or one of a few."""
    earliest = ON - timedelta(days=day)
    return PartialDate(earliest, earliest + timedelta(days=chance.choice([0, 0, 1, 2, most])))


def some_facts(chance: random.Random, family: str) -> list[Fact]:
    facts: list[Fact] = []
    for place in range(chance.randint(1, 4)):
        concept = chance.choice(CONCEPTS[family])
        first = vague(chance, chance.randint(0, DAYS), 3)
        if family in ("results", "assessments"):
            value = Quantity(Fraction(chance.choice([0, 2, 4, 8])), "1")
            facts.append(Fact(concept, Period.at(first), f"f-{place}", value, order=place))
            continue
        length = timedelta(days=chance.randint(3, 12))
        last = PartialDate(first.latest + length, first.latest + length + timedelta(days=chance.choice([0, 0, 1, 3])))
        period = Period(first, last) if chance.random() < 0.7 else Period(first, None, ongoing=chance.random() < 0.7)
        if family in ("events", "doses") and chance.random() < 0.3:
            period = Period.at(first)
        dose = chance.choice([5, 10, 10, 10, 20, None]) if concept != "painkiller" else None
        facts.append(
            Fact(
                concept,
                period,
                f"f-{place}",
                dose=None if dose is None else Quantity(Fraction(dose), "mg"),
                times_per_day=Fraction(1),
                order=place,
            )
        )
    return facts


def exact_readings(facts: Sequence[Fact]) -> Iterator[list[Fact]]:
    """Give every way to read the days of a record exactly."""
    for periods in itertools.product(*(list(exact_periods(fact.period)) for fact in facts)):
        yield [changed(fact, period=period) for fact, period in zip(facts, periods, strict=True)]


def exact_periods(period: Period) -> Iterator[Period]:
    assert period.start is not None
    if period.start == period.end:
        yield from (Period.at(day) for day in exact_days(period.start))
        return
    for start in exact_days(period.start):
        if period.ongoing:
            yield Period(start, None, ongoing=True)
            continue
        ends = PartialDate(start.earliest, max(start.earliest, ON)) if period.end is None else period.end
        yield from (Period(start, end) for end in exact_days(ends))


def exact_days(day: PartialDate) -> Iterator[PartialDate]:
    for count in range((day.latest - day.earliest).days + 1):
        yield PartialDate.on(day.earliest + timedelta(days=count))


def number_of_readings(facts: Sequence[Fact]) -> int:
    count = 1
    for fact in facts:
        count *= sum(1 for _ in exact_periods(fact.period))
    return count


@pytest.mark.parametrize(("family", "text"), [(family, text) for family, texts in RULES.items() for text in texts])
def test_decided_means_decided_in_every_reading(family: str, text: str) -> None:
    chance = random.Random(f"{family} {text}")
    decided = 0
    for _ in range(TRIALS):
        facts = some_facts(chance, family)
        gap = Fraction(chance.choice([1, 1, 1, 2, 4]))
        complete = chance.choice([frozenset(Table), frozenset(Table), frozenset()])
        world = World(complete=complete, settings={**SETTINGS, "stretch_gap_days": gap})
        rule = text.replace("{w}", chance.choice(WINDOWS))
        if "weight" in rule:
            weighed = Period.at(vague(chance, chance.randint(0, DAYS // 2), 2))
            facts.append(Fact("weight", weighed, "weight", Quantity(Fraction(60), "kg")))
        if number_of_readings(facts) > 60:
            continue
        verdict = world.judge(rule, facts).verdict
        if verdict is Verdict.UNKNOWN:
            continue
        decided += 1
        for reading in exact_readings(facts):
            assert world.judge(rule, reading).verdict is verdict, (rule, verdict, shown(facts), shown(reading))
    assert decided > TRIALS / 20


def shown(facts: Sequence[Fact]) -> str:
    return "; ".join(f"{fact.concept} {fact.period} {fact.value or fact.dose or ''}" for fact in facts)
