"""Patients from files: every layout, and bad input of every kind beside good one."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosepath.interop.fhir import PatientFile, Reading, read_patients
from dosepath.interop.json_text import NotJsonError, parse_bundle
from dosepath.mapping.reader import Remark, RemarkKind
from tests.unit.mapping.short_form import index, resource


def patient(name: str = "p1", **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": name, "birthDate": "1985-04-12", "gender": "female", **more}


def haemoglobin(about: str | None = "Patient/p1", name: str = "o1", value: str = "12.1 g/dL") -> dict[str, Any]:
    made = resource({"loinc": "718-7", "q": value}, 1) | {"id": name}
    return made if about is None else {**made, "subject": {"reference": about}}


def bundle(*resources: Any, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources], **more}


def text(value: Any) -> str:
    return json.dumps(value, default=float, ensure_ascii=False)


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    def write(name: str, content: str | bytes) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        raw = content.encode("utf-8") if isinstance(content, str) else content
        file.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return file

    return write


def read(*paths: Path) -> tuple[list[PatientFile], list[Remark]]:
    reading = read_patients(paths, index())
    return list(reading), reading.problems


def reasons(problems: list[Remark]) -> list[str]:
    return [f"{problem.place}: {problem.reason}" for problem in problems]


def values(found: PatientFile) -> list[str]:
    return [str(fact.value) for fact in found.mapped.record.of("haemoglobin")]


Put = Callable[[str, str | bytes], Path]


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


# Bad files

GOOD = text(bundle(patient("good"), haemoglobin("Patient/good")))
DEEP = "[" * 100_000
BAD: dict[str, tuple[str, str | bytes, str]] = {
    "truncated": ("a.json", GOOD[:-30], "no JSON at line 1, column"),
    "truncated in the middle": ("a.json", text(bundle(patient()))[:60], "no JSON at line 1, column"),
    "nothing but an opening": ("a.json", "{", "no JSON at line 1, column 2"),
    "no comma": ("a.json", '{"resourceType": "Bundle" "entry": []}', "Expecting ',' delimiter"),
    "comma at the end": ("a.json", '{"resourceType": "Bundle",}', "Expecting property name"),
    "something after the end": ("a.json", f"{GOOD} x", "Extra data"),
    "line and column": ("a.json", '{\n "resourceType": "Bundle",\n "entry": [}', "line 3, column 12"),
    "not UTF-8": ("a.json", '{"resourceType": "Bundle", "x": "é"}'.encode("latin-1"), "not UTF-8 (byte 34)"),
    "UTF-16": ("a.json", GOOD.encode("utf-16"), "not UTF-8"),
    "empty": ("a.json", "", "the file is empty"),
    "blank": ("a.json", " \n ", "the file is empty"),
    "empty lines": ("a.ndjson", "\n\n", "the file is empty"),
    "NaN": ("a.json", GOOD.replace("12.1", "NaN"), "NaN is no JSON number"),
    "Infinity": ("a.json", GOOD.replace("12.1", "-Infinity"), "-Infinity is no JSON number"),
    "a list": ("a.json", text([patient()]), "a list; put the resources into a Bundle"),
    "a number": ("a.json", "7", "'resourceType' is missing"),
    "no resource": ("a.json", "{}", "'resourceType' is missing"),
    "wrong type": ("a.json", '{"resourceType": "StructureDefinition"}', "a StructureDefinition holds nothing"),
    "entries are no list": ("a.json", '{"resourceType": "Bundle", "entry": {}}', "its entries are not a list"),
    "entry without resource": ("a.json", text({**bundle(patient()), "entry": [{"fullUrl": "x"}]}), "holds no resource"),
    "entry is no object": ("a.json", text({**bundle(), "entry": [7]}), "holds no resource"),
    "resource is no object": ("a.json", text(bundle(7)), "not a FHIR resource but another JSON value"),
    "resource without a type": ("a.json", text(bundle({"id": "x"})), "'resourceType' is missing"),
    "number of 5000 digits": ("a.json", GOOD.replace("12.1", "9" * 5000), "a number beyond all measure"),
    "exponent beyond all": ("a.json", GOOD.replace("12.1", "1e99999999999999999999"), "a number beyond all measure"),
    "deeply nested": ("a.json", f'{{"resourceType": "Bundle", "x": {DEEP}', "nested too deeply"),
    "a bad line": ("a.ndjson", f"{text(patient())}\n{{\n", "a.ndjson:2: no JSON at line 1"),
    "a list as a line": ("a.ndjson", f"{text(patient())}\n[]\n", "a.ndjson:2: not a FHIR resource"),
    "a line that is not UTF-8": ("a.ndjson", text(patient()).encode() + b"\n\xff\n", "a.ndjson:2: not UTF-8"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_and_the_others_go_on(name: str, put: Put, tmp_path: Path) -> None:
    file, content, reason = BAD[name]
    put(file, content)
    put("good.json", GOOD)
    found, problems = read(tmp_path)
    assert "good" in {each.id for each in found}
    assert any(reason in each and each.startswith("a.") for each in reasons(problems)), problems


@pytest.mark.parametrize("content", [b"not gzip at all", gzip.compress(GOOD.encode())[:-20], b""])
@pytest.mark.parametrize("ending", ["json", "ndjson"])
def test_a_broken_gzip_file(content: bytes, ending: str, put: Put, tmp_path: Path) -> None:
    (tmp_path / f"a.{ending}.gz").write_bytes(content)
    put("good.json", GOOD)
    found, problems = read(tmp_path)
    assert [each.id for each in found] == ["good"]
    assert any("gzip" in each or "empty" in each for each in reasons(problems))


def test_a_damaged_bundle_gives_no_patient_at_all(put: Put) -> None:
    """Half a record could make somebody eligible."""
    found, _ = read(put("a.json", GOOD[:-2]))
    assert found == []


def test_an_empty_folder_and_a_path_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    found, problems = read(tmp_path / "empty", tmp_path / "nowhere.json")
    assert found == []
    assert [problem.reason.partition(";")[0] for problem in problems] == [
        "no FHIR file in this folder",
        "no such file or folder",
    ]


def test_a_file_that_may_not_be_read(put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put("a.json", GOOD)

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    _, problems = read(tmp_path)
    assert reasons(problems) == ["a.json: cannot be read: Permission denied"]


def test_halves_of_characters_do_not_reach_anybody(put: Put) -> None:
    content = text(bundle(patient(), {"resourceType": "Condition", "id": "c\ud800", "code": {"text": "lupus \ud800"}}))
    found, problems = read(put("a.json", json.dumps(json.loads(content.encode("utf-8", "surrogatepass")))))
    for each in (*found[0].mapped.remarks, *problems, *found[0].mapped.record.unclassified):
        str(each).encode("utf-8")


def test_a_byte_order_mark_is_no_problem(put: Put) -> None:
    found, problems = read(put("a.json", b"\xef\xbb\xbf" + GOOD.encode()))
    assert len(found) == 1
    assert problems == []


@settings(max_examples=300)
@given(st.data())
def test_damaged_files_never_raise(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    raw = bytearray(GOOD.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=3))
    file = tmp_path_factory.mktemp("damaged") / "a.json"
    file.write_bytes(bytes(raw))
    found, problems = read(file)
    assert found or problems


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["entry", "a", "", "resourceType"]) | st.text(), inner)
    ),
)


@given(json_values, st.sampled_from([None, 0, 2]))
def test_taking_a_document_apart_gives_the_whole(document: Any, indent: int | None) -> None:
    entries: list[Any] = []
    rest = parse_bundle(json.dumps(document, indent=indent), lambda number, entry: entries.append((number, entry)))
    if isinstance(document, dict) and isinstance(document.get("entry"), list):
        assert entries == list(enumerate(document["entry"], start=1))
        assert rest == {**document, "entry": []}
    else:
        assert rest == document
        assert entries == []


@given(st.text(alphabet='{}[]",:1 \nabtrue', max_size=30))
def test_taking_apart_refuses_what_json_refuses(written: str) -> None:
    try:
        whole, valid = json.loads(written), True
    except ValueError:
        whole, valid = None, False
    try:
        parse_bundle(written, lambda *_: None)
        assert valid, whole
    except NotJsonError:
        assert not valid


def test_problems_are_complete_after_iterating(put: Put, tmp_path: Path) -> None:
    put("a.json", GOOD)
    put("b.json", "{")
    reading = read_patients([tmp_path], index())
    assert isinstance(reading, Reading)
    assert reading.problems == []
    list(reading)
    assert len(reading.problems) == 1
