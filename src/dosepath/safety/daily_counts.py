"""Blood counts day by day: the lowest of a day, short gaps filled, days below a limit joined into runs.

The conventions are those of the open implementation of ICAHT grading (Liang, automated grading by EHA/EBMT criteria,
2024): gaps of up to 7 days are filled on the straight line between the counts beside them, longer ones stay open; two
runs are one unless 3 days in a row above the limit stand between them. Here a count is never carried beyond the first
and the last one, and only filled values are rounded: a measured 503 stays above 500.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

from dosepath.instruments.answers import Answers

LONGEST_FILLED_GAP: Final = 7
"""Days without a count that are filled."""

LONGEST_BRIDGE: Final = 2
"""Days above a limit, or without a count, that do not end a run."""

Run = tuple[int, int]
"""First and last day, both included."""


def lowest_of_days(counts: Iterable[tuple[int, Fraction]]) -> dict[int, Fraction]:
    """Keep the lowest count of each day, in order of days.

    Examples
    --------
    >>> lowest_of_days([(3, Fraction(8)), (1, Fraction(5)), (3, Fraction(7))])
    {1: Fraction(5, 1), 3: Fraction(7, 1)}
    """
    found: dict[int, Fraction] = {}
    for day, count in counts:
        found[day] = min(count, found.get(day, count))
    return dict(sorted(found.items()))


def within(counts: Mapping[int, Fraction], first: int, last: int) -> dict[int, Fraction]:
    """Keep the counts of a period, both ends included."""
    return {day: count for day, count in counts.items() if first <= day <= last}


def filled(counts: Mapping[int, Fraction], round_to: int | None = None) -> dict[int, Fraction]:
    """Fill short gaps on a straight line.

    Parameters
    ----------
    counts
        One a day, in order of days.
    round_to
        Step to which filled values are rounded, halves to the even step; None to keep them as they are.

    Examples
    --------
    >>> {day: int(count) for day, count in filled({2: Fraction(800), 4: Fraction(405)}, round_to=10).items()}
    {2: 800, 3: 600, 4: 405}
    """
    found = dict(counts)
    for (before, low_day_count), (after, next_count) in pairwise(counts.items()):
        if after - before - 1 > LONGEST_FILLED_GAP:
            continue
        for day in range(before + 1, after):
            value = low_day_count + (next_count - low_day_count) * Fraction(day - before, after - before)
            found[day] = value if round_to is None else Fraction(round(value / round_to) * round_to)
    return dict(sorted(found.items()))


def long_gaps(counts: Mapping[int, Fraction]) -> tuple[Run, ...]:
    """List the stretches of days without a count that are too long to be filled.

    Examples
    --------
    >>> long_gaps({0: Fraction(1), 8: Fraction(1), 17: Fraction(1)})
    ((9, 16),)
    """
    return tuple(
        (before + 1, after - 1) for before, after in pairwise(counts) if after - before - 1 > LONGEST_FILLED_GAP
    )


def runs(days: Sequence[int]) -> tuple[Run, ...]:
    """Join days below a limit into runs across short recoveries.

    Examples
    --------
    >>> runs([1, 2, 5, 9])
    ((1, 5), (9, 9))
    """
    found: list[Run] = []
    for day in days:
        if found and day - found[-1][1] - 1 <= LONGEST_BRIDGE:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return tuple(found)


def length(run: Run) -> int:
    """Count the days of a run, bridged days included.

    Examples
    --------
    >>> length((4, 8))
    5
    """
    return run[1] - run[0] + 1


def counts_of(table: Iterable[Answers], column: str) -> tuple[dict[int, Fraction], bool]:
    """Read the rows of a series: the lowest count of each day, and whether some count has no day.

    A row without a count says nothing.
    """
    readable = [row for row in table if column in row.amounts]
    placed = [(row.numbers["day"], row.amounts[column]) for row in readable if "day" in row.numbers]
    return lowest_of_days(placed), len(placed) < len(readable)
