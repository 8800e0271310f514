"""A whole hospital from whatever it comes in: FHIR files, OMOP tables, CSV or Parquet -> facts of many patients."""

from collections.abc import Sequence
from pathlib import Path

from dosepath.core.errors import InputError
from dosepath.interop.fhir import read_patients
from dosepath.mapping.reader import ConceptIndex
from dosepath.population.columns import MAP_FILE, open_columns, open_written
from dosepath.population.connection import Connection
from dosepath.population.facts import PATIENTS_IN_A_CHUNK, RecordWriter, remark_row, save_people
from dosepath.population.folders import is_whole, open_whole
from dosepath.population.importing import Advance, import_long, silent
from dosepath.population.omop import is_omop, open_omop

HOSPITAL = "hospital"


def import_source(
    connection: Connection,
    paths: Sequence[Path],
    index: ConceptIndex,
    tables: Path,
    *,
    columns: Path | None = None,
    size: int = PATIENTS_IN_A_CHUNK,
    label: str = "",
    advance: Advance = silent,
) -> str:
    """Read a source and write facts, records not understood, people and remarks into a folder.

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

    Returns
    -------
    str
        What the source was read as.

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
        return "FHIR"
    import_long(connection, source.named(label), index, tables, size=size, advance=advance)
    return kind


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
