"""Simulated trials of any design: how many, which seed, and how time passes in them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from dosepath.core.errors import InputError
from dosepath.dosefinding.recipes import AnyDesign, closed, is_open
from dosepath.dosefinding.simulate import SimulatedTrials, simulate
from dosepath.dosefinding.timeline import TimedTrials, simulate_in_time
from dosepath.dosefinding.timeline_open import simulate_open
from dosepath.dosefinding.timing import Timing

MOST_TRIALS = 1_000_000
"""Trials that are simulated at the most."""

AnyTrials: TypeAlias = SimulatedTrials | TimedTrials


@dataclass(frozen=True, slots=True)
class Simulation:
    """How trials are simulated.

    Parameters
    ----------
    trials, seed
        How many, and the seed of their patients.
    timing
        How time passes; None where no time was asked for.

    Raises
    ------
    InputError
        When there is no trial or there are too many, or the seed is negative.
    """

    trials: int
    seed: int
    timing: Timing | None

    def __post_init__(self) -> None:
        if not 1 <= self.trials <= MOST_TRIALS:
            raise InputError(f"simulating {self.trials}: from 1 to {MOST_TRIALS:,} trials")
        if self.seed < 0:
            raise InputError(f"seed {self.seed}: a whole number from 0")


def run_simulation(
    design: AnyDesign,
    truth: tuple[float, ...],
    asked: Simulation,
    progress: Callable[[int], None] | None = None,
) -> AnyTrials:
    """Simulate trials; a design with open windows always with time in them.

    Parameters
    ----------
    design, truth
        Any design, and the true rate of DLT at each dose.
    asked
        How trials are simulated.
    progress
        Called with the number of trials that are done, where time passes.

    Examples
    --------
    >>> from dosepath.dosefinding.recipes import make
    >>> found = run_simulation(make("rolling-six", {"doses": "3"}), (0.1, 0.25, 0.4), Simulation(50, 1, None))
    >>> len(found.trials.recommended)
    50
    """
    if is_open(design):
        return simulate_open(design, truth, asked.timing or Timing(), asked.trials, asked.seed, progress)
    known = closed(design, "")
    if asked.timing is None:
        return simulate(known, truth, asked.trials, asked.seed)
    return simulate_in_time(known, truth, asked.timing, asked.trials, asked.seed, progress)
