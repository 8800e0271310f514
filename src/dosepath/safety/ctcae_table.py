"""Grading of whole tables of measurements: columns of numbers to columns of grades.

The answer of a row is that of `ctcae_lab.grade`, to the last digit. Numbers come as floats, each the one nearest to the
decimal that was recorded; a decimal with at most six places becomes a whole number of millionths, and all comparisons
are of whole numbers. A row with a number that does not is graded by `ctcae_lab.grade`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import isnan
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dosepath.core.interval import Operator
from dosepath.safety.ctcae_lab import (
    BASELINE_FLAGS,
    IN_THE_UNIT_OF_THE_VALUE,
    Compare,
    Edition,
    Facts,
    Missing,
    Reading,
    Rule,
    Said,
    Term,
    Unit,
    grade,
)

Numbers: TypeAlias = NDArray[np.float64]
Wholes: TypeAlias = NDArray[np.int64]
Marks: TypeAlias = NDArray[np.bool_]
Grades: TypeAlias = NDArray[np.int8]

NO_GRADE: Final = -1
"""Where the table has no grade for the value, or the unit is missing."""

UNKNOWN: Final = -1
"""A judgement that is not known; 1 is yes, 0 is no."""

_MILLION: Final = 10**6
_DIGITS: Final = 10**15
"""Decimals of up to 15 digits are told apart as floats."""

_LARGEST: Final = 2**62

_COMPARE: Final[Mapping[Operator, Callable[[Wholes, Wholes], Marks]]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "=": np.equal,
    "!=": np.not_equal,
}


@dataclass(frozen=True)
class Columns:
    """Measurements, one a row.

    Parameters
    ----------
    terms
        Place of the term among those of the version.
    units
        Place of the unit among those of the term; -1 where there is none.
    numbers
        In the unit of the row; NaN where a number is missing. A number without a column is missing in every row.
    flags
        Judgements and `base_high`, `base_low`: 1, 0, or -1 where it is not known.
    """

    terms: NDArray[np.int16]
    units: Grades
    numbers: Mapping[str, Numbers]
    flags: Mapping[str, Grades] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.terms)

    def repeated(self, times: int) -> "Columns":
        """Give the same rows several times over."""
        return Columns(
            np.tile(self.terms, times),
            np.tile(self.units, times),
            {name: np.tile(column, times) for name, column in self.numbers.items()},
            {flag: np.tile(column, times) for flag, column in self.flags.items()},
        )


@dataclass(frozen=True, slots=True)
class Measurement:
    """One row before it is put into columns: a term, its unit, numbers and judgements as far as they are known."""

    term: Term
    unit: Unit | None
    numbers: Mapping[str, float]
    flags: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class GradeColumns:
    """The mildest and the severest grade of each row that is possible; `NO_GRADE` in both where there is none."""

    low: Grades
    high: Grades


def columns_of(edition: Edition, rows: Sequence[Measurement]) -> Columns:
    """Put rows into columns.

    Examples
    --------
    >>> from dosepath.safety.ctcae_lab_v5 import V5
    >>> platelets = V5.terms["Platelet count decreased"]
    >>> table = columns_of(V5, [Measurement(platelets, platelets.units[0], {"value": 24.9})])
    >>> grade_columns(V5, table).low.tolist()
    [4]
    """
    places = {name: place for place, name in enumerate(edition.terms)}
    numbers = dict.fromkeys(name for row in rows for name in row.numbers)
    flags = dict.fromkeys(flag for row in rows for flag in row.flags)
    return Columns(
        np.array([places[row.term.name] for row in rows], np.int16),
        np.array([-1 if row.unit is None else row.term.units.index(row.unit) for row in rows], np.int8),
        {name: np.array([row.numbers.get(name, np.nan) for row in rows], np.float64) for name in numbers},
        {flag: np.array([row.flags.get(flag, UNKNOWN) for row in rows], np.int8) for flag in flags},
    )


def grade_columns(
    edition: Edition, columns: Columns, missing: Missing = Missing.PASSED_OVER, reading: Reading = Reading.TEXT
) -> GradeColumns:
    """Grade a table.

    Parameters
    ----------
    edition
        Version of the table of grades.
    columns
        Measurements.
    missing, reading
        As for one measurement.

    Raises
    ------
    ValueError
        When a number is infinite.

    Examples
    --------
    >>> from dosepath.safety.ctcae_lab_v5 import V5
    >>> place = list(V5.terms).index("Activated partial thromboplastin time prolonged")
    >>> numbers = {"value": np.array([1.8, 1.81]), "uln": np.full(2, 1.2)}
    >>> table = Columns(np.full(2, place, np.int16), np.full(2, -1, np.int8), numbers)
    >>> grade_columns(V5, table).low.tolist()
    [1, 2]
    """
    terms = list(edition.terms.values())
    keys = columns.terms.astype(np.int16) * 8 + columns.units + 1
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=np.int16(-1)))
    stops = np.append(starts[1:], len(keys))[: len(starts)]
    low = np.empty(len(keys), np.int8)
    high = np.empty(len(keys), np.int8)
    for start, stop in zip(starts, stops, strict=True):
        place, unit = divmod(int(ordered[start]), 8)
        rows = order[start:stop]
        low[rows], high[rows] = _graded(terms[place], unit - 1, columns, rows, missing, reading)
    return GradeColumns(low, high)


def facts_of(term: Term, unit: Unit | None, columns: Columns, row: int) -> Facts:
    """Give the facts of one row, each number as the shortest decimal that it is nearest to."""
    times = unit.times if unit is not None else Fraction(1)
    numbers = {}
    for name in term.numbers:
        number = float(columns.numbers[name][row]) if name in columns.numbers else float("nan")
        if not isnan(number):
            exact = Fraction(Decimal(repr(number)))
            numbers[name] = exact * times if name in IN_THE_UNIT_OF_THE_VALUE else exact
    flags = {
        flag: bool(columns.flags[flag][row])
        for flag in term.flags
        if flag in columns.flags and columns.flags[flag][row] != UNKNOWN
    }
    return Facts(numbers, flags, unit.column if unit is not None else 0)


def _graded(
    term: Term, place: int, columns: Columns, rows: NDArray[np.intp], missing: Missing, reading: Reading
) -> tuple[Grades, Grades]:
    """Grade the rows of one term and one unit."""
    unit = term.units[place] if 0 <= place < len(term.units) else None
    if unit is None and term.units and "value" in term.numbers:
        return np.full(len(rows), NO_GRADE, np.int8), np.full(len(rows), NO_GRADE, np.int8)
    group = _Group(term, unit, columns, rows)
    asked = term.flags_of(reading)
    known = {flag: _known(columns, flag, rows, missing) for flag in asked}
    low, high = _hull(group, term.rules_of(reading), known, missing, reading)
    for condition in term.undefined:
        if isinstance(condition, Compare):
            surely, _ = group.compare(condition)
            low[surely] = high[surely] = NO_GRADE
    for row in np.flatnonzero(group.inexact):
        one = grade(term, facts_of(term, unit, columns, int(rows[row])), missing, reading)
        low[row] = NO_GRADE if one.low is None else one.low
        high[row] = NO_GRADE if one.high is None else one.high
    return low, high


def _known(columns: Columns, flag: str, rows: NDArray[np.intp], missing: Missing) -> Grades:
    column = columns.flags.get(flag)
    found = np.full(len(rows), UNKNOWN, np.int8) if column is None else column[rows]
    if missing is Missing.PASSED_OVER and flag in BASELINE_FLAGS:
        found[found == UNKNOWN] = 0
    return found


def _hull(
    group: "_Group", rules: tuple[Rule, ...], known: Mapping[str, Grades], missing: Missing, reading: Reading
) -> tuple[Grades, Grades]:
    """Go through all ways to answer the judgements, each for the rows that it does not contradict."""
    size = group.size
    low, high = np.full(size, 5, np.int8), np.full(size, -1, np.int8)
    worst = np.zeros(size, np.int8)
    for said in _ways(tuple(known)):
        fits = np.ones(size, np.bool_)
        for flag, answer in said.items():
            fits &= (known[flag] == answer) | (known[flag] == UNKNOWN)
        if not fits.any():
            continue
        one_low, one_high = _one(group, rules, said, missing)
        low = np.where(fits, np.minimum(low, one_low), low)
        high = np.where(fits, np.maximum(high, one_high), high)
        worst = np.where(fits, np.maximum(worst, one_low), worst)
    if reading is Reading.ADMIRAL and missing is Missing.PASSED_OVER:
        taken = worst > 0
        low, high = np.where(taken, worst, low), np.where(taken, worst, high)
    return low, high


def _ways(flags: tuple[str, ...]) -> Iterator[dict[str, bool]]:
    for answers in product((False, True), repeat=len(flags)):
        said = dict(zip(flags, answers, strict=True))
        if not (said.get("base_high") and said.get("base_low")):
            yield said


def _one(group: "_Group", rules: tuple[Rule, ...], said: Mapping[str, bool], missing: Missing) -> tuple[Grades, Grades]:
    """Go down the conditions under one way to answer the judgements."""
    low, high = np.zeros(group.size, np.int8), np.zeros(group.size, np.int8)
    settled = np.zeros(group.size, np.bool_)
    mildest_open = np.zeros(group.size, np.bool_)
    for rule in rules:
        if any(isinstance(each, Said) and said[each.flag] is not each.wanted for each in rule.conditions):
            continue
        surely, perhaps = np.ones(group.size, np.bool_), np.ones(group.size, np.bool_)
        for condition in rule.conditions:
            if isinstance(condition, Compare):
                one_surely, one_perhaps = group.compare(condition)
                surely, perhaps = surely & one_surely, perhaps & one_perhaps
        high[perhaps & ~settled & (high == 0)] = rule.grade
        low[surely & ~settled] = rule.grade
        settled |= surely
        if rule.grade == rules[-1].grade:
            mildest_open |= perhaps & ~surely
    if missing is Missing.PASSED_OVER:
        high = np.where((low > 0) | ~mildest_open, low, high)
    return low, high


class _Group:
    """Rows of one term and one unit, with their numbers as whole millionths."""

    def __init__(self, term: Term, unit: Unit | None, columns: Columns, rows: NDArray[np.intp]) -> None:
        self.size = len(rows)
        self.inexact = np.zeros(self.size, np.bool_)
        self._unit = unit
        self._wholes: dict[str, Wholes] = {}
        self._present: dict[str, Marks] = {}
        self._compared: dict[Compare, tuple[Marks, Marks]] = {}
        for name in term.numbers:
            if name in columns.numbers:
                self._take(name, columns.numbers[name][rows])

    def _take(self, name: str, numbers: Numbers) -> None:
        if np.isinf(numbers).any():
            raise ValueError(f"{name}: a number is infinite")
        present = ~np.isnan(numbers)
        scaled = np.rint(np.where(present, numbers, 0) * _MILLION)
        wrong = present & ((scaled / _MILLION != numbers) | (np.abs(scaled) >= _DIGITS))
        self.inexact |= wrong
        self._present[name] = present
        self._wholes[name] = np.where(wrong, 0, scaled).astype(np.int64)

    def compare(self, condition: Compare) -> tuple[Marks, Marks]:
        """Tell where a comparison surely holds and where it may."""
        if condition not in self._compared:
            self._compared[condition] = self._compare(condition)
        return self._compared[condition]

    def _compare(self, condition: Compare) -> tuple[Marks, Marks]:
        if any(name not in self._wholes for name in condition.asks):
            return np.zeros(self.size, np.bool_), np.ones(self.size, np.bool_)
        times = self._unit.times if self._unit is not None else Fraction(1)
        column = self._unit.column if self._unit is not None else 0
        added = condition.added[min(column, len(condition.added) - 1)] * _MILLION
        of_number = times if condition.number in IN_THE_UNIT_OF_THE_VALUE else Fraction(1)
        of_limit = condition.factor * (times if condition.limit in IN_THE_UNIT_OF_THE_VALUE else 1)
        common = of_number.denominator * of_limit.denominator * added.denominator
        left = self._times(condition.number, int(of_number * common))
        right = np.int64(int(added * common)) + (
            self._times(condition.limit, int(of_limit * common)) if condition.limit else np.zeros(1, np.int64)
        )
        present = self._present[condition.number]
        if condition.limit:
            present = present & self._present[condition.limit]
        holds = _COMPARE[condition.operator](left, right)
        return present & holds, ~present | holds

    def _times(self, name: str, factor: int) -> Wholes:
        """Multiply a column; rows where that leaves the range of whole numbers are graded one by one."""
        numbers = self._wholes[name]
        self.inexact |= np.abs(numbers) > _LARGEST // max(abs(factor), 1) // 2
        return numbers * np.int64(factor)
