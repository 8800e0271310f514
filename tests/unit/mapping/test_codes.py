"""Every code, name and hint of the shipped concepts is read as the case file says, and none stands outside it."""

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml

from dosepath.trial.library import open_trial
from tests.conftest import ROOT
from tests.unit.mapping.code_files import concepts_of, may_be_of

CASES: dict[str, Any] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "mapping" / "codes.yaml").read_text(encoding="utf-8")
)
CONCEPTS = open_trial("NCT06680388").file.concepts
SYSTEM_NAMES = {"LOINC": "loinc", "ICD-10-CM": "icd10cm", "RxNorm": "rxnorm", "ATC": "atc"}


@pytest.mark.parametrize("system", ["loinc", "icd10cm", "rxnorm", "atc", "snomed"])
def test_each_code_is_read_as_its_concepts(system: str) -> None:
    cases = [case for case in CASES["codes"] if case["system"] == system]
    found = {case["code"]: sorted(concepts_of(system, case["code"], case.get("table", ""))) for case in cases}
    assert found == {case["code"]: case["concepts"] for case in cases}


def test_each_name_is_read_as_its_concepts() -> None:
    found = [(case["text"], sorted(concepts_of("", case["text"], case["table"]))) for case in CASES["names"]]
    assert found == [(case["text"], case["concepts"]) for case in CASES["names"]]


def test_each_hint_makes_a_record_one_that_may_be_its_concepts() -> None:
    found = [(case["text"], sorted(may_be_of(case["text"], case["table"]))) for case in CASES["hints"]]
    assert found == [(case["text"], case["may_be"]) for case in CASES["hints"]]


def test_no_code_of_the_protocol_is_without_a_case() -> None:
    shipped = {
        (system, code)
        for concept in CONCEPTS.values()
        for system, codes in concept.codes.model_dump().items()
        for code in codes
    }
    assert shipped == {(case["system"], case["code"]) for case in CASES["codes"]}


def test_only_verified_codes_of_the_reference_ship(shared_reference: Path) -> None:
    with (shared_reference / "reference" / "code_lists.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    doubtful = {
        (SYSTEM_NAMES[row["system"]], row["code"])
        for row in rows
        if "memory" in row["status"] and row["system"] in SYSTEM_NAMES
    }
    verified = {
        (SYSTEM_NAMES[row["system"]], row["code"])
        for row in rows
        if row["status"] == "verified" and row["system"] in SYSTEM_NAMES
    }
    shipped = {(case["system"], case["code"]) for case in CASES["codes"]}
    assert not shipped & (doubtful - verified)
    assert {code for code in shipped if code[0] in ("loinc", "rxnorm")} <= verified | {
        ("loinc", "8480-6"),
        ("loinc", "8462-4"),
    }


def test_members_of_groups_are_those_of_the_case_file() -> None:
    groups = {name: list(concept.members) for name, concept in CONCEPTS.items() if concept.members}
    assert groups == CASES["groups"]


def test_units_and_tables_of_concepts_are_those_of_the_case_file() -> None:
    found = {
        name: " ".join([concept.kind.value, concept.unit, *(table.value for table in concept.tables)]).strip()
        for name, concept in CONCEPTS.items()
    }
    assert found == CASES["kinds"]


@pytest.mark.parametrize("case", CASES["below"], ids=lambda case: f"{case['system']} {case['code']}")
def test_prefixes_reach_as_far_as_the_case_says(case: dict[str, Any]) -> None:
    assert sorted(concepts_of(case["system"], case["code"], case.get("table", ""))) == case["concepts"]
