"""Facts of many patients on disk: chunks of patients, each with all that is on record about them.

::

    people.parquet             patient (key), id, chunk
    facts/00000.parquet        facts of the patients of chunk 0; a patient's stand in the order of the source
    meanings/00000.parquet     what they say (`population.meanings`)
    unclassified/00000.parquet records of theirs that no concept was found for
    remarks.parquet            what was not understood, with place and reason

A chunk holds everything about its patients, so that each can be judged alone. A patient whose record changes moves to
a new chunk; the rows left behind in the old one are not read any more.
"""

# ruff: noqa: S608  # names are our own; what comes from outside is a parameter, or a literal made by `literal`

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from dosepath.core.errors import InputError
from dosepath.core.facts import PatientRecord
from dosepath.mapping.record import Remark
from dosepath.population.chunks import PATIENTS_IN_A_CHUNK, chunk_file
from dosepath.population.connection import Connection, fill, make, read_parquet, save, save_rows
from dosepath.population.folders import Whole
from dosepath.population.meanings import MEANINGS, MEANINGS_A_FILE, ROWS, Meanings, facts_query
from dosepath.population.tables import UNCLASSIFIED, Column, Row, Schema, Type, record_of, rows_of

PEOPLE: Final = Schema(
    "people",
    (
        Column("patient", Type.KEY, "key of the patient"),
        Column("id", Type.TEXT, "id of the patient"),
        Column("chunk", Type.WHOLE, "chunk that holds the rows of the patient"),
    ),
)
REMARKS: Final = Schema(
    "remarks",
    (
        Column("place", Type.TEXT, "file and line or entry, or table and row; of the first one"),
        Column("resource", Type.TEXT, "record, or kind of record"),
        Column("reason", Type.TEXT, "what is wrong"),
        Column("kind", Type.TEXT, "how it bears on the record"),
        Column("count", Type.KEY, "number of records"),
    ),
)


def meanings_in(tables: Path) -> str:
    """Write a reference to all meanings of a folder for the FROM clause."""
    return read_parquet(sorted((tables / "meanings").glob("*.parquet")))


def open_facts(connection: Connection, tables: Path, chunk: int) -> None:
    """Make the tables that a plan reads of the facts of a chunk: `facts` and `unclassified`."""
    rows = read_parquet([chunk_file(tables, "facts", chunk)])
    connection.execute(f"CREATE OR REPLACE TEMP TABLE fact_rows AS FROM {rows}")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE meanings AS FROM {meanings_in(tables)} "
        "WHERE meaning IN (SELECT meaning FROM fact_rows)"
    )
    others = read_parquet([chunk_file(tables, "unclassified", chunk)])
    connection.execute(f"CREATE OR REPLACE TEMP TABLE unclassified AS FROM {others}")
    join_facts(connection)


def join_facts(connection: Connection) -> None:
    """Make `facts` of `fact_rows` and `meanings`."""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW facts AS {facts_query('fact_rows', 'meanings')}")


@dataclass(frozen=True, slots=True)
class WrittenFacts:
    """Facts that stand in a folder.

    Parameters
    ----------
    tables
        The folder.
    """

    tables: Path

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return 1 + max(int(path.stem) for path in (self.tables / "facts").glob("*.parquet"))

    def open(self, connection: Connection, chunk: int) -> None:
        """Make the tables that a plan reads."""
        open_facts(connection, self.tables, chunk)

    def write_all(self, connection: Connection) -> None:
        """Do nothing: the facts are written."""


class Chunks(Protocol):
    """Facts of many patients, a chunk at a time."""

    @property
    def chunks(self) -> int:
        """Number of chunks."""

    def open(self, connection: Connection, chunk: int) -> None:
        """Make the tables that a plan reads, `facts` and `unclassified`; write them first where they are not yet."""

    def write_all(self, connection: Connection) -> None:
        """Write all facts that are not written yet, for a reader of the folder."""


def remark_row(remark: Remark) -> Row:
    """Write a remark as a row."""
    return remark.place, remark.resource, remark.reason, remark.kind.name.lower(), remark.count


@dataclass(slots=True)
class RecordWriter:
    """Writes records one after the other into chunks.

    Parameters
    ----------
    connection, tables
        The engine, and the folder to write to.
    first_chunk
        Number of the first chunk.
    keys
        Keys of patients who have one already, by id.
    size
        Patients in a chunk.
    """

    connection: Connection
    tables: Path
    first_chunk: int = 0
    keys: dict[str, int] = field(default_factory=dict)
    size: int = PATIENTS_IN_A_CHUNK
    people: list[Row] = field(default_factory=list)
    remarks: list[Row] = field(default_factory=list)
    _meanings: Meanings = field(default_factory=lambda: Meanings(0))
    _facts: list[Row] = field(default_factory=list)
    _others: list[Row] = field(default_factory=list)
    _held: int = 0
    _chunks: int = 0

    def __post_init__(self) -> None:
        self._empty()

    def add(self, record: PatientRecord, remarks: Sequence[Remark] = ()) -> None:
        """Take the record of one patient, and what was not understood of it."""
        if self._held == self.size:
            self._finish_chunk()
        key = self.keys.setdefault(record.id, len(self.keys))
        rows = rows_of(record, key)
        self._facts += map(self._meanings.row, rows.facts)
        self._others += rows.unclassified
        self.people.append((key, record.id, self._chunk))
        self.remarks += map(remark_row, remarks)
        self._held += 1
        if len(self._facts) > _ROWS_AT_ONCE:
            self._flush()

    @property
    def _chunk(self) -> int:
        return self.first_chunk + self._chunks

    def done(self) -> int:
        """Write what is left and give the number of chunks written."""
        if self._held or not self._chunks:
            self._finish_chunk()
        return self._chunks

    def _flush(self) -> None:
        fill(self.connection, "chunk_facts", ROWS, self._facts)
        fill(self.connection, "chunk_unclassified", UNCLASSIFIED, self._others)
        self._facts, self._others = [], []

    def _empty(self) -> None:
        make(self.connection, "chunk_facts", ROWS)
        make(self.connection, "chunk_unclassified", UNCLASSIFIED)
        self._meanings = Meanings(self._chunk * MEANINGS_A_FILE)
        self._held = 0

    def _finish_chunk(self) -> None:
        self._flush()
        for name in ("facts", "unclassified"):
            query = f"SELECT * FROM chunk_{name} ORDER BY patient, row_id"
            save(self.connection, query, chunk_file(self.tables, name, self._chunk))
        meanings = chunk_file(self.tables, "meanings", self._chunk)
        save_rows(self.connection, MEANINGS, list(self._meanings.rows()), meanings)
        self._chunks += 1
        self._empty()


_ROWS_AT_ONCE: Final = 50_000


def save_people(connection: Connection, writer: RecordWriter) -> None:
    """Write who was read and what was not understood."""
    save_rows(connection, PEOPLE, writer.people, writer.tables / "people.parquet", "patient")
    # Remarks stay in the order in which they were made: that of the source.
    save_rows(connection, REMARKS, writer.remarks, writer.tables / "remarks.parquet")


def patient_key(connection: Connection, whole: Whole, identity: str) -> tuple[int, int]:
    """Find the key and the chunk of a patient.

    Raises
    ------
    InputError
        When nobody there has this id.
    """
    people = read_parquet([whole.table("people")])
    found = connection.execute(f"SELECT patient, chunk FROM {people} WHERE id = ?", [identity]).fetchone()
    if found is None:
        some = connection.execute(f"SELECT id FROM {people} ORDER BY patient LIMIT 3").fetchall()
        known = ", ".join(row[0] for row in some)
        raise InputError(f"{whole.out}: no patient '{identity}'; ids there look like {known or 'none, it is empty'}")
    return int(found[0]), int(found[1])


def read_record(connection: Connection, whole: Whole, identity: str) -> PatientRecord:
    """Read the record of one patient back, fact by fact as it was written."""
    key, chunk = patient_key(connection, whole, identity)
    return _records(connection, whole, chunk, {key: identity})[key]


def read_records(connection: Connection, whole: Whole, identities: Sequence[str]) -> dict[str, PatientRecord]:
    """Read the records of several patients back, by id; ids that are not there are left out."""
    people = read_parquet([whole.table("people")])
    query = f"SELECT patient, chunk, id FROM {people} WHERE id IN (SELECT unnest(?))"
    chunks: dict[int, dict[int, str]] = {}
    for key, chunk, identity in connection.execute(query, [list(identities)]).fetchall():
        chunks.setdefault(chunk, {})[key] = identity
    found: dict[str, PatientRecord] = {}
    for chunk, wanted in chunks.items():
        records = _records(connection, whole, chunk, wanted)
        found |= {wanted[key]: record for key, record in records.items()}
    return {identity: found[identity] for identity in identities if identity in found}


def _records(connection: Connection, whole: Whole, chunk: int, wanted: dict[int, str]) -> dict[int, PatientRecord]:
    rows: list[dict[int, list[Row]]] = []
    dated = read_parquet([chunk_file(whole.tables, "facts", chunk)])
    facts = facts_query(f"(FROM {dated} WHERE patient IN (SELECT unnest(?)))", meanings_in(whole.tables))
    others = read_parquet([chunk_file(whole.tables, "unclassified", chunk)])
    for query in (facts, f"SELECT * FROM {others} WHERE patient IN (SELECT unnest(?))"):
        by_key: dict[int, list[Row]] = {key: [] for key in wanted}
        for row in connection.execute(query, [list(wanted)]).fetchall():
            by_key[row[0]].append(row)
        rows.append(by_key)
    return {key: record_of(identity, rows[0][key], rows[1][key]) for key, identity in wanted.items()}
