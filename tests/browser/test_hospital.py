"""Hospital in a real browser: made by a button, opened by its path, worklist, cost, waterfall, threshold."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dosepath.demo.hospital.make import make_hospital
from dosepath.interop.hospital import screen_into
from dosepath.population.screening import Asked
from dosepath.trial.library import open_trial
from tests.browser.conftest import LOOKS, Console, Opener, spills, violations
from tests.browser.screens import Shot

TRIAL = "NCT06680388"
DAY = date(2026, 6, 1)
PLACES = (
    "arms/?",
    "worklist/?",
    "orders/?",
    "cost/?arm=SS&",
    "waterfall/?arm=SS&",
    "threshold/?arm=SS&criterion=I04.a.1&",
    "remarks/?",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Screen a small synthetic hospital into a folder of this machine."""
    place = tmp_path_factory.mktemp("hospital")
    make_hospital(place / "tables", 2_000, 1, DAY)
    screen_into(place / "screened", [place / "tables"], Asked(TRIAL, open_trial(TRIAL), DAY))
    return place / "screened"


def made(page: Page) -> None:
    """Make the synthetic hospital where it is not there yet; begins and ends at the start of the screen."""
    if page.get_by_role("link", name="synthetic-2000-1").count() == 0:
        page.locator("main form[method=post] button").click()
        expect(page.locator("main dl.facts")).to_be_visible(timeout=240_000)
        page.goto("/hospital/")


def part(place: str) -> Callable[[Page], None]:
    """Give what leads from the start to a part of the synthetic hospital."""

    def lead(page: Page) -> None:
        made(page)
        page.goto(f"/hospital/{place}folder=synthetic-2000-1")
        expect(page.locator("#list")).to_be_visible(timeout=60_000)

    return lead


START = "/hospital/"
SHOTS = (
    Shot("hospital", START, made, height=700),
    Shot("hospital-arms", START, part("arms/?"), height=860),
    Shot("hospital-worklist", START, part("worklist/?"), height=700),
    Shot("hospital-cost", START, part("cost/?arm=SS&"), height=760),
    Shot("hospital-waterfall", START, part("waterfall/?arm=SS&"), height=860),
    Shot("hospital-threshold", START, part("threshold/?arm=SS&criterion=I04.c.3&"), height=900),
    Shot("hospital-cost-zh-dark", START, part("cost/?arm=SS&"), theme="dark", language="zh-hans", height=700),
)


def shown(open_page: Opener, folder: Path, place: str, **look: object) -> Page:
    """Open a part of the result and wait until it is computed."""
    page = open_page(f"/hospital/{place}folder={folder}", **look)
    expect(page.locator("#list")).to_be_visible(timeout=60_000)
    return page


@pytest.mark.parametrize(("theme", "language"), LOOKS)
@pytest.mark.parametrize("place", PLACES)
def test_everyone_can_use_it(place: str, theme: str, language: str, folder: Path, open_page: Opener) -> None:
    page = shown(open_page, folder, place, theme=theme, language=language)
    assert violations(page) == []
    assert page.locator("h1").count() == 1


def sheet(page: Page) -> Page:
    """Open the sheet of the first patient of the worklist."""
    page.locator("#list tbody th a").first.click()
    expect(page.locator("article.criterion").first).to_be_visible(timeout=60_000)
    return page


@pytest.mark.parametrize(("theme", "language"), LOOKS)
def test_everyone_can_use_the_sheet_of_a_patient(theme: str, language: str, folder: Path, open_page: Opener) -> None:
    page = sheet(shown(open_page, folder, "worklist/?", theme=theme, language=language))
    assert violations(page) == []
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("width", [320, 640])
def test_the_sheet_of_a_patient_fits_a_phone_and_a_zoom_of_200_percent(
    width: int, folder: Path, open_page: Opener
) -> None:
    assert spills(sheet(shown(open_page, folder, "worklist/?", width=width))) <= 0


@pytest.mark.parametrize(("theme", "language"), LOOKS)
def test_everyone_can_begin(theme: str, language: str, open_page: Opener) -> None:
    assert violations(open_page("/hospital/", theme=theme, language=language)) == []


@pytest.mark.parametrize("width", [320, 390, 640])
@pytest.mark.parametrize("place", PLACES)
def test_it_fits_a_phone_and_a_zoom_of_200_percent(place: str, width: int, folder: Path, open_page: Opener) -> None:
    assert spills(shown(open_page, folder, place, width=width)) <= 0


def test_a_path_leads_through_the_parts_to_a_patient(folder: Path, open_page: Opener) -> None:
    page = open_page("/hospital/")
    page.get_by_label("Path").fill(str(folder))
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What the folder holds", timeout=60_000)
    page.get_by_role("link", name="SS", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nearest to taking part", timeout=60_000)
    expect(page.get_by_label("Arm")).to_have_value("SS")
    first = page.locator("#list tbody th a").first
    name = first.inner_text()
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Patient {name}", timeout=60_000)
    expect(page.locator("article.criterion h3", has_text="age 18 to 65")).to_be_visible()
    assert violations(page) == []


def test_filters_follow_without_losing_the_folder(folder: Path, open_page: Opener) -> None:
    page = shown(open_page, folder, "worklist/?")
    before = page.locator("#list tbody tr").count()
    page.get_by_label("Order").select_option("collect saliva")
    expect(page).to_have_url(re.compile(r"order=collect"))
    expect(page.locator("#list tbody tr")).not_to_have_count(before)
    assert "folder=" in page.url
    page.get_by_role("link", name="Clear").click()
    expect(page.locator("#list tbody tr")).to_have_count(before, timeout=60_000)


def test_a_costly_criterion_leads_to_its_limit_and_a_range_is_tried(folder: Path, open_page: Opener) -> None:
    page = shown(open_page, folder, "cost/?arm=SS&")
    page.get_by_role("link", name="I04.c.3").click()
    expect(page.locator("figure.plot svg")).to_be_visible(timeout=60_000)
    page.get_by_role("searchbox", name="From").fill("1")
    page.get_by_role("searchbox", name="To").fill("3")
    page.get_by_role("searchbox", name="Steps").fill("4")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#list tbody tr")).to_have_count(5, timeout=60_000)
    expect(page).to_have_url(re.compile(r"low=1&high=3&steps=4"))


def test_a_wrong_range_is_told_in_its_place_and_the_next_one_is_tried(
    folder: Path, console: Console, open_page: Opener
) -> None:
    console.expected.append("400")
    page = shown(open_page, folder, "threshold/?arm=SS&criterion=I04.c.3&")
    page.get_by_role("searchbox", name="From").fill("3")
    page.get_by_role("searchbox", name="To").fill("1")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#list").get_by_role("alert")).to_contain_text("low: must be below high.")
    page.get_by_role("searchbox", name="To").fill("5")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#list figure.plot svg")).to_be_visible(timeout=60_000)


def test_a_plot_is_kept_as_a_file(folder: Path, open_page: Opener) -> None:
    page = shown(open_page, folder, "waterfall/?arm=SS&")
    with page.expect_download() as started:
        page.get_by_role("link", name="PNG").click()
    assert Path(started.value.path()).read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_is_none_says_what_to_do(console: Console, open_page: Opener) -> None:
    console.expected.append("status of 400")
    page = open_page("/hospital/arms/?folder=/no/such/place")
    expect(page.get_by_role("alert")).to_contain_text("no such folder")
    assert violations(page) == []


def test_a_synthetic_hospital_is_made_by_a_button_with_progress(open_page: Opener) -> None:
    page = open_page("/hospital/")
    page.get_by_role("button", name="Make and screen").click()
    expect(page.locator("progress").or_(page.locator("dl.facts"))).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("What the folder holds", timeout=240_000)
    expect(page.locator(".about-folder")).to_contain_text("synthetic: nobody here exists")
    page.goto("/hospital/")
    expect(page.get_by_role("link", name="synthetic-2000-1")).to_be_visible()
