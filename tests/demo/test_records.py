"""Single records: marked as invented, free of what they are meant to show, in codes and numbers that can be trusted."""

import csv
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dosepath.demo import Cohort, make_cohort, write_cohort
from dosepath.demo.jsontext import to_json

TAG = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}
# Codes that the reference material gives in words and not in its list: RULINGS.md 11 and screening/README.md.
CITED = {
    ("http://snomed.info/sct", "10828004"),
    ("http://snomed.info/sct", "260385009"),
    ("http://snomed.info/sct", "82334004"),
    ("http://snomed.info/sct", "415070008"),
    ("http://loinc.org", "85354-9"),
}
LISTED_AS = {
    "http://loinc.org": "LOINC",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://www.whocc.no/atc": "ATC",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
}


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return make_cohort(seed=1, patients=150)


def resources(cohort: Cohort) -> Iterator[dict[str, Any]]:
    for one in cohort.patients:
        yield one.bundle
        for entry in one.bundle["entry"]:
            yield entry["resource"]


def codings(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "system" in value and "code" in value:
            yield value
        for item in value.values():
            yield from codings(item)
    elif isinstance(value, list):
        for item in value:
            yield from codings(item)


def test_every_resource_is_tagged_as_test_data(cohort: Cohort) -> None:
    assert all(one["meta"]["tag"] == [TAG] for one in resources(cohort))


def test_every_person_is_named_synthetic(cohort: Cohort) -> None:
    people = [one for one in resources(cohort) if one["resourceType"] == "Patient"]
    assert len(people) == 150
    for one in people:
        assert one["name"][0]["family"].startswith("Synthetic-")
        assert one["identifier"] == [{"system": "https://dosepath.org/demo", "value": one["id"]}]
    assert any(not one["name"][0]["family"].isascii() for one in people)
    assert any("\u4e00" <= one["name"][0]["given"][0][0] <= "\u9fff" for one in people)


def test_ids_are_those_that_fhir_allows_and_never_stand_twice(cohort: Cohort) -> None:
    for one in cohort.patients:
        ids = [(entry["resource"]["resourceType"], entry["resource"]["id"]) for entry in one.bundle["entry"]]
        assert len(ids) == len(set(ids))
        for kind, name in ids:
            assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", name)
            assert name.startswith(one.id)
            assert f"https://dosepath.org/fhir/{kind}/{name}" in {entry["fullUrl"] for entry in one.bundle["entry"]}


def test_references_lead_to_the_person(cohort: Cohort) -> None:
    for one in cohort.patients:
        for entry in one.bundle["entry"]:
            found = entry["resource"]
            if found["resourceType"] != "Patient":
                assert (found.get("subject") or found["patient"]) == {"reference": f"Patient/{one.id}"}


def test_the_record_does_not_tell_what_it_is_meant_to_show(cohort: Cohort) -> None:
    for one in cohort.patients:
        text = to_json(one.bundle)
        assert "eligible" not in text
        assert "undecided" not in text
        # A single word, such as "lactating", is also what a chart calls the thing.
        labels = [variation.label for variation in one.variations if " " in variation.label]
        assert not [label for label in labels if label in text]


def test_decimals_are_written_as_meant(cohort: Cohort, tmp_path: Path) -> None:
    write_cohort(cohort, tmp_path)
    for one in cohort.patients:
        text = (tmp_path / f"{one.id}.json").read_text(encoding="utf-8")
        assert json.loads(text, parse_float=Decimal) == one.bundle
        assert not re.search(r"\d\.\d{6}|\d[eE][+-]?\d", re.sub(r'"[^"]*"', "", text))
    with pytest.raises(TypeError, match="float has no exact form"):
        to_json({"value": 0.1})


def test_units_are_mixed_across_the_cohort(cohort: Cohort) -> None:
    units = {one["code"] for bundle in resources(cohort) for one in codings(bundle) if "unit" in one}
    assert units >= {
        "10*9/L", "10*3/uL", "/uL", "g/L", "g/dL", "mg/dL", "umol/L", "kg", "[lb_av]", "g/(24.h)", "mg/(24.h)",
    }  # fmt: skip


def test_all_kinds_of_resource_occur(cohort: Cohort) -> None:
    assert {one["resourceType"] for one in resources(cohort)} == {
        "Bundle", "Patient", "Observation", "Condition", "MedicationStatement", "MedicationRequest",
        "MedicationAdministration", "AllergyIntolerance", "Procedure", "Immunization", "FamilyMemberHistory",
        "QuestionnaireResponse",
    }  # fmt: skip


def test_only_verified_codes_are_used(cohort: Cohort, shared_reference: Path) -> None:
    with (shared_reference / "reference" / "code_lists.csv").open(encoding="utf-8", newline="") as file:
        verified = {(row["system"], row["code"]) for row in csv.DictReader(file) if row["status"] == "verified"}
    used = {(one["system"], one["code"]) for bundle in resources(cohort) for one in codings(bundle)}
    listed = {(system, code) for system, code in used if system in LISTED_AS or "snomed" in system}
    unknown = {(system, code) for system, code in listed - CITED if (LISTED_AS.get(system), code) not in verified}
    assert not unknown


def test_measures_without_a_code_are_concepts_of_the_project(cohort: Cohort, shared_reference: Path) -> None:
    text = (shared_reference / "reference" / "screening" / "README.md").read_text(encoding="utf-8")
    project = "https://dosepath.org/fhir/CodeSystem/concept"
    found = {
        one["code"]["coding"][0]["code"]
        for one in resources(cohort)
        if one["resourceType"] == "Observation" and one["code"]["coding"][0]["system"] == project
    }
    forms = (one for one in resources(cohort) if one["resourceType"] == "QuestionnaireResponse")
    found |= {item["linkId"] for form in forms for item in form["item"]}
    assert not [name for name in found if not re.search(rf"\b{name}\b", text)]
