"""Lists: what a page shows as a table is also given as CSV and JSON, row by row the same.

A screen makes a `Listing` of the rows that its filters leave, and `answer` gives the form that the address asks for.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from dosepath.interop.csv_text import Cell, csv_text

Row = TypeVar("Row")

CSV: Final = "csv"
JSON: Final = "json"


@dataclass(frozen=True)  # without slots, so that Column[Row](...) can be written
class Column(Generic[Row]):
    """One column.

    Parameters
    ----------
    key
        Name in CSV and JSON; never translated.
    title
        Head of the column on the page.
    value
        The cell of a row.
    link
        Address that the cell leads to; None for none.
    number
        Whether it is set to the right.
    words
        What the page says instead, in its language; CSV and JSON keep the value. None: the value.
    english
        Whether the cells are English on every page, such as labels of the protocol.
    """

    key: str
    title: str | Promise
    value: Callable[[Row], Cell]
    link: Callable[[Row], str] | None = None
    number: bool = False
    words: Callable[[Row], str | Promise] | None = None
    english: bool = False


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """The rows that are seen.

    Parameters
    ----------
    name
        Name of the files, without a suffix.
    caption
        What the rows are.
    columns, rows
        What is seen, in this order.
    total
        How many rows there are without filters.
    about
        What the JSON says beside the rows: protocol, version, filters.
    """

    name: str
    caption: str | Promise
    columns: Sequence[Column[Row]]
    rows: Sequence[Row]
    total: int
    about: Mapping[str, Any]

    def records(self) -> list[dict[str, Cell]]:
        """Give each row by the keys of the columns."""
        return [{column.key: column.value(row) for column in self.columns} for row in self.rows]


def answer(
    request: HttpRequest, form: str, template: str, listing: Listing[Row], context: Mapping[str, Any] | None = None
) -> HttpResponse:
    """Give the page (`form` is empty) or the file that the address asks for.

    Templates find the list as `listing`; the component `export_links` leads to the files with the same query.
    """
    if form == CSV:
        rows = ([column.value(row) for column in listing.columns] for row in listing.rows)
        text = csv_text([column.key for column in listing.columns], rows)
        return file_of(text.encode(), f"{listing.name}.csv", "text/csv; charset=utf-8")
    if form == JSON:
        found = {**listing.about, "shown": len(listing.rows), "total": listing.total, "rows": listing.records()}
        return json_of(found)
    return render(request, template, {"listing": listing, **(context or {})})


def json_of(document: object) -> HttpResponse:
    """Answer with JSON that a person can read."""
    text = json.dumps(document, indent=1, ensure_ascii=False, default=str)
    return HttpResponse(text + "\n", content_type="application/json; charset=utf-8")


def file_of(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Answer with a file to keep; `name` is ours, never the sender's."""
    found = HttpResponse(content, content_type=content_type)
    found["Content-Disposition"] = f'attachment; filename="{name}"'
    return found
