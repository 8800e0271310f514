"""The graded events of a patient on study days, as the DLT rule reads them."""

from datetime import date

from dosepath.core.days import PartialDate
from dosepath.safety.dlt_events import INFUSION, Course, Grade
from dosepath.safety.dlt_finding import DltEvent


def graded_days(event: DltEvent, infusion: date) -> tuple[tuple[int, date | PartialDate, Grade], ...]:
    """Give the entries of an event in their order: study day, the day as it was written, grade.

    A day known in part is the earliest possible start after the infusion, or the latest possible end.

    Examples
    --------
    >>> from dosepath.safety.dlt_rule import EventType
    >>> month = PartialDate.parse("2027-01")
    >>> event = DltEvent("e1", EventType.CRS, ((month, 3), (month, 0)))
    >>> [(day, grade) for day, _written, grade in graded_days(event, date(2027, 1, 4))]
    [(0, 3), (27, 0)]
    """
    found: list[tuple[int, date | PartialDate, Grade]] = []
    held: Grade = 0
    for day, grade in sorted(event.grades, key=lambda entry: _earliest(entry[0])):
        rises = grade is None or grade > (held or 0)
        found.append((_entry_day(day, infusion, rises=rises), day, grade))
        held = grade
    return tuple(sorted(found, key=lambda entry: entry[0]))


def course_of(event: DltEvent, infusion: date) -> Course:
    """Put an event on study days."""
    skin_only = sorted(event.skin_only, key=lambda entry: entry[0])
    return Course(
        id=event.id,
        event=event.event,
        grades=tuple((day, grade) for day, _written, grade in graded_days(event, infusion)),
        term=event.term,
        related=event.related,
        part_of=event.part_of,
        skin_only=tuple(((day - infusion).days, only) for day, only in skin_only),
        treated_from=None if event.treated_from is None else (event.treated_from - infusion).days,
    )


def _entry_day(day: date | PartialDate, infusion: date, *, rises: bool) -> int:
    if isinstance(day, date):
        return (day - infusion).days
    latest = (day.latest - infusion).days
    return min(max((day.earliest - infusion).days, INFUSION), latest) if rises else latest


def _earliest(day: date | PartialDate) -> date:
    return day.earliest if isinstance(day, PartialDate) else day
