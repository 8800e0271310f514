"""Concepts: each variable of the protocol, how its records are recognised, and who reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET

from dosepath.interop.concept_json import concept_document
from dosepath.rules.vocabulary import Kind
from dosepath.rules.wording import suggest
from dosepath.web import filters
from dosepath.web.filters import Filter, holds
from dosepath.web.lists import Column, Listing, answer, json_of
from dosepath.web.readings import PARAMETER
from dosepath.web.refusals import AbsentError
from dosepath.web.views.protocol.book import Book, frame, opened

KINDS: Mapping[Kind, str | Promise] = {
    Kind.QUANTITY: lazy("quantity"),
    Kind.RESULT: lazy("test result"),
    Kind.FLAG: lazy("yes or no"),
    Kind.CHOICE: lazy("choice"),
    Kind.ORDINAL: lazy("ordered choice"),
    Kind.DATE: lazy("date"),
    Kind.EVENT: lazy("event"),
    Kind.DRUG: lazy("drug"),
}


@dataclass(frozen=True, slots=True)
class ConceptRow:
    """One concept of the list."""

    trial: str
    name: str
    label: str
    kind: Kind
    unit: str
    codes: int
    members: int
    read_by: tuple[str, ...]


@require_GET
def concepts(request: HttpRequest, trial: str, form: str = "") -> HttpResponse:
    """List the concepts of the protocol."""
    book = opened(request, trial)
    offered = [
        Filter("q", _("Search")),
        Filter("kind", _("Kind"), [(kind.value, words) for kind, words in KINDS.items()]),
        Filter("codes", _("Codes"), [("yes", _("with codes")), ("no", _("without codes"))]),
    ]
    chosen = filters.read(request.GET, offered, also=[PARAMETER])
    every = [_concept_row(book, name) for name in book.protocol.file.concepts]
    rows = [
        row
        for row in every
        if chosen["kind"] in ("", row.kind.value)
        and (not chosen["codes"] or (chosen["codes"] == "yes") == bool(row.codes))
        and holds(_concept_text(book, row), chosen["q"])
    ]
    listing = Listing(
        f"{trial}-concepts",
        _("Concepts of the protocol: each variable that a rule may read"),
        CONCEPT_COLUMNS,
        rows,
        len(every),
        {**book.about, "filters": chosen.used},
    )
    context = {"filters": chosen, "tab": "concepts"}
    return answer(request, form, "protocol/concepts.html", listing, {**frame(book), **context})


def _concept_row(book: Book, name: str) -> ConceptRow:
    concept = book.protocol.file.concepts[name]
    codes = sum(len(codes) for codes in concept.codes.model_dump().values())
    trial = book.protocol.id
    read_by = tuple(book.readers[name])
    return ConceptRow(trial, name, concept.label, concept.kind, concept.unit, codes, len(concept.members), read_by)


def _concept_text(book: Book, row: ConceptRow) -> str:
    concept = book.protocol.file.concepts[row.name]
    codes = [code for codes in concept.codes.model_dump().values() for code in codes]
    return " ".join([row.name, row.label, *codes, *concept.names, *row.read_by]).lower()


def _address(row: ConceptRow) -> str:
    return reverse("protocol-concept", args=[row.trial, row.name])


CONCEPT_COLUMNS: Sequence[Column[ConceptRow]] = (
    Column("name", lazy("Concept"), lambda row: row.name, _address, english=True),
    Column("label", lazy("Label"), lambda row: row.label, english=True),
    Column("kind", lazy("Kind"), lambda row: row.kind.value, words=lambda row: KINDS[row.kind]),
    Column("unit", lazy("Unit"), lambda row: row.unit, english=True),
    Column("codes", lazy("Codes"), lambda row: row.codes, number=True),
    Column("members", lazy("Concepts in it"), lambda row: row.members, number=True),
    Column("read_by", lazy("Read by"), lambda row: ", ".join(row.read_by)),
)


@require_GET
def concept(request: HttpRequest, trial: str, name: str, form: str = "") -> HttpResponse:
    """Show one concept: how its records are recognised, and who reads it."""
    book = opened(request, trial)
    filters.read(request.GET, [], also=[PARAMETER])
    known = book.protocol.file.concepts
    if name not in known:
        raise AbsentError(
            _("%(trial)s has no concept '%(name)s'.") % {"trial": trial, "name": name}, suggest(name, known)
        )
    found = concept_document(book.protocol, name, book.readers[name])
    if form:
        return json_of({**book.about, **found})
    return render(request, "protocol/concept.html", {**frame(book), "found": found, "kind": KINDS[known[name].kind]})
