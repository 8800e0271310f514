"""Comparisons of doubles that agree with fractions.

A double carries the denominator of the fraction that it stands for, or a bound of it. Two doubles that lie further
apart than their rounding errors are told apart as they are. Two that lie closer are equal if they lie closer than two
different fractions of these denominators can: 1/(d1*d2). What is closer than the first and not close enough for the
second cannot be told here: the sign is NULL.
"""

from fractions import Fraction
from typing import Final

from dosepath.core.interval import Operator
from dosepath.rules.relational.sql import NO_NUMBER, Tree, number, sql
from dosepath.rules.relational.values import Number

ERROR: Final = 1e-13
"""Rounding error of a number in terms of its magnitude: some hundred operations on doubles."""

OPPOSITE: Final[dict[Operator, Operator]] = {"<": ">=", "<=": ">", "=": "!=", "!=": "=", ">": "<=", ">=": "<"}


def sign(a: Tree, a_den: Tree, a_size: Tree, b: Tree, b_den: Tree, b_size: Tree) -> Tree:
    """Give -1, 0 or 1 as the first number is below, equal to or above the second; NULL where it cannot be told."""
    return sql(
        "CASE WHEN ABS(:a - :b) > (:sa + :sb) * :e THEN CASE WHEN :a < :b THEN -1 ELSE 1 END "
        "WHEN :a - :b IS NOT NULL AND (:sa + :sb) * :e2 * :da * :db < 1 THEN 0 END",
        a=a,
        b=b,
        sa=a_size,
        sb=b_size,
        da=a_den,
        db=b_den,
        e=ERROR,
        e2=4 * ERROR,
    )


def sign_of(a: Number, b: Number) -> Tree:
    """Compare two numbers that are known exactly."""
    return sign(a.low, _den(a), a.magnitude, b.low, _den(b), b.magnitude)


def _den(known: Number) -> Tree:
    return NO_NUMBER if known.den is None else known.den


def literal(known: Fraction, unit: str = "") -> Number:
    """Write a number."""
    value = number(known)
    return Number(value, value, number(float(known.denominator)), number(abs(known)), unit)


def surely(operator: Operator, order: Tree, bound: Tree) -> Tree:
    """Answer whether a comparison surely holds, given the sign and the comparator of the number on the left.

    Parameters
    ----------
    operator
        The comparison.
    order
        Sign of the number on the left against the one on the right.
    bound
        `<`, `<=`, `>` or `>=` where the number on the left is only a bound; NULL where it is known.
    """
    upper, lower = "COALESCE(:b IN ('<', '<='), TRUE)", "COALESCE(:b IN ('>', '>='), TRUE)"
    template = {
        "<": f"{upper} AND (:s < 0 OR (:s = 0 AND COALESCE(:b = '<', FALSE)))",
        "<=": f"{upper} AND :s <= 0",
        ">": f"{lower} AND (:s > 0 OR (:s = 0 AND COALESCE(:b = '>', FALSE)))",
        ">=": f"{lower} AND :s >= 0",
        "=": ":b IS NULL AND :s = 0",
    }
    if operator == "!=":
        return sql(":a OR :c", a=surely("<", order, bound), c=surely(">", order, bound))
    return sql(template[operator], s=order, b=bound)


# Sums, products, quotients ------------------------------------------------------------------------------------------


def plus(a: Number, b: Number, *, minus: bool = False) -> Number:
    """Add or subtract two numbers that are known exactly; `b` is in the unit of `a`."""
    value = sql(":a - :b" if minus else ":a + :b", a=a.low, b=b.low)
    return Number(value, value, _product(_den(a), _den(b)), sql(":a + :b", a=a.magnitude, b=b.magnitude), a.unit)


def times(a: Number, b: Number, unit: str = "") -> Number:
    """Multiply two numbers that are known exactly."""
    value = _product(a.low, b.low)
    return Number(value, value, _product(_den(a), _den(b)), _product(a.magnitude, b.magnitude), unit)


def inverse(a: Number) -> Number:
    """Give one over a number; NULL for zero."""
    value = sql("1 / NULLIF(:a, 0)", a=a.low)
    # The denominator of 1/x is the numerator of x; the error of 1/x is that of x over x squared.
    size = sql(":s / NULLIF(:a * :a, 0)", s=a.magnitude, a=a.low)
    return Number(value, value, sql("ABS(:a) * :d * 2 + 1", a=a.low, d=_den(a)), size)


def scaled(a: Number, factor: Fraction, unit: str) -> Number:
    """Bring a number, or both bounds of it, to another unit; the factor is above zero."""
    if factor == 1:
        return Number(a.low, a.high, a.den, a.size, unit, a.bound, a.open, a.nothing)
    by = number(factor)
    low = sql(":a * :f", a=a.low, f=by)
    high = low if a.exact else sql(":a * :f", a=a.high, f=by)
    den = None if a.den is None else sql(":d * :f", d=a.den, f=float(factor.denominator))
    return Number(low, high, den, sql(":s * :f", s=a.magnitude, f=by), unit, a.bound, a.open, a.nothing)


def _product(a: Tree, b: Tree) -> Tree:
    return sql(":a * :b", a=a, b=b)
