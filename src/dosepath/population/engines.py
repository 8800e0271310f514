"""Where a plan runs: DuckDB in this process, or Spark; they differ in the dialect that SQLGlot writes."""

import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Protocol

import duckdb
from sqlglot import exp

from dosepath.population.connection import Connection, literal, save
from dosepath.population.tables import Row, Schema
from dosepath.rules.relational import Step

STEPS_AT_ONCE: Final = 4
"""Steps that Spark is given at a time."""


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


class Texts:
    """Queries of steps in the dialect of an engine, each written once for all chunks; a plan has half a megabyte."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self._known: dict[int, tuple[exp.Query, str]] = {}

    def of(self, query: exp.Query) -> str:
        """Write a query."""
        # The query is kept with its text, so that its id is not given to another one.
        if id(query) not in self._known:
            self._known[id(query)] = (query, query.sql(self.dialect, copy=False))
        return self._known[id(query)][1]


class DuckDB:
    """DuckDB, embedded."""

    dialect = "duckdb"

    def __init__(self, connection: Connection | None = None) -> None:
        self.connection = connection if connection is not None else duckdb.connect()
        self._texts = Texts(self.dialect)

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
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {step.name} AS {self._texts.of(step.query)}")

    def rows(self, query: exp.Query) -> list[Row]:
        """Run a query and give its rows."""
        return self.connection.execute(query.sql(self.dialect)).fetchall()

    def open_chunk(self, connection: Connection) -> None:
        """Do nothing: the tables of the connection are those of this engine."""

    def bring_back(self, connection: Connection, name: str) -> None:
        """Do nothing: what a step made is here."""


class Spark:
    """A Spark session: of this machine, or of a cluster.

    Each step is written to Parquet files and read from there by later ones. So Spark plans each step alone, knows how
    large its tables are, and sends small ones to all workers instead of sorting both sides of a join. Steps that do not
    read each other run side by side: most of their time goes into planning and compiling.

    The tables of a chunk and the steps lie in its scratch folder; its workers must see that under the same path. What
    it leaves behind is read from there and written out by the embedded engine, so that a folder looks the same
    whatever judged it.

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
        self._texts = Texts(self.dialect)
        self._made: dict[str, Future[None]] = {}
        self._pool = ThreadPoolExecutor(STEPS_AT_ONCE)
        # Spark loses columns when it infers conditions across a union of kept steps ("key not found: word#1").
        session.conf.set("spark.sql.constraintPropagation.enabled", "false")
        # Days of the year 1 stand for "always"; they are written as they are.
        session.conf.set("spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED")
        session.conf.set("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED")

    def load(self, schema: Schema, rows: Iterable[Row]) -> None:
        """Make a table of rows; for small tables, large ones are read from files."""
        self._filled(schema.name, [(column.name, column.type.value) for column in schema.columns], rows)

    def _filled(self, name: str, columns: Sequence[tuple[str, str]], rows: Iterable[Row]) -> None:
        types = {"TEXT": "STRING"}
        declared = ", ".join(f"`{column}` {types.get(kind, kind)}" for column, kind in columns)
        self._keep(name, self.session.createDataFrame(list(rows), declared))

    def make(self, step: Step) -> None:
        """Run a step, beside others, as soon as those that it reads are there."""
        read = self._read_by(step.query)
        self._made[step.name] = self._pool.submit(self._run, step, read)

    def _read_by(self, query: exp.Query) -> list[Future[None]]:
        """Give the steps that a query reads."""
        named = {table.name for table in query.find_all(exp.Table)}
        return [made for name, made in self._made.items() if name in named]

    def _run(self, step: Step, read: Sequence[Future[None]]) -> None:
        for each in read:
            each.result()
        frame = self.session.sql(self._texts.of(step.query))
        if step.scored is not None:
            self._filled(step.name, step.columns, step.scored([tuple(row) for row in frame.collect()]))
            return
        self._keep(step.name, frame)

    def _keep(self, name: str, frame: Any) -> None:
        path = str(self._folder(name).absolute())
        frame.write.mode("overwrite").parquet(path)
        self.session.read.schema(frame.schema).parquet(path).createOrReplaceTempView(name)

    def _folder(self, name: str) -> Path:
        return self.scratch / f"chunk_{self._read}" / name

    def rows(self, query: exp.Query) -> list[Row]:
        """Run a query and give its rows."""
        self._await(self._read_by(query))
        return [tuple(row) for row in self.session.sql(query.sql(self.dialect)).collect()]

    def _await(self, made: Iterable[Future[None]]) -> None:
        """Wait for steps; where one fails, those that have not begun are left."""
        try:
            for each in made:
                each.result()
        except BaseException:
            for each in self._made.values():
                each.cancel()
            raise

    def open_chunk(self, connection: Connection) -> None:
        """Make views of the tables of a chunk, from Parquet files that the embedded engine writes."""
        self._await(self._made.values())
        self._made = {}
        shutil.rmtree(self.scratch / f"chunk_{self._read}", ignore_errors=True)
        self._read += 1
        for name in ("patients", "facts", "unclassified"):
            path = self._folder(name).with_suffix(".parquet")
            save(connection, f"FROM {name}", path)
            self.session.read.parquet(str(path.absolute())).createOrReplaceTempView(name)

    def bring_back(self, connection: Connection, name: str) -> None:
        """Read the table of a step in the embedded engine."""
        self._await([self._made[name]])
        read = f"read_parquet({literal(str(self._folder(name) / '*.parquet'))})"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM {read}")
