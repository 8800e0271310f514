"""The notation of the tables of measured terms, and its reader.

A term is a line with its name, direction and units, then one line for each condition::

    Cholesterol high: high; mmol/L mg/dL
      4  value > 12.92 | 500
      1  value > ULN
    Hypokalemia: low; mmol/L
      3  value < 3.0
      3* hospitalised
      2  value < LLN and treated

Numbers with a bar are those of several columns of units. `5 ULN` is five times the limit. A star marks a judgement that
alone gives the grade. `-` stands for no grade. A word in brackets keeps a condition for one reading.
"""

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final, get_args

from dosepath.core.interval import Operator
from dosepath.safety.ctcae_lab import (
    LIMITS,
    Clause,
    Compare,
    Condition,
    Direction,
    Reading,
    Rule,
    Said,
    System,
    Term,
    Unit,
)

_DIRECTIONS: Final = {"low": Direction.LOW, "high": Direction.HIGH, "other": Direction.OTHER}
_BOTH: Final = frozenset(System)
_SI: Final = frozenset({System.SI})
_US: Final = frozenset({System.US})
_NEITHER: Final[frozenset[System]] = frozenset()

UNITS: Final[Mapping[str, tuple[Unit, ...]]] = {
    "any": (),
    # 4.9 and 6.2 mmol/L of haemoglobin stand in the text beside 80 and 100 g/L; they do not convert.
    "anaemia": (
        Unit("g/L", _SI),
        Unit("g/dL", _US, times=Fraction(10)),
        Unit("mmol/L", _NEITHER, column=1),
    ),
    "protein": (Unit("g/L", _SI), Unit("g/dL", _US, times=Fraction(10))),
    "fibrinogen": (Unit("g/L", _SI), Unit("mg/dL", _US, times=Fraction(1, 100))),
    "cells": (
        Unit("10*9/L", _SI),
        Unit("10*3/uL", _US),
        Unit("10*3/mL", _US, times=Fraction(1, 1000)),
        Unit("/uL", _NEITHER, times=Fraction(1, 1000)),
    ),
    "CD4 cells": (
        Unit("10*9/L", _SI),
        Unit("/uL", _US, times=Fraction(1, 1000)),
        Unit("10*3/uL", _NEITHER),
    ),
    "mmol/L": (Unit("mmol/L", _BOTH),),
    "mmol/L or mg/dL": (Unit("mmol/L", _SI), Unit("mg/dL", _US, column=1)),
    "umol/L or mg/dL": (Unit("umol/L", _SI), Unit("mg/dL", _US, column=1)),
    "clearance": (Unit("mL/min", _BOTH),),
    "filtration": (Unit("mL/min/{1.73_m2}", _BOTH), Unit("mL/min", _NEITHER)),
    "g a day": (Unit("g/(24.h)", _BOTH), Unit("mg/(24.h)", _NEITHER, times=Fraction(1, 1000))),
    "mL": (Unit("mL", _BOTH),),
    "%": (Unit("%", _BOTH),),
    "ms": (Unit("ms", _BOTH),),
    "Cel": (Unit("Cel", _BOTH),),
    "mm[Hg]": (Unit("mm[Hg]", _BOTH),),
}
"""Sets of units, by the name that tables call them."""

_TERM: Final = re.compile(r"(?P<name>\S.*?): (?P<direction>low|high|other); (?P<units>.+)")
_LINE: Final = re.compile(r"\s+(?P<grade>[1-4-])(?P<star>\*?)\s+(?P<conditions>.+?)(?:\s+\[(?P<reading>\w+)\])?")
_COMPARISON: Final = re.compile(r"(?P<number>\w+) (?P<operator><=|>=|<|>) (?P<limit>.+)")
_LIMIT: Final = re.compile(r"(?:(?P<factor>[\d.]+) )?(?P<name>[A-Z_]+)(?: (?P<sign>[+-]) (?P<added>[\d.]+))?")


def read_terms(table: str) -> dict[str, Term]:
    """Read a table.

    Raises
    ------
    ValueError
        When a line is not of the notation: a fault of the table, not of a user.

    Examples
    --------
    >>> [rule.grade for rule in read_terms(chr(10).join(["CPK: high; any", "  2  value > 2.5 ULN"]))["CPK"].rules]
    [2]
    """
    found: dict[str, list[str]] = {}
    name = ""
    for line in filter(str.strip, table.splitlines()):
        if not line.startswith(" "):
            name = line
            found[name] = []
        else:
            found[name].append(line)
    terms = (_term(heading, lines) for heading, lines in found.items())
    return {term.name: term for term in terms}


def _term(heading: str, lines: Iterable[str]) -> Term:
    read = _TERM.fullmatch(heading)
    if read is None:
        raise ValueError(f"no term: {heading}")
    rules: list[Rule] = []
    clauses: list[Clause] = []
    undefined: tuple[Condition, ...] = ()
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(f"no condition: {line}")
        if found["grade"] == "-":
            undefined = (*undefined, *_conditions(found["conditions"]))
        elif found["star"]:
            clauses += [Clause(int(found["grade"]), flag) for flag in found["conditions"].split(" or ")]
        else:
            reading = Reading(found["reading"]) if found["reading"] else None
            rules.append(Rule(int(found["grade"]), _conditions(found["conditions"]), reading))
    units = UNITS[read["units"]]
    return Term(read["name"], _DIRECTIONS[read["direction"]], units, tuple(rules), tuple(clauses), undefined)


def _conditions(text: str) -> tuple[Condition, ...]:
    return tuple(_condition(part) for part in text.split(" and "))


def _condition(text: str) -> Condition:
    found = _COMPARISON.fullmatch(text)
    if found is None:
        return Said(text.removeprefix("not "), wanted=not text.startswith("not "))
    operator = next(each for each in get_args(Operator) if each == found["operator"])
    of = _LIMIT.fullmatch(found["limit"])
    if of is None:
        columns = tuple(Fraction(number.strip()) for number in found["limit"].split("|"))
        return Compare(found["number"], operator, Fraction(0), "", columns)
    name = of["name"].lower()
    if name not in LIMITS:
        raise ValueError(f"no limit: {text}")
    added = Fraction(of["added"] or 0) * (-1 if of["sign"] == "-" else 1)
    return Compare(found["number"], operator, Fraction(of["factor"] or 1), name, (added,))
