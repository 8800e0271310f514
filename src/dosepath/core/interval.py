"""Numbers that are known between bounds, exact to the last digit."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from dosepath.core.verdict import Verdict

Operator: TypeAlias = Literal["<", "<=", "=", "!=", ">", ">="]

_OPPOSITE: dict[Operator, Operator] = {"<": ">=", "<=": ">", "=": "!=", "!=": "=", ">": "<=", ">=": "<"}


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`; None is unbounded, an open bound is not itself included.

    Examples
    --------
    >>> Interval.at(3).compare("<=", Interval.at(3))
    <Verdict.MET: 'met'>
    >>> Interval(None, Fraction(150), high_open=True).compare("<", Interval.at(150))
    <Verdict.MET: 'met'>
    """

    low: Fraction | None
    high: Fraction | None
    low_open: bool = False
    high_open: bool = False

    @classmethod
    def at(cls, number: Fraction | int) -> "Interval":
        """Make a number that is known exactly."""
        return cls(Fraction(number), Fraction(number))

    @property
    def exact(self) -> bool:
        """Whether only one number is possible."""
        return self.low is not None and self.low == self.high

    def compare(self, operator: Operator, other: "Interval") -> Verdict:
        """Compare two numbers that vary on their own; UNKNOWN when the bounds do not decide."""
        if self._surely(operator, other):
            return Verdict.MET
        return Verdict.NOT_MET if self._surely(_OPPOSITE[operator], other) else Verdict.UNKNOWN

    def _surely(self, operator: Operator, other: "Interval") -> bool:
        match operator:
            case "<":
                return _below(self, other, touching=False)
            case "<=":
                return _below(self, other, touching=True)
            case ">":
                return _below(other, self, touching=False)
            case ">=":
                return _below(other, self, touching=True)
            case "=":
                return self.exact and other.exact and self.low == other.low
            case "!=":
                return _below(self, other, touching=False) or _below(other, self, touching=False)

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(
            None if self.low is None or other.low is None else self.low + other.low,
            None if self.high is None or other.high is None else self.high + other.high,
            self.low_open or other.low_open,
            self.high_open or other.high_open,
        )

    def __neg__(self) -> "Interval":
        return Interval(
            None if self.high is None else -self.high,
            None if self.low is None else -self.low,
            self.high_open,
            self.low_open,
        )

    def __sub__(self, other: "Interval") -> "Interval":
        return self + -other

    def times(self, factor: Fraction) -> "Interval":
        """Scale by a known number."""
        if factor < 0:
            return (-self).times(-factor)
        if factor == 0:
            return Interval.at(0)
        return Interval(
            None if self.low is None else self.low * factor,
            None if self.high is None else self.high * factor,
            self.low_open,
            self.high_open,
        )

    def __mul__(self, other: "Interval") -> "Interval":
        """Multiply; an unbounded factor is only followed where the other one is known."""
        if other.exact and other.low is not None:
            return self.times(other.low)
        if self.exact and self.low is not None:
            return other.times(self.low)
        if self.low is None or other.low is None or self.low < 0 or other.low < 0:
            return _multiplied_corners(self, other)
        bounded = self.high is not None and other.high is not None
        return Interval(
            self.low * other.low,
            self.high * other.high if self.high is not None and other.high is not None else None,
            self.low_open or other.low_open,
            bounded and (self.high_open or other.high_open),
        )

    def inverse(self) -> "Interval | None":
        """Give one over the number; None when zero is possible."""
        if self.low is not None and (self.low > 0 or (self.low == 0 and self.low_open)):
            low = Fraction(0) if self.high is None else 1 / self.high
            return Interval(
                low, None if self.low == 0 else 1 / self.low, self.high is None or self.high_open, self.low_open
            )
        if self.high is not None and (self.high < 0 or (self.high == 0 and self.high_open)):
            flipped = (-self).inverse()
            return None if flipped is None else -flipped
        return None

    def hull(self, other: "Interval") -> "Interval":
        """Give the smallest interval that holds both."""
        low, low_open = _lower((self.low, self.low_open), (other.low, other.low_open))
        high, high_open = _lower(
            (None if self.high is None else -self.high, self.high_open),
            (None if other.high is None else -other.high, other.high_open),
        )
        return Interval(low, None if high is None else -high, low_open, high_open)


def _lower(one: tuple[Fraction | None, bool], two: tuple[Fraction | None, bool]) -> tuple[Fraction | None, bool]:
    if one[0] is None or two[0] is None:
        return None, False
    return min((one[0], one[1]), (two[0], two[1]))


def _below(one: Interval, two: Interval, *, touching: bool) -> bool:
    """Answer whether every number of the first lies below every number of the second."""
    if one.high is None or two.low is None:
        return False
    if one.high == two.low:
        return touching or one.high_open or two.low_open
    return one.high < two.low


def _multiplied_corners(one: Interval, two: Interval) -> Interval:
    if None in (one.low, one.high, two.low, two.high):
        return Interval(None, None)
    corners = [a * b for a in (one.low, one.high) for b in (two.low, two.high) if a is not None and b is not None]
    return Interval(min(corners), max(corners))
