"""dosepath next-dose on the patients of a trial, as text and as JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from dosepath.cli.main import app

PATIENTS = """
on: 2027-03-10
patients:
- id: S01
  arm: SLE
  level: 1
  consent: 2026-11-19
  product: {status: in_spec}
  infusion: 2027-01-04
  closing_visit: 2027-02-01
- id: S02
  arm: dcSSc
  level: 1
  consent: 2026-12-17
  product: {status: in_spec}
  infusion: 2027-02-01
  closing_visit: 2027-03-01
  events: [{id: e1, type: CRS, grades: [[2027-02-06, 4], [2027-02-08, 0]]}]
- {id: S03, arm: AAV, level: 1, consent: 2026-12-31, product: {status: in_spec}, infusion: 2027-02-15}
- {id: C04, arm: SS, consent: 2027-02-20}
"""


@pytest.fixture
def patients(tmp_path: Path) -> Path:
    path = tmp_path / "patients.yaml"
    path.write_text(PATIENTS, encoding="utf-8")
    return path


def run(path: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["next-dose", str(path), "--trial", "NCT06680388", *options])


def found(path: Path, *options: str) -> dict[str, Any]:
    result = run(path, *options, "--json")
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_the_text_says_what_why_when_and_who(patients: Path) -> None:
    words = run(patients).output
    for said in (
        "3+3 V3, as of 2027-03-10",
        "wait, level 1",
        "level 1: 1 DLT in 2 evaluable, 1 pending",
        "decidable 2027-03-15",
        "not set",
        "crs_4, event e1, certain on 2027-02-06",
        "S03 DLT: stop",
        "S03 no DLT: expand, level 1",
        "waits for a slot",
        "people sign the decision",
    ):
        assert said in words


def test_json_has_the_same(patients: Path) -> None:
    document = found(patients)
    assert (document["action"], document["level"], document["decidable_on"]) == ("wait", 1, "2027-03-15")
    assert document["patients"]["S02"]["known_on"] == "2027-02-06"
    assert document["arms"]["dcSSc"] == {"infused": 1, "evaluable": 1, "dlt": 1}
    assert [way["action"] for way in document["ways_on"]] == ["expand", "stop"]
    assert document["ways_on"][1]["probability"] == {"0.1": 0.1, "0.2": 0.2, "0.33": 0.33}


def test_an_expansion_after_review_offers_its_slots(patients: Path) -> None:
    options = ("--on", "2027-03-20", "--set", "board_review_for=[]", "--rates", "0.5")
    document = found(patients, *options)
    assert (document["action"], document["may_infuse_next_from"], document["slots_open"]) == ("expand", "2027-03-20", 3)
    assert document["offer"] == ["C04"]
    assert [way["probability"]["0.5"] for way in document["ways_on"]] == [0.125, 0.375, 0.375, 0.125]
    assert [(way["action"], way["level"]) for way in document["ways_on"]][:2] == [("escalate", 2), ("stop", None)]
    assert "board_review_due" in found(patients, "--on", "2027-03-20")["flags"]


def test_a_level_without_a_dose_blocks_with_a_message(tmp_path: Path) -> None:
    path = tmp_path / "clean.yaml"
    path.write_text(PATIENTS.replace("[[2027-02-06, 4], ", "[[2027-02-06, 2], "), encoding="utf-8")
    words = run(path, "--on", "2027-03-20").output
    assert "wait, level 2" in words
    assert "the dose of level 2 is not set" in words
    document = found(path, "--on", "2027-03-20", "--set", "levels=1:0.5,2:1.0,3:", "--set", "board_review_for=[]")
    assert (document["action"], document["level"], document["levels"]["3"]["dose"]) == ("escalate", 2, None)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--set", "variant=V7"), "setting variant"),
        (("--set", "levels=one"), "--set levels: 'one'"),
        (("--set", "planned_n=[1"), "no value that can be read"),
        (("--rates", "2"), "between 0 and 1"),
        (("--rates", "often"), "write rates as 0.1,0.25,0.4"),
        (("--on", "soon"), "--on"),
        (("--on", "2027-01-01"), "is dated"),
        (("--reading", "dlt#window=never"), "no option"),
    ],
)
def test_wrong_options_are_named(patients: Path, options: tuple[str, ...], words: str) -> None:
    result = run(patients, *options)
    assert result.exit_code == 2
    assert words in result.output


def test_readings_of_the_rule_count(patients: Path) -> None:
    path = patients.with_name("readings.yaml")
    path.write_text(
        PATIENTS.replace("[[2027-02-06, 4], [2027-02-08, 0]]", "[[2027-02-03, 1], [2027-02-06, 3], [2027-02-19, 0]]"),
        encoding="utf-8",
    )
    assert found(path)["patients"]["S02"]["state"] == "no_dlt"
    strict = found(path, "--reading", "dlt.crs_3#onset=onset_of_syndrome")
    assert strict["patients"]["S02"]["state"] == "dlt"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = run(tmp_path / "none.yaml")
    assert result.exit_code == 2
    assert "none.yaml" in result.output


def test_a_swimmer_plot_of_the_patients(patients: Path, tmp_path: Path) -> None:
    result = run(patients, "--plot", str(tmp_path / "swimmer.svg"))
    assert result.exit_code == 0, result.output
    assert "level 1 · S02 · dcSSc" in (tmp_path / "swimmer.svg").read_text(encoding="utf-8")
    assert run(patients, "--plot", str(tmp_path / "swimmer.gif")).exit_code == 2


def test_a_problem_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "patients.yaml"
    path.write_text(PATIENTS.replace("infusion: 2027-02-01", "infusion: soon"), encoding="utf-8")
    result = run(path)
    assert result.exit_code == 2
    line = next(number for number, text in enumerate(path.read_text("utf-8").splitlines(), 1) if "soon" in text)
    assert f"patients.yaml:{line}: patient S02: infusion: 'soon' is no day" in result.output
