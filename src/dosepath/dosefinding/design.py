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


@dataclass(frozen=True, slots=True)
class States:
    """States of trials right after a cohort, one row each.

    Parameters
    ----------
    treated, dlts
        Counts at each dose, shape (states, doses).
    current
        Dose level of the latest cohort; of the first one where nobody was treated.
    latest, latest_dlts
        Patients and DLTs of the latest cohort.
    """

    treated: Counts
    dlts: Counts
    current: Counts
    latest: Counts
    latest_dlts: Counts

    @property
    def at_current(self) -> tuple[Counts, Counts]:
        """Patients and DLTs at the current dose."""
        rows = np.arange(len(self.current))
        return self.treated[rows, self.current - 1], self.dlts[rows, self.current - 1]


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

    def cohort_sizes(self, treated: Counts, dlts: Counts, level: Counts) -> Counts:
        """Give the number of patients of the next cohort, which goes to `level`."""

    def next_doses(self, states: States) -> Counts:
        """Give the dose level of the next cohort in each state; ENDED where none follows."""

    def recommended(self, treated: Counts, dlts: Counts) -> Counts:
        """Give the dose level that is recommended in each state if the trial ends there; ENDED for none."""

    def grounds(self, state: States) -> Grounds:
        """Say which rule decides in one state."""

    def problem(self, state: States, cohort: Cohort) -> str:
        """Say why a cohort cannot follow in a trial of this design; empty when it can."""


def state_after(cohorts: Sequence[Cohort], doses: int, start: int = 1) -> States:
    """Give the one state after some cohorts."""
    tallies = tally(cohorts, doses)
    latest = cohorts[-1] if cohorts else Cohort(start, ())
    return States(
        *rows_of(tallies),
        np.array([latest.level], dtype=np.int64),
        np.array([len(latest.outcomes)], dtype=np.int64),
        np.array([sum(latest.outcomes)], dtype=np.int64),
    )


def rows_of(tallies: Sequence[DoseTally]) -> tuple[Counts, Counts]:
    """Write the counts of one state as arrays of one row."""
    return (
        np.array([[each.treated for each in tallies]], dtype=np.int64),
        np.array([[each.dlts for each in tallies]], dtype=np.int64),
    )


def state_of(tallies: Sequence[DoseTally], current: int) -> States:
    """Give the one state of some counts, of which the latest cohort is not told."""
    nobody = np.zeros(1, dtype=np.int64)
    return States(*rows_of(tallies), np.array([current], dtype=np.int64), nobody, nobody)


def tallies_of(state: States) -> tuple[DoseTally, ...]:
    """Give the counts of the one state."""
    return tuple(DoseTally(int(n), int(x)) for n, x in zip(state.treated[0], state.dlts[0], strict=True))


def decide(design: Design, cohorts: Sequence[Cohort]) -> Decision:
    """Say what a design does after these cohorts.

    Raises
    ------
    InputError
        When no trial of the design has such a history.
    """
    for number, cohort in enumerate(cohorts):
        why = design.problem(state_after(cohorts[:number], design.doses, design.start), cohort)
        if why:
            raise InputError(f"cohort {number + 1} '{cohort}' cannot follow in a {design.name} trial: {why}")
    return decision_of(design, state_after(cohorts, design.doses, design.start))


def decision_of(design: Design, state: States) -> Decision:
    """Say what a design does in one state, however it came about."""
    current = int(state.current[0])
    following = int(design.next_doses(state)[0])
    grounds = design.grounds(state)
    if following == ENDED:
        level = int(design.recommended(state.treated, state.dlts)[0])
        action = Action.COMPLETE if level else Action.STOP
        return Decision(action, level or None, grounds.rule, grounds.reasons, design.citation)
    if following > current:
        action = Action.ESCALATE
    elif following < current:
        action = Action.DE_ESCALATE
    else:
        action = Action.EXPAND if grounds.expands else Action.STAY
    return Decision(action, following, grounds.rule, grounds.reasons, design.citation)


def true_rates(truth: Sequence[float] | NDArray[np.float64], doses: int) -> NDArray[np.float64]:
    """Take the true rates of a scenario, one a dose level.

    Raises
    ------
    InputError
        When a rate is missing or is no probability.
    """
    rates = np.asarray(truth, dtype=np.float64)
    if rates.shape != (doses,):
        raise InputError(f"{rates.size} true rates for {doses} dose levels")
    if not ((rates >= 0) & (rates <= 1)).all():
        raise InputError("a true rate of DLT lies between 0 and 1")
    return rates


def must_be_next(design: Design, state: States, cohort: Cohort) -> str:
    """Say why a cohort cannot follow: the trial has ended, or another dose is next. For designs that admit no other."""
    following = int(design.next_doses(state)[0])
    seen = shown(tallies_of(state)) or "nobody treated"
    if following == ENDED:
        return f"it has ended ({seen})"
    if cohort.level != following:
        return f"the next dose level is {following} ({seen})"
    return ""
