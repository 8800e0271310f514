"""The dose ladder in a real browser: days, what-ifs, files, the sheet of a patient; phone, zoom, paper."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dosepath.demo.conduct import conduct_text
from tests.browser.conftest import LOOKS, Console, Opener, spills, violations
from tests.browser.screens import Shot

DRAWN = "figure.plot svg"
PLACES = ("/ladder/", "/ladder/?on=2026-06-17&variant=V1", "/ladder/subject/?id=S05", "/ladder/file/")


def drawn(page: Page) -> None:
    """Wait for the plots, which come after the page."""
    expect(page.locator(".to-draw")).to_have_count(0)


def at_swimmer(page: Page) -> None:
    drawn(page)
    page.locator("#swimmer").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('swimmer').scrollIntoView()")


SHOTS = (
    Shot("ladder", "/ladder/", before=drawn, height=920),
    Shot("ladder-review-due", "/ladder/?on=2026-06-17&variant=V1", before=drawn, height=1200),
    Shot("ladder-swimmer", "/ladder/", before=at_swimmer, height=900),
    Shot("ladder-subject", "/ladder/subject/?id=S05", before=drawn, height=1100),
    Shot("ladder-phone", "/ladder/", before=drawn, width=390, height=1500),
    Shot("ladder-zh-dark", "/ladder/", before=drawn, theme="dark", language="zh-hans", height=800),
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("theme", "language"), LOOKS)
def test_everyone_can_use_it(theme: str, language: str, place: str, open_page: Opener) -> None:
    page = open_page(place, theme=theme, language=language)
    drawn(page)
    for each in page.locator("details").all():
        each.evaluate("node => node.open = true")
    assert violations(page) == []
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("width", [320, 390, 640])
def test_it_fits_a_phone_and_a_zoom_of_200_percent(width: int, place: str, open_page: Opener) -> None:
    page = open_page(place, width=width)
    drawn(page)
    assert spills(page) <= 0


def test_the_highest_level_stands_on_top_and_the_decision_under_the_ladder(open_page: Opener) -> None:
    page = open_page("/ladder/")
    assert page.locator(".rung h3").all_inner_texts() == ["Level 3", "Level 2", "Level 1"]
    ladder, decision = page.locator(".ladder").bounding_box(), page.locator(".decision").bounding_box()
    assert ladder is not None
    assert decision is not None
    assert ladder["y"] + ladder["height"] <= decision["y"]
    expect(page.locator(".decision .said")).to_contain_text("stay at level 3")
    expect(page.locator(".decision")).to_contain_text("a person decides and signs")


def test_events_are_gone_through_and_the_address_follows(open_page: Opener) -> None:
    page = open_page("/ladder/")
    page.get_by_role("link", name="previous event").click()
    expect(page.locator(".today")).to_have_text("2026-10-01")
    expect(page).to_have_url(re.compile(r"\?on=2026-10-01$"))
    expect(page.locator("#on")).to_have_value("2026-10-01")
    page.get_by_role("link", name="back to the data").click()
    expect(page.locator(".today")).to_have_text("2026-10-02")
    page.get_by_role("link", name="next event").click()
    expect(page.locator(".today")).to_have_text("2026-10-06")
    expect(page.locator("#as-of")).to_contain_text("The next infusion is possible now.")
    page.go_back()
    expect(page.locator(".today")).to_have_text("2026-10-02")


def test_days_are_stepped_with_the_keyboard_and_focus_stays(open_page: Opener) -> None:
    page = open_page("/ladder/")
    page.locator("#day-before").focus()
    for day in ("2026-10-01", "2026-09-30"):
        page.keyboard.press("Enter")
        expect(page.locator(".today")).to_have_text(day)
        expect(page.locator("#day-before")).to_be_focused()
        # Until the new part has settled, a key follows the link like any other page.
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    expect(page.locator("#said")).to_have_text("2026-09-30: stay at level 3")


def test_the_slider_moves_the_day(open_page: Opener) -> None:
    page = open_page("/ladder/")
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".today")).to_have_text("2026-10-01")
    page.keyboard.press("Home")
    expect(page.locator(".today")).to_have_text("2025-11-24")
    expect(page.locator("#as-of")).to_contain_text("Nobody was infused yet.")
    expect(slider).to_have_attribute("aria-valuetext", "2025-11-24")


def test_a_day_is_typed(open_page: Opener) -> None:
    page = open_page("/ladder/")
    page.get_by_role("textbox", name="As of").fill("2026-03-25")
    expect(page.locator(".today")).to_have_text("2026-03-25")
    expect(page.locator(".rung").nth(1)).to_contain_text("until the board has decided")


def test_a_what_if_is_marked_and_taken_back(open_page: Opener) -> None:
    page = open_page("/ladder/?on=2026-06-17")
    page.get_by_text("What if: other settings, other readings").click()
    page.locator("#set-variant").select_option("V1")
    page.get_by_label("Level 3", exact=True).fill("1.7")
    page.get_by_role("button", name="Show the what-if").click()
    expect(page.locator(".what-if")).to_contain_text("variant of the 3+3: V1 instead of V3")
    expect(page.locator(".rung").first).to_contain_text("1,700,000")
    expect(page).to_have_url(re.compile(r"on=2026-06-17&dose-3=1\.7&variant=V1$"))
    page.get_by_role("link", name="Back to the settings of the file").click()
    expect(page.locator(".what-if")).to_have_count(0)


def test_a_reading_changes_the_verdicts(open_page: Opener) -> None:
    page = open_page("/ladder/subject/?id=S12&on=2026-10-02")
    expect(page.locator(".sheet")).to_contain_text("decides by 2026-10-11")
    page.goto("/ladder/subject/?id=S12&on=2026-10-02&crs_onset=onset_of_syndrome")
    expect(page.locator(".sheet")).to_contain_text("decides by 2026-10-08")
    expect(page.locator(".message-warning")).to_contain_text("onset_of_syndrome instead of onset_of_grade_3")


def test_rates_are_chosen(open_page: Opener) -> None:
    page = open_page("/ladder/")
    page.get_by_label("Assumed rates of DLT").fill("0.05,0.5")
    page.get_by_role("button", name="Compute").click()
    expect(page.get_by_role("columnheader", name="if the rate is 0.5")).to_be_visible()
    expect(page.locator("section", has=page.locator("#risk")).locator(DRAWN)).to_be_visible()


def test_the_decision_leads_to_its_trace_and_text(open_page: Opener) -> None:
    page = open_page("/ladder/")
    page.get_by_role("link", name="the first three are infused").click()
    expect(page.locator("#trace")).to_be_in_viewport()
    expect(page.locator(".trace li.decides").first).to_contain_text("What does the rule say?")
    page.get_by_role("link", name="text of the protocol").click()
    expect(page.locator("#protocol")).to_be_in_viewport()


def test_the_list_is_filtered_and_the_day_stays(open_page: Opener) -> None:
    page = open_page("/ladder/?on=2026-08-12")
    page.locator("#filter-state").select_option("dlt")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"on=2026-08-12.*state=dlt"))
    with page.expect_download() as download:
        page.locator("#list").get_by_role("link", name="CSV").click()
    assert Path(download.value.path()).read_text(encoding="utf-8").splitlines()[1].startswith("S05,")


def test_a_patient_is_opened_from_the_ladder_and_values_lead_to_the_file(open_page: Opener) -> None:
    page = open_page("/ladder/?on=2026-10-01")
    page.locator(".place-pending").get_by_role("link", name="S12").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("S12")
    expect(page.locator(".head")).to_contain_text("day 9 on 2026-10-01")
    expect(page.locator(".clause", has_text="not resolved to Grade 1 or 2")).to_contain_text(
        "fever, with one vasopressor"
    )
    expect(page.locator(DRAWN)).to_be_visible()
    page.locator("table", has_text="infusion").get_by_role("link").nth(5).click()
    expect(page.locator("li:target")).to_contain_text("infusion: 2026-09-22")
    page.go_back()
    page.get_by_role("link", name="Dose ladder").nth(1).click()
    expect(page.locator(".today")).to_have_text("2026-10-01")


def test_a_file_is_opened_and_mended(open_page: Opener, console: Console, tmp_path: Path) -> None:
    console.expected.append("status of 400")
    wrong = tmp_path / "mine.yaml"
    wrong.write_text(conduct_text().replace("infusion: 2026-02-24", "infusion: soon"), encoding="utf-8")
    page = open_page("/ladder/")
    page.get_by_text("Open another conduct file").click()
    page.get_by_label("A file (.yaml, .yml, .json)").set_input_files(wrong)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This file cannot be used yet")
    expect(page.locator("tbody tr")).to_contain_text(["patient S03: infusion"])
    assert violations(page) == []
    text = page.get_by_label("or its text")
    text.fill(text.input_value().replace("infusion: soon", "infusion: 2026-02-24"))
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator(".source")).to_contain_text("File: pasted.yaml")
    expect(page.locator(".rung h3").first).to_have_text("Level 3")
    page.get_by_role("link", name="Back to the demonstration").click()
    expect(page.locator(".source")).to_contain_text("nobody here exists")


def test_two_tabs_keep_their_days_and_settings(open_page: Opener) -> None:
    one, other = open_page("/ladder/?on=2026-03-25"), open_page("/ladder/?on=2026-06-17&variant=V1")
    one.locator("#day-after").click()
    expect(one.locator(".today")).to_have_text("2026-03-26")
    other.reload()
    expect(other.locator(".today")).to_have_text("2026-06-17")
    expect(one.locator(".what-if")).to_have_count(0)


def test_plots_are_saved(open_page: Opener) -> None:
    page = open_page("/ladder/")
    drawn(page)
    with page.expect_download() as download:
        page.locator("section", has=page.locator("#swimmer")).get_by_role("link", name="PNG").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


def test_paper_shows_the_ladder_and_no_controls(open_page: Opener) -> None:
    page = open_page("/ladder/")
    page.emulate_media(media="print")
    expect(page.locator(".jumps")).to_be_hidden()
    expect(page.locator("#day")).to_be_hidden()
    expect(page.locator(".rung").first).to_be_visible()
    expect(page.locator(".paper-only")).to_have_text("As of 2026-10-02, from conduct.yaml")
    expect(page.locator(".paper-only")).to_be_visible()


def test_it_works_without_scripts(open_page: Opener) -> None:
    first = open_page("/ladder/")
    browser = first.context.browser
    assert browser
    context = browser.new_context(java_script_enabled=False, base_url=first.url.split("/ladder")[0])
    page = context.new_page()
    page.goto("/ladder/")
    page.get_by_role("link", name="previous event").click()
    expect(page.locator(".today")).to_have_text("2026-10-01")
    page.get_by_role("textbox", name="As of").fill("2026-03-25")
    page.locator("#day").get_by_role("button", name="Show").click()
    expect(page.locator(".today")).to_have_text("2026-03-25")
    context.close()


def test_chinese_has_no_english_but_quotes(open_page: Opener) -> None:
    page = open_page("/ladder/?on=2026-06-17&variant=V1", language="zh-hans")
    drawn(page)
    shown = page.evaluate(
        """() => { const copy = document.querySelector("main").cloneNode(true);
        copy.querySelectorAll("[lang=en], svg, code, option, .muted sup").forEach(each => each.remove());
        return copy.textContent; }"""
    )
    names = {"SLE", "dcSSc", "AAV", "IIM", "CAR", "CSV", "JSON", "PNG", "SVG", "DLT", "CRS", "ICANS", "MTD"}
    files = {"conduct", "docs", "yaml", "yml", "json"}
    assert set(re.findall(r"[A-Za-z]{3,}", shown)) - names - files == set()
