"""How facts are kept on disk: whose and when in one table, what they mean in another.

Millions of results say a few ten thousand different things. What a fact says, its concept, value, unit, limits and
dose, stands once among the `meanings`; the row of a fact names it by a number and adds the patient, the days and the
record. `facts_query` joins the two to the table `facts` that plans and readers know (`population.tables.FACTS`).

    facts/00000.parquet      rows of the patients of a chunk
    meanings/00000.parquet   what they mean; numbers are unique among all files of a folder
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from dosepath.population.tables import FACTS, Column, Row, Schema, Type

MEANINGS_A_FILE: Final = 2**32
"""Room for the meanings of one file between the numbers of two files."""

FACTS_A_ROW: Final = 64
"""Room for the facts of one row of a long table between the numbers of two rows."""
ROWS_A_TABLE: Final = 2**37
"""Room for the facts of the rows of one table; those of eight tables stay below the room that a rank has."""

_DAYS: Final = ("first_earliest", "first_latest", "last_earliest", "last_latest", "value_earliest", "value_latest")
_OF_A_ROW: Final = frozenset({"patient", "row_id", "rank", *_DAYS, "place", "time", "source"})
"""Columns of `facts` that differ from row to row."""
_SHARED: Final = tuple(column for column in FACTS.columns if column.name not in _OF_A_ROW)

ROWS: Final = Schema(
    "facts",
    (
        Column("patient", Type.KEY, "key of the patient"),
        Column("row_id", Type.KEY, "as in `facts`"),
        Column("rank_after", Type.KEY, "by how much the rank is greater than row_id; NULL: there is no rank"),
        *(Column(day, Type.DAY, "as in `facts`; of the latest, NULL: the same as the earliest") for day in _DAYS),
        Column("place", Type.KEY, "as in `facts`; NULL: row_id"),
        Column("time", Type.TEXT, "as in `facts`"),
        Column("meaning", Type.KEY, "number of what it says"),
        Column("record", Type.TEXT, "name of the record, without its kind; NULL: it has none but its number"),
        Column("number", Type.KEY, "number of the record, where it has no name; NULL: row_id tells it"),
        Column("reported", Type.TEXT, "the value as it was written, where that differs from row to row"),
    ),
)
"""Whose a fact is, and when."""

MEANINGS: Final = Schema(
    "meanings",
    (
        Column("meaning", Type.KEY, "its number"),
        *_SHARED,
        Column("one_day", Type.FLAG, "the last day is the first, and stands there alone"),
        Column("kind_of_record", Type.TEXT, "what comes before the name of the record"),
        Column("unnamed", Type.TEXT, "what comes before the number of a record without a name"),
    ),
)
"""What facts say."""


def number_of_row(row_id: str) -> str:
    """Write the number, from 1, of the row of a long table that a fact was read from."""
    return f"(({row_id} & {ROWS_A_TABLE - 1}) // {FACTS_A_ROW} + 1)"


_SAID: Final = {
    "patient": "f.patient",
    "row_id": "f.row_id",
    "rank": "f.row_id + f.rank_after",
    "first_earliest": "f.first_earliest",
    "first_latest": "COALESCE(f.first_latest, f.first_earliest)",
    "last_earliest": "CASE WHEN m.one_day THEN f.first_earliest ELSE f.last_earliest END",
    "last_latest": "CASE WHEN m.one_day THEN COALESCE(f.first_latest, f.first_earliest) "
    "ELSE COALESCE(f.last_latest, f.last_earliest) END",
    "value_earliest": "f.value_earliest",
    "value_latest": "COALESCE(f.value_latest, f.value_earliest)",
    "place": "COALESCE(f.place, f.row_id)",
    "time": "f.time",
    "source": "m.kind_of_record || COALESCE(f.record, m.unnamed || "
    f"CAST(COALESCE(f.number, {number_of_row('f.row_id')}) AS VARCHAR))",
    "reported": "COALESCE(f.reported, m.reported)",
}


def facts_query(rows: str, meanings: str) -> str:
    """Write the SELECT that joins rows and meanings to `facts`.

    Parameters
    ----------
    rows, meanings
        Tables of those schemas.
    """
    chosen = ", ".join(f"{_SAID.get(name, f'm.{name}')} AS {name}" for name in FACTS.names)
    return f"SELECT {chosen} FROM {rows} AS f JOIN {meanings} AS m ON m.meaning = f.meaning"  # noqa: S608


@dataclass(slots=True)
class Meanings:
    """Meanings that come up while records are written, each with its number.

    Parameters
    ----------
    first
        Number of the first.
    """

    first: int
    _numbers: dict[Row, int] = field(default_factory=dict)

    def row(self, fact: Sequence[Any]) -> Row:
        """Give the row of a fact, a tuple of `FACTS`, in the order of `ROWS`; what it says is kept here."""
        value = dict(zip(FACTS.names, fact, strict=True))
        kind, name = _named(value["source"])
        first = (value["first_earliest"], value["first_latest"])
        one_day = first[0] is not None and first == (value["last_earliest"], value["last_latest"])
        said = (*(value[column.name] for column in _SHARED), one_day, kind, None)
        number = self._numbers.setdefault(said, self.first + len(self._numbers))
        after = None if value["rank"] is None else value["rank"] - value["row_id"]
        last = (None, None) if one_day else (value["last_earliest"], value["last_latest"])
        days = (*_once(*first), *_once(*last), *_once(value["value_earliest"], value["value_latest"]))
        head = (value["patient"], value["row_id"], after)
        return (*head, *days, value["place"], value["time"], number, name, None, None)

    def rows(self) -> Iterable[Row]:
        """Give what was kept, in the order of `MEANINGS`."""
        return ((number, *said) for said, number in self._numbers.items())


def _once(earliest: date | None, latest: date | None) -> tuple[date | None, date | None]:
    return earliest, None if latest == earliest else latest


def _named(source: str) -> tuple[str, str]:
    """Part the kind of a record from its name.

    Examples
    --------
    >>> _named("Observation/a/b"), _named("entry 7")
    (('Observation/', 'a/b'), ('', 'entry 7'))
    """
    kind, slash, name = source.partition("/")
    return (kind + slash, name) if slash else ("", source)
