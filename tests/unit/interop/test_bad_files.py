"""Bad input of every kind: each is named, and the others go on."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosepath.interop.fhir import Reading, read_patients
from dosepath.interop.json_text import NotJsonError, parse_bundle
from tests.unit.interop.files import Put, bundle, haemoglobin, patient, read, reasons, text
from tests.unit.mapping.short_form import index

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
