"""The worklist of a site: who is nearest to taking part, and what to order for whom.

The tables say who comes into question; what is shown of each patient is made by the one-patient screening from the
facts of that patient, so that a row of the list and the sheet of the patient cannot differ.
"""

# ruff: noqa: S608  # names are our own; what comes from outside is a parameter, or a literal made by `literal`

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dosepath.core.facts import PatientRecord
from dosepath.eligibility.gaps import orders
from dosepath.eligibility.report import Overall
from dosepath.population.connection import literal
from dosepath.population.facts import read_records
from dosepath.population.results import Screening
from dosepath.protocol.model import GateName
from dosepath.trial.journeys import PatientScreening, screen_patient, suggested_arms

GATES = (GateName.SCREENING,)


class DisagreementError(Exception):
    """The tables and the one-patient screening say different things: our fault, never the user's."""


@dataclass(frozen=True, slots=True)
class OrderTotal:
    """One order over the whole list: for how many patients, and how many criteria it settles among them."""

    label: str
    burden: int
    patients: int
    settles: int


def in_question(screening: Screening, arm: str = "") -> int:
    """Count the patients and arms of which nothing keeps the patient out: disease on record, nothing failed, alive."""
    found = screening.connection.execute(f"SELECT count(*) FROM ({_candidates(arm)})").fetchone()
    return int(found[0]) if found else 0


def nearest(screening: Screening, arm: str = "", limit: int = 100) -> tuple[PatientScreening, ...]:
    """Give those who are nearest to taking part, the fewest open criteria first.

    Parameters
    ----------
    screening
        A finished screening.
    arm
        One arm; empty for all.
    limit
        Most rows; 0 for all.

    Returns
    -------
    tuple
        One for each patient and arm, as the one-patient screening has it.
    """
    ranked = f"{_candidates(arm)} ORDER BY o.open, o.unknown, p.id, o.arm"
    query = f"SELECT id, arm, overall FROM ({ranked}) {f'LIMIT {limit}' if limit else ''}"
    rows = screening.connection.execute(query).fetchall()
    records = read_records(screening.connection, screening.whole, list(dict.fromkeys(row[0] for row in rows)))
    return tuple(_checked(one(screening, records[identity], named), overall) for identity, named, overall in rows)


def one(screening: Screening, record: PatientRecord, arm: str = "") -> PatientScreening:
    """Screen one patient of a hospital as the single patient is screened."""
    asked = screening.asked
    found = screen_patient(record, asked.protocol, asked.occasion(record.id), arm, GATES)
    return PatientScreening(record.id, found.reports, suggested_arms(record, asked.protocol), bool(arm))


def _candidates(arm: str) -> str:
    chosen = f" AND o.arm = {literal(arm)}" if arm else ""
    return (
        "SELECT p.id, o.* FROM overall AS o JOIN people AS p USING (patient) "
        f"WHERE o.on_record AND o.failed = 0 AND NOT o.dead{chosen}"
    )


def _checked(found: PatientScreening, overall: str) -> PatientScreening:
    said = found.reports[0].screening.overall
    if said is not Overall(overall):
        raise DisagreementError(
            f"{found.reports[0].arm}: the tables say {overall}, the one-patient screening {said.value}"
        )
    return found


def order_totals(screenings: Sequence[PatientScreening]) -> tuple[OrderTotal, ...]:
    """Add up the orders of a list, those that settle most first."""
    totals: dict[tuple[str, int], tuple[int, int]] = {}
    for label, burden, settles in _orders(screenings):
        patients, settled = totals.get((label, burden), (0, 0))
        totals[label, burden] = (patients + 1, settled + settles)
    found = [OrderTotal(label, burden, *counts) for (label, burden), counts in totals.items()]
    return tuple(sorted(found, key=lambda total: (-total.settles, total.burden, total.label)))


def _orders(screenings: Sequence[PatientScreening]) -> Iterator[tuple[str, int, int]]:
    for screening in screenings:
        for report in screening.reports:
            for order in orders(report.screening, report.protocol):
                yield order.label, order.burden, len(order.settles)
