"""The design lab without scripts: one question, its pages, its files, and everything that can be wrong with it."""

import csv
import html
import io
import json
import re
import shlex
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from typer.testing import CliRunner

from dosepath.cli.main import app
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.recipes import RECIPES, make
from dosepath.dosefinding.three_plus_three import variant
from dosepath.web.views.designs.plots import PLOTS
from dosepath.web.views.designs.question import EXAMPLE, FURTHER, MOST_DESIGNS, command, read
from dosepath.web.views.designs.words import WORDS

TRUTH = "truth=0.1,0.25,0.4&target=0.3"
BOTH = f"{TRUTH}&planned=15&cohorts=5&1.design=3%2B3&2.design=boin"
PAGES = ("", "scenarios/", "one/", "table/", "paths/", "next/", "price/", "size/", "sensitivity/", "simulate/")
TABLES = [page.removesuffix("/") or "designs" for page in PAGES]


def rows(client: Client, page: str, query: str) -> list[dict[str, Any]]:
    place = "/designs.json" if page == "designs" else f"/designs/{page}.json"
    found: list[dict[str, Any]] = json.loads(client.get(f"{place}?{query}").content)["rows"]
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_page_answers_the_example_and_leads_to_all_others(page: str, client: Client) -> None:
    found = client.get(f"/designs/{page}", {"1.design": "boin", "cohorts": "4", "trials": "20"})
    assert found.status_code == 200
    text = found.content.decode()
    for other in PAGES:
        assert f'href="/designs/{other}?truth=0.1,0.25,0.4&amp;target=0.3' in text
    assert not re.search(r" style=|<script(?![^>]*src=)", text)


def test_the_numbers_are_those_of_the_enumeration(client: Client) -> None:
    found = rows(client, "designs", BOTH)
    assert [row["design"] for row in found] == ["3+3 V3", "BOIN"]
    for row, design in zip(found, (variant("V3", 3), make("boin", {"doses": "3", "cohorts": "5"})), strict=True):
        exact = enumerate_design(design).characteristics([0.1, 0.25, 0.4])  # type: ignore[arg-type]
        said = [row["no_dose"], *(row[f"level_{level}"] for level in (1, 2, 3))]
        assert said == pytest.approx(exact.recommendation)
        assert row["patients"] == pytest.approx(exact.patients.sum())
        assert row["dlts"] == pytest.approx(exact.dlts.sum())
        assert row["more_than_planned"] == pytest.approx(exact.more_patients_than(15))
    page = client.get(f"/designs/?{BOTH}").content.decode()
    for shown in ("10.31 %", "39.92 %", "37.10 %", "12.68 %", "12.15", "7.14 %"):
        assert shown in page


@pytest.mark.parametrize("page", TABLES)
def test_csv_and_json_hold_the_same_rows(page: str, client: Client) -> None:
    query = f"{TRUTH}&1.design=boin&2.design=3%2B3&cohorts=3&trials=20&outcomes=1NNN"
    place = "/designs" if page == "designs" else f"/designs/{page}"
    written = list(csv.DictReader(io.StringIO(client.get(f"{place}.csv?{query}").content.decode())))
    found = rows(client, page, query)
    assert len(written) == len(found) > 0
    for line, row in zip(written, found, strict=True):
        assert line == {key: "" if value is None else str(value) for key, value in row.items()}


def test_the_price_of_the_variants_and_what_the_words_say_of_them(client: Client) -> None:
    found = {row["design"][-2:]: row for row in rows(client, "price", BOTH)}
    assert {name: round(row["patients"], 2) for name, row in found.items()} == {
        "V1": 9.93,
        "V2": 11.7,
        "V3": 12.15,
        "V4": 9.93,
    }
    # V4 treats the same patients as V1, and recommends a higher dose more often.
    assert found["V4"]["dlts"] == pytest.approx(found["V1"]["dlts"])
    assert found["V4"]["above_target"] > found["V1"]["above_target"]
    assert "not which 3+3" in client.get("/designs/price/").content.decode()


def test_designs_say_what_they_do_after_outcomes(client: Client) -> None:
    query = f"{TRUTH}&1.design=3%2B3&2.design=boin&3.design=tite-boin&outcomes=1NNN 2NNP"
    found = rows(client, "next", query)
    assert [row["action"] for row in found] == ["wait", "wait", "escalate"]
    assert "if pending patients turn out so" in client.get(f"/designs/next/?{query}").content.decode()
    wrong = rows(client, "next", f"{TRUTH}&1.design=3%2B3&outcomes=3NNN")
    assert (wrong[0]["action"], wrong[0]["rule"]) == (
        "",
        "cohort 1 '3NNN' cannot follow in a 3+3 V3 trial: the next dose level is 1 (nobody treated)",
    )


def test_the_table_reads_back_as_a_design(client: Client) -> None:
    table = client.get(f"/designs/table.csv?{TRUTH}&1.design=boin&cohorts=4").content.decode()
    found = rows(client, "designs", f"{TRUTH}&1.design=table&cohorts=4&1.table={table}".replace("\n", "%0A"))
    same = rows(client, "designs", f"{TRUTH}&1.design=boin&cohorts=4")
    assert found[0]["level_2"] == pytest.approx(same[0]["level_2"], abs=0.02)


def test_the_size_that_is_needed(client: Client) -> None:
    page = client.get("/designs/size/?truth=0.1,0.3,0.5&target=0.3&1.design=boin&wanted=0.6").content.decode()
    assert "4 cohorts, at most 12 patients" in page
    page = client.get("/designs/size/?truth=0.1,0.3,0.5&target=0.3&1.design=boin&wanted=0.99&most=5").content.decode()
    assert "Not reached" in page


def test_sensitivity_varies_one_parameter(client: Client) -> None:
    found = rows(client, "sensitivity", f"{TRUTH}&1.design=3%2B3")
    assert [row["value"] for row in found] == ["V1", "V2", "V3", "V4"]
    found = rows(client, "sensitivity", f"{TRUTH}&1.design=boin&cohorts=4&vary=start&values=1,2")
    assert found[0]["level_1"] > found[1]["level_1"]
    assert "start 9" in client.get(f"/designs/sensitivity/?{TRUTH}&1.design=boin&vary=start&values=9").content.decode()


def test_designs_under_several_scenarios(client: Client) -> None:
    found = rows(client, "scenarios", BOTH)
    assert [row["design"] for row in found] == ["3+3 V3", "BOIN"] * 6
    assert (found[0]["truth"], found[0]["nearest_level"]) == ("0.1, 0.25, 0.4", 2)
    assert found[0]["recommends_nearest"] == pytest.approx(rows(client, "designs", BOTH)[0]["nearest_to_target"])
    lines = "0.3,0.4,0.5\r\n10 %, 20 %, 30 %"
    form = {"p1": "0.1", "p2": "0.25", "p3": "0.4", "1.design": "boin", "1.was": "boin", "scenarios": lines}
    place = client.get("/designs/scenarios/", form)["Location"]
    assert place.endswith("&scenarios=0.3,0.4,0.5;10%20%25,%2020%20%25,%2030%20%25")
    page = client.get(place).content.decode()
    assert "Scenario 2" in page
    assert "0.1, 0.2, 0.3" in page
    assert "from 3 to 3" in client.get(f"/designs/scenarios/?{BOTH}&scenarios=0.1,0.2").content.decode()
    assert "13 scenarios" in client.get(f"/designs/scenarios/?{BOTH}&scenarios={'0.1,0.2,0.3;' * 13}").content.decode()


def test_a_skeleton_is_calibrated_and_tried(client: Client) -> None:
    query = "truth=0.1,0.2,0.3,0.4,0.5,0.6&target=0.25&1.design=crm&cohorts=3"
    found = rows(client, "sensitivity", f"{query}&vary=prior_level&values=3,7")
    assert [row["value"] for row in found] == ["3"]
    assert found[0]["skeleton"] == "0.08397,0.1567,0.25,0.3545,0.4603,0.5597"  # getprior of dfcrm, as in the reference
    page = client.get(f"/designs/sensitivity/?{query}&vary=prior_level&values=3,7").content.decode()
    assert "no dose level &#x27;7&#x27;" in page
    assert len(rows(client, "sensitivity", f"{query}&vary=halfwidth&values=0.03,0.05")) == 2


def test_simulated_trials_are_the_same_for_a_seed_and_near_the_exact_ones(client: Client) -> None:
    query = f"{TRUTH}&1.design=3%2B3&2.design=rolling-six&trials=200&seed=3"
    found = rows(client, "simulate", query)
    assert [row["design"] for row in found] == ["3+3 V3", "rolling six"]
    assert abs(found[0]["level_2"] - 0.371) < 4 * (0.371 * 0.629 / 200) ** 0.5
    assert found[1]["days"] > 28
    assert rows(client, "simulate", query) == found


# The address holds everything --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        BOTH,
        "truth=0.05,0.1,0.2,0.3&target=0.25&cohort_size=2&1.design=boin&1.cutoff=0.9&1.stop_at=20&2.design=3%2B3&2.variant=V1",
        f"{TRUTH}&1.design=crm&1.skeleton=0.1,0.2,0.3&2.design=boin&of=2&level=2&outcomes=1NNN%202NNT",
    ],
)
def test_an_address_read_and_written_is_the_same(query: str) -> None:
    assert read(QueryDict(query)).query() == query


def test_the_form_without_scripts_leads_to_the_address(client: Client) -> None:
    form = {"doses": "3", "p1": "0.1", "p2": "0.25", "p3": "0.4", "target": "0.3", "cohorts": "5", "planned": "15"}
    form |= {"cohort_size": "", "1.design": "3+3", "1.was": "3+3", "1.variant": "", "2.design": "boin", "2.was": "boin"}
    found = client.get("/designs/", {**form, "paste": ""})
    assert (found.status_code, found["Location"]) == (302, f"/designs/?{BOTH}")


def moved(client: Client, **fields: str) -> str:
    form = {"doses": "3", "p1": "0.1", "p2": "0.25", "p3": "0.4", "target": "0.3", "1.design": "boin", "1.was": "boin"}
    found = client.get("/designs/", {**form, **fields})
    assert found.status_code == 302, found.content.decode()
    return str(found["Location"]).partition("?")[2]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"doses": "5"}, "truth=0.1,0.25,0.4,0.55,0.7&"),
        ({"doses": "2"}, "truth=0.1,0.25&"),
        ({"scenario": "flat"}, "truth=0.3,0.3,0.3&"),
        ({"scenario": "steep"}, "truth=0.15,0.3,0.6&"),
        ({"scenario": "paste", "paste": "5 %, 10%\n20 % 30 %"}, "truth=0.05,0.1,0.2,0.3&"),
        ({"add": "1"}, "1.design=boin&2.design=keyboard"),
        ({"2.design": "3+3", "remove": "1"}, "target=0.3&1.design=3%2B3"),
        ({"1.design": "3+3", "1.cutoff": "0.9", "1.start": "2"}, "target=0.3&1.design=3%2B3&1.start=2"),
    ],
)
def test_buttons_of_the_form_change_the_question(fields: dict[str, str], said: str, client: Client) -> None:
    assert said in moved(client, **fields)


def test_the_last_design_stays_and_no_more_than_fit_are_added(client: Client) -> None:
    assert "1.design=boin" in moved(client, remove="1")
    six = {f"{number}.design": "boin" for number in range(1, MOST_DESIGNS + 1)}
    assert f"{MOST_DESIGNS + 1}.design" not in moved(client, add="1", **six)


def test_a_part_is_answered_with_the_address_it_stands_for(client: Client) -> None:
    headers = {"hx-request": "true", "hx-target": "answer"}
    found = client.get(
        "/designs/one/", {"p1": "0.1", "p2": "0.3", "1.design": "boin", "1.was": "boin"}, headers=headers
    )
    assert found["HX-Replace-Url"] == "/designs/one/?truth=0.1,0.3&target=0.3&1.design=boin"
    assert b"<html" not in found.content
    assert b'id="asked"' not in found.content
    found = client.get("/designs/", {"p1": "0.1", "p2": "", "1.design": "boin"}, headers=headers)
    assert found.status_code == 200
    assert b"true rate of level 2" in found.content
    assert "HX-Replace-Url" not in found


# Plots and the report ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_is_a_part_of_a_page_and_three_files(name: str, client: Client) -> None:
    query = f"{TRUTH}&1.design=crm&cohorts=3&outcomes=1NNN&planned=5"
    part = client.get(f"/designs/plots/{name}/?{query}").content.decode()
    assert "<svg" in part
    assert "var(--ink" in part
    assert " style=" not in part
    light, dark = (client.get(f"/designs/plots/{name}.svg?{query}{more}").content for more in ("", "&theme=dark"))
    assert light.startswith(b"<svg")
    assert light != dark
    assert client.get(f"/designs/plots/{name}.png?{query}").content.startswith(b"\x89PNG")
    assert json.loads(client.get(f"/designs/plots/{name}.json?{query}").content)["$schema"]


def test_the_report_holds_the_designs(client: Client) -> None:
    found = client.get(f"/designs/report.html?{TRUTH}&1.design=3%2B3")
    assert found["Content-Disposition"] == 'attachment; filename="designs.html"'
    assert "What 3+3 V3 does" in found.content.decode()
    one = client.get(f"/designs/report.html?{TRUTH}&1.design=crm&cohorts=1").content.decode()
    assert "No trial goes on after a cohort" in one


# What can be wrong ---------------------------------------------------------------------------------------------------


def test_words_of_every_recipe_are_marked_for_translation() -> None:
    said = {recipe.what for recipe in RECIPES.values()}
    said |= {each.what for recipe in RECIPES.values() for each in recipe.all_parameters}
    assert set(WORDS) == said


BAD = [
    ("truth=0.1", "1 true rates"),
    ("truth=0.1,abc", "true rate of level 2"),
    ("truth=0.1,1.5", "true rate of level 2"),
    ("truth=nan,0.2", "true rate of level 1"),
    ("truth=" + ",".join(["0.1"] * 50), "50 true rates"),
    ("truth=,,", "true rate of level 1"),
    (f"{TRUTH}&target=0", "target: write a rate"),
    (f"{TRUTH}&target=<b>x</b>", "target: write a rate"),
    (f"{TRUTH}&planned=-3", "planned patients"),
    (f"{TRUTH}&planned=99999999999999999999", "planned patients"),
    (f"{TRUTH}&1.design=nope", "no design &#x27;nope&#x27;"),
    (f"{TRUTH}&1.design=<script>", "no design"),
    (f"{TRUTH}&nope=1", "There is no parameter &#x27;nope&#x27;"),
    (f"{TRUTH}&1.cutoff=0.9", "There is no parameter"),
    ("&".join([TRUTH, *(f"{number}.design=boin" for number in range(1, 9))]), "8 designs"),
    (f"{TRUTH}&1.design=boin&1.title={'x' * 5000}", "longer than 4000"),
    (f"{TRUTH}&p1=0.1&p2=0.2&scenario=nope", "no scenario"),
    (f"{TRUTH}&p1=0.1&p2=0.2&scenario=paste&paste=hello", "is no rate"),
    (f"{TRUTH}&p1=0.1&p2=0.2&doses=99", "from 2 to 10"),
]


@pytest.mark.parametrize(("query", "said"), BAD)
def test_what_cannot_be_read_is_named_and_nothing_is_lost(query: str, said: str, client: Client) -> None:
    found = client.get(f"/designs/?{query}")
    assert found.status_code == 400
    text = found.content.decode()
    assert said in text
    assert 'id="lab"' in text
    assert "<b>x</b>" not in text
    for place in ("/designs.csv", "/designs.json", "/designs/report.html", "/designs/plots/costs/"):
        assert client.get(f"{place}?{query}").status_code == 400


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("1.design=boin&1.cutoff=7", "cutoff 7"),
        ("1.design=boin&1.cutof=0.9", "no parameter"),
        ("1.design=blrm", "amounts is needed"),
        ("1.design=crm&1.skeleton=0.1,0.2", "it is written for 2 dose levels"),
        ("1.design=table", "--table"),
        ("1.design=table&1.table=<b>", "the columns of a decision table"),
        ("1.design=boin&cohorts=40", "more than 300,000 states"),
        ("1.design=crm&cohorts=30", "more than 40,000 states"),
        ("1.design=boin&cohorts=99999", "cohorts 99999"),
        ("1.design=3%2B3&1.stop_at=999999999999999999999999", "from 1 to 120"),
        ("1.design=rolling-six", "decides while windows are open"),
    ],
)
@pytest.mark.parametrize("page", ["", "one/", "table/"])
def test_a_design_that_cannot_be_shown_says_why_and_leaves_the_others(
    page: str, query: str, said: str, client: Client
) -> None:
    found = client.get(f"/designs/{page}?{TRUTH}&{query}&9.design=3%2B3")
    while b"load delay:700ms" in found.content:
        found = client.get(f"/designs/{page}?{TRUTH}&{query}&9.design=3%2B3")
    assert said in found.content.decode()
    assert found.status_code == (400 if page else 200)
    if not page:
        assert "37.10 %" in found.content.decode()


@pytest.mark.parametrize(
    ("page", "query", "said"),
    [
        ("table/", "level=7", "no dose level &#x27;7&#x27;"),
        ("table/", "level=x", "no dose level"),
        ("paths/", "depth=9", "from 1 to 6"),
        ("paths/", "depth=6", "more than 40 states"),
        ("paths/", "outcomes=9NN", "no dose level 9"),
        ("size/", "wanted=2", "a probability"),
        ("size/", "most=1000", "from 1 to 30"),
        ("size/", "1.design=3%2B3", "ends by its own rule"),
        ("sensitivity/", "vary=nope", "no parameter"),
        ("sensitivity/", f"values={','.join('1' * 9)}", "9 values"),
        ("simulate/", "trials=1000000", "from 10 to 2000"),
        ("simulate/", "seed=-1", "seed"),
        ("simulate/", "window=0", "from 1 to 120"),
        ("simulate/", "stagger=5", "as 28,14"),
        ("next/", "outcomes=" + "1N%20" * 60, "up to 40"),
    ],
)
def test_what_a_page_cannot_do_is_said_with_the_way_out(page: str, query: str, said: str, client: Client) -> None:
    found = client.get(f"/designs/{page}?{TRUTH}&1.design=boin&{query}")
    assert said in found.content.decode()
    assert found.status_code in (200, 400)


@pytest.mark.parametrize(
    "place", ["/designs/plots/nope/", "/designs/plots/nope.svg", "/designs/plots/costs.exe", "/designs/x/"]
)
def test_unknown_places_are_not_there(place: str, client: Client) -> None:
    assert client.get(f"{place}?{TRUTH}&1.design=boin").status_code == 404


def test_every_further_field_may_hold_nonsense(client: Client) -> None:
    for name in FURTHER:
        for text in ("<b>x</b>", "-1", "9" * 400, "\x00", "½", "1e309", ""):
            for page in PAGES:
                found = client.get(
                    f"/designs/{page}", {"truth": "0.1,0.2", "1.design": "boin", "cohorts": "2", name: text}
                )
                assert found.status_code in (200, 400), (name, text, page)
                assert "<b>x</b>" not in found.content.decode()


def test_the_example_is_a_question(client: Client) -> None:
    assert read(QueryDict("")).query() == read(QueryDict(EXAMPLE)).query() == BOTH
    assert client.get("/designs/").status_code == 200


def test_the_command_that_is_shown_prints_the_same_numbers(client: Client) -> None:
    query = f"{BOTH}&2.cutoff=0.9&2.start=2&3.design=crm&3.cohorts=3"
    words = shlex.split(command(read(QueryDict(query))))
    assert html.escape(shlex.join(words)) in client.get(f"/designs/?{query}").content.decode()
    printed = json.loads(CliRunner().invoke(app, [*words[1:], "--json"]).output)
    for one, row in zip(printed, rows(client, "designs", query), strict=True):
        assert one["recommendation"][1:] == pytest.approx([row[f"level_{level}"] for level in (1, 2, 3)])
