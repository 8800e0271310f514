"""Simulation as options of the command line: how many trials, which seed, and how time passes in them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dosepath.cli.shell import console
from dosepath.core.errors import InputError
from dosepath.dosefinding.recipes import AnyDesign
from dosepath.dosefinding.simulate import SimulatedTrials
from dosepath.dosefinding.simulation import Simulation, run_simulation
from dosepath.dosefinding.timeline import TimedTrials
from dosepath.dosefinding.timing import Timing
from dosepath.reports.summary import DesignSummary, simulated_summary


@dataclass(frozen=True, slots=True)
class Simulated:
    """Trials that were simulated, with or without time."""

    simulation: Simulation
    trials: SimulatedTrials
    timed: TimedTrials | None

    @property
    def what(self) -> str:
        """Number of trials and seed in words."""
        return f"{self.simulation.trials:,} simulated trials, seed {self.simulation.seed}"

    @property
    def summary(self) -> DesignSummary:
        """What the trials did, as plots and reports show it; patients in all are all who were dosed."""
        return simulated_summary(self.timed or self.trials, self.simulation.seed)

    def document(self, planned: int | None) -> dict[str, Any]:
        """Write what the trials did as data."""
        found = self.trials
        written: dict[str, Any] = {
            "trials": self.simulation.trials,
            "seed": self.simulation.seed,
            "recommendation": list(map(float, found.recommendation)),
            "recommendation_error": list(map(float, found.recommendation_error)),
            "patients": list(map(float, found.patients)),
            "dlts": list(map(float, found.mean_dlts)),
            "total_patients": list(map(float, found.total_patients)),
        }
        if self.timed is not None:
            written |= _time_document(self.timed)
        if planned is not None:
            written["more_than_planned"] = {"planned": planned, "share": self.summary.more_patients_than(planned)}
        return written


def _time_document(timed: TimedTrials) -> dict[str, Any]:
    timing = timed.timing
    return {
        "timing": {
            "window": timing.window,
            "between_arrivals": timing.between_arrivals,
            "regular": timing.regular,
            "waits": timing.waits,
            "stagger": list(timing.stagger),
            "review": timing.review,
            "late": timing.late,
            "inevaluable": timing.inevaluable,
            "backfill": timing.backfill,
        },
        "enrolled": float(timed.enrolled.mean()),
        "inevaluable": list(map(float, timed.inevaluable.mean(axis=0))),
        "backfilled": list(map(float, timed.backfilled.mean(axis=0))),
        "backfilled_dlts": list(map(float, timed.backfilled_dlts.mean(axis=0))),
        "days": {
            "mean": float(timed.days.mean()),
            "quantiles": {f"{share:g}": timed.days_within(share) for share in (0.1, 0.5, 0.9)},
            "longest": float(np.max(timed.days)),
        },
    }


def simulation_of(given: Mapping[str, Any]) -> Simulation | None:
    """Read the options of a simulation; None where none is asked for.

    Raises
    ------
    InputError
        When time is asked for without simulation, or an option does not fit.
    """
    named = {"arrivals": "between_arrivals"}
    told = {named.get(name, name): given[name] for name in _OF_TIME if given[name] is not None}
    told = {name: value for name, value in told.items() if value is not False and value != ""}
    if "stagger" in told:
        told["stagger"] = _stagger(told["stagger"])
    trials, seed = given["simulate"], given["seed"]
    if trials is None:
        if told:
            raise InputError("time passes in simulated trials only; add --simulate 10000")
        return None
    return Simulation(trials, seed, Timing(**told) if told else None)


_OF_TIME = ("window", "arrivals", "stagger", "review", "late", "inevaluable", "backfill", "regular", "waits")


def _stagger(text: str) -> tuple[float, float]:
    try:
        first, later = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--stagger '{text}': days after the first and after later patients, as 28,14") from None
    return first, later


def simulated(design: AnyDesign, truth: tuple[float, ...], asked: Simulation) -> Simulated:
    """Simulate trials, with a bar of progress; a design with open windows always with time in them."""
    with _bar() as bar:
        found = run_simulation(design, truth, asked, _progress(bar, asked.trials))
    if isinstance(found, TimedTrials):
        return Simulated(asked, found.trials, found)
    return Simulated(asked, found, None)


def _bar() -> AbstractContextManager[Progress]:
    columns = (TextColumn("trials"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = console(stderr=True)
    return Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal)


def _progress(bar: Progress, trials: int) -> Callable[[int], None]:
    task = bar.add_task("trials", total=trials)
    return lambda done: bar.update(task, completed=done)
