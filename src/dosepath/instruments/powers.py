"""Roots, powers and logarithms to a fixed number of digits, the same on every machine.

Numbers stay fractions up to here and after. What comes out is rounded once, to twelve decimals: far finer than any
measurement, and coarse enough that a power that is a plain number (the cube root of 0.512) comes out as that number.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

DECIMALS = 12
"""Decimals of a result."""

_WORKING = Context(prec=50, rounding=ROUND_HALF_EVEN)


def power(base: Fraction, exponent: Fraction) -> Fraction:
    """Raise a number above zero to any power.

    Raises
    ------
    ValueError
        When the number is not above zero.

    Examples
    --------
    >>> power(Fraction("0.512"), Fraction(1, 3))
    Fraction(4, 5)
    """
    if base <= 0:
        raise ValueError("only a number above zero has every power")
    return _settled(_WORKING.power(_decimal(base), _decimal(exponent)))


def logarithm(number: Fraction) -> Fraction:
    """Give the natural logarithm of a number above zero.

    Raises
    ------
    ValueError
        When the number is not above zero.

    Examples
    --------
    >>> round(float(logarithm(Fraction(2))), 6)
    0.693147
    """
    if number <= 0:
        raise ValueError("only a number above zero has a logarithm")
    return _settled(_WORKING.ln(_decimal(number)))


def _decimal(number: Fraction) -> Decimal:
    return _WORKING.divide(Decimal(number.numerator), Decimal(number.denominator))


def _settled(number: Decimal) -> Fraction:
    return round(Fraction(number), DECIMALS)
