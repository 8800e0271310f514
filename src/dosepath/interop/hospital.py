"""A whole hospital from whatever it comes in: FHIR files, OMOP tables, CSV or Parquet -> verdicts of many patients."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from dosepath.core.errors import InputError
from dosepath.interop.fhir import read_patients
from dosepath.mapping.reader import ConceptIndex
from dosepath.population.chunks import PATIENTS_IN_A_CHUNK
from dosepath.population.columns import MAP_FILE, open_columns, open_written
from dosepath.population.connection import Connection, connected
from dosepath.population.facts import Chunks, RecordWriter, WrittenFacts, remark_row, save_people
from dosepath.population.folders import is_whole, open_whole, writing
from dosepath.population.importing import Advance, import_long, silent
from dosepath.population.omop import is_omop, open_omop
from dosepath.population.screening import (
    SCREENING,
    Asked,
    Judged,
    asked_document,
    link_facts,
    plan_meanwhile,
    screen_chunks,
)
from dosepath.population.spark import DUCKDB, engine_named

HOSPITAL = "hospital"


@dataclass(frozen=True, slots=True)
class Read:
    """A source that was read.

    Parameters
    ----------
    kind
        What it was read as.
    facts
        The facts of its patients; those of long tables are written when they are opened, or by `write_all`.
    """

    kind: str
    facts: Chunks


@dataclass(frozen=True, slots=True)
class Run:
    """How a screening went: what the source was read as, and what it came to."""

    kind: str
    judged: Judged


def screen_into(
    out: Path,
    source: Sequence[Path],
    asked: Asked,
    *,
    engine: str = DUCKDB,
    columns: Path | None = None,
    memory: str = "",
    chunk: int = PATIENTS_IN_A_CHUNK,
    advance: Advance = silent,
) -> Run:
    """Screen a source into a folder, which is written whole or not at all.

    Parameters
    ----------
    out
        Folder to write to.
    source
        As for `read_source`, or the folder of an earlier screening, whose facts are taken as they are.
    asked
        What to judge.
    engine
        Where the plan runs: `population.spark.engine_named`.
    columns
        Map of the columns of CSV and Parquet files.
    memory
        Most memory of the embedded engine.
    chunk
        Patients that are judged at a time.
    advance
        Told how far the work is.

    Raises
    ------
    InputError
        When nothing can be read, the folder cannot be written, or the facts were read for another protocol.
    """
    scratch = out.parent if out.parent.is_dir() else Path()
    with (
        TemporaryDirectory(prefix=".dosepath-", dir=scratch) as spill,
        writing(out, SCREENING) as draft,
        connected(Path(spill), memory=memory) as connection,
    ):
        planned = plan_meanwhile(asked)
        read = _read(connection, asked, source, draft.tables, columns, chunk, advance)
        plan = planned.result()
        draft.about = asked_document(asked, plan)
        named = engine_named(engine, Path(spill))
        judged = screen_chunks(connection, asked, plan, read.facts, draft.tables, engine=named, advance=advance)
    return Run(read.kind, judged)


def _read(
    connection: Connection,
    asked: Asked,
    paths: Sequence[Path],
    tables: Path,
    columns: Path | None,
    size: int,
    advance: Advance,
) -> Read:
    """Read the source; an earlier screening gives its facts as they are."""
    first = paths[0]
    if len(paths) == 1 and is_whole(first) and open_whole(first).kind == SCREENING:
        before = open_whole(first)
        if before.about["protocol"]["digest"] != asked.protocol.digest:
            raise InputError(f"{first}: its facts were read for another protocol; give the source itself")
        link_facts(before, tables)
        return Read("facts of an earlier screening", WrittenFacts(tables))
    index = ConceptIndex(asked.protocol.file.concepts)
    return read_source(connection, paths, index, tables, columns=columns, size=size, advance=advance)


def read_source(
    connection: Connection,
    paths: Sequence[Path],
    index: ConceptIndex,
    tables: Path,
    *,
    columns: Path | None = None,
    size: int = PATIENTS_IN_A_CHUNK,
    label: str = "",
    advance: Advance = silent,
) -> Read:
    """Read a source; facts, records not understood, people and remarks come into a folder.

    Parameters
    ----------
    connection
        The engine.
    paths
        One folder of long tables, one CDM, or any number of FHIR files and folders.
    index
        Concepts of the protocol.
    tables
        Folder to write to.
    columns
        Map of the columns of CSV and Parquet files, where it does not lie in their folder.
    size
        Patients in a chunk.
    label
        Tells rows without an id from those of another run.
    advance
        Told how far the work is.

    Raises
    ------
    InputError
        When nothing there can be read.
    """
    first = paths[0]
    if not first.exists():
        raise InputError(f"{first}: no such file or folder")
    if len(paths) == 1 and (columns is not None or (first / MAP_FILE).is_file()):
        source, kind = open_columns(connection, first, columns), "tables by a map of their columns"
    elif len(paths) == 1 and is_whole(first) and open_whole(first).kind == HOSPITAL:
        source, kind = open_written(connection, open_whole(first)), "long tables"
    elif len(paths) == 1 and is_omop(first):
        source, kind = open_omop(connection, first), "OMOP CDM"
    else:
        _import_fhir(connection, paths, index, tables, size, advance)
        return Read("FHIR", WrittenFacts(tables))
    return Read(kind, import_long(connection, source.named(label), index, tables, size=size, advance=advance))


def _import_fhir(
    connection: Connection, paths: Sequence[Path], index: ConceptIndex, tables: Path, size: int, advance: Advance
) -> None:
    writer = RecordWriter(connection, tables, size=size)
    reading = read_patients(paths, index, lambda done, total: advance("reading files", done, total))
    for patient in reading:
        writer.add(patient.mapped.record, patient.mapped.remarks)
    if not writer.people:
        said = f"; {reading.problems[0]}" if reading.problems else ""
        raise InputError(f"{paths[0]}: no patient could be read{said}")
    writer.remarks = [*map(remark_row, reading.problems), *writer.remarks]
    writer.done()
    save_people(connection, writer)
