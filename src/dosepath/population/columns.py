"""Plain CSV and Parquet files as long tables, by a map of their columns.

The map is a YAML file in the folder of the tables (or named apart)::

    observations:
      files: labs/*.parquet          # below the folder; CSV as well
      columns:
        patient: pat_id              # a column of the file,
        code: loinc
        system: {value: loinc}       # or the same value in every row
        value: result
        unit: unit
        date: taken_on

Files that already have the column names of `docs/population.md` need no `columns`.
"""

# ruff: noqa: S608  # names are our own; what comes from outside is a parameter, or a literal made by `literal`

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import yaml

from dosepath.core.errors import InputError
from dosepath.mapping.record import Remark
from dosepath.population.connection import Connection, literal
from dosepath.population.folders import Whole
from dosepath.population.importing import LongSource
from dosepath.population.long_tables import TABLES, LongTable
from dosepath.rules.parse import suggest

MAP_FILE: Final = "columns.yaml"
_CSV: Final = (".csv", ".csv.gz", ".tsv", ".tsv.gz")


@dataclass(frozen=True, slots=True)
class _Mapped:
    """One table of the map: its files, and what each of our columns is made from."""

    table: LongTable
    files: tuple[Path, ...]
    columns: Mapping[str, str | Mapping[str, Any]] | None


def open_columns(connection: Connection, folder: Path, map_file: Path | None = None) -> LongSource:
    """Open a folder of tables by its map.

    Raises
    ------
    InputError
        When the map or one of its files cannot be read, or names something that is not there.
    """
    path = map_file or folder / MAP_FILE
    remarks: list[Remark] = []
    mapped = _read_map(path, folder)
    queries = {each.table.name: _query(connection, path, each, remarks) for each in mapped}
    return LongSource(str(folder), {name: queries[name] for name in TABLES if name in queries}, tuple(remarks))


def open_written(connection: Connection, whole: Whole) -> LongSource:
    """Open a folder of long tables that dosepath wrote."""
    queries = {}
    for name, table in TABLES.items():
        files = tuple(sorted((whole.tables / name).glob("*.parquet")))
        if files:
            queries[name] = _query(connection, whole.out, _Mapped(table, files, None), [])
    return LongSource(str(whole.out), queries)


def _read_map(path: Path, folder: Path) -> list[_Mapped]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; write the map of the columns there, or name it") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict) or not document:
        raise InputError(f"{path}: no tables; write 'people: {{files: people.csv}}' and so on")
    found = []
    for name, said in document.items():
        where = f"{path}: {name}"
        if name not in TABLES:
            raise InputError(f"{where}: no such table; {suggest(str(name), TABLES)}")
        if not isinstance(said, dict) or not isinstance(said.get("files"), str):
            raise InputError(f"{where}: write 'files:' with the name or pattern of its files")
        files = tuple(sorted(file for file in folder.glob(said["files"]) if file.is_file()))
        if not files:
            raise InputError(f"{where}: no file '{said['files']}' in {folder}")
        columns = said.get("columns")
        if columns is not None and not isinstance(columns, dict):
            raise InputError(f"{where}: columns: write one line 'ours: theirs' for each column")
        unknown = [key for key in columns or () if key not in TABLES[name].every_column]
        if unknown:
            raise InputError(f"{where}: no column '{unknown[0]}'; {suggest(unknown[0], TABLES[name].every_column)}")
        found.append(_Mapped(TABLES[name], files, columns))
    return found


def _query(connection: Connection, path: Path, mapped: _Mapped, remarks: list[Remark]) -> str:
    parts, before = [], 0
    for file in mapped.files:
        rows, place = _rows_of(connection, mapped.table, file)
        known = _columns_of(connection, rows, file)
        chosen = _chosen(path, mapped, file, known, remarks)
        parts.append(f"SELECT {chosen}, {place} + {before} AS place FROM {rows}")
        if len(mapped.files) > 1:
            counted = connection.execute(f"SELECT count(*) FROM {rows}").fetchone()
            before += int(counted[0]) if counted else 0
    return " UNION ALL BY NAME ".join(parts)


def _rows_of(connection: Connection, table: LongTable, file: Path) -> tuple[str, str]:
    """Give the rows of a file for the FROM clause, and the expression of their place in it."""
    if file.name.lower().endswith(_CSV):
        # Text as it stands in the file: "007" is no number, and no digit of a value is lost.
        name = f"{table.name}_{abs(hash(str(file)))}"
        read = f"read_csv({literal(str(file))}, all_varchar = true, header = true, nullstr = '')"
        try:
            connection.execute(
                f'CREATE OR REPLACE TABLE "{name}" AS SELECT *, row_number() OVER () - 1 AS row_in_file FROM {read}'
            )
        except duckdb.Error as error:
            raise InputError(f"{file}: cannot be read as CSV: {str(error).partition(chr(10))[0]}") from None
        return f'"{name}"', "row_in_file"
    return f"read_parquet({literal(str(file))}, file_row_number = true)", "file_row_number"


def _columns_of(connection: Connection, rows: str, file: Path) -> list[str]:
    try:
        return [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()]
    except duckdb.Error as error:
        raise InputError(f"{file}: cannot be read as Parquet: {str(error).partition(chr(10))[0]}") from None


def _chosen(path: Path, mapped: _Mapped, file: Path, known: list[str], remarks: list[Remark]) -> str:
    wanted = mapped.columns
    if wanted is None:
        own = [name for name in known if name in mapped.table.every_column]
        others = [name for name in known if name not in own and name not in {"row_in_file", "file_row_number"}]
        if others:
            reason = f"columns {', '.join(others)} are none that are read; map them to ours, or leave them"
            remarks.append(Remark(str(file), mapped.table.name, reason))
        return ", ".join(f'"{name}"' for name in own) or "NULL AS nothing"
    parts = []
    for name, theirs in wanted.items():
        if isinstance(theirs, dict):
            parts.append(f'{literal(str(theirs.get("value", "")))} AS "{name}"')
        elif theirs in known:
            parts.append(f'"{theirs}" AS "{name}"')
        else:
            where = f"{path}: {mapped.table.name}: {name}"
            raise InputError(f"{where}: {file.name} has no column '{theirs}'; {suggest(str(theirs), known)}")
    return ", ".join(parts)
