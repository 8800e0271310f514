"""CRM: reference numbers of dfcrm, the posterior against fine quadrature, exact characteristics against paths."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dosepath.core.errors import InputError
from dosepath.dosefinding.crm import (
    Crm,
    Model,
    Skeleton,
    calibrated_skeleton,
    most_likely,
    partial_posterior,
    posterior,
)
from dosepath.dosefinding.design import decide
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.outcomes import Cohort, read_outcomes
from tests.unit.dosefinding.test_table_designs import entries

RATES = (0.05, 0.12, 0.25, 0.40, 0.55)


def skeleton_of(given: dict[str, Any]) -> Skeleton:
    rates = tuple(float(rate) for rate in given["skeleton"])
    return Skeleton(rates, given["model"], float(given["intercept"]), float(given["scale_sd"]) ** 2)


@pytest.mark.shared
@pytest.mark.parametrize("kind", ["crm", "titecrm"])
def test_estimates_rates_and_choices(kind: str, shared_reference: Path) -> None:
    for entry in entries(shared_reference, kind):
        given, wanted, tolerance = entry["inputs"], entry["outputs"], entry["tolerance"]
        skeleton = skeleton_of(given)
        weights = [float(weight) for weight in wanted.get("weights", [1] * len(given["dlt"]))]
        fit = (most_likely if given.get("method") == "mle" else partial_posterior)(
            skeleton, given["level"], given["dlt"], weights
        )
        assert abs(fit.estimate[0] - float(wanted["estimate"])) <= float(tolerance["estimate"])
        rates = skeleton.rates_at(float(fit.estimate[0]))
        assert np.allclose(rates, [float(rate) for rate in wanted["ptox"]], rtol=0, atol=float(tolerance["ptox"]))
        assert np.abs(rates - float(given["target"])).argmin() + 1 == wanted["mtd"]
        if "post_var" in tolerance:
            assert abs(fit.variance[0] - float(wanted["post_var"])) <= float(tolerance["post_var"])
        if "independent_check" in entry:
            mean = float(entry["independent_check"]["posterior_mean_by_adaptive_quadrature"])
            assert abs(fit.estimate[0] - mean) < 1e-10


@pytest.mark.shared
def test_skeletons_are_those_of_getprior(shared_reference: Path) -> None:
    for entry in entries(shared_reference, "crm_skeleton"):
        given = entry["inputs"]
        found = calibrated_skeleton(
            float(given["halfwidth"]), float(given["target"]), given["nu"], given["nlevel"], given["model"]
        )
        assert np.allclose(found.rates, [float(rate) for rate in entry["outputs"]["skeleton"]], rtol=0, atol=1e-10)


@pytest.mark.shared
def test_simulated_trials_lie_around_the_exact_numbers(shared_reference: Path) -> None:
    for entry in entries(shared_reference, "crm_oc_simulated"):
        given, wanted = entry["inputs"], entry["outputs"]
        skeleton = Skeleton(tuple(float(rate) for rate in given["skeleton"]))
        design = Crm(skeleton, float(given["target"]), given["n"] // given["cohort"], given["cohort"])
        exact = enumerate_design(design).characteristics([float(rate) for rate in given["p_true"]])
        for share, chance in zip(wanted["mtd_distribution"], exact.recommendation[1:], strict=True):
            assert abs(float(share) - chance) <= 4 * np.sqrt(max(chance * (1 - chance), 1e-4) / 1000)


@pytest.mark.shared
def test_next_dose_of_outcome_strings(shared_reference: Path) -> None:
    for entry in entries(shared_reference, "next_dose"):
        given = entry["inputs"]
        if given["design"] == "crm":
            design = Crm(Skeleton(tuple(float(rate) for rate in given["skeleton"])), float(given["target"]), 8)
            found = decide(design, read_outcomes(given["outcomes"], given["num_doses"]))
            assert found.level == entry["outputs"]["next_dose"], given["outcomes"]


@pytest.mark.parametrize("model", ["empiric", "logistic"])
@pytest.mark.parametrize("counts", [(0, 0), (0, 3), (3, 3), (1, 6), (0, 30), (9, 30)])
def test_posterior_agrees_with_a_grid_ten_times_finer(model: Model, counts: tuple[int, int]) -> None:
    dlts, treated = counts
    skeleton = Skeleton(RATES, model)
    row = np.array([[0, dlts, 0, 0, 0]]), np.array([[0, treated - dlts, 0, 0, 0]])
    fit = posterior(skeleton, *row)
    points = np.linspace(-14, 14, 20001)
    rate = np.clip(skeleton.rates_at(points)[:, 1], 1e-300, 1 - 1e-16)
    height = dlts * np.log(rate) + (treated - dlts) * np.log1p(-rate) - points**2 / (2 * skeleton.variance)
    weight = np.exp(height - height.max())
    assert abs(fit.estimate[0] - weight @ points / weight.sum()) < 1e-10


@pytest.mark.parametrize("text", ["", "1NNN", "1NNT", "1NNN 2NNN", "1NNN 2NTT", "1NNN 2NNN 3NNT"])
def test_one_more_dlt_never_raises_the_next_dose(text: str) -> None:
    design = Crm(Skeleton(RATES), 0.25)
    cohorts = read_outcomes(text, 5)
    level = decide(design, cohorts).level or 0
    outcomes = [tuple(number < dlts for number in range(3)) for dlts in range(4)]
    following = [decide(design, [*cohorts, Cohort(level, each)]).level or 0 for each in outcomes]
    assert following == sorted(following, reverse=True)
    assert following[0] <= level + 1


@pytest.mark.parametrize("rates", [(0.2, 0.1), (0.0, 0.1), (0.5, 1.0), (0.3, 0.3)])
def test_a_skeleton_that_does_not_rise_is_refused(rates: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="rises from above 0 to below 1"):
        Skeleton(rates)
