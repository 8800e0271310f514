"""Simulated trials lie around the exact numbers, and are the same again."""

import numpy as np
import pytest

from dosepath.core.errors import InputError
from dosepath.dosefinding.design import Design
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.guards import StopAtPatients
from dosepath.dosefinding.simulate import draw_patients, simulate
from dosepath.dosefinding.three_plus_three import variant
from tests.unit.dosefinding.test_design_laws import DESIGNS

TRUTH = [0.1, 0.25, 0.4]
TRIALS = 20_000
ALL = {**DESIGNS, "at most 10": StopAtPatients(DESIGNS["Boin"], 10)}


@pytest.mark.parametrize("design", ALL.values(), ids=list(ALL))
def test_simulated_trials_lie_around_the_exact_numbers(design: Design) -> None:
    found, exact = simulate(design, TRUTH, TRIALS, seed=20), enumerate_design(design).characteristics(TRUTH)
    chance = exact.recommendation
    assert (np.abs(found.recommendation - chance) <= 4 * _error(chance) + 1e-12).all()
    for simulated, wanted, counts in (
        (found.patients, exact.patients, found.treated),
        (found.mean_dlts, exact.dlts, found.dlts),
    ):
        assert (np.abs(simulated - wanted) <= 4 * counts.std(axis=0) / np.sqrt(TRIALS) + 1e-12).all()
    share = exact.total_patients
    assert (np.abs(found.total_patients - share) <= 4.5 * _error(share) + 1e-12).all()


def _error(chance: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.sqrt(np.clip(chance * (1 - chance), 0, None) / TRIALS)
    return found


def test_a_seed_gives_the_same_trials_again_and_to_every_design_the_same_patients() -> None:
    first, again = (simulate(variant("V3", 3), TRUTH, 200, seed=5) for _ in range(2))
    assert (first.treated == again.treated).all()
    assert (first.recommended == again.recommended).all()
    plain = simulate(variant("V1", 3), TRUTH, 200, seed=5)
    longer = (first.treated >= plain.treated).all(axis=1)
    assert longer.mean() > 0.9


def test_the_patients_of_a_seed_are_known() -> None:
    wanted = [[0.511821625, 0.950463696, 0.144159613], [0.948649447, 0.311831452, 0.423326449]]
    assert np.allclose(draw_patients(2, 3, seed=1), wanted, rtol=0, atol=1e-9)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_rates_of_zero_and_one(rate: float) -> None:
    found = simulate(variant("V3", 3), [rate] * 3, 50, seed=1)
    assert set(found.recommended.tolist()) == {0 if rate else 3}


@pytest.mark.parametrize(("truth", "trials"), [([0.1], 10), ([0.1, 0.2, 1.3], 10), (TRUTH, 0)])
def test_what_is_no_scenario_is_refused(truth: list[float], trials: int) -> None:
    with pytest.raises(InputError):
        simulate(variant("V3", 3), truth, trials, seed=1)
