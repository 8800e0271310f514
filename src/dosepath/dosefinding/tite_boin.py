"""TITE-BOIN: BOIN while windows are open.

A pending patient counts as the share of the window that is over. The share of DLTs among the patients counted so is
compared with the bounds of BOIN. Accrual is suspended while more than half of the patients at the dose are pending, and
at the lowest dose while somebody is pending and the counts ask for a lower one. A dose is eliminated on all its
patients, those pending as if without a DLT.

Verification: decisions against the R package TITEgBOIN 0.4.0 (next_TITE_QuasiBOIN with its defaults).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dosepath.core.source import Citation
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.design import Action, Decision, rows_of
from dosepath.dosefinding.open_windows import Followed, OpenTally, open_tallies, towards
from dosepath.dosefinding.outcomes import DoseTally

LIN_YUAN = Citation("Lin R, Yuan Y. Biostatistics 2020;21:807-824", "10.1093/biostatistics/kxz007")

MOST_PENDING = 0.5
"""Share of the patients at a dose above which accrual is suspended, as TITEgBOIN has it."""


@dataclass(frozen=True, slots=True)
class TiteBoin:
    """TITE-BOIN.

    Parameters
    ----------
    boin
        The design without open windows: doses, target, bounds, elimination, most patients.
    most_pending
        Share of pending patients at a dose above which accrual is suspended.
    enough
        Patients at a dose with which the trial ends when it would stay there; None for no such rule.

    Examples
    --------
    >>> design = TiteBoin(Boin(3, 0.3))
    >>> found = design.advise_on([OpenTally(3), OpenTally(3, pending=1, follow_up=10 / 28), OpenTally()], 2)
    >>> found.action.value, found.level
    ('escalate', 3)
    """

    boin: Boin
    most_pending: float = MOST_PENDING
    enough: int | None = None

    @property
    def id(self) -> str:
        """`tite-boin`."""
        return "tite-boin"

    @property
    def name(self) -> str:
        """TITE-BOIN."""
        return "TITE-BOIN"

    @property
    def citation(self) -> Citation:
        """Lin and Yuan 2020."""
        return LIN_YUAN

    @property
    def doses(self) -> int:
        """Those of BOIN."""
        return self.boin.doses

    @property
    def start(self) -> int:
        """That of BOIN."""
        return self.boin.start

    @property
    def most_patients(self) -> int:
        """Those of BOIN."""
        return self.boin.most_patients

    def lowest_eliminated(self, tallies: Sequence[OpenTally]) -> int:
        """Give the lowest eliminated dose level; one above the highest where there is none."""
        return int(self.boin.lowest_eliminated(*rows_of(_known(tallies)))[0])

    def advise(self, patients: Sequence[Followed], current: int) -> Decision:
        """Say where the next patients go."""
        return self.advise_on(open_tallies(patients, self.doses), current)

    def advise_on(self, tallies: Sequence[OpenTally], current: int) -> Decision:
        """Say where the next patients go, from the counts at each dose."""
        seen = tallies[current - 1]
        reasons = (f"{seen} at level {current}, as {seen.effective:.3g} patients",)
        out = self.lowest_eliminated(tallies)
        if out == 1:
            rule = "the lowest dose is eliminated: no dose is tolerable"
            return Decision(Action.STOP, None, rule, reasons, self.citation)
        if sum(each.treated for each in tallies) >= self.most_patients:
            return self._ended(tallies, current, reasons)
        if out <= current:
            rule = f"level {out} and all above are eliminated"
            return Decision(Action.DE_ESCALATE, out - 1, rule, reasons, self.citation)
        if seen.pending > self.most_pending * seen.treated:
            rule = f"more than {100 * self.most_pending:g} % at this dose are pending: accrual is suspended"
            return Decision(Action.WAIT, current, rule, reasons, self.citation)
        return self._by_bounds(tallies, current, out, reasons)

    def _by_bounds(self, tallies: Sequence[OpenTally], current: int, out: int, reasons: tuple[str, ...]) -> Decision:
        seen = tallies[current - 1]
        up, down = self.boin.bounds
        share = seen.dlts / seen.effective if seen.effective else (up + down) / 2
        level, rule = current, "near the target: this dose"
        if share <= up:
            level, rule = min(current + 1, out - 1, self.doses), "few DLTs: the next dose"
            if level == current:
                rule = (
                    f"few DLTs, but {'this is the highest dose' if current == self.doses else 'the next is eliminated'}"
                )
        elif share >= down and current > 1:
            level, rule = current - 1, "many DLTs: one dose down"
        elif share >= down and seen.pending:
            rule = "many DLTs at the lowest dose and patients pending: accrual is suspended"
            return Decision(Action.WAIT, current, rule, reasons, self.citation)
        elif share >= down:
            rule = "many DLTs, but this is the lowest dose"
        if level == current and self.enough is not None and seen.treated >= self.enough:
            return self._ended(tallies, current, reasons)
        return Decision(towards(level, current), level, rule, reasons, self.citation)

    def _ended(self, tallies: Sequence[OpenTally], current: int, reasons: tuple[str, ...]) -> Decision:
        """Recommend a dose once all outcomes are known."""
        if any(each.pending for each in tallies):
            rule = "all patients are treated; a dose is recommended when all windows are over"
            return Decision(Action.WAIT, current, rule, reasons, self.citation)
        level = int(self.boin.recommended(*rows_of(_known(tallies)))[0])
        rule = "all patients are treated; the dose nearest to the target is recommended"
        return Decision(Action.COMPLETE if level else Action.STOP, level or None, rule, reasons, self.citation)


def _known(tallies: Sequence[OpenTally]) -> tuple[DoseTally, ...]:
    """Count pending patients as if without a DLT."""
    return tuple(DoseTally(each.treated, each.dlts) for each in tallies)
