"""Rolling six: 3+3 that enrols up to six patients at a dose while the windows of others are open.

Up when nobody of three to six patients had a DLT and nobody is pending, or five are known, or when six are known and
one had a DLT; hold when six are enrolled and that is not so; down with two DLTs. A dose is the MTD with five known and
none, or six known and one.

Verification: every row of the table of decisions in PMC7221509 (table 2). What ends a trial, at the highest dose and
below a dose that was ruled out, follows the same rows ("escalate or MTD").
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dosepath.core.source import Citation
from dosepath.dosefinding.design import Action, Decision
from dosepath.dosefinding.open_windows import Followed, OpenTally, open_tallies, towards

SKOLNIK = Citation("Skolnik JM, Barrett JS, Jayaraman B et al. J Clin Oncol 2008;26:190-195")

FEWEST, FULL = 3, 6
"""Patients that a decision needs at the least, and the most at one dose."""


@dataclass(frozen=True, slots=True)
class RollingSix:
    """The rolling six design.

    Parameters
    ----------
    doses
        Number of dose levels.
    full
        Most patients at one dose.
    start
        Dose level of the first patients.

    Examples
    --------
    >>> found = RollingSix(3).advise([Followed(1), Followed(1), Followed(1, share=0.4)], 1)
    >>> found.action.value, found.rule
    ('stay', 'fewer than 6 enrolled: the next patient at this dose')
    """

    doses: int
    full: int = FULL
    start: int = 1

    @property
    def id(self) -> str:
        """`rolling-six`."""
        return "rolling-six"

    @property
    def name(self) -> str:
        """Rolling six."""
        return "rolling six"

    @property
    def citation(self) -> Citation:
        """Skolnik and others 2008."""
        return SKOLNIK

    @property
    def most_patients(self) -> int:
        """Six at every dose."""
        return self.full * self.doses

    def is_mtd(self, seen: OpenTally) -> bool:
        """Answer whether a dose has enough patients with few enough DLTs to be recommended."""
        return (seen.dlts == 0 and seen.evaluable >= self.full - 1) or (seen.dlts == 1 and seen.evaluable >= self.full)

    def clears(self, seen: OpenTally) -> bool:
        """Answer whether a dose lets the next one be opened."""
        return self.is_mtd(seen) or (seen.dlts == 0 and seen.pending == 0 and seen.evaluable >= FEWEST)

    def advise(self, patients: Sequence[Followed], current: int) -> Decision:
        """Say where the next patient goes."""
        return self.advise_on(open_tallies(patients, self.doses), current)

    def advise_on(self, tallies: Sequence[OpenTally], current: int) -> Decision:
        """Say where the next patient goes, from the counts at each dose."""
        out = next((level for level, seen in enumerate(tallies, start=1) if seen.dlts > 1), self.doses + 1)
        if out == 1:
            return self._decision(Action.STOP, None, "2 DLTs at the lowest dose: no dose is tolerable", tallies, (1,))
        if out <= self.doses:
            return self._below(tallies, out, current)
        highest = max([current, *(level for level, seen in enumerate(tallies, start=1) if seen.treated)])
        seen = tallies[highest - 1]
        if self.clears(seen) and highest < self.doses:
            rule = "few DLTs and enough patients known: the next dose"
            return self._decision(Action.ESCALATE, highest + 1, rule, tallies, (highest,))
        if self.is_mtd(seen):
            rule = "the highest dose is tolerated; the MTD was not reached"
            return self._decision(Action.COMPLETE, highest, rule, tallies, (highest,))
        return self._enrol(tallies, highest, current, (highest,))

    def _below(self, tallies: Sequence[OpenTally], out: int, current: int) -> Decision:
        below = out - 1
        if self.is_mtd(tallies[below - 1]):
            rule = "the dose below the one ruled out is the MTD"
            return self._decision(Action.COMPLETE, below, rule, tallies, (out, below))
        return self._enrol(tallies, below, current, (out, below))

    def _enrol(self, tallies: Sequence[OpenTally], level: int, current: int, seen: tuple[int, ...]) -> Decision:
        if tallies[level - 1].treated >= self.full:
            rule = f"{self.full} enrolled: hold until enough outcomes are known"
            return self._decision(Action.WAIT, level, rule, tallies, seen)
        if level < current:
            return self._decision(Action.DE_ESCALATE, level, "2 DLTs: one dose down", tallies, seen)
        rule = f"fewer than {self.full} enrolled: the next patient at this dose"
        return self._decision(towards(level, current), level, rule, tallies, seen)

    def _decision(
        self, action: Action, level: int | None, rule: str, tallies: Sequence[OpenTally], seen: tuple[int, ...]
    ) -> Decision:
        reasons = tuple(f"{tallies[each - 1]} at level {each}" for each in seen)
        return Decision(action, level, rule, reasons, self.citation)
