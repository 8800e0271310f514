"""Lists and filters: the page, CSV and JSON hold the same rows."""

import json

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory

from dosepath.web import filters
from dosepath.web.filters import Filter
from dosepath.web.lists import Column, Listing, answer
from dosepath.web.refusals import RefusedError

ROWS = [("a", 1), ("=1+1", 2), ("<b>", None)]
LISTING: Listing[tuple[str, int | None]] = Listing(
    "things",
    "Things",
    [
        Column("name", "Name", lambda row: row[0], link=lambda row: f"/{row[0]}"),
        Column("count", "Count", lambda row: row[1], number=True),
    ],
    ROWS,
    5,
    {"protocol": "P"},
)
OFFERED = [Filter("q", "Search"), Filter("kind", "Kind", [("x", "X"), ("y", "Y")])]


def test_csv_has_the_rows_and_no_formula() -> None:
    found = answer(RequestFactory().get("/things.csv"), "csv", "", LISTING)
    assert found.content.decode() == "name,count\na,1\n'=1+1,2\n<b>,\n"
    assert found["Content-Disposition"] == 'attachment; filename="things.csv"'


def test_json_has_the_rows_and_what_they_are_of() -> None:
    found = json.loads(answer(RequestFactory().get("/things.json"), "json", "", LISTING).content)
    assert found == {
        "protocol": "P",
        "shown": 3,
        "total": 5,
        "rows": [{"name": name, "count": count} for name, count in ROWS],
    }


def test_the_table_escapes_and_leads_to_the_files_with_the_same_query() -> None:
    request = RequestFactory().get("/things/?q=a&kind=x")
    shown = Template("{% listing_table listing %}").render(Context({"request": request, "listing": LISTING}))
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown
    assert 'href="/things.csv?q=a&amp;kind=x"' in shown
    assert 'href="/things.json?q=a&amp;kind=x"' in shown
    assert '<th scope="col" class="number">Count</th>' in shown
    assert "3 of 5 shown" in shown


def test_a_page_says_a_value_in_its_own_words_and_files_keep_it() -> None:
    columns = [
        Column[str]("kind", "Kind", lambda row: row, words=lambda row: f"Kind of {row}"),
        Column[str]("label", "Label", lambda row: row, english=True),
    ]
    listing = Listing("kinds", "Kinds", columns, ["x"], 1, {})
    shown = Template("{% listing_table listing %}").render(
        Context({"request": RequestFactory().get("/kinds/"), "listing": listing})
    )
    assert '<th scope="row">Kind of x</th><td lang="en">x</td>' in shown
    assert listing.records() == [{"kind": "x", "label": "x"}]


def test_filters_are_read() -> None:
    found = filters.read(QueryDict("q= two words &kind=y&page=2"), OFFERED, also=["page"])
    assert found.used == {"q": "two words", "kind": "y"}


@pytest.mark.parametrize(
    ("query", "reason", "way_out"),
    [
        ("kinds=x", "no parameter 'kinds'", "did you mean 'kind'?"),
        ("kind=z", "kind: no choice 'z'", "known are x, y"),
        (f"q={'a' * 201}", "q: longer than 200", ""),
    ],
)
def test_a_wrong_filter_is_refused_with_the_way_out(query: str, reason: str, way_out: str) -> None:
    with pytest.raises(RefusedError, match=reason) as caught:
        filters.read(QueryDict(query), OFFERED)
    assert caught.value.way_out == way_out
