"""A finished screening: its tables as views, whichever chunk holds whom, and its columns by criterion and arm."""

# ruff: noqa: S608  # names are our own; what comes from outside is a parameter, or a literal made by `literal`

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dosepath.core.errors import InputError
from dosepath.eligibility.must_pass import must_pass
from dosepath.population.connection import Connection, literal, read_parquet
from dosepath.population.facts import join_facts, meanings_in
from dosepath.population.folders import Whole, open_whole
from dosepath.population.screening import SCREENING, Asked, asked_of
from dosepath.population.values import RuleValue, value_written
from dosepath.rules.parse import suggest

TALL: Final = {name: name for name in ("unclassified", "verdicts", "evidence", "overall")} | {
    "values": "compared_values"
}
"""Tables that are kept in chunks, beside the facts, and their views."""


@dataclass(frozen=True)
class Screening:
    """A screening that came to its end, opened for reading.

    Parameters
    ----------
    connection
        The engine; `people`, `verdicts`, `evidence`, `compared_values`, `overall` and `remarks` are views there.
    whole
        Its folder.
    asked
        What was asked.
    """

    connection: Connection
    whole: Whole
    asked: Asked

    def column(self, arm: str, criterion: str) -> str:
        """Name the column that holds the verdict of a criterion for an arm."""
        found = [each for each in self._columns if each["criterion"] == criterion and arm in each["arms"]]
        best = [each for each in found if each["with_pending"]] or found
        if not best:
            raise InputError(f"{criterion} is not judged for {arm}; `dosepath protocol show` lists the criteria")
        return str(best[0]["name"])

    @property
    def _columns(self) -> Sequence[Mapping[str, Any]]:
        columns: Sequence[Mapping[str, Any]] = self.whole.about["columns"]
        return columns

    def place(self, column: str) -> int:
        """Give the place of a column of `verdicts` among all of them."""
        return [each["name"] for each in self._columns].index(column)

    @property
    def readers(self) -> Sequence[Sequence[int]]:
        """For each request, in the order of its number, the places of the columns that ask it."""
        readers: Sequence[Sequence[int]] = self.whole.about["readers"]
        return readers

    def compared(self, column: str) -> tuple[RuleValue, ...]:
        """Give what the own rule of a column compares, and where each value stands.

        Raises
        ------
        InputError
            When the screening is of a version that kept no values.
        """
        written = self.whole.about.get("values")
        if written is None:
            raise InputError(f"{self.whole.out}: was screened by a version that kept no values; screen again")
        place = self.place(column)
        return tuple(value_written(each) for each in written if place in each["readers"])

    def items(self, arm: str) -> tuple[str, ...]:
        """Give the list of criteria that must all be passed for an arm."""
        return must_pass(self.asked.protocol, arm)

    def against(self, arm: str, criterion: str) -> str:
        """Write the condition that a criterion is against the patient."""
        return f"{self.column(arm, criterion)} = {int(self.asked.protocol.criteria[criterion].exclusion)}"

    def unknown(self, arm: str, criterion: str) -> str:
        """Write the condition that a criterion is not decided."""
        return f"{self.column(arm, criterion)} = -1"

    def arm(self, named: str) -> str:
        """Check the name of an arm.

        Raises
        ------
        InputError
            When the protocol has no such arm.
        """
        if named not in self.asked.arms:
            raise InputError(f"--arm {named}: {suggest(named, self.asked.arms)}")
        return named


def open_screening(connection: Connection, out: Path) -> Screening:
    """Open the folder of a screening for reading.

    Raises
    ------
    InputError
        When there is no whole screening, or its protocol has changed since.
    """
    whole = open_whole(out, SCREENING)
    for name, view in TALL.items():
        make_view(connection, whole, name, view)
    make_view(connection, whole, "facts", "fact_rows")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW meanings AS FROM {meanings_in(whole.tables)}")
    join_facts(connection)
    for name in ("people", "remarks"):
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS FROM {read_parquet([whole.table(name)])}")
    return Screening(connection, whole, asked_of(whole.about))


def make_view(connection: Connection, whole: Whole, name: str, view: str) -> None:
    """Make a view of a table over all its chunks, without the rows of patients who have moved on."""
    files = sorted((whole.tables / name).glob("*.parquet"))
    if not files:
        return
    query = f"FROM {read_parquet(files)}"
    if whole.has("moved"):
        moved = literal(str(whole.table("moved")))
        query = " UNION ALL ".join(
            f"(SELECT * FROM {read_parquet([file])} WHERE patient NOT IN "
            f"(SELECT patient FROM {moved} WHERE chunk = {int(file.stem)}))"
            for file in files
        )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS {query}")
