"""Numbers that are known between bounds, exact to the last digit."""

from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Literal, TypeAlias

from dosepath.core.verdict import Verdict

Operator: TypeAlias = Literal["<", "<=", "=", "!=", ">", ">="]

_End: TypeAlias = tuple[Fraction | float, bool]
"""A bound, infinite as a float, and whether it is open."""

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
        """Multiply two numbers that vary on their own.

        Examples
        --------
        >>> Interval(Fraction(-1), Fraction(2)) * Interval(Fraction(3), None)
        Interval(low=None, high=None, low_open=False, high_open=False)
        """
        corners = [_corner(one, two) for one in self.ends for two in other.ends]
        low, low_open = min(corners)
        high, high_open = min((-number, is_open) for number, is_open in corners)
        return Interval(
            None if isinstance(low, float) else low,
            None if isinstance(high, float) else -high,
            low_open and not isinstance(low, float),
            high_open and not isinstance(high, float),
        )

    @property
    def ends(self) -> tuple["_End", "_End"]:
        """Both bounds, each with whether it is open; a side without a bound is infinite."""
        return (
            (-inf, True) if self.low is None else (self.low, self.low_open),
            (inf, True) if self.high is None else (self.high, self.high_open),
        )

    def above_zero(self) -> "Interval":
        """Narrow the bounds of an amount that cannot be zero or less; an interval without such numbers stays as it is.

        Examples
        --------
        >>> Interval(None, Fraction(2), high_open=True).above_zero()
        Interval(low=Fraction(0, 1), high=Fraction(2, 1), low_open=True, high_open=True)
        """
        if (self.low is not None and self.low > 0) or (self.high is not None and self.high <= 0):
            return self
        return Interval(Fraction(0), self.high, True, self.high_open)

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


def _corner(one: _End, two: _End) -> _End:
    """Multiply two bounds; zero stays zero however large the other number grows, and is reached where zero is."""
    (a, a_open), (b, b_open) = one, two
    if a == 0 or b == 0:
        return Fraction(0), (a_open or a != 0) and (b_open or b != 0)
    return a * b, a_open or b_open
