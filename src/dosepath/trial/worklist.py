"""The worklist: patients and arms, those that ask for work first, each with what decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dosepath.core.verdict import Verdict
from dosepath.eligibility.gaps import Order, orders
from dosepath.eligibility.report import GateReport, Overall, ScreeningReport
from dosepath.protocol.model import GateName
from dosepath.trial.journeys import RANK, PatientScreening

SHOWN_CRITERIA: Final = 2
"""Decisive criteria named in a row."""


@dataclass(frozen=True, slots=True)
class Decisive:
    """A criterion that keeps a patient out, or of an undecided one is open; `id` is empty for a note."""

    id: str
    title: str

    def __str__(self) -> str:
        return f"{self.id} {self.title}".strip()


@dataclass(frozen=True, slots=True)
class Line:
    """One patient and arm.

    Parameters
    ----------
    screening, report, found
        The patient, the report of the arm, and its gate.
    decisive
        What decides, as deep as one criterion alone does.
    orders
        What is missing, the least effort first; empty unless undecided.
    """

    screening: PatientScreening
    report: ScreeningReport
    found: GateReport
    decisive: tuple[Decisive, ...]
    orders: tuple[Order, ...]

    @property
    def urgency(self) -> tuple[bool, bool, int, int, str]:
        """Place in the worklist."""
        return _urgency(self.screening, self.report, self.found.gate)


def lines(screenings: Sequence[PatientScreening], gate: GateName) -> list[Line]:
    """Give the rows of the worklist, those that ask for work first."""
    return [_line(screening, report, gate) for screening, report in in_order(screenings, gate)]


def in_order(screenings: Sequence[PatientScreening], gate: GateName) -> list[tuple[PatientScreening, ScreeningReport]]:
    """Give patients and arms, those that ask for work first."""
    rows = [(screening, report) for screening in screenings for report in screening.shown(gate)]
    return sorted(rows, key=lambda row: _urgency(row[0], row[1], gate))


def _urgency(screening: PatientScreening, report: ScreeningReport, gate: GateName) -> tuple[bool, bool, int, int, str]:
    found = report.gates[gate]
    out_of_question = found.overall is Overall.NOT_ELIGIBLE
    return (
        out_of_question,
        screening.no_target_disease,
        RANK.index(found.overall),
        found.count(Verdict.UNKNOWN),
        report.patient,
    )


def _line(screening: PatientScreening, report: ScreeningReport, gate: GateName) -> Line:
    found = report.gates[gate]
    undecided = found.overall is Overall.UNDECIDED
    steps = orders(found, report.protocol) if undecided else ()
    return Line(screening, report, found, decisive(report, found), steps)


def decisive(report: ScreeningReport, gate: GateReport) -> tuple[Decisive, ...]:
    """Give what keeps a patient out, or of an undecided one is open, as deep as one criterion alone decides."""
    return tuple(_deepest(report, gate, identity) for identity in gate.blockers or gate.undecided)


def _deepest(report: ScreeningReport, gate: GateReport, identity: str) -> Decisive:
    """Find the criterion below a heading that decides."""
    criteria = report.protocol.criteria
    if identity not in gate.findings:
        titles = {item.check.id: item.check.title for item in gate.checks}
        return Decisive("", titles.get(identity) or gate.note or identity)
    wanted = gate.findings[identity].verdict
    while True:
        below = [
            child
            for child in criteria[identity].children
            if gate.findings[child].in_scope
            and not gate.findings[child].pending
            and gate.findings[child].verdict is wanted
        ]
        if len(below) != 1:
            return Decisive(identity, criteria[identity].source.title)
        identity = below[0]
