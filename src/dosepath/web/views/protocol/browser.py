"""The browser: sentences on the left, what was drawn from each on the right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET

from dosepath.interop.open_points import PointKind
from dosepath.interop.protocol_json import reading_document, summary
from dosepath.interop.protocol_page import PagePart, Sentence
from dosepath.protocol.model import DltClause, Reading
from dosepath.protocol.protocol import Protocol
from dosepath.trial.library import shipped
from dosepath.web import filters
from dosepath.web.filters import Filter, Filters, holds
from dosepath.web.lists import Column, Listing, answer
from dosepath.web.readings import PARAMETER
from dosepath.web.views.protocol.book import POINTS, Book, frame, opened
from dosepath.web.words import GATES

PARTS: Mapping[PagePart, str | Promise] = {
    PagePart.DESIGN: lazy("Design"),
    PagePart.INCLUSION: lazy("Inclusion criteria"),
    PagePart.EXCLUSION: lazy("Exclusion criteria"),
    PagePart.ARMS: lazy("Arms"),
    PagePart.OUTCOMES: lazy("Outcome: dose-limiting toxicity"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A criterion beside the sentence that it was drawn from; without a criterion, the sentence alone."""

    sentence: Sentence
    criterion: Mapping[str, Any] | None


@require_GET
def trials(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Lead to the first trial; another one is chosen there."""
    return HttpResponseRedirect(reverse("protocol-page", args=[shipped()[0]]))


def _offered(protocol: Protocol) -> list[Filter]:
    return [
        Filter("q", _("Search")),
        Filter("kind", _("Kind"), [("inclusion", _("inclusion")), ("exclusion", _("exclusion"))]),
        Filter("arm", _("Arm"), [(name, name) for name in protocol.file.arms]),
        Filter("gate", _("Gate"), [(gate.value, words) for gate, words in GATES.items()]),
        Filter(
            "text",
            _("Text"),
            [("ambiguous", POINTS[PointKind.READING]), ("noted", POINTS[PointKind.NOTE]), ("clear", _("clear"))],
        ),
    ]


@require_GET
def page(request: HttpRequest, trial: str, form: str = "") -> HttpResponse:
    """Show the sentences beside what was drawn from each."""
    book = opened(request, trial)
    chosen = filters.read(request.GET, _offered(book.protocol), also=[PARAMETER])
    every = [row for sentence in book.sentences for row in _rows(book, sentence)]
    rows = [row for row in every if _seen(book, row, chosen)]
    listing = Listing(
        f"{trial}-protocol",
        _("Sentences of the registry page and the rule drawn from each"),
        COLUMNS,
        rows,
        len(every),
        {**book.about, "filters": chosen.used, "summary": summary(book.protocol)},
    )
    context = {"filters": chosen, "parts": _grouped(book, rows), "words": chosen["q"].lower().split()}
    return answer(request, form, "protocol/page.html", listing, {**frame(book), **context, "tab": "page"})


def _rows(book: Book, sentence: Sentence) -> list[Row]:
    if not sentence.criteria:
        return [Row(sentence, None)]
    return [Row(sentence, book.criteria[name]) for name in sentence.criteria]


def _seen(book: Book, row: Row, chosen: Filters) -> bool:
    if not holds(_haystack(book, row), chosen["q"]):
        return False
    if row.criterion is None:
        # a heading goes with what it heads; with a filter on criteria only criteria are looked for
        return not any(value for name, value in chosen.used.items() if name != "q")
    found = row.criterion
    kind = "exclusion" if book.protocol.criteria[found["id"]].exclusion else "inclusion"
    return (
        chosen["kind"] in ("", kind)
        and (not chosen["arm"] or chosen["arm"] in found["arms"])
        and (not chosen["gate"] or chosen["gate"] in found["gates"] or chosen["gate"] in found["recheck"])
        and chosen["text"] in ("", _clarity(found["readings"]))
    )


def _clarity(readings: Sequence[Mapping[str, Any]]) -> str:
    if any(reading["options"] for reading in readings):
        return "ambiguous"
    return "noted" if readings else "clear"


def _haystack(book: Book, row: Row) -> str:
    said = [row.sentence.text, row.sentence.arm, row.sentence.clause]
    if row.criterion is not None:
        found = row.criterion
        said += [found["id"], found["title"], found["rule"], found["plain_words"], *found["notes"]]
        said += [f"{name} {label}" for name, label in found["concepts"].items()]
        said += [f"{reading['key']} {reading['issue']}" for reading in found["readings"]]
    if row.sentence.clause:
        said += [reading.issue for _key, reading in _clause_readings(book.protocol, row.sentence.clause)]
    return " ".join(said).lower()


def _grouped(book: Book, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Put rows together by sentence and part of the page."""
    parts: dict[PagePart, dict[int, dict[str, Any]]] = {}
    for row in rows:
        within = parts.setdefault(row.sentence.part, {})
        one = within.setdefault(row.sentence.number, {"sentence": row.sentence, "criteria": []})
        if row.criterion is not None:
            one["criteria"].append(row.criterion)
        elif row.sentence.clause:
            one["clause"] = _clause(book.protocol, row.sentence.clause)
        elif row.sentence.arm:
            one["arm"] = book.protocol.file.arms[row.sentence.arm]
        elif row.sentence.objective:
            one["objective"] = next(each for each in book.protocol.file.objectives if each.id == row.sentence.objective)
    return [
        {"id": part.value, "title": PARTS[part], "sentences": list(parts[part].values())}
        for part in PagePart
        if part in parts
    ]


def _clause_readings(protocol: Protocol, clause: str) -> list[tuple[str, Reading]]:
    return [(key, reading) for key, reading in protocol.readings() if key.startswith(f"dlt.{clause}#")]


def _clause(protocol: Protocol, name: str) -> dict[str, Any]:
    clause: DltClause = next(each for each in protocol.file.dlt.clauses if each.id == name)
    readings = [reading_document(protocol, key, reading) for key, reading in _clause_readings(protocol, name)]
    return {"clause": clause, "scale": protocol.file.dlt.scales[clause.scale], "readings": readings}


def _of(key: str) -> Callable[[Row], str]:
    return lambda row: str(row.criterion[key]) if row.criterion is not None else ""


def _all_of(key: str) -> Callable[[Row], str]:
    return lambda row: ", ".join(row.criterion[key]) if row.criterion is not None else ""


COLUMNS: Sequence[Column[Row]] = (
    Column("sentence", lazy("Sentence"), lambda row: row.sentence.number, number=True),
    Column("line", lazy("Line"), lambda row: row.sentence.lines[0], number=True),
    Column("part", lazy("Part"), lambda row: row.sentence.part.value),
    Column("text", lazy("Text"), lambda row: row.sentence.text),
    Column("criterion", lazy("Criterion"), _of("id")),
    Column("title", lazy("Title"), _of("title")),
    Column("kind", lazy("Kind"), _of("kind")),
    Column("arms", lazy("Arms"), _all_of("arms")),
    Column("gates", lazy("Gates"), _all_of("gates")),
    Column("plain_words", lazy("In words"), _of("plain_words")),
    Column("rule", lazy("Rule"), _of("rule")),
    Column(
        "readings",
        lazy("Readings in force"),
        lambda row: (
            "; ".join(f"{each['key']}={each['in_force']}" for each in row.criterion["readings"])
            if row.criterion is not None
            else ""
        ),
    ),
    Column("concepts", lazy("Concepts"), _all_of("concepts")),
    Column("arm", lazy("Arm"), lambda row: row.sentence.arm),
    Column("clause", lazy("Clause"), lambda row: row.sentence.clause),
)
