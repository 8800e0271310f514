"""Screening in a real browser: every way in, every interaction of the worklist and the sheet, in every look."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dosepath.web.views.screening.cohorts import key_of
from tests.browser.conftest import LOOKS, Console, Opener, spills, violations
from tests.browser.screens import Shot

WORKLIST = "/screening/demo/"
SLE6 = f"{WORKLIST}{key_of('demo', 'demo-sle-06')}/SLE/"
TRIED = f"{SLE6}?what=I02.1.c.1&if=sledai_2k_total%7C12%7C2026-05-30&if=sledai_2k_clinical%7C8%7C2026-05-30"
EFFECT = "/screening/demo/effect/?try=I02.1.d.3%3Dcaps_at_screening_listed_only"
PATIENCE_MS = 120_000


def computed(page: Page) -> None:
    """Wait until the page of progress has given way to the answer."""
    expect(page.get_by_role("progressbar")).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator(".crumbs")).to_be_visible(timeout=PATIENCE_MS)


def at_inr(page: Page) -> None:
    """Open the record of a value beside the sheet."""
    computed(page)
    page.get_by_role("link", name="Observation/demo-sle-06-inr").click()
    expect(page.locator("#beside mark").first).to_be_visible()


def at_what_if(page: Page) -> None:
    computed(page)
    page.locator("#what-if").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('what-if').scrollIntoView()")


SHOTS = (
    Shot("screening", "/screening/", height=620),
    Shot("screening-worklist", f"{WORKLIST}?overall=undecided", computed),
    Shot("screening-sheet", SLE6, computed),
    Shot("screening-source", SLE6, at_inr),
    Shot("screening-what-if", TRIED, at_what_if),
    Shot("screening-reading", EFFECT, computed, height=820),
    Shot("screening-problems", f"{WORKLIST}problems/?kind=unusable", computed, height=620),
    Shot("screening-sheet-zh-dark", SLE6, computed, theme="dark", language="zh-hans"),
    Shot("screening-sheet-phone", SLE6, computed, width=390, height=800),
)


@pytest.mark.parametrize(("theme", "language"), LOOKS)
@pytest.mark.parametrize(
    "place",
    ["/screening/", WORKLIST, f"{SLE6}?open=Observation/demo-sle-06-inr", TRIED, EFFECT, f"{WORKLIST}problems/"],
    ids=["ways in", "worklist", "sheet", "what if", "reading", "problems"],
)
def test_everyone_can_use_it(place: str, theme: str, language: str, open_page: Opener) -> None:
    page = open_page(place, theme=theme, language=language)
    if place != "/screening/":
        computed(page)
    for each in page.locator("details").all():
        each.evaluate("each => each.open = true")
    assert violations(page) == []
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("width", [320, 640])
@pytest.mark.parametrize(
    "place", ["/screening/", WORKLIST, TRIED, EFFECT], ids=["ways in", "worklist", "sheet", "reading"]
)
def test_it_fits_a_phone_and_a_zoom_of_200_percent(place: str, width: int, open_page: Opener) -> None:
    page = open_page(place, width=width)
    if place != "/screening/":
        computed(page)
    for each in page.locator("details").all():
        each.evaluate("each => each.open = true")
    assert spills(page) <= 0


def test_from_home_to_the_sheet_of_a_patient(page: Page) -> None:
    page.get_by_role("navigation", name="Screens").get_by_role("link", name="Screening").click()
    page.get_by_role("link", name="Open the demonstration cohort").click()
    computed(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")
    page.get_by_role("link", name="demo-sle-06", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("demo-sle-06")
    expect(page.locator(".state")).to_contain_text("undecided")


def test_filters_follow_each_choice_and_stay_in_the_address(open_page: Opener) -> None:
    page = open_page(WORKLIST)
    computed(page)
    page.get_by_label("Outcome", exact=True).select_option("undecided")
    expect(page.locator("#list")).to_contain_text("25 of 75 shown")
    page.get_by_label("Patient or criterion").fill("sle")
    expect(page.locator("table.worklist tbody tr")).to_have_count(5)
    assert "overall=undecided" in page.url
    page.reload()
    expect(page.locator("table.worklist tbody tr")).to_have_count(5)
    with page.expect_download() as got:
        page.get_by_role("link", name="CSV").click()
    assert len(Path(got.value.path()).read_text(encoding="utf-8").splitlines()) == 6


def test_day_readings_and_assertions_are_set_and_taken_back(open_page: Opener) -> None:
    page = open_page(WORKLIST)
    computed(page)
    before = page.locator(".tally").inner_text()
    page.get_by_text("Day, dates, readings and settings").click()
    page.get_by_label("Dates of each patient").select_option("none")
    page.get_by_label("Day of the evaluation").fill("2026-06-01")
    page.get_by_label("medications").check()
    page.get_by_label("I02.1.d.3").select_option("I02.1.d.3=caps_at_screening_listed_only")
    page.get_by_role("button", name="Screen again").click()
    computed(page)
    assert re.search(r"\?on=2026-06-01&dates=none&source-complete=medications&reading=I02.1.d.3%3D", page.url)
    assert page.locator(".tally").inner_text() != before
    page.get_by_role("link", name="Back to the defaults").click()
    computed(page)
    assert page.locator(".tally").inner_text() == before
    assert "?" not in page.url


def test_a_source_opens_beside_the_sheet_with_the_value_in_view(open_page: Opener) -> None:
    page = open_page(SLE6)
    at_inr(page)
    expect(page.locator("#beside h2")).to_be_focused()
    expect(page.locator("#beside mark", has_text="1.7")).to_be_in_viewport()
    assert "open=Observation" in page.url
    page.reload()
    expect(page.locator("#beside")).to_contain_text("demo-sle-06.json entry")
    page.locator("#beside").get_by_role("link", name="Close").click()
    expect(page.locator("#beside mark")).to_have_count(0)


def test_a_value_is_tried_and_taken_back(open_page: Opener) -> None:
    page = open_page(SLE6)
    computed(page)
    page.get_by_role("link", name="What if I02.1.c.1").click()
    page.get_by_role("group", name="SLEDAI-2K", exact=True).get_by_label("Value").fill("12")
    page.get_by_role("group", name="SLEDAI-2K without").get_by_label("Value").fill("8")
    page.get_by_role("button", name="Show what changes").first.click()
    panel = page.locator("#what-if")
    expect(panel).to_contain_text("What if: nothing is recorded")
    expect(panel.get_by_role("row", name=re.compile(r"I02\.1\.c\.1"))).to_contain_text("unknown met")
    page.get_by_label("Criteria", exact=True).select_option("changed")
    expect(page.locator("#list article.changed").first).to_be_visible()
    expect(page.locator("#list article:not(.changed)")).to_have_count(0)
    expect(panel).to_contain_text("What if: nothing is recorded")  # the filter keeps what is tried
    panel.get_by_role("link", name="Back to what is on record").click()
    expect(page.locator("#what-if")).not_to_contain_text("nothing is recorded")


def test_a_reading_is_switched_for_the_patient_and_for_the_cohort(open_page: Opener) -> None:
    page = open_page(f"{WORKLIST}{key_of('demo', 'demo-sle-13')}/SLE/")
    computed(page)
    page.get_by_role("link", name="What if I02.1.d.1").click()
    page.locator("form.try").first.get_by_label("Reading of I02.1.d.3").select_option(
        "I02.1.d.3=caps_at_screening_listed_only"
    )
    page.get_by_role("button", name="Show what changes").first.click()
    expect(page.locator(".state")).to_contain_text("not eligible")
    page.get_by_role("link", name="What these readings change for the whole cohort").click()
    computed(page)
    expect(page.locator("main")).to_contain_text("Of 75 patients, 1 would have another outcome")
    page.get_by_role("link", name="demo-sle-13").click()
    expect(page.locator("#what-if")).to_contain_text("What if: nothing is recorded")


def test_the_worklist_compares_readings(open_page: Opener) -> None:
    page = open_page(f"{WORKLIST}?on=2026-06-01")
    computed(page)
    page.get_by_label("Reading that is not in force").select_option("I02.1.d.3=caps_at_screening_listed_only")
    page.get_by_role("button", name="Compare").click()
    computed(page)
    expect(page.get_by_role("table")).to_contain_text("I02.1.d.1: met → not met")
    assert page.url.endswith("?on=2026-06-01&try=I02.1.d.3%3Dcaps_at_screening_listed_only")


def test_counts_lead_to_what_they_count_and_the_sheet_to_the_next(open_page: Opener) -> None:
    page = open_page(WORKLIST)
    computed(page)
    page.locator(".tally").get_by_role("link", name="undecided").click()
    expect(page.locator("#list")).to_contain_text("25 of 75 shown")
    page.get_by_role("link", name="demo-sle-06", exact=True).click()
    page.locator(".state").get_by_role("link", name="unknown 3").click()
    expect(page.locator("#list article")).to_have_count(3)
    page.get_by_role("link", name="next").click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("demo-sle-06")


def test_how_a_criterion_is_computed_is_opened_by_keyboard(open_page: Opener) -> None:
    page = open_page(SLE6)
    computed(page)
    criterion = page.locator("[id='I04.b.1']")
    criterion.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(criterion).to_contain_text("latest(inr, screening) <= 1.5 * uln")
    expect(criterion.locator("h3")).to_contain_text("met")
    expect(criterion).to_contain_text("gate: screening")


def upload(page: Page, *files: Path) -> None:
    page.get_by_label("Files of patients").set_input_files([str(file) for file in files])
    page.get_by_role("button", name="Send and screen").click()


@pytest.fixture
def bundle(tmp_path: Path) -> Callable[[str], Path]:
    """Give a function that writes a bundle with one patient."""

    def written(identity: str) -> Path:
        patient = {"resourceType": "Patient", "id": identity, "gender": "female", "birthDate": "1985-04-12"}
        path = tmp_path / "patients" / "a <b>bold.json"
        path.parent.mkdir()
        document = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}]}
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return written


def test_files_are_sent_and_what_was_not_read_is_listed(
    open_page: Opener, bundle: Callable[[str], Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    page = open_page("/screening/")
    upload(page, bundle("<i>p1</i>"), broken)
    computed(page)
    expect(page.locator(".message-warning")).to_contain_text("broken.json")
    expect(page.get_by_role("link", name="<i>p1</i>")).to_be_visible()
    page.get_by_role("link", name=re.compile("What was not understood")).click()
    computed(page)
    expect(page.get_by_role("table")).to_contain_text("broken.json")
    assert violations(page) == []


def test_a_folder_is_pointed_to_and_found_again(open_page: Opener, bundle: Callable[[str], Path]) -> None:
    folder = bundle("p1").parent
    page = open_page("/screening/")
    page.get_by_label("Whole path").fill(str(folder))
    page.get_by_role("button", name="Read and screen").click()
    computed(page)
    expect(page.get_by_role("link", name="p1", exact=True)).to_be_visible()
    assert str(folder) not in page.url
    page.get_by_role("link", name="Screening").last.click()
    page.get_by_role("link", name=str(folder)).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")
    page.go_back()
    page.get_by_role("button", name=f"Forget {folder}").click()
    expect(page.get_by_role("link", name=str(folder))).to_have_count(0)


def test_a_path_that_is_not_there_is_said(open_page: Opener, console: Console) -> None:
    console.expected.append("status of 400")
    page = open_page("/screening/")
    page.get_by_label("Whole path").fill("/no/such/place")
    page.get_by_role("button", name="Read and screen").click()
    expect(page.get_by_role("alert")).to_contain_text("no such file or folder")


def test_300_mb_are_refused_before_they_are_sent(open_page: Opener, tmp_path: Path) -> None:
    large = tmp_path / "large.json"
    with large.open("wb") as out:
        out.truncate(300 * 2**20)
    page = open_page("/screening/")
    page.get_by_label("Files of patients").set_input_files(str(large))
    field = page.get_by_label("Files of patients")
    assert "more than 100 MB" in str(field.evaluate("each => each.validationMessage"))
    page.get_by_role("button", name="Send and screen").click()
    assert page.url.endswith("/screening/")


def test_two_tabs_do_not_mix(open_page: Opener) -> None:
    one, two = open_page(TRIED), open_page(f"{SLE6}?on=2026-05-01")
    computed(one)
    computed(two)
    one.reload()
    expect(one.locator("#what-if")).to_contain_text("What if: nothing is recorded")
    expect(two.locator("#what-if")).not_to_contain_text("nothing is recorded")
    expect(two.locator(".state")).to_contain_text("2026-05-01")


def test_paper_shows_the_criteria_and_no_forms(open_page: Opener) -> None:
    page = open_page(SLE6)
    computed(page)
    page.emulate_media(media="print")
    expect(page.locator("[id='I04.b.1']")).to_be_visible()
    expect(page.locator(".filters")).to_be_hidden()
    expect(page.locator(".jump")).to_be_hidden()
