"""The embedded engine: a connection with its limits, rows of Python into tables, tables into Parquet."""

# ruff: noqa: S608  # names are our own; what comes from outside is a parameter, or a literal made by `literal`

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
from duckdb import DuckDBPyConnection as Connection

from dosepath.core.errors import InputError
from dosepath.population.tables import Column, Row, Schema, Type

__all__ = ["Connection", "EngineError", "connected", "fill", "literal", "make", "read_parquet", "save"]

MEMORY: Final = "2500MB"
"""What the engine may hold before it spills to disk; the rest of the process needs some beside it."""

EngineError: Final = duckdb.Error
"""What the engine raises; a spoilt file is one reason."""

_EPOCH: Final = date(1970, 1, 1).toordinal()
_SQL: Final = {Type.TEXT: "VARCHAR", Type.WHOLE: "INTEGER"}


@contextmanager
def connected(scratch: Path, *, memory: str = "", threads: int = 0) -> Iterator[Connection]:
    """Open the engine.

    Parameters
    ----------
    scratch
        Folder for what does not fit into memory; what is put there is removed in the end.
    memory
        Most memory of the engine, `2GB`; empty for the default.
    threads
        Number of threads; 0 for all cores.

    Raises
    ------
    InputError
        When the memory is no size, or the work cannot be done with it.
    """
    connection = duckdb.connect()
    try:
        try:
            connection.execute(f"SET memory_limit = {literal(memory or MEMORY)}")
        except duckdb.Error:
            raise InputError(f"--memory {memory}: not a size; write 2GB or 800MB") from None
        connection.execute(f"SET temp_directory = {literal(str(scratch))}")
        connection.execute("SET enable_progress_bar = false")
        if threads:
            connection.execute(f"SET threads = {int(threads)}")
        yield connection
    except duckdb.OutOfMemoryException as error:
        raise InputError(f"not enough memory: {_first_line(error)}; raise --memory or lower --chunk") from error
    finally:
        connection.close()


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def literal(text: str) -> str:
    """Write text as a literal of SQL.

    Examples
    --------
    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def make(connection: Connection, name: str, schema: Schema, *, shared: bool = False) -> None:
    """Make an empty table: one of this connection alone, or one that its cursors share."""
    columns = ", ".join(f'"{column.name}" {_SQL.get(column.type, column.type.value)}' for column in schema.columns)
    kind = "TABLE" if shared else "TEMP TABLE"
    connection.execute(f"CREATE OR REPLACE {kind} {name} ({columns})")


def fill(connection: Connection, name: str, schema: Schema, rows: Sequence[Row]) -> None:
    """Append rows to a table of the schema."""
    if not rows:
        return
    columns = zip(schema.columns, zip(*rows, strict=True), strict=True)
    given = {column.name: _array(column, values) for column, values in columns}
    connection.register("given", given)
    read = ", ".join(
        f"DATE '1970-01-01' + CAST(\"{column.name}\" AS INTEGER)" if column.type is Type.DAY else f'"{column.name}"'
        for column in schema.columns
    )
    connection.execute(f"INSERT INTO {name} SELECT {read} FROM given")
    connection.unregister("given")


def _array(column: Column, values: Iterable[Any]) -> Any:
    found = list(values)
    if column.type is Type.TEXT:
        return np.array([None if each is None else str(each) for each in found], dtype=object)
    kind = {Type.NUMBER: np.float64, Type.FLAG: np.bool_}.get(column.type, np.int64)
    if column.type is Type.DAY:
        found = [None if each is None else each.toordinal() - _EPOCH for each in found]
    mask = [each is None for each in found]
    return np.ma.array([0 if each is None else each for each in found], mask=mask, dtype=kind)


def save_rows(connection: Connection, schema: Schema, rows: Sequence[Row], path: Path, order: str = "") -> None:
    """Write rows into one Parquet file, in the order of some columns or in which they are given."""
    make(connection, "kept_rows", schema)
    fill(connection, "kept_rows", schema, rows)
    save(connection, f"FROM kept_rows{f' ORDER BY {order}' if order else ''}", path)
    connection.execute("DROP TABLE kept_rows")


def save(connection: Connection, query: str, path: Path, *, quick: bool = False) -> int:
    """Write the rows of a query into one Parquet file and give their number.

    The query says in which order: rows in a given order make the same bytes each time.

    Parameters
    ----------
    connection, query, path
        The engine, the rows, the file.
    quick
        Compress in three quarters of the time; numbers as differences, which few readers knew before 2022, so that the
        files are no larger.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    how = "COMPRESSION snappy, PARQUET_VERSION v2" if quick else "COMPRESSION zstd"
    wrote = connection.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, {how})").fetchone()
    return int(wrote[0]) if wrote else 0


def read_parquet(paths: Iterable[Path]) -> str:
    """Write a reference to Parquet files for the FROM clause."""
    return f"read_parquet([{', '.join(literal(str(path)) for path in paths)}])"
