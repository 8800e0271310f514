"""What the questions of the rules compared, read from what a plan gives: a table of few columns for each question."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from sqlglot import exp

from dosepath.core.days import PartialDate
from dosepath.core.interval import Interval
from dosepath.eligibility.wording import words_of
from dosepath.population.tables import Row
from dosepath.rules.evaluation import Compared
from dosepath.rules.relational.sql import NO_DAY, NO_NUMBER, NO_WORD, Tree, column, sql, unless

COLUMNS: Final = ("left_open", "low", "high", "answer", "earliest", "latest", "row_id")
"""Columns of a value beside the patient."""


@dataclass(frozen=True, slots=True)
class RuleValue:
    """What a question compares, and where its value stands.

    Parameters
    ----------
    asked
        What was asked for, in plain words.
    kind
        `number`, `answer` or `day`; empty where only the one-patient evaluator can tell.
    unit
        UCUM unit of a number.
    columns
        Columns of `compared_values`: one for a number or an answer, or low and high, or earliest and latest. NULL is
        not known; `high` alone: no upper bound; 9999-12-31: never.
    request
        Number of the request whose fact is the value, in `evidence`. None where the value has columns; where it has
        neither, the one-patient evaluator has to be asked for every patient.
    open
        Column of `compared_values` and bit in it that say that the one-patient evaluator has to be asked for the
        patient.
    readers
        Places of the columns of `verdicts` whose own rule asks the question.
    """

    asked: str
    kind: str
    unit: str
    columns: tuple[str, ...]
    request: int | None
    open: tuple[str, int]
    readers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """What a question compared, for one patient; nothing where all parts are None.

    Parameters
    ----------
    low, high
        Ends of the closed range in which a number lies, the same where it is known.
    answer
        Answer.
    earliest, latest
        Ends of a day.
    row_id
        Row of `facts` that the value is, where it is that of a fact.
    """

    low: float | None = None
    high: float | None = None
    answer: str | None = None
    earliest: date | None = None
    latest: date | None = None
    row_id: int | None = None

    @property
    def known(self) -> bool:
        """Whether anything is known."""
        return any(part is not None for part in (self.low, self.high, self.answer, self.earliest))


def value_query(value: RuleValue, among: str = "compared_values") -> exp.Select:
    """Give what one question compared: `patient` and `COLUMNS`, one row a patient.

    Where `left_open` holds, the one-patient evaluator has to be asked, and nothing else is said.

    Parameters
    ----------
    value
        Where the value stands.
    among
        Table or view that holds the rows of `compared_values` of the patients wanted; `evidence` and `facts` stand
        beside it.
    """
    name, bit = value.open
    left = sql("(:n & :m) <> 0", n=exp.column(name, "c"), m=1 << bit)
    if value.request is None and not value.columns:
        left = sql("TRUE")
    parts: dict[str, Tree] = {
        "low": NO_NUMBER, "high": NO_NUMBER, "answer": NO_WORD, "earliest": NO_DAY, "latest": NO_DAY,
        "row_id": exp.cast(exp.null(), "BIGINT"),
    }  # fmt: skip
    query = exp.select("c.patient").from_(f"{among} AS c")
    if value.request is not None:
        parts |= _OF_A_FACT[value.kind]
        parts["row_id"] = exp.column("row_id", "f")
        answered = exp.select("patient", "row_id").from_("evidence").where(f"request = {value.request}")
        query = query.join(answered.subquery("e"), on="e.patient = c.patient", join_type="left")
        query = query.join("facts AS f", on="f.patient = e.patient AND f.row_id = e.row_id", join_type="left")
    elif value.columns:
        first, last = value.columns[0], value.columns[-1]
        names = {"number": ("low", "high"), "answer": ("answer",), "day": ("earliest", "latest")}[value.kind]
        parts |= dict(zip(names, (column(first), column(last)), strict=False))
    chosen = (exp.alias_(unless(left, tree), part) for part, tree in parts.items())
    return query.select(exp.alias_(left, "left_open"), *chosen, copy=False)


_OF_A_FACT: Final[Mapping[str, Mapping[str, Tree]]] = {
    "number": {
        "low": sql("CASE WHEN f.unusable IS NULL AND COALESCE(f.comparator IN ('>', '>='), TRUE) THEN f.value END"),
        "high": sql("CASE WHEN f.unusable IS NULL AND COALESCE(f.comparator IN ('<', '<='), TRUE) THEN f.value END"),
    },
    "answer": {"answer": sql("CASE WHEN f.unusable IS NULL THEN f.value_text END")},
    "day": {
        "earliest": sql("CASE WHEN f.unusable IS NULL THEN f.value_earliest END"),
        "latest": sql("CASE WHEN f.unusable IS NULL THEN f.value_latest END"),
    },
}


def value_of(row: Row) -> Value | None:
    """Read a row of `COLUMNS`; None where the one-patient evaluator has to be asked."""
    left, *parts = row
    return None if left else Value(*parts)


def told(item: Compared) -> Value:
    """Give what the one-patient evaluator compared in the same form."""
    match item.value:
        case Interval(low=low, high=high):
            return Value(_double(low), _double(high))
        case PartialDate(earliest=earliest, latest=latest):
            return Value(earliest=earliest, latest=latest)
        case str(answer):
            return Value(answer=answer)
    return Value()


def _double(number: Fraction | None) -> float | None:
    return None if number is None else float(number)


def shown(value: Value, unit: str) -> str:
    """Word a value as the sheet of a patient does; numbers are rounded to two decimals only here.

    Examples
    --------
    >>> shown(Value(low=7.5), "mg/d"), shown(Value(), "mg/d"), shown(Value(answer="not_done"), "")
    ('at least 7.5 mg/d', 'not known', 'not done')
    """
    low, high = (None if end is None else Fraction(end) for end in (value.low, value.high))
    if low is not None or high is not None:
        return words_of(Interval(low, high), unit)
    if value.earliest is not None and value.latest is not None:
        return words_of(PartialDate(value.earliest, value.latest))
    return words_of(value.answer)


def value_document(value: RuleValue) -> dict[str, Any]:
    """Write down where a value stands."""
    return {
        "asked": value.asked,
        "kind": value.kind,
        "unit": value.unit,
        "columns": list(value.columns),
        "request": value.request,
        "open": list(value.open),
        "readers": list(value.readers),
    }


def value_written(written: Mapping[str, Any]) -> RuleValue:
    """Read back where a value stands."""
    name, bit = written["open"]
    return RuleValue(
        written["asked"],
        written["kind"],
        written["unit"],
        tuple(written["columns"]),
        written["request"],
        (name, bit),
        tuple(written["readers"]),
    )
