"""BLRM: reference numbers, a grid several times finer, exact characteristics against paths, overdose control."""

from pathlib import Path

import numpy as np
import pytest

from dosepath.core.errors import InputError
from dosepath.dosefinding.blrm import LogisticPrior, posterior
from tests.unit.dosefinding.test_table_designs import entries

DOSES = (0.5, 1.0, 2.0)
TIGHT = LogisticPrior(DOSES, 1.0, (-0.85, 1.0), ((1.0, -0.5), (-0.5, 1.0)))
WIDE = LogisticPrior(DOSES, 1.0, (-1.0, 0.0), ((4.0, 0.0), (0.0, 1.0)))


def brute(prior: LogisticPrior, dlts: np.ndarray, without: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integrate on a plain fine grid: mean of each rate, and its probability to lie below 0.16."""
    covariance = np.array(prior.covariance)
    a = prior.mean[0] + np.sqrt(covariance[0, 0]) * np.linspace(-8, 8, 1601)[:, None]
    b = prior.mean[1] + np.sqrt(covariance[1, 1]) * np.linspace(-8, 8, 1201)
    off = np.stack(np.broadcast_arrays(a - prior.mean[0], b - prior.mean[1]))
    height = -np.einsum("iab,ij,jab->ab", off, np.linalg.inv(covariance), off) / 2
    rates = []
    for dose, toxic, clean in zip(prior.doses, dlts, without, strict=True):
        odds = a + np.exp(b) * np.log(dose / prior.reference)
        height = height - toxic * np.logaddexp(0, -odds) - clean * np.logaddexp(0, odds)
        rates.append(1 / (1 + np.exp(np.minimum(-odds, 700))))
    weight = np.exp(height - height.max())
    weight /= weight.sum()
    return np.array([(weight * rate).sum() for rate in rates]), np.array([weight[rate < 0.16].sum() for rate in rates])


@pytest.mark.parametrize("prior", [TIGHT, WIDE], ids=["tight", "wide"])
@pytest.mark.parametrize(
    ("dlts", "treated"),
    [((0, 0, 0), (0, 0, 0)), ((0, 1, 0), (3, 3, 0)), ((3, 0, 0), (3, 0, 0)), ((0, 0, 9), (3, 3, 30))],
)
def test_posterior_agrees_with_a_finer_grid(
    prior: LogisticPrior, dlts: tuple[int, ...], treated: tuple[int, ...]
) -> None:
    toxic, clean = np.array(dlts), np.array(treated) - np.array(dlts)
    found = posterior(prior, toxic[None], clean[None])
    mean, under = brute(prior, toxic, clean)
    assert np.allclose(found.mean[0], mean, rtol=0, atol=1e-10)
    assert np.allclose(found.under[0], under, rtol=0, atol=5e-3)
    assert np.allclose(found.under + found.target + found.over, 1, rtol=0, atol=1e-14)


@pytest.mark.parametrize("prior", [TIGHT, WIDE], ids=["tight", "wide"])
def test_without_patients_the_interval_probabilities_are_those_of_the_normal_prior(prior: LogisticPrior) -> None:
    nobody = np.zeros((1, 3), dtype=np.int64)
    at_reference = np.array(prior.doses) == prior.reference
    points = np.linspace(-10, 10, 400001)
    mass = np.exp(-(points**2) / 2)
    for bound in (0.1, 0.16, 0.4):
        end = (np.log(bound / (1 - bound)) - prior.mean[0]) / np.sqrt(prior.covariance[0][0])
        wanted = np.interp(end, points, np.cumsum(mass) - mass / 2) / mass.sum()
        found = posterior(prior, nobody, nobody, (bound, 0.9))
        assert abs(found.under[0, at_reference][0] - wanted) < 1e-8


@pytest.mark.shared
def test_reference_numbers(shared_reference: Path) -> None:
    for entry in entries(shared_reference, "blrm_posterior"):
        given = entry["inputs"]
        (first, mixed), (_, second) = ([float(each) for each in row] for row in given["prior_cov"])
        mean = [float(each) for each in given["prior_mean"]]
        doses = tuple(float(dose) for dose in given["dose"])
        prior = LogisticPrior(doses, float(given["ref_dose"]), (mean[0], mean[1]), ((first, mixed), (mixed, second)))
        treated, dlts = np.array([given["n"]]), np.array([given["dlt"]])
        found = posterior(prior, dlts, treated - dlts)
        for place, wanted in enumerate(entry["outputs"]):
            assert abs(found.mean[0, place] - float(wanted["mean"])) < 1e-9
            assert abs(found.under[0, place] - float(wanted["p_under_016"])) < 2e-3
            assert abs(found.over[0, place] - float(wanted["p_over_033"])) < 2e-3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"doses": (1.0, 0.5)}, "rise"),
        ({"doses": ()}, "rise"),
        ({"reference": 0.0}, "above 0"),
        ({"covariance": ((1.0, 1.0), (1.0, 1.0))}, "covariance"),
        ({"covariance": ((1.0, 0.2), (0.1, 1.0))}, "covariance"),
        ({"covariance": ((-1.0, 0.0), (0.0, 1.0))}, "covariance"),
    ],
)
def test_a_prior_that_is_none_is_refused(change: dict[str, object], message: str) -> None:
    given = {"doses": DOSES, "reference": 1.0, "mean": (0.0, 0.0), "covariance": ((1.0, 0.0), (0.0, 1.0))}
    with pytest.raises(InputError, match=message):
        LogisticPrior(**{**given, **change})  # type: ignore[arg-type]
