"""The dated ladder, played over every outcome of every cohort, is the 3+3 design: its paths and exact probabilities."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import comb
from random import Random

import pytest

from dosepath.dosefinding.design import Action
from dosepath.dosefinding.exact import enumerate_design
from dosepath.safety.dlt_finding import DltEvent
from dosepath.safety.dlt_rule import DltRule, EventType, dlt_rule
from dosepath.trial.ladder.advice import Advice, advise
from dosepath.trial.ladder.patients import Product, ProductStatus, TrialPatient
from dosepath.trial.ladder.rule import FILLING
from dosepath.trial.ladder.settings import LadderSettings, ladder_settings
from dosepath.trial.library import open_trial

START = date(2027, 1, 4)
COHORT_DAYS = 40
TRUTH = (Fraction(1, 10), Fraction(1, 4), Fraction(2, 5))
PATHS = {"V1": 43, "V2": 118, "V3": 154, "V4": 43}


@lru_cache(maxsize=8)
def settings(variant: str) -> LadderSettings:
    levels = [{"level": 1, "dose": 0.5}, {"level": 2, "dose": 1.0}, {"level": 3, "dose": 2.0}]
    given = {"levels": levels, "variant": variant, "stagger_days": (0, 0), "board_review_for": []}
    return ladder_settings(open_trial("NCT06680388"), given)


@lru_cache(maxsize=1)
def rule() -> DltRule:
    return dlt_rule(open_trial("NCT06680388"))


def infused(number: int, level: int, day: date, *, dlt: bool) -> TrialPatient:
    event = DltEvent("e1", EventType.CRS, ((day + timedelta(days=3), 4), (day + timedelta(days=5), 0)))
    return TrialPatient(
        id=f"p{number:02}",
        arm="SLE",
        level=level,
        consent=day - timedelta(days=30),
        product=Product(ProductStatus.IN_SPEC, day),
        infusions=(day,),
        dose_fraction=Decimal(1),
        closing_visit=day + timedelta(days=28),
        events=(event,) if dlt else (),
    )


@dataclass(frozen=True)
class Path:
    patients: tuple[TrialPatient, ...]
    weight: Fraction
    end: Advice


def play(variant: str, patients: tuple[TrialPatient, ...], day: date, weight: Fraction) -> Iterator[Path]:
    """Play every outcome from here: all places of a cohort are filled on one day and seen to their end."""
    advice = advise(patients, (), settings(variant), rule(), day)
    if advice.action in (Action.COMPLETE, Action.STOP):
        yield Path(patients, weight, advice)
        return
    assert advice.action in FILLING, advice
    assert advice.level is not None
    assert advice.slots_open == 3
    assert advice.may_infuse_next_from == day
    rate = TRUTH[advice.level - 1]
    for dlts in range(4):
        cohort = tuple(infused(len(patients) + n, advice.level, day, dlt=n < dlts) for n in range(3))
        chance = comb(3, dlts) * rate**dlts * (1 - rate) ** (3 - dlts)
        yield from play(variant, patients + cohort, day + timedelta(days=COHORT_DAYS), weight * chance)


@pytest.mark.parametrize("variant", list(PATHS))
def test_paths_and_probabilities_are_those_of_the_design(variant: str) -> None:
    paths = list(play(variant, (), START, Fraction(1)))
    assert len(paths) == PATHS[variant]
    assert sum(path.weight for path in paths) == 1
    recommended: dict[int, Fraction] = defaultdict(Fraction)
    for path in paths:
        recommended[path.end.level or 0] += path.weight
        assert (path.end.mtd is None) == (path.end.label is None or path.end.label.value != "mtd_found")
    exact = enumerate_design(settings(variant).design).characteristics([float(rate) for rate in TRUTH])
    for level, chance in enumerate(exact.recommendation):
        assert abs(float(recommended[level]) - chance) < 1e-12
    patients = sum(path.weight * len(path.patients) for path in paths)
    assert abs(float(patients) - float(exact.patients.sum())) < 1e-12


def histories(number: int) -> Iterator[tuple[str, tuple[TrialPatient, ...], date]]:
    """Give ladders as they are met on the way: some patients pending, replaced, at any day."""
    for seed in range(number):
        random = Random(seed)
        variant = random.choice(list(PATHS))
        patients: tuple[TrialPatient, ...] = ()
        day = START
        for _ in range(random.randint(1, 14)):
            advice = advise(patients, (), settings(variant), rule(), day)
            if advice.level is not None and advice.may_infuse_next_from is not None and advice.slots_open:
                new = infused(len(patients), advice.level, day, dlt=random.random() < 0.3)
                patients = (*patients, replace(new, arm=random.choice(settings(variant).arms)))
                if random.random() < 0.1:
                    patients = (*patients[:-1], replace(patients[-1], dose_fraction=Decimal("0.5")))
            day += timedelta(days=random.choice([1, 7, 14, 30]))
            patients = tuple(_not_ahead(patient, day) for patient in patients)
        yield variant, patients, day


def _not_ahead(patient: TrialPatient, day: date) -> TrialPatient:
    infusion = patient.infusions[0]
    events = tuple(
        replace(event, grades=tuple(each for each in event.grades if isinstance(each[0], date) and each[0] <= day))
        for event in patient.events
    )
    planned = infusion + timedelta(days=28)
    late = [event for event in patient.events if len(event.grades) < 2]
    if late and day >= infusion + timedelta(days=5):
        events = (
            DltEvent("e1", EventType.CRS, ((infusion + timedelta(days=3), 4), (infusion + timedelta(days=5), 0))),
        )
    return replace(patient, events=events, closing_visit=planned if planned <= day else None)


def test_the_order_of_patients_never_matters() -> None:
    for variant, patients, day in histories(150):
        here = advise(patients, (), settings(variant), rule(), day)
        for seed in range(3):
            mixed = list(patients)
            Random(seed).shuffle(mixed)
            assert advise(mixed, (), settings(variant), rule(), day) == here


def test_shifting_all_dates_shifts_the_advice() -> None:
    for variant, patients, day in histories(80):
        here = advise(patients, (), settings(variant), rule(), day)
        by = timedelta(days=400)
        moved = advise([_shifted(patient, by) for patient in patients], (), settings(variant), rule(), day + by)
        assert (moved.action, moved.level, moved.slots_open, moved.flags) == (
            here.action,
            here.level,
            here.slots_open,
            here.flags,
        )
        for after, before in (
            (moved.may_infuse_next_from, here.may_infuse_next_from),
            (moved.decidable_on, here.decidable_on),
        ):
            assert after == (before and before + by)


def _shifted(patient: TrialPatient, by: timedelta) -> TrialPatient:
    return replace(
        patient,
        consent=patient.consent and patient.consent + by,
        product=replace(patient.product, released=patient.product.released and patient.product.released + by),
        infusions=tuple(day + by for day in patient.infusions),
        closing_visit=patient.closing_visit and patient.closing_visit + by,
        events=tuple(
            replace(event, grades=tuple((day + by, grade) for day, grade in event.grades if isinstance(day, date)))
            for event in patient.events
        ),
    )


def test_never_infuses_at_a_level_ruled_out_and_never_more_than_there_are_places() -> None:
    seen = 0
    for variant, patients, day in histories(150):
        advice = advise(patients, (), settings(variant), rule(), day)
        limit = settings(variant).design.tolerated
        if advice.action in FILLING:
            assert advice.level is not None
            count = advice.levels[advice.level]
            assert count.dlt <= limit
            assert count.counted + count.reserved + advice.slots_open <= 6
            seen += 1
    assert seen > 30


def test_one_more_dlt_never_goes_further_up() -> None:
    for variant, patients, day in histories(150):
        advice = advise(patients, (), settings(variant), rule(), day)
        by_patient: dict[str, dict[str, tuple[Action, int]]] = defaultdict(dict)
        for each in advice.what_if:
            by_patient[each.patient][each.state.value] = (each.action, each.level or 0)
        for verdicts in by_patient.values():
            assert verdicts["dlt"][1] <= verdicts["no_dlt"][1], (variant, verdicts)
