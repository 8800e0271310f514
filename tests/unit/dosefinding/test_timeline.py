"""Trials with time in them: days that can be counted by hand, and agreement with what has no time in it."""

import numpy as np
import pytest

from dosepath.core.errors import InputError
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.crm import Crm, Skeleton
from dosepath.dosefinding.design import Design
from dosepath.dosefinding.open_windows import OpenDesign
from dosepath.dosefinding.rolling_six import RollingSix
from dosepath.dosefinding.simulate import simulate
from dosepath.dosefinding.three_plus_three import variant
from dosepath.dosefinding.timeline import TimedTrials, simulate_in_time
from dosepath.dosefinding.timeline_open import simulate_open
from dosepath.dosefinding.timing import Timing
from dosepath.dosefinding.tite_boin import TiteBoin
from dosepath.dosefinding.tite_crm import TiteCrm
from tests.unit.dosefinding.test_design_laws import DESIGNS

TRUTH = [0.1, 0.25, 0.4]
EVERY_TEN = Timing(window=28, between_arrivals=10, regular=True)


def timed(timing: Timing, truth: list[float], design: Design | None = None, trials: int = 1) -> TimedTrials:
    return simulate_in_time(design or variant("V1", len(truth)), truth, timing, trials, seed=3)


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        # Patients come on days 10, 20, 30 ...; two doses, nobody has a DLT, the last outcome ends a cohort.
        ({}, 80 + 28),  # 10 20 30, known on 58; 60 70 80
        ({"review": 7}, 90 + 28),  # open from 65: 70 80 90
        ({"stagger": (28, 14)}, 140 + 28),  # 10, 40 (from 38), 60 (from 54), known on 88; 90 120 140
        ({"stagger": (28, 14), "waits": True}, 122 + 28),  # 10, 38, 52, known on 80; 80 108 122
        ({"waits": True}, 60 + 28),  # 10 20 30, known on 58; 58 58 60
        ({"window": 14}, 80 - 10 + 14),  # 10 20 30, known on 44; 50 60 70
    ],
)
def test_days_that_can_be_counted_by_hand(changes: dict[str, object], days: float) -> None:
    settings = {"window": 28, "between_arrivals": 10, "regular": True} | changes
    found = timed(Timing(**settings), [0.0, 0.0])  # type: ignore[arg-type]
    assert found.days.tolist() == [days]
    assert found.trials.treated.tolist() == [[3, 3]]


def test_a_trial_ends_with_the_last_dlt_not_with_the_window() -> None:
    early = timed(Timing(between_arrivals=10, regular=True, late=0.0), [1.0], trials=200)
    assert (early.days <= 30 + 14).all()
    assert (early.days > 30).any()
    late = timed(Timing(between_arrivals=10, regular=True, late=1.0), [1.0], trials=200)
    assert (late.days > 30 + 14 - 20).all()
    assert (late.days <= 30 + 28).all()
    assert late.days.mean() > early.days.mean() + 10
    assert early.trials.recommended.max() == 0


@pytest.mark.parametrize("design", DESIGNS.values(), ids=list(DESIGNS))
def test_with_nobody_inevaluable_time_changes_no_decision(design: Design) -> None:
    plain = simulate(design, TRUTH, 500, seed=8)
    found = simulate_in_time(design, TRUTH, Timing(stagger=(28, 14), review=7, backfill=2), 500, seed=8)
    assert (found.trials.recommended == plain.recommended).all()
    assert (found.trials.treated == plain.treated).all()
    assert (found.trials.dlts == plain.dlts).all()


def test_who_leaves_is_replaced_at_the_same_dose() -> None:
    quarter = Timing(between_arrivals=5, inevaluable=0.25)
    found = timed(quarter, [0.0, 0.0, 0.0], variant("V3", 3), trials=4000)
    assert (found.trials.treated == [3, 3, 6]).all()
    assert (found.trials.recommended == 3).all()
    # With nobody toxic each place takes 1 / (1 - 0.25) patients.
    wanted = np.array([3, 3, 6]) / 3
    assert np.abs(found.inevaluable.mean(axis=0) - wanted).max() < 0.1
    assert (found.enrolled == found.trials.treated.sum(axis=1) + found.inevaluable.sum(axis=1)).all()
    alone = timed(Timing(between_arrivals=5), [0.0, 0.0, 0.0], variant("V3", 3), trials=4000)
    assert found.days.mean() > alone.days.mean() + 5


def test_a_dlt_before_leaving_counts() -> None:
    found = timed(Timing(inevaluable=0.9, late=0.0), [1.0], trials=3000)
    # A DLT comes on day 0 to 14, leaving on day 0 to 28 for nine in ten: the DLT is first for 0.1 + 0.9 * 0.75.
    share = found.trials.treated.sum() / (found.trials.treated.sum() + found.inevaluable.sum())
    assert abs(share - 0.775) < 0.02
    assert (found.trials.dlts == found.trials.treated).all()


def test_backfill_is_below_the_current_dose_and_bounded_and_decides_nothing() -> None:
    timing = Timing(between_arrivals=3, backfill=4)
    found = timed(timing, TRUTH, trials=2000)
    assert found.backfilled.max() == 4
    assert (found.backfilled[:, -1] == 0).all()
    assert (found.backfilled[:, 0][found.trials.treated[:, 1] == 0] == 0).all()
    assert (found.backfilled_dlts <= found.backfilled).all()
    share = found.backfilled_dlts.sum(axis=0)[:2] / found.backfilled.sum(axis=0)[:2]
    assert np.abs(share - TRUTH[:2]).max() < 0.03
    assert found.backfilled_dlts.sum() > 0
    assert timed(Timing(between_arrivals=3), TRUTH, trials=50).backfilled.sum() == 0


def test_days_within_a_share() -> None:
    found = timed(Timing(), TRUTH, trials=500)
    assert found.days_within(0.5) == np.median(found.days)
    assert found.days_within(0.9) > found.days_within(0.5)


# Open windows -----------------------------------------------------------------------------------------------------


def test_rolling_six_by_hand() -> None:
    # One dose, nobody toxic: six come on days 10 to 60; five known and none ends the trial on day 50 + 28.
    found = simulate_open(RollingSix(1), [0.0], EVERY_TEN, 1, seed=1)
    assert found.days.tolist() == [78]
    assert found.trials.treated.tolist() == [[6]]
    # Two doses: none in three and nobody pending is never so before the sixth has come; five known open the next.
    found = simulate_open(RollingSix(2), [0.0, 0.0], EVERY_TEN, 1, seed=1)
    assert found.trials.treated.tolist() == [[6, 6]]
    # Level 2 from day 80: 80 to 130, five known on 120 + 28.
    assert found.days.tolist() == [148]


def test_a_stagger_holds_open_designs_too() -> None:
    timing = Timing(window=28, between_arrivals=10, regular=True, stagger=(28, 14))
    # 10, 40, 60, known on 88: none in three, nobody pending.
    found = simulate_open(RollingSix(2), [0.0, 1.0], timing, 1, seed=1)
    assert found.trials.treated[0, 0] >= 3
    waiting = Timing(window=28, between_arrivals=10, regular=True, stagger=(28, 14), waits=True)
    sooner = simulate_open(RollingSix(2), [0.0, 1.0], waiting, 1, seed=1)
    assert sooner.days[0] < found.days[0]


SLOW = Timing(window=28, between_arrivals=100, regular=True)
SKELETON = Skeleton((0.1, 0.2, 0.3))
ALIKE: dict[str, tuple[OpenDesign, Design]] = {
    "tite-boin": (TiteBoin(Boin(3, 0.3, 12, 1)), Boin(3, 0.3, 12, 1)),
    "tite-crm": (TiteCrm(Crm(SKELETON, 0.25, 12, 1)), Crm(SKELETON, 0.25, 12, 1)),
    "tite-crm adaptive": (TiteCrm(Crm(SKELETON, 0.25, 12, 1), "adaptive"), Crm(SKELETON, 0.25, 12, 1)),
}


@pytest.mark.parametrize("name", ALIKE)
def test_with_slow_accrual_an_open_design_is_the_one_without_windows(name: str) -> None:
    opened, known = ALIKE[name]
    found = simulate_open(opened, TRUTH, SLOW, 150, seed=4)
    plain = simulate(known, TRUTH, 150, seed=4)
    assert (found.trials.treated == plain.treated).all()
    assert (found.trials.dlts == plain.dlts).all()
    assert (found.trials.recommended == plain.recommended).all()


@pytest.mark.parametrize("design", [RollingSix(3), TiteBoin(Boin(3, 0.3, 4)), TiteCrm(Crm(SKELETON, 0.25, 4))])
def test_open_trials_come_to_an_end_with_all_their_patients(design: OpenDesign) -> None:
    for timing in (
        Timing(between_arrivals=2),
        Timing(between_arrivals=30, waits=True, stagger=(28, 14)),
        Timing(between_arrivals=4, inevaluable=0.4, late=0.9),
        Timing(between_arrivals=0.5, waits=True, inevaluable=0.2),
    ):
        found = simulate_open(design, TRUTH, timing, 40, seed=2)
        totals = found.trials.treated.sum(axis=1)
        assert totals.max() <= design.most_patients
        assert (found.inevaluable.sum() > 0) == (timing.inevaluable > 0)
        assert (found.trials.dlts <= found.trials.treated).all()
        assert (found.days > 0).all()


def test_seeds() -> None:
    timing = Timing(inevaluable=0.2, backfill=2)
    for run in (
        lambda seed: timed_by_seed(timing, seed),
        lambda seed: simulate_open(RollingSix(3), TRUTH, Timing(), 30, seed).days,
    ):
        assert (run(5) == run(5)).all()
        assert (run(5) != run(6)).any()


def timed_by_seed(timing: Timing, seed: int) -> np.ndarray:
    return simulate_in_time(variant("V3", 3), TRUTH, timing, 30, seed).days


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"window": 0}, "longer than 0 days"),
        ({"between_arrivals": 0}, "above 0"),
        ({"stagger": (28, -1)}, "not negative"),
        ({"inevaluable": 1.0}, "not every patient"),
        ({"late": 1.5}, "probabilities"),
        ({"backfill": -1}, "0 for none"),
    ],
)
def test_impossible_timings_are_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Timing(**settings)  # type: ignore[arg-type]


def test_what_open_designs_have_not_is_refused() -> None:
    with pytest.raises(InputError, match="no backfill and no review"):
        simulate_open(RollingSix(3), TRUTH, Timing(review=7), 1, seed=1)


def test_progress_is_told() -> None:
    told: list[int] = []
    simulate_in_time(variant("V3", 3), TRUTH, Timing(), 10, 1, told.append)
    assert told[-1] == 10
    simulate_open(RollingSix(3), TRUTH, Timing(), 3, 1, told.append)
    assert told[-3:] == [1, 2, 3]
