"""Designs that look up what to do by the patients and DLTs at the current dose: what they have in common.

A class says for each count whether to escalate, stay or go down, and when a dose is eliminated. From that follow the
decision table, the next dose, and the dose that is recommended in the end.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import inf

import numpy as np
from numpy.typing import NDArray

from dosepath.core.errors import InputError
from dosepath.core.source import Citation
from dosepath.dosefinding.beta import beta_cdf, isotonic
from dosepath.dosefinding.design import ENDED, Counts, Grounds, States, tallies_of
from dosepath.dosefinding.outcomes import Cohort

UP, STAY, DOWN = 1, 0, -1
"""What a count asks for."""

_WORDS = {UP: "few DLTs: the next dose", STAY: "near the target: this dose", DOWN: "many DLTs: one dose down"}

_TIE = 1e-10
"""Added for each dose level, so that of two doses equally far from the target the higher one is taken below it."""


@dataclass(frozen=True, slots=True)
class TableDesign(ABC):
    """A design with a decision table.

    Parameters
    ----------
    doses
        Number of dose levels.
    target
        Rate of DLT that is looked for.
    cohorts, cohort_size
        Most cohorts, and patients in each.
    start
        Dose level of the first cohort.
    cutoff
        A dose is eliminated, with all above it, when it has 3 patients or more and the posterior probability that its
        rate lies above the target is higher than this (uniform prior); 1 for never.
    extra_safe
        How much lower that bound is at the lowest dose; None for the same bound.
    """

    doses: int
    target: float
    cohorts: int = 10
    cohort_size: int = 3
    start: int = 1
    cutoff: float = 0.95
    extra_safe: float | None = None

    @property
    @abstractmethod
    def id(self) -> str:
        """Name used by commands and files."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Name used by people."""

    @property
    @abstractmethod
    def citation(self) -> Citation:
        """Where it is published."""

    @abstractmethod
    def asks(self, treated: int, dlts: int) -> int:
        """Give UP, STAY or DOWN for the counts at the current dose, elimination apart."""

    @property
    def highest_estimate(self) -> float:
        """Estimate above which no dose is recommended."""
        return inf

    @property
    def most_patients(self) -> int:
        """Patients of all cohorts."""
        return self.cohorts * self.cohort_size

    def eliminates(self, treated: int, dlts: int, *, lowest: bool = False) -> bool:
        """Answer whether a dose with these counts is eliminated."""
        cutoff = self.cutoff - (self.extra_safe or 0.0) if lowest else self.cutoff
        return treated >= MINIMUM_TO_ELIMINATE and 1 - beta_cdf(self.target, dlts, treated) > cutoff

    def cohort_sizes(self, treated: Counts, dlts: Counts, level: Counts) -> Counts:
        """Give the size of a cohort."""
        return np.full(len(level), self.cohort_size, dtype=np.int64)

    def lowest_eliminated(self, treated: Counts, dlts: Counts) -> Counts:
        """Give the lowest eliminated dose level in each state; one above the highest where there is none."""
        _, out, out_lowest = _tables(self)
        found = out[treated, dlts]
        found[:, 0] |= out_lowest[treated[:, 0], dlts[:, 0]]
        return np.where(found.any(axis=1), found.argmax(axis=1) + 1, self.doses + 1)

    def next_doses(self, states: States) -> Counts:
        """Give the dose level of the next cohort in each state."""
        asked, _, _ = _tables(self)
        wanted = np.clip(states.current + asked[states.at_current], 1, self.doses)
        out = self.lowest_eliminated(states.treated, states.dlts)
        wanted = np.where(wanted >= out, np.minimum(states.current, out - 1), wanted)
        done = states.treated.sum(axis=1) >= self.most_patients
        return np.where((out == 1) | done, ENDED, wanted)

    def recommended(self, treated: Counts, dlts: Counts) -> Counts:
        """Give the dose level with the isotonic estimate nearest to the target; none where the lowest is eliminated."""
        out = self.lowest_eliminated(treated, dlts)
        levels = np.arange(1, self.doses + 1)
        use = (treated > 0) & (levels < out[:, None])
        rank = np.cumsum(use, axis=1)
        estimate = isotonic(treated, dlts, use) + _TIE * rank
        distance = np.where(use & (estimate <= self.highest_estimate), np.abs(estimate - self.target), np.inf)
        return np.where(np.isfinite(distance).any(axis=1), distance.argmin(axis=1) + 1, ENDED)

    def grounds(self, state: States) -> Grounds:
        """Say which rule decides in one state."""
        treated, dlts, current = state.treated, state.dlts, int(state.current[0])
        seen = tallies_of(state)[current - 1]
        reasons = (f"{seen.dlts} DLT in {seen.treated} at level {current}",)
        out = int(self.lowest_eliminated(treated, dlts)[0])
        if out == 1:
            return Grounds("the lowest dose is eliminated: no dose is tolerable", reasons)
        if int(treated.sum()) >= self.most_patients:
            return Grounds("all cohorts are treated; the dose nearest to the target is recommended", reasons)
        if out <= current:
            return Grounds(f"level {out} and all above are eliminated", reasons)
        asked = self.asks(seen.treated, seen.dlts) if seen.treated else STAY
        if asked == UP and current == self.doses:
            return Grounds("the counts ask for a higher dose; this is the highest", reasons)
        if asked == UP and current + 1 == out:
            return Grounds(f"the counts ask for the next dose, but level {out} is eliminated", reasons)
        if asked == DOWN and current == 1:
            return Grounds("the counts ask for a lower dose; this is the lowest", reasons)
        return Grounds(_WORDS[asked], reasons)

    def problem(self, state: States, cohort: Cohort) -> str:
        """Say why a cohort cannot follow: it goes to an eliminated dose, or the trial has ended."""
        out = int(self.lowest_eliminated(state.treated, state.dlts)[0])
        if cohort.level >= out:
            return f"level {out} is eliminated ({tallies_of(state)[out - 1]})"
        if int(state.treated.sum()) >= self.most_patients:
            return f"it has ended with {self.most_patients} patients"
        return ""


def check_interval(target: float, below: float, above: float) -> None:
    """Refuse an interval around the target that holds no rate under it or over it.

    Raises
    ------
    InputError
        When it does not lie above 0 and below 1 with the target inside.
    """
    low, high = as_written(target) - as_written(below), as_written(target) + as_written(above)
    if not 0 < low < high < 1:
        raise InputError(
            f"the interval around the target goes from {float(low):g} to {float(high):g}; rates lie inside"
        )


def as_written(number: float) -> Fraction:
    """Give the number that was written down, so that a share of patients can lie exactly on a limit.

    Examples
    --------
    >>> as_written(0.2) - as_written(0.05), 0.2 - 0.05 == 0.15
    (Fraction(3, 20), False)
    """
    return Fraction(str(number))


ROUNDING = 1e-12
"""Probabilities that differ by less are equal."""

MINIMUM_TO_ELIMINATE = 3
"""Patients before which no dose is eliminated."""


@lru_cache(maxsize=64)
def _tables(design: TableDesign) -> tuple[Counts, NDArray[np.bool_], NDArray[np.bool_]]:
    """Tabulate a design over all counts: what is asked for, what is eliminated, what at the lowest dose."""
    size = design.most_patients + 1
    asked = np.zeros((size, size), dtype=np.int64)
    out = np.zeros((size, size), dtype=np.bool_)
    out_lowest = np.zeros((size, size), dtype=np.bool_)
    for treated in range(1, size):
        for dlts in range(treated + 1):
            asked[treated, dlts] = design.asks(treated, dlts)
            out[treated, dlts] = design.eliminates(treated, dlts)
            out_lowest[treated, dlts] = design.eliminates(treated, dlts, lowest=True)
    return asked, out, out_lowest
