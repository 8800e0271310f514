"""Outcomes by dose: cohorts as the field writes them ("1NNN 2NNT"), and the counts that a design looks at."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dosepath.core.errors import InputError

_COHORT = re.compile(r"(?P<level>\d+)(?P<outcomes>[NT]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Patients treated one after the other at one dose level, True for a DLT."""

    level: int
    outcomes: tuple[bool, ...]

    def __str__(self) -> str:
        return f"{self.level}{''.join('T' if dlt else 'N' for dlt in self.outcomes)}"


@dataclass(frozen=True, slots=True)
class DoseTally:
    """Evaluable patients and DLTs seen so far at one dose level."""

    treated: int = 0
    dlts: int = 0

    def __str__(self) -> str:
        return f"{self.dlts}/{self.treated}"


def read_outcomes(text: str, doses: int) -> tuple[Cohort, ...]:
    """Read an outcome string: a dose level, then one letter a patient, N for none and T for a DLT; blanks part cohorts.

    Raises
    ------
    InputError
        When a cohort is not written like that, or names a dose level that there is not.

    Examples
    --------
    >>> [str(cohort) for cohort in read_outcomes("1NNN 2nt", 3)]
    ['1NNN', '2NT']
    """
    cohorts = []
    for number, word in enumerate(text.split(), start=1):
        found = _COHORT.fullmatch(word)
        if found is None:
            raise InputError(f"cohort {number} '{word}': write the dose level and N or T for each patient, as in 1NNT")
        level = int(found["level"])
        if not 1 <= level <= doses:
            raise InputError(f"cohort {number} '{word}': there is no dose level {level}; they are 1 to {doses}")
        cohorts.append(Cohort(level, tuple(letter in "tT" for letter in found["outcomes"])))
    return tuple(cohorts)


def tally(cohorts: Iterable[Cohort], doses: int) -> tuple[DoseTally, ...]:
    """Count patients and DLTs at each dose level.

    Examples
    --------
    >>> [str(each) for each in tally(read_outcomes("1NNN 2NNT 2NNN", 3), 3)]
    ['0/3', '1/6', '0/0']
    """
    treated, dlts = [0] * doses, [0] * doses
    for cohort in cohorts:
        treated[cohort.level - 1] += len(cohort.outcomes)
        dlts[cohort.level - 1] += sum(cohort.outcomes)
    return tuple(DoseTally(n, x) for n, x in zip(treated, dlts, strict=True))


def shown(tallies: Sequence[DoseTally]) -> str:
    """Write the counts of all levels for a message."""
    return ", ".join(f"{each} at level {level}" for level, each in enumerate(tallies, start=1) if each.treated)
