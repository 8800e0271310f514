"""OMOP CDM 5.4 tables as long tables: a DuckDB file, or a folder of Parquet or CSV files named after the tables.

Concept ids become the codes that the mapping reads, by the CONCEPT table: that of the standard concept and, beside it,
that of the source concept. Where there is no CONCEPT table, a source value that is written like a LOINC or an ICD-10-CM
code is taken as one, and anything else as text; a remark says so. Doses are not part of drug exposures, so a dose is
unknown.

References
----------
OHDSI, OMOP Common Data Model v5.4. https://ohdsi.github.io/CommonDataModel/cdm54.html
"""

# ruff: noqa: S608  # names are our own; what comes from outside is a parameter, or a literal made by `literal`

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb

from dosepath.core.errors import InputError
from dosepath.mapping.record import Remark, RemarkKind
from dosepath.population.connection import Connection, literal
from dosepath.population.importing import LongSource

DATABASES: Final = (".duckdb", ".db")
_FILES: Final = (".parquet", ".csv", ".csv.gz")
_READ: Final = (
    *("person", "death", "measurement", "observation", "drug_exposure", "condition_occurrence"),
    *("procedure_occurrence", "concept"),
)
_SYSTEM: Final = (
    "CASE {c}.vocabulary_id WHEN 'LOINC' THEN 'loinc' WHEN 'SNOMED' THEN 'snomed' WHEN 'ICD10CM' THEN 'icd10cm' "
    "WHEN 'ICD10' THEN 'icd10' WHEN 'RxNorm' THEN 'rxnorm' WHEN 'RxNorm Extension' THEN 'rxnorm' "
    "WHEN 'ATC' THEN 'atc' ELSE {c}.vocabulary_id END"
)
_LOINC: Final = "'[0-9]{1,5}-[0-9]'"
_ICD10CM: Final = "'[A-TV-Z][0-9][0-9A-Z](\\.?[0-9A-Z]{1,4})?'"


@dataclass(slots=True)
class _Cdm:
    """The tables of a database: how to read each, and its columns in small letters."""

    name: str
    tables: dict[str, str] = field(default_factory=dict)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def add(self, connection: Connection, table: str, rows: str, place: str) -> None:
        """Take a table."""
        described = connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()
        columns = {row[0].lower(): str(row[1]) for row in described}
        if _KEYS[table] not in columns:
            reason = f"no column '{_KEYS[table]}', so this is no table of the CDM; left out"
            self.remarks.append(Remark(self.name, table, reason))
            return
        self.tables[table] = f"(SELECT *, {place} AS place FROM {rows})"
        self.columns[table] = columns

    def has(self, table: str, column: str) -> bool:
        """Tell whether a table has a column."""
        return column in self.columns.get(table, {})

    def column(self, table: str, column: str) -> str:
        """Write a column of a table; NULL where it has none."""
        return f"t.{column}" if self.has(table, column) else "NULL"


_KEYS: Final = {**dict.fromkeys(_READ, "person_id"), "concept": "concept_id"}


def is_omop(path: Path) -> bool:
    """Tell whether a path is a DuckDB file, or a folder with a table of persons."""
    if path.is_file():
        return path.suffix.lower() in DATABASES
    return _file_of(path, "person") is not None


def _file_of(folder: Path, table: str) -> Path | None:
    if not folder.is_dir():
        return None
    names = {path.name.lower(): path for path in folder.iterdir()}
    return next((names[f"{table}{ending}"] for ending in _FILES if f"{table}{ending}" in names), None)


def open_omop(connection: Connection, path: Path, label: str = "") -> LongSource:
    """Open OMOP CDM tables.

    Raises
    ------
    InputError
        When the database cannot be opened or has no table of persons.
    """
    cdm = _open_database(connection, path) if path.is_file() else _open_folder(connection, path)
    if "person" not in cdm.tables:
        raise InputError(f"{path}: no table 'person' with a column person_id; give the folder or file of a CDM")
    if "concept" not in cdm.tables:
        reason = "no CONCEPT table: source values written as LOINC or ICD-10-CM codes are read as such, others as text"
        cdm.remarks.append(Remark(str(path), "concept", reason, RemarkKind.DOUBTFUL))
    queries = {name: query(cdm) for name, (table, query) in _QUERIES.items() if table in cdm.tables}
    return LongSource(str(path), queries, tuple(cdm.remarks), label)


def _open_database(connection: Connection, path: Path) -> _Cdm:
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS cdm (READ_ONLY)")
    except duckdb.Error as error:
        raise InputError(f"{path}: not a DuckDB file: {str(error).partition(chr(10))[0]}") from None
    cdm = _Cdm(str(path))
    listed = connection.execute(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = 'cdm' ORDER BY ALL"
    ).fetchall()
    for schema, table in listed:
        if table.lower() in _READ:
            cdm.add(connection, table.lower(), f'cdm."{schema}"."{table}"', "rowid")
    return cdm


def _open_folder(connection: Connection, folder: Path) -> _Cdm:
    cdm = _Cdm(str(folder))
    for table in _READ:
        file = _file_of(folder, table)
        if file is None:
            continue
        if file.suffix == ".parquet":
            cdm.add(connection, table, f"read_parquet({literal(str(file))}, file_row_number = true)", "file_row_number")
        else:
            kept = f"cdm_{table}"
            read = f"read_csv({literal(str(file))}, header = true)"
            connection.execute(f"CREATE OR REPLACE TABLE {kept} AS FROM {read}")
            cdm.add(connection, table, kept, "rowid")
    return cdm


def _coded(cdm: _Cdm, table: str, subject: str, prefix: str = "", standard: str = "") -> tuple[list[str], list[str]]:
    """Write the columns and joins that make the codes of a row: of the standard concept, and of the source."""
    standard = standard or f"{subject}_concept_id"
    source, written = f"{subject}_source_concept_id", cdm.column(table, f"{subject}_source_value")
    text = f"CAST({written} AS VARCHAR)"
    guessed = (
        f"CASE WHEN regexp_full_match({text}, {_LOINC}) THEN 'loinc' "
        f"WHEN regexp_full_match(upper({text}), {_ICD10CM}) THEN 'icd10cm' END"
    )
    columns, joins = [], []
    names = [f"coalesce({text}, '')"]
    for place, (part, column) in enumerate((("", standard), ("other_", source))):
        if "concept" in cdm.tables and cdm.has(table, column):
            alias = f"{prefix}c{place}"
            joins.append(f"LEFT JOIN {cdm.tables['concept']} AS {alias} ON {alias}.concept_id = nullif(t.{column}, 0)")
            system, code = _SYSTEM.format(c=alias), f"{alias}.concept_code"
            names.insert(0, f"{alias}.concept_name")
        else:
            system, code = "NULL", "NULL"
        if part:  # the source says in its own words what its concept does not
            system, code = (
                f"coalesce({system}, {guessed})",
                f"coalesce({code}, CASE WHEN {guessed} IS NOT NULL THEN {text} END)",
            )
        columns += [f"{system} AS {part}{prefix}system", f"CAST({code} AS VARCHAR) AS {part}{prefix}code"]
    columns.append(f"nullif(coalesce({', '.join(names)}), '') AS {prefix}text")
    return columns, joins


def _select(cdm: _Cdm, table: str, columns: list[str], joins: list[str], where: str = "") -> str:
    key = f"{table}_id"
    own = f", CAST(CAST(t.{key} AS BIGINT) AS VARCHAR) AS id" if cdm.has(table, key) else ""
    head = f"SELECT CAST(t.person_id AS VARCHAR) AS patient{own}, t.place AS place"
    return f"{head}, {', '.join(columns)} FROM {cdm.tables[table]} AS t {' '.join(joins)}{where}"


def _date(cdm: _Cdm, table: str, name: str) -> str:
    """Write a day of a row, with the time of day where a moment with one is on record."""
    moment = f"{name}_datetime"
    if cdm.columns[table].get(moment, "").startswith("TIMESTAMP"):
        return f"coalesce(t.{moment}, CAST({cdm.column(table, f'{name}_date')} AS TIMESTAMP))"
    return f"CAST({cdm.column(table, f'{name}_date')} AS DATE)"


def _people(cdm: _Cdm) -> str:
    year, month, day = (cdm.column("person", f"{part}_of_birth") for part in ("year", "month", "day"))
    birth = (
        f"CASE WHEN {year} IS NULL THEN NULL WHEN {month} IS NULL THEN printf('%04d', {year}) "
        f"WHEN {day} IS NULL THEN printf('%04d-%02d', {year}, {month}) "
        f"ELSE printf('%04d-%02d-%02d', {year}, {month}, {day}) END"
    )
    sex = "CASE t.gender_concept_id WHEN 8507 THEN 'male' WHEN 8532 THEN 'female' END"
    columns = [f"{sex} AS sex", f"{birth} AS birth_date"]
    joins = []
    if "death" in cdm.tables:
        joins.append(
            f"LEFT JOIN (SELECT person_id, min(CAST(death_date AS DATE)) AS died FROM {cdm.tables['death']} "
            "GROUP BY person_id) AS d ON d.person_id = t.person_id"
        )
        columns += ["d.died AS death_date", "CASE WHEN d.person_id IS NOT NULL THEN 'true' END AS dead"]
    return _select(cdm, "person", columns, joins)


def _result(cdm: _Cdm, table: str) -> str:
    columns, joins = _coded(cdm, table, table)
    concept = cdm.tables.get("concept")
    unit = f"CAST({cdm.column(table, 'unit_source_value')} AS VARCHAR)"
    if concept and cdm.has(table, "unit_concept_id"):
        joins.append(f"LEFT JOIN {concept} AS u ON u.concept_id = t.unit_concept_id AND u.vocabulary_id = 'UCUM'")
        unit = f"coalesce(u.concept_code, {unit})"
    answer = ["CAST(NULL AS VARCHAR)", "CAST(NULL AS VARCHAR)", "CAST(NULL AS VARCHAR)"]
    if concept and cdm.has(table, "value_as_concept_id"):
        joins.append(f"LEFT JOIN {concept} AS a ON a.concept_id = nullif(t.value_as_concept_id, 0)")
        answer = [_SYSTEM.format(c="a"), "a.concept_code", "a.concept_name"]
    said = cdm.column(table, "value_as_string")
    sign = (
        "CASE t.operator_concept_id WHEN 4171756 THEN '<' WHEN 4171754 THEN '<=' "
        "WHEN 4172704 THEN '>' WHEN 4171755 THEN '>=' END"
    )
    number = f"CAST({cdm.column(table, 'value_as_number')} AS VARCHAR)"
    columns += [
        f"coalesce({number}, CAST({said} AS VARCHAR)) AS value",
        f"CASE WHEN {number} IS NOT NULL THEN {unit} END AS unit",
        f"{sign if cdm.has(table, 'operator_concept_id') else 'CAST(NULL AS VARCHAR)'} AS comparator",
        f"{answer[0]} AS value_system",
        f"{answer[1]} AS value_code",
        f"{answer[2]} AS value_text",
        f"CAST({cdm.column(table, 'range_low')} AS VARCHAR) AS low",
        f"CAST({cdm.column(table, 'range_high')} AS VARCHAR) AS high",
        f"{_date(cdm, table, table)} AS date",
    ]
    return _select(cdm, table, columns, joins)


def _results(cdm: _Cdm) -> str:
    """Measurements, and the observations behind them."""
    parts = [_result(cdm, "measurement")]
    if "observation" in cdm.tables:
        later = _result(cdm, "observation").replace("t.place AS place", f"{2**33} + t.place AS place", 1)
        parts.append(later.replace("AS VARCHAR) AS id", "AS VARCHAR) || 'o' AS id", 1))
    return " UNION ALL BY NAME ".join(parts)


def _is_vaccine(cdm: _Cdm) -> str:
    return "coalesce(c0.vocabulary_id = 'CVX', false)" if "concept" in cdm.tables else "false"


def _drugs(cdm: _Cdm) -> str:
    columns, joins = _coded(cdm, "drug_exposure", "drug")
    route = "CAST(NULL AS VARCHAR)"
    if "concept" in cdm.tables and cdm.has("drug_exposure", "route_concept_id"):
        joins.append(f"LEFT JOIN {cdm.tables['concept']} AS r ON r.concept_id = nullif(t.route_concept_id, 0)")
        route = "r.concept_name"
    written = f"CAST({cdm.column('drug_exposure', 'route_source_value')} AS VARCHAR)"
    columns += [
        f"coalesce({route}, {written}) AS route",
        f"{_date(cdm, 'drug_exposure', 'drug_exposure_start')} AS start_date",
        f"{_date(cdm, 'drug_exposure', 'drug_exposure_end')} AS end_date",
    ]
    return _select(cdm, "drug_exposure", columns, joins, f" WHERE NOT {_is_vaccine(cdm)}")


def _vaccines(cdm: _Cdm) -> str:
    columns, joins = _coded(cdm, "drug_exposure", "drug")
    columns.append(f"{_date(cdm, 'drug_exposure', 'drug_exposure_start')} AS date")
    return _select(cdm, "drug_exposure", columns, joins, f" WHERE {_is_vaccine(cdm)}")


def _conditions(cdm: _Cdm) -> str:
    table = "condition_occurrence"
    columns, joins = _coded(cdm, table, "condition")
    columns += [
        f"{_date(cdm, table, 'condition_start')} AS start_date",
        f"{_date(cdm, table, 'condition_end')} AS end_date",
    ]
    return _select(cdm, table, columns, joins)


def _procedures(cdm: _Cdm) -> str:
    columns, joins = _coded(cdm, "procedure_occurrence", "procedure")
    columns.append(f"{_date(cdm, 'procedure_occurrence', 'procedure')} AS start_date")
    return _select(cdm, "procedure_occurrence", columns, joins)


_QUERIES: Final[Mapping[str, tuple[str, Callable[[_Cdm], str]]]] = {
    "people": ("person", _people),
    "observations": ("measurement", _results),
    "medications": ("drug_exposure", _drugs),
    "conditions": ("condition_occurrence", _conditions),
    "procedures": ("procedure_occurrence", _procedures),
    "immunizations": ("drug_exposure", _vaccines),
}
