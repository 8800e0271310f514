"""The dose ladder without scripts: what it shows, its files, and that no input ends in a fault."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from dosepath.demo.conduct import conduct_text
from dosepath.interop.ladder_text import read_conduct_file
from dosepath.trial.ladder.advice import FLAG_WORDS
from dosepath.trial.ladder.conduct import conduct
from dosepath.trial.ladder.history import as_of
from dosepath.trial.ladder.trace import trace
from dosepath.trial.library import open_trial
from dosepath.web.views.ladder.words import ACTIONS, is_known, said
from tests.unit.trial.ladder.test_board_of_places import CASES, conduct_of

DEMO = conduct_text()
NASTY = """<b onload=x>&"'</script>"""
NASTY_FILE = f"""
on: 2026-03-01
title: '{NASTY.replace("'", "''")}'
defaults: {{patient: {{product: {{status: in_spec}}, consent: 2026-01-01}}}}
patients:
- {{id: '{NASTY.replace("'", "''")}', arm: SLE, level: 1, infusion: 2026-02-01,
   events: [{{id: 'e/"<i>', type: AE, term: '<u>', grades: [[2026-02-03, 3]]}}]}}
- {{id: 'a/b?c=d#e', arm: SLE, level: 1}}
"""


@pytest.fixture(autouse=True)
def _language_is_left_as_it_was() -> Iterator[None]:
    yield
    translation.deactivate()


def text_of(content: bytes) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content.decode())).split())


def send(client: Client, text: str, name: str = "conduct.yaml") -> str:
    """Send a file, and give the query that shows it."""
    sent = client.post("/ladder/open/", {"conduct": SimpleUploadedFile(name, text.encode())})
    assert sent.status_code == 302, sent.content.decode()
    return sent["Location"].partition("?")[2]


# What it shows --------------------------------------------------------------------------------------------------------


def test_the_first_look_is_the_demonstration(client: Client) -> None:
    shown = text_of(client.get("/ladder/").content)
    for words in (
        "nobody here exists",
        "The software advises; a person signs",
        "2,000,000 CAR+ T cells/kg",
        "S12 SLE observing day 10 of 28",
        "S08 dcSSc not evaluable, replaced 0.7 of the cells planned",
        "open slot from 2026-10-06 in 4 days, by the stagger rule offered to C13",
        "stay at level 3 . The next infusion is possible from 2026-10-06 on. 1 place is open.",
        "expand level 3 to six 81.0 % 64.0 % 44.9 %",
        "Is a level ruled out? no",
        "Grade ≥ 4 CRS",
        "12 of 15 planned",
    ):
        assert words in shown


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("on=2026-03-25", "escalate to level 2"),
        ("on=2026-03-25", "until the board has decided"),
        ("on=2026-03-25", "The board has to decide: escalate to level 2."),
        ("on=2026-05-22", "the board holds dosing"),
        ("on=2026-06-17&variant=V1", "variant of the 3+3: V1 instead of V3"),
        ("on=2026-12-01", "The data end on 2026-10-02"),
        ("on=2026-05-12", "An earlier day."),
        ("on=2025-11-24", "Nobody was infused yet."),
        ("variant=V1&dose-3=1.7", "1,700,000 CAR+ T cells/kg"),
        ("crs_onset=onset_of_syndrome", "reading dlt.crs_3#onset: onset_of_syndrome instead of onset_of_grade_3"),
        ("rates=0.05,0.4", "if the rate is 0.05"),
        ("review=none&on=2026-03-25", "actions that need the board: – instead of de-escalate, escalate, expand"),
        ("stagger_2=30", "from 2026-10-22"),
        ("planned_n=12&planned_limit=hard", "the planned number is reached"),
    ],
)
def test_the_address_holds_day_settings_and_readings(client: Client, query: str, words: str) -> None:
    found = client.get(f"/ladder/?{query}")
    assert found.status_code == 200
    assert words in text_of(found.content)


def test_a_dose_that_is_not_set_blocks_and_can_be_set_as_a_what_if(client: Client) -> None:
    levels = next(line for line in DEMO.splitlines() if line.startswith("  levels:"))
    unset = "  levels: [{level: 1, dose: 0.5}, {level: 2, dose: null}, {level: 3, dose: null}]"
    query = send(client, DEMO.replace(levels, unset))
    shown = text_of(client.get(f"/ladder/?{query}&on=2026-03-27").content)
    assert "the dose of the level is not set; nobody can be infused there" in shown
    assert "The dose of level 2 has to be set." in shown
    as_if = text_of(client.get(f"/ladder/?{query}&on=2026-03-27&dose-2=1").content)
    assert "doses of the levels: 1: 0.5, 2: 1, 3: – instead of 1: 0.5, 2: –, 3: –" in as_if
    assert "escalate to level 2" in as_if


def test_empty_fields_leave_the_address(client: Client) -> None:
    found = client.get("/ladder/?variant=V1&on=&dose-2=")
    assert (found.status_code, found["Location"]) == (302, "/ladder/?variant=V1")


def test_the_list_is_the_same_on_the_page_and_in_its_files(client: Client) -> None:
    query = "?state=no_dlt&level=2&on=2026-08-12"
    rows = json.loads(client.get(f"/ladder.json{query}").content)
    assert (rows["on"], rows["shown"], rows["total"]) == ("2026-08-12", 5, 12)
    assert {row["patient"] for row in rows["rows"]} == {"S04", "S06", "S07", "S09", "S10"}
    lines = client.get(f"/ladder.csv{query}").content.decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [row["patient"] for row in rows["rows"]]
    page = client.get(f"/ladder/{query}").content.decode()
    table = page[page.index('id="list"') : page.index('aria-labelledby="swimmer"')]
    assert re.findall(r">(S\d\d)</a></th>", table) == [row["patient"] for row in rows["rows"]]
    assert "5 of 12 shown" in page
    for row in rows["rows"]:
        assert row["patient"] in DEMO.splitlines()[row["line"] - 1]


def test_the_advice_is_that_of_the_command_line(client: Client) -> None:
    found = json.loads(client.get("/ladder/advice.json?on=2026-03-25").content)
    assert (found["action"], found["level"], found["on"]) == ("escalate", 2, "2026-03-25")


@pytest.mark.parametrize("name", ["swimmer", "risk"])
def test_plots_come_as_parts_and_files(client: Client, name: str) -> None:
    part = client.get(f"/ladder/plots/{name}/").content
    assert b"<svg" in part
    assert b" style=" not in part
    assert client.get(f"/ladder/plots/{name}.svg").content.startswith(b"<svg")
    assert client.get(f"/ladder/plots/{name}.png").content.startswith(b"\x89PNG")
    assert client.get(f"/ladder/plots/{name}.json").json()["layer"]
    assert b"<svg" in client.get("/ladder/").content, "what was drawn stands in the page itself"


def test_a_plot_on_a_page_speaks_the_language_of_the_page(client: Client) -> None:
    client.cookies["language"] = "zh-hans"
    assert "研究日" in client.get("/ladder/plots/swimmer/").content.decode()
    client.cookies["language"] = "en"
    assert "study day" in client.get("/ladder/plots/swimmer/").content.decode()


def test_a_day_without_a_plot_says_so(client: Client) -> None:
    assert client.get("/ladder/plots/swimmer.svg?on=2025-11-24").status_code == 404


# One patient ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("id=S05", "met certain on 2026-05-25"),
        ("id=S05", "grade 3 fever, with one vasopressor (vasopressin not counted), or high-flow cannula or mask"),
        ("id=S05", "back below the grade in time 2026-05-13 – 2026-05-20"),
        ("id=S12", "decides by 2026-10-11 if the grade does not fall"),
        ("id=S12", "unknown decidable on 2026-10-20"),
        ("id=S12", "value < 50 10*9/L"),
        ("id=S08", "0.7 of the cells planned; 0.8 to 1.2 count"),
        ("id=C13", "Nobody can have a DLT before the infusion."),
        ("id=S05&on=2026-05-12", "day 7 on 2026-05-12"),
        ("id=S05&crs_onset=onset_of_syndrome", "met certain on 2026-05-22"),
    ],
)
def test_a_patient_has_a_sheet(client: Client, query: str, words: str) -> None:
    assert words in text_of(client.get(f"/ladder/subject/?{query}").content)


def test_the_sheet_comes_as_files(client: Client) -> None:
    rows = json.loads(client.get("/ladder/subject.json?id=S12").content)["rows"]
    crs = next(row for row in rows if row["clause"] == "crs_3")
    assert (crs["event"], crs["event_verdict"], crs["event_day"]) == ("S12-1", "unknown", "2026-10-11")
    assert client.get("/ladder/subject.csv?id=S12").content.decode().startswith("clause,text,verdict")


def test_values_lead_to_their_lines(client: Client) -> None:
    page = client.get("/ladder/subject/?id=S05").content.decode()
    lines = [int(number) for number in re.findall(r"/ladder/file/#L(\d+)", page)]
    assert "S05-2" in "".join(DEMO.splitlines()[line - 1] for line in lines)
    assert f'id="L{max(lines)}"' in client.get("/ladder/file/").content.decode()


# Files ----------------------------------------------------------------------------------------------------------------


def test_a_file_is_sent_pasted_or_pointed_to(client: Client, tmp_path: Path) -> None:
    assert send(client, DEMO).startswith("file=")
    pasted = client.post("/ladder/open/", {"text": DEMO})
    assert "S12" in text_of(client.get(pasted["Location"]).content)
    path = tmp_path / "mine.yaml"
    path.write_text(DEMO, encoding="utf-8")
    pointed = client.post("/ladder/open/", {"path": str(path)})
    path.unlink()
    assert "File: mine.yaml" in text_of(client.get(pointed["Location"]).content)


def test_problems_are_listed_with_their_lines(client: Client) -> None:
    query = send(client, DEMO.replace("infusion: 2026-02-24", "infusion: soon"))
    found = client.get(f"/ladder/?{query}")
    assert found.status_code == 400
    shown = text_of(found.content)
    assert "1 problem" in shown
    assert "53 patient S03: infusion 'soon' is no day; write YYYY-MM-DD" in shown
    assert client.get(f"/ladder.csv?{query}").status_code == 400


def test_names_are_escaped_and_lead_to_their_patients(client: Client) -> None:
    query = send(client, NASTY_FILE)
    page = client.get(f"/ladder/?{query}").content.decode()
    assert "<b onload" not in page
    assert "<u>" not in page
    for link in {unescape(each) for each in re.findall(r'href="(/ladder/subject/[^"]+)"', page)}:
        shown = client.get(link)
        assert shown.status_code == 200, link
        assert b"<b onload" not in shown.content
        assert b"<i>" not in shown.content
    for name in ("swimmer", "risk"):
        assert b"<b onload" not in client.get(f"/ladder/plots/{name}/?{query}").content


def test_an_address_answers_after_a_restart(client: Client, data: Path) -> None:
    query = send(client, DEMO)
    assert (data / "uploads" / "conduct" / query.removeprefix("file=")).is_dir()
    assert client.get(f"/ladder/?{query}&on=2026-06-17").status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"text": "  "},
        {"path": "relative.yaml"},
        {"path": "/etc/passwd"},
        {"path": "/no/such.yaml"},
        {"path": "/srv/\0.yaml"},
        {"path": "~nobody-here/x.yaml"},
        {"text": DEMO, "path": "/no/such.yaml"},
        {"conduct": SimpleUploadedFile("x.exe", b"MZ")},
        {"conduct": SimpleUploadedFile("x.zip", b"PK no zip")},
        {"path": "/" + "a" * 5000 + ".yaml"},
    ],
)
def test_what_is_no_file_is_refused(client: Client, sent: dict[str, object]) -> None:
    found = client.post("/ladder/open/", sent)
    assert found.status_code == 400
    assert b"root:" not in found.content


def test_a_large_file_is_refused(client: Client) -> None:
    assert client.post("/ladder/open/", {"text": "# " + "x" * (1 << 20)}).status_code == 413


@pytest.mark.parametrize(
    "text", ["", "a", "- 1", "patients: 3", "patients: []", "\x00", "{", "patients: [{}]", "on: 1"]
)
def test_odd_files_never_end_in_a_fault(client: Client, text: str) -> None:
    sent = client.post("/ladder/open/", {"conduct": SimpleUploadedFile("x.yaml", text.encode())})
    assert sent.status_code in (302, 400)
    if sent.status_code == 302:
        assert client.get(sent["Location"]).status_code in (200, 400)


def test_bytes_that_are_no_text_are_refused(client: Client) -> None:
    sent = client.post("/ladder/open/", {"conduct": SimpleUploadedFile("x.yaml", b"\xff\xfe\x00")})
    for place in ("/ladder/", "/ladder/file/", "/ladder/conduct.yaml"):
        assert client.get(f"{place}?{sent['Location'].partition('?')[2]}").status_code == 400


WRONG_OF_THE_LIST = ("level=99", "arm=%3Cb%3E", "state=well")


@pytest.mark.parametrize("query", WRONG_OF_THE_LIST)
@pytest.mark.parametrize("place", ["/ladder/", "/ladder.csv", "/ladder.json"])
def test_a_wrong_filter_is_refused_in_words(client: Client, query: str, place: str) -> None:
    assert client.get(f"{place}?{query}").status_code == 400


WRONG = (
    "on=2026-13-01",
    "on=tomorrow",
    "on=9999-12-31",
    "on=0001-01-01",
    "on=2026-10-02T00:00",
    "variant=V9",
    "rates=2",
    "rates=nan",
    "rates=a,b",
    "rates=0.1,0.1,0.1,0.1,0.1,0.1,0.1",
    "stagger_1=-1",
    "stagger_1=99999",
    "stagger_1=1e3",
    "planned_n=99999999999999999999",
    "dose-3=-1",
    "dose-3=NaN",
    "dose-3=1e999999",
    "dose-9=1",
    "dose-3=0.1",
    "dose-x=1",
    "review=everything",
    "backfill=maybe",
    "window=never",
    "file=../../etc/passwd",
    "file=0123456789abcdef",
    "nonsense=1",
    "on=<script>",
    "%00=1",
    "on=%F0%9F%98%80",
)


@pytest.mark.parametrize("query", WRONG)
@pytest.mark.parametrize(
    "place", ["/ladder/", "/ladder.json", "/ladder/subject/", "/ladder/plots/swimmer/", "/ladder/advice.json"]
)
def test_a_wrong_parameter_is_refused_in_words(client: Client, query: str, place: str) -> None:
    found = client.get(f"{place}?{query}")
    assert found.status_code in (400, 404)
    assert b"Traceback" not in found.content


@pytest.mark.parametrize(
    "place",
    [
        "/ladder/subject/?id=nobody",
        "/ladder/subject/",
        "/ladder/subject/?id=S12&on=2025-12-01",
        "/ladder/plots/pie.svg",
        "/ladder/plots/swimmer.gif",
        "/ladder/plots/events.svg?id=S06",
        "/ladder/plots/pie/",
        "/ladder/?file=",
    ],
)
def test_what_is_not_there_is_said(client: Client, place: str) -> None:
    assert client.get(place).status_code in (200, 302, 404)


@pytest.mark.parametrize("step", [0, 1, 2, 3])
def test_every_seventh_day_in_both_languages(client: Client, step: int) -> None:
    day = date(2025, 11, 24) + timedelta(days=7 * step)
    while day <= date(2027, 1, 30):
        for language in ("en", "zh-hans"):
            client.cookies["language"] = language
            assert client.get(f"/ladder/?on={day}").status_code == 200
        day += timedelta(days=28)


# Words ----------------------------------------------------------------------------------------------------------------


def sentences() -> set[str]:
    """Give what the layers below say in all cases and on all days of the demonstration."""
    found = set(FLAG_WORDS.values())
    everything = [conduct_of(case) for case in CASES.values()]
    file = read_conduct_file(DEMO, "conduct.yaml", open_trial("NCT06680388"))
    for number in range(0, 340, 3):
        day = date(2025, 11, 24) + timedelta(days=number)
        patients, board = as_of(file.found.patients, file.found.board, day)
        everything.append((conduct(patients, board, file.settings, file.rule, day, "10*6/kg"), board))
    for each, board in everything:
        advice = each.advice
        found |= {advice.rule, *advice.reasons, advice.earliest_why}
        for step in trace(each.ladder, board, advice):
            found |= {step.question, step.answer, *step.numbers}
        for standing in advice.standings:
            if standing.finding is not None:
                found |= {flag.text for flag in standing.finding.flags}
                found |= {question.text for question in standing.finding.questions}
    known = {action.value for action in ACTIONS}
    return {text for text in found - {""} if not re.fullmatch(r"\d+|\d{4}-\d\d-\d\d", text) and text not in known}


def test_every_sentence_of_the_rule_has_its_chinese() -> None:
    assert [text for text in sorted(sentences()) if not is_known(text)] == []


def test_sentences_stay_as_they_are_in_english_and_carry_their_numbers_in_chinese() -> None:
    text = "level 2: 1 DLT in 6 evaluable, 1 pending"
    with translation.override("en"):
        assert said(text) == text
    with translation.override("zh-hans"):
        assert said(text) == "剂量水平 2：可评价 6 例中 DLT 1 例，观察中 1 例"  # noqa: RUF001
        assert said("without that: stay at level 2 (the first three are infused)") == (
            "若无此情形：在剂量水平 2 停留（前三例正在回输）"  # noqa: RUF001
        )
        assert said("needed for: de_escalate, escalate") == "需要决定的步骤：递减, 递增"  # noqa: RUF001
        assert said("something new") == "something new"
