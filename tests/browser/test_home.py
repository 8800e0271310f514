"""Home in a real browser: look, keyboard, language and theme."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LOOKS, Console, Opener, spills, violations
from tests.browser.screens import Shot

SHOTS = (
    Shot("home", "/", height=760),
    Shot("home-zh-dark", "/", theme="dark", language="zh-hans", height=760),
)


@pytest.mark.parametrize(("theme", "language"), LOOKS)
def test_everyone_can_use_it(theme: str, language: str, open_page: Opener) -> None:
    page = open_page("/", theme=theme, language=language)
    assert violations(page) == []
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("width", [320, 390, 640])
def test_it_fits_a_phone_and_a_zoom_of_200_percent(width: int, open_page: Opener) -> None:
    assert spills(open_page("/", width=width)) <= 0


def test_the_first_key_leads_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_language_and_theme_are_switched_and_kept(page: Page) -> None:
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    page.get_by_role("button", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")


def test_an_unknown_address_leads_home(console: Console, open_page: Opener) -> None:
    console.expected.append("status of 404")
    page = open_page("/nope/")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    assert violations(page) == []
    page.get_by_role("main").get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("An early-phase trial as software")


def test_paper_shows_no_navigation(page: Page) -> None:
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_be_hidden()
