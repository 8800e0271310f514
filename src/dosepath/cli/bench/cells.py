"""Two screenings of one source laid side by side, as by two engines: rows that only one of them has.

Run as `python -m dosepath.cli.bench.cells FOLDER OTHER`; exit code 1 where they differ. Both
are of the same facts, so that keys of patients and rows mean the same.
"""

# ruff: noqa: S608  # names are our own; paths are literals

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from dosepath.cli.shell import console
from dosepath.core.errors import DosepathError, InputError
from dosepath.population.connection import Connection, connected, read_parquet
from dosepath.population.folders import open_whole

TABLES: Final = ("verdicts", "overall", "evidence", "values")


@dataclass(frozen=True, slots=True)
class Beside:
    """How a table of two screenings compares: its rows and columns, and the rows that only one of them has."""

    rows: int
    columns: int
    only_first: int
    only_second: int

    @property
    def same(self) -> bool:
        """Whether both have the same rows."""
        return self.only_first == self.only_second == 0


def compared(first: Path, second: Path) -> dict[str, Beside]:
    """Compare verdicts, outcomes, evidence and values of two screenings, row by row and column by column.

    Raises
    ------
    InputError
        When one is no whole screening, or they asked different things.
    """
    one, other = open_whole(first), open_whole(second)
    if _asked(one.about) != _asked(other.about):
        raise InputError(f"{first} and {second} were not asked the same; screen one of them again")
    with TemporaryDirectory() as scratch, connected(Path(scratch)) as connection:
        return {name: _beside(connection, one.tables / name, other.tables / name) for name in TABLES}


def _asked(about: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in about.items() if name != "software"}


def _beside(connection: Connection, first: Path, second: Path) -> Beside:
    one, other = (read_parquet(sorted(path.glob("*.parquet"))) for path in (first, second))
    rows = _number(connection, f"SELECT count(*) FROM {one}")
    columns = len(connection.execute(f"FROM {one} LIMIT 0").description or ())
    only = [
        _number(connection, f"SELECT count(*) FROM (FROM {here} EXCEPT ALL FROM {there})")
        for here, there in ((one, other), (other, one))
    ]
    return Beside(rows, columns, *only)


def _number(connection: Connection, query: str) -> int:
    found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0


def show(found: Mapping[str, Beside]) -> None:
    """Print how two screenings compare."""
    for name, beside in found.items():
        cells = f"{beside.rows:,} rows, {beside.rows * beside.columns:,} cells"
        differing = f"only in the first {beside.only_first:,}, only in the second {beside.only_second:,}"
        console().print(f"  {name}: {cells}; {differing}")


def main(arguments: Sequence[str]) -> int:
    """Compare two folders."""
    match arguments:
        case [first, second]:
            try:
                found = compared(Path(first), Path(second))
            except DosepathError as error:
                sys.stderr.write(f"{error}\n")
                return 2
            show(found)
            return 0 if all(beside.same for beside in found.values()) else 1
        case _:
            sys.stderr.write("write: python -m dosepath.cli.bench.cells FOLDER OTHER\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
