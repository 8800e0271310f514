"""The plots of the lab: drawn once for each question, as parts of a page that follow the answer, and as files."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dosepath.core.errors import InputError
from dosepath.dosefinding.outcomes import read_outcomes
from dosepath.reports.design_report import design_report
from dosepath.reports.plots.characteristics import patients_plot, recommendation_plot, total_patients_plot
from dosepath.reports.plots.comparison import costs_plot, recommendations_plot
from dosepath.reports.plots.decision_table import grid_plot, table_caption
from dosepath.reports.plots.dose_paths import graph_plot, paths_caption
from dosepath.reports.plots.parts import Chart, framed
from dosepath.reports.plots.posterior import posterior_plot
from dosepath.reports.plots.saving import png, specification_text, svg
from dosepath.reports.plots.theme import DARK, LIGHT, Theme
from dosepath.reports.summary import DesignSummary
from dosepath.reports.words import Caption, caption, caption_of_several
from dosepath.web.jobs import Job, Progress
from dosepath.web.lists import file_of
from dosepath.web.plots import figure
from dosepath.web.refusals import AbsentError, RefusedError
from dosepath.web.views.designs.lab import sound
from dosepath.web.views.designs.pages import graph_of, one_of, priced, table_rows
from dosepath.web.views.designs.question import Question, read
from dosepath.web.views.designs.work import closed_design, exactly, kept, made
from dosepath.web.waiting import EXPORT_SECONDS
from dosepath.web.workspace import workspace

Drawing = tuple[Chart, Caption]
"""A plot without its frame, and what stands over it in a file and under it on a page."""

DRAW_SECONDS: Final = 20.0
"""How long a part of a page waits for its plot; the page itself stands already."""


def _known(question: Question) -> list[DesignSummary]:
    found = [each.summary for each in exactly(question, EXPORT_SECONDS) if each.summary is not None]
    if not found:
        raise InputError(_("no design here has exact numbers"))
    return found


def _recommendations(question: Question, theme: Theme) -> Drawing:
    found = _known(question)
    said = caption_of_several("Probability that each dose is recommended", found, question.target_rate)
    return recommendations_plot(found, question.target_rate, theme), said


def _costs(question: Question, theme: Theme) -> Drawing:
    found = _known(question)
    said = caption_of_several("Gain and cost of each design", found, question.target_rate)
    return costs_plot(found, question.target_rate, question.planned_patients, theme), said


def _summary(question: Question) -> DesignSummary:
    _shown, found = one_of(question, EXPORT_SECONDS)
    if isinstance(found, Job):
        raise InputError(_("this is still being computed"))
    return found


def _doses(question: Question, theme: Theme) -> Drawing:
    found = _summary(question)
    return recommendation_plot(found, question.target_rate, theme), caption(found, question.target_rate)


def _patients(question: Question, theme: Theme) -> Drawing:
    found = _summary(question)
    return patients_plot(found, question.target_rate, theme), caption(found, question.target_rate)


def _total(question: Question, theme: Theme) -> Drawing:
    found = _summary(question)
    return total_patients_plot(found, question.planned_patients, theme), caption(found, question.target_rate)


def _table(question: Question, theme: Theme) -> Drawing:
    shown, at, rows = table_rows(question, EXPORT_SECONDS)
    if isinstance(rows, Job):
        raise InputError(_("this is still being computed"))
    return grid_plot(rows, theme), table_caption(closed_design(shown), at)


def _paths(question: Question, theme: Theme) -> Drawing:
    _shown, graph = graph_of(question)
    return graph_plot(graph, theme), paths_caption(graph)


def _posterior(question: Question, theme: Theme) -> Drawing:
    design = closed_design(made(question, question.of))
    cohorts = read_outcomes(question.further["outcomes"], design.doses)
    drawn = posterior_plot(design, cohorts, theme)
    seen = " ".join(map(str, cohorts)) or "nobody"
    return drawn, Caption(f"{design.name}: what the model believes of the rates of DLT after {seen}")


def _prices(question: Question, theme: Theme) -> Drawing:
    found = priced(question)
    said = caption_of_several("The variants of 3+3: probability of each recommendation", found, question.target_rate)
    return recommendations_plot(found, question.target_rate, theme), said


def _price_costs(question: Question, theme: Theme) -> Drawing:
    found = priced(question)
    said = caption_of_several("The variants of 3+3: gain and cost", found, question.target_rate)
    return costs_plot(found, question.target_rate, question.planned_patients, theme), said


PLOTS: Final[Mapping[str, Callable[[Question, Theme], Drawing]]] = {
    "recommendations": _recommendations,
    "costs": _costs,
    "doses": _doses,
    "patients": _patients,
    "total": _total,
    "table": _table,
    "paths": _paths,
    "posterior": _posterior,
    "price-recommendations": _prices,
    "price-costs": _price_costs,
}

FILES: Final[Mapping[str, tuple[Callable[[Chart], str | bytes], str]]] = {
    "svg": (svg, "image/svg+xml"),
    "png": (png, "image/png"),
    "json": (specification_text, "application/json; charset=utf-8"),
}
"""How a plot is written, and what that is."""


@require_GET
def plot(request: HttpRequest, name: str) -> HttpResponse:
    """Give a plot as a part of a page."""
    question = _asked(request, name)
    downloads = tuple((form.upper(), _address(name, form, question)) for form in FILES)

    def draw(_progress: Progress) -> Any:
        chart, said = PLOTS[name](question, LIGHT)
        return figure(framed(chart, None, LIGHT), f"plot-{name}", f"{'; '.join([said.title, *said.lines])}.", downloads)

    key = ("part", name, question.query())
    found = kept(key, _("Drawing"), draw, DRAW_SECONDS, workspace().drawings)
    if isinstance(found, Job):
        raise RefusedError(_("This plot is still being drawn."), _("Ask again in a minute."), status=429)
    return render(request, "designs/plot.html", {"figure": found, "name": name})


@require_GET
def plot_file(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """Give a plot as a file, in the light theme unless the dark one is asked for."""
    query = request.GET.copy()
    theme = DARK if "".join(query.pop("theme", [])) == "dark" else LIGHT
    question = _asked(request, name, read(query))
    if form not in FILES:
        raise AbsentError(_("A plot is given as %(forms)s.") % {"forms": ", ".join(FILES)})
    write, kind = FILES[form]

    def draw(_progress: Progress) -> bytes:
        chart, said = PLOTS[name](question, theme)
        written = write(framed(chart, said, theme))
        return written if isinstance(written, bytes) else written.encode()

    key = ("file", name, form, theme is DARK, question.query())
    found = kept(key, _("Drawing"), draw, EXPORT_SECONDS, workspace().drawings)
    if isinstance(found, Job):
        raise RefusedError(_("This plot is still being drawn."), _("Ask again in a minute."), status=429)
    return file_of(found, f"{name}.{form}", kind)


def _asked(request: HttpRequest, name: str, question: Question | None = None) -> Question:
    if name not in PLOTS:
        raise AbsentError(_("There is no such plot."), _("Choose one from the design lab."))
    found = question or read(request.GET)
    sound(found)
    return found


def _address(name: str, form: str, question: Question) -> str:
    return f"{reverse('designs-plot-file', args=[name, form])}?{question.query()}"


@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """Give the report on all designs that have exact numbers, as one HTML file."""
    question = read(request.GET)
    sound(question)

    def write(_progress: Progress) -> bytes:
        return design_report(_known(question), question.target_rate, question.planned_patients).encode()

    found = kept(("report", question.query()), _("Writing the report"), write, EXPORT_SECONDS, workspace().drawings)
    if isinstance(found, Job):
        raise RefusedError(_("This is still being computed."), _("Ask for the file again in a minute."), status=429)
    return file_of(found, "designs.html", "text/html; charset=utf-8")
