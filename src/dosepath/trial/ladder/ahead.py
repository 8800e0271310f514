"""What the cohort that is being filled can come to, and how likely, for assumed rates of DLT.

Exact: the patients who are still to come or pending at the level have a DLT each with the same probability, apart from
each other; the design says what every number of DLTs means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from dosepath.dosefinding.design import Action, States, decision_of, rows_of
from dosepath.dosefinding.outcomes import DoseTally
from dosepath.trial.ladder.counting import EVALUABLE, Ladder
from dosepath.trial.ladder.settings import LadderSettings


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way on: further DLTs of the cohort, what the rule then says, and its probability for each assumed rate."""

    further_dlts: int
    action: Action
    level: int | None
    probabilities: tuple[float, ...]


def ways_on(ladder: Ladder, level: int, places: int, rates: Sequence[float]) -> tuple[Outcome, ...]:
    """Give what each number of further DLTs among the open places of a cohort means.

    Parameters
    ----------
    ladder
        The state of the ladder.
    level, places
        Where the cohort is filled, and its places: 3 or 6.
    rates
        Assumed true rates of DLT at the level.
    """
    settings = ladder.settings
    count = ladder.count(level)
    still_open = max(places - count.evaluable, 0)
    tallies = list(ladder.tallies(counted=False))
    found = []
    for further in range(still_open + 1):
        at = settings.place(level) - 1
        tallies[at] = DoseTally(max(places, count.evaluable), count.dlt + further)
        action, target = _decided(settings, tallies, level)
        chances = tuple(
            comb(still_open, further) * rate**further * (1 - rate) ** (still_open - further) for rate in rates
        )
        found.append(Outcome(further, action, target, chances))
    return tuple(found)


def _decided(settings: LadderSettings, tallies: Sequence[DoseTally], level: int) -> tuple[Action, int | None]:
    none = np.zeros(1, dtype=np.int64)
    place = np.array([settings.place(level)], dtype=np.int64)
    decided = decision_of(settings.design, States(*rows_of(tallies), place, none, none))
    return decided.action, None if decided.level is None else settings.levels[decided.level - 1]


def by_arm(ladder: Ladder) -> dict[str, tuple[int, int, int]]:
    """Count each disease: infused, evaluable, DLT. The rule pools them."""
    found = {}
    for arm in ladder.settings.arms:
        infused = [each for each in ladder.standings if each.patient.arm == arm and each.patient.infusions]
        evaluable = [each for each in infused if each.state in EVALUABLE]
        found[arm] = (len(infused), len(evaluable), sum(each.state.value == "dlt" for each in evaluable))
    return found
