"""Calendar arithmetic, days known in part, windows and periods."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosepath.core.days import PartialDate, Period, Span, TimeUnit, Window, completed_years, not_after, shift
from dosepath.core.verdict import Verdict, agreed, verdict_of

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
ON = date(2026, 6, 1)


def day(text: str) -> date:
    return date.fromisoformat(text)


def known(text: str) -> PartialDate:
    return PartialDate.parse(text)


@pytest.mark.parametrize(
    ("start", "count", "unit", "expected"),
    [
        ("2026-06-01", -28, TimeUnit.DAY, "2026-05-04"),
        ("2026-06-01", -6, TimeUnit.WEEK, "2026-04-20"),
        ("2026-08-31", -6, TimeUnit.MONTH, "2026-02-28"),
        ("2024-08-31", -6, TimeUnit.MONTH, "2024-02-29"),
        ("2026-05-31", 1, TimeUnit.MONTH, "2026-06-30"),
        ("2026-01-15", -1, TimeUnit.MONTH, "2025-12-15"),
        ("2025-12-15", 1, TimeUnit.MONTH, "2026-01-15"),
        ("2024-02-29", 1, TimeUnit.YEAR, "2025-02-28"),
        ("2024-02-29", -4, TimeUnit.YEAR, "2020-02-29"),
        ("2026-06-01", 0, TimeUnit.MONTH, "2026-06-01"),
    ],
)
def test_shift(start: str, count: int, unit: TimeUnit, expected: str) -> None:
    direction = -1 if count < 0 else 1
    assert shift(day(start), Span(abs(count), unit), direction) == day(expected)


@pytest.mark.parametrize("unit", TimeUnit)
def test_shift_beyond_the_calendar(unit: TimeUnit) -> None:
    for end, direction in ((date.min, -1), (date.max, 1)):
        with pytest.raises(OverflowError):
            shift(end, Span(1, unit), direction)


@given(st.dates(date(1, 2, 1), date(9000, 1, 1)), st.dates(date(1, 2, 1), date(9000, 1, 1)), st.integers(0, 50))
def test_shift_keeps_the_order_of_days(one: date, other: date, count: int) -> None:
    for unit in TimeUnit:
        first, last = shift(min(one, other), Span(count, unit)), shift(max(one, other), Span(count, unit))
        assert first <= last


@pytest.mark.parametrize(
    ("birth", "on", "years"),
    [
        ("2008-06-01", "2026-06-01", 18),
        ("2008-06-02", "2026-06-01", 17),
        ("1960-06-01", "2026-06-01", 66),
        ("1960-06-02", "2026-06-01", 65),
        ("2004-02-29", "2026-02-28", 21),
        ("2004-02-29", "2026-03-01", 22),
        ("2004-02-29", "2024-02-29", 20),
    ],
)
def test_completed_years(birth: str, on: str, years: int) -> None:
    assert completed_years(day(birth), day(on)) == years


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "shown"),
    [
        ("2026", "2026-01-01", "2026-12-31", "2026"),
        ("2026-02", "2026-02-01", "2026-02-28", "2026-02"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024-02"),
        ("2026-12", "2026-12-01", "2026-12-31", "2026-12"),
        ("2026-02-03", "2026-02-03", "2026-02-03", "2026-02-03"),
        ("2026-02-03T23:30:00+02:00", "2026-02-03", "2026-02-03", "2026-02-03"),
        (" 2026-02-03 ", "2026-02-03", "2026-02-03", "2026-02-03"),
    ],
)
def test_days_known_in_part(text: str, earliest: str, latest: str, shown: str) -> None:
    found = PartialDate.parse(text)
    assert (found.earliest, found.latest) == (day(earliest), day(latest))
    assert str(found) == shown
    assert found.exact is (earliest == latest)


def test_other_days_known_in_part_are_shown_by_their_bounds() -> None:
    assert str(PartialDate(day("2026-01-05"), day("2026-02-03"))) == "2026-01-05..2026-02-03"
    assert str(PartialDate(day("2025-01-01"), day("2026-12-31"))) == "2025-01-01..2026-12-31"
    assert str(PartialDate(day("2026-01-01"), day("2026-01-30"))) == "2026-01-01..2026-01-30"


@pytest.mark.parametrize(
    "text", ["", "26", "2026-13", "2026-02-30", "2026-2-3", "2026-02T10:00", "2026-00", "yesterday"]
)
def test_no_days(text: str) -> None:
    with pytest.raises(ValueError, match=r"no date|not in the calendar"):
        PartialDate.parse(text)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("2026-02", "2026-03", MET),
        ("2026-03", "2026-02", NOT_MET),
        ("2026-03-05", "2026-03-05", MET),
        ("2026-03", "2026-03-05", UNKNOWN),
        ("2026-03-05", "2026-03", UNKNOWN),
        ("2026-03-01", "2026-03", MET),
        ("2026-03", "2026-03-31", MET),
    ],
)
def test_not_after(first: str, second: str, expected: Verdict) -> None:
    assert not_after(known(first), known(second)) is expected


@pytest.mark.parametrize(
    ("start", "end", "moment", "expected"),
    [
        ("2026-05-04", "2026-06-01", "2026-05-04", MET),
        ("2026-05-04", "2026-06-01", "2026-05-03", NOT_MET),
        ("2026-05-04", "2026-06-01", "2026-06-01", MET),
        ("2026-05-04", "2026-06-01", "2026-06-02", NOT_MET),
        ("2026-05-04", "2026-06-01", "2026-05", UNKNOWN),
        ("2026-04-30", "2026-06-01", "2026-05", MET),
        ("2026-05-04", "2026-06-01", "2026-04", NOT_MET),
        (None, "2026-06-01", "1900", MET),
        ("2026-05-04", None, "2999", MET),
        (None, None, "2026", MET),
        ("2026-05", "2026-06-01", "2026-05-10", UNKNOWN),
    ],
)
def test_window_contains(start: str | None, end: str | None, moment: str, expected: Verdict) -> None:
    window = Window(known(start) if start else None, known(end) if end else None)
    assert window.contains(known(moment)) is expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2020-01-01", "2026-05-04", MET),
        ("2020-01-01", "2026-05-03", NOT_MET),
        ("2026-06-01", "2027-01-01", MET),
        ("2026-06-02", "2027-01-01", NOT_MET),
        ("2020-01-01", "2027-01-01", MET),
        ("2020", "2026-05", UNKNOWN),
        ("2020", "2026-06", MET),
    ],
)
def test_window_meets(first: str, last: str, expected: Verdict) -> None:
    window = Window(known("2026-05-04"), known("2026-06-01"))
    assert window.meets(known(first), known(last)) is expected


def test_windows_in_words() -> None:
    start, end = known("2026-05-04"), known("2026-06-01")
    assert str(Window(start, end)) == "2026-05-04 to 2026-06-01"
    assert str(Window(None, end)) == "up to 2026-06-01"
    assert str(Window(start, None)) == "since 2026-05-04"
    assert str(Window(None, None)) == "any day"
    assert str(Span(1, TimeUnit.MONTH)) == "1 month"
    assert str(Span(28, TimeUnit.DAY)) == "28 days"


NEAR = st.integers(0, 20).map(lambda count: ON - timedelta(days=count))
PARTIAL = st.tuples(NEAR, st.integers(0, 3)).map(lambda pair: PartialDate(pair[0], pair[0] + timedelta(days=pair[1])))


def days_of(partial: PartialDate) -> list[date]:
    return [partial.earliest + timedelta(days=count) for count in range((partial.latest - partial.earliest).days + 1)]


@given(PARTIAL, PARTIAL, PARTIAL)
def test_contained_where_every_reading_says_so(start: PartialDate, end: PartialDate, moment: PartialDate) -> None:
    readings = agreed(
        verdict_of(first <= one <= last) for first in days_of(start) for last in days_of(end) for one in days_of(moment)
    )
    found = Window(start, end).contains(moment)
    assert found is readings or found is UNKNOWN
    if start.exact and end.exact and start.earliest <= end.earliest:
        assert found is readings


@pytest.mark.parametrize(
    ("period", "first", "last", "words"),
    [
        (Period(known("2026-01-01"), known("2026-02")), "2026-01-01", "2026-02", "2026-01-01 to 2026-02"),
        (Period(known("2026-01-01"), None, ongoing=True), "2026-01-01", "2026-06-01", "2026-01-01 to ongoing"),
        (Period.at(known("2026-01")), "2026-01", "2026-01", "2026-01"),
    ],
)
def test_periods(period: Period, first: str, last: str, words: str) -> None:
    assert period.first_day(ON) == known(first)
    assert period.last_day(ON) == known(last)
    assert str(period) == words


def test_periods_of_which_an_end_is_not_recorded() -> None:
    begun = Period(known("2026-01"))
    assert begun.last_day(ON) == PartialDate(day("2026-01-01"), ON)
    assert str(begun) == "2026-01 to end not recorded"
    ended = Period(None, known("2026-01"))
    assert ended.first_day(ON) == PartialDate(date.min, day("2026-01-31"))
    assert str(ended) == "start not recorded to 2026-01"
    nothing = Period(None)
    assert nothing.first_day(ON) == nothing.last_day(ON) == PartialDate(date.min, ON)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period(known("2020-01-01"), None, ongoing=True), MET),
        (Period(known("2020-01-01"), None), UNKNOWN),
        (Period(known("2026-05-10"), None), MET),
        (Period(None, known("2026-05-03")), NOT_MET),
        (Period(None, known("2026-05-10")), MET),
        (Period(known("2026-07-01"), None, ongoing=True), NOT_MET),
        (Period(None), UNKNOWN),
    ],
)
def test_periods_and_windows(period: Period, expected: Verdict) -> None:
    assert period.meets(Window(known("2026-05-04"), known("2026-05-31")), ON) is expected
