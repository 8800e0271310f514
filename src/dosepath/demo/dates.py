"""Days counted back from the screening day, so that one cohort can be made for any day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol

from dosepath.core.days import Span, TimeUnit, shift


class When(Protocol):
    """A date of a record, known once the screening day is."""

    def text(self, screening: date) -> str | None:
        """Write the date as FHIR does, whole or in part; None when the record gives none."""


def shift_months(day: date, months: int) -> date:
    """Move a day by calendar months; a day that the month lacks becomes its last day.

    Examples
    --------
    >>> shift_months(date(2026, 8, 31), -6)
    datetime.date(2026, 2, 28)
    """
    return shift(day, Span(months, TimeUnit.MONTH))


@dataclass(frozen=True, slots=True)
class Ago:
    """A day before screening: first `months` back, then `plus` months forward, then `days` back.

    Negative days lie later. `plus` makes the end of a course that lasts a whole number of months from its own start.

    Parameters
    ----------
    months, plus, days
        How far to count.
    part
        What of the day the record gives.
    at
        Time of the day with its zone, as in `08:10:00Z`; empty when only the day is known.

    Examples
    --------
    >>> Ago(months=6, days=1).text(date(2026, 6, 1))
    '2025-11-30'
    >>> Ago(months=9, plus=6).text(date(2026, 6, 1))
    '2026-03-01'
    >>> Ago(months=6, part="year").text(date(2026, 6, 1))
    '2025'
    """

    months: int = 0
    days: int = 0
    plus: int = 0
    part: Literal["day", "month", "year"] = "day"
    at: str = ""

    def day(self, screening: date) -> date:
        """Count back from the screening day."""
        return shift_months(shift_months(screening, -self.months), self.plus) - timedelta(days=self.days)

    def text(self, screening: date) -> str:
        """Write the date as FHIR does."""
        whole = self.day(screening).isoformat()
        if self.part == "year":
            return whole[:4]
        if self.part == "month":
            return whole[:7]
        return f"{whole}T{self.at}" if self.at else whole


@dataclass(frozen=True, slots=True)
class Straddling:
    """A date known in part, so that it may lie on either side of a bound.

    The shortest of month and year that holds both the first day inside and the day before it. A bound on 1 January
    can have no such date; then the record gives none, and the question stays open all the same.

    Examples
    --------
    >>> Straddling(Ago(months=6)).text(date(2026, 6, 1)), Straddling(Ago(days=21)).text(date(2026, 6, 1))
    ('2025', '2026-05')
    >>> Straddling(Ago(months=6)).text(date(2026, 7, 1)) is None
    True
    """

    bound: Ago

    def text(self, screening: date) -> str | None:
        """Write the month, the year, or nothing."""
        inside = self.bound.day(screening)
        outside = inside - timedelta(days=1)
        for length in (7, 4):
            if inside.isoformat()[:length] == outside.isoformat()[:length]:
                return inside.isoformat()[:length]
        return None
