"""The protocol browser without scripts: what is shown, found, exported and refused."""

import csv
import io
import re

import pytest
from django.test import Client

from dosepath.interop.open_points import PointKind, open_points
from dosepath.interop.protocol_page import sentences
from dosepath.protocol.protocol import walk
from dosepath.trial.library import open_trial
from tests.web.language import english_left

TRIAL = "/protocol/NCT06680388"
PROTOCOL = open_trial("NCT06680388")


def shown_criteria(page: str) -> list[str]:
    return re.findall(r'<article class="rule[^"]*" id="([IE][\w.]+)">', page)


def test_every_quote_is_one_sentence_and_every_criterion_is_drawn_from_one() -> None:
    found = sentences(PROTOCOL)
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    quotes = [criterion.text for criterion in walk(PROTOCOL.file.criteria) if criterion.text]
    assert sorted(each.text for each in found if each.criteria) == sorted(quotes)
    drawn = [name for each in found for name in each.criteria]
    assert sorted(drawn) == sorted(set(PROTOCOL.criteria) - {"I02"}), "I02 is the heading of line 39"
    assert [each.lines[0] for each in found] == sorted(each.lines[0] for each in found)
    assert {each.clause for each in found} - {""} == {clause.id for clause in PROTOCOL.file.dlt.clauses}


def test_the_page_shows_all_of_it(client: Client) -> None:
    page = client.get(f"{TRIAL}/").content.decode()
    assert set(shown_criteria(page)) == set(PROTOCOL.criteria) - {"I02"}
    assert page.count('class="sentence') - page.count('class="sentences') == len(sentences(PROTOCOL))
    for part in ("Inclusion criteria", "Exclusion criteria", "Arms", "dose-limiting toxicity"):
        assert part in page


@pytest.mark.parametrize(
    ("query", "shows", "hides"),
    [
        ("q=hydroxychloroquine", "I02.1.d.3.hcq", "I01"),
        ("q=INR+times", "I04.b.1", "I04.a.1"),
        ("q=page+says+nothing+like+this", None, "I01"),
        ("arm=SLE", "I02.1.a", "I02.2.a"),
        ("kind=exclusion", "E03", "I01"),
        ("gate=lymphodepletion", "E04.3", "I01"),
        ("text=ambiguous", "E03", "I01"),
        ("text=noted", "I02.1.b", "E03"),
        ("text=clear", "I01", "E03"),
        ("q=dlt", None, "I01"),
        ("kind=inclusion&arm=SS&text=ambiguous", "I02.5.c", "E03"),
    ],
)
def test_filters_leave_what_they_say(query: str, shows: str | None, hides: str, client: Client) -> None:
    found = shown_criteria(client.get(f"{TRIAL}/?{query}").content.decode())
    assert shows is None or shows in found
    assert hides not in found


@pytest.mark.parametrize("query", ["", "?q=belimumab", "?arm=SS&text=ambiguous"])
def test_csv_and_json_hold_what_is_seen(query: str, client: Client) -> None:
    page = shown_criteria(client.get(f"{TRIAL}/{query}").content.decode())
    rows = list(csv.DictReader(io.StringIO(client.get(f"{TRIAL}.csv{query}").content.decode())))
    document = client.get(f"{TRIAL}.json{query}").json()
    assert [row["criterion"] for row in rows if row["criterion"]] == page
    assert [row["criterion"] for row in document["rows"] if row["criterion"]] == page
    assert len(rows) == document["shown"] <= document["total"]
    assert document["digest"] == PROTOCOL.digest


def test_a_criterion_shows_its_readings_and_what_each_means(client: Client) -> None:
    page = client.get(f"{TRIAL}/criteria/E03/").content.decode()
    assert "latest(igg, screening) &lt; lln" in page
    assert "the latest immunoglobulin G" in page
    assert f"{TRIAL}/concepts/igg/" in page
    found = client.get(f"{TRIAL}/criteria/E03.json").json()
    assert set(found["meanings"]["E03"]) == {"any", "igg", "all"}
    assert found["meanings"]["E03"]["igg"]["E03"]["rule"] == "latest(igg, screening) < lln"


def test_another_reading_changes_the_rule_and_is_said(client: Client) -> None:
    page = client.get(f"{TRIAL}/criteria/E03/?reading=E03=igg").content.decode()
    assert "<pre tabindex" in page
    assert re.search(r"<pre[^>]*><code>latest\(igg, screening\) &lt; lln</code></pre>", page)
    assert "Shown under other readings" in page
    assert f"{TRIAL}/open/?reading=E03%3Digg" in page
    assert client.get(f"{TRIAL}.json?reading=E03=igg").json()["readings"] == {"E03": "igg"}


@pytest.mark.parametrize(
    ("criterion", "says"),
    [
        ("I02.1.c", ["judged together", "I02.1.c.1", "both conditions are asked for"]),
        ("I02.1.c.1", ["sledai_window_days", "sledai_2k", "It quotes nothing of its own"]),
        ("I02.3.d", ["relapse of vasculitis", "third_branch"]),
        ("E04.3", ["glucocorticoid", "lymphodepletion"]),
        ("I02", ["the page has no sentence for it"]),
    ],
)
def test_a_criterion_says_where_it_is_used(criterion: str, says: list[str], client: Client) -> None:
    page = client.get(f"{TRIAL}/criteria/{criterion}/").content.decode()
    for text in says:
        assert text in page


def test_every_criterion_and_every_concept_has_a_page(client: Client) -> None:
    for name in PROTOCOL.criteria:
        assert client.get(f"{TRIAL}/criteria/{name}/").status_code == 200, name
    for name in PROTOCOL.file.concepts:
        assert client.get(f"{TRIAL}/concepts/{name}/").status_code == 200, name


def test_what_is_not_set_says_what_it_blocks(client: Client) -> None:
    rows = client.get(f"{TRIAL}/open.json?kind=setting&blocks=yes").json()["rows"]
    assert {row["key"]: row["blocks"] for row in rows} == {
        "dose_level_2": "every dose at level 2",
        "dose_level_3": "every dose at level 3",
        "lymphodepletion_regimen": "ordering lymphodepletion",
        "visit_schedule": "planning visits",
    }


def test_open_points_are_all_readings_and_all_settings() -> None:
    found = open_points(PROTOCOL)
    keys = [point.key for point in found]
    assert len(keys) == len(set(keys))
    assert {point.key for point in found if point.kind in (PointKind.READING, PointKind.NOTE)} == {
        key for key, _reading in PROTOCOL.readings()
    }
    assert set(PROTOCOL.file.settings) <= set(keys)
    assert next(point for point in found if point.key == "E03").bears_on == ("E03",)


@pytest.mark.parametrize(
    ("concept", "says"),
    [
        ("anc", ["751-8", "I04.a.1", "one blood draw"]),
        ("b_cell_depleting", ["rituximab", "E04.1"]),
        ("rituximab", ["b_cell_depleting"]),
        ("product_released", ["product_release"]),
        ("sle_condition", ["arm SLE"]),
    ],
)
def test_a_concept_says_how_it_is_recognised_and_who_reads_it(concept: str, says: list[str], client: Client) -> None:
    page = client.get(f"{TRIAL}/concepts/{concept}/").content.decode()
    for text in says:
        assert text in page


@pytest.mark.parametrize(
    ("place", "status", "says"),
    [
        ("/protocol/NCT00000000/", 404, "There is no trial"),
        ("/protocol/..%2F..%2Fetc/", 404, "none of ours"),
        (f"{TRIAL}/criteria/E99/", 404, "did you mean"),
        (f"{TRIAL}/concepts/%3Cb%3E/", 404, "&lt;b&gt;"),
        (f"{TRIAL}/?reading=E03=nothing", 400, "no option"),
        (f"{TRIAL}/?reading=E03", 400, "names no reading"),
        (f"{TRIAL}/?arm=XXL", 400, "no choice"),
        (f"{TRIAL}/?q={'a' * 300}", 400, "longer than 200"),
        (f"{TRIAL}/?page=2", 400, "no parameter"),
        (f"{TRIAL}/criteria/E03/?q=x", 400, "no parameter"),
        (f"{TRIAL}.xml", 404, "There is no trial"),
    ],
)
def test_what_is_not_there_is_refused_with_the_way_out(place: str, status: int, says: str, client: Client) -> None:
    found = client.get(place, follow=True)
    assert found.status_code == status
    assert says in found.content.decode()


def test_a_search_is_escaped_and_marked(client: Client) -> None:
    page = client.get(f"{TRIAL}/?q=<b>").content.decode()
    assert "<b>" not in page
    assert 'value="&lt;b&gt;"' in page
    assert "<mark>Sjögren</mark>" in client.get(f"{TRIAL}/?q=sjögren").content.decode()


def test_the_chinese_page_keeps_the_english_text_and_says_so(client: Client) -> None:
    client.post("/preferences/", {"language": "zh-hans"})
    page = client.get(f"{TRIAL}/?q=hydroxychloroquine").content.decode()
    assert "排除标准" in page
    assert re.search(r'<p lang="en">[^<]*<mark>hydroxychloroquine</mark>', page)


@pytest.mark.parametrize(
    "place",
    [
        "/",
        "/nope/",
        f"{TRIAL}/",
        f"{TRIAL}/?q=nothing+like+this",
        *(f"{TRIAL}/criteria/{name}/" for name in ("E03", "I02.1.c", "I02.3.d", "I02", "E04.4", "I04.d.2")),
        f"{TRIAL}/criteria/E03/?reading=E03=igg",
        f"{TRIAL}/open/",
        f"{TRIAL}/concepts/",
        f"{TRIAL}/concepts/anc/",
        f"{TRIAL}/concepts/b_cell_depleting/",
        f"{TRIAL}/concepts/sle_condition/",
    ],
)
def test_nothing_but_quotes_and_names_is_english_on_a_chinese_page(place: str, client: Client) -> None:
    client.post("/preferences/", {"language": "zh-hans"})
    assert english_left(client.get(place).content.decode()) == []
