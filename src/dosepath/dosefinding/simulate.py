"""Simulated trials of a design, many at once; they agree with the exact numbers within their error.

Every patient has a tolerance, drawn evenly from 0 to 1, and a DLT at a dose whose true rate lies above it. A seed gives
the same patients to every design, on any machine, so that designs are compared on the same patients.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dosepath.core.errors import InputError
from dosepath.dosefinding.design import ENDED, Counts, Design, States, true_rates
from dosepath.dosefinding.exact import Numbers, state_keys
from dosepath.dosefinding.open_windows import OpenDesign


@dataclass(frozen=True)
class SimulatedTrials:
    """How simulated trials ended.

    Parameters
    ----------
    design
        What was simulated, with cohorts or with open windows.
    truth
        True rate of DLT at each dose.
    treated, dlts
        Counts at each dose, one row a trial.
    recommended
        Dose level recommended in each trial; 0 for none.
    """

    design: Design | OpenDesign
    truth: Numbers
    treated: Counts
    dlts: Counts
    recommended: Counts

    @cached_property
    def recommendation(self) -> Numbers:
        """Share of trials that recommend no dose, the first, the second ..."""
        counts = np.bincount(self.recommended, minlength=self.design.doses + 1)
        return counts / len(self.recommended)

    @cached_property
    def recommendation_error(self) -> Numbers:
        """Standard error of each of these shares."""
        share = self.recommendation
        found: Numbers = np.sqrt(share * (1 - share) / len(self.recommended))
        return found

    @cached_property
    def patients(self) -> Numbers:
        """Mean number of patients at each dose."""
        found: Numbers = self.treated.mean(axis=0)
        return found

    @cached_property
    def mean_dlts(self) -> Numbers:
        """Mean number of DLTs at each dose."""
        found: Numbers = self.dlts.mean(axis=0)
        return found

    @cached_property
    def total_patients(self) -> Numbers:
        """Share of trials with each number of patients, from 0 to the most."""
        counts = np.bincount(self.treated.sum(axis=1), minlength=self.design.most_patients + 1)
        return counts / len(self.treated)


def draw_patients(trials: int, patients: int, seed: int) -> Numbers:
    """Draw the tolerance of every patient, one row a trial, from the generator PCG64.

    Examples
    --------
    >>> [round(float(each), 6) for each in draw_patients(1, 2, seed=1)[0]]
    [0.511822, 0.950464]
    """
    return np.random.Generator(np.random.PCG64(seed)).random((trials, patients))


def simulate(
    design: Design, truth: tuple[float, ...] | list[float] | Numbers, trials: int, seed: int
) -> SimulatedTrials:
    """Simulate trials of a design under one scenario.

    Parameters
    ----------
    design
        Any design with cohorts whose outcomes are known.
    truth
        True rate of DLT at each dose.
    trials
        How many.
    seed
        Of the patients.

    Raises
    ------
    InputError
        When a rate is missing or is no probability, or there is no trial.

    Examples
    --------
    >>> from dosepath.dosefinding.three_plus_three import variant
    >>> found = simulate(variant("V3", 3), [0.1, 0.25, 0.4], trials=1000, seed=1)
    >>> abs(found.recommendation[3] - 0.1268) < 4 * found.recommendation_error[3]
    np.True_
    """
    rates = checked_rates(design, truth, trials)
    tolerance = draw_patients(trials, design.most_patients, seed)
    treated, dlts = (np.zeros((trials, design.doses), dtype=np.int64) for _ in range(2))
    level = np.full(trials, design.start, dtype=np.int64)
    running = np.arange(trials)
    while len(running):
        size, toxic = _treat(design, rates, tolerance, treated, dlts, level, running)
        level[running] = following_doses(design, treated[running], dlts[running], level[running], size, toxic)
        running = running[level[running] != ENDED]
    return SimulatedTrials(design, rates, treated, dlts, recommended_doses(design, treated, dlts))


def _treat(
    design: Design,
    rates: Numbers,
    tolerance: Numbers,
    treated: Counts,
    dlts: Counts,
    level: Counts,
    running: Counts,
) -> tuple[Counts, Counts]:
    """Treat one cohort in every trial that is running; give its patients and DLTs."""
    at = level[running]
    before = treated[running]
    size = design.cohort_sizes(before, dlts[running], at)
    done = before.sum(axis=1)
    size = np.minimum(size, design.most_patients - done)
    toxic = np.zeros(len(running), dtype=np.int64)
    for number in range(int(size.max())):
        column = np.minimum(done + number, design.most_patients - 1)
        toxic += (tolerance[running, column] < rates[at - 1]) & (number < size)
    treated[running, at - 1] += size
    dlts[running, at - 1] += toxic
    return size, toxic


def checked_rates(
    design: Design | OpenDesign, truth: tuple[float, ...] | list[float] | Numbers, trials: int
) -> Numbers:
    """Take the true rates of a scenario that is to be simulated.

    Raises
    ------
    InputError
        When a rate is missing or is no probability, or there is no trial.
    """
    rates = true_rates(truth, design.doses)
    if trials < 1:
        raise InputError(f"1 trial or more is simulated, {trials} is none")
    return rates


def following_doses(
    design: Design, treated: Counts, dlts: Counts, level: Counts, size: Counts, toxic: Counts
) -> Counts:
    """Ask a design once for all trials that are in the same state; one row a trial.

    Parameters
    ----------
    design
        Any design.
    treated, dlts
        Counts at each dose.
    level, size, toxic
        Dose level of the latest cohort, its patients and its DLTs.
    """
    base = int(size.max()) + 1
    latest = (level * base + size) * base + toxic
    first, inverse = _distinct(treated, dlts, latest, design.most_patients)
    states = States(treated[first], dlts[first], level[first], size[first], toxic[first])
    following = design.next_doses(states)
    following = np.where(states.treated.sum(axis=1) >= design.most_patients, ENDED, following)
    found: Counts = following[inverse]
    return found


def recommended_doses(design: Design, treated: Counts, dlts: Counts) -> Counts:
    """Ask a design once what it recommends in all trials that ended alike."""
    first, inverse = _distinct(treated, dlts, np.zeros(len(treated), dtype=np.int64), design.most_patients)
    found: Counts = design.recommended(treated[first], dlts[first])[inverse]
    return found


def _distinct(treated: Counts, dlts: Counts, latest: Counts, most: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    _, first, inverse = np.unique(state_keys(treated, dlts, latest, most), return_index=True, return_inverse=True)
    return first, inverse
