"""Sums that stay possible while items are open: each item adds one of several rows of points.

A row of points is a tuple, so that numbers that belong together, such as a total and its clinical part, are added
together and no pair is listed that no patient can have.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

Points: TypeAlias = tuple[int, ...]
Options: TypeAlias = Sequence[Points]

CASE_LIMIT = 1000
"""Most sums that are told apart; well below the number of cases that a rule is judged in."""


def either(answer: bool | None, points: Points) -> Options:
    """Give what a yes-or-no item may add: its points, nothing, or one of them while it is open.

    Examples
    --------
    >>> either(None, (4, 1))
    ((0, 0), (4, 1))
    """
    nothing = (0,) * len(points)
    if answer is None:
        return (nothing, points)
    return (points,) if answer else (nothing,)


def added(one: Points, other: Points) -> Points:
    """Add two rows of points."""
    return tuple(a + b for a, b in zip(one, other, strict=True))


def reachable(items: Iterable[Options], start: Points, limit: int | None = None) -> tuple[Points, ...] | None:
    """List every sum that some choice of options gives, the lowest first; None when there are more than the limit.

    Examples
    --------
    >>> reachable([((0,), (2,)), ((1,),), ((0,), (2,))], (0,))
    ((1,), (3,), (5,))
    """
    sums = {start}
    for options in items:
        before, sums = sums, set()
        for total in before:
            sums.update([added(total, points) for points in options])
            if limit is not None and len(sums) > limit:
                return None
    return tuple(sorted(sums))


def all_reachable(items: Iterable[Options], start: Points) -> tuple[Points, ...]:
    """List every sum, however many there are."""
    return reachable(items, start) or ()


def extremes(items: Iterable[Options], start: Points) -> tuple[Points, Points]:
    """Give the lowest and the highest sum, each number on its own.

    Examples
    --------
    >>> extremes([((0, 1), (2, 0)), ((0, 0), (3, 3))], (0, 0))
    ((0, 0), (5, 4))
    """
    low = high = start
    for options in items:
        low = added(low, tuple(map(min, zip(*options, strict=True))))
        high = added(high, tuple(map(max, zip(*options, strict=True))))
    return low, high
