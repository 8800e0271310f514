"""A report on one design or several in one HTML file: what was asked, what they do, how that was found, the sources."""

from collections.abc import Sequence
from datetime import date

from dosepath import __version__
from dosepath.core.errors import InputError
from dosepath.dosefinding.decision_table import table_of
from dosepath.dosefinding.design import Design
from dosepath.dosefinding.dose_paths import dose_paths
from dosepath.dosefinding.recipes import closed, is_open
from dosepath.dosefinding.three_plus_three import KORN, STORER, ThreePlusThree
from dosepath.dosefinding.tools import price_of_variants
from dosepath.reports.document import Figure, Part, Section
from dosepath.reports.inline_svg import inlined, style_variables
from dosepath.reports.pages import page
from dosepath.reports.plots.characteristics import patients_plot, recommendation_plot, total_patients_plot
from dosepath.reports.plots.comparison import costs_plot, recommendations_plot
from dosepath.reports.plots.decision_table import grid_plot, middle, table_caption
from dosepath.reports.plots.dose_paths import graph_plot, paths_caption
from dosepath.reports.plots.parts import Chart, framed
from dosepath.reports.plots.theme import LIGHT
from dosepath.reports.report_tables import (
    decisions_table,
    doses_table,
    overview_table,
    parameters_table,
    patients_table,
    scenario_table,
)
from dosepath.reports.summary import DesignSummary, Exact, exact_summary, side_by_side
from dosepath.reports.words import caption_of_several, rate, rates

MOST_NODES = 40
"""States up to which dose paths are drawn; they fit on a page."""


def design_report(
    summaries: Sequence[DesignSummary], target: float, planned: int | None = None, on: date | None = None
) -> str:
    """Write a report on designs under one scenario.

    Parameters
    ----------
    summaries
        Designs in the order in which they are shown.
    target
        Rate of DLT that is looked for.
    planned
        Number of patients that was planned.
    on
        Day of the report; left out where it is None, and then the same question gives the same bytes.

    Raises
    ------
    InputError
        When there is no design, or they stand under different true rates.
    """
    named = side_by_side(summaries)
    one = len(named) == 1
    sections = [_asked(named, target, planned), _overview(named, target, planned)]
    for number, each in enumerate(named, start=1):
        sections.append(_characteristics(each, target, planned, number))
        if _is_first(each, named[: number - 1]):
            sections += _rules(each, number)
    sections += _price(named, target, planned)
    sections += [_method(named), _sources(named)]
    return page(
        "design_report.html",
        title=f"What {named[0].name} does" if one else f"Comparison of {len(named)} designs",
        lead=f"Dose finding; target rate of DLT {rate(target)}, true rates {rates(named[0].truth)}",
        sections=sections,
        software=f"dosepath {__version__}",
        on=on.isoformat() if on else "",
        variables=style_variables(),
    )


def _figure(chart: Chart, name: str, caption: str) -> Figure:
    return Figure(*inlined(framed(chart, None, LIGHT), name, caption), caption)


def _asked(summaries: Sequence[DesignSummary], target: float, planned: int | None) -> Section:
    plan = "No number of patients was planned." if planned is None else f"{planned} patients were planned."
    designs = [each for number, each in enumerate(summaries) if _is_first(each, summaries[:number])]
    tables = [scenario_table(summaries[0], target), *map(parameters_table, designs)]
    return Section("asked", "What was asked", (plan,), [tables])


def _is_first(summary: DesignSummary, before: Sequence[DesignSummary]) -> bool:
    """Answer whether a design was not shown yet, exactly or simulated."""
    return all(summary.design != other.design for other in before)


def _overview(summaries: Sequence[DesignSummary], target: float, planned: int | None) -> Section:
    caption = "Probability of each recommendation, expected patients and DLTs"
    groups: list[list[Part]] = [[overview_table(summaries, target, planned, caption)]]
    if len(summaries) > 1:
        groups.append(_compared(summaries, target, planned, "overview"))
    return Section("overview", "At a glance", (), groups)


def _compared(summaries: Sequence[DesignSummary], target: float, planned: int | None, name: str) -> list[Part]:
    where = caption_of_several("", summaries, target).lines
    told = f"; {where[0]}; {where[1]}."
    return [
        _figure(
            recommendations_plot(summaries, target), f"{name}-doses", f"Probability that each dose is recommended{told}"
        ),
        _figure(costs_plot(summaries, target, planned), f"{name}-costs", f"Gain and cost of each design{told}"),
    ]


def _characteristics(summary: DesignSummary, target: float, planned: int | None, number: int) -> Section:
    told = f"{summary.name}, true rates {rates(summary.truth)}, {summary.method}"
    name = f"design-{number}"
    doses: list[Part] = [
        doses_table(summary, target),
        _figure(recommendation_plot(summary, target), f"{name}-doses", f"Recommended dose. {told}."),
        _figure(patients_plot(summary, target), f"{name}-patients", f"Expected patients and DLTs. {told}."),
    ]
    total: list[Part] = [
        patients_table(summary),
        _figure(
            total_patients_plot(summary, planned), f"{name}-total", f"Distribution of the number of patients. {told}."
        ),
    ]
    return Section(f"{name}-characteristics", f"Characteristics of {summary.name}", (), [doses, total])


# The rule itself ----------------------------------------------------------------------------------------------------


def _rules(summary: DesignSummary, number: int) -> list[Section]:
    """Show the decision table and the dose paths of a design whose cohorts are known."""
    name = f"design-{number}"
    if is_open(summary.design):
        why = "It decides while windows are open, so its decisions depend on time: it has no table of counts."
        return [Section(f"{name}-table", f"Decisions of {summary.name}", (why,))]
    design = closed(summary.design, "")
    at = middle(design)
    rows = table_of(design, at)
    where = table_caption(design, at).lines[0]
    if not rows:
        why = f"No trial goes on after a cohort at level {at}, so there is nothing to decide there."
        empty = Section(f"{name}-table", f"Decision table of {summary.name}", (why,))
        return [empty, _paths(summary.name, design, summary.truth, name)]
    parts: list[Part] = [
        _figure(grid_plot(rows), f"{name}-table", f"{summary.name}: {where}."),
        decisions_table(summary.name, rows),
    ]
    return [
        Section(f"{name}-table", f"Decision table of {summary.name}", (), [parts]),
        _paths(summary.name, design, summary.truth, name),
    ]


def _paths(shown: str, design: Design, truth: tuple[float, ...], name: str) -> Section:
    title = f"Dose paths of {shown}"
    try:
        graph = dose_paths(design, truth=truth, most=MOST_NODES)
    except InputError:
        return Section(f"{name}-paths", title, (f"One cohort has more than {MOST_NODES - 1} outcomes; not drawn.",))
    caption = f"{shown}: {'; '.join(paths_caption(graph).lines)}."
    more = () if graph.ends else ("Later cohorts: dosepath paths, with the outcomes so far.",)
    return Section(f"{name}-paths", title, more, [[_figure(graph_plot(graph), f"{name}-drawing", caption)]])


def _price(summaries: Sequence[DesignSummary], target: float, planned: int | None) -> list[Section]:
    """Show what the four named variants cost, where one of the designs is a 3+3."""
    design = next((each.design for each in summaries if isinstance(each.design, ThreePlusThree)), None)
    if not isinstance(design, ThreePlusThree):
        return []
    priced = [exact_summary(each.exact) for each in price_of_variants(design, summaries[0].truth, target).values()]
    words = (
        "V1 accepts the dose below one that was ruled out, and the highest dose, on three patients; V2 fills the dose "
        "below to six; V3 also fills the highest dose; V4 is V1 with two DLTs in six tolerated."
    )
    table: list[Part] = [overview_table(priced, target, planned, "The four variants of 3+3, exact")]
    groups = [table, _compared(priced, target, planned, "price-of")]
    return [Section("price", "The price of the variants of 3+3", (words,), groups)]


# How it was found, and where it stands -------------------------------------------------------------------------------


EXACT = (
    "{name}: exact. Every state that the design can reach was enumerated: {paths:,} sequences of cohorts lead to"
    " {states:,} final states. The probability of a state is its number of ways times p^x (1-p)^(n-x) at each dose,"
    " with x DLTs in n patients and the true rate p. There is no simulation error."
)
SIMULATED = (
    "{name}: {method}. The standard error of a share s is the root of s (1-s) / {trials:,}; it stands behind ±, and"
    " lines in the plots reach 1.96 of it to each side. Each design meets the same patients."
)
NEAREST_DOSE = (
    "The nearest dose is the one whose true rate lies nearest to the target, of two the lower. Treated above target:"
    " expected patients at doses whose true rate lies above the target, as a share of all expected patients."
)


def _method(summaries: Sequence[DesignSummary]) -> Section:
    words = []
    for each in summaries:
        match each.method:
            case Exact(states, paths):
                words.append(EXACT.format(name=each.name, paths=paths, states=states))
            case method:
                words.append(SIMULATED.format(name=each.name, method=method, trials=method.trials))
    return Section("method", "How the numbers were found", [*words, NEAREST_DOSE])


def _sources(summaries: Sequence[DesignSummary]) -> Section:
    found: dict[str, list[str]] = {}
    for each in summaries:
        found.setdefault(str(each.design.citation), []).append(each.name)
    if any(isinstance(each.design, ThreePlusThree) for each in summaries):
        found.setdefault(str(STORER), []).append("3+3 V1, V4")
        found.setdefault(str(KORN), []).append("3+3 V2, V3")
    lines = [f"{source} ({', '.join(dict.fromkeys(names))})" for source, names in found.items()]
    return Section("sources", "Sources", items=lines)
