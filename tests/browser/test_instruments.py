"""Instruments in a real browser: filling in, the score beside it, keys, files, print."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LOOKS, Console, Opener, spills, violations
from tests.browser.screens import Shot

SLEDAI = "/instruments/sledai_2k/"
SOME = "?arthritis=true&rash=true&seizure=false&low_complement=true"
WHOLE = [
    "/instruments/",
    f"{SLEDAI}{SOME}",
    "/instruments/mrss/?fingers_r=3&fingers_l=2",
    "/instruments/mmt8/?deltoid.left=11",
    "/instruments/essdai/?articular=2",
    "/instruments/icaht/?anc_series.1.day=0&anc_series.1.anc=2000",
    "/instruments/ctcae_v5_lab/?term=Anemia",
    "/instruments/ssc_ild_activity/",
    "/instruments/cart_pk/",
    f"{SLEDAI}print/{SOME}",
    "/instruments/essdai/print/",
]

SHOTS = (
    Shot("instruments", "/instruments/", height=760),
    Shot("instruments-sledai", f"{SLEDAI}{SOME}", height=720),
    Shot("instruments-bvas", "/instruments/bvas_v3/?purpura=true&fever=true&mononeuritis_multiplex=true", height=760),
    Shot("instruments-mrss", "/instruments/mrss/?fingers_r=3&fingers_l=2&face=1&previous=30", height=860),
    Shot("instruments-mmt8", "/instruments/mmt8/?deltoid.right=8&deltoid.left=11&neck_flexors=9", height=760),
    Shot("instruments-essdai-zh", "/instruments/essdai/?articular=2&glandular=1", language="zh-hans", height=760),
    Shot("instruments-bilag-dark", "/instruments/bicla/?bilag_baseline.renal=A", theme="dark", height=760),
    Shot("instruments-phone", f"{SLEDAI}{SOME}", width=390, height=800),
    Shot("instruments-print", f"{SLEDAI}print/{SOME}", height=900),
)


@pytest.mark.parametrize(("theme", "language"), LOOKS)
@pytest.mark.parametrize("place", WHOLE)
def test_everyone_can_use_it(place: str, theme: str, language: str, open_page: Opener) -> None:
    page = open_page(place, theme=theme, language=language)
    assert violations(page) == []
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("width", [320, 390, 640])
@pytest.mark.parametrize("place", WHOLE)
def test_it_fits_a_phone_and_a_zoom_of_200_percent(place: str, width: int, open_page: Opener) -> None:
    assert spills(open_page(place, width=width)) <= 0


def question(item: str) -> str:
    """Name the place of an item, for a locator."""
    return f"#item-{item.replace('.', '-')}"


def choose(page: Page, item: str, word: str) -> None:
    page.locator(question(item)).get_by_text(word, exact=True).click()


def total(page: Page) -> str:
    return " ".join(page.locator("#score .figure").inner_text().split())


def test_the_list_is_searched_and_leads_to_a_form(open_page: Opener) -> None:
    page = open_page("/instruments/")
    page.get_by_label("Search").fill("rodnan")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=rodnan"))
    page.get_by_role("link", name="Modified Rodnan skin score").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Modified Rodnan skin score")


def test_the_score_follows_the_answers_and_the_address_holds_them(open_page: Opener) -> None:
    page = open_page(SLEDAI)
    assert total(page) == "0 to 105"
    choose(page, "arthritis", "yes")
    expect(page.locator("#score .figure")).to_have_text("4 to 105")
    choose(page, "seizure", "no")
    expect(page.locator("#score .figure")).to_have_text("4 to 97")
    expect(page).to_have_url(re.compile(r"\?seizure=false&arthritis=true$"))
    expect(page.locator("#counted-1")).to_have_text("1 of 8 answered")
    expect(page.locator("#state-seizure .may")).to_have_count(0)
    expect(page.locator("#state-psychosis .may")).to_have_count(1)
    page.reload()
    expect(page.locator("#score .figure")).to_have_text("4 to 97")
    expect(page.locator(f"{question('arthritis')} input[value=true]")).to_be_checked()
    choose(page, "arthritis", "not assessed")
    expect(page.locator("#score .figure")).to_have_text("0 to 97")


def test_the_rest_of_a_part_is_answered_with_no_and_a_score_is_decided(open_page: Opener) -> None:
    page = open_page(f"{SLEDAI}?arthritis=true")
    for part in range(page.get_by_role("button", name="The rest: no").count()):
        page.get_by_role("button", name="The rest: no").nth(part).click()
    expect(page.locator("#score .figure")).to_have_text("4")
    expect(page.locator("#score")).to_contain_text("Decided: nothing that was not assessed can change it.")
    expect(page.locator(f"{question('arthritis')} input[value=true]")).to_be_checked()
    page.get_by_role("link", name="Clear all answers").click()
    expect(page.locator("#score .figure")).to_have_text("0 to 105")


def test_keys_answer_and_go_on(open_page: Opener) -> None:
    page = open_page(SLEDAI)
    page.locator(f"{question('seizure')} input:checked").focus()
    for key in "nnyn":
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(r"organic_brain_syndrome=true"))
    expect(page.locator("#score .figure")).to_have_text("8 to 81")
    page.locator(f"{question('organic_brain_syndrome')} input:checked").focus()
    page.keyboard.press("-")
    expect(page.locator("#score .figure")).to_have_text("0 to 81")


def test_letters_and_digits_answer_a_grid(open_page: Opener) -> None:
    page = open_page("/instruments/bicla/")
    page.locator(f"{question('bilag_baseline.constitutional')} input:checked").focus()
    page.keyboard.press("a")
    page.keyboard.press("d")
    expect(page).to_have_url(re.compile(r"bilag_baseline\.constitutional=A&bilag_now\.constitutional=D"))
    page = open_page("/instruments/mrss/")
    page.locator(f"{question('fingers_r')} input:checked").focus()
    for key in "321":
        page.keyboard.press(key)
    expect(page.locator("#score .figure")).to_have_text("6 to 48")


def test_reading_order_is_the_order_of_the_keyboard(open_page: Opener) -> None:
    page = open_page("/instruments/infection_screen/")
    page.locator("#answers input:checked").first.focus()
    seen = []
    for _ in range(5):
        seen.append(page.evaluate("document.activeElement.name"))
        page.keyboard.press("Tab")
    assert seen == ["hbsag", "anti_hbc", "hbv_dna", "anti_hcv", "hcv_rna"]


def test_what_cannot_be_used_is_told_at_its_item_and_goes_when_it_is_mended(open_page: Opener) -> None:
    page = open_page("/instruments/mmt8/")
    field = page.locator(f"{question('deltoid.left')} input")
    field.fill("11")
    expect(page.locator("#state-deltoid-left")).to_contain_text("11 is not a whole number from 0 to 10")
    field.fill("9")
    expect(page.locator("#state-deltoid-left .problem")).to_have_count(0)
    expect(page.locator("#score .figure")).to_have_text("9 to 149")


def test_a_number_may_have_a_unit_of_its_own(open_page: Opener) -> None:
    page = open_page("/instruments/ckd_epi_2021/?age=50&sex=female")
    page.get_by_label("creatinine").first.fill("80 umol/L")
    expect(page.locator("#score .figure")).to_contain_text(re.compile(r"\d+\.\d+"))
    expect(page.locator(".state .problem")).to_have_count(0)


def test_a_table_grows_and_takes_rows_of_a_spreadsheet(open_page: Opener) -> None:
    page = open_page("/instruments/icaht/")
    rows = page.locator("table.rows tbody tr")
    before = rows.count()
    page.get_by_role("button", name="Add a row").click()
    expect(rows).to_have_count(before + 1)
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "0\\t2000\\n1\\t400\\n2\\t400\\n3\\t400\\n4\\t400\\n5\\t900\\n30\\t1500");
          document.querySelector("table.rows input").dispatchEvent(
            new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    expect(rows).to_have_count(7)
    expect(page).to_have_url(re.compile(r"anc_series\.7\.anc=1500"))
    expect(page.locator("#score")).to_contain_text("longest run of 500 or less 4 d")
    page.get_by_label("the table is empty: there was none").check()
    page.reload()
    expect(page.locator("table.rows input").first).to_have_value("0")


def test_answers_are_saved_and_loaded_again(open_page: Opener, tmp_path: Path) -> None:
    page = open_page(f"{SLEDAI}{SOME}")
    with page.expect_download() as started:
        page.get_by_role("link", name="Answers (YAML)").click()
    file = tmp_path / "answers.yaml"
    started.value.save_as(file)
    assert "arthritis: true" in file.read_text(encoding="utf-8")
    page = open_page(SLEDAI)
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Load").click()
    expect(page).to_have_url(re.compile(r"arthritis=true"))
    assert total(page) == "8 to 97"


def test_a_pasted_text_that_is_none_says_what_to_do(open_page: Opener, console: Console) -> None:
    console.expected.append("status of 400")
    page = open_page(SLEDAI)
    page.get_by_label("or its text").fill("just words")
    page.get_by_role("button", name="Load").click()
    expect(page.get_by_role("alert")).to_contain_text("no mapping at the top")


def test_two_tabs_do_not_see_each_other(open_page: Opener) -> None:
    one, other = open_page(SLEDAI), open_page(SLEDAI)
    choose(one, "arthritis", "yes")
    choose(other, "fever", "yes")
    expect(one.locator("#score .figure")).to_have_text("4 to 105")
    expect(other.locator("#score .figure")).to_have_text("1 to 105")


def test_without_scripts_a_button_scores(browser: Browser, server: str) -> None:
    with browser.new_context(base_url=server, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/instruments/nyha/")
        page.locator("#answers input[type=radio]").nth(1).check()
        page.get_by_role("button", name="Score").click()
        assert "class=" in page.url
        assert page.locator("#score .figure").inner_text().strip() == "2"


def test_paper_has_the_answers_and_the_source_and_no_buttons(open_page: Opener) -> None:
    page = open_page(f"{SLEDAI}{SOME}")
    page.get_by_role("link", name="Print view").click()
    expect(page.locator(".result")).to_contain_text("8 to 97")
    expect(page.locator(".paper")).to_contain_text("Gladman DD")
    expect(page.get_by_role("button", name="Print", exact=True)).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.locator(".print-button")).to_be_hidden()
    page.emulate_media(media="screen")
    page.get_by_role("link", name="Back to the form").click()
    expect(page.locator("#score .figure")).to_have_text("8 to 97")
