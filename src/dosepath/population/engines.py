"""Where a plan runs: DuckDB in this process, or Spark; they differ in the dialect that SQLGlot writes."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import duckdb
from sqlglot import exp

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


class DuckDB:
    """DuckDB, embedded."""

    dialect = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection | None = None) -> None:
        self.connection = connection if connection is not None else duckdb.connect()

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
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {step.name} AS {step.query.sql(self.dialect)}")

    def rows(self, query: exp.Query) -> list[Row]:
        """Run a query and give its rows."""
        return self.connection.execute(query.sql(self.dialect)).fetchall()


class Spark:
    """A Spark session: of this machine, or of a cluster.

    Each step is computed and kept, for plans of steps that read each other many times over take Spark longer to plan
    than to run.

    Parameters
    ----------
    session
        A `pyspark.sql.SparkSession`.
    """

    dialect = "spark"

    def __init__(self, session: Any) -> None:
        self.session = session
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
