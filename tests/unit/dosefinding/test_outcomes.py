"""Outcome strings: what is read, written and refused; estimates that do not fall with the dose."""

from fractions import Fraction

import numpy as np
import pytest

from dosepath.core.errors import InputError
from dosepath.dosefinding.beta import beta_cdf, isotonic
from dosepath.dosefinding.outcomes import Cohort, read_outcomes, shown, tally


def test_outcomes_are_read_and_written() -> None:
    found = read_outcomes(" 1nNt  2T\n2N ", 2)
    assert found == (Cohort(1, (False, False, True)), Cohort(2, (True,)), Cohort(2, (False,)))
    assert [str(each) for each in found] == ["1NNT", "2T", "2N"]
    assert shown(tally(found, 3)) == "1/3 at level 1, 1/2 at level 2"
    assert shown(tally((), 3)) == ""
    assert read_outcomes("", 2) == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1NX", "cohort 1 '1NX': write the dose level and N or T for each patient, as in 1NNT"),
        ("1N NNT", "cohort 2 'NNT': write the dose level and N or T for each patient, as in 1NNT"),
        ("1N 2", "cohort 2 '2': write the dose level and N or T for each patient, as in 1NNT"),
        ("1N 3T", "cohort 2 '3T': there is no dose level 3; they are 1 to 2"),
        ("0N", "cohort 1 '0N': there is no dose level 0; they are 1 to 2"),
    ],
)
def test_what_is_no_outcome_is_refused(text: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        read_outcomes(text, 2)
    assert str(caught.value) == why


@pytest.mark.parametrize(("point", "wanted"), [(-0.1, 0.0), (0.0, 0.0), (1.0, 1.0), (1.1, 1.0)])
def test_a_rate_outside_0_to_1_is_certain(point: float, wanted: float) -> None:
    assert beta_cdf(point, 1, 3) == wanted


def pooled(counts: list[tuple[int, int]]) -> list[float]:
    """Pool neighbours that fall, in fractions, step by step."""
    blocks: list[tuple[Fraction, Fraction, int]] = []
    for toxic, treated in counts:
        n, x = treated + Fraction(1, 10), toxic + Fraction(1, 20)
        blocks.append((x / n, n**2 * (n + 1) / (x * (n - x)), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (left, weight, many), (right, other, few) = blocks[-2:]
            blocks[-2:] = [((left * weight + right * other) / (weight + other), weight + other, many + few)]
    return [float(rate) for rate, _, many in blocks for _ in range(many)]


@pytest.mark.parametrize(
    "counts",
    [
        [(0, 3), (1, 3), (2, 3)],
        [(2, 3), (1, 6), (0, 3)],
        [(1, 3), (0, 6), (2, 9), (1, 9)],
        [(1, 3), (1, 6), (3, 6)],
        [(3, 3), (0, 12), (1, 3), (1, 3)],
    ],
)
def test_estimates_are_those_of_pooling_in_fractions(counts: list[tuple[int, int]]) -> None:
    dlts, treated = np.array([[x for x, _ in counts]]), np.array([[n for _, n in counts]])
    found = isotonic(treated, dlts, treated > 0)[0]
    assert np.allclose(found, pooled(counts), rtol=0, atol=1e-13)


def test_a_dose_that_does_not_count_has_no_estimate_and_no_part_in_the_others() -> None:
    treated, dlts = np.array([[3, 6, 9, 6]]), np.array([[1, 0, 2, 1]])
    use = np.array([[True, False, True, True]])
    found = isotonic(treated, dlts, use)[0]
    assert np.isnan(found[1])
    assert np.allclose(found[[0, 2, 3]], pooled([(1, 3), (2, 9), (1, 6)]), rtol=0, atol=1e-13)
