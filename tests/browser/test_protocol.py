"""The protocol browser in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LOOKS, Opener, spills, violations
from tests.browser.screens import Shot

TRIAL = "/protocol/NCT06680388"
SHOTS = (
    Shot("protocol", f"{TRIAL}/#s32", height=1000),
    Shot("protocol-ambiguous", f"{TRIAL}/?text=ambiguous&arm=SLE", height=820),
    Shot("protocol-criterion", f"{TRIAL}/criteria/E03/", height=1000),
    Shot("protocol-open", f"{TRIAL}/open/", height=900),
    Shot("protocol-concept", f"{TRIAL}/concepts/creatinine/", height=800),
    Shot("protocol-zh-dark", f"{TRIAL}/#s32", theme="dark", language="zh-hans", height=1000),
    Shot("protocol-phone", f"{TRIAL}/#s32", width=390, height=844),
)
PLACES = (
    f"{TRIAL}/?q=nephritis",
    f"{TRIAL}/?q=DLT",
    f"{TRIAL}/criteria/I02.1.c/",
    f"{TRIAL}/criteria/E03/?reading=E03=igg",
    f"{TRIAL}/open/?q=dose",
    f"{TRIAL}/concepts/?q=creatinine",
    f"{TRIAL}/concepts/creatinine/",
)


@pytest.mark.parametrize("place", PLACES)
def test_everyone_can_use_it_in_both_themes_and_languages(place: str, open_page: Opener) -> None:
    for theme, language in LOOKS:
        page = open_page(place, theme=theme, language=language)
        assert violations(page) == [], (theme, language)
        assert page.locator("h1").count() == 1


def test_everyone_can_use_the_whole_page(open_page: Opener) -> None:
    assert violations(open_page(f"{TRIAL}/")) == []


@pytest.mark.parametrize("place", [f"{TRIAL}/", *PLACES])
def test_it_fits_a_phone(place: str, open_page: Opener) -> None:
    assert spills(open_page(place, width=360)) <= 0


def sentences(page: Page) -> int:
    return page.locator("li.sentence").count()


def test_a_search_leaves_what_has_the_words_and_the_address_keeps_it(open_page: Opener) -> None:
    page = open_page(f"{TRIAL}/")
    every = sentences(page)
    page.get_by_label("Search").press_sequentially("hydroxychloroquine")
    expect(page.locator("mark").first).to_be_visible()
    expect(page.locator(".exports").first).to_contain_text("of")
    assert 0 < sentences(page) < every
    expect(page).to_have_url(re.compile("q=hydroxychloroquine"))
    csv = page.get_by_role("link", name="CSV").get_attribute("href")
    assert csv is not None
    assert "q=hydroxychloroquine" in csv
    page.reload()
    expect(page.get_by_label("Search")).to_have_value("hydroxychloroquine")
    page.get_by_role("link", name="Clear").click()
    expect(page.locator("li.sentence")).to_have_count(every)


def test_a_choice_filters_at_once_and_back_undoes_it(open_page: Opener) -> None:
    page = open_page(f"{TRIAL}/")
    every = sentences(page)
    page.get_by_label("Arm").select_option("SS")
    expect(page).to_have_url(re.compile("arm=SS"))
    expect(page.get_by_role("heading", name="I02.1.c ")).to_have_count(0)
    page.go_back()
    expect(page.locator("li.sentence")).to_have_count(every)


def test_another_reading_is_shown_and_undone(open_page: Opener) -> None:
    page = open_page(f"{TRIAL}/criteria/E03/")
    before = page.locator(".in-words").first.inner_text()
    page.locator("tr", has=page.get_by_role("rowheader", name="igg", exact=True)).get_by_role(
        "link", name="show under this reading"
    ).click()
    expect(page.get_by_text("Shown under other readings than the file has in force")).to_be_visible()
    assert page.locator(".in-words").first.inner_text() != before
    page.get_by_role("link", name="Text and rules").click()
    expect(page).to_have_url(re.compile("reading=E03"))
    page.get_by_label("Search").press_sequentially("IgG")
    expect(page).to_have_url(re.compile("reading=E03.*q=IgG|q=IgG.*reading=E03"))
    page.get_by_role("link", name="Back to the readings of the file").click()
    expect(page.get_by_text("Shown under other readings")).to_have_count(0)


def test_from_a_sentence_to_its_criterion_to_its_concept_and_back(open_page: Opener) -> None:
    page = open_page(f"{TRIAL}/")
    page.get_by_role("heading", name="I04.a.1").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("I04.a.1")
    page.get_by_role("link", name="anc").click()
    expect(page.get_by_role("cell", name="751-8")).to_be_visible()
    page.get_by_role("link", name="I04.a.1").click()
    page.get_by_role("link", name="sentence").click()
    expect(page).to_have_url(re.compile("#s32$"))


def test_a_permalink_leads_to_the_rule_on_the_page(open_page: Opener) -> None:
    page = open_page(f"{TRIAL}/#E12")
    expect(page.locator("#E12")).to_be_in_viewport()
