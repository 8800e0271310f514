"""What `screen` prints and writes: the worklist, the sheet, JSON and CSV, for patients that fit and that do not."""

import csv
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from dosepath.cli.main import app
from dosepath.core.facts import Evidence
from dosepath.demo.cohort import make_cohort, write_cohort
from dosepath.eligibility.gaps import orders
from dosepath.eligibility.report import ScreeningReport
from dosepath.eligibility.screening import Occasion
from dosepath.interop.fhir import read_patients
from dosepath.interop.screening_csv import COLUMNS, worklist
from dosepath.interop.screening_csv import rows as rows_of
from dosepath.interop.screening_json import document, number_text
from dosepath.mapping.reader import ConceptIndex
from dosepath.protocol.model import GateName
from dosepath.trial.journeys import PatientScreening, screen_patient
from dosepath.trial.library import open_trial
from dosepath.trial.occasions import read_anchors
from tests.conftest import ROOT

TRIAL = ["--trial", "NCT06680388"]
GATE = GateName.SCREENING


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give five people, one of each arm."""
    folder = tmp_path_factory.mktemp("five")
    write_cohort(make_cohort(1, 5), folder)
    return folder


@pytest.fixture(scope="module")
def screenings(cohort: Path) -> list[PatientScreening]:
    protocol = open_trial("NCT06680388")
    dates = read_anchors(cohort / "anchors.yaml")
    found: list[PatientScreening] = []
    for patient in read_patients([cohort], ConceptIndex(protocol.file.concepts)):
        own = dates[patient.id]
        on = own.anchors["screening"]
        assert on is not None
        occasion = Occasion(on, own.anchors, own.complete)
        found.append(screen_patient(patient.mapped.record, protocol, occasion, own.arm, (GATE,)))
    return found


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def person(identity: str, *resources: dict[str, Any], **changes: Any) -> dict[str, Any]:
    patient = {"resourceType": "Patient", "id": identity, "gender": "female", "birthDate": "1985-04-12", **changes}
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": resource} for resource in (patient, *resources)],
    }


def condition(identity: str, code: str) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": f"c-{code}",
        "subject": {"reference": f"Patient/{identity}"},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]},
        "onsetDateTime": "2020-01-01",
    }


def write(folder: Path, *bundles: dict[str, Any]) -> Path:
    for number, bundle in enumerate(bundles):
        (folder / f"{number}.json").write_text(json.dumps(bundle), encoding="utf-8")
    return folder


# JSON and CSV hold the whole report ---------------------------------------------------------------------------------


def read_back(screenings: list[PatientScreening]) -> list[dict[str, Any]]:
    made = document(open_trial("NCT06680388"), GATE, screenings, [])
    reports: list[dict[str, Any]] = json.loads(json.dumps(made, ensure_ascii=False))["reports"]
    return reports


def test_json_holds_every_verdict_fact_and_need(screenings: list[PatientScreening]) -> None:
    reports = [report for screening in screenings for report in screening.reports]
    for report, written in zip(reports, read_back(screenings), strict=True):
        assert (written["patient"], written["arm"], written["on"]) == (report.patient, report.arm, "2026-06-01")
        gate, found = report.gates[GATE], written["gates"]["screening"]
        assert found["overall"] == gate.overall.value
        assert found["blockers"] == list(gate.blockers)
        assert list(found["criteria"]) == list(gate.findings)
        for identity, finding in gate.findings.items():
            said = found["criteria"][identity]
            assert said["in_scope"] is finding.in_scope
            if finding.in_scope:
                assert said["verdict"] == finding.verdict.value
                assert said["expires"] == (finding.expires.isoformat() if finding.expires else None)
                same_evidence(said["evidence"], finding.evidence)
        assert [order["label"] for order in found["orders"]] == [order.label for order in orders(gate, report.protocol)]


def same_evidence(written: dict[str, Any], evidence: Evidence) -> None:
    assert [fact["source"] for fact in written["used"]] == [fact.source for fact in evidence.used]
    assert [need["key"] for need in written["missing"]] == [need.key for need in evidence.missing]
    assert written["notes"] == list(evidence.notes)


def test_json_of_a_fact_holds_value_unit_limits_date_and_source(screenings: list[PatientScreening]) -> None:
    first = next(report for report in read_back(screenings) if report["arm"] == "SLE")
    fact = first["gates"]["screening"]["criteria"]["I04.b.1"]["evidence"]["used"][0]
    assert set(fact) >= {"concept", "source", "when", "value", "unit", "reported", "uln"}
    assert fact["source"].startswith("Observation/")


def test_json_holds_what_every_criterion_compared(screenings: list[PatientScreening]) -> None:
    first = screenings[0].reports[0]
    made = document(first.protocol, GATE, screenings[:1], [])
    written = made["reports"][0]["gates"]["screening"]["criteria"]
    for identity, finding in first.gates[GATE].findings.items():
        if finding.in_scope:
            assert len(written[identity]["values"]) == len(finding.criterion.rule.compared)
    (inr,) = written["I04.b.1"]["values"]
    (fact,) = written["I04.b.1"]["evidence"]["used"]
    assert (inr["value"], inr.get("unit")) == (fact["value"], fact["unit"])
    (years,) = written["I01"]["values"]
    assert years["asked"] == "age on screening"
    assert f"age {years['value']} years on {first.anchors['screening']}" in written["I01"]["evidence"]["notes"]
    (clearance,) = written["I04.d.2"]["values"]
    assert clearance["asked"] == "creatinine clearance"
    shown = f"creatinine clearance {float(Fraction(clearance['value'])):.2f} mL/min"
    assert shown in written["I04.d.2"]["evidence"]["notes"]
    assert written["I02"]["values"] == []


def test_sheet_says_a_value_that_no_fact_says(tmp_path: Path) -> None:
    """Nothing on record of a glucocorticoid, and the list is complete: the daily dose is 0, and no fact says so.

    Of a list that may lack a drug, "at least 0" is not worth a line.
    """
    write(tmp_path, person("p1"))
    asked = [*TRIAL, "--on", "2026-06-01", "--arm", "SLE", "--patient", "p1"]
    said = "highest daily dose of systemic glucocorticoid (prednisone equivalent) within 2 weeks before screening"
    closed = run("screen", tmp_path, *asked, "--source-complete", "medications").output
    assert f"{said}: 0 mg/d" in " ".join(closed.split())
    assert said not in " ".join(run("screen", tmp_path, *asked).output.split())


def test_csv_has_a_row_for_each_report(screenings: list[PatientScreening]) -> None:
    rows = list(csv.DictReader(worklist(screenings, GATE).splitlines()))
    assert len(rows) == 5
    for row, screening in zip(rows, screenings, strict=True):
        report: ScreeningReport = screening.reports[0]
        assert tuple(row) == COLUMNS
        assert (row["patient"], row["arm"]) == (report.patient, report.arm)
        assert row["overall"] == report.gates[GATE].overall.value
        assert row["disease_on_record"] == "yes"


def test_rows_that_are_no_csv_hold_the_id_as_it_is(screenings: list[PatientScreening]) -> None:
    first = screenings[0]
    odd = replace(first, reports=tuple(replace(report, patient="=1+1") for report in first.reports))
    assert [row["patient"] for row in rows_of([odd], GATE)] == ["=1+1"]
    assert {row["patient"] for row in csv.DictReader(worklist([odd], GATE).splitlines())} == {"'=1+1"}


@pytest.mark.parametrize(
    ("identity", "cell"),
    [("=1+1", "'=1+1"), ("@sum", "'@sum"), ("-2+3", "'-2+3"), ("-a.1", "-a.1"), ("p-1", "p-1")],
)
def test_no_id_becomes_a_formula_of_a_spreadsheet(tmp_path: Path, identity: str, cell: str) -> None:
    write(tmp_path, person(identity))
    out = tmp_path / "out.csv"
    run("screen", tmp_path / "0.json", *TRIAL, "--arm", "SS", "--on", "2026-06-01", "--csv", out)
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert [row["patient"] for row in rows] == [cell]


@pytest.mark.parametrize(
    ("text", "shown"), [("1/3", "1/3"), ("5/2", "2.5"), ("-1/8", "-0.125"), ("7", "7"), ("0", "0")]
)
def test_numbers_are_written_exactly(text: str, shown: str) -> None:
    assert number_text(Fraction(text)) == shown


# Which arm ------------------------------------------------------------------------------------------------------------


def test_without_an_arm_every_disease_on_record_gets_a_row(tmp_path: Path) -> None:
    write(tmp_path, person("both", condition("both", "M32.9"), condition("both", "M35.00")))
    out = tmp_path / "out.json"
    result = run("screen", tmp_path / "0.json", *TRIAL, "--on", "2026-06-01", "--json", out)
    reports = json.loads(out.read_text(encoding="utf-8"))["reports"]
    assert [report["arm"] for report in reports] == ["SLE", "SS"]
    assert reports[0]["arms"]["disease_on_record"] == ["SLE", "SS"]
    assert "1 patient, 2 rows" in result.output


def test_without_a_disease_one_row_says_so_and_the_data_lists_all_arms(tmp_path: Path) -> None:
    write(tmp_path, person("none"), person("lupus", condition("lupus", "M32.9")))
    out = tmp_path / "out" / "all.json"
    result = run("screen", tmp_path, *TRIAL, "--on", "2026-06-01", "--json", out)
    rows = [line for line in result.output.splitlines() if line.startswith(("none", "lupus"))]
    assert rows[0].split()[:2] == ["lupus", "SLE"]
    assert rows[1].startswith("none")
    assert "(" in rows[1].split()[1]
    assert "no target disease on record" in result.output
    report = next(item for item in json.loads(out.read_text(encoding="utf-8"))["reports"] if item["patient"] == "none")
    assert report["arms"]["disease_on_record"] == []
    assert list(report["arms"]["overall"]) == ["SLE", "dcSSc", "AAV", "IIM", "SS"]


def test_an_arm_that_is_asked_for_is_judged_with_a_warning(tmp_path: Path) -> None:
    write(tmp_path, person("none"))
    result = run("screen", tmp_path, *TRIAL, "--arm", "IIM", "--on", "2026-06-01", "--patient", "none")
    assert "is this the right arm?" in result.output
    assert result.output.count("gate screening") == 1


def test_wrong_arm_in_the_anchors_file_is_said_before_anything_is_read(cohort: Path, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.csv"
    anchors.write_text("patient,arm\ndemo-sle-01,SLEE\n", encoding="utf-8")
    result = run("screen", cohort, *TRIAL, "--anchors", anchors)
    assert result.exit_code == 2
    assert "patient demo-sle-01: no arm 'SLEE'; did you mean 'SLE'?" in result.output


# The worklist and the sheet ------------------------------------------------------------------------------------------


def test_limit_and_who_has_no_dates(cohort: Path, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.csv"
    anchors.write_text("patient,arm,screening\ndemo-sle-01,SLE,2026-06-01\nsomeone,SLE,\n", encoding="utf-8")
    result = run("screen", cohort, *TRIAL, "--anchors", anchors, "--limit", "2", "--on", "2026-06-01")
    assert "... and 3 more rows" in result.output
    assert "1 patient of the anchors file not read: someone" in result.output
    assert "4 patients without an anchors entry:" in result.output
    assert "one patient in full: add --patient" in result.output
    assert "dosepath protocol show NCT06680388" in result.output


def test_long_ids_are_never_cut_and_brackets_are_text(tmp_path: Path) -> None:
    identity = "557d27dd-3195-4f5e-8312-6fcd1d0548f1-and-more"
    write(tmp_path, person(identity), person("[red]x[/]"), person("[/]"))
    result = run("screen", tmp_path, *TRIAL, "--on", "2026-06-01")
    assert result.exit_code == 0
    assert identity in result.output
    assert "[red]x[/]" in result.output
    assert run("screen", tmp_path, *TRIAL, "--on", "2026-06-01", "--patient", "[/]").exit_code == 0


def test_sheet_says_what_an_exclusion_means_and_under_what_it_was_reached(cohort: Path) -> None:
    result = run(
        *("screen", cohort, *TRIAL, "--anchors", cohort / "anchors.yaml", "--patient", "demo-sle-01"),
        *("--reading", "E03=igg", "--set", "screening_window_days=21"),
    )
    for words in (
        "E05  severe disease of the central nervous system  (does not exclude)",
        "E17  live vaccine within 6 weeks before lymphodepletion  (pending: judged at a later gate)",
        "readings: E03=igg",
        "screening_window_days=21",
        "screening 2026-06-01",
        "asserted to be complete: allergies, conditions",
        "NCT06680388 version",
    ):
        assert words in result.output


def drug(number: int, identity: str, text: str, day: str) -> dict[str, Any]:
    return {
        "resourceType": "MedicationAdministration",
        "id": f"m{number}",
        "status": "completed",
        "subject": {"reference": f"Patient/{identity}"},
        "medicationCodeableConcept": {"text": text},
        "effectiveDateTime": day,
    }


def test_part_of_an_exclusion_that_decides_nothing_alone_does_not_say_that_it_excludes(tmp_path: Path) -> None:
    cured = condition("p1", "D06.9") | {"abatementDateTime": "2022-01-01", "clinicalStatus": {"coding": []}}
    write(tmp_path, person("p1", cured))
    sheet = run(
        *("screen", tmp_path, *TRIAL, "--arm", "SS", "--on", "2026-06-01", "--patient", "p1"),
        *("--source-complete", "all"),
    ).output
    lines = [line.strip() for line in sheet.splitlines()]
    assert "✘ not met  E01  malignancy  (does not exclude)" in lines
    assert "✔ met  E01.1  any malignancy" in lines
    assert "✔ met  E01.x  every malignancy on record is an exception" in lines
    assert "? unknown  E04  drugs and treatments shortly before  (open only in what is pending)" in lines


def test_sheet_names_every_concept_and_cuts_long_lists_of_one(tmp_path: Path) -> None:
    given = [drug(number, "p1", "prednisone", f"2026-05-{number:02}") for number in range(1, 10)]
    unreadable = [drug(number, "p1", "30mL", f"2026-05-{number:02}") for number in range(11, 20)]
    write(tmp_path, person("p1", *given, drug(30, "p1", "azathioprine", "2026-05-01"), *unreadable))
    sheet = run("screen", tmp_path, *TRIAL, "--arm", "SS", "--on", "2026-06-01", "--patient", "p1").output
    _, start, after = sheet.partition("I03.2  glucocorticoid and two immunosuppressants")
    assert start
    part = after.partition("I04")[0]
    assert "... and 4 more records of prednisone" in part
    assert "azathioprine: azathioprine" in part
    assert "... and 7 more reasons of this kind" in sheet


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"value": 2.10, "code": "10*9/L"}, "anc: 2.1 10*9/L, 2026-05-30"),
        ({"value": 2.0, "code": "10*9/L"}, "anc: 2.0 10*9/L, 2026-05-30"),
        ({"value": 2100, "code": "/uL"}, "anc: 2100 /uL (= 2.1 10*9/L), 2026-05-30"),
    ],
)
def test_value_is_repeated_only_where_it_was_converted(tmp_path: Path, given: dict[str, Any], words: str) -> None:
    count = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "751-8"}]},
        "effectiveDateTime": "2026-05-30",
        "valueQuantity": {"system": "http://unitsofmeasure.org", **given},
    }
    write(tmp_path, person("p1", count))
    assert words in run("screen", tmp_path, *TRIAL, "--arm", "SS", "--on", "2026-06-01", "--patient", "p1").output


def test_a_weekly_dose_is_worded_in_whole_days(tmp_path: Path) -> None:
    weekly = {
        "resourceType": "MedicationStatement",
        "id": "m1",
        "status": "active",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": "methotrexate"},
        "effectivePeriod": {"start": "2025-01-01"},
        "dosage": [
            {
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}},
                "doseAndRate": [{"doseQuantity": {"value": 15, "code": "mg", "system": "http://unitsofmeasure.org"}}],
            }
        ],
    }
    write(tmp_path, person("p1", weekly))
    sheet = run("screen", tmp_path, *TRIAL, "--arm", "SLE", "--on", "2026-06-01", "--patient", "p1").output
    assert "methotrexate 15 mg x 1/7 d, 2025-01-01 to ongoing" in sheet


def test_sheet_lists_what_of_this_record_was_not_understood(tmp_path: Path) -> None:
    wrong = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "751-8"}]},
        "effectiveDateTime": "2026-05-30",
        "valueQuantity": {"value": 2.1, "unit": "grobs"},
    }
    write(tmp_path, person("p1", wrong), person("p2"))
    said = run("screen", tmp_path, *TRIAL, "--arm", "SLE", "--on", "2026-06-01", "--patient", "p1").output
    assert "unit 'grobs' is not understood" in said
    other = run("screen", tmp_path, *TRIAL, "--arm", "SLE", "--on", "2026-06-01", "--patient", "p2").output
    assert "grobs" not in other


def test_result_without_a_date_is_listed_and_decides_nothing(tmp_path: Path) -> None:
    undated = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "751-8"}]},
        "valueQuantity": {"value": 2.1, "code": "10*9/L", "system": "http://unitsofmeasure.org"},
    }
    write(tmp_path, person("p1", undated))
    sheet = run("screen", tmp_path, *TRIAL, "--arm", "SLE", "--on", "2026-06-01", "--patient", "p1").output
    assert "no date, Observation/o1" in sheet
    assert "the result cannot be placed in time" in sheet


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--set", "screening_window_days=2.5"], "a whole number of days"),
        (["--set", "screening_window_days=99999999"], "at most 36524"),
        (["--set", "active_sledai=-1"], "a number, 0 or more,"),
        (["--set", "screening_window_days"], "write --set KEY=VALUE"),
        (["--anchors", "."], "directory"),
        (["--csv", "."], "directory"),
        (["--patient", "demo-sle-1"], "did you mean 'demo-sle-01'"),
    ],
)
def test_more_wrong_options(cohort: Path, options: list[str], words: str) -> None:
    result = run("screen", cohort, *TRIAL, *options)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output


def test_day_of_the_evaluation_is_that_of_the_gate(cohort: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    anchors = tmp_path / "anchors.csv"
    anchors.write_text(
        "patient,arm,screening,lymphodepletion\ndemo-sle-01,SLE,2026-06-01,2026-06-20\n", encoding="utf-8"
    )
    for gate, day in (("screening", "2026-06-01"), ("lymphodepletion", "2026-06-20")):
        run(
            *("screen", cohort / "demo-sle-01.json", *TRIAL, "--anchors", anchors, "--gate", gate, "--json", out),
            *("--set", "recheck_before_lymphodepletion=I04"),
        )
        made = json.loads(out.read_text(encoding="utf-8"))
        assert (made["reports"][0]["on"], made["gate"]) == (day, gate)
        assert made["recheck_before_lymphodepletion"] == ["I04"]


def test_demo_recipe_of_the_makefile_names_a_patient_of_the_cohort() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = next(line for line in text.splitlines() if line.startswith("DEMO_PATIENT")).split()[-1]
    assert named in {item.id for item in make_cohort(1).patients}
