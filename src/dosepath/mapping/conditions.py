"""Conditions of the patient and of the family."""

from collections.abc import Iterator
from typing import Final

from dosepath.core.days import Period
from dosepath.core.facts import Table
from dosepath.mapping.dates import Stretch, no_later_than, read_day, read_event_day, stretch
from dosepath.mapping.record import Entry, Finding
from dosepath.mapping.shapes import part, parts, text
from dosepath.mapping.systems import code_of, read_coded
from dosepath.mapping.tables import Background, findings

_DOES_NOT_COUNT: Final = frozenset({"entered-in-error", "refuted"})
_NOT_ESTABLISHED: Final = frozenset({"unconfirmed", "provisional", "differential"})
_GOES_ON: Final = frozenset({"active", "recurrence", "relapse"})

_ABATEMENTS: Final = ("abatementDateTime", "abatementAge", "abatementPeriod", "abatementRange", "abatementString")


def read_condition(entry: Entry, background: Background) -> Iterator[Finding]:
    """Read a condition: what it is, since when, until when."""
    resource = entry.resource
    certainty = code_of(resource, "verificationStatus")
    if certainty in _DOES_NOT_COUNT:
        yield entry.ignored(certainty)
        return
    yield from findings(
        entry,
        Table.CONDITIONS,
        read_coded(part(resource, "code")),
        background.index,
        _lasted(entry, background),
        established=certainty not in _NOT_ESTABLISHED,
    )


def _lasted(entry: Entry, background: Background) -> Stretch:
    resource = entry.resource
    onset = read_event_day(resource, "onset", background.birth)
    recorded = read_day(resource, "recordedDate")
    abated = read_event_day(resource, "abatement", background.birth)
    active = code_of(resource, "clinicalStatus") in _GOES_ON
    ended = any(key in resource for key in _ABATEMENTS) or resource.get("abatementBoolean") is True
    problems = [each.problem for each in (onset, recorded, abated) if each.problem]
    end = abated.day
    if active and ended:
        problems.append("it is called active and yet has an end; the end is not used")
        end = None
    # It began no later than somebody wrote it down.
    start = onset.day or no_later_than(recorded.day)
    return stretch(start, end, ongoing=active and not ended, problems=tuple(problems))


def read_family_history(entry: Entry, background: Background) -> Iterator[Finding]:
    """Read the conditions of a relative; their dates are not the patient's."""
    resource = entry.resource
    status = text(resource, "status")
    if status == "entered-in-error":
        yield entry.ignored(status)
        return
    written_down = read_day(resource, "date")
    problems = (written_down.problem,) if written_down.problem else ()
    when = Stretch(Period.at(written_down.day), problems)
    for condition in parts(resource, "condition"):
        coded = read_coded(part(condition, "code"))
        yield from findings(entry, Table.FAMILY_HISTORY, coded, background.index, when)
