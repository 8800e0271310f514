"""Exact characteristics against an enumeration in fractions that knows nothing of states, and reference numbers."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dosepath.core.errors import InputError
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.design import Action, Design, decide
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.outcomes import Cohort
from dosepath.dosefinding.three_plus_three import VARIANTS, ThreePlusThree, variant
from dosepath.interop.answers_yaml import load_exact

SWITCHES = [
    ThreePlusThree(doses, fill_below, fill_top, tolerated)
    for doses in (1, 2, 3)
    for fill_below in (False, True)
    for fill_top in (False, True)
    for tolerated in (1, 2)
]
TRUTHS = {
    1: [Fraction(1, 5)],
    2: [Fraction(1, 10), Fraction(2, 5)],
    3: [Fraction(1, 10), Fraction(1, 4), Fraction(2, 5)],
}


def paths(design: Design, truth: Sequence[Fraction]) -> Iterator[tuple[int, list[Cohort], Fraction]]:
    """Play every sequence of cohorts through the decisions: the dose recommended, the cohorts, the probability."""
    waiting: list[tuple[list[Cohort], Fraction]] = [([], Fraction(1))]
    while waiting:
        seen, probability = waiting.pop()
        found = decide(design, seen)
        if found.action in (Action.STOP, Action.COMPLETE):
            yield found.level or 0, seen, probability
            continue
        assert found.level is not None
        rate = truth[found.level - 1]
        for dlts in range(4):
            outcomes = tuple(number < dlts for number in range(3))
            chance = comb(3, dlts) * rate**dlts * (1 - rate) ** (3 - dlts)
            waiting.append(([*seen, Cohort(found.level, outcomes)], probability * chance))


@pytest.mark.parametrize("design", SWITCHES, ids=str)
def test_one_more_dlt_never_raises_the_next_dose_and_no_dose_is_skipped(design: ThreePlusThree) -> None:
    for _, cohorts, _ in paths(design, TRUTHS[design.doses]):
        highest = 0
        for number, cohort in enumerate(cohorts):
            assert cohort.level <= highest + 1
            highest = max(highest, cohort.level)
            before = cohorts[:number]
            following = [_next(design, [*before, Cohort(cohort.level, _outcomes(dlts))]) for dlts in range(4)]
            assert following == sorted(following, reverse=True)


def _outcomes(dlts: int) -> tuple[bool, ...]:
    return tuple(number < dlts for number in range(3))


def _next(design: Design, cohorts: Sequence[Cohort]) -> int:
    found = decide(design, cohorts)
    return found.level or 0


def test_slope_is_that_of_two_scenarios_close_by() -> None:
    found = enumerate_design(variant("V3", 3))
    truth = np.array([0.1, 0.25, 0.4])
    gradient = found.characteristics(truth).gradient
    for dose in range(3):
        step = np.zeros(3)
        step[dose] = 1e-6
        up, down = found.characteristics(truth + step), found.characteristics(truth - step)
        assert np.allclose(gradient[:, dose], (up.recommendation - down.recommendation) / 2e-6, atol=1e-8)


@pytest.mark.parametrize("truth", [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.3, 1.0]])
def test_rates_of_zero_and_one_are_rates(truth: list[float]) -> None:
    exact = enumerate_design(variant("V3", 3)).characteristics(truth)
    assert abs(exact.recommendation.sum() - 1) < 1e-12
    assert not np.isnan(exact.probability).any()


@pytest.mark.shared
def test_reference_numbers_of_the_variants(shared_reference: Path) -> None:
    text = (shared_reference / "reference" / "dose_escalation.json").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = load_exact(text, "dose_escalation.json")["entries"]
    checked = 0
    for entry in entries:
        if entry["kind"] != "three_plus_three_exact_oc":
            continue
        truth = [float(rate) for rate in entry["inputs"]["p_true"]]
        found = enumerate_design(variant(entry["inputs"]["variant"][:2], len(truth)))
        wanted = [float(each) for each in entry["outputs"]["prob_recommend_none_then_doses"]]
        assert np.allclose(found.characteristics(truth).recommendation, wanted, rtol=0, atol=1e-12)
        checked += 1
    assert checked >= len(VARIANTS)


@pytest.mark.parametrize("design", [*SWITCHES, Boin(4, 0.3, 6), Boin(2, 0.3, 30, 1)], ids=str)
def test_many_scenarios_at_once_are_each_as_alone(design: Design) -> None:
    found = enumerate_design(design)
    truths = np.sort(np.random.default_rng(3).random((2000, design.doses)), axis=1)
    truths[:2] = [[0.0] * design.doses, [1.0] * design.doses]
    many = found.recommendations(truths)
    assert np.allclose(many.sum(axis=1), 1, rtol=0, atol=1e-12)
    for place in (0, 1, 2, 700, 1999):
        assert np.allclose(many[place], found.characteristics(truths[place]).recommendation, rtol=0, atol=1e-13)


@pytest.mark.parametrize("truths", [np.zeros(3), np.zeros((2, 2)), np.full((1, 3), 1.2)])
def test_scenarios_that_do_not_fit_are_refused(truths: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"^(a true rate of DLT lies between 0 and 1|scenarios are rows of 3.*)$"):
        enumerate_design(variant("V3", 3)).recommendations(truths)


@pytest.mark.parametrize(
    ("truth", "why"),
    [
        ([0.1, 0.2], "2 true rates for 3 dose levels"),
        ([0.1, 0.2, 1.001], "a true rate of DLT lies between 0 and 1"),
        ([-0.001, 0.2, 0.3], "a true rate of DLT lies between 0 and 1"),
    ],
)
def test_a_scenario_that_does_not_fit_is_refused(truth: list[float], why: str) -> None:
    found = enumerate_design(variant("V3", 3))
    with pytest.raises(InputError) as caught:
        found.characteristics(truth)
    assert str(caught.value) == why


def test_a_slope_needs_two_sides() -> None:
    with pytest.raises(InputError, match="the gradient is given for true rates above 0 and below 1"):
        _ = enumerate_design(variant("V3", 3)).characteristics([0, 0.2, 0.3]).gradient
    with pytest.raises(InputError, match="above 0"):
        _ = enumerate_design(variant("V3", 3)).characteristics([0.1, 0.2, 1]).gradient


def test_whole_numbers_are_rates() -> None:
    exact = enumerate_design(variant("V3", 3)).characteristics([0, 0, 1])
    assert exact.recommendation.tolist() == [0, 0, 1, 0]


def test_a_design_with_too_many_states_is_refused_before_they_are_followed() -> None:
    design = variant("V3", 3)
    states = len(enumerate_design(design).ways)
    assert len(enumerate_design(design, most=4 * states).ways) == states
    with pytest.raises(InputError, match="more than 5 states: take fewer cohorts or fewer doses"):
        enumerate_design(design, most=5)
