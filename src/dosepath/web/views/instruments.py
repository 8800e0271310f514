"""Instruments: the list of all, and a form of each with its score while it is filled in."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dosepath.core.instrument import Instrument, Procedure, Score
from dosepath.interop.answers_text import MOST_BYTES, Said, answers, from_document, from_pairs, to_pairs
from dosepath.interop.instrument_json import answered_with, form_yaml, summary
from dosepath.interop.score_json import document
from dosepath.rules.wording import suggest
from dosepath.trial.areas import Area, area_of, place_in_list
from dosepath.trial.catalog import catalog
from dosepath.web import filters, forms
from dosepath.web.filters import Filter
from dosepath.web.lists import CSV, JSON, Column, Listing, answer, file_of, json_of
from dosepath.web.refusals import AbsentError, RefusedError, TooLargeError

AREAS: Final[Mapping[Area, str | Promise]] = {
    Area.LUPUS: gettext_lazy("Lupus"),
    Area.SJOGREN: gettext_lazy("Sjögren's syndrome"),
    Area.SCLERODERMA: gettext_lazy("Systemic sclerosis"),
    Area.MYOSITIS: gettext_lazy("Myositis"),
    Area.VASCULITIS: gettext_lazy("Vasculitis with ANCA"),
    Area.ORGANS: gettext_lazy("Organs, function, infections"),
    Area.CELLS: gettext_lazy("Cell product and lymphodepletion"),
    Area.TOXICITY: gettext_lazy("Toxicity"),
    Area.OTHER: gettext_lazy("Others"),
}
FILLED: Final = "form"
COMPUTED: Final = "computed"

Listed = Instrument | Procedure

COLUMNS: Final[tuple[Column[Listed], ...]] = (
    Column("id", gettext_lazy("Id"), lambda each: each.id),
    Column("name", gettext_lazy("Name"), lambda each: each.name),
    Column("area", gettext_lazy("Area"), lambda each: area_of(each.id).value),
    Column("version", gettext_lazy("Version"), lambda each: each.version),
    Column("items", gettext_lazy("Items"), lambda each: summary(each)["items"], number=True),
    Column("cases", gettext_lazy("Own cases"), lambda each: summary(each)["cases"], number=True),
    Column("verified_on", gettext_lazy("Verified on"), lambda each: summary(each)["verified_on"]),
    Column("verified_against", gettext_lazy("against"), lambda each: each.verification.against),
    Column("from_memory", gettext_lazy("From memory"), lambda each: each.verification.from_memory),
    Column("citation", gettext_lazy("Source"), lambda each: str(each.citation)),
)


def _all() -> list[Listed]:
    found: list[Listed] = [*catalog().instruments.values(), *catalog().procedures.values()]
    return sorted(found, key=lambda each: (place_in_list(each.id), each.id))


@require_GET
def instruments(request: HttpRequest, form: str = "") -> HttpResponse:
    """List the instruments that the filters leave, by area."""
    chosen = filters.read(
        request.GET,
        [
            Filter("q", _("Search")),
            Filter("area", _("Area"), [(area.value, words) for area, words in AREAS.items()]),
            Filter("kind", _("Filled in"), [(FILLED, _("by a person")), (COMPUTED, _("computed from the record"))]),
        ],
    )
    known = _all()
    rows = [each for each in known if _fits(each, chosen["q"], chosen["area"], chosen["kind"])]
    listing = Listing("instruments", _("Instruments"), COLUMNS, rows, len(known), {"filters": chosen.used})
    groups = [
        (AREAS[area], [(each, summary(each)) for each in rows if area_of(each.id) is area])
        for area in AREAS
        if any(area_of(each.id) is area for each in rows)
    ]
    return answer(request, form, "instruments/list.html", listing, {"filters": chosen, "groups": groups})


def _fits(each: Listed, text: str, area: str, kind: str) -> bool:
    own = area_of(each.id)
    held = f"{each.id} {each.name} {each.version} {each.citation} {own.value} {AREAS[own]}".lower()
    return (
        all(word in held for word in text.lower().split())
        and area in ("", own.value)
        and kind in ("", FILLED if isinstance(each, Instrument) else COMPUTED)
    )


# One form ---------------------------------------------------------------------------------------------------------


@require_GET
def one(request: HttpRequest, name: str) -> HttpResponse:
    """Show a form with its score; what htmx asks for is the score alone, and the address follows the answers."""
    each = _found(name)
    if isinstance(each, Procedure):
        return render(request, "instruments/procedure.html", {"each": each, "about": summary(each)})
    said = _said(request, each)
    place = _address("instruments-one", each, said)
    if getattr(request, "htmx", False) and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        found = render(request, "instruments/score.html", {**_context(each, said), "changed": True})
        found["HX-Replace-Url"] = place
    else:
        found = render(request, "instruments/form.html", _context(each, said))
    patch_vary_headers(found, ["HX-Request"])
    return found


@require_GET
def paper(request: HttpRequest, name: str) -> HttpResponse:
    """Show a form, filled in or empty, as it is printed."""
    each = _filled(name)
    said = _said(request, each)
    return render(request, "instruments/print.html", {**_context(each, said), "here": request.build_absolute_uri()})


@require_GET
def file(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """Give the answers as YAML, which the command `dosepath score` reads, or as CSV; or the score as JSON."""
    each = _filled(name)
    said = _said(request, each)
    if form == JSON:
        return json_of({**document(each, _scored(each, said)), "answers": dict(said)})
    if form == CSV:
        listing = Listing(each.id, each.name, _ITEM_COLUMNS, _answered(each, said), len(each.items), {})
        return answer(request, CSV, "", listing)
    return file_of((form_yaml(each, said) + "\n").encode(), f"{each.id}.yaml", "application/yaml; charset=utf-8")


@require_POST
def load(request: HttpRequest, name: str) -> HttpResponse:
    """Take a file, or a text, of answers, and go to the form that holds them."""
    each = _filled(name)
    sent = request.FILES.get("file")
    if sent is not None:
        if (sent.size or 0) > MOST_BYTES:
            raise TooLargeError(
                _("%(name)s: more than %(limit)s kB.") % {"name": sent.name, "limit": MOST_BYTES // 1000},
                _("A form of answers is smaller: send the YAML or JSON of one form."),
            )
        text = _decoded(sent.read(), str(sent.name))
    else:
        text = request.POST.get("text", "")
    if not text.strip():
        raise RefusedError(
            _("No answers were sent."), _("Choose a file, or paste its text, then load it. An empty form is at YAML.")
        )
    said = from_document(each.items, text, str(sent.name) if sent is not None else _("the pasted text"))
    return HttpResponseRedirect(_address("instruments-one", each, said))


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError(
            _("%(name)s: not UTF-8 at byte %(byte)s.") % {"name": name, "byte": error.start}, _("Save it as UTF-8.")
        ) from None


def _found(name: str) -> Listed:
    known: dict[str, Listed] = {**catalog().instruments, **catalog().procedures}
    if name not in known:
        raise AbsentError(
            _("There is no instrument '%(name)s'.") % {"name": name},
            " ".join([suggest(name, known), _("The list of instruments has all of them.")]),
        )
    return known[name]


def _filled(name: str) -> Instrument:
    each = _found(name)
    if isinstance(each, Procedure):
        raise AbsentError(
            _("%(name)s is computed from the record; it has no form.") % {"name": name},
            _("The list of instruments says which have one."),
        )
    return each


def _said(request: HttpRequest, each: Instrument) -> Said:
    pairs = ((name, text) for name, texts in request.GET.lists() for text in texts)
    return from_pairs(each.items, pairs)


def _scored(each: Instrument, said: Said) -> Score:
    return each.score(answers(each.items, said))


@lru_cache(maxsize=128)
def _empty(name: str) -> Score:
    return catalog().instruments[name].score({})


def _address(view: str, each: Instrument, said: Said) -> str:
    query = urlencode(list(to_pairs(said)))
    return f"{reverse(view, args=[each.id])}{f'?{query}' if query else ''}"


def _context(each: Instrument, said: Said) -> dict[str, object]:
    scored = _scored(each, said)
    known = {name: text for name, text in said.items() if name in each.items}
    shown = forms.values(each, scored, _empty(each.id))
    query = urlencode(list(to_pairs(said)))
    return {
        "each": each,
        "about": summary(each),
        "area": AREAS[area_of(each.id)],
        "scored": scored,
        "sections": forms.sections(each, said, scored),
        "main": shown[0],
        "parts": shown[1:],
        "missing": forms.missing(each, scored),
        "answered": len(known),
        "total": len(each.items),
        "elsewhere": [refusal for refusal in scored.refused if refusal.item.partition("[")[0] not in each.items],
        "query": f"?{query}" if query else "",
        "most_mb": f"{MOST_BYTES / 2**20:.2f}",
        "empty_form": not said,
    }


Answered = tuple[forms.Section, forms.Question]


def _answered(each: Instrument, said: Said) -> list[Answered]:
    laid = forms.sections(each, said, _scored(each, said))
    return [(section, question) for section in laid for question in section.questions]


def _cell(question: forms.Question, said: str) -> str:
    if not question.rows:
        return said
    rows = [{cell.question.item.id: cell.question.said for cell in row if cell.question.said} for row in question.rows]
    return "; ".join(", ".join(f"{name} {text}" for name, text in row.items()) for row in rows if row)


_ITEM_COLUMNS: Final[tuple[Column[Answered], ...]] = (
    Column("section", "", lambda row: row[0].heading),
    Column("item", "", lambda row: row[1].item.id),
    Column("label", "", lambda row: row[1].item.label),
    Column("answered_with", "", lambda row: answered_with(row[1].item)),
    Column("points", "", lambda row: row[1].item.place.points),
    Column("answer", "", lambda row: _cell(row[1], row[1].said)),
    Column("not_used_because", "", lambda row: row[1].problem),
    Column("may_change_the_score", "", lambda row: row[1].open),
)
