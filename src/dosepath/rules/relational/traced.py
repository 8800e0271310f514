"""A number that writes down what is done to it: a formula called with it gives the tree of its result."""

from fractions import Fraction

from dosepath.core.interval import Interval
from dosepath.rules.relational.numbers import inverse, literal, plus, times
from dosepath.rules.relational.sql import sql
from dosepath.rules.relational.values import Number


class Traced(Interval):
    """A number known exactly, as a tree of SQL, that stands where a formula takes an interval."""

    number: Number

    def __init__(self, number: Number) -> None:
        super().__init__(Fraction(0), None)
        object.__setattr__(self, "number", number)

    def __add__(self, other: Interval) -> "Traced":
        return Traced(plus(self.number, _number(other)))

    __radd__ = __add__

    def __sub__(self, other: Interval) -> "Traced":
        return Traced(plus(self.number, _number(other), minus=True))

    def __rsub__(self, other: Interval) -> "Traced":
        return Traced(plus(_number(other), self.number, minus=True))

    def __neg__(self) -> "Traced":
        return self.times(Fraction(-1))

    def __mul__(self, other: Interval) -> "Traced":
        return Traced(times(self.number, _number(other)))

    __rmul__ = __mul__

    def times(self, factor: Fraction) -> "Traced":
        """Scale by a known number."""
        return Traced(times(self.number, literal(factor)))

    def above_zero(self) -> "Traced":
        """Give the number itself: one that is known exactly has no bounds to narrow."""
        return self

    def inverse(self) -> "Traced":
        """Give one over the number, which is nothing for zero."""
        return Traced(inverse(self.number))

    def hull(self, other: Interval) -> "Traced":
        """Give the range from the smaller to the larger one."""
        one, two = self.number, _number(other)
        low, high = sql("LEAST(:a, :b)", a=one.low, b=two.low), sql("GREATEST(:a, :b)", a=one.high, b=two.high)
        size = sql("GREATEST(:a, :b)", a=one.magnitude, b=two.magnitude)
        return Traced(Number(low, high, sql("GREATEST(:a, :b)", a=one.den, b=two.den), size))


def _number(known: Interval) -> Number:
    if isinstance(known, Traced):
        return known.number
    if not known.exact or known.low is None:
        raise TypeError("a formula adds and multiplies numbers that are known")
    return literal(known.low)
