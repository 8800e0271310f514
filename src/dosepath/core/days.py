"""Calendar days that may be known in part, periods and windows.

All bounds are inclusive. Months and years are calendar months: 31 August minus six months is the last day of February.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from dosepath.core.verdict import Verdict, all_of


class TimeUnit(Enum):
    """The units in which a protocol counts time."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of calendar time such as 28 days or 6 months."""

    count: int
    unit: TimeUnit

    def __str__(self) -> str:
        return f"{self.count} {self.unit.value}{'' if self.count == 1 else 's'}"


def shift(day: date, span: Span, direction: int = 1) -> date:
    """Move a day by a span; a day that the target month lacks becomes its last day.

    Raises
    ------
    OverflowError
        When the result lies outside the years 1 to 9999.

    Examples
    --------
    >>> shift(date(2026, 8, 31), Span(6, TimeUnit.MONTH), -1)
    datetime.date(2026, 2, 28)
    """
    count = span.count * direction
    match span.unit:
        case TimeUnit.DAY:
            return day + timedelta(days=count)
        case TimeUnit.WEEK:
            return day + timedelta(weeks=count)
        case TimeUnit.MONTH:
            return _shift_months(day, count)
        case TimeUnit.YEAR:
            return _shift_months(day, 12 * count)


def _shift_months(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("date value out of range")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def completed_years(birth: date, on: date) -> int:
    """Count birthdays passed; who is born on 29 February has the birthday on 1 March in other years.

    Examples
    --------
    >>> completed_years(date(1960, 6, 2), date(2026, 6, 1))
    65
    """
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?$")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day known exactly, to the month or to the year: the days that it may be."""

    earliest: date
    latest: date

    @classmethod
    def on(cls, day: date) -> "PartialDate":
        """Make an exactly known day."""
        return cls(day, day)

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read `2026`, `2026-03`, `2026-03-04` or a date and time, of which the written day counts.

        Raises
        ------
        ValueError
            When the text is no date, or a day that the calendar lacks.

        Examples
        --------
        >>> str(PartialDate.parse("2026-03"))
        '2026-03'
        """
        found = _PARTIAL.match(text.strip())
        if not found or (found[3] is None and "T" in text):
            raise ValueError(f"'{text}' is no date; write YYYY, YYYY-MM or YYYY-MM-DD")
        year = int(found[1])
        try:
            if found[2] is None:
                return cls(date(year, 1, 1), date(year, 12, 31))
            month = int(found[2])
            if found[3] is None:
                return cls(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
            return cls.on(date(year, month, int(found[3])))
        except (ValueError, IndexError):
            raise ValueError(f"'{text}' is not in the calendar") from None

    @property
    def exact(self) -> bool:
        """Whether the day is known."""
        return self.earliest == self.latest

    def __str__(self) -> str:
        if self.exact:
            return self.earliest.isoformat()
        if self.earliest == date.min:
            return f"by {self.latest.isoformat()}"
        if (self.earliest.month, self.earliest.day, self.latest.month, self.latest.day) == (1, 1, 12, 31):
            if self.earliest.year == self.latest.year:
                return f"{self.earliest.year:04d}"
        elif self.earliest.day == 1 and self.latest == date(
            self.earliest.year, self.earliest.month, monthrange(self.earliest.year, self.earliest.month)[1]
        ):
            return f"{self.earliest.year:04d}-{self.earliest.month:02d}"
        return f"{self.earliest.isoformat()}..{self.latest.isoformat()}"


def latest_of(day: date | PartialDate) -> date:
    """Give the day itself, or the last one that a day known in part may be."""
    return day if isinstance(day, date) else day.latest


def not_after(first: PartialDate, second: PartialDate) -> Verdict:
    """Answer whether the first day is on or before the second; UNKNOWN when partial days leave it open."""
    if first.latest <= second.earliest:
        return Verdict.MET
    return Verdict.NOT_MET if first.earliest > second.latest else Verdict.UNKNOWN


@dataclass(frozen=True, slots=True)
class Window:
    """The days from `start` to `end`, both included; None is unbounded."""

    start: PartialDate | None
    end: PartialDate | None

    def contains(self, day: PartialDate) -> Verdict:
        """Answer whether the day lies inside; UNKNOWN when a partial day straddles a bound."""
        return self.meets(day, day)

    def meets(self, first: PartialDate, last: PartialDate) -> Verdict:
        """Answer whether any day from the first to the last lies inside."""
        return all_of(
            (
                Verdict.MET if self.end is None else not_after(first, self.end),
                Verdict.MET if self.start is None else not_after(self.start, last),
            )
        )

    def __str__(self) -> str:
        if self.start is None:
            return f"up to {self.end}" if self.end else "any day"
        return f"{self.start} to {self.end}" if self.end else f"since {self.start}"


@dataclass(frozen=True, slots=True)
class Period:
    """From a first to a last day, each of which may be known in part or not at all.

    Parameters
    ----------
    start
        First day; None when not recorded.
    end
        Last day; None when not recorded or not yet reached.
    ongoing
        Whether an absent end means that it goes on, rather than that the end is not known.
    """

    start: PartialDate | None
    end: PartialDate | None = None
    ongoing: bool = False

    @classmethod
    def at(cls, day: PartialDate | None) -> "Period":
        """Make the period of a thing that happened on one day."""
        return cls(day, day)

    def last_day(self, on: date) -> PartialDate:
        """Give the days that may be the last one, as seen on the day `on`; what lies ahead has not happened yet."""
        if self.end is not None:
            return PartialDate(min(self.end.earliest, on), min(self.end.latest, on))
        if self.ongoing:
            return PartialDate.on(on)
        return PartialDate(self.start.earliest if self.start else date.min, on)

    def first_day(self, on: date) -> PartialDate:
        """Give the days that may be the first one, as seen on the day `on`."""
        if self.start is not None:
            return self.start
        return PartialDate(date.min, min(self.last_day(on).latest, on))

    def meets(self, window: Window, on: date) -> Verdict:
        """Answer whether any day of the period lies in the window, as seen on the day `on`."""
        return window.meets(self.first_day(on), self.last_day(on))

    def __str__(self) -> str:
        if self.start is not None and self.start == self.end:
            return str(self.start)
        end = str(self.end) if self.end else ("ongoing" if self.ongoing else "end not recorded")
        return f"{self.start or 'start not recorded'} to {end}"
