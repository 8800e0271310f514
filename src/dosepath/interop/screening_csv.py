"""Screening reports -> the worklist as CSV, one row for each patient and arm."""

from collections.abc import Iterable
from typing import Final

from dosepath.core.verdict import Verdict
from dosepath.eligibility.gaps import orders
from dosepath.eligibility.report import ScreeningReport
from dosepath.interop.csv_text import csv_text
from dosepath.protocol.model import GateName
from dosepath.trial.journeys import PatientScreening

COLUMNS: Final = (
    *("patient", "arm", "disease_on_record", "on", "gate", "overall", "met", "not_met", "unknown"),
    *("blockers", "undecided", "next_order", "expires", "alerts", "protocol", "version", "digest"),
)


def worklist(screenings: Iterable[PatientScreening], gate: GateName) -> str:
    """Write the worklist; lists within a cell are separated by blanks, alerts by semicolons."""
    return csv_text(COLUMNS, ([row[name] for name in COLUMNS] for row in rows(screenings, gate)))


def rows(screenings: Iterable[PatientScreening], gate: GateName) -> list[dict[str, str | int]]:
    """Give the rows of the worklist, each cell by its column."""
    return [
        _row(report, gate, on_record=report.arm in screening.suggested)
        for screening in screenings
        for report in screening.shown(gate)
    ]


def _row(report: ScreeningReport, gate: GateName, *, on_record: bool) -> dict[str, str | int]:
    found = report.gates[gate]
    steps = orders(found, report.protocol)
    return {
        "patient": report.patient,
        "arm": report.arm,
        "disease_on_record": "yes" if on_record else "no",
        "on": report.on.isoformat(),
        "gate": gate.value,
        "overall": found.overall.value,
        "met": found.count(Verdict.MET),
        "not_met": found.count(Verdict.NOT_MET),
        "unknown": found.count(Verdict.UNKNOWN),
        "blockers": " ".join(found.blockers),
        "undecided": " ".join(found.undecided),
        "next_order": str(steps[0]) if steps else "",
        "expires": found.expires.isoformat() if found.expires else "",
        "alerts": "; ".join(report.alerts),
        "protocol": report.protocol.id,
        "version": report.protocol.file.version,
        "digest": report.protocol.digest,
    }
