"""A result as a multiple of its own limit of normal.

The limit is the one printed with the result; without one there is no multiple, and no limit of another laboratory
stands in for it. Value and limit may be in different units of one analyte. A result that the laboratory gave only as a
bound (`<5`) gives bounds of the multiple. Rules compare the value with the multiplied limit themselves ("at most 3
times the upper limit" holds on the limit, "below the lower limit" does not); this number is for people. No form.

Verification: text of the trial (NCT06680388, I04, E03, I02.4.b). From memory: nothing. Shared cases, 2026-11-25.
"""

from datetime import date
from fractions import Fraction

from dosepath.core.facts import Comparator
from dosepath.core.instrument import Procedure, Verification
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity, convert
from dosepath.core.source import Citation


def multiple_of_limit(
    value: Quantity, limit: Quantity | None, *, comparator: Comparator | None = None, analyte: str | None = None
) -> Interval | None:
    """Give the result as a multiple of its limit, exact or between bounds.

    Parameters
    ----------
    value, limit
        Result and limit of normal; no limit, or one of zero, gives no multiple.
    comparator
        Where the result is only a bound: `<` leaves everything from zero up to it.
    analyte
        What was measured, where mass and moles of it convert.

    Raises
    ------
    QuantityError
        When the two units do not measure the same thing.

    Examples
    --------
    >>> multiple_of_limit(Quantity.of("1.2", "mg/dL"), Quantity.of(104, "umol/L"), analyte="creatinine").low
    Fraction(51, 50)
    >>> multiple_of_limit(Quantity.of(5, "U/L"), Quantity.of(40, "U/L"), comparator="<").high
    Fraction(1, 8)
    """
    if limit is None or limit.value <= 0:
        return None
    multiple = convert(value, limit.unit, analyte).value / limit.value
    match comparator:
        case None:
            return Interval.at(multiple)
        case "<" | "<=":
            return Interval(Fraction(0), multiple, high_open=comparator == "<")
        case _:
            return Interval(multiple, None, low_open=comparator == ">")


REFERENCE_LIMITS = Procedure(
    "reference_limits",
    "Results as multiples of their limits of normal",
    "1",
    Citation("registry entry NCT06680388"),
    Verification("text of the trial", date(2026, 11, 25)),
)
