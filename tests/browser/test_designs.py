"""The design lab in a real browser: sliders, keyboard, live answers, plots, tabs, and the address that holds it all."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LOOKS, Console, Opener, spills, violations
from tests.browser.screens import Shot

FIVE = "truth=0.05,0.1,0.2,0.3,0.45&target=0.3&planned=30&cohorts=10"
MANY = f"{FIVE}&1.design=3%2B3&2.design=boin&3.design=keyboard&4.design=crm"
AFTER = "/designs/next/?truth=0.1,0.25,0.4&1.design=3%2B3&2.design=boin&3.design=crm&of=3&outcomes=1NNN%202NNT"
PAGES = {
    "side": f"/designs/?{MANY}",
    "scenarios": "/designs/scenarios/",
    "one": "/designs/one/",
    "table": "/designs/table/?truth=0.1,0.25,0.4&1.design=boin&cohorts=5",
    "paths": "/designs/paths/?truth=0.1,0.25,0.4&1.design=3%2B3&depth=2",
    "next": AFTER,
    "price": "/designs/price/",
    "size": "/designs/size/?truth=0.1,0.3,0.5&1.design=boin&wanted=0.6",
    "sensitivity": "/designs/sensitivity/?truth=0.1,0.25,0.4&1.design=boin&cohorts=5&planned=15",
    "simulate": "/designs/simulate/?truth=0.1,0.25,0.4&1.design=3%2B3&2.design=rolling-six&trials=50",
}


def drawn(page: Page) -> None:
    """Wait until every plot stands and nothing is awaited."""
    expect(page.locator(".progress")).to_have_count(0, timeout=30_000)
    for place in page.locator("[data-plot]").all():
        expect(place.locator("figure:not(.old) svg")).to_be_visible(timeout=30_000)


SHOTS = (
    Shot("designs", "/designs/", before=drawn, height=1000),
    Shot("designs-scenarios", PAGES["scenarios"], before=drawn),
    Shot("designs-one", PAGES["one"], before=drawn, height=1050),
    Shot("designs-table", PAGES["table"], before=drawn),
    Shot("designs-paths", PAGES["paths"], before=drawn, height=1000),
    Shot("designs-next", PAGES["next"], before=drawn, height=1000),
    Shot("designs-price", PAGES["price"], before=drawn, height=860),
    Shot("designs-size", PAGES["size"], before=drawn),
    Shot("designs-sensitivity", PAGES["sensitivity"], before=drawn, height=700),
    Shot("designs-simulate", PAGES["simulate"], before=drawn, height=700),
    Shot("designs-price-zh-dark", PAGES["price"], before=drawn, theme="dark", language="zh-hans", height=620),
    Shot("designs-phone", "/designs/", before=drawn, width=390, height=1400),
)


@pytest.mark.parametrize("name", PAGES)
def test_everyone_can_use_it(name: str, open_page: Opener) -> None:
    for theme, language in LOOKS:
        page = open_page(PAGES[name], theme=theme, language=language)
        drawn(page)
        assert violations(page) == []
        assert page.locator("h1").count() == 1


@pytest.mark.parametrize("name", PAGES)
def test_it_fits_a_phone_and_a_zoom_of_200_percent(name: str, open_page: Opener) -> None:
    for width in (320, 640):
        page = open_page(PAGES[name], width=width)
        drawn(page)
        assert spills(page) <= 0


def row(page: Page, design: str) -> str:
    return page.locator("table.measures tbody tr", has_text=design).inner_text()


def test_a_slider_moves_by_keyboard_and_the_answer_and_the_address_follow(open_page: Opener) -> None:
    page = open_page("/designs/")
    before = row(page, "3+3 V3")
    slider = page.get_by_role("slider", name="True rate of level 2, slider")
    expect(slider).to_have_value("25")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_label("True rate of level 2, from 0 to 1")).to_have_value("0.3")
    expect(slider).to_have_attribute("aria-valuetext", "0.3")
    page.wait_for_url("**truth=0.1,0.3,0.4**")
    expect(page.locator(".scenario")).to_contain_text("0.3, 0.4")
    expect(page.locator("#said")).to_contain_text("0.3, 0.4 · target 0.3")
    expect(slider).to_be_focused()
    after = row(page, "3+3 V3")
    assert after != before
    drawn(page)
    page.reload()
    assert row(page, "3+3 V3") == after
    expect(page.get_by_role("slider", name="True rate of level 2, slider")).to_have_value("30")


def test_a_number_moves_its_slider_and_what_is_half_written_is_said(open_page: Opener) -> None:
    page = open_page("/designs/")
    number = page.get_by_label("True rate of level 1, from 0 to 1")
    number.fill("0.")
    number.fill("")
    expect(page.locator("#answer")).to_contain_text("true rate of level 1: write a rate from 0 to 1")
    number.fill("0.18")
    expect(page.get_by_role("slider", name="True rate of level 1, slider")).to_have_value("18")
    page.wait_for_url("**truth=0.18,0.25,0.4**")
    expect(page.locator("table.measures")).to_be_visible()
    drawn(page)


def test_doses_scenarios_and_pasted_rates(open_page: Opener) -> None:
    page = open_page("/designs/?truth=0.1,0.25,0.4&1.design=boin&cohorts=4")
    page.get_by_label("Dose levels").fill("4")
    expect(page.get_by_label("True rate of level 4, from 0 to 1")).to_have_value("0.55")
    expect(page.get_by_label("Dose levels")).to_be_focused()
    page.get_by_role("button", name="Steep: doubling").click()
    page.wait_for_url("**truth=0.15,0.3,0.6,0.95**")
    page.get_by_text("From a list or a file").click()
    page.get_by_label("Rates, apart by commas").fill("5 %, 15 %, 30 %")
    page.get_by_role("button", name="Take these rates").click()
    page.wait_for_url("**truth=0.05,0.15,0.3&**")
    expect(page.locator("ol.rates li")).to_have_count(3)
    drawn(page)


def test_a_file_with_rates_is_read_in_the_browser(open_page: Opener, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("0.02,0.08\n0.2,0.35\n")
    page = open_page("/designs/?truth=0.1,0.25&1.design=3%2B3")
    page.get_by_text("From a list or a file").click()
    page.get_by_label("File with rates").set_input_files(file)
    expect(page.get_by_label("Rates, apart by commas")).to_have_value("0.02,0.08\n0.2,0.35\n")
    page.get_by_role("button", name="Take these rates").click()
    page.wait_for_url("**truth=0.02,0.08,0.2,0.35&**")
    drawn(page)


def test_designs_are_added_changed_and_removed(open_page: Opener) -> None:
    page = open_page("/designs/?truth=0.1,0.25,0.4&cohorts=4&1.design=3%2B3")
    page.get_by_role("button", name="Add a design").click()
    expect(page.locator("table.measures tbody tr")).to_have_count(2)
    page.get_by_label("Design 2", exact=True).select_option("keyboard")
    page.wait_for_url("**2.design=keyboard**")
    expect(page.locator("table.measures")).to_contain_text("Keyboard")
    page.locator("#own-1 summary").click()
    page.locator("#d1-variant").select_option("V1")
    page.wait_for_url("**1.variant=V1**")
    expect(page.locator("table.measures")).to_contain_text("3+3 V1")
    expect(page.locator("#d1-variant")).to_be_visible()
    page.get_by_role("button", name="Remove design 2, keyboard").click()
    expect(page.locator("table.measures tbody tr")).to_have_count(1)
    expect(page.locator("#d1-variant")).to_be_visible()
    drawn(page)


def test_a_wrong_parameter_is_said_beside_the_others(open_page: Opener) -> None:
    page = open_page("/designs/?truth=0.1,0.25,0.4&cohorts=4&1.design=3%2B3&2.design=boin")
    page.locator("#own-2 summary").click()
    page.locator("#d2-cutoff").fill("7")
    expect(page.locator("#answer .message-error")).to_contain_text("cutoff 7: from 0.5 to 1")
    expect(page.locator("table.measures")).to_contain_text("3+3 V3")
    expect(page.locator("#d2-cutoff")).to_have_value("7")
    drawn(page)


def test_the_tabs_keep_the_question(open_page: Opener) -> None:
    page = open_page("/designs/?truth=0.1,0.3,0.5&1.design=boin&cohorts=4")
    for title in ("One design", "Decision table", "Dose paths", "Price of V1–V4", "Sensitivity", "Compare"):
        page.get_by_role("navigation", name="Pages of the lab").get_by_role("link", name=title).click()
        expect(page.get_by_role("link", name=title)).to_have_attribute("aria-current", "page")
        expect(page.locator(".scenario")).to_contain_text("0.1, 0.3, 0.5")
        drawn(page)


def test_scenarios_are_written_one_a_line(open_page: Opener) -> None:
    page = open_page("/designs/scenarios/?truth=0.1,0.25,0.4&1.design=boin&cohorts=4")
    expect(page.locator("table.measures tbody tr")).to_have_count(6)
    page.get_by_label("Scenarios, one a line").fill("0.1, 0.2, 0.3\n0.3, 0.4, 0.5")
    page.get_by_label("Scenarios, one a line").press("Tab")
    expect(page.locator("table.measures tbody tr")).to_have_count(2)
    page.wait_for_url("**scenarios=0.1,%200.2,%200.3;0.3,%200.4,%200.5*")


def test_outcomes_are_typed_and_each_design_answers(open_page: Opener) -> None:
    page = open_page("/designs/next/?truth=0.1,0.25,0.4&1.design=3%2B3&2.design=boin")
    outcomes = page.get_by_label("Outcomes so far")
    outcomes.fill("1NNN 2NNT")
    outcomes.press("Enter")
    page.wait_for_url("**outcomes=1NNN*")
    table = page.locator("#answer table")
    expect(table.locator("tr", has_text="3+3 V3")).to_contain_text("expand")
    expect(table.locator("tr", has_text="BOIN")).to_contain_text("stay")
    page.get_by_label("Outcomes so far").fill("1NNN 2NNP")
    page.get_by_label("Outcomes so far").press("Enter")
    expect(page.locator("#answer")).to_contain_text("3+3 V3: if pending patients turn out so")
    page.get_by_label("Outcomes so far").fill("1XYZ")
    page.get_by_label("Outcomes so far").press("Enter")
    expect(page.locator("#answer")).to_contain_text("cohort 1 '1XYZ'")


def test_the_decision_table_of_another_design_and_level(open_page: Opener) -> None:
    page = open_page("/designs/table/?truth=0.1,0.25,0.4&cohorts=4&1.design=3%2B3&2.design=boin")
    expect(page.locator("table.steps tbody tr").nth(1)).to_contain_text("S")
    page.get_by_label("Design", exact=True).select_option("2")
    page.wait_for_url("**of=2*")
    expect(page.locator("table.steps")).to_contain_text("BOIN")
    page.get_by_label("At dose level").select_option("1")
    page.wait_for_url("**level=1*")
    expect(page.locator("#answer")).to_contain_text("At dose level 1")


def test_what_takes_long_shows_how_far_it_is(open_page: Opener) -> None:
    page = open_page("/designs/simulate/?truth=0.1,0.25,0.4&1.design=rolling-six&trials=1500&seed=77")
    expect(page.locator(".progress progress")).to_be_visible()
    expect(page.locator("table.measures")).to_contain_text("rolling six", timeout=120_000)
    expect(page.locator(".progress")).to_have_count(0)


def test_plots_and_the_report_are_kept_as_files(open_page: Opener) -> None:
    page = open_page("/designs/?truth=0.1,0.25,0.4&1.design=3%2B3")
    drawn(page)
    figure = page.locator("[data-plot=recommendations]")
    for form in ("SVG", "PNG", "JSON"):
        with page.expect_download() as found:
            figure.get_by_role("link", name=form).click()
        assert found.value.suggested_filename == f"recommendations.{form.lower()}"
    with page.expect_download() as found:
        page.get_by_role("link", name="Report as one HTML file").click()
    assert "3+3 V3" in Path(found.value.path()).read_text()


def test_a_wrong_address_says_what_and_can_be_mended(console: Console, open_page: Opener) -> None:
    console.expected.append("status of 400")
    page = open_page("/designs/?truth=0.1,2&1.design=boin")
    expect(page.get_by_role("alert")).to_contain_text("true rate of level 2")
    page.get_by_label("True rate of level 2, from 0 to 1").fill("0.2")
    page.wait_for_url("**truth=0.1,0.2&**")
    drawn(page)
    assert violations(page) == []


def test_paper_shows_the_answer_without_the_form(open_page: Opener) -> None:
    page = open_page("/designs/")
    drawn(page)
    page.emulate_media(media="print")
    expect(page.locator("#asked")).to_be_hidden()
    expect(page.locator("table.measures")).to_be_visible()


def test_it_works_without_scripts(server: str, browser: object) -> None:
    context = browser.new_context(base_url=server, java_script_enabled=False, locale="en-GB")  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto("/designs/?truth=0.1,0.25,0.4&1.design=3%2B3")
    assert page.locator("input.slider").first.is_hidden()
    page.get_by_label("True rate of level 2, from 0 to 1").fill("0.2")
    page.get_by_role("button", name="Compute").click()
    page.wait_for_url("**truth=0.1,0.2,0.4&**")
    page.get_by_role("button", name="Add a design").click()
    page.wait_for_url("**2.design=boin*")
    assert page.locator("table.measures tbody tr").count() == 2
    context.close()
