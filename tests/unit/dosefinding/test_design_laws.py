"""Laws of every design over every state that it can reach with 3 doses and 5 cohorts, alone and with guards."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from dosepath.dosefinding.blrm import Blrm, LogisticPrior
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.crm import Crm, Model, Skeleton
from dosepath.dosefinding.design import ENDED, Design, States
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.guards import MinimumAtRecommended, NoSkipping, StopAtPatients, StopWhenTooToxic
from dosepath.dosefinding.i3plus3 import I3Plus3
from dosepath.dosefinding.keyboard import Keyboard
from dosepath.dosefinding.mtpi import Mtpi
from dosepath.dosefinding.table_design import TableDesign
from dosepath.dosefinding.three_plus_three import VARIANTS, ThreePlusThree, variant
from dosepath.dosefinding.titration import AcceleratedTitration

PRIOR = LogisticPrior((0.5, 1.0, 2.0), 1.0, (-1.0, 0.0), ((4.0, 0.0), (0.0, 1.0)))
SKELETON = Skeleton((0.1, 0.25, 0.45))
DESIGNS: dict[str, Design] = {
    **{name: variant(name, 3) for name in VARIANTS},
    **{f"titration {name}": AcceleratedTitration(variant(name, 3)) for name in VARIANTS},
    **{each.__name__: each(3, 0.3, 5) for each in (Boin, Keyboard, Mtpi, I3Plus3)},
    "crm": Crm(SKELETON, 0.25, 5),
    "crm that may stop": Crm(SKELETON, 0.25, 5, too_toxic=0.9),
    "crm logistic": Crm(Skeleton((0.1, 0.25, 0.45), "logistic"), 0.25, 5),
    "crm that skips": Crm(SKELETON, 0.25, 5, skip=True, coherent=False),
    "blrm": Blrm(PRIOR, cohorts=5),
}
UNTRIED = {
    name: "its model may put an untried dose nearest to the target, as dfcrm has it; MinimumAtRecommended treats there"
    for name in DESIGNS
    if name.startswith("crm")
}
SKIPS = {"crm that skips": "it was asked to"}
INCOHERENT = {
    "crm that skips": "it was asked not to hold after a cohort with many DLTs",
}
"""Designs that may go up after a cohort whose share of DLTs is at least the target, and why."""


def guarded(design: Design) -> dict[str, Design]:
    return {
        "bare": design,
        "no skipping": NoSkipping(design),
        "stop at 10": StopAtPatients(design, 10),
        "stop at 6 at one dose": StopAtPatients(design, 6, at_one_dose=True),
        "too toxic": StopWhenTooToxic(design, 0.3, 0.8),
        "minimum 6": MinimumAtRecommended(design, 6),
        "all": StopAtPatients(
            StopWhenTooToxic(NoSkipping(MinimumAtRecommended(design, 6)), 0.3, 0.9), 15, at_one_dose=False
        ),
    }


ALL = [(name, guard) for name in DESIGNS for guard in guarded(DESIGNS[name])]


@cache
def reached(name: str, guard: str) -> tuple[tuple[States, tuple[int, ...]], ...]:
    """List every state with a next cohort, and the states after each number of DLTs of it."""
    return tuple(_reached(guarded(DESIGNS[name])[guard]))


def _reached(design: Design) -> Iterator[tuple[States, tuple[int, ...]]]:
    nobody = ((0,) * 3, (0,) * 3, design.start)
    waiting, seen = [nobody], {nobody}
    while waiting:
        treated, dlts, level = waiting.pop()
        row = np.array([treated]), np.array([dlts])
        size = int(design.cohort_sizes(*row, np.array([level]))[0])
        after_n, after_x = np.repeat(row[0], size + 1, axis=0), np.repeat(row[1], size + 1, axis=0)
        after_n[:, level - 1] += size
        after_x[:, level - 1] += np.arange(size + 1)
        states = States(after_n, after_x, np.full(size + 1, level), np.full(size + 1, size), np.arange(size + 1))
        following = tuple(int(each) for each in design.next_doses(states))
        yield states, following
        for n, x, to in zip(after_n.tolist(), after_x.tolist(), following, strict=True):
            node = (tuple(n), tuple(x), to)
            if to != ENDED and node not in seen:
                seen.add(node)
                waiting.append(node)


def outcome(design: Design, states: States, following: tuple[int, ...]) -> list[int]:
    """Give the next dose, or that recommended at the end."""
    recommended = design.recommended(states.treated, states.dlts)
    return [to if to != ENDED else int(level) for to, level in zip(following, recommended, strict=True)]


@pytest.mark.parametrize(("name", "guard"), ALL)
def test_doses_exist_are_not_skipped_and_one_more_dlt_raises_none(name: str, guard: str) -> None:
    design = guarded(DESIGNS[name])[guard]
    for states, following in reached(name, guard):
        tried = states.treated[0] > 0
        highest = int(np.flatnonzero(tried)[-1]) + 1
        assert all(0 <= to <= design.doses for to in following)
        assert (states.latest >= 1).all()
        if name not in SKIPS or guard in ("no skipping", "all"):
            assert all(to <= highest + 1 for to in following)
        ends = outcome(design, states, following)
        assert ends == sorted(ends, reverse=True), (states.treated[0], states.dlts, ends)
        for to, level in zip(following, ends, strict=True):
            if to == ENDED and level and (name not in UNTRIED or guard == "minimum 6"):
                assert tried[level - 1]
        assert (states.treated.sum(axis=1) <= design.most_patients).all()


@pytest.mark.parametrize(("name", "guard"), ALL)
def test_a_dose_that_was_eliminated_is_neither_next_nor_recommended(name: str, guard: str) -> None:
    inside = DESIGNS[name]
    design = guarded(inside)[guard]
    for states, following in reached(name, guard):
        out = _lowest_out(inside, states)
        if out is not None:
            assert all(level < limit for level, limit in zip(outcome(design, states, following), out, strict=True))


def _lowest_out(design: Design, states: States) -> list[int] | None:
    if isinstance(design, Boin | Keyboard | Mtpi | I3Plus3):
        return [int(each) for each in design.lowest_eliminated(states.treated, states.dlts)]
    if isinstance(design, AcceleratedTitration):
        design = design.after
    if isinstance(design, ThreePlusThree):
        return [int(each) for each in design.ruled_out(states.treated, states.dlts)]
    return None


@pytest.mark.parametrize(("name", "guard"), ALL)
def test_a_cohort_with_many_dlts_is_not_followed_by_a_higher_dose(name: str, guard: str) -> None:
    """More than one in three, whatever the design; of CRM as many as the target, of BLRM more than its interval."""
    if name in INCOHERENT:
        pytest.skip(INCOHERENT[name])
    design = DESIGNS[name]
    for states, following in reached(name, guard):
        current = int(states.current[0])
        for to, dlts, size in zip(following, states.latest_dlts, states.latest, strict=True):
            many = dlts > size / 3
            if isinstance(design, Crm):
                many = dlts >= design.target * size
            if isinstance(design, Blrm):
                many = dlts > design.interval[1] * size
            if many:
                assert to <= current, (states.treated[0], states.dlts[int(dlts)])


INTERVAL = [name for name, design in DESIGNS.items() if isinstance(design, TableDesign)]


@pytest.mark.parametrize("name", INTERVAL)
@pytest.mark.parametrize("target", [0.2, 0.25, 0.3, 0.33])
def test_not_up_where_the_share_of_dlts_reaches_the_target_and_not_down_where_it_lies_below(
    name: str, target: float
) -> None:
    design = replace(DESIGNS[name], target=target, cohorts=6)  # type: ignore[type-var]
    for states, following in _reached(design):
        current = int(states.current[0])
        treated, dlts = states.at_current
        for to, n, x in zip(following, treated, dlts, strict=True):
            if x >= target * n:
                assert to <= current, (n, x)
            elif to != ENDED:
                assert to >= current, (n, x)


@pytest.mark.parametrize("model", ["empiric", "logistic"])
@pytest.mark.parametrize("target", [0.2, 0.25, 0.3, 0.33])
@pytest.mark.parametrize(("cohorts", "size"), [(6, 1), (5, 2), (6, 3), (4, 4)])
def test_crm_is_coherent_with_cohorts_of_any_size(model: Model, target: float, cohorts: int, size: int) -> None:
    """Not up after a cohort whose share of DLTs reaches the target; not down after one without a DLT."""
    design = Crm(Skeleton((0.1, 0.25, 0.45), model), target, cohorts, size)
    for states, following in _reached(design):
        current = int(states.current[0])
        assert list(following) == sorted(following, reverse=True)
        for to, dlts in zip(following, states.latest_dlts, strict=True):
            assert to <= current + 1
            if dlts >= target * size:
                assert to <= current
            if dlts == 0 and to != ENDED:
                assert to >= current


@pytest.mark.parametrize(("name", "guard"), ALL)
def test_probabilities_of_a_guarded_design_add_up(name: str, guard: str) -> None:
    exact = enumerate_design(guarded(DESIGNS[name])[guard]).characteristics([0.1, 0.25, 0.4])
    assert abs(exact.recommendation.sum() - 1) < 1e-12


@pytest.mark.parametrize("name", DESIGNS)
def test_the_minimum_at_the_recommended_dose_is_met(name: str) -> None:
    found = enumerate_design(MinimumAtRecommended(DESIGNS[name], 6))
    for treated, level in zip(found.treated, found.recommended, strict=True):
        assert level == ENDED or treated[level - 1] >= 6
