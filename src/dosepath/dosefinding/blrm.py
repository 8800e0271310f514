"""BLRM, Bayesian logistic regression with two parameters, and escalation with overdose control.

The logarithm of the odds of a DLT is a + exp(b) log(dose / reference dose), with (a, b) normal before any patient. Of
the doses that are too toxic with at most a bounded posterior probability, the next is the one that most probably lies
in the target interval.

Verification: means and interval probabilities against a fine grid (reference numbers) that agrees with samples of the R
package crmPack 2.0.1; against a grid several times finer; exact characteristics against every path.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dosepath.core.errors import InputError
from dosepath.core.source import Citation
from dosepath.dosefinding.design import ENDED, Counts, Grounds, States
from dosepath.dosefinding.outcomes import Cohort

Numbers: TypeAlias = NDArray[np.float64]

NEUENSCHWANDER_2008 = Citation("Neuenschwander B, Branson M, Gsponer T. Stat Med 2008;27:2420-2439")

UNDER, OVER = 0.16, 0.33
"""Rates of DLT below which a dose is too low, and above which it is too toxic."""

OVERDOSE = 0.25
"""Most posterior probability of being too toxic that a dose may have."""

_REACH = 8.0
"""Of the grid, in standard deviations before any patient."""

_STEP, _FEWEST, _MOST = 0.15, 81, 401
"""Wanted distance of grid points, and the number of them in one direction."""

_BLOCK = 2_000_000
"""Grid points times states that are worked on at once."""


@dataclass(frozen=True, slots=True)
class LogisticPrior:
    """The model and what is believed before any patient.

    Parameters
    ----------
    doses
        Amounts, rising, all in the unit of the reference dose.
    reference
        Dose at which exp(a) are the odds of a DLT.
    mean, covariance
        Of (a, b).

    Raises
    ------
    InputError
        When the doses do not rise from above 0, or there is no such normal distribution.
    """

    doses: tuple[float, ...]
    reference: float
    mean: tuple[float, float]
    covariance: tuple[tuple[float, float], tuple[float, float]]

    def __post_init__(self) -> None:
        if not self.doses or not all(low < high for low, high in pairwise((0.0, *self.doses))):
            raise InputError(f"doses rise from above 0, {list(self.doses)} do not")
        if not self.reference > 0:
            raise InputError(f"the reference dose lies above 0, {self.reference:g} does not")
        (first, mixed), (other, second) = self.covariance
        if mixed != other or first <= 0 or second <= 0 or mixed**2 >= first * second:
            raise InputError("the covariance of a and b is symmetric with positive variances and a correlation below 1")


@dataclass(frozen=True, slots=True)
class DosePosterior:
    """What the data say about the rate of DLT at each dose, shape (states, doses).

    Parameters
    ----------
    mean
        Posterior mean of the rate.
    under, target, over
        Posterior probability that the rate lies below, inside and above the target interval.
    """

    mean: Numbers
    under: Numbers
    target: Numbers
    over: Numbers


def posterior(
    prior: LogisticPrior, dlts: Counts, without: Counts, interval: tuple[float, float] = (UNDER, OVER)
) -> DosePosterior:
    """Give posterior means and interval probabilities of the rates of DLT.

    Parameters
    ----------
    prior
        Model and prior.
    dlts, without
        Patients with and without a DLT at each dose, shape (states, doses).
    interval
        Bounds of the target interval.

    Examples
    --------
    >>> prior = LogisticPrior((0.5, 1.0, 2.0), 1.0, (-0.85, 1.0), ((1.0, -0.5), (-0.5, 1.0)))
    >>> found = posterior(prior, np.array([[0, 1, 0]]), np.array([[3, 2, 0]]))
    >>> [round(float(rate), 4) for rate in found.mean[0]]
    [0.0661, 0.285, 0.7734]
    """
    yes, no, height, weights = _grid(prior, *interval)
    sums = np.empty((len(dlts), weights.shape[1]))
    rows = max(1, _BLOCK // len(height))
    for first in range(0, len(dlts), rows):
        part = slice(first, first + rows)
        level = dlts[part] @ yes + without[part] @ no + height
        sums[part] = np.exp(level - level.max(axis=1, keepdims=True)) @ weights
    doses = len(prior.doses)
    shares = sums[:, 1:] / sums[:, :1]
    mean, below_under, below_over = shares[:, :doses], shares[:, doses : 2 * doses], shares[:, 2 * doses :]
    return DosePosterior(mean, below_under, below_over - below_under, 1 - below_over)


@lru_cache(maxsize=16)
def _grid(prior: LogisticPrior, under: float, over: float) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Tabulate the model over a grid of (a, b).

    Returns
    -------
    tuple
        Logarithms of the rates and of their complements, shape (doses, points); logarithm of the prior; and for each
        point its weight in the sum of all, in the mean of each dose, in the parts with a rate below either bound.
    """
    (variance, mixed), (_, variance_b) = prior.covariance
    spread_b = sqrt(variance_b)
    spread_a = sqrt(variance - mixed**2 / variance_b)
    around_a, around_b = _points(spread_a), _points(spread_b)
    b = prior.mean[1] + spread_b * around_b
    centre = prior.mean[0] + mixed / spread_b * around_b
    a = centre[:, None] + spread_a * around_a
    scaled = np.log(np.asarray(prior.doses) / prior.reference)
    shift = np.exp(b) * scaled[:, None]
    odds = a + shift[:, :, None]
    yes, no = -np.logaddexp(0, -odds), -np.logaddexp(0, odds)
    height = -(around_a**2 + around_b[:, None] ** 2) / 2
    columns = [np.ones(a.size), *np.exp(yes).reshape(len(scaled), -1)]
    for bound in (under, over):
        ends = (np.log(bound / (1 - bound)) - shift - centre) / spread_a
        columns += [_weights_below(around_a, end).ravel() for end in ends]
    points = (len(scaled), -1)
    return yes.reshape(points), no.reshape(points), height.ravel(), np.array(columns).T


def _points(spread: float) -> Numbers:
    wanted = 2 * ceil(_REACH * spread / _STEP) + 1
    return np.linspace(-_REACH, _REACH, min(max(wanted, _FEWEST), _MOST))


def _weights_below(points: Numbers, ends: Numbers) -> Numbers:
    """Weigh equally spaced points so that the weighted sum is the integral up to an end over the step, one row an end.

    Between two points a function is taken for the polynomial through the points around them.
    """
    size, step, half = len(points), points[1] - points[0], len(_AROUND) // 2
    lowest, highest = half - 1, size - half - 1
    cells = np.zeros((size, size))
    whole = _integral_to(np.ones(1))[0]
    for cell in range(lowest, highest + 1):
        cells[cell + 1, cell + _AROUND] = whole
    full = np.cumsum(cells, axis=0)
    place = np.clip((ends - points[0]) / step, lowest, highest + 1)
    cell = np.minimum(place.astype(np.int64), highest)
    found: Numbers = full[cell]
    rows = np.arange(len(ends))[:, None]
    found[rows, cell[:, None] + _AROUND] += _integral_to(place - cell)
    return found


_AROUND = np.arange(-4, 6)
"""Points around a cell from 0 to 1 whose polynomial is integrated."""

_FROM_MOMENTS = np.linalg.inv(np.vander(_AROUND.astype(np.float64), increasing=True).T)
"""From the integrals of 1, x, x^2 ... to the weights of the points."""


def _integral_to(end: Numbers) -> Numbers:
    """Weigh the points around a cell so that the weighted sum is the integral from 0 to an end, one row an end."""
    powers = np.arange(1, len(_AROUND) + 1)
    found: Numbers = end[:, None] ** powers / powers @ _FROM_MOMENTS.T
    return found


@dataclass(frozen=True, slots=True)
class Blrm:
    """BLRM in cohorts with overdose control, one dose up at a time.

    Parameters
    ----------
    prior
        Model and prior.
    interval
        Bounds of the target interval of rates.
    overdose
        Most posterior probability of a rate above the interval that a dose may have.
    cohorts, cohort_size
        Cohorts, and patients in each.
    start
        Dose level of the first cohort.
    coherent
        Whether one stays after a cohort whose share of DLTs lies above the interval.
    """

    prior: LogisticPrior
    interval: tuple[float, float] = (UNDER, OVER)
    overdose: float = OVERDOSE
    cohorts: int = 10
    cohort_size: int = 3
    start: int = 1
    coherent: bool = True

    @property
    def id(self) -> str:
        """`blrm`."""
        return "blrm"

    @property
    def name(self) -> str:
        """BLRM."""
        return "BLRM"

    @property
    def citation(self) -> Citation:
        """Neuenschwander, Branson and Gsponer 2008."""
        return NEUENSCHWANDER_2008

    @property
    def doses(self) -> int:
        """Amounts of the prior."""
        return len(self.prior.doses)

    @property
    def most_patients(self) -> int:
        """Patients of all cohorts."""
        return self.cohorts * self.cohort_size

    def cohort_sizes(self, treated: Counts, dlts: Counts, level: Counts) -> Counts:
        """Give the size of a cohort."""
        return np.full(len(level), self.cohort_size, dtype=np.int64)

    def posterior(self, treated: Counts, dlts: Counts) -> DosePosterior:
        """Give what the data say about the rates."""
        return posterior(self.prior, dlts, treated - dlts, self.interval)

    def _best(self, treated: Counts, dlts: Counts, highest: Counts) -> Counts:
        """Give the admissible dose level up to a highest one that most probably lies in the interval."""
        found = self.posterior(treated, dlts)
        levels = np.arange(1, self.doses + 1)
        admissible = (found.over <= self.overdose) & (levels <= highest[:, None])
        chosen = np.where(admissible, found.target, -1.0).argmax(axis=1) + 1
        return np.where(admissible.any(axis=1), chosen, ENDED)

    def next_doses(self, states: States) -> Counts:
        """Give the dose level of the next cohort in each state."""
        patients = states.treated.sum(axis=1)
        following = self._best(states.treated, states.dlts, states.current + ~self._held(states))
        following = np.where(patients == 0, self.start, following)
        return np.where(patients >= self.most_patients, ENDED, following)

    def _held(self, states: States) -> NDArray[np.bool_]:
        """Answer where one does not go up because of the DLTs of the latest cohort."""
        found: NDArray[np.bool_] = states.latest_dlts > self.interval[1] * states.latest
        return found & self.coherent

    def recommended(self, treated: Counts, dlts: Counts) -> Counts:
        """Give the admissible dose level among those tried that most probably lies in the interval."""
        tried = treated > 0
        highest = np.where(tried.any(axis=1), self.doses - tried[:, ::-1].argmax(axis=1), ENDED)
        return self._best(treated, dlts, highest)

    def grounds(self, state: States) -> Grounds:
        """Say what the model makes of one state."""
        treated, current = state.treated, int(state.current[0])
        found = self.posterior(treated, state.dlts)
        reasons: tuple[str, ...] = (
            f"probability of a rate above {100 * self.interval[1]:g} %: {_percent(found.over[0])}",
            f"probability of a rate inside the target interval: {_percent(found.target[0])}",
        )
        if int(treated.sum()) >= self.most_patients:
            return Grounds("all cohorts are treated", reasons)
        admissible = found.over[0] <= self.overdose
        if not admissible[: current + 1].any() and treated.any():
            return Grounds(f"every dose is too toxic with a probability above {100 * self.overdose:g} %", reasons)
        if not admissible.all():
            barred = ", ".join(str(level) for level in np.flatnonzero(~admissible) + 1)
            reasons += (f"overdose control bars level {barred}",)
        if bool(self._held(state)[0]):
            reasons += ("not up after a cohort whose share of DLTs lies above the target interval",)
        return Grounds("of the admissible doses the one that most probably lies in the target interval", reasons)

    def problem(self, state: States, cohort: Cohort) -> str:
        """Say why a cohort cannot follow: a level is skipped on the way up, or the trial has ended."""
        if int(state.treated.sum()) >= self.most_patients:
            return f"it has ended with {self.most_patients} patients"
        highest = int(np.flatnonzero(state.treated[0])[-1]) + 1 if state.treated.any() else self.start - 1
        if cohort.level > highest + 1:
            return f"level {highest + 1} would be skipped"
        return ""


def _percent(chances: Numbers) -> str:
    return ", ".join(f"{100 * chance:.1f} %" for chance in chances)
