"""Trials simulated in time: arrivals, stagger, reviews, pending and inevaluable patients, backfill.

A design whose cohorts must be known treats a cohort, waits for its last outcome and goes on; all trials advance
together. A patient who leaves is replaced at the same dose. With nobody inevaluable the trials recommend what
`simulate` has them recommend, patient by patient, and so agree with the exact numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dosepath.dosefinding.design import ENDED, Counts, Design
from dosepath.dosefinding.exact import Numbers
from dosepath.dosefinding.simulate import (
    SimulatedTrials,
    checked_rates,
    draw_patients,
    following_doses,
    recommended_doses,
)
from dosepath.dosefinding.timing import Arrivals, Timing


@dataclass(frozen=True)
class TimedTrials:
    """How trials simulated in time ended.

    Parameters
    ----------
    trials
        Counts of evaluable patients, and the recommendations.
    timing
        How time passed.
    inevaluable
        Patients who left and were replaced, at each dose, one row a trial.
    backfilled, backfilled_dlts
        Patients treated beside the cohorts, and their DLTs.
    days
        From the opening of the trial to its last decision.
    """

    trials: SimulatedTrials
    timing: Timing
    inevaluable: Counts
    backfilled: Counts
    backfilled_dlts: Counts
    days: Numbers

    @cached_property
    def enrolled(self) -> Counts:
        """All patients of each trial."""
        found: Counts = (self.trials.treated + self.inevaluable + self.backfilled).sum(axis=1)
        return found

    def days_within(self, share: float) -> float:
        """Give the days in which a share of the trials has ended."""
        return float(np.quantile(self.days, share))


class Streams:
    """Random numbers of the parts of a trial, each from a stream of its own.

    Parameters
    ----------
    seed
        Of all.
    trials, patients
        How many trials, and patients of whom tolerance is drawn at once, as `simulate` does.
    """

    def __init__(self, seed: int, trials: int, patients: int) -> None:
        made = [np.random.Generator(np.random.PCG64(each)) for each in np.random.SeedSequence(seed).spawn(6)]
        self.arrivals, self._further, self._onset, self._leaving, self._left, self._beside = made
        self._tolerance = draw_patients(trials, patients, seed)

    def tolerance(self, rows: Counts, columns: Counts) -> Numbers:
        """Give the tolerance of the patients in some columns."""
        while int(columns.max(initial=0)) >= self._tolerance.shape[1]:
            further = self._further.random((len(self._tolerance), 8))
            self._tolerance = np.concatenate([self._tolerance, further], axis=1)
        found: Numbers = self._tolerance[rows, columns]
        return found

    def onset(self, count: int) -> Numbers:
        """Draw when DLTs come."""
        return self._onset.random(count)

    def left(self, count: int, timing: Timing) -> Numbers:
        """Draw the days from dosing to leaving; infinity for those who stay."""
        leaves = self._leaving.random(count) < timing.inevaluable
        return np.where(leaves, self._left.random(count) * timing.window, np.inf)

    def beside(self, count: int) -> Numbers:
        """Draw the tolerance of patients treated beside the cohorts."""
        return self._beside.random(count)


def simulate_in_time(
    design: Design,
    truth: tuple[float, ...] | list[float] | Numbers,
    timing: Timing,
    trials: int,
    seed: int,
    progress: Callable[[int], None] | None = None,
) -> TimedTrials:
    """Simulate trials of a design whose cohorts must be known, with time in them.

    Parameters
    ----------
    design
        The design.
    truth
        True rate of DLT at each dose.
    timing
        How time passes.
    trials, seed
        How many, and the seed of their patients.
    progress
        Told the number of trials that have ended.

    Raises
    ------
    InputError
        When a rate is missing or is no probability, or there is no trial.

    Examples
    --------
    >>> from dosepath.dosefinding.three_plus_three import variant
    >>> timing = Timing(window=28, between_arrivals=1, regular=True, stagger=(28, 14))
    >>> found = simulate_in_time(variant("V1", 3), [0.0, 0.0, 1.0], timing, trials=2, seed=1)
    >>> found.trials.recommended, found.days > 3 * (28 + 14)
    (array([2, 2]), array([ True,  True]))
    """
    rates = checked_rates(design, truth, trials)
    course = _Course(design, rates, timing, trials, Streams(seed, trials, design.most_patients))
    running = np.arange(trials)
    while len(running):
        course.treat_cohort(running)
        running = course.decide(running)
        if progress is not None:
            progress(trials - len(running))
    found = SimulatedTrials(
        design, rates, course.treated, course.dlts, recommended_doses(design, course.treated, course.dlts)
    )
    return TimedTrials(found, timing, course.inevaluable, course.backfilled, course.backfilled_dlts, course.decided)


class _Course:
    """Trials on their way; every array has one row a trial."""

    def __init__(self, design: Design, rates: Numbers, timing: Timing, trials: int, streams: Streams) -> None:
        self._design, self._rates, self._timing, self._streams = design, rates, timing, streams
        shape = (trials, design.doses)
        self.treated, self.dlts, self.inevaluable = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        self.backfilled, self.backfilled_dlts = (np.zeros(shape, dtype=np.int64) for _ in range(2))
        self.decided = np.zeros(trials)
        self._level = np.full(trials, design.start, dtype=np.int64)
        self._open = np.zeros(trials)
        self._dosed = np.full(trials, -np.inf)
        self._patients = np.zeros(trials, dtype=np.int64)
        self._size, self._toxic = (np.zeros(trials, dtype=np.int64) for _ in range(2))
        self._arrivals = Arrivals(timing, trials, streams.arrivals)

    def treat_cohort(self, rows: Counts) -> None:
        """Treat one cohort in each trial until it has all its evaluable patients."""
        level = self._level[rows]
        size = self._design.cohort_sizes(self.treated[rows], self.dlts[rows], level)
        size = np.minimum(size, self._design.most_patients - self.treated[rows].sum(axis=1))
        self._size[rows], self._toxic[rows] = size, 0
        self.decided[rows] = 0.0
        left = np.full((len(rows), int(size.max())), np.inf)  # days on which a place became free again
        for place in range(int(size.max())):
            has = np.flatnonzero(size > place)
            left[has, place] = self._dose(rows[has], self._open[rows[has]])
        free = np.flatnonzero(np.isfinite(left).any(axis=1))
        while len(free):
            place = left[free].argmin(axis=1)
            left[free, place] = self._dose(rows[free], left[free, place])
            free = free[np.isfinite(left[free]).any(axis=1)]

    def _dose(self, rows: Counts, ready: Numbers) -> Numbers:
        """Dose the next patient of each trial; give the day on which the place is free again, or infinity."""
        at = self._level[rows] - 1
        here = self.treated[rows, at] + self.inevaluable[rows, at]
        first, later = self._timing.stagger
        gap = np.where(here == 1, first, np.where(here > 1, later, 0.0))
        day = self._arrivals.take(rows, np.maximum(ready, self._dosed[rows] + gap))
        self._dosed[rows] = day
        patients = self._patients[rows]
        self._patients[rows] += 1
        onset = self._timing.onset(self._streams.onset(len(rows)))
        left = self._streams.left(len(rows), self._timing)
        toxic = (self._streams.tolerance(rows, patients) < self._rates[at]) & (onset < left)
        stays = toxic | np.isinf(left)
        counted = rows[stays]
        self.treated[counted, at[stays]] += 1
        self.inevaluable[rows[~stays], at[~stays]] += 1
        self.dlts[rows, at] += toxic
        self._toxic[rows] += toxic
        known = day + np.where(toxic, onset, self._timing.window)
        self.decided[counted] = np.maximum(self.decided[counted], known[stays])
        return np.where(stays, np.inf, day + left)

    def decide(self, rows: Counts) -> Counts:
        """Ask the design in each trial; give those that go on."""
        following = following_doses(
            self._design, self.treated[rows], self.dlts[rows], self._level[rows], self._size[rows], self._toxic[rows]
        )
        if self._timing.backfill:
            self._backfill(rows)
        self._level[rows] = following
        self._open[rows] = self.decided[rows] + self._timing.review
        found: Counts = rows[following != ENDED]
        return found

    def _backfill(self, rows: Counts) -> None:
        """Treat patients who come while outcomes are awaited at the dose below, as far as places are left there."""
        rows = rows[self._level[rows] > 1]
        while len(rows):
            below = self._level[rows] - 2
            rows = rows[self.backfilled[rows, below] < self._timing.backfill]
            ready = np.maximum(self._dosed[rows], 0)
            if not self._timing.waits:
                self._arrivals.lose(rows, ready)
            rows = rows[np.maximum(self._arrivals.next_days(rows), ready) < self.decided[rows]]
            below = self._level[rows] - 2
            self._arrivals.take(rows, np.maximum(self._dosed[rows], 0))
            self.backfilled[rows, below] += 1
            self.backfilled_dlts[rows, below] += self._streams.beside(len(rows)) < self._rates[below]
