"""CRM, the continual reassessment method with one parameter, Bayesian and by maximum likelihood.

A skeleton gives each dose a rate; a single parameter b bends it. With b normal around 0, the next dose is the one whose
rate at the posterior mean of b lies nearest to the target. Two models: `empiric`, skeleton to the power exp(b), and
`logistic` with a fixed intercept.

Verification: estimates, rates and bounds against the R package dfcrm 0.2-2.1; posterior means against quadrature to
1e-10; skeletons against its getprior.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import exp, log, sqrt
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dosepath.core.errors import InputError
from dosepath.core.source import Citation
from dosepath.dosefinding.design import ENDED, Counts, Grounds, States
from dosepath.dosefinding.outcomes import Cohort

Numbers: TypeAlias = NDArray[np.float64]
Model: TypeAlias = Literal["empiric", "logistic"]
Estimate: TypeAlias = Literal["mean", "likelihood"]

OQUIGLEY_1990 = Citation("O'Quigley J, Pepe M, Fisher L. Biometrics 1990;46:33-48")
LEE_2009 = Citation("Lee SM, Cheung YK. Clin Trials 2009;6:227-238")

PRIOR_VARIANCE = 1.34
"""Variance of the parameter before any patient, as dfcrm has it."""

INTERCEPT = 3.0
"""Of the logistic model, as dfcrm has it."""

_REACH, _POINTS = 10.0, 481
"""Of the grid: with few patients it has to reach far, and then a sum over equal steps is exact to the last digits."""

_LEAST, _MOST_EXPONENT = 1e-300, 700.0
"""Where logarithms and exponentials would leave the numbers that there are."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Rates before any patient and the model that bends them.

    Parameters
    ----------
    rates
        One for each dose level, rising, above 0 and below 1.
    model, intercept
        `empiric`, or `logistic` with its intercept.
    variance
        Prior variance of the parameter.

    Raises
    ------
    InputError
        When the rates do not rise between 0 and 1.
    """

    rates: tuple[float, ...]
    model: Model = "empiric"
    intercept: float = INTERCEPT
    variance: float = PRIOR_VARIANCE

    def __post_init__(self) -> None:
        bounds = (0.0, *self.rates, 1.0)
        if not all(low < high for low, high in pairwise(bounds)):
            raise InputError(f"a skeleton rises from above 0 to below 1, {list(self.rates)} does not")

    def rates_at(self, parameter: Numbers | float) -> Numbers:
        """Give the rate of each dose at values of the parameter, shape (values, doses), or (doses,) for one value."""
        slope = np.exp(np.asarray(parameter, dtype=np.float64))[..., None]
        found: Numbers
        if self.model == "empiric":
            found = np.exp(slope * np.log(self.rates))
        else:
            found = 1 / (1 + np.exp(np.minimum(-self.intercept - slope * self.scaled_doses, _MOST_EXPONENT)))
        return found

    @property
    def scaled_doses(self) -> Numbers:
        """Doses of the logistic model that give the skeleton where the parameter is 0."""
        rates = np.asarray(self.rates)
        found: Numbers = np.log(rates / (1 - rates)) - self.intercept
        return found


@dataclass(frozen=True, slots=True)
class Fit:
    """What the data say about the parameter.

    Parameters
    ----------
    estimate, variance
        Mean and variance of the parameter, one a state; of maximum likelihood the variance is the inverse information.
    """

    estimate: Numbers
    variance: Numbers


@lru_cache(maxsize=32)
def _grid(skeleton: Skeleton) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Give the points of the parameter, the logarithms of the rates and of their complements, and of the prior."""
    points = np.linspace(-_REACH, _REACH, _POINTS)
    rates = skeleton.rates_at(points)
    prior = -(points**2) / (2 * skeleton.variance)
    return points, np.log(np.maximum(rates, _LEAST)).T, np.log(np.maximum(1 - rates, _LEAST)).T, prior


def posterior(skeleton: Skeleton, dlts: Numbers | Counts, without: Numbers | Counts) -> Fit:
    """Give the posterior mean and variance of the parameter.

    Parameters
    ----------
    skeleton
        Model and prior.
    dlts, without
        Patients with and without a DLT at each dose, shape (states, doses); weights of patients whose window is open
        are fractions.

    Examples
    --------
    >>> skeleton = Skeleton((0.05, 0.12, 0.25, 0.40, 0.55))
    >>> fit = posterior(skeleton, np.array([[0, 0, 2, 0, 0]]), np.array([[3, 3, 1, 0, 0]]))
    >>> round(float(fit.estimate[0]), 6)
    -0.192318
    """
    points, yes, no, prior = _grid(skeleton)
    height = dlts @ yes + without @ no + prior
    weight = np.exp(height - height.max(axis=1, keepdims=True))
    total = weight.sum(axis=1)
    mean = weight @ points / total
    variance = weight @ points**2 / total - mean**2
    return Fit(mean, variance)


def partial_posterior(skeleton: Skeleton, level: Sequence[int], dlts: Sequence[bool], weights: Sequence[float]) -> Fit:
    """Give the posterior with patients whose window is still open, each counted by a weight (TITE-CRM).

    A patient with weight w and no DLT counts as a chance of 1 - w p(dose) to have none.

    Parameters
    ----------
    skeleton
        Model and prior.
    level, dlts, weights
        One for each patient: dose level, DLT, share of the window that is over.
    """
    points = _grid(skeleton)[0]
    density = _partial_density(skeleton, level, dlts, weights)
    mean = density @ points
    return Fit(np.array([mean]), np.array([density @ points**2 - mean**2]))


def partial_chance_above(
    skeleton: Skeleton, level: Sequence[int], dlts: Sequence[bool], weights: Sequence[float], rate: float
) -> float:
    """Give the posterior probability that the rate of the lowest dose lies above a rate.

    Parameters
    ----------
    skeleton, level, dlts, weights
        As for `partial_posterior`.
    rate
        A rate of DLT.
    """
    above = np.exp(_grid(skeleton)[1][0]) > rate
    return float(_partial_density(skeleton, level, dlts, weights) @ above)


def _partial_density(
    skeleton: Skeleton, level: Sequence[int], dlts: Sequence[bool], weights: Sequence[float]
) -> Numbers:
    """Give the posterior over the points of the grid; adds up to one."""
    _, yes, no, prior = _grid(skeleton)
    height = prior.copy()
    known = np.zeros((2, len(skeleton.rates)))
    for dose, toxic, weight in zip(level, dlts, weights, strict=True):
        if weight == 1:
            known[int(toxic), dose - 1] += 1
            continue
        chance = weight * np.exp(yes[dose - 1])
        height += np.log(np.maximum(chance if toxic else 1 - chance, _LEAST))
    height += known[1] @ yes + known[0] @ no
    density = np.exp(height - height.max())
    found: Numbers = density / density.sum()
    return found


def most_likely(skeleton: Skeleton, level: Sequence[int], dlts: Sequence[bool], weights: Sequence[float]) -> Fit:
    """Give the most likely parameter; at the end of the grid where all patients or none had a DLT.

    Parameters
    ----------
    skeleton, level, dlts, weights
        As for `partial_posterior`; the prior plays no part.
    """

    def height(parameter: Numbers) -> Numbers:
        rates = skeleton.rates_at(parameter)
        found = np.zeros(len(parameter))
        for dose, toxic, weight in zip(level, dlts, weights, strict=True):
            chance = weight * rates[:, dose - 1]
            found += np.log(np.maximum(chance if toxic else 1 - chance, _LEAST))
        return found

    best = _highest(height, np.array([-_REACH]), np.array([_REACH]), steps=100)
    below, here, above = (float(height(best + step)[0]) for step in (-_STEP, 0.0, _STEP))
    curve = (above - 2 * here + below) / _STEP**2
    return Fit(best, np.array([-1 / curve if curve < 0 else np.nan]))


_STEP = 1e-3
"""Distance over which the curvature of a likelihood is taken."""


def _highest(height: Callable[[Numbers], Numbers], low: Numbers, high: Numbers, steps: int) -> Numbers:
    """Find where functions with one peak are highest, each between its bounds, by golden sections."""
    golden = (sqrt(5) - 1) / 2
    for _ in range(steps):
        left, right = high - golden * (high - low), low + golden * (high - low)
        rises = height(left) < height(right)
        low, high = np.where(rises, left, low), np.where(rises, high, right)
    found: Numbers = (low + high) / 2
    return found


def most_likely_rates(skeleton: Skeleton, dlts: Counts, without: Counts) -> Numbers:
    """Give the rate of each dose at the most likely parameter, shape (states, doses).

    Where nobody or everybody had a DLT no parameter is the most likely one; the end of the grid stands for it, with
    rates near 0 or near 1.

    Parameters
    ----------
    skeleton
        Model; the prior plays no part.
    dlts, without
        Patients with and without a DLT at each dose, shape (states, doses).

    Examples
    --------
    >>> skeleton = Skeleton((0.05, 0.12, 0.25, 0.40, 0.55))
    >>> found = most_likely_rates(skeleton, np.array([[0, 0, 2, 0, 0]]), np.array([[3, 3, 1, 0, 0]]))
    >>> alone = most_likely(skeleton, [1] * 3 + [2] * 3 + [3] * 3, [False] * 6 + [True] * 2 + [False], [1.0] * 9)
    >>> bool(abs(found[0] - skeleton.rates_at(float(alone.estimate[0]))).max() < 1e-6)
    True
    """
    points, yes, no, _ = _grid(skeleton)
    best = (dlts @ yes + without @ no).argmax(axis=1)
    low, high = points[np.maximum(best - 1, 0)], points[np.minimum(best + 1, len(points) - 1)]

    def height(parameter: Numbers) -> Numbers:
        rates = skeleton.rates_at(parameter)
        logs = dlts * np.log(np.maximum(rates, _LEAST)) + without * np.log(np.maximum(1 - rates, _LEAST))
        found: Numbers = logs.sum(axis=1)
        return found

    return skeleton.rates_at(_highest(height, low, high, steps=_SECTIONS))


_SECTIONS = 40
"""Steps of the search between two points of the grid; each leaves 0.62 of the interval."""


@dataclass(frozen=True, slots=True)
class Crm:
    """CRM in cohorts, one dose up at a time and not up after a cohort with too many DLTs.

    Parameters
    ----------
    skeleton
        Model and prior.
    target
        Rate of DLT that is looked for.
    cohorts, cohort_size
        Cohorts, and patients in each.
    start
        Dose level of the first cohort.
    skip
        Whether levels may be skipped on the way up.
    coherent
        Whether one stays after a cohort whose share of DLTs reaches the target.
    too_toxic
        Stop when the rate of the lowest dose lies above the target with more than this posterior probability; None for
        never.
    estimate
        Whether rates are taken at the posterior mean of the parameter or at its most likely value. The latter goes up
        by one dose a cohort until there is a DLT (O'Quigley and Shen, Biometrics 1996;52:673-684).
    """

    skeleton: Skeleton
    target: float
    cohorts: int = 10
    cohort_size: int = 3
    start: int = 1
    skip: bool = False
    coherent: bool = True
    too_toxic: float | None = None
    estimate: Estimate = "mean"

    @property
    def id(self) -> str:
        """`crm`."""
        return "crm"

    @property
    def name(self) -> str:
        """CRM with its model."""
        return f"CRM ({self.skeleton.model}{', likelihood' if self.estimate == 'likelihood' else ''})"

    @property
    def citation(self) -> Citation:
        """O'Quigley, Pepe and Fisher 1990."""
        return OQUIGLEY_1990

    @property
    def doses(self) -> int:
        """Rates of the skeleton."""
        return len(self.skeleton.rates)

    @property
    def most_patients(self) -> int:
        """Patients of all cohorts."""
        return self.cohorts * self.cohort_size

    def cohort_sizes(self, treated: Counts, dlts: Counts, level: Counts) -> Counts:
        """Give the size of a cohort."""
        return np.full(len(level), self.cohort_size, dtype=np.int64)

    def rates(self, treated: Counts, dlts: Counts) -> Numbers:
        """Give the estimated rate of each dose, shape (states, doses)."""
        if self.estimate == "likelihood":
            return most_likely_rates(self.skeleton, dlts, treated - dlts)
        return self.skeleton.rates_at(posterior(self.skeleton, dlts, treated - dlts).estimate)

    def nearest(self, treated: Counts, dlts: Counts) -> Counts:
        """Give the dose level whose estimated rate lies nearest to the target; of two the lower."""
        found: Counts = np.abs(self.rates(treated, dlts) - self.target).argmin(axis=1) + 1
        return found

    def stops(self, treated: Counts, dlts: Counts) -> NDArray[np.bool_]:
        """Answer in which states the lowest dose is too toxic."""
        if self.too_toxic is None:
            return np.zeros(len(treated), dtype=np.bool_)
        points, yes, no, prior = _grid(self.skeleton)
        height = dlts @ yes + (treated - dlts) @ no + prior
        weight = np.exp(height - height.max(axis=1, keepdims=True))
        above = self.skeleton.rates_at(points)[:, 0] > self.target
        found: NDArray[np.bool_] = weight @ above / weight.sum(axis=1) > self.too_toxic
        return found

    def next_doses(self, states: States) -> Counts:
        """Give the dose level of the next cohort in each state."""
        wanted = self.nearest(states.treated, states.dlts)
        if not self.skip:
            wanted = np.minimum(wanted, states.current + 1)
        wanted = np.where(self._held(states), np.minimum(wanted, states.current), wanted)
        patients = states.treated.sum(axis=1)
        wanted = np.where(patients == 0, self.start, wanted)
        over = (patients >= self.most_patients) | self.stops(states.treated, states.dlts)
        return np.where(over, ENDED, wanted)

    def _held(self, states: States) -> NDArray[np.bool_]:
        """Answer where one does not go up because of the DLTs of the latest cohort."""
        found: NDArray[np.bool_] = (states.latest_dlts >= self.target * states.latest) & (states.latest > 0)
        return found & self.coherent

    def recommended(self, treated: Counts, dlts: Counts) -> Counts:
        """Give the dose level nearest to the target; none where the lowest is too toxic."""
        return np.where(self.stops(treated, dlts), ENDED, self.nearest(treated, dlts))

    def grounds(self, state: States) -> Grounds:
        """Say what the model makes of one state."""
        treated, dlts, current = state.treated, state.dlts, int(state.current[0])
        listed = ", ".join(f"{100 * rate:.1f} %" for rate in self.rates(treated, dlts)[0])
        nearest = int(self.nearest(treated, dlts)[0])
        reasons = (f"estimated rates of DLT: {listed}", f"level {nearest} is nearest to {100 * self.target:g} %")
        if bool(self.stops(treated, dlts)[0]):
            return Grounds("the lowest dose is too toxic", reasons)
        if int(treated.sum()) >= self.most_patients:
            return Grounds("all cohorts are treated", reasons)
        if not treated.any():
            return Grounds("nobody was treated: the first dose", reasons)
        if nearest > current and bool(self._held(state)[0]):
            return Grounds("not up after a cohort whose share of DLTs reaches the target", reasons)
        if nearest > current + 1 and not self.skip:
            return Grounds("towards the target, one dose up at a time", reasons)
        return Grounds("the dose nearest to the target", reasons)

    def problem(self, state: States, cohort: Cohort) -> str:
        """Say why a cohort cannot follow: a level is skipped on the way up, or the trial has ended."""
        if int(state.treated.sum()) >= self.most_patients:
            return f"it has ended with {self.most_patients} patients"
        highest = int(np.flatnonzero(state.treated[0])[-1]) + 1 if state.treated.any() else self.start - 1
        if not self.skip and cohort.level > highest + 1:
            return f"level {highest + 1} would be skipped"
        return ""


def calibrated_skeleton(
    halfwidth: float,
    target: float,
    prior_level: int,
    doses: int,
    model: Model = "empiric",
    intercept: float = INTERCEPT,
) -> Skeleton:
    """Find the skeleton whose indifference interval has a given half width at every dose.

    Parameters
    ----------
    halfwidth
        Half the width of the interval of rates around the target in which neighbouring doses cannot be told apart.
    target
        Rate of DLT that is looked for.
    prior_level
        Dose level that is believed to have it.
    doses
        Number of dose levels.
    model, intercept
        As in a skeleton.

    References
    ----------
    Lee SM, Cheung YK. Clin Trials 2009;6:227-238; getprior of the R package dfcrm.

    Examples
    --------
    >>> [round(rate, 4) for rate in calibrated_skeleton(0.05, 0.25, 3, 6).rates]
    [0.084, 0.1567, 0.25, 0.3545, 0.4603, 0.5597]
    """
    low, high = target - halfwidth, target + halfwidth
    if model == "empiric":
        ratio = log(low) / log(high)
        return Skeleton(tuple(exp(log(target) * ratio ** (prior_level - dose)) for dose in range(1, doses + 1)))
    up = (logit(high) - intercept) / (logit(low) - intercept)
    at_target = logit(target) - intercept
    scaled = [at_target * up ** (dose - prior_level) for dose in range(1, doses + 1)]
    return Skeleton(tuple(1 / (1 + exp(-intercept - dose)) for dose in scaled), "logistic", intercept)


def logit(rate: float) -> float:
    """Give the logarithm of the odds."""
    return log(rate / (1 - rate))
