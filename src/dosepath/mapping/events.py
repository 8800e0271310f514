"""Procedures, vaccinations and allergies."""

from collections.abc import Iterator
from typing import Final

from dosepath.core.days import Period
from dosepath.core.facts import Table
from dosepath.mapping.dates import Stretch, no_later_than, read_day, read_event_day
from dosepath.mapping.record import Entry, Finding
from dosepath.mapping.shapes import Node, part, parts, plain, text
from dosepath.mapping.systems import Coded, code_of, joined, read_coded
from dosepath.mapping.tables import Background, findings, performed

_NEVER_HAPPENED: Final = frozenset({"entered-in-error", "not-done"})


def read_procedure(entry: Entry, background: Background) -> Iterator[Finding]:
    """Read a procedure that was done, or may have been."""
    status = text(entry.resource, "status")
    if status in _NEVER_HAPPENED or status == "preparation":
        yield entry.ignored(status)
        return
    yield from findings(
        entry,
        Table.PROCEDURES,
        read_coded(part(entry.resource, "code")),
        background.index,
        performed(entry, background, ongoing=status == "in-progress"),
        established=status in {"completed", "in-progress"},
    )


def read_immunization(entry: Entry, background: Background) -> Iterator[Finding]:
    """Read a vaccination that was given."""
    status = text(entry.resource, "status")
    if status in _NEVER_HAPPENED:
        yield entry.ignored(status)
        return
    given = read_day(entry.resource, "occurrenceDateTime")
    written = text(entry.resource, "occurrenceString")
    problem = given.problem or (f"date '{plain(written)}' is only text" if written else "")
    yield from findings(
        entry,
        Table.IMMUNIZATIONS,
        read_coded(part(entry.resource, "vaccineCode")),
        background.index,
        Stretch(Period.at(given.day), (problem,) if problem else ()),
        established=status == "completed",
    )


def read_allergy(entry: Entry, background: Background) -> Iterator[Finding]:
    """Read an allergy or intolerance and how severe it was or may be."""
    resource = entry.resource
    certainty = code_of(resource, "verificationStatus")
    if certainty in {"entered-in-error", "refuted"}:
        yield entry.ignored(certainty)
        return
    onset = read_event_day(resource, "onset", background.birth)
    recorded = read_day(resource, "recordedDate")
    # Once recorded it stays on record, also when it is called resolved.
    period = Period(onset.day or no_later_than(recorded.day), None, ongoing=True)
    yield from findings(
        entry,
        Table.ALLERGIES,
        _substance(resource),
        background.index,
        Stretch(period, tuple(each.problem for each in (onset, recorded) if each.problem)),
        established=certainty != "unconfirmed",
        value=_severity(resource),
    )


def _substance(resource: Node) -> Coded:
    named = [read_coded(part(resource, "code"))]
    named += [read_coded(part(reaction, "substance")) for reaction in parts(resource, "reaction")]
    return joined(named)


def _severity(resource: Node) -> str | None:
    reactions = {text(reaction, "severity").lower() for reaction in parts(resource, "reaction")} - {""}
    criticality = text(resource, "criticality").lower()
    if "severe" in reactions or criticality == "high":
        return "severe"
    return "not_severe" if reactions & {"mild", "moderate"} or criticality == "low" else None
