"""Time in simulated trials: when patients come, how long they are followed, and what holds the next one up."""

from dataclasses import dataclass

import numpy as np

from dosepath.core.errors import InputError
from dosepath.dosefinding.design import Counts
from dosepath.dosefinding.exact import Numbers


@dataclass(frozen=True, slots=True)
class Timing:
    """How time passes in a trial, in days.

    Parameters
    ----------
    window
        Days after dosing in which a DLT counts.
    between_arrivals
        Mean days between two patients who could be dosed.
    regular
        Whether they come at equal distances rather than by chance (exponential distances).
    waits
        Whether a patient who comes while no dose may be given waits, rather than being lost to the trial.
    stagger
        Least days from the first patient at a dose level to the second, and between later ones.
    review
        Days from the last outcome of a cohort to the next dosing; designs with open windows have none.
    late
        Share of DLTs in the second half of the window; 0.5 spreads them evenly.
    inevaluable
        Probability that a patient leaves before the window is over, at any time alike. A DLT before that counts;
        without one the patient is replaced.
    backfill
        Most further patients at each dose below the current one, treated while the outcomes of a cohort are awaited;
        they are counted apart and decide nothing.

    Raises
    ------
    InputError
        When one of these is no number of days, or no probability.
    """

    window: float = 28.0
    between_arrivals: float = 14.0
    regular: bool = False
    waits: bool = False
    stagger: tuple[float, float] = (0.0, 0.0)
    review: float = 0.0
    late: float = 0.5
    inevaluable: float = 0.0
    backfill: int = 0

    def __post_init__(self) -> None:
        if not self.window > 0:
            raise InputError(f"a window lasts longer than 0 days, {self.window:g} does not")
        if min(self.between_arrivals, self.review, *self.stagger) < 0 or not self.between_arrivals > 0:
            raise InputError("days between arrivals lie above 0; those of stagger and review are not negative")
        if not (0 <= self.late <= 1 and 0 <= self.inevaluable < 1):
            raise InputError("late and inevaluable are probabilities; not every patient can be inevaluable")
        if self.backfill < 0:
            raise InputError("backfill counts patients, 0 for none")

    def onset(self, chance: Numbers) -> Numbers:
        """Give the days from dosing to a DLT, of numbers drawn evenly from 0 to 1.

        Examples
        --------
        >>> Timing(window=28, late=0.5).onset(np.array([0.25, 0.75])), Timing(late=0.2).onset(np.array([0.8]))
        (array([ 7., 21.]), array([14.]))
        """
        early = 1 - self.late
        with np.errstate(divide="ignore", invalid="ignore"):
            first = chance / early / 2
            second = 0.5 + (chance - early) / self.late / 2
        found: Numbers = self.window * np.where((chance < early) | (self.late == 0), first, second)
        return found


class Arrivals:
    """The patients who come to many trials, each used once.

    Parameters
    ----------
    timing
        How often they come, and whether they wait.
    trials
        How many.
    generator
        Of the days between them.
    """

    def __init__(self, timing: Timing, trials: int, generator: np.random.Generator) -> None:
        self._timing, self._generator = timing, generator
        self._days = np.zeros((trials, 0))
        self._used = np.zeros(trials, dtype=np.int64)

    def _extend(self) -> None:
        trials, known = self._days.shape
        more = max(_AT_ONCE, known // 2)
        if self._timing.regular:
            steps = np.full((trials, more), self._timing.between_arrivals)
        else:
            steps = self._generator.exponential(self._timing.between_arrivals, (trials, more))
        last = self._days[:, -1:] if known else np.zeros((trials, 1))
        self._days = np.concatenate([self._days, last + np.cumsum(steps, axis=1)], axis=1)

    def next_days(self, rows: Counts) -> Numbers:
        """Give the day on which the next patient comes to each trial."""
        while int(self._used[rows].max(initial=0)) >= self._days.shape[1]:
            self._extend()
        found: Numbers = self._days[rows, self._used[rows]]
        return found

    def take(self, rows: Counts, ready: Numbers) -> Numbers:
        """Take the next patient of each trial once it is ready; give the days of dosing.

        Parameters
        ----------
        rows
            Trials.
        ready
            First day on which each may dose.
        """
        if not self._timing.waits:
            self.lose(rows, ready)
        came = self.next_days(rows)
        self._used[rows] += 1
        return np.maximum(came, ready)

    def lose(self, rows: Counts, until: Numbers) -> None:
        """Let go of patients who come before some day."""
        behind = self.next_days(rows) < until
        while behind.any():
            self._used[rows[behind]] += 1
            behind = self.next_days(rows) < until


_AT_ONCE = 32
"""Patients drawn at once for each trial."""
