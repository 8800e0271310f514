"""Beta distributions with whole-number parameters, exact as sums of binomial terms."""

from math import comb

import numpy as np
from numpy.typing import NDArray


def beta_cdf(point: float, dlts: int, treated: int) -> float:
    """Give the posterior probability that a rate is at most `point`, after a uniform prior.

    Parameters
    ----------
    point
        A rate, from 0 to 1.
    dlts, treated
        What was seen; the posterior is Beta(1 + dlts, 1 + treated - dlts).

    Examples
    --------
    >>> round(beta_cdf(0.3, 3, 3), 4)
    0.0081
    """
    if point <= 0 or point >= 1:
        return float(point >= 1)
    trials = treated + 1
    above = range(dlts + 1, trials + 1)
    return float(sum(comb(trials, k) * point**k * (1 - point) ** (trials - k) for k in above))


def isotonic(treated: NDArray[np.int64], dlts: NDArray[np.int64], use: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Estimate rates that do not fall with the dose, as the BOIN software does.

    Each rate is (x + 0.05) / (n + 0.1), weighted by the inverse of its variance, and neighbours that fall are pooled.

    Parameters
    ----------
    treated, dlts
        Counts, one row a state and one column a dose.
    use
        Doses that count; the others are left out.

    Returns
    -------
    array
        Estimates; not a number where a dose does not count.

    References
    ----------
    Liu S, Yuan Y. J R Stat Soc C 2015;64:507-523; R package BOIN 2.7.2, select.mtd.
    """
    n, x = treated + 0.1, dlts + 0.05
    rate = x / n
    weight = np.where(use, n**2 * (n + 1) / (x * (n - x)), 0.0)
    doses = rate.shape[1]
    sums = np.concatenate([np.zeros((len(rate), 1)), np.cumsum(weight * rate, axis=1)], axis=1)
    weights = np.concatenate([np.zeros((len(rate), 1)), np.cumsum(weight, axis=1)], axis=1)
    found = np.full(rate.shape, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        for dose in range(doses):
            highest = np.full(len(rate), -np.inf)
            for first in range(dose + 1):
                blocks = (sums[:, dose + 1 :] - sums[:, [first]]) / (weights[:, dose + 1 :] - weights[:, [first]])
                highest = np.fmax(highest, blocks.min(axis=1))
            found[:, dose] = np.where(use[:, dose], highest, np.nan)
    return found
