"""What all pages of the lab share: the form, the tabs, the answer; and the address that holds them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dosepath.core.errors import InputError
from dosepath.dosefinding.recipes import RECIPES
from dosepath.dosefinding.scenarios import SHAPES
from dosepath.web.jobs import Job
from dosepath.web.lists import Listing, answer
from dosepath.web.refusals import RefusedError
from dosepath.web.views.designs.fields import cards
from dosepath.web.views.designs.question import (
    EXAMPLE,
    FEWEST_DOSES,
    MOST_DESIGNS,
    MOST_DOSES,
    SHARED,
    Question,
    is_form,
    read,
)
from dosepath.web.views.designs.tables import Measure, grid
from dosepath.web.views.designs.work import Shown, made
from dosepath.web.waiting import EXPORT_SECONDS

TABS: Final[tuple[tuple[str, str | Promise, str | Promise], ...]] = (
    ("designs", gettext_lazy("Compare"), gettext_lazy("What does each design do under these true rates?")),
    (
        "designs-scenarios",
        gettext_lazy("Scenarios"),
        gettext_lazy("How do the designs fare under other true rates?"),
    ),
    (
        "designs-one",
        gettext_lazy("One design"),
        gettext_lazy("Who is treated where, and how many patients does it take?"),
    ),
    ("designs-table", gettext_lazy("Decision table"), gettext_lazy("What does the design do by the counts at a dose?")),
    ("designs-paths", gettext_lazy("Dose paths"), gettext_lazy("Which ways can the trial take?")),
    ("designs-next", gettext_lazy("Outcomes"), gettext_lazy("What does each design say after these outcomes?")),
    ("designs-price", gettext_lazy("Price of V1–V4"), gettext_lazy("What does each reading of 3+3 cost?")),
    ("designs-size", gettext_lazy("Sample size"), gettext_lazy("How many cohorts are needed?")),
    ("designs-sensitivity", gettext_lazy("Sensitivity"), gettext_lazy("How much does one parameter decide?")),
    ("designs-simulate", gettext_lazy("Simulated"), gettext_lazy("What do designs do when time passes?")),
)
"""Pages of the lab: name of the address, title, the question that each answers."""

SHAPE_WORDS: Final[Mapping[str, str | Promise]] = {
    "flat": gettext_lazy("Flat: all at the target"),
    "gentle": gettext_lazy("Gentle: up to the target"),
    "middle": gettext_lazy("Middle dose at the target"),
    "steep": gettext_lazy("Steep: doubling"),
    "toxic": gettext_lazy("All above the target"),
}


@dataclass(frozen=True)
class Page:
    """What one page makes of a question.

    Parameters
    ----------
    template
        File of `templates/designs` for the answer.
    listing
        The table that is exported; None where there is no answer yet.
    cells
        The same table as the page shows it.
    context
        What the template wants besides.
    """

    template: str
    listing: Listing[Any] | None = None
    cells: list[list[dict[str, Any]]] = field(default_factory=list)
    context: Mapping[str, Any] = field(default_factory=dict)
    waits: Job[Any] | None = None


def table_page(
    template: str, listing: Listing[Any], measures: list[Measure[Any]], waits: Job[Any] | None = None, **context: Any
) -> Page:
    """Make a page around one table."""
    return Page(template, listing, grid(measures, listing.rows), context, waits)


Builder = Callable[[Question, float], Page]
"""Makes a page of a question; the number says how many seconds it may wait for what is computed."""


def lab(request: HttpRequest, name: str, form: str, build: Builder) -> HttpResponse:
    """Answer a page of the lab: whole, the part that changed, or as a file."""
    question = read(request.GET)
    place = reverse(name)
    part = str((getattr(request, "htmx", None) and request.htmx.target) or "")  # type: ignore[attr-defined]
    if is_form(request.GET) and not part and not form and not question.problems:
        return HttpResponseRedirect(f"{place}?{question.query()}")
    if form:
        return _file(request, form, question, build)
    _settle(request, question)
    page, problem = _built(question, build)
    context = {
        "question": question,
        "page": page,
        "problem": problem,
        "tabs": [(reverse(tab), title, tab == name) for tab, title, _asks in TABS],
        "asks": next(asks for tab, _title, asks in TABS if tab == name),
        "tab": next(title for tab, title, _asks in TABS if tab == name),
        "place": place,
        "query": question.query(),
        "listing": page.listing,
    }
    if part != "answer":
        context |= _form(question)
    template = {"answer": "designs/answer.html", "lab": "designs/form.html"}.get(part, "designs/lab.html")
    status = 200 if part or not (problem or question.problems) else 400
    found = render(request, template, context, status=status)
    if part and not question.problems:
        found["HX-Replace-Url"] = f"{place}?{question.query()}"
    return found


def _built(question: Question, build: Builder) -> tuple[Page, str]:
    """Make the page, or say why there is none."""
    if question.problems:
        return Page(""), ""
    try:
        return build(question, 0.0), ""
    except InputError as error:
        return Page(""), str(error)


def _file(request: HttpRequest, form: str, question: Question, build: Builder) -> HttpResponse:
    """Give the table of a page as a file.

    Raises
    ------
    RefusedError
        When something is wrong in the question, or it takes too long.
    """
    sound(question)
    page = build(question, EXPORT_SECONDS)
    if page.listing is None or page.waits is not None:
        raise RefusedError(_("This is still being computed."), _("Ask for the file again in a minute."), status=429)
    return answer(request, form, "", page.listing)


def sound(question: Question) -> None:
    """Refuse a question in which something is wrong.

    Raises
    ------
    RefusedError
        With every problem.
    """
    if question.problems:
        raise RefusedError("; ".join(question.problems.values()), _("Mend it in the design lab, and ask again."))


def _settle(request: HttpRequest, question: Question) -> None:
    """Let links of the page name the question itself, not what the form happened to send."""
    if not question.problems:
        query = question.query()
        request.META["QUERY_STRING"] = query
        request.GET = QueryDict(query)


def _form(question: Question) -> dict[str, Any]:
    shown: dict[int, Shown] = {}
    for choice in question.choices:
        shown[choice.number] = Shown(choice) if question.broken else made(question, choice)
    return {
        "cards": cards(question, shown),
        "recipes": list(RECIPES.values()),
        "levels": [(level, text) for level, text in enumerate(question.rates, start=1)],
        "shapes": [(shape, SHAPE_WORDS[shape]) for shape in SHAPES],
        "fewest_doses": FEWEST_DOSES,
        "most_doses": MOST_DOSES,
        "may_add": len(question.choices) < MOST_DESIGNS,
        "may_remove": len(question.choices) > 1,
        "shared": [(name, question.shared[name]) for name in SHARED],
        "example": EXAMPLE,
    }
