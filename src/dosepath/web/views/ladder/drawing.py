"""The plots of the ladder: on its pages, and as files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dosepath.core.errors import InputError
from dosepath.reports.plots.ladder import Say, subject_plot, subject_rows, swimmer_plot, ways_plot
from dosepath.reports.plots.parts import Chart
from dosepath.web.lists import file_of
from dosepath.web.plots import FILES, Figure, drawn, figure, written
from dosepath.web.refusals import AbsentError
from dosepath.web.views.ladder.asked import SUBJECT, SUBJECT_FILTERS, Shown, asked, standing_of
from dosepath.web.views.ladder.opening import with_problems
from dosepath.web.views.ladder.words import said
from dosepath.web.words import Words
from dosepath.web.workspace import workspace

CHARTS: Final[Mapping[str, Callable[[Shown, Say], Chart]]] = {
    "swimmer": lambda shown, say: swimmer_plot(shown.conduct, say=say),
    "risk": lambda shown, say: ways_plot(shown.conduct, say=say),
    "events": lambda shown, say: subject_plot(standing_of(shown), shown.file.rule, shown.on, say=say),
}
"""Each plot by the name in its address."""

CAPTIONS: Final[Mapping[str, Words]] = {
    "swimmer": gettext_lazy(
        "Each infused patient by study day: events with their grades, the DLT window, the closing visit."
    ),
    "risk": gettext_lazy("What the cohort can come to, for each assumed rate of DLT."),
    "events": gettext_lazy("Events of the patient by study day, with their grades and the DLT window."),
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A plot of a page.

    Parameters
    ----------
    figure
        The plot where it is kept; None where it has to be drawn, which takes longer than a page may.
    place
        Address of the plot as a part of a page.
    image
        Address of the plot as a file, for a page without scripts.
    caption
        What it shows.
    """

    figure: Figure | None
    place: str
    image: str
    caption: str


def swimmer(shown: Shown) -> Drawing | None:
    """Give the patients by study day; None where nobody was infused."""
    return _drawing(shown, "swimmer") if shown.conduct.ladder.infused else None


def risk(shown: Shown) -> Drawing | None:
    """Give what the cohort can come to; None where none is filled or awaited."""
    return _drawing(shown, "risk") if shown.conduct.ways else None


def events(shown: Shown) -> Drawing | None:
    """Give the events of the patient that the address names; None where there is none."""
    return _drawing(shown, "events") if subject_rows(standing_of(shown), shown.on) else None


def _drawing(shown: Shown, name: str) -> Drawing:
    kept = workspace().drawings.kept(_key(shown, name))
    place = reverse("ladder-plot-part", kwargs={"name": name})
    query = f"?{shown.query}" if shown.query else ""
    return Drawing(kept, f"{place}{query}", _file(shown, name, "svg"), str(CAPTIONS[name]))


def _key(shown: Shown, name: str) -> tuple[str, ...]:
    """Say what a plot depends on; the address of a file is that of its content."""
    return "ladder", name, shown.query, _language()


def _language() -> str:
    return get_language() or "en"


def _file(shown: Shown, name: str, suffix: str) -> str:
    query = f"?{shown.query}" if shown.query else ""
    return f"{reverse('ladder-plot', kwargs={'name': name, 'suffix': suffix})}{query}"


def _chart(name: str, shown: Shown, say: Say) -> Chart:
    try:
        return CHARTS[name](shown, say)
    except InputError as error:
        raise AbsentError(str(error), _("Choose another day.")) from error


def _asked(request: HttpRequest, name: str) -> Shown:
    if name not in CHARTS:
        raise AbsentError(_("There is no such plot."), _("Go back to the ladder."))
    return asked(request.GET, (SUBJECT,) if name == "events" else SUBJECT_FILTERS)


@require_GET
@with_problems
def part(request: HttpRequest, form: str, name: str) -> HttpResponse:  # noqa: ARG001 - as other views
    """Draw a plot as a part of a page; the same plot is kept in memory."""
    shown = _asked(request, name)
    downloads = tuple((suffix.upper(), _file(shown, name, suffix)) for suffix in FILES)
    language = _language()

    def draw() -> Figure:
        with override(language):
            return figure(_chart(name, shown, said), f"ladder-{name}", str(CAPTIONS[name]), downloads)

    return render(request, "components/plot_figure.html", {"figure": drawn(_key(shown, name), draw)})


@require_GET
@with_problems
def plot(request: HttpRequest, form: str, name: str, suffix: str) -> HttpResponse:  # noqa: ARG001 - as other views
    """Give a plot as a file; its texts are English, for which the renderer has the letters on every machine."""
    if suffix not in FILES:
        raise AbsentError(_("There is no such plot."), _("Go back to the ladder."))
    chart = _chart(name, _asked(request, name), str)
    return file_of(written(chart, suffix), f"ladder-{name}.{suffix}", FILES[suffix][1])
