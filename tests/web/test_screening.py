"""Screening in the browser: cohorts, worklist, sheet, what if; nothing that is asked or sent makes a fault of ours."""

import csv
import gzip
import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dosepath.web.views.screening import words
from dosepath.web.views.screening.cohorts import key_of, protocol_in_force
from dosepath.web.workspace import workspace

DEMO: Final = "/screening/demo/"
SLE6: Final = f"{DEMO}{key_of('demo', 'demo-sle-06')}/SLE/"


def get(client: Client, place: str, **headers: str) -> Any:
    """Ask until what is computed is there."""
    found = client.get(place, headers=headers)
    while found.status_code == 202:
        time.sleep(0.1)
        found = client.get(place, headers=headers)
    return found


def text(client: Client, place: str) -> str:
    """Give the words of a page, without its tags."""
    page = get(client, place)
    assert page.status_code == 200, page.content.decode()[-900:]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


def rows(client: Client, place: str) -> list[dict[str, str]]:
    """Give a list as its CSV has it."""
    return list(csv.DictReader(io.StringIO(get(client, place).content.decode())))


def person(identity: str, *resources: dict[str, Any]) -> dict[str, Any]:
    patient = {"resourceType": "Patient", "id": identity, "gender": "female", "birthDate": "1985-04-12"}
    entries = [{"resource": {**each, "subject": {"reference": f"Patient/{identity}"}}} for each in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}, *entries]}


def form(name: str, day: str, **answers: Any) -> dict[str, Any]:
    items = [{"linkId": item, "answer": [{"valueBoolean": value}]} for item, value in answers.items()]
    address = f"https://dosepath.org/fhir/Questionnaire/{name}"
    return {
        "resourceType": "QuestionnaireResponse", "id": f"form-{name}", "questionnaire": address, "status": "completed",
        "authored": day, "item": items,
    }  # fmt: skip


LUPUS: Final = {
    "resourceType": "Condition",
    "id": "sle",
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M32.9"}]},
    "onsetDateTime": "2019-01-01",
}


def sent(client: Client, files: dict[str, bytes]) -> Any:
    """Send files as the form does."""
    return client.post("/screening/send/", {"files": [SimpleUploadedFile(name, body) for name, body in files.items()]})


def bundle(*resources: dict[str, Any], identity: str = "p1") -> bytes:
    return json.dumps(person(identity, *resources)).encode()


# The worklist -----------------------------------------------------------------------------------------------------


def test_the_way_in_offers_the_kinds_of_files_that_are_read(client: Client) -> None:
    page = get(client, "/screening/").content.decode()
    assert 'accept=".json,.gz,.ndjson,.jsonl,.yaml,.csv,.zip"' in page


def test_the_way_in_offers_the_three_ways(client: Client) -> None:
    page = text(client, "/screening/")
    for words_of in ("Demonstration cohort", "Send files", "Point to a folder"):
        assert words_of in page


def test_the_worklist_has_a_row_for_each_patient_with_what_decides(client: Client) -> None:
    listed = {row["patient"]: row for row in rows(client, "/screening/demo.csv")}
    assert len(listed) == 75
    undecided = listed["demo-sle-06"]
    assert (undecided["arm"], undecided["overall"], undecided["unknown"]) == ("SLE", "undecided", "3")
    assert undecided["next_order"] == "ask the investigator"
    assert undecided["good_until"] == "2026-06-24"
    assert undecided["decisive"].startswith("I02.1 ")
    page = text(client, DEMO)
    assert "25 eligible" in page
    assert "75 of 75 shown" in page
    assert "IgM reported without a lower limit" in page  # what it was made to show


def test_filters_leave_the_same_rows_on_the_page_and_in_both_files(client: Client) -> None:
    query = "?overall=undecided&disease=AAV&sort=expires"
    listed = rows(client, f"/screening/demo.csv{query}")
    assert {(row["overall"], row["arm"]) for row in listed} == {("undecided", "AAV")}
    assert [row["good_until"] for row in listed] == sorted(row["good_until"] for row in listed)
    document = json.loads(get(client, f"/screening/demo.json{query}").content)
    assert [row["patient"] for row in document["rows"]] == [row["patient"] for row in listed]
    assert (document["shown"], document["total"]) == (len(listed), 75)
    page = get(client, f"{DEMO}{query}").content.decode()
    assert re.findall(r'<th scope="row"><a [^>]*>([^<]+)', page) == [row["patient"] for row in listed]
    assert {row["patient"] for row in rows(client, "/screening/demo.csv?q=sle-06")} == {"demo-sle-06"}


@pytest.mark.parametrize(
    ("query", "changed"),
    [
        ("?on=2026-05-01", "demo-sle-01"),
        ("?gate=lymphodepletion", "demo-sle-01"),
        ("?reading=I02.1.d.3%3Dcaps_at_screening_listed_only", "demo-sle-13"),
        ("?set.screening_window_days=1", "demo-sle-01"),
        ("?dates=none&on=2026-06-01", "demo-sle-01"),
    ],
)
def test_day_gate_reading_setting_and_dates_are_judged_as_asked(client: Client, query: str, changed: str) -> None:
    before = {row["patient"]: row for row in rows(client, "/screening/demo.csv")}
    after = {row["patient"]: row for row in rows(client, f"/screening/demo.csv{query}")}
    assert after[changed]["overall"] != before[changed]["overall"]


def test_a_complete_list_for_all_makes_up_for_the_dates_file(client: Client) -> None:
    open_world = rows(client, "/screening/demo.csv?dates=none&on=2026-06-01&consent=2026-05-20")
    closed = rows(client, "/screening/demo.csv?dates=none&on=2026-06-01&consent=2026-05-20&source-complete=all")
    assert sum(int(row["unknown"]) for row in closed) < sum(int(row["unknown"]) for row in open_world)


def test_what_a_form_leaves_empty_is_not_in_the_address(client: Client) -> None:
    found = client.get(f"{DEMO}?settle=1&on=2026-06-02&consent=&reading=&reading=E03%3Digg&gate=")
    assert (found.status_code, found["Location"]) == (302, f"{DEMO}?on=2026-06-02&reading=E03%3Digg")


def test_filters_keep_how_patients_are_judged(client: Client) -> None:
    page = get(client, f"{DEMO}?on=2026-06-02&overall=undecided").content.decode()
    assert '<input type="hidden" name="on" value="2026-06-02">' in page
    assert f'href="{DEMO}?on=2026-06-02">Clear' in page


def test_an_address_answers_after_a_restart(client: Client) -> None:
    place = sent(client, {"a.json": bundle(LUPUS)})["Location"]
    assert rows(client, f"{place.removesuffix('/')}.csv")[0]["patient"] == "p1"
    workspace.cache_clear()
    assert rows(client, f"{place.removesuffix('/')}.csv")[0]["patient"] == "p1"


# Files ------------------------------------------------------------------------------------------------------------


def test_files_and_dates_are_sent_together(client: Client) -> None:
    dates = b"patients:\n  p1: {arm: AAV, screening: 2026-06-01}\n"
    place = sent(client, {"a.json": bundle(LUPUS), "anchors.yaml": dates})["Location"]
    (row,) = rows(client, f"{place.removesuffix('/')}.csv")
    assert (row["arm"], row["evaluated_on"]) == ("AAV", "2026-06-01")
    (other,) = rows(client, f"{place.removesuffix('/')}.csv?dates=none&on=2026-05-01")
    assert (other["arm"], other["evaluated_on"]) == ("SLE", "2026-05-01")


def test_a_broken_file_of_dates_says_its_line_and_the_way_out(client: Client) -> None:
    place = sent(client, {"a.json": bundle(), "anchors.yaml": b"patients:\n  p1: {screening: 2026-13-45}\n"})[
        "Location"
    ]
    page = get(client, place)
    assert page.status_code == 400
    assert "not in the calendar" in page.content.decode()
    assert get(client, f"{place}?dates=none").status_code == 200


def test_what_was_not_understood_is_listed_under_the_names_of_the_sender(client: Client) -> None:
    files = {"good.json": bundle(), "bad<b>.json": b"{", "notes.txt": b"?", "list.json": b"[]"}
    place = sent(client, files)["Location"]
    page = get(client, place).content.decode()
    assert "bad&lt;b&gt;.json: no JSON" in page
    assert "<b>.json" not in page
    assert "notes.txt" in page
    listed = rows(client, f"{place.removesuffix('/')}/problems.csv?kind=unusable")
    assert {row["place"] for row in listed} == {"bad<b>.json", "list.json", "notes.txt"}
    assert "1 of" in text(client, f"{place}problems/?q=list.json")


def test_many_remarks_come_page_by_page_or_all(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dosepath.web.views.screening.problems.AT_ONCE", 3)
    for number in range(7):
        (tmp_path / f"{number}.json").write_text("{", encoding="utf-8")
    place = client.post("/screening/point/", {"path": str(tmp_path)})["Location"].removesuffix("/")
    seen = [[row["place"] for row in rows(client, f"{place}/problems.csv?page={page}")] for page in ("1", "2", "3")]
    assert [len(each) for each in seen] == [3, 3, 1]
    assert [name for each in seen for name in each] == [
        row["place"] for row in rows(client, f"{place}/problems.csv?page=all")
    ]
    assert "3 of 7 shown" in text(client, f"{place}/problems/")
    for wrong in ("0", "4", "x", "-1", "9" * 50, "٣"):
        assert get(client, f"{place}/problems/?page={wrong}").status_code == 400


def test_a_folder_is_read_where_it_lies_and_again_when_it_changes(client: Client, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(bundle(LUPUS))
    (tmp_path / "anchors.csv").write_text("patient,screening\np1,2026-06-01\n", encoding="utf-8")
    place = client.post("/screening/point/", {"path": f" {tmp_path} "})["Location"]
    assert str(tmp_path) not in place
    assert [row["evaluated_on"] for row in rows(client, f"{place.removesuffix('/')}.csv")] == ["2026-06-01"]
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(bundle(identity="p2")))
    assert {row["patient"] for row in rows(client, f"{place.removesuffix('/')}.csv")} == {"p1", "p2"}
    assert str(tmp_path) in text(client, "/screening/")
    for file in tmp_path.iterdir():
        file.unlink()
    tmp_path.rmdir()
    assert get(client, place).status_code == 404


def test_what_was_sent_is_forgotten_with_its_copies(client: Client, data: Path, tmp_path: Path) -> None:
    cohort = sent(client, {"a.json": bundle(identity="forget-me")})["Location"].split("/")[2]
    copies = data / "uploads" / "cohort" / cohort
    assert copies.is_dir()
    (tmp_path / "b.json").write_bytes(bundle())
    folder = client.post("/screening/point/", {"path": str(tmp_path)})["Location"].split("/")[2]
    for name in (cohort, folder):
        assert client.post("/screening/forget/", {"cohort": name})["Location"] == "/screening/"
        assert get(client, f"/screening/{name}/").status_code == 404
    assert not copies.exists()
    assert (tmp_path / "b.json").is_file()
    for name in ("demo", "", "../..", cohort):
        assert client.post("/screening/forget/", {"cohort": name}).status_code == 404


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "No path was given"),
        ("a\0b", "No path was given"),
        ("patients", "not a whole path"),
        ("../../etc", "not a whole path"),
        ("/no/such/place", "no such file or folder"),
        ("/etc/passwd", "not a kind of file that is read"),
        ("/" + "x" * 300, "File name too long|no such file"),
        ("~nobody-of-that-name/x", "not a whole path"),
    ],
)
def test_a_path_that_cannot_be_read_is_refused(client: Client, path: str, reason: str) -> None:
    found = client.post("/screening/point/", {"path": path})
    assert found.status_code == 400
    assert re.search(reason, unescape(found.content.decode()))


@pytest.mark.parametrize("name", ["..", "%2e%2e", "folder-0000000000000000", "0" * 16, "folder-..%2f..", "nope"])
def test_a_cohort_that_is_not_there_is_absent(client: Client, name: str) -> None:
    assert get(client, f"/screening/{name}/").status_code == 404
    assert get(client, f"/screening/{name}.csv").status_code == 404


def test_dates_alone_are_refused(client: Client) -> None:
    assert sent(client, {"anchors.yaml": b"patients: {p1: {arm: SLE}}"}).status_code == 400


def test_an_archive_of_patients_is_read(client: Client) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../p.json", bundle(LUPUS))
        archive.writestr("in/anchors.yaml", "patients: {p1: {screening: 2026-06-01}}")
    place = sent(client, {"all.zip": out.getvalue()})["Location"]
    assert [row["evaluated_on"] for row in rows(client, f"{place.removesuffix('/')}.csv")] == ["2026-06-01"]


def test_names_and_values_are_shown_as_text(client: Client) -> None:
    evil = "<script>alert(1)</script>"
    observation = {
        "resourceType": "Observation", "id": "x1", "status": "final", "effectiveDateTime": "2026-05-30",
        "code": {"coding": [{"system": "http://loinc.org", "code": "6301-6"}], "text": evil},
        "valueQuantity": {"value": 1.2, "unit": evil},
    }  # fmt: skip
    place = sent(client, {f"{evil}.json": bundle(LUPUS, observation, identity="=1+1")})["Location"]
    cohort = place.split("/")[2]
    key = key_of(cohort, "=1+1")
    sheet = reverse("screening-sheet", args=[cohort, key, "SLE"])
    for page in (place, f"{place}problems/", sheet, f"{place}{key}/resource/?source=Observation/x1"):
        found = get(client, page)
        assert found.status_code == 200
        assert "<script>alert" not in found.content.decode()
    assert rows(client, f"{place.removesuffix('/')}.csv")[0]["patient"] == "'=1+1"


# The sheet --------------------------------------------------------------------------------------------------------


def test_the_sheet_says_of_every_criterion_what_it_rests_on(client: Client) -> None:
    listed = {row["criterion"]: row for row in rows(client, f"{SLE6.removesuffix('/')}.csv")}
    inr = listed["I04.b.1"]
    assert (inr["verdict"], inr["values"], inr["dates"]) == ("met", "inr: 1.7 {INR}", "2026-05-27")
    assert inr["sources"] == "Observation/demo-sle-06-inr"
    assert inr["gates"] == "screening"
    assert inr["quote"].startswith("coagulation function")
    assert "1.5 times" in inr["rule"]
    assert listed["I02.1.c.1"]["missing"].startswith("SLEDAI-2K (none dated")
    page = text(client, SLE6)
    assert "physician scores an instrument : settles 2 criteria" in page
    assert "2026-06-24 is the last screening day" in page


def test_the_sheet_says_a_value_between_bounds_that_no_fact_says(client: Client) -> None:
    sheet = f"{DEMO}{key_of('demo', 'demo-iim-06')}/IIM"
    said = (
        "MMT-8, two-sided (Manual Muscle Testing, 8 muscle groups) assessed within 28 days before screening: 72 to 142"
    )
    assert said in text(client, f"{sheet}/")
    assert {row["criterion"]: row["grounds"] for row in rows(client, f"{sheet}.csv")}["I02.4.b.1"] == said


def test_the_sheet_leads_to_its_neighbours_in_the_worklist(client: Client) -> None:
    listed = [row["patient"] for row in rows(client, "/screening/demo.csv")]
    place = listed.index("demo-sle-06")
    page = get(client, SLE6).content.decode()
    assert f"row {place + 1} of 75" in page
    before, after = (key_of("demo", listed[place + step]) for step in (-1, 1))
    assert re.search(rf'{before}/\w+/" rel="prev"', page)
    assert re.search(rf'{after}/\w+/" rel="next"', page)


def test_the_sheet_as_data_is_that_of_the_command_line(client: Client) -> None:
    document = json.loads(get(client, f"{SLE6}report.json").content)
    assert document["schema"] == "dosepath-screening/1"
    assert document["reports"][0]["gates"]["screening"]["criteria"]["I04.b.1"]["verdict"] == "met"


@pytest.mark.parametrize(("show", "wanted"), [("open", "I02.1.c.1"), ("against", "")])
def test_criteria_are_filtered(client: Client, show: str, wanted: str) -> None:
    listed = [row["criterion"] for row in rows(client, f"{SLE6.removesuffix('/')}.csv?show={show}")]
    assert (wanted in listed) if wanted else listed == []


def test_a_source_is_shown_as_it_stands_in_its_file_with_what_was_used_marked(client: Client) -> None:
    page = get(client, f"{SLE6}?open=Observation/demo-sle-06-inr").content.decode()
    assert "demo-sle-06.json entry" in page
    assert "<mark>    &quot;value&quot;: 1.7,</mark>" in page
    alone = get(client, f"{DEMO}{key_of('demo', 'demo-sle-06')}/resource/?source=Observation/demo-sle-06-inr")
    assert b"<mark>    &quot;value&quot;: 1.7,</mark>" in alone.content


def test_of_a_form_the_item_that_was_used_is_marked(client: Client) -> None:
    source = "QuestionnaireResponse/demo-sle-06-form-2026-05-31"
    page = get(client, f"{SLE6}?open={source}&item=pericardial_effusion").content.decode()
    marked = re.findall(r"<mark>(.*?)</mark>", page)
    assert any("pericardial_effusion" in line for line in marked)
    assert not any("prior_treatment" in line for line in marked)


def test_the_items_behind_a_score_are_opened(client: Client) -> None:
    items = form("sledai_2k", "2026-05-30", seizure=True, arthritis=True, rash=False)
    place = sent(client, {"a.json": bundle(LUPUS, items)})["Location"]
    cohort = place.split("/")[2]
    page = text(client, reverse("screening-sheet", args=[cohort, key_of(cohort, "p1"), "SLE"]) + "?on=2026-06-01")
    assert "3 items answered" in page
    assert "Not assessed" in page
    assert "QuestionnaireResponse/form-sledai_2k" in page


def test_a_patient_without_a_disease_leads_to_the_one_on_record(client: Client) -> None:
    found = get(client, f"{DEMO}{key_of('demo', 'demo-sle-06')}/?on=2026-06-01")
    assert found["Location"] == f"{SLE6}?on=2026-06-01"


# What if ----------------------------------------------------------------------------------------------------------


def test_values_are_tried_and_the_record_stays(client: Client) -> None:
    before = get(client, f"{SLE6}report.json").content
    asked = (
        "?settle=1&what=I02.1.c.1&value.sledai_2k_total=12&day.sledai_2k_total=2026-05-30"
        "&value.sledai_2k_clinical=8&day.sledai_2k_clinical=2026-05-30"
    )
    short = client.get(SLE6 + asked)["Location"]
    assert "if=sledai_2k_total%7C12%7C2026-05-30" in short
    page = text(client, short)
    assert "What if: nothing is recorded" in page
    listed = {row["criterion"]: row for row in rows(client, short.replace("/SLE/", "/SLE.csv").partition("#")[0])}
    changed = {name: (row["before"], row["verdict"]) for name, row in listed.items() if row["before"]}
    assert changed["I02.1.c.1"] == ("unknown", "met")
    assert changed["I02.1"] == ("unknown", "met")
    assert get(client, f"{SLE6}report.json").content == before


def test_a_limit_of_normal_is_tried(client: Client) -> None:
    query = "?if=inr%7C1.7%7C2026-05-30%7C1.0"
    listed = {row["criterion"]: row for row in rows(client, f"{SLE6.removesuffix('/')}.csv{query}")}
    assert (listed["I04.b.1"]["before"], listed["I04.b.1"]["verdict"]) == ("met", "not_met")
    assert "what if" in listed["I04.b.1"]["sources"]
    assert "1.7 {INR}, ULN 1 {INR}, 2026-05-30" in text(client, SLE6 + query)


def test_a_reading_is_tried_for_a_patient_and_for_the_cohort(client: Client) -> None:
    tried = "?try=I02.1.d.3%3Dcaps_at_screening_listed_only"
    patient = f"{DEMO}{key_of('demo', 'demo-sle-13')}/SLE/"
    page = text(client, patient + tried)
    assert "What these readings change for the whole cohort" in page
    changed = rows(client, f"/screening/demo/effect.csv{tried}")
    assert [(row["patient"], row["before"], row["after"]) for row in changed] == [
        ("demo-sle-13", "eligible", "not_eligible"),
        ("demo-sle-02", "not_eligible", "not_eligible"),
    ]
    assert "Of 75 patients, 1 would have another outcome" in text(client, f"/screening/demo/effect/{tried}")
    assert len(rows(client, f"/screening/demo/effect.csv{tried}&what=outcome")) == 1


WRONG: Final = [
    "?on=yesterday", "?on=2026-13-45", "?on=99999-01-01", "?consent=x", "?gate=nope", "?arm=X", "?nope=1", "?dates=all",
    "?reading=E03", "?reading=E03%3Dnope", "?reading=X%3Dy", "?set.screening_window_days=1e999",
    "?set.screening_window_days=-1", "?set.screening_window_days=1/0", "?set.nope=1", "?source-complete=nope",
    "?overall=maybe", "?sort=nope", f"?q={'x' * 300}", "?" + "&".join(f"reading=a%3D{n}" for n in range(150)),
    f"?on={'9' * 600}", "?set.recheck_before_lymphodepletion=NOPE",
]  # fmt: skip


@pytest.mark.parametrize("query", WRONG)
def test_a_wrong_question_is_refused_with_the_way_out(client: Client, query: str) -> None:
    found = get(client, DEMO + query)
    assert found.status_code == 400
    assert b"Traceback" not in found.content


WRONG_SHEETS: Final = [
    ("?try=x", 400), ("?try=E03%3Dnope", 400), ("?if=x", 400), ("?if=inr%7Cx%7C2026-05-01", 400), ("?what=NOPE", 404),
    ("?if=inr%7C1%7C2026-99-01", 400), ("?if=nope%7C1%7C2026-05-01", 400), ("?if=inr%7C1e999999%7C2026-05-01", 400),
    ("?if=inr%7C1%7C2026-05-01%7Cx", 400), ("?if=sledai_2k_total%7Cten%7C2026-05-01", 400),
    ("?if=a%7Cb%7Cc%7Cd%7Ce", 400),
    ("?" + "&".join("if=inr%7C1%7C2026-05-01" for _ in range(30)), 400), ("?settle=1&value.inr=1&day.inr=", 400),
    ("?settle=1&value.inr=1%7C2&day.inr=2026-05-01", 400), ("?show=nope", 400), ("?open=../../etc/passwd", 200),
    ("?open=Observation/none&item=x", 200), ("?if=inr%7CNaN%7C2026-05-01", 400), ("?if=anc%7C-1e400%7C0001-01-01", 400),
]  # fmt: skip


@pytest.mark.parametrize(("query", "status"), WRONG_SHEETS)
def test_a_wrong_what_if_is_refused_with_the_way_out(client: Client, query: str, status: int) -> None:
    found = get(client, SLE6 + query)
    assert found.status_code == status
    assert b"Traceback" not in found.content


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("/screening/demo/0000000000/SLE/", 404),
        ("/screening/demo/0000000000/", 404),
        (f"{DEMO}{key_of('demo', 'demo-sle-06')}/XXX/", 404),
        (f"{DEMO}{key_of('demo', 'demo-sle-06')}/resource/?source=Observation/none", 404),
        (f"{DEMO}{key_of('demo', 'demo-sle-06')}/resource/?nope=1", 400),
        ("/screening/demo/effect/", 400),
        ("/screening/demo/effect/?try=E03%3Digg&if=inr%7C1%7C2026-05-01", 400),
        ("/screening/demo/problems/?kind=nope", 400),
        ("/screening/?nope=1", 400),
        ("/screening/demo/..%2f..%2fetc/", 404),
    ],
)
def test_what_is_not_there_is_said(client: Client, place: str, status: int) -> None:
    assert get(client, place).status_code == status


@pytest.mark.parametrize("place", ["/screening/send/", "/screening/point/", "/screening/forget/"])
def test_forms_are_sent_and_not_asked_for(client: Client, place: str) -> None:
    assert client.get(place).status_code == 405


# Chinese ----------------------------------------------------------------------------------------------------------


def labels_of_orders() -> Iterator[str]:
    yield from (kind.label for kind in protocol_in_force().file.orders.values())


@pytest.mark.parametrize("label", list(labels_of_orders()))
def test_every_order_of_the_trial_has_its_words(label: str) -> None:
    assert label in {str(each) for each in words.ORDERS}


def test_the_sheet_speaks_chinese_and_marks_what_is_english(client: Client) -> None:
    client.cookies["language"] = "zh-hans"
    page = get(client, SLE6).content.decode()
    assert "医生进行量表评分" in page
    assert "可确定 2 条标准" in page
    assert '<p lang="en">coagulation function' in page
    open_world = get(client, f"{SLE6}?dates=none&on=2026-06-01").content.decode()
    assert "清单完整的声明: <span>用药</span>" in open_world
    assert "试验日期: <span>知情同意</span>" in open_world
    assert "缺失项" in page
