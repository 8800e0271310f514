"""What a design is: from the counts at each dose and the current dose to the next dose, and in the end to a dose.

A design answers for many states at once (arrays, one row a state), so that the same rule decides about one trial, is
enumerated exactly over all states that can be reached, and is simulated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dosepath.core.errors import InputError
from dosepath.core.source import Citation
from dosepath.dosefinding.outcomes import Cohort, DoseTally, shown, tally

Counts: TypeAlias = NDArray[np.int64]
"""Whole numbers, one row a state and one column a dose; or one number a state."""

ENDED = 0
"""Stands for "no further patient" where a next dose is given, and for "no dose" where one is recommended."""


class Action(Enum):
    """What may be done next."""

    ESCALATE = "escalate"
    STAY = "stay"
    EXPAND = "expand"
    DE_ESCALATE = "de_escalate"
    STOP = "stop"
    WAIT = "wait"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Decision:
    """Advice for the next patients.

    Parameters
    ----------
    action
        What may be done next.
    level
        Dose level of the next patients; of `complete` the level recommended; None for `stop`.
    rule
        The rule that decided, in a few words.
    reasons
        The counts it decided on, in plain words.
    source
        Where the rule is published.
    """

    action: Action
    level: int | None
    rule: str
    reasons: tuple[str, ...]
    source: Citation


@dataclass(frozen=True, slots=True)
class Grounds:
    """The rule that decides in one state, and what it decided on."""

    rule: str
    reasons: tuple[str, ...]
    expands: bool = False


class Design(Protocol):
    """A rule for finding a dose with cohorts of patients whose outcomes are known."""

    @property
    def id(self) -> str:
        """Name used by commands and files."""

    @property
    def name(self) -> str:
        """Name used by people."""

    @property
    def citation(self) -> Citation:
        """Where it is published."""

    @property
    def doses(self) -> int:
        """Number of dose levels."""

    @property
    def start(self) -> int:
        """Dose level of the first cohort."""

    @property
    def most_patients(self) -> int:
        """Patients after which the trial ends at the latest."""

    def cohort_sizes(self, treated: Counts, dlts: Counts, current: Counts) -> Counts:
        """Give the number of patients of the next cohort in each state."""

    def next_doses(self, treated: Counts, dlts: Counts, current: Counts) -> Counts:
        """Give the dose level of the next cohort in each state; ENDED where none follows."""

    def recommended(self, treated: Counts, dlts: Counts) -> Counts:
        """Give the dose level that is recommended in each state if the trial ends there; ENDED for none."""

    def grounds(self, tallies: Sequence[DoseTally], current: int) -> Grounds:
        """Say which rule decides in one state."""

    def problem(self, tallies: Sequence[DoseTally], current: int, cohort: Cohort) -> str:
        """Say why a cohort cannot follow in a trial of this design; empty when it can."""


def as_row(tallies: Sequence[DoseTally]) -> tuple[Counts, Counts]:
    """Write the counts of one state as arrays of one row."""
    return (
        np.array([[each.treated for each in tallies]], dtype=np.int64),
        np.array([[each.dlts for each in tallies]], dtype=np.int64),
    )


def decide(design: Design, cohorts: Sequence[Cohort]) -> Decision:
    """Say what a design does after these cohorts.

    Raises
    ------
    InputError
        When no trial of the design has such a history.
    """
    current = design.start
    for number in range(len(cohorts)):
        tallies = tally(cohorts[:number], design.doses)
        why = design.problem(tallies, current, cohorts[number])
        if why:
            raise InputError(f"cohort {number + 1} '{cohorts[number]}' cannot follow in a {design.name} trial: {why}")
        current = cohorts[number].level
    return decision_of(design, tally(cohorts, design.doses), current)


def decision_of(design: Design, tallies: Sequence[DoseTally], current: int) -> Decision:
    """Say what a design does in one state."""
    treated, dlts = as_row(tallies)
    following = int(design.next_doses(treated, dlts, np.array([current]))[0])
    grounds = design.grounds(tallies, current)
    if following == ENDED:
        level = int(design.recommended(treated, dlts)[0])
        action = Action.COMPLETE if level else Action.STOP
        return Decision(action, level or None, grounds.rule, grounds.reasons, design.citation)
    if following > current:
        action = Action.ESCALATE
    elif following < current:
        action = Action.DE_ESCALATE
    else:
        action = Action.EXPAND if grounds.expands else Action.STAY
    return Decision(action, following, grounds.rule, grounds.reasons, design.citation)


def must_be_next(design: Design, tallies: Sequence[DoseTally], current: int, cohort: Cohort) -> str:
    """Say why a cohort cannot follow: the trial has ended, or another dose is next. For designs that admit no other."""
    treated, dlts = as_row(tallies)
    following = int(design.next_doses(treated, dlts, np.array([current]))[0])
    seen = shown(tallies) or "nobody treated"
    if following == ENDED:
        return f"it has ended ({seen})"
    if cohort.level != following:
        return f"the next dose level is {following} ({seen})"
    return ""
