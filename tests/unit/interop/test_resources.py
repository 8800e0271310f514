"""A resource is found by the name that facts carry, and written with its digits as they came."""

import json
from pathlib import Path
from typing import Any

import pytest

from dosepath.interop.fhir import read_patients
from dosepath.interop.resources import find_resource, lines_of
from dosepath.mapping.reader import ConceptIndex
from dosepath.trial.library import open_trial

PERSON = {"resourceType": "Patient", "id": "p1", "gender": "female"}
INR = (
    '{"resourceType": "Observation", "id": "x1", "subject": {"reference": "Patient/p1"}, '
    '"valueQuantity": {"value": 1.70}}'
)


def write(folder: Path, kind: str) -> None:
    if kind == "bundle":
        entries = f'{{"resource": {json.dumps(PERSON)}}}, {{"resource": {INR}}}'
        (folder / "a.json").write_text(f'{{"resourceType": "Bundle", "entry": [{entries}]}}', encoding="utf-8")
    elif kind == "lines":
        (folder / "a.ndjson").write_text(f"{json.dumps(PERSON)}\n{INR}\n", encoding="utf-8")
    else:
        (folder / "p.json").write_text(json.dumps(PERSON), encoding="utf-8")
        (folder / "x.json").write_text(INR, encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "place"), [("bundle", "a.json entry 2"), ("lines", "a.ndjson:2"), ("single", "x.json")]
)
def test_it_is_found_in_every_kind_of_file_with_its_digits(kind: str, place: str, tmp_path: Path) -> None:
    write(tmp_path, kind)
    (patient,) = read_patients([tmp_path], ConceptIndex(open_trial("NCT06680388").file.concepts))
    (found,) = find_resource([tmp_path], patient.files, "Observation/x1")
    assert found.place == place
    lines = lines_of(found.resource)
    assert '    "value": 1.70' in [line.text for line in lines]
    assert [line.text for line in lines if line.used] == ['  "valueQuantity": {', '    "value": 1.70', "  }"]
    assert find_resource([tmp_path], patient.files, "Observation/x2") == ()
    assert find_resource([tmp_path], ["other.json"], "Observation/x1") == ()


def test_two_of_one_name_are_both_given_and_the_same_once(tmp_path: Path) -> None:
    other = INR.replace("1.70", "2")
    (tmp_path / "a.ndjson").write_text(f"{INR}\n{INR}\n{other}\n", encoding="utf-8")
    assert len(find_resource([tmp_path], ["a.ndjson"], "Observation/x1")) == 2


def test_a_damaged_file_gives_what_was_read_before(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text(f"{INR}\nx1 not JSON\n", encoding="utf-8")
    assert len(find_resource([tmp_path], ["a.ndjson"], "Observation/x1")) == 1


@pytest.mark.parametrize(
    "damaged", ["no JSON", '{"resourceType": "Bundle", "entry": 5}', '{"resourceType": "Bundle", "entry": {"a": 1}}']
)
def test_a_damaged_line_does_not_hide_those_below(damaged: str, tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text(f"{damaged}\n{INR}\n", encoding="utf-8")
    (found,) = find_resource([tmp_path], ["a.ndjson"], "Observation/x1")
    assert found.place == "a.ndjson:2"


def test_of_a_form_only_the_item_is_marked() -> None:
    items = [{"linkId": name, "answer": [{"valueBoolean": True}]} for name in ("a", "b")]
    lines = lines_of({"resourceType": "QuestionnaireResponse", "item": items}, "b")
    assert [line.text.strip() for line in lines if line.used][1] == '"linkId": "b",'


def test_empty_lists_and_odd_texts_are_written_as_json() -> None:
    document: dict[str, Any] = {"a": [], "b": {}, "c": 'quote " and <b>', "d": None, "e": [1, {"f": False}]}
    written = "\n".join(line.text for line in lines_of(document))
    assert json.loads(written) == document
