"""The plots of the lab: drawn once for each question, as parts of a page that follow the answer, and as files."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

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
from dosepath.reports.plots.theme import DARK, LIGHT, Theme
from dosepath.reports.summary import DesignSummary
from dosepath.reports.words import Caption, caption, caption_of_several
from dosepath.web.jobs import Job, Progress
from dosepath.web.lists import file_of
from dosepath.web.plots import FILES, Figure, drawn, figure, written
from dosepath.web.refusals import AbsentError, RefusedError
from dosepath.web.views.designs.lab import sound
from dosepath.web.views.designs.pages import graph_of, one_of, priced, table_rows
from dosepath.web.views.designs.question import Question, read
from dosepath.web.views.designs.work import closed_design, exactly, kept, made
from dosepath.web.waiting import EXPORT_SECONDS
from dosepath.web.workspace import workspace

Drawing = tuple[Chart, Caption]
"""A plot without its frame, and what stands over it in a file and under it on a page."""

Find = Callable[[Question], Sequence[DesignSummary]]
"""Finds the designs that a plot shows side by side."""


def _known(question: Question) -> list[DesignSummary]:
    found = [each.summary for each in exactly(question, EXPORT_SECONDS) if each.summary is not None]
    if not found:
        raise InputError(_("no design here has exact numbers"))
    return found


def _recommended(find: Find, title: str) -> Callable[[Question, Theme], Drawing]:
    def draw(question: Question, theme: Theme) -> Drawing:
        found = find(question)
        said = caption_of_several(title, found, question.target_rate)
        return recommendations_plot(found, question.target_rate, theme), said

    return draw


def _gain_and_cost(find: Find, title: str) -> Callable[[Question, Theme], Drawing]:
    def draw(question: Question, theme: Theme) -> Drawing:
        found = find(question)
        said = caption_of_several(title, found, question.target_rate)
        return costs_plot(found, question.target_rate, question.planned_patients, theme), said

    return draw


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


PLOTS: Final[Mapping[str, Callable[[Question, Theme], Drawing]]] = {
    "recommendations": _recommended(_known, "Probability that each dose is recommended"),
    "costs": _gain_and_cost(_known, "Gain and cost of each design"),
    "doses": _doses,
    "patients": _patients,
    "total": _total,
    "table": _table,
    "paths": _paths,
    "posterior": _posterior,
    "price-recommendations": _recommended(priced, "The variants of 3+3: probability of each recommendation"),
    "price-costs": _gain_and_cost(priced, "The variants of 3+3: gain and cost"),
}


@require_GET
def plot(request: HttpRequest, name: str) -> HttpResponse:
    """Give a plot as a part of a page."""
    question = _asked(request, name)
    downloads = tuple((form.upper(), _address(name, form, question)) for form in FILES)

    def draw() -> Figure:
        chart, said = PLOTS[name](question, LIGHT)
        return figure(framed(chart, None, LIGHT), f"plot-{name}", f"{'; '.join([said.title, *said.lines])}.", downloads)

    found = drawn(("part", name, question.query()), draw)
    return render(request, "designs/plot.html", {"figure": found, "name": name})


@require_GET
def plot_file(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """Give a plot as a file, in the light theme unless the dark one is asked for."""
    query = request.GET.copy()
    theme = DARK if "".join(query.pop("theme", [])) == "dark" else LIGHT
    question = _asked(request, name, read(query))
    if form not in FILES:
        raise AbsentError(_("A plot is given as %(forms)s.") % {"forms": ", ".join(FILES)})

    def draw() -> bytes:
        chart, said = PLOTS[name](question, theme)
        return written(framed(chart, said, theme), form)

    found = drawn(("file", name, form, theme is DARK, question.query()), draw, EXPORT_SECONDS)
    return file_of(found, f"{name}.{form}", FILES[form][1])


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
