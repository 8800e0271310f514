"""One shape of rows to what all its rows mean: the mapping reads a resource of that shape, with stand-in days.

The days of a row do not bear on what it says, but for their order and for whether they can be read. So days that stand
in for the real ones go through the mapping, and with each day of a fact it is kept which day of the row it is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any, Final

from dosepath.mapping.reader import ConceptIndex, Located, Remark, RemarkKind, map_alone
from dosepath.population.long_tables import LongTable
from dosepath.population.meanings import FACTS_A_ROW
from dosepath.population.tables import FACTS, UNCLASSIFIED, Column, Row, Schema, Type, rows_of

# Days that stand in for the real ones. The first comes before the last, as the rows of most shapes have it; where the
# last day of a row is before its first, or the same, the stand-ins are so as well.
_FIRST, _LAST, _OTHER = STAND_INS = date(2001, 2, 3), date(2002, 3, 4), date(2003, 4, 5)
_BEFORE_FIRST = date(1999, 8, 7)
TIME = "01:02:03"

DAYS_OF_FACT: Final = (
    *("first_earliest", "first_latest", "last_earliest", "last_latest", "value_earliest", "value_latest"),
)
DAYS_OF_OTHER: Final = DAYS_OF_FACT[:4]
OF_THE_PATIENT: Final = frozenset({"patient", "row_id", "rank", "place"})
"""Columns that depend on the other rows of the patient."""


@dataclass(frozen=True)
class Output:
    """A table of facts or of records that were not understood, as it is kept for each shape."""

    name: str
    schema: Schema
    days: tuple[str, ...]

    @property
    def kept(self) -> Schema:
        """Columns that hold for all rows of a shape, and which of the days of a row goes where."""
        own = tuple(column for column in self.schema.columns if column.name not in OF_THE_PATIENT)
        origins = tuple(Column(f"{day}_from", Type.TEXT, "which day of the row it is") for day in self.days)
        head = (Column("shape", Type.KEY, "number of the shape"), Column("n", Type.KEY, "place among its facts"))
        return Schema(self.name, (*head, *own, *origins))

    @cached_property
    def own(self) -> Callable[[Row], Row]:
        """Takes from a row of the schema what holds for all rows of a shape."""
        return itemgetter(*(place for place, name in enumerate(self.schema.names) if name not in OF_THE_PATIENT))

    @cached_property
    def days_of(self) -> Callable[[Row], Row]:
        """Takes from a row of the schema its days."""
        return itemgetter(*map(self.schema.names.index, self.days))


_FACTS = Output("facts", FACTS, DAYS_OF_FACT)
_OTHERS = Output("unclassified", UNCLASSIFIED, DAYS_OF_OTHER)
OUTPUTS: Final = {output.name: output for output in (_FACTS, _OTHERS)}


@dataclass(slots=True)
class ReadShapes:
    """What shapes mean.

    Parameters
    ----------
    rows
        For each of `OUTPUTS`, rows of its `kept`.
    remarks
        What was not understood, once for each shape and reason, with the number of its rows and the place of the first.
    """

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in OUTPUTS})
    remarks: list[Remark] = field(default_factory=list)


def read_shapes(table: LongTable, names: Sequence[str], shapes: Iterable[Row], index: ConceptIndex) -> ReadShapes:
    """Let the mapping read shapes.

    Parameters
    ----------
    table
        The table that they are shapes of.
    names, shapes
        Columns, and a row for each shape: what makes it (columns, and `<day>_said`, `<day>_timed`, `turned`), its
        number `shape`, the number of its `rows`, and the place `first` and name `first_id` of the first one.
    index
        Concepts of the protocol.
    """
    read = ReadShapes()
    for shape in shapes:
        read.remarks += _read(table, dict(zip(names, shape, strict=True)), index, read.rows)
    return read


def _read(
    table: LongTable, shape: Mapping[str, Any], index: ConceptIndex, kept: Mapping[str, list[Row]]
) -> Iterator[Remark]:
    days = _stand_ins(table, shape)
    values = {name: shape[name] for name in table.columns if shape.get(name) is not None}
    written = {**values, **{day: said for day, (said, _) in days.items()}}
    name = str(shape["first_id"])
    place = f"{table.name}:{shape['first'] + 1}"
    resource = {**table.resource(written), "id": name}
    mapped = map_alone(Located(resource, place), index)
    origins = {day: column for column, (_, day) in days.items() if day is not None}
    rows = rows_of(mapped.record, 0)
    for output, found in ((_FACTS, rows.facts), (_OTHERS, rows.unclassified)):
        for n, row in enumerate(found[:FACTS_A_ROW]):
            meant = map(origins.get, output.days_of(row))
            kept[output.name].append((shape["shape"], n, *output.own(row), *meant))
    for remark in mapped.remarks:
        reason = remark.reason
        for day, column in origins.items():
            reason = reason.replace(day.isoformat(), f"its {column.replace('_', ' ')}")
        if remark.kind is RemarkKind.UNREAD:
            reason = reason.partition(" ")[2]
        yield Remark(place, remark.resource, reason, remark.kind, int(shape["rows"]))


def _stand_ins(table: LongTable, shape: Mapping[str, Any]) -> dict[str, tuple[str, date | None]]:
    """Give what each day of the shape is written as, and the day that stands in for it."""
    found: dict[str, tuple[str, date | None]] = {}
    for place, day in enumerate(table.days):
        said = shape.get(f"{day}_said")
        if said is None:
            continue
        if said != "=":
            found[day] = (said, None)
            continue
        stand_in = STAND_INS[place]
        if day == "end_date" and shape.get("turned", 1) <= 0:
            stand_in = _FIRST if shape["turned"] == 0 and shape["start_date_said"] == "=" else _LAST
            stand_in = _BEFORE_FIRST if shape["turned"] == -1 else stand_in
        clock = f"T{TIME}" if shape.get(f"{day}_timed") else ""
        found[day] = (f"{stand_in.isoformat()}{clock}", stand_in)
    return found
