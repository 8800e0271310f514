"""Numbers and units exactly as they were written."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, TypeGuard

from dosepath.core.facts import Comparator
from dosepath.core.quantity import Quantity, QuantityError, convert, read_unit
from dosepath.mapping.shapes import Node, normalised, plain, text
from dosepath.mapping.systems import UCUM, system_of

_MOST_DIGITS: Final = 40
_LONGEST_UNIT: Final = 60
_NUMBERS: Final = (int, Decimal, float)

COMPARATORS: Final = frozenset({"<", "<=", ">", ">="})


def is_comparator(written: str) -> TypeGuard[Comparator]:
    """Tell whether text is one of the four comparators."""
    return written in COMPARATORS


def exact(number: Any) -> Fraction | None:
    """Read a JSON number without losing a digit; None for what is no number that anybody measured.

    Examples
    --------
    >>> exact(Decimal("0.10")), exact(True), exact(Decimal("1e400"))
    (Fraction(1, 10), None, None)
    """
    if isinstance(number, bool) or not isinstance(number, _NUMBERS):
        return None
    if isinstance(number, int):
        return Fraction(number) if abs(number) < 10**_MOST_DIGITS else None
    decimal = number if isinstance(number, Decimal) else Decimal(repr(number))
    return _exact(decimal) if decimal.is_finite() else None


# A hospital writes the same few thousand numbers over and over.
@lru_cache(maxsize=65536)
def _exact(decimal: Decimal) -> Fraction | None:
    if abs(decimal.adjusted()) > _MOST_DIGITS or len(decimal.as_tuple().digits) > 60:
        return None
    return Fraction(decimal)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it was written and, where it is understood, its canonical UCUM code."""

    code: str | None
    written: str

    @property
    def given(self) -> bool:
        """Whether any unit was written."""
        return bool(self.written)


def unit_of(node: Node) -> Unit:
    """Read the unit of a FHIR Quantity: its UCUM code first, else its text."""
    return _unit(text(node, "code"), text(node, "unit"), text(node, "system"))


@lru_cache(maxsize=4096)
def _unit(code: str, unit: str, system: str) -> Unit:
    candidates = (code, unit) if system_of(system) == UCUM else (unit, code)
    written = next((each for each in candidates if each), "")
    understood = (read_unit(each) for each in candidates if each and len(each) <= _LONGEST_UNIT)
    return Unit(next((each for each in understood if each), None), plain(written))


_ANNOTATION = re.compile(r"\{[^}]*\}")
_COUNTING_WORDS: Final = frozenset({"point", "points", "pts", "score", "item", "items"})


def is_plain_number(unit: Unit) -> bool:
    """Tell whether a unit is that of a score or a count."""
    if unit.code is None:
        return unit.written.lower() in _COUNTING_WORDS or not unit.given
    return unit.code == "1" or _ANNOTATION.fullmatch(unit.code) is not None


@dataclass(frozen=True, slots=True)
class Measured:
    """A number in the unit that was asked for, or why there is none."""

    quantity: Quantity | None = None
    problem: str = ""


def in_unit(number: Fraction, unit: Unit, wanted: str, analyte: str, label: str) -> Measured:
    """Bring a number to the unit of its concept."""
    if wanted == "1":
        if is_plain_number(unit):
            return Measured(Quantity(number, "1"))
        return Measured(problem=f"unit '{unit.written}' where {label} is a plain number")
    if not unit.given:
        return Measured(problem=f"no unit; {label} is recorded in '{wanted}'")
    if unit.code is None:
        return Measured(problem=f"unit '{unit.written}' is not understood; {label} is read in '{wanted}'")
    try:
        return Measured(convert(Quantity(number, unit.code), wanted, analyte or None))
    except QuantityError:
        return Measured(problem=f"unit '{unit.written}' does not measure what {label} does in '{wanted}'")


def shown(number: Any) -> str:
    """Write a JSON number as it stands in the source."""
    return plain(str(number)) if isinstance(number, _NUMBERS) else ""


_TITRE = re.compile(
    r"(?<![\d:/])(?P<bound>[<>]=?|[≤≥])?\s*1\s*[:/]\s*(?P<dilution>\d{1,3}(?:,\d{3})+|\d{1,9})(?![\d:/])"
)
_DENIED = re.compile(r"\b(?:neg\w*|not?|non\w*)\b|阴")
_BOUNDS: Final = {"≤": "<=", "≥": ">="}


@dataclass(frozen=True, slots=True)
class Bounded:
    """A number that may only be a bound."""

    number: Fraction
    comparator: Comparator | None = None


def read_titre(written: str) -> Bounded | None:
    """Read a titre such as `1:80` or `<1:40`; None unless the text names exactly one.

    Examples
    --------
    >>> read_titre("1:320 speckled"), read_titre("negative at 1:40")
    (Bounded(number=Fraction(320, 1), comparator=None), None)
    """
    folded = normalised(written)  # which also makes the Chinese colon a plain one
    found = list(_TITRE.finditer(folded))
    if len(found) != 1:
        return None
    sign = found[0]["bound"] or ""
    bound = _BOUNDS.get(sign, sign)
    if _DENIED.search(folded) and not bound.startswith("<"):
        return None
    return Bounded(Fraction(found[0]["dilution"].replace(",", "")), bound if is_comparator(bound) else None)


_AMOUNT = re.compile(r"(?P<bound>[<>]=?|[≤≥])?\s*(?P<number>[+-]?\d{1,20}(?:\.\d{1,20})?)\s*(?P<unit>[^\d\s].{0,40})?")


def read_amount(written: str) -> tuple[Bounded, Unit] | None:
    """Read text that is one number with its unit, `<5 U/mL`; None when it is anything else."""
    found = _AMOUNT.fullmatch(written.strip())
    if found is None:
        return None
    sign = found["bound"] or ""
    bound = _BOUNDS.get(sign, sign)
    unit = (found["unit"] or "").strip()
    return (
        Bounded(Fraction(found["number"]), bound if is_comparator(bound) else None),
        Unit(read_unit(unit) if unit else None, plain(unit)),
    )
