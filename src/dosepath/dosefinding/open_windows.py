"""Designs that decide while windows are open: patients with what is known of them so far, and what such a design says.

A patient is pending while there is no DLT and the window is not over. What counts of the time is the share of the
window that is over; days are turned into shares where patients are read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dosepath.core.errors import InputError
from dosepath.core.source import Citation
from dosepath.dosefinding.design import Action, Decision


@dataclass(frozen=True, slots=True)
class Followed:
    """A patient who was treated, and what is known so far.

    Parameters
    ----------
    level
        Dose level.
    dlt
        Whether a DLT was seen.
    share
        Share of the window that is over, from 0 to 1; of a patient with a DLT that at its onset.

    Raises
    ------
    InputError
        When the share does not lie between 0 and 1.
    """

    level: int
    dlt: bool = False
    share: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise InputError(f"the share of a window that is over lies between 0 and 1, {self.share:g} does not")

    @property
    def pending(self) -> bool:
        """Whether the window is open and nothing happened."""
        return not self.dlt and self.share < 1


@dataclass(frozen=True, slots=True)
class OpenTally:
    """Patients at one dose level.

    Parameters
    ----------
    treated
        All patients, those pending with them.
    pending
        Patients without a DLT whose window is open.
    dlts
        Patients with a DLT.
    follow_up
        Shares of the windows of pending patients that are over, added up.

    Raises
    ------
    InputError
        When more are pending or have a DLT than were treated, or pending patients were followed longer than possible.
    """

    treated: int = 0
    pending: int = 0
    dlts: int = 0
    follow_up: float = 0.0

    def __post_init__(self) -> None:
        if min(self.treated, self.pending, self.dlts) < 0 or self.pending + self.dlts > self.treated:
            raise InputError(f"{self.treated} treated, {self.pending} pending and {self.dlts} DLT cannot be")
        if not 0 <= self.follow_up <= self.pending:
            raise InputError(f"{self.pending} pending cannot have been followed for {self.follow_up:g} windows")

    @property
    def evaluable(self) -> int:
        """Patients whose outcome is known."""
        return self.treated - self.pending

    @property
    def effective(self) -> float:
        """Patients, those pending counted by the share of their window that is over."""
        return self.evaluable + self.follow_up

    def __str__(self) -> str:
        return f"{self.dlts}/{self.evaluable}" + (f" and {self.pending} pending" if self.pending else "")


def open_tallies(patients: Sequence[Followed], doses: int) -> tuple[OpenTally, ...]:
    """Count patients at each dose level.

    Raises
    ------
    InputError
        When a patient has a dose level that there is not.

    Examples
    --------
    >>> [str(each) for each in open_tallies([Followed(1), Followed(1, share=0.5), Followed(2, dlt=True)], 2)]
    ['0/1 and 1 pending', '1/1']
    """
    wrong = sorted({each.level for each in patients if not 1 <= each.level <= doses})
    if wrong:
        raise InputError(f"there is no dose level {wrong[0]}; they are 1 to {doses}")
    found = []
    for level in range(1, doses + 1):
        here = [each for each in patients if each.level == level]
        waiting = [each.share for each in here if each.pending]
        found.append(OpenTally(len(here), len(waiting), sum(each.dlt for each in here), sum(waiting)))
    return tuple(found)


_COHORT = re.compile(r"(?P<level>\d+)(?P<patients>(?:N|T|P(?:[01]?\.\d+)?)+)", re.IGNORECASE)
_PATIENT = re.compile(r"([NTP])([01]?\.\d+)?")


def read_followed(text: str, doses: int) -> tuple[tuple[Followed, ...], ...]:
    """Read cohorts with pending patients: N, T, or P with the share of the window that is over (0 where left out).

    Raises
    ------
    InputError
        When a cohort is not written like that, names a dose level that there is not, or a share is no share.

    Examples
    --------
    >>> [(each.level, each.share, each.pending) for each in read_followed("1NNT 2NP.4P", 3)[1]]
    [(2, 1.0, False), (2, 0.4, True), (2, 0.0, True)]
    """
    found: list[tuple[Followed, ...]] = []
    for number, word in enumerate(text.split(), start=1):
        cohort = _COHORT.fullmatch(word)
        if cohort is None:
            raise InputError(f"cohort {number} '{word}': write the dose level and N, T or P for each, as in 1NNP.4")
        level = int(cohort["level"])
        if not 1 <= level <= doses:
            raise InputError(f"cohort {number} '{word}': there is no dose level {level}; they are 1 to {doses}")
        patients = _PATIENT.findall(cohort["patients"].upper())
        shares = (float(share or 0) if letter == "P" else 1.0 for letter, share in patients)
        found.append(
            tuple(Followed(level, letter == "T", share) for (letter, _), share in zip(patients, shares, strict=True))
        )
    return tuple(found)


class OpenDesign(Protocol):
    """A rule for the dose of the next patient while some outcomes are not known yet."""

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
        """Dose level of the first patients."""

    @property
    def most_patients(self) -> int:
        """Patients after which no further is treated."""

    def advise(self, patients: Sequence[Followed], current: int) -> Decision:
        """Say where the next patient goes, in the order in which they were treated; `wait` where accrual is held."""


def towards(level: int, current: int, *, expands: bool = False) -> Action:
    """Name the step from the current dose level to the next.

    Examples
    --------
    >>> towards(3, 2).value, towards(2, 2, expands=True).value
    ('escalate', 'expand')
    """
    if level != current:
        return Action.ESCALATE if level > current else Action.DE_ESCALATE
    return Action.EXPAND if expands else Action.STAY
