"""Days and stretches of time as FHIR writes them."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from dosepath.core.days import PartialDate, Period, Span, TimeUnit, shift
from dosepath.mapping.numbers import exact
from dosepath.mapping.shapes import EMPTY, Node, part, plain, text
from dosepath.mapping.systems import UCUM, system_of

_CLOCK = re.compile(
    r"T(?P<clock>(?:[01]\d|2[0-3]):[0-5]\d)(?P<second>:[0-5]\d|:60)?(?P<part>\.\d+)?(?:Z|[+-]\d\d:\d\d)?$"
)


@dataclass(frozen=True, slots=True)
class When:
    """A day as it was recorded.

    Parameters
    ----------
    day
        None when it was not recorded or cannot be read.
    time
        Time of day as written, empty when it was not.
    problem
        Why what was written is no day; empty otherwise.
    """

    day: PartialDate | None = None
    time: str = ""
    problem: str = ""


NEVER_SAID = When()


def read_day(node: Node, key: str) -> When:
    """Read a date or a date and time; the calendar day counts as it is written, whatever its zone."""
    if key not in node:
        return NEVER_SAID
    written = text(node, key)
    when = _read(written)
    if when is None:
        return When(problem=f"{key} '{plain(written) or plain(str(node[key]))}' is not a day of the calendar")
    return when


# The results of one blood draw all carry the same moment.
@lru_cache(maxsize=65536)
def _read(written: str) -> When | None:
    try:
        return When(PartialDate.parse(written), _clock(written))
    except ValueError:
        return None


def _clock(written: str) -> str:
    found = _CLOCK.search(written)
    return f"{found['clock']}{found['second'] or ':00'}{found['part'] or ''}" if found else ""


def _problems(*days: When) -> str:
    return "; ".join(each.problem for each in days if each.problem)


def read_moment(node: Node) -> When:
    """Read when an observation was made: its day, the end of its period, else when it was issued."""
    for key in ("effectiveDateTime", "effectiveInstant"):
        if key in node:
            return read_day(node, key)
    if "effectivePeriod" in node:
        period = part(node, "effectivePeriod")
        for key in ("end", "start"):
            if key in period:
                return read_day(period, key)
    return read_day(node, "issued")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A period as it was recorded, and what could not be read of it."""

    period: Period
    problems: tuple[str, ...] = ()


def stretch(start: PartialDate | None, end: PartialDate | None, *, ongoing: bool, problems: tuple[str, ...]) -> Stretch:
    """Put a first and a last day together; days that contradict each other are not known."""
    if start is not None and end is not None and start.earliest > end.latest:
        backwards = f"it ends on {end}, before it starts on {start}; neither day is used"
        return Stretch(Period(None), (*problems, backwards))
    return Stretch(Period(start, end, ongoing=ongoing and end is None), problems)


def read_period(node: Node, *, ongoing: bool, start: PartialDate | None = None) -> Stretch:
    """Read a FHIR Period.

    Parameters
    ----------
    node
        The period; empty when it was not recorded.
    ongoing
        Whether an absent end means that it goes on.
    start
        First day where the period itself has none.
    """
    first, last = read_day(node, "start"), read_day(node, "end")
    problems = tuple(each.problem for each in (first, last) if each.problem)
    first_day = start if first.day is None and not first.problem else first.day
    return stretch(first_day, last.day, ongoing=ongoing and not last.problem, problems=problems)


_YEARS = {"a": 1, "year": 1, "years": 1, "yr": 1, "yrs": 1}
_MONTHS = {"mo": 1, "month": 1, "months": 1}
_DAYS = {"wk": 7, "week": 7, "weeks": 7, "d": 1, "day": 1, "days": 1}


def read_age(node: Node, birth: PartialDate | None) -> When:
    """Read an age as the days on which the person was that old.

    Parameters
    ----------
    node
        A FHIR Age: 42 years is any day from the 42nd birthday to the day before the next.
    birth
        Date of birth; without it an age is no date.
    """
    number = exact(node.get("value"))
    unit = text(node, "code") if system_of(text(node, "system")) == UCUM else ""
    unit = (unit or text(node, "unit") or text(node, "code")).lower()
    if number is None or number < 0:
        return When(problem="the age is no number")
    if birth is None:
        return When(problem="an age without a date of birth is no date")
    low = int(number)
    high = low + 1 if number == low else low + 2
    try:
        if unit in _YEARS or unit in _MONTHS:
            by = TimeUnit.YEAR if unit in _YEARS else TimeUnit.MONTH
            first, next_day = shift(birth.earliest, Span(low, by)), shift(birth.latest, Span(high, by))
        elif unit in _DAYS:
            first = birth.earliest + timedelta(days=low * _DAYS[unit])
            next_day = birth.latest + timedelta(days=high * _DAYS[unit])
        else:
            return When(problem=f"the age has the unit '{plain(unit)}'; years, months, weeks or days are read")
        return When(PartialDate(first, max(first, next_day - timedelta(days=1))))
    except OverflowError:
        return When(problem="the age leads beyond the calendar")


def read_event_day(node: Node, prefix: str, birth: PartialDate | None) -> When:
    """Read `onset[x]`, `abatement[x]` or `performed[x]` as the days on which it may have happened.

    A period gives the days between which it happened, an age the days of that age; plain text gives no day.
    """
    if f"{prefix}DateTime" in node:
        return read_day(node, f"{prefix}DateTime")
    if f"{prefix}Period" in node:
        period = part(node, f"{prefix}Period")
        first, last = read_day(period, "start"), read_day(period, "end")
        problem = _problems(first, last)
        if problem or (first.day is None and last.day is None):
            return When(problem=problem or f"{prefix}Period has no day")
        low = first.day.earliest if first.day else date.min
        high = (last.day or first.day or PartialDate.on(date.max)).latest
        if low > high:
            return When(problem=f"{prefix}Period ends before it starts")
        return When(PartialDate(low, high))
    if f"{prefix}Age" in node:
        return _named(prefix, read_age(part(node, f"{prefix}Age"), birth))
    if f"{prefix}Range" in node:
        return _named(prefix, _read_age_range(part(node, f"{prefix}Range"), birth))
    written = text(node, f"{prefix}String")
    return When(problem=f"{prefix} '{plain(written)}' is no date") if written else NEVER_SAID


def _named(prefix: str, found: When) -> When:
    return When(found.day, problem=f"{prefix}: {found.problem}") if found.problem else found


def _read_age_range(node: Node, birth: PartialDate | None) -> When:
    low, high = part(node, "low"), part(node, "high")
    if low is EMPTY or high is EMPTY:
        return When(problem="the range of age has only one end")
    first, last = read_age(low, birth), read_age(high, birth)
    if first.day is None or last.day is None:
        return first if first.day is None else last
    if first.day.earliest > last.day.latest:
        return When(problem="the range of age ends before it starts")
    return When(PartialDate(first.day.earliest, last.day.latest))


def no_later_than(day: PartialDate | None) -> PartialDate | None:
    """Give the days up to one on which it was written down."""
    return None if day is None else PartialDate(date.min, day.latest)
