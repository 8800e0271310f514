"""Trials of designs that decide while windows are open, simulated patient by patient.

Whenever a patient comes, and whenever an outcome becomes known, the design is asked. A patient is dosed where it names
a dose and the stagger allows; else the patient waits or is lost. A trial ends when the design says so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf

import numpy as np

from dosepath.core.errors import InputError
from dosepath.dosefinding.design import Action, Decision
from dosepath.dosefinding.exact import Numbers
from dosepath.dosefinding.open_windows import Followed, OpenDesign
from dosepath.dosefinding.simulate import SimulatedTrials, checked_rates
from dosepath.dosefinding.timeline import Streams, TimedTrials
from dosepath.dosefinding.timing import Arrivals, Timing

_ENDS = (Action.STOP, Action.COMPLETE)

_MOST_QUESTIONS = 100_000
"""Questions to a design in one trial; more means that it never ends."""


def simulate_open(
    design: OpenDesign,
    truth: tuple[float, ...] | list[float] | Numbers,
    timing: Timing,
    trials: int,
    seed: int,
    progress: Callable[[int], None] | None = None,
) -> TimedTrials:
    """Simulate trials of a design that decides while windows are open.

    Parameters
    ----------
    design
        The design.
    truth
        True rate of DLT at each dose.
    timing
        How time passes; such designs have no reviews and no backfill.
    trials, seed
        How many, and the seed of their patients.
    progress
        Told the number of trials that have ended.

    Raises
    ------
    InputError
        When a rate is missing or is no probability, there is no trial, or backfill or a review is asked for.

    Examples
    --------
    >>> from dosepath.dosefinding.rolling_six import RollingSix
    >>> found = simulate_open(RollingSix(3), [0.0, 0.0, 1.0], Timing(between_arrivals=10), trials=20, seed=1)
    >>> found.trials.recommendation
    array([0., 0., 1., 0.])
    """
    rates = checked_rates(design, truth, trials)
    if timing.backfill or timing.review:
        raise InputError(f"{design.name} decides while windows are open: it has no backfill and no review of cohorts")
    streams = Streams(seed, trials, design.most_patients)
    arrivals = Arrivals(timing, trials, streams.arrivals)
    courses = []
    for number in range(trials):
        course = _Course(design, rates, timing, streams, arrivals, number)
        course.run()
        courses.append(course)
        if progress is not None:
            progress(number + 1)
    none = np.zeros((trials, design.doses), dtype=np.int64)
    counts = np.array([course.counts() for course in courses])
    found = SimulatedTrials(
        design, rates, counts[:, 0], counts[:, 1], np.array([course.recommended for course in courses])
    )
    days = np.array([course.now for course in courses])
    return TimedTrials(found, timing, counts[:, 2], none, none.copy(), days)


@dataclass(frozen=True, slots=True)
class _Patient:
    """A patient of a simulated trial, with what will happen.

    Parameters
    ----------
    level
        Dose level.
    dosed
        Day of dosing.
    dlt, left
        Days of a DLT and of leaving; infinity for never.
    """

    level: int
    dosed: float
    dlt: float
    left: float


class _Course:
    """One trial on its way."""

    def __init__(
        self, design: OpenDesign, rates: Numbers, timing: Timing, streams: Streams, arrivals: Arrivals, number: int
    ) -> None:
        self._design, self._rates, self._timing, self._streams = design, rates, timing, streams
        self._arrivals, self._row = arrivals, np.array([number])
        self._patients: list[_Patient] = []
        self._current = design.start
        self.now = 0.0
        self.recommended = 0

    def run(self) -> None:
        """Go on until the design ends the trial."""
        came = False  # whether somebody is here to be dosed
        for _ in range(_MOST_QUESTIONS):
            decision = self._design.advise(self._followed(), self._current)
            if decision.action in _ENDS:
                self.recommended = decision.level or 0
                return
            if came and self._may_dose(decision):
                self._dose(decision)
                came = False
                continue
            came = self._go_on(decision, came=came)
        raise InputError(f"{self._design.name} does not come to an end")

    def _go_on(self, decision: Decision, *, came: bool) -> bool:
        """Let time pass to what happens next; answer whether somebody is here to be dosed then."""
        outcome = min(self._outcomes(), default=inf)
        if came and self._timing.waits:
            self.now = min(outcome, self._ready(decision) if decision.action is not Action.WAIT else self.now + 1)
            return True
        arrival = float(self._arrivals.next_days(self._row)[0])
        if arrival <= outcome:
            self.now = max(self.now, arrival)
            self._arrivals.take(self._row, np.array([arrival]))
            return True
        self.now = outcome
        return False

    def _may_dose(self, decision: Decision) -> bool:
        return decision.action is not Action.WAIT and decision.level is not None and self.now >= self._ready(decision)

    def _ready(self, decision: Decision) -> float:
        """Give the first day on which the stagger allows a patient at the dose that is named."""
        here = [each.dosed for each in self._patients if each.level == decision.level]
        if not here:
            return self.now
        first, later = self._timing.stagger
        return max(self.now, max(here) + (first if len(here) == 1 else later))

    def _dose(self, decision: Decision) -> None:
        level = decision.level or self._current
        column = np.array([len(self._patients)])
        onset = float(self._timing.onset(self._streams.onset(1))[0])
        left = float(self._streams.left(1, self._timing)[0])
        toxic = onset < left and float(self._streams.tolerance(self._row, column)[0]) < self._rates[level - 1]
        stays = toxic or left == inf
        self._patients.append(
            _Patient(level, self.now, self.now + onset if toxic else inf, inf if stays else self.now + left)
        )
        self._current = level

    def _outcomes(self) -> Iterator[float]:
        """Give the days on which outcomes of patients become known, after now."""
        for each in self._patients:
            known = min(each.dosed + self._timing.window, each.dlt, each.left)
            if known > self.now:
                yield known

    def _followed(self) -> list[Followed]:
        """Give what is known now; patients who left count no more."""
        found = []
        for each in self._patients:
            if each.left <= self.now:
                continue
            dlt = each.dlt <= self.now
            until = each.dlt if dlt else self.now
            found.append(Followed(each.level, dlt, min((until - each.dosed) / self._timing.window, 1.0)))
        return found

    def counts(self) -> list[list[int]]:
        """Give evaluable patients, DLTs and patients who left, at each dose."""
        left = [each for each in self._patients if each.left <= self.now]
        stayed = [each for each in self._patients if each.left > self.now]
        levels = range(1, self._design.doses + 1)
        return [
            [sum(each.level == level for each in stayed) for level in levels],
            [sum(each.level == level and each.dlt <= self.now for each in stayed) for level in levels],
            [sum(each.level == level for each in left) for level in levels],
        ]
