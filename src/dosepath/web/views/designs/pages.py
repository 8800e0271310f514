"""The pages of the lab, one function for each; each makes a table of the question."""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dosepath.core.errors import InputError
from dosepath.dosefinding.decision_table import Step, TableRow, table_of
from dosepath.dosefinding.design import Design
from dosepath.dosefinding.dose_paths import PathGraph, PathNode, dose_paths
from dosepath.dosefinding.outcomes import read_outcomes
from dosepath.dosefinding.three_plus_three import ThreePlusThree, variant
from dosepath.dosefinding.tools import price_of_variants
from dosepath.reports.plots.decision_table import grid_rows, middle
from dosepath.reports.plots.dose_paths import decision_words
from dosepath.reports.summary import DesignSummary, exact_summary, side_by_side
from dosepath.web.jobs import Job
from dosepath.web.views.designs import further, several, trials
from dosepath.web.views.designs.lab import Builder, Page, lab, table_page
from dosepath.web.views.designs.question import Question, command
from dosepath.web.views.designs.tables import Measure, doses, listing, measure, of_designs, of_doses, share_text
from dosepath.web.views.designs.work import PAGE_SECONDS, Shown, closed_design, enumerated, exactly, made

MOST_NODES: Final = 40
"""States up to which dose paths are drawn on a page; they fit beside each other."""

DEEPEST: Final = 6
"""Cohorts that are looked ahead at the most."""


def _side(question: Question, seconds: float) -> Page:
    shown = exactly(question, max(seconds, PAGE_SECONDS))
    rows = [each.summary for each in shown if each.summary is not None]
    waits = next((each.job for each in shown if each.job is not None), None)
    measures = of_designs(question)
    found = listing(
        "designs", _("Probability of each recommendation, expected patients and DLTs"), measures, rows, question
    )
    without = [each for each in shown if not each.summary]
    return table_page("designs/side.html", found, measures, waits, without=without, command=command(question))


def one_of(question: Question, seconds: float) -> tuple[Shown, DesignSummary | Job[Any]]:
    """Give the one design that a page looks at, with what it does.

    Raises
    ------
    InputError
        When it has nothing exact.
    """
    shown = made(question, question.of)
    closed_design(shown)
    if shown.wanted is None:
        raise InputError(shown.problem)
    found = enumerated(shown.wanted, max(seconds, PAGE_SECONDS))
    return shown, found if isinstance(found, Job) else exact_summary(found.characteristics(question.truth))


def _one(question: Question, seconds: float) -> Page:
    shown, summary = one_of(question, seconds)
    if isinstance(summary, Job):
        return Page("designs/one.html", waits=summary)
    measures = of_doses()
    found = listing(
        "design-doses",
        _("%(design)s: doses, %(method)s") % {"design": shown.name, "method": summary.method},
        measures,
        doses(summary, question),
        question,
        design=shown.name,
        total_patients=list(summary.total_patients),
    )
    facts = {
        "nearest": share_text(summary.correct(question.target_rate)),
        "above": share_text(summary.too_toxic(question.target_rate)),
        "overdosed": share_text(summary.overdosed(question.target_rate)),
        "mean": f"{summary.mean_total:.2f}",
        "most": summary.most_patients,
        "dlts": f"{summary.mean_dlts:.2f}",
        "more": None
        if question.planned_patients is None
        else share_text(summary.more_patients_than(question.planned_patients)),
    }
    return table_page("designs/one.html", found, measures, facts=facts)


# The rule itself -----------------------------------------------------------------------------------------------------


def level_of(question: Question, design: Design) -> int:
    """Give the dose level of a table: the one asked for, else the middle one.

    Raises
    ------
    InputError
        When there is no such level.
    """
    text = question.further["level"]
    if not text:
        return middle(design)
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= design.doses):
        raise InputError(
            _("there is no dose level '%(level)s'; they are 1 to %(doses)s")
            % {"level": text[:20], "doses": design.doses}
        )
    return int(text)


def table_rows(question: Question, seconds: float) -> tuple[Shown, int, tuple[TableRow, ...] | Job[Any]]:
    """Give the decision table of one design at one dose level."""
    shown = made(question, question.of)
    design = closed_design(shown)
    at = level_of(question, design)
    if shown.wanted is None:
        raise InputError(shown.problem)
    found = enumerated(shown.wanted, max(seconds, PAGE_SECONDS))
    if isinstance(found, Job):
        return shown, at, found
    rows = table_of(design, at, int(found.treated[:, at - 1].max()))
    if not rows:
        raise InputError(
            _("no trial of %(design)s goes on after level %(level)s") % {"design": shown.name, "level": at}
        )
    return shown, at, rows


STEP_CLASSES: Final = {Step.ESCALATE: "up", Step.STAY: "stay", Step.DE_ESCALATE: "down", Step.ELIMINATE: "out"}


def _step(step: Step | None) -> tuple[str, str]:
    """Give the letters of a cell and the class of its colour."""
    return ("", "") if step is None else (step.value, STEP_CLASSES[step])


def _table(question: Question, seconds: float) -> Page:
    shown, at, rows = table_rows(question, seconds)
    if isinstance(rows, Job):
        return Page("designs/table.html", waits=rows)
    measures: list[Measure[TableRow]] = [
        measure("treated", _("patients at this dose"), lambda row: row.treated),
        measure("dlts", _("DLTs at this dose"), lambda row: row.dlts),
        measure("action", _("step"), lambda row: row.step.value, number=False),
    ]
    found = listing(
        "decision-table",
        _("Decision table of %(design)s") % {"design": shown.name},
        measures,
        rows,
        question,
        design=shown.name,
        level=at,
    )
    sizes = sorted({row.treated for row in rows})
    steps = {(row.treated, row.dlts): row.step for row in rows}
    cells, more = grid_rows(rows)
    most = max(cell["dlts"] for cell in cells)
    lines = [(dlts, [_step(steps.get((size, dlts))) for size in sizes]) for dlts in range(most + 1)]
    return table_page(
        "designs/table.html",
        found,
        measures,
        at=at,
        sizes=sizes,
        lines=lines,
        more=most if more else None,
        levels=range(1, question.doses + 1),
    )


def graph_of(question: Question) -> tuple[Shown, PathGraph]:
    """Follow one design from the outcomes so far, as many cohorts as are asked for or fit.

    Raises
    ------
    InputError
        When that cannot be, or is too much to draw.
    """
    shown = made(question, question.of)
    design = closed_design(shown)
    cohorts = read_outcomes(question.further["outcomes"], design.doses)
    text = question.further["depth"]
    if text and not (text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= DEEPEST):
        raise InputError(
            _("cohorts ahead '%(depth)s': from 1 to %(most)s, or empty for as many as fit")
            % {"depth": text[:20], "most": DEEPEST}
        )
    return shown, dose_paths(design, cohorts, int(text) if text else None, question.truth, MOST_NODES)


def _paths(question: Question, seconds: float) -> Page:  # noqa: ARG001 - a builder
    shown, graph = graph_of(question)
    measures: list[Measure[PathNode]] = [
        measure("node", _("state"), lambda row: row.number + 1, number=False),
        measure("cohorts", _("cohorts so far"), lambda row: row.step),
        measure("counts", _("DLTs/patients at each dose"), _counts, number=False),
        measure(
            "action",
            _("then"),
            lambda row: row.decision.action.value,
            lambda row: decision_words(row.decision),
            number=False,
        ),
        measure("level", _("dose level"), lambda row: row.decision.level, lambda row: str(row.decision.level or "–")),
        measure("rule", _("rule"), lambda row: row.decision.rule, number=False),
        measure(
            "probability",
            _("probability"),
            lambda row: row.probability,
            lambda row: share_text(row.probability or 0.0),
            share=True,
        ),
    ]
    edges = [
        {
            "from": each.start + 1,
            "to": each.end + 1,
            "level": each.level,
            "patients": each.patients,
            "dlts": each.dlts,
            "probability": each.probability,
        }
        for each in graph.edges
    ]
    found = listing(
        "dose-paths",
        _("States of a trial of %(design)s") % {"design": shown.name},
        measures,
        graph.nodes,
        question,
        design=shown.name,
        edges=edges,
    )
    return table_page(
        "designs/paths.html",
        found,
        measures,
        whole=graph.ends,
        depths=[str(cohorts) for cohorts in range(1, DEEPEST + 1)],
        most=MOST_NODES,
    )


def _counts(node: PathNode) -> str:
    return "  ".join(str(each) if each.treated else "–" for each in node.tallies)


# The readings of 3+3 -------------------------------------------------------------------------------------------------


def priced(question: Question) -> tuple[DesignSummary, ...]:
    """Give what V1 to V4 do under the true rates of the question, from the first dose that a 3+3 of it has."""
    start = 1
    for choice in question.choices:
        design = made(question, choice).design
        if isinstance(design, ThreePlusThree):
            start = design.start
            break
    first = ThreePlusThree(question.doses, start=start) if start > 1 else variant("V3", question.doses)
    found = price_of_variants(first, question.truth, question.target_rate)
    return side_by_side([exact_summary(each.exact) for each in found.values()])


def _price(question: Question, seconds: float) -> Page:  # noqa: ARG001 - a builder
    measures = of_designs(question, kind=_("variant"))
    rows = priced(question)
    found = listing("price-of-variants", _("The four variants of 3+3, exact"), measures, rows, question)
    return table_page("designs/price.html", found, measures)


# The views -----------------------------------------------------------------------------------------------------------


def _page(name: str, build: Builder) -> Callable[..., HttpResponse]:
    """Make the view of a page of the lab."""

    @require_GET
    def shown(request: HttpRequest, form: str = "") -> HttpResponse:
        return lab(request, name, form, build)

    return shown


side = _page("designs", _side)
one = _page("designs-one", _one)
table = _page("designs-table", _table)
paths = _page("designs-paths", _paths)
price = _page("designs-price", _price)
scenarios = _page("designs-scenarios", several.scenarios)
after = _page("designs-next", further.after)
size = _page("designs-size", further.size)
sensitivity = _page("designs-sensitivity", further.sensitivity)
simulate = _page("designs-simulate", trials.simulated)
