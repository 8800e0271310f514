"""What the criteria of a hospital compared: listed as the sheet of each patient has it."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dosepath.cli.main import app
from dosepath.demo.cohort import make_cohort, write_cohort
from dosepath.eligibility.report import Finding
from dosepath.eligibility.wording import ValueNames
from dosepath.interop.fhir import read_patients
from dosepath.mapping.reader import ConceptIndex
from dosepath.population.connection import connected
from dosepath.population.folders import MANIFEST
from dosepath.population.listing import values_of_criterion
from dosepath.population.results import Screening, open_screening
from dosepath.protocol.model import GateName
from dosepath.trial.journeys import screen_patient
from dosepath.trial.library import open_trial
from tests.unit.population.agree import same_value

TRIAL = "NCT06680388"
DIRECTLY = ("I04.a.1", "E07.1.a", "I04.b.1")
"""Criteria of one question to one result."""


def run(*arguments: str | Path | int, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["population", *map(str, arguments)])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cohort") / "people"
    write_cohort(make_cohort(1), folder)
    return folder


@pytest.fixture(scope="module")
def screened(cohort: Path) -> Path:
    out = cohort.parent / "screened"
    run("screen", cohort, "--trial", TRIAL, "--out", out, "--anchors", cohort / "anchors.yaml")
    return out


@pytest.fixture(scope="module")
def opened(screened: Path) -> Iterator[Screening]:
    with connected(screened.parent) as connection:
        yield open_screening(connection, screened)


def findings(cohort: Path, opened: Screening, arm: str) -> dict[str, dict[str, Finding]]:
    """Give the findings of the one-patient screening, by patient and criterion."""
    found: dict[str, dict[str, Finding]] = {}
    for patient in read_patients([cohort], ConceptIndex(opened.asked.protocol.file.concepts)):
        occasion = opened.asked.occasion(patient.id)
        judged = screen_patient(patient.mapped.record, opened.asked.protocol, occasion, arm, (GateName.SCREENING,))
        found[patient.id] = dict(judged.reports[0].screening.findings)
    return found


def test_every_line_is_that_of_the_sheet(cohort: Path, opened: Screening) -> None:
    """Verdict, value and unit of every question of every criterion; where one fact is the value, its record."""
    said: Counter[str] = Counter()
    protocol = opened.asked.protocol
    names = ValueNames(protocol, {**protocol.settings, **opened.asked.settings})
    by_arm = {arm: findings(cohort, opened, arm) for arm in opened.asked.arms}
    for identity, criterion in protocol.criteria.items():
        if not criterion.rule.compared:
            continue
        arm = next(each for each in opened.asked.arms if criterion.concerns(each))
        found = values_of_criterion(opened, identity, arm, limit=0)
        lines = list(found.lines)
        assert len(lines) == found.patients * len(criterion.rule.compared)
        for patient in dict.fromkeys(line.patient for line in lines):
            finding = by_arm[arm][patient][identity]
            own = {names.of(item.asked): item for item in finding.values}
            named = {line.asked: line for line in lines if line.patient == patient}
            assert set(named) == set(own)
            for asked, line in named.items():
                item = own[asked]
                assert line.verdict is finding.verdict
                assert same_value(line.value, line.unit, item), (identity, patient)
                said["known" if line.value.known else "not known"] += 1
                if identity in DIRECTLY and item.found.fact is not None and item.value is not None:
                    assert line.sources == (item.found.fact.source,)
                    said["read from one fact"] += 1
    assert min(said["known"], said["not known"]) > 200
    assert said["read from one fact"] > 20


def test_the_command_lists_what_is_asked_for(screened: Path, tmp_path: Path) -> None:
    table = run("values", screened, "--criterion", "I04.a.1", "--arm", "SLE", "--limit", 3)
    assert "latest absolute neutrophil count dated within 28 days before screening" in table
    assert "demo-sle-01" in table
    assert "--limit 0 shows all" in table
    made = json.loads(run("values", screened, "--criterion", "I04.d.2", "--arm", "SLE", "--limit", 0, "--json"))
    assert made["patients"] == len({line["patient"] for line in made["values"]})
    known = [line for line in made["values"] if line["low"] is not None]
    assert {line["unit"] for line in known} == {"mL/min"}
    assert all(line["low"] <= line["high"] for line in known if line["high"] is not None)
    out = tmp_path / "values.csv"
    run("values", screened, "--criterion", "I04.d.2", "--arm", "SLE", "--limit", 0, "--csv", out)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["patient"] for row in rows] == [line["patient"] for line in made["values"]]
    assert [row["low"] for row in rows] == ["" if line["low"] is None else str(line["low"]) for line in made["values"]]
    failed = json.loads(run("values", screened, "--criterion", "I04.a.1", "--verdict", "not_met", "--json"))
    assert {line["verdict"] for line in failed["values"]} == {"not_met"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--criterion", "I04"], "I04 compares no value; its parts do: I04.a.1"),
        (["--criterion", "E05"], "E05 compares no value: its rule asks what is on record"),
        (["--criterion", "I99"], "I99 is not judged"),
        (["--criterion", "I01", "--arm", "SL"], "did you mean 'SLE'?"),
        (["--criterion", "I01", "--verdict", "no"], "--verdict no"),
    ],
)
def test_what_cannot_be_listed_is_said(screened: Path, options: list[str], words: str) -> None:
    assert words in " ".join(run("values", screened, *options, code=2).split())


def test_the_manifest_says_where_each_value_stands(screened: Path) -> None:
    about = json.loads((screened / MANIFEST).read_text(encoding="utf-8"))["about"]
    rules = open_trial(TRIAL).criteria.values()
    assert len(about["values"]) == len({node for item in rules for node in item.rule.compared})
    for each in about["values"]:
        assert bool(each["columns"]) is not (each["request"] is not None)
        assert all(place < len(about["columns"]) for place in each["readers"])
    (age,) = (each for each in about["values"] if each["asked"] == "age on screening")
    assert (age["kind"], age["unit"], len(age["columns"])) == ("number", "a", 2)
