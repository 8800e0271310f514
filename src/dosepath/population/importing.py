"""Long tables of a whole hospital -> facts of many patients on disk."""

# ruff: noqa: S608  # names are our own; what comes from outside is a parameter, or a literal made by `literal`

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from dosepath.core.errors import InputError
from dosepath.mapping.reader import ConceptIndex
from dosepath.mapping.record import Remark, RemarkKind
from dosepath.population.chunks import PATIENTS_IN_A_CHUNK, chunk_file
from dosepath.population.connection import Connection, literal, make, save, save_rows
from dosepath.population.facts import REMARKS, join_facts, remark_row
from dosepath.population.long_tables import TABLES, LongTable
from dosepath.population.meanings import MEANINGS, ROWS
from dosepath.population.shapes import find_shapes, gives, map_shapes, ranked, rows_query
from dosepath.population.tables import UNCLASSIFIED, Schema

Advance: TypeAlias = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


def silent(_what: str, _done: int, _total: int) -> None:
    """Say nothing about how far the work is."""


@dataclass(frozen=True, slots=True)
class LongSource:
    """Long tables as queries.

    Parameters
    ----------
    name
        What the source is called in messages.
    queries
        For each kind of table that the source has, a SELECT with the columns of `LongTable.every_column` that it has,
        and `place`, the number of the row counted from 0.
    remarks
        What the reader of the source could not use.
    label
        Put into the names of rows that have no id of their own, so that rows of two runs are told apart.
    """

    name: str
    queries: Mapping[str, str]
    remarks: tuple[Remark, ...] = ()
    label: str = ""

    def named(self, label: str) -> "LongSource":
        """Give the source with a label for its rows."""
        return replace(self, label=label)


@dataclass(frozen=True, slots=True)
class LongFacts:
    """Long tables that are ready to be written as facts, chunk after chunk, in any order and from several threads.

    Parameters
    ----------
    columns
        For each table, the types of the columns that it has.
    tables
        Folder to write to.
    people
        Number of patients.
    chunks
        Number of chunks.
    """

    columns: Mapping[str, Mapping[str, str]]
    tables: Path
    people: int
    chunks: int

    def open(self, connection: Connection, chunk: int) -> None:
        """Write the facts of a chunk, and leave them open as `population.facts.open_facts` does.

        Parameters
        ----------
        connection
            The engine that read the tables, or a cursor of it.
        chunk
            Number of the chunk.
        """
        for name in self.columns:
            _open_chunk(connection, name, chunk)
        ranked(connection, "fact_rows", self._rows(connection, "facts", ROWS), "meanings")
        save(connection, "FROM fact_rows", chunk_file(self.tables, "facts", chunk), quick=True)
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE unclassified AS "
            f"FROM ({self._rows(connection, 'unclassified', UNCLASSIFIED)}) ORDER BY patient, row_id"
        )
        save(connection, "FROM unclassified", chunk_file(self.tables, "unclassified", chunk))
        join_facts(connection)

    def write_all(self, connection: Connection) -> None:
        """Write the facts of all chunks, one after the other."""
        for chunk in range(self.chunks):
            self.open(connection, chunk)

    def _rows(self, connection: Connection, output: str, schema: Schema) -> str:
        """Write the SELECT of all rows of the open chunk; tables that give none are not read for them."""
        make(connection, f"no_{output}", schema)
        parts = [f"FROM no_{output}"]
        for name, own in self.columns.items():
            if gives(connection, TABLES[name], output):
                number = list(TABLES).index(name)
                parts.append(rows_query(connection, TABLES[name], own, number, f"{name}_chunk", output))
        return " UNION ALL ".join(parts)


def import_long(
    connection: Connection,
    source: LongSource,
    index: ConceptIndex,
    tables: Path,
    *,
    size: int = PATIENTS_IN_A_CHUNK,
    advance: Advance = silent,
) -> LongFacts:
    """Read what rows of long tables may say, and write meanings, people and remarks into a folder.

    The facts themselves are written by `LongFacts.open`.

    Parameters
    ----------
    connection
        The engine.
    source, index
        What to read, and the concepts of the protocol.
    tables
        Folder to write to.
    size
        Most patients in a chunk.
    advance
        Told how far the work is.

    Raises
    ------
    InputError
        When the table of people is missing, names nobody or names somebody twice.
    """
    columns = {name: _open(connection, source, TABLES[name]) for name in source.queries}
    people, chunks = _people(connection, source, size)
    make(connection, "meanings", MEANINGS, shared=True)
    unnamed = {name: f"{name}-{source.label}" for name in columns}
    mapped: list[Remark] = []
    with _beside(connection) as (cursor, submit):  # for the mapping keeps one core busy, and no more
        found = {name: submit(find_shapes, cursor, TABLES[name], own, unnamed[name]) for name, own in columns.items()}
        nobody = submit(_homeless, cursor, source)
        for done, name in enumerate(columns):
            advance("mapping what differs", done, len(columns))
            found[name].result()
            mapped += map_shapes(connection, TABLES[name], index, unnamed[name])
        remarks = [*source.remarks, *nobody.result(), *mapped]
    save(connection, "SELECT * FROM meanings ORDER BY meaning", chunk_file(tables, "meanings", 0))
    save_rows(connection, REMARKS, [remark_row(remark) for remark in _together(remarks)], tables / "remarks.parquet")
    save(connection, "SELECT patient, id, chunk FROM source_people ORDER BY patient", tables / "people.parquet")
    return LongFacts(columns, tables, people, chunks)


@contextmanager
def _beside(connection: Connection) -> Iterator[tuple[Connection, Callable[..., Future[Any]]]]:
    """Give a second connection, and what runs a function beside the caller: one after the other, in their order."""
    cursor = connection.cursor()
    with ThreadPoolExecutor(1) as pool:
        try:
            yield cursor, pool.submit
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            cursor.interrupt()
            raise
    cursor.close()


def _together(remarks: Iterable[Remark]) -> Iterator[Remark]:
    """Count what holds nothing for the protocol once for each kind of record."""
    unread: dict[tuple[str, str], Remark] = {}
    for remark in remarks:
        if remark.kind is not RemarkKind.UNREAD:
            yield remark
            continue
        key = (remark.resource, remark.reason)
        before = unread.get(key)
        unread[key] = remark if before is None else replace(before, count=before.count + remark.count)
    yield from unread.values()


def _open(connection: Connection, source: LongSource, table: LongTable) -> dict[str, str]:
    """Make the view `<table>_rows` and give the types of the columns that it has."""
    query = source.queries[table.name]
    described = connection.execute(f"DESCRIBE {query}").fetchall()
    types = {row[0]: str(row[1]) for row in described}
    for needed in ("patient", "place"):
        if needed not in types:
            raise InputError(f"{source.name}: {table.name}: no column '{needed}'; map one to it")
    own = [name for name in (*table.columns, *table.days) if name in types]
    named = "CAST(id AS VARCHAR)" if "id" in types else "NULL::VARCHAR"
    connection.execute(
        f"CREATE OR REPLACE VIEW {table.name}_rows AS SELECT CAST(patient AS VARCHAR) AS patient, {named} AS id, "
        f"place, {', '.join(_as_read(table, name, types[name]) for name in own) or '1 AS nothing'} FROM ({query})"
    )
    return {name: types[name] for name in (*own, "id") if name in types}


def _as_read(table: LongTable, name: str, kind: str) -> str:
    """Write a column; databases put a blank between day and time where FHIR has a T."""
    if name in table.days and kind == "VARCHAR":
        return f"regexp_replace({name}, '^(\\d{{4}}-\\d\\d-\\d\\d) (\\d)', '\\1T\\2') AS {name}"
    return name


def _people(connection: Connection, source: LongSource, size: int) -> tuple[int, int]:
    """Give people their keys and chunks, two at least, for two cores; give the number of people and of chunks."""
    if "people" not in source.queries:
        raise InputError(f"{source.name}: no table of people; it says who there is, with date of birth and sex")
    twice = connection.execute(
        "SELECT patient FROM people_rows GROUP BY patient HAVING count(*) > 1 ORDER BY patient LIMIT 1"
    ).fetchone()
    if twice is not None:
        raise InputError(f"{source.name}: people: '{twice[0]}' stands twice; keep one row for each person")
    found = connection.execute("SELECT count(patient) FROM people_rows").fetchone()
    people = int(found[0]) if found else 0
    if not people:
        raise InputError(f"{source.name}: the table of people names nobody")
    size = min(size, -(-people // 2))
    connection.execute(
        "CREATE OR REPLACE TABLE source_people AS SELECT patient AS id, "
        "row_number() OVER (ORDER BY patient) - 1 AS patient, "
        f"CAST((row_number() OVER (ORDER BY patient) - 1) // {size} AS INTEGER) AS chunk "
        "FROM people_rows WHERE patient IS NOT NULL"
    )
    return people, -(-people // size)


def _homeless(connection: Connection, source: LongSource) -> list[Remark]:
    """Name the rows that are about nobody in the table of people."""
    found = []
    for name in source.queries:
        row = connection.execute(
            f"SELECT count(*), min(place) FROM {name}_rows AS r "
            "WHERE NOT EXISTS (FROM source_people AS p WHERE p.id = r.patient)"
        ).fetchone()
        if row and row[0]:
            reason = "the table of people has nobody of that id; left out"
            found.append(Remark(f"{name}:{row[1] + 1}", name, reason, RemarkKind.UNUSABLE, int(row[0])))
    return found


def _open_chunk(connection: Connection, name: str, chunk: int) -> None:
    """Make the view `<table>_chunk` of the rows of a chunk."""
    # Chunks are ranges of ids: naming the range lets whole parts of a sorted file be passed over.
    ends = connection.execute(f"SELECT min(id), max(id) FROM source_people WHERE chunk = {chunk}").fetchone()
    first, last = (literal(str(end)) for end in ends or ("", ""))
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {name}_chunk AS SELECT p.patient AS key, r.* "
        f"FROM {name}_rows AS r JOIN source_people AS p ON p.id = r.patient "
        f"WHERE p.chunk = {chunk} AND r.patient BETWEEN {first} AND {last}"
    )
