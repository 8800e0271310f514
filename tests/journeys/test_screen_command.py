"""The command `screen` on the demonstration cohort and on damaged input, as a coordinator meets it."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from dosepath.cli.main import app
from dosepath.demo.cohort import make_cohort, write_cohort

TRIAL = ["--trial", "NCT06680388"]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_cohort(make_cohort(1), folder)
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def patient(**changes: Any) -> dict[str, Any]:
    person = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1985-04-12", **changes}
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": person}]}


def count(unit: str = "10*9/L", day: str = "2026-05-29", **changes: Any) -> dict[str, Any]:
    quantity = {"value": 2.1, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    return {
        "resourceType": "Observation",
        "id": "anc1",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "751-8"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": day,
        "valueQuantity": quantity,
        **changes,
    }


def with_entries(*resources: dict[str, Any], **changes: Any) -> dict[str, Any]:
    bundle = patient(**changes)
    bundle["entry"] += [{"resource": resource} for resource in resources]
    return bundle


def screened(tmp_path: Path, bundle: dict[str, Any], *more: str) -> tuple[Result, dict[str, Any]]:
    (tmp_path / "p1.json").write_text(json.dumps(bundle), encoding="utf-8")
    out = tmp_path / "out" / "report.json"
    result = run("screen", tmp_path / "p1.json", *TRIAL, "--arm", "SLE", "--on", "2026-06-01", "--json", out, *more)
    return result, json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}


def criterion(document: dict[str, Any], identity: str, gate: str = "screening") -> dict[str, Any]:
    found: dict[str, Any] = document["reports"][0]["gates"][gate]["criteria"][identity]
    return found


# The demonstration cohort -------------------------------------------------------------------------------------------


def test_worklist_agrees_with_what_the_cohort_was_made_for(cohort: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.json"
    result = run("screen", cohort, *TRIAL, "--anchors", cohort / "anchors.yaml", "--json", out)
    assert result.exit_code == 0, result.output
    assert "25 eligible, 25 undecided, 25 not eligible" in result.output
    intended = yaml.safe_load((cohort / "labels.yaml").read_text(encoding="utf-8"))["patients"]
    found = {
        report["patient"]: report["gates"]["screening"]["overall"]
        for report in json.loads(out.read_text(encoding="utf-8"))["reports"]
    }
    assert found == {name: label["overall"] for name, label in intended.items()}


def test_sheet_shows_value_date_source_quote_and_what_is_missing(cohort: Path) -> None:
    anchors = ("--anchors", cohort / "anchors.yaml")
    result = run("screen", cohort, *TRIAL, *anchors, "--patient", "demo-sle-06")
    assert result.exit_code == 0
    for words in ("I04.a.1", "Observation/demo-sle-06-anc", "page line 66", "needed: sledai_2k_total", "least effort"):
        assert words in result.output
    assert "sha256:" in result.output


def test_csv_holds_the_worklist(cohort: Path, tmp_path: Path) -> None:
    out = tmp_path / "list.csv"
    run("screen", cohort, *TRIAL, "--anchors", cohort / "anchors.yaml", "--csv", out)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("patient,arm,disease_on_record,on,gate,overall,met,not_met,unknown")
    assert len(lines) == 76


def test_same_input_gives_the_same_document(cohort: Path, tmp_path: Path) -> None:
    for name in ("one.json", "two.json"):
        run("screen", cohort, *TRIAL, "--anchors", cohort / "anchors.yaml", "--json", tmp_path / name)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_unknown_patient_is_said(cohort: Path) -> None:
    result = run("screen", cohort, *TRIAL, "--patient", "nobody")
    assert result.exit_code == 2
    assert "no patient 'nobody'" in result.output


# Options -----------------------------------------------------------------------------------------------------------


def test_reading_setting_and_complete_tables_reach_the_verdict(tmp_path: Path) -> None:
    day = {"effectiveDateTime": "2026-05-30"}
    iga = count("g/L", **day) | {
        "id": "iga1",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2458-8"}]},
        "referenceRange": [{"low": {"value": 3, "unit": "g/L"}}],
    }
    bundle = with_entries(iga, count(day="2026-04-20"))
    _, plain = screened(tmp_path, bundle)
    assert criterion(plain, "E03")["verdict"] == "met"
    assert criterion(plain, "I04.a.1")["verdict"] == "unknown"
    assert criterion(plain, "E11")["verdict"] == "unknown"
    _, other = screened(
        tmp_path, bundle, "--reading", "E03=igg", "--set", "screening_window_days=60", "--source-complete", "all"
    )
    assert criterion(other, "E03")["verdict"] == "unknown"
    assert criterion(other, "I04.a.1")["verdict"] == "met"
    assert criterion(other, "E11")["verdict"] == "not_met"
    assert other["readings"]["E03"] == "igg"


def test_recheck_before_lymphodepletion_judges_again(tmp_path: Path) -> None:
    bundle = with_entries(count(), count(day="2026-07-08") | {"id": "anc2", "valueQuantity": {
        "value": 0.4, "unit": "10*9/L", "system": "http://unitsofmeasure.org", "code": "10*9/L"}})  # fmt: skip
    gate = ("--gate", "lymphodepletion", "--on", "2026-07-10", "--anchor", "screening=2026-06-01")
    dates = (*gate, "--anchor", "lymphodepletion=2026-07-10")
    (tmp_path / "p1.json").write_text(json.dumps(bundle), encoding="utf-8")
    verdicts = []
    for more in ((), ("--set", "recheck_before_lymphodepletion=I04.a")):
        out = tmp_path / "gate.json"
        run("screen", tmp_path / "p1.json", *TRIAL, "--arm", "SLE", *dates, "--json", out, *more)
        document = json.loads(out.read_text(encoding="utf-8"))
        verdicts.append(criterion(document, "I04.a.1", "lymphodepletion")["verdict"])
    assert verdicts == ["met", "not_met"]


def test_infusion_gate_says_that_the_page_defines_no_criteria(tmp_path: Path) -> None:
    _, document = screened(tmp_path, patient(), "--gate", "infusion")
    gate = document["reports"][0]["gates"]["infusion"]
    assert gate["note"] == "the protocol defines no criteria for this gate"
    assert gate["overall"] == "undecided"
    assert [check["id"] for check in gate["checks"]] == ["product_release", "dose_confirmed"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--reading", "E03=ig"], "did you mean 'igg'"),
        (["--reading", "E99=any"], "no reading 'E99'"),
        (["--set", "screening_window=3"], "did you mean 'screening_window_days'"),
        (["--set", "screening_window_days=many"], "a number is expected"),
        (["--set", "recheck_before_lymphodepletion=I99"], "no criterion 'I99'"),
        (["--anchor", "screening=soon"], "is no date"),
        (["--anchor", "screning=2026-06-01"], "did you mean 'screening'"),
        (["--on", "2026-02-30"], "is not in the calendar"),
        (["--gate", "screen"], "did you mean 'screening'"),
        (["--arm", "SLEE"], "did you mean 'SLE'"),
        (["--source-complete", "medication"], "did you mean 'medications'"),
        (["--anchors", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_wrong_option_says_the_way_out(cohort: Path, options: list[str], words: str) -> None:
    result = run("screen", cohort, *TRIAL, *options)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output


def test_unknown_trial_says_which_are_shipped(cohort: Path) -> None:
    result = run("screen", cohort, "--trial", "NCT06680389")
    assert result.exit_code == 2
    assert "did you mean 'NCT06680388'" in result.output


# Bad input ----------------------------------------------------------------------------------------------------------


def beside(tmp_path: Path, name: str, content: bytes) -> Result:
    """Screen a folder that holds one good patient and one bad file."""
    (tmp_path / "good.json").write_text(json.dumps(patient(id="good")), encoding="utf-8")
    (tmp_path / name).write_bytes(content)
    return run("screen", tmp_path, *TRIAL, "--arm", "SLE", "--on", "2026-06-01", "--problems")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("cut.json", json.dumps(patient()).encode()[:60], "line 1"),
        ("list.json", b"[1, 2]", "a list"),
        ("other.json", b'{"resourceType": "Basic", "id": "x"}', "Basic"),
        ("none.json", b'{"id": "x"}', "'resourceType' is missing"),
        ("latin.json", '{"resourceType": "Patient", "id": "Zoë"}'.encode("latin-1"), "UTF-8"),
        ("nan.json", b'{"resourceType": "Observation", "valueQuantity": {"value": NaN}}', "NaN"),
        ("empty.json", b"", "empty"),
        ("broken.json.gz", gzip.compress(b"{}")[:10], "gz"),
        ("notes.txt", b"hello", "notes.txt"),
    ],
)
def test_bad_file_is_listed_and_the_others_go_on(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    result = beside(tmp_path, name, content)
    assert "good" in result.output
    assert name in result.output
    assert words in result.output
    assert "Traceback" not in result.output
    assert result.exit_code == 1


def test_empty_folder_is_said(tmp_path: Path) -> None:
    result = run("screen", tmp_path, *TRIAL)
    assert result.exit_code == 1
    assert "no patient was read" in result.output


def test_missing_path_is_said(tmp_path: Path) -> None:
    result = run("screen", tmp_path / "nothing", *TRIAL, "--problems")
    assert result.exit_code == 1
    assert "nothing" in result.output


def test_unit_of_another_dimension_is_unknown_with_its_reason(tmp_path: Path) -> None:
    result, document = screened(tmp_path, with_entries(count("mg/dL")), "--problems")
    found = criterion(document, "I04.a.1")
    assert found["verdict"] == "unknown"
    assert "mg/dL" in found["evidence"]["missing"][0]["reason"]
    assert "mg/dL" in result.output


def test_impossible_date_is_reported_and_not_used(tmp_path: Path) -> None:
    result, document = screened(tmp_path, with_entries(count(day="2026-02-30")), "--problems")
    assert criterion(document, "I04.a.1")["verdict"] == "unknown"
    assert "2026-02-30" in result.output


def test_result_of_the_future_does_not_exist_yet(tmp_path: Path) -> None:
    _, document = screened(tmp_path, with_entries(count(day="2026-06-02")))
    assert criterion(document, "I04.a.1")["verdict"] == "unknown"


def test_duplicate_ids_are_reported(tmp_path: Path) -> None:
    result, document = screened(tmp_path, with_entries(count(), count(day="2026-05-30")), "--problems")
    assert criterion(document, "I04.a.1")["verdict"] == "met"
    assert "the same id" in result.output


def test_two_patients_in_one_bundle_are_two_rows(tmp_path: Path) -> None:
    bundle = with_entries({"resourceType": "Patient", "id": "p2", "gender": "male", "birthDate": "1990"}, count())
    _, document = screened(tmp_path, bundle)
    assert [report["patient"] for report in document["reports"]] == ["p1", "p2"]
    verdicts = [report["gates"]["screening"]["criteria"]["I04.a.1"]["verdict"] for report in document["reports"]]
    assert verdicts == ["met", "unknown"]


def test_child_is_not_eligible(tmp_path: Path) -> None:
    _, document = screened(tmp_path, patient(birthDate="2010-01-01"))
    assert criterion(document, "I01")["verdict"] == "not_met"
    assert document["reports"][0]["gates"]["screening"]["overall"] == "not_eligible"


def test_dead_patient_passes_no_gate(tmp_path: Path) -> None:
    _, document = screened(tmp_path, patient(deceasedDateTime="2026-01-01"))
    report = document["reports"][0]
    assert report["gates"]["screening"]["overall"] == "not_eligible"
    assert "the record says that the patient has died" in report["alerts"]


def test_anchors_file_with_a_wrong_key_is_said(cohort: Path, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.yaml"
    anchors.write_text("patients: {demo-sle-01: {screned: 2026-06-01}}", encoding="utf-8")
    result = run("screen", cohort, *TRIAL, "--anchors", anchors)
    assert result.exit_code == 2
    assert "did you mean 'screening'" in result.output


def test_anchors_as_csv(cohort: Path, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.csv"
    anchors.write_text(
        "patient,arm,consent,screening,sources_complete\n"
        "demo-sle-01,SLE,2026-05-29,2026-06-01,conditions;procedures;medications;immunizations;allergies;family_history\n",
        encoding="utf-8",
    )
    result = run("screen", cohort / "demo-sle-01.json", *TRIAL, "--anchors", anchors)
    assert "1 eligible" in result.output
