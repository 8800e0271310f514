"""Where a plan runs: DuckDB in this process, or Spark; they differ in the dialect that SQLGlot writes."""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import duckdb
from sqlglot import exp

from dosepath.population.connection import Connection, literal, save
from dosepath.population.tables import Row, Schema
from dosepath.rules.relational import Step


class Engine(Protocol):
    """Something that holds the tables and runs the steps of a plan."""

    def load(self, schema: Schema, rows: Iterable[Row]) -> None:
        """Make a table of rows."""

    def make(self, step: Step) -> None:
        """Run a step; later ones find it under its name."""

    def rows(self, query: exp.Query) -> list[Row]:
        """Run a query and give its rows."""

    def open_chunk(self, connection: Connection) -> None:
        """Take over the tables of a chunk that stand in the connection: `patients`, `facts` and `unclassified`."""

    def bring_back(self, connection: Connection, name: str) -> None:
        """Make the table of a step readable in the connection, under its name."""


class DuckDB:
    """DuckDB, embedded."""

    dialect = "duckdb"

    def __init__(self, connection: Connection | None = None) -> None:
        self.connection = connection if connection is not None else duckdb.connect()
        self._texts: dict[int, tuple[exp.Query, str]] = {}

    def load(self, schema: Schema, rows: Iterable[Row]) -> None:
        """Make a table of rows; for small tables, large ones are read from files."""
        self._filled(schema.name, [(column.name, column.type.value) for column in schema.columns], rows)

    def _filled(self, name: str, columns: Sequence[tuple[str, str]], rows: Iterable[Row]) -> None:
        declared = ", ".join(f'"{column}" {kind}' for column, kind in columns)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({declared})")
        listed = list(rows)
        for start in range(0, len(listed), 500):
            part = listed[start : start + 500]
            marks = ", ".join(f"({', '.join('?' * len(columns))})" for _ in part)
            values = [value for row in part for value in row]
            self.connection.execute(f"INSERT INTO {name} VALUES {marks}", values)  # noqa: S608  # names are ours

    def make(self, step: Step) -> None:
        """Run a step as a temporary table."""
        if step.scored is not None:
            self._filled(step.name, step.columns, step.scored(self.rows(step.query)))
            return
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {step.name} AS {self._text(step.query)}")

    def _text(self, query: exp.Query) -> str:
        """Write the query of a step once for all chunks; a plan has half a megabyte of text."""
        if id(query) not in self._texts:
            self._texts[id(query)] = (query, query.sql(self.dialect, copy=False))
        return self._texts[id(query)][1]

    def rows(self, query: exp.Query) -> list[Row]:
        """Run a query and give its rows."""
        return self.connection.execute(query.sql(self.dialect)).fetchall()

    def open_chunk(self, connection: Connection) -> None:
        """Do nothing: the tables of the connection are those of this engine."""

    def bring_back(self, connection: Connection, name: str) -> None:
        """Do nothing: what a step made is here."""


class Spark:
    """A Spark session: of this machine, or of a cluster.

    Each step is computed and kept, for plans of steps that read each other many times over take Spark longer to plan
    than to run.

    It reads the tables of a chunk from Parquet files in its scratch folder; its workers must see them under the same
    path. What it leaves behind comes back as Parquet and is written out by the embedded engine, so that a folder looks
    the same whatever judged it.

    Parameters
    ----------
    session
        A `pyspark.sql.SparkSession`.
    scratch
        Folder for what goes between Spark and the embedded engine.
    """

    dialect = "spark"

    def __init__(self, session: Any, scratch: Path) -> None:
        self.session = session
        self.scratch = scratch
        self._read = 0
        # Spark 4.3 loses columns when it infers conditions across a union of kept steps ("key not found: word#1").
        session.conf.set("spark.sql.constraintPropagation.enabled", "false")

    def load(self, schema: Schema, rows: Iterable[Row]) -> None:
        """Make a table of rows; for small tables, large ones are read from files."""
        self._filled(schema.name, [(column.name, column.type.value) for column in schema.columns], rows)

    def _filled(self, name: str, columns: Sequence[tuple[str, str]], rows: Iterable[Row]) -> None:
        types = {"TEXT": "STRING"}
        declared = ", ".join(f"`{column}` {types.get(kind, kind)}" for column, kind in columns)
        self.session.createDataFrame(list(rows), declared).createOrReplaceTempView(name)

    def make(self, step: Step) -> None:
        """Run a step as a temporary view."""
        if step.scored is not None:
            self._filled(step.name, step.columns, step.scored(self.rows(step.query)))
            return
        frame = self.session.sql(step.query.sql(self.dialect))
        frame.localCheckpoint().createOrReplaceTempView(step.name)

    def rows(self, query: exp.Query) -> list[Row]:
        """Run a query and give its rows."""
        return [tuple(row) for row in self.session.sql(query.sql(self.dialect)).collect()]

    def open_chunk(self, connection: Connection) -> None:
        """Make views of the tables of a chunk, from Parquet files that the embedded engine writes."""
        self.session.catalog.clearCache()
        self._read += 1
        for name in ("patients", "facts", "unclassified"):
            path = self.scratch / f"{name}_{self._read}.parquet"
            save(connection, f"FROM {name}", path)
            self.session.read.parquet(str(path.absolute())).createOrReplaceTempView(name)

    def bring_back(self, connection: Connection, name: str) -> None:
        """Copy a table of Spark into the embedded engine."""
        target = self.scratch / f"spark_{name}"
        shutil.rmtree(target, ignore_errors=True)
        self.session.table(name).write.parquet(str(target.absolute()))
        read = f"read_parquet({literal(str(target / '*.parquet'))})"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM {read}")
