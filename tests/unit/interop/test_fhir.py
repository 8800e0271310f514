"""Patients from files of every layout."""

from pathlib import Path

import pytest

from dosepath.interop.fhir import read_patients
from dosepath.mapping.reader import RemarkKind
from tests.unit.interop.files import Put, bundle, haemoglobin, patient, read, reasons, text, values
from tests.unit.mapping.short_form import index, resource

# Layouts


@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "A.JSON"])
def test_a_bundle(name: str, put: Put) -> None:
    found, problems = read(put(name, text(bundle(patient(), haemoglobin()))))
    assert [each.id for each in found] == ["p1"]
    assert [fact.concept for fact in found[0].mapped.record.facts] == ["birth_date", "sex", "haemoglobin"]
    assert values(found[0]) == ["121 g/L"]
    assert found[0].files == (name,)
    assert found[0].mapped.record.id == "p1"
    assert problems == []


def test_places_name_file_and_entry(put: Put) -> None:
    wrong = haemoglobin(value="12 U/L")
    found, _ = read(put("a.json", text(bundle(patient(), wrong))))
    (remark,) = found[0].mapped.remarks
    assert (remark.place, remark.resource) == ("a.json entry 2", "Observation/o1")


@pytest.mark.parametrize("ending", [".ndjson", ".ndjson.gz", ".jsonl"])
def test_a_bulk_export_is_grouped_by_patient(ending: str, put: Put, tmp_path: Path) -> None:
    put(
        f"out/Observation{ending}",
        "\n".join([text(haemoglobin()), "", text(haemoglobin("Patient/p2", "o2", "13 g/dL"))]),
    )
    put(f"out/Patient{ending}", f"{text(patient())}\n{text(patient('p2'))}\n")
    found, problems = read(tmp_path)
    assert {each.id: values(each) for each in found} == {"p1": ["121 g/L"], "p2": ["130 g/L"]}
    assert found[0].files == (f"out/Observation{ending}", f"out/Patient{ending}")
    assert [fact.source for fact in found[1].mapped.record.of("haemoglobin")] == ["Observation/o2"]
    assert problems == []


def test_single_resources_of_a_folder_belong_together(put: Put, tmp_path: Path) -> None:
    put("one/Patient.json", text(patient()))
    put("one/Observation.json", text(haemoglobin()))
    put("two/Patient.json", text(patient("p2")))
    put("two/bundle.json", text(bundle(patient("p3"), haemoglobin("Patient/p3"))))
    found, problems = read(tmp_path)
    assert {each.id: values(each) for each in found} == {"p1": ["121 g/L"], "p2": [], "p3": ["121 g/L"]}
    assert problems == []


def test_a_bundle_as_a_line_and_a_bundle_in_a_bundle(put: Put) -> None:
    file = put("a.ndjson", f"{text(bundle(patient(), haemoglobin()))}\n{text(bundle(bundle(patient('p2'))))}\n")
    found, problems = read(file)
    assert {each.id: values(each) for each in found} == {"p1": ["121 g/L"], "p2": []}
    assert problems == []


@pytest.mark.parametrize(
    ("url", "reference"),
    [
        ("urn:uuid:0b1f", "urn:uuid:0b1f"),
        ("https://a.example/fhir/Patient/p1", "https://a.example/fhir/Patient/p1"),
        ("https://a.example/fhir/Patient/p1", "Patient/p1"),
        ("https://a.example/fhir/Patient/p1", "https://a.example/fhir/Patient/p1/_history/4"),
        ("", "Patient/p1"),
    ],
)
def test_references(url: str, reference: str, put: Put) -> None:
    content = bundle(patient(), haemoglobin(reference), patient("p2"))
    content["entry"][0]["fullUrl"] = url
    found, problems = read(put("a.json", text(content)))
    assert {each.id: values(each) for each in found} == {"p1": ["121 g/L"], "p2": []}
    assert problems == []


def test_resources_without_ids_are_named_by_their_address(put: Put) -> None:
    content = bundle(*({k: v for k, v in r.items() if k != "id"} for r in (patient(), haemoglobin("urn:uuid:11"))))
    content["entry"][0]["fullUrl"] = "urn:uuid:11"
    content["entry"][1]["fullUrl"] = "urn:uuid:22"
    found, _ = read(put("a.json", text(content)))
    assert found[0].id == "11"
    assert [fact.source for fact in found[0].mapped.record.of("haemoglobin")] == ["Observation/22"]


def test_two_hospitals_may_use_one_id(put: Put) -> None:
    one, two = "https://one.example/fhir", "https://two.example/fhir"
    content = bundle(patient(), haemoglobin(), patient(birthDate="1960"), haemoglobin(value="9 g/dL"))
    for entry, base in zip(content["entry"], (one, one, two, two), strict=True):
        entry["fullUrl"] = f"{base}/{entry['resource']['resourceType']}/{entry['resource']['id']}"
    found, problems = read(put("a.json", text(content)))
    assert [(each.id, values(each)) for each in found] == [("p1", ["121 g/L"]), ("p1@a.json", ["90 g/L"])]
    assert "patient id also in a.json" in reasons(problems)[0]


def test_medications_come_with_those_that_refer_to_them(put: Put) -> None:
    taken = resource({"type": "MedicationStatement", "medicationReference": {"reference": "Medication/m"}}, 1)
    drug = {"resourceType": "Medication", "id": "m", "code": {"text": "prednisone"}}
    content = bundle(drug, patient(), {**taken, "subject": {"reference": "Patient/p1"}}, patient("p2"))
    found, problems = read(put("a.json", text(content)))
    assert [fact.concept for fact in found[0].mapped.record.facts][-1] == "prednisone"
    assert len(found[1].mapped.record.facts) == 2
    assert problems == []


def test_progress_counts_files(put: Put, tmp_path: Path) -> None:
    for name in ("a.json", "b.json", "c.ndjson"):
        put(name, text(bundle(patient(name))))
    seen: list[tuple[int, int]] = []
    found = list(read_patients([tmp_path], index(), lambda done, total: seen.append((done, total))))
    assert len(found) == 3
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_file_named_twice_is_read_once(put: Put, tmp_path: Path) -> None:
    file = put("a.json", text(bundle(patient())))
    found, problems = read(tmp_path, file)
    assert len(found) == 1
    assert problems == []


def test_companions_are_no_problem_other_endings_are(put: Put, tmp_path: Path) -> None:
    for name in ("anchors.yaml", "labels.yaml", "README.md", "readme.txt", ".hidden", "notes.txt", "scan.xml"):
        put(name, "x")
    put("a.json", text(bundle(patient())))
    found, problems = read(tmp_path)
    assert len(found) == 1
    assert reasons(problems) == [
        f"{name}: ending not known; .json, .json.gz, .ndjson, .ndjson.gz, .jsonl, .jsonl.gz are read"
        for name in ("notes.txt", "scan.xml")
    ]


def test_decimals_keep_their_digits(put: Put) -> None:
    content = text(bundle(patient(), haemoglobin())).replace("12.1", "12.10000000000000000001")
    found, _ = read(put("a.json", content))
    assert values(found[0]) == ["121.0000000000000000001 g/L"]


# Who is who


def test_two_patients_in_one_bundle(put: Put) -> None:
    content = bundle(patient(), patient("p2"), haemoglobin(), haemoglobin("Patient/p2", "o2"), haemoglobin(None, "o3"))
    found, problems = read(put("a.json", text(content)))
    assert {each.id: len(values(each)) for each in found} == {"p1": 1, "p2": 1}
    assert reasons(problems) == ["a.json entry 5: 1 resource without a subject; it is Observation/o3"]


def test_a_resource_without_subject_is_that_of_the_only_patient(put: Put) -> None:
    found, problems = read(put("a.json", text(bundle(patient(), haemoglobin(None)))))
    assert values(found[0]) == ["121 g/L"]
    assert reasons(problems) == ["a.json entry 2: names no patient; taken for the only one of the bundle"]


def test_resources_of_nobody_are_listed(put: Put) -> None:
    content = bundle(patient(), haemoglobin("Patient/other", "o1"), haemoglobin("Patient/other", "o2"))
    found, problems = read(put("a.json", text(content)))
    assert values(found[0]) == []
    assert [(problem.place, problem.resource, problem.count) for problem in problems] == [
        ("a.json entry 2", "Patient/other", 2)
    ]


def test_a_bundle_without_a_patient(put: Put) -> None:
    found, problems = read(put("a.json", text(bundle(haemoglobin()))))
    assert found == []
    assert "no Patient in this bundle" in reasons(problems)[-1]


def test_the_same_patient_id_in_two_files_is_not_merged(put: Put, tmp_path: Path) -> None:
    for name in ("a.json", "b.json", "sub/b.json"):
        put(name, text(bundle(patient(), haemoglobin())))
    found, problems = read(tmp_path)
    assert [each.id for each in found] == ["p1", "p1@b.json", "p1@sub/b.json"]
    assert [each.mapped.record.id for each in found] == ["p1", "p1@b.json", "p1@sub/b.json"]
    assert "patient id also in a.json" in reasons(problems)[0]


def test_duplicate_ids(put: Put) -> None:
    content = bundle(patient(), haemoglobin(), haemoglobin(), haemoglobin(value="13 g/dL"))
    found, _ = read(put("a.json", text(content)))
    assert values(found[0]) == ["121 g/L", "130 g/L"]
    assert [(remark.place, remark.kind) for remark in found[0].mapped.remarks] == [
        ("a.json entry 3", RemarkKind.IGNORED),
        ("a.json entry 4", RemarkKind.DOUBTFUL),
    ]


def test_a_child_and_a_dead_person_are_read_like_anybody(put: Put) -> None:
    content = bundle(patient(birthDate="2015-01-01"), patient("p2", deceasedDateTime="2026-01-01"))
    found, problems = read(put("a.json", text(content)))
    assert [[fact.concept for fact in each.mapped.record.facts][2:] for each in found] == [[], ["death"]]
    assert problems == []


def test_one_page_of_several(put: Put) -> None:
    found, problems = read(put("a.json", text(bundle(patient(), link=[{"relation": "next", "url": "x"}]))))
    assert len(found) == 1
    assert "next pages are not in this file" in reasons(problems)[0]


def test_a_history(put: Put) -> None:
    _, problems = read(put("a.json", text(bundle(patient(), type="history"))))
    assert "earlier versions of a resource count" in reasons(problems)[0]


def test_types_that_nobody_reads_are_counted_once_for_all_files(put: Put, tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        put(name, text(bundle(patient(name), {"resourceType": "Encounter"}, {"resourceType": "Encounter"})))
    _, problems = read(tmp_path)
    assert [(problem.place, problem.count, problem.kind) for problem in problems] == [
        ("a.json entry 2", 4, RemarkKind.UNREAD)
    ]
