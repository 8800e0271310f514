"""The tables that hold the facts of many patients, and the way from a record to rows and back.

Three tables: `patients` (who, on which day, with which dates and complete lists), `facts` (one row a fact) and
`unclassified` (one row a record that no concept was found for). A row is a tuple in the order of the columns.

A number is exact: its nearest double beside its denominator. The number is the fraction with that denominator next to
the double, so that rows give back the very `Fraction`, and a comparison on the double can prove that two numbers are
equal (see `rules.relational.numbers`). Where numerator or denominator exceed 2**53 the denominator is NULL and the
number stands in `exact` as text; a comparison too close to call is then left to the one-patient evaluator.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import cached_property
from typing import Any, Final, TypeAlias

from dosepath.core.days import PartialDate, Period
from dosepath.core.errors import InputError
from dosepath.core.facts import Fact, PatientRecord, Table, Unclassified, Value
from dosepath.core.quantity import Quantity
from dosepath.rules.relational.compiler import anchor_column, complete_column

Row: TypeAlias = tuple[Any, ...]
"""Values of one row in the order of the columns; None is NULL."""

LARGEST_EXACT: Final = 2**53
"""Up to here every whole number is a double."""


class Type(Enum):
    """Types of columns, by their names in SQL."""

    KEY = "BIGINT"
    WHOLE = "INT"
    NUMBER = "DOUBLE"
    TEXT = "TEXT"
    DAY = "DATE"
    FLAG = "BOOLEAN"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its type, what it means."""

    name: str
    type: Type
    meaning: str


@dataclass(frozen=True)
class Schema:
    """One table: its name and its columns in order."""

    name: str
    columns: tuple[Column, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the columns in order."""
        return tuple(column.name for column in self.columns)


FACTS: Final = Schema(
    "facts",
    (
        Column("patient", Type.KEY, "key of the patient"),
        Column("row_id", Type.KEY, "place of the fact among those of the patient, ascending; no two are alike"),
        Column(
            "rank", Type.KEY, "order of the results of one day: of two of a concept the higher is the later; see below"
        ),
        Column("concept", Type.TEXT, "id of the concept; `instrument.item` for an item of a form"),
        Column(
            "first_earliest", Type.DAY, "day of a result or first day: the earliest that it may be; NULL: not recorded"
        ),
        Column("first_latest", Type.DAY, "the latest that it may be; the same where it is known to the day"),
        Column("last_earliest", Type.DAY, "last day: the earliest that it may be; NULL: not recorded or not reached"),
        Column("last_latest", Type.DAY, "the latest that it may be"),
        Column("ongoing", Type.FLAG, "an absent last day means that it goes on"),
        Column("kind", Type.TEXT, "what the value is: number, text, flag or day; NULL: there is none"),
        Column("value", Type.NUMBER, "number, its nearest double"),
        Column("value_den", Type.KEY, "denominator of the number; NULL beyond 2**53"),
        Column("unit", Type.TEXT, "UCUM unit of the number and of its limits"),
        Column("value_text", Type.TEXT, "answer; true or false of a flag"),
        Column("value_earliest", Type.DAY, "day as an answer: the earliest that it may be"),
        Column("value_latest", Type.DAY, "the latest that it may be"),
        Column("comparator", Type.TEXT, "<, <=, > or >= where the laboratory only gave a bound"),
        Column("lln", Type.NUMBER, "lower limit of normal printed with this very result"),
        Column("lln_den", Type.KEY, "its denominator"),
        Column("uln", Type.NUMBER, "upper limit of normal printed with this very result"),
        Column("uln_den", Type.KEY, "its denominator"),
        Column("dose", Type.NUMBER, "amount of one administration"),
        Column("dose_den", Type.KEY, "its denominator"),
        Column("dose_unit", Type.TEXT, "its unit"),
        Column("times", Type.NUMBER, "administrations a day"),
        Column("times_den", Type.KEY, "its denominator"),
        Column("unusable", Type.TEXT, "why the value cannot be used although one was reported; NULL: it can"),
        Column("absent", Type.TEXT, "why no value was reported; NULL: nothing was said"),
        Column("place", Type.KEY, "place in the source (`Fact.order`), which settles ties after the time of day"),
        Column("time", Type.TEXT, "time of day as text that sorts; NULL: not written"),
        Column("source", Type.TEXT, "the record it was read from"),
        Column("reported", Type.TEXT, "the value as it was written; NULL: nothing"),
        Column("exact", Type.TEXT, "numbers beyond 2**53, `value=1/3 uln=2/7`; NULL: none"),
    ),
)
"""One row a `core.facts.Fact`. Units are those of the concept; a row in another unit is judged one by one.

`rank` is the place that `row_id` would have if the results of each concept and day stood in the order in which they
count (by time of day, else by place in the source); no two of a patient are alike, and it is below 2**40. Where no
time of day is on record it is `row_id` itself. NULL where the times leave it open which result of the day counts.
"""

UNCLASSIFIED: Final = Schema(
    "unclassified",
    (
        Column("patient", Type.KEY, "key of the patient"),
        Column("row_id", Type.KEY, "place of the record among those of the patient, ascending; no two are alike"),
        Column("list", Type.TEXT, "list it belongs to: a value of `core.facts.Table`"),
        Column("source", Type.TEXT, "the record"),
        Column("text", Type.TEXT, "what it says"),
        Column("may_be", Type.TEXT, "concepts that it may mean, each between bars: `|stroke|cancer|`; NULL: none"),
        Column("anything", Type.FLAG, "it may mean any concept of its list"),
        Column("first_earliest", Type.DAY, "first day: the earliest that it may be; NULL: not recorded"),
        Column("first_latest", Type.DAY, "the latest that it may be"),
        Column("last_earliest", Type.DAY, "last day: the earliest that it may be; NULL: not recorded or not reached"),
        Column("last_latest", Type.DAY, "the latest that it may be"),
        Column("ongoing", Type.FLAG, "an absent last day means that it goes on"),
    ),
)
"""One row a `core.facts.Unclassified`."""


def patients_schema(anchors: Iterable[str]) -> Schema:
    """Give the table of patients for a protocol with these anchors (`Vocabulary.anchors`).

    The day of screening is never NULL: without a date of its own it is the day of the evaluation.
    """
    return Schema(
        "patients",
        (
            Column("patient", Type.KEY, "key of the patient"),
            Column("id", Type.TEXT, "id of the patient"),
            Column("on_day", Type.DAY, "day of the evaluation; what is dated later does not exist yet"),
            *(Column(anchor_column(name), Type.DAY, f"{name}; NULL: not set") for name in anchors),
            *(Column(complete_column(table), Type.FLAG, f"{table.value} are complete") for table in Table),
        ),
    )


# From a record to rows ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one patient in `facts` and `unclassified`."""

    facts: tuple[Row, ...]
    unclassified: tuple[Row, ...]


def rows_of(record: PatientRecord, patient: int) -> Rows:
    """Write a record as rows; `row_id` is the place of a fact in the record.

    Raises
    ------
    InputError
        When a limit of normal is in another unit than its result.
    """
    ranks = _ranks(record.facts)
    return Rows(
        tuple(_fact_row(fact, patient, place, ranks[place]) for place, fact in enumerate(record.facts)),
        tuple(_unclassified_row(item, patient, place) for place, item in enumerate(record.unclassified)),
    )


def patient_row(
    patient: int,
    identity: str,
    on: date,
    anchors: Mapping[str, date | None],
    complete: Iterable[Table],
    names: Iterable[str],
) -> Row:
    """Write the row of a patient; `names` are the anchors of the protocol."""
    days = {**anchors, "screening": anchors.get("screening") or on}
    asserted = frozenset(complete)
    return (patient, identity, on, *(days.get(name) for name in names), *(table in asserted for table in Table))


def _ranks(facts: Sequence[Fact]) -> list[int | None]:
    """Order the results of each concept and day as they count, within the places that they hold."""
    ranks: list[int | None] = list(range(len(facts)))
    same_day: dict[tuple[str, date], list[int]] = {}
    for place, fact in enumerate(facts):
        if fact.day is not None and fact.day.exact and not fact.absent:
            same_day.setdefault((fact.concept, fact.day.earliest), []).append(place)
    for places in same_day.values():
        if len(places) > 1:
            for place, rank in zip(_in_order(facts, places), places, strict=True):
                ranks[place] = rank if _ordered(facts, places) else None
    return ranks


def _in_order(facts: Sequence[Fact], places: Sequence[int]) -> list[int]:
    if all(facts[place].time for place in places):
        return sorted(places, key=lambda place: (facts[place].time, facts[place].order, place))
    return sorted(places, key=lambda place: (facts[place].order, place))


def _ordered(facts: Sequence[Fact], places: Sequence[int]) -> bool:
    """Answer whether the times of day order all results, or none of them."""
    timed = sum(bool(facts[place].time) for place in places)
    return timed in (len(places), 0, 1)


def _fact_row(fact: Fact, patient: int, place: int, rank: int | None) -> Row:
    beyond: list[str] = []

    def number(name: str, value: Fraction | None) -> tuple[float | None, int | None]:
        if value is None:
            return None, None
        if max(abs(value.numerator), value.denominator) <= LARGEST_EXACT:
            return float(value), value.denominator
        beyond.append(f"{name}={value.numerator}/{value.denominator}")
        return float(value), None

    value = fact.value
    amount = value.value if isinstance(value, Quantity) else None
    known = (
        *number("value", amount),
        _unit(fact),
        _text(value),
        *(_days(value) if isinstance(value, PartialDate) else (None, None)),
        fact.comparator,
        *number("lln", fact.lln.value if fact.lln else None),
        *number("uln", fact.uln.value if fact.uln else None),
        *number("dose", fact.dose.value if fact.dose else None),
        fact.dose.unit if fact.dose else None,
        *number("times", fact.times_per_day),
    )
    return (
        patient,
        place,
        rank,
        fact.concept,
        *_period_row(fact.period),
        _kind(value),
        *known,
        fact.unusable or None,
        fact.absent or None,
        fact.order,
        fact.time or None,
        fact.source,
        fact.reported or None,
        " ".join(beyond) or None,
    )


def _unit(fact: Fact) -> str | None:
    units = {part.unit for part in (fact.value, fact.lln, fact.uln) if isinstance(part, Quantity)}
    if len(units) > 1:
        raise InputError(
            f"{fact.source}: {fact.concept} and its limits of normal are in {' and '.join(sorted(units))}; convert them"
        )
    return next(iter(units), None)


def _kind(value: Value | None) -> str | None:
    match value:
        case None:
            return None
        case Quantity():
            return "number"
        case bool():
            return "flag"
        case str():
            return "text"
        case PartialDate():
            return "day"


def _text(value: Value | None) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


def _days(day: PartialDate | None) -> tuple[date | None, date | None]:
    return (None, None) if day is None else (day.earliest, day.latest)


def _period_row(period: Period) -> Row:
    return (*_days(period.start), *_days(period.end), period.ongoing)


def _unclassified_row(item: Unclassified, patient: int, place: int) -> Row:
    may_be = f"|{'|'.join(sorted(item.may_be))}|" if item.may_be else None
    head = (patient, place, item.table.value, item.source, item.text, may_be, item.anything)
    return (*head, *_period_row(item.period))


# And back -------------------------------------------------------------------------------------------------------


def record_of(identity: str, facts: Iterable[Sequence[Any]], unclassified: Iterable[Sequence[Any]]) -> PatientRecord:
    """Read the record of one patient from rows; their order is that of `row_id`.

    Parameters
    ----------
    identity
        Id of the patient.
    facts, unclassified
        Rows of the two tables.
    """
    by_place = sorted((dict(zip(FACTS.names, row, strict=True)) for row in facts), key=_row_id)
    others = sorted((dict(zip(UNCLASSIFIED.names, row, strict=True)) for row in unclassified), key=_row_id)
    return PatientRecord(identity, tuple(map(_fact, by_place)), tuple(map(_unclassified, others)))


def _row_id(row: Mapping[str, Any]) -> int:
    return int(row["row_id"])


def number_of(row: Mapping[str, Any], name: str) -> Fraction | None:
    """Read an exact number of a row: `value`, `lln`, `uln`, `dose` or `times`.

    Examples
    --------
    >>> number_of({"value": 1 / 3, "value_den": 3}, "value")
    Fraction(1, 3)
    """
    if row[name] is None:
        return None
    denominator = row[f"{name}_den"]
    if denominator is not None:
        return Fraction(round(Fraction(row[name]) * denominator), denominator)
    for part in (row.get("exact") or "").split():
        key, _, text = part.partition("=")
        if key == name:
            return Fraction(text)
    return Fraction(row[name])


def _quantity(row: Mapping[str, Any], name: str, unit: str) -> Quantity | None:
    number = number_of(row, name)
    return None if number is None else Quantity(number, row[unit] or "1")


def _fact(row: Mapping[str, Any]) -> Fact:
    return Fact(
        concept=row["concept"],
        period=_period(row),
        source=row["source"],
        value=_value(row),
        comparator=row["comparator"],
        lln=_quantity(row, "lln", "unit"),
        uln=_quantity(row, "uln", "unit"),
        dose=_quantity(row, "dose", "dose_unit"),
        times_per_day=number_of(row, "times"),
        unusable=row["unusable"] or "",
        absent=row["absent"] or "",
        order=row["place"],
        time=row["time"] or "",
        reported=row["reported"] or "",
    )


def _value(row: Mapping[str, Any]) -> Value | None:
    match row["kind"]:
        case "number":
            return _quantity(row, "value", "unit")
        case "flag":
            return bool(row["value_text"] == "true")
        case "text":
            return str(row["value_text"])
        case "day":
            return PartialDate(row["value_earliest"], row["value_latest"])
    return None


def _day(row: Mapping[str, Any], name: str) -> PartialDate | None:
    earliest = row[f"{name}_earliest"]
    return None if earliest is None else PartialDate(earliest, row[f"{name}_latest"])


def _period(row: Mapping[str, Any]) -> Period:
    return Period(_day(row, "first"), _day(row, "last"), bool(row["ongoing"]))


def _unclassified(row: Mapping[str, Any]) -> Unclassified:
    return Unclassified(
        table=Table(row["list"]),
        source=row["source"],
        text=row["text"],
        may_be=frozenset((row["may_be"] or "").strip("|").split("|")) - {""},
        anything=bool(row["anything"]),
        period=_period(row),
    )
