"""How facts are kept on disk: whose and when in one table, what they mean in another.

Millions of results say a few ten thousand different things. What a fact says, its concept, value, unit, limits and
dose, stands once among the `meanings`; the row of a fact names it by a number and adds the patient, the days and the
record. `facts_query` joins the two to the table `facts` that plans and readers know (`population.tables.FACTS`).

    facts/00000.parquet      rows of the patients of a chunk
    meanings/00000.parquet   what they mean; numbers are unique among all files of a folder
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from dosepath.population.tables import FACTS, Column, Row, Schema, Type

MEANINGS_A_FILE: Final = 2**32
"""Room for the meanings of one file between the numbers of two files."""

_OF_A_ROW: Final = (
    *("patient", "row_id", "rank"),
    *("first_earliest", "first_latest", "last_earliest", "last_latest", "value_earliest", "value_latest"),
    *("place", "time"),
)
"""Columns of `facts` that differ from row to row."""
_SHARED: Final = tuple(
    column for column in FACTS.columns if column.name not in _OF_A_ROW and column.name not in {"source", "reported"}
)

ROWS: Final = Schema(
    "facts",
    (
        *(column for column in FACTS.columns if column.name in _OF_A_ROW),
        Column("meaning", Type.KEY, "number of what it says"),
        Column("record", Type.TEXT, "name of the record, without its kind; NULL: it has none but its number"),
        Column("number", Type.KEY, "number of the record, where it has no name"),
        Column("reported", Type.TEXT, "the value as it was written, where that differs from row to row"),
    ),
)
"""Whose a fact is, and when."""

MEANINGS: Final = Schema(
    "meanings",
    (
        Column("meaning", Type.KEY, "its number"),
        *_SHARED,
        Column("reported", Type.TEXT, "the value as it was written; NULL: nothing, or it stands in the row"),
        Column("kind_of_record", Type.TEXT, "what comes before the name of the record"),
        Column("unnamed", Type.TEXT, "what comes before the number of a record without a name"),
    ),
)
"""What facts say."""


def facts_query(rows: str, meanings: str) -> str:
    """Write the SELECT that joins rows and meanings to `facts`.

    Parameters
    ----------
    rows, meanings
        Tables of those schemas.
    """
    said = {
        "source": "m.kind_of_record || COALESCE(f.record, m.unnamed || CAST(f.number AS VARCHAR))",
        "reported": "COALESCE(f.reported, m.reported)",
    }
    chosen = []
    for name in FACTS.names:
        own = f"f.{name}" if name in _OF_A_ROW else f"m.{name}"
        chosen.append(f"{said.get(name, own)} AS {name}")
    return f"SELECT {', '.join(chosen)} FROM {rows} AS f JOIN {meanings} AS m ON m.meaning = f.meaning"  # noqa: S608


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

    def row(self, fact: Sequence[object]) -> Row:
        """Give the row of a fact, a tuple of `FACTS`, in the order of `ROWS`; what it says is kept here."""
        values = dict(zip(FACTS.names, fact, strict=True))
        kind, name = _named(str(values["source"]))
        said = (*(values[column.name] for column in _SHARED), values["reported"], kind, None)
        number = self._numbers.setdefault(said, self.first + len(self._numbers))
        return (*(values[column.name] for column in ROWS.columns if column.name in _OF_A_ROW), number, name, None, None)

    def rows(self) -> Iterable[Row]:
        """Give what was kept, in the order of `MEANINGS`."""
        return ((number, *said) for said, number in self._numbers.items())


def _named(source: str) -> tuple[str, str]:
    """Part the kind of a record from its name.

    Examples
    --------
    >>> _named("Observation/a/b"), _named("entry 7")
    (('Observation/', 'a/b'), ('', 'entry 7'))
    """
    kind, slash, name = source.partition("/")
    return (kind + slash, name) if slash else ("", source)
