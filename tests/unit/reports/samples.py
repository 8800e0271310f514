"""Summaries and charts that the tests of plots and reports share."""

from collections.abc import Iterator
from typing import Any

from dosepath.dosefinding.blrm import Blrm, LogisticPrior
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.crm import Crm, Skeleton
from dosepath.dosefinding.decision_table import read_table
from dosepath.dosefinding.design import Design
from dosepath.dosefinding.dose_paths import dose_paths
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.outcomes import read_outcomes
from dosepath.dosefinding.simulate import simulate
from dosepath.dosefinding.three_plus_three import variant
from dosepath.reports.plots.characteristics import characteristics_plot
from dosepath.reports.plots.comparison import comparison_plot
from dosepath.reports.plots.decision_table import decision_table_plot
from dosepath.reports.plots.dose_paths import dose_paths_plot
from dosepath.reports.plots.parts import Chart
from dosepath.reports.plots.population import CurvePoint, Loss, threshold_curve, waterfall
from dosepath.reports.plots.posterior import posterior_plot
from dosepath.reports.plots.theme import LIGHT, Theme
from dosepath.reports.summary import DesignSummary, exact_summary, simulated_summary
from dosepath.reports.words import Caption

TRUTH = (0.1, 0.25, 0.4)
TARGET = 0.3
PLANNED = 15
CRM = Crm(Skeleton((0.1, 0.25, 0.45)), TARGET, 5)
BLRM = Blrm(LogisticPrior((0.5, 1.0, 2.0), 1.0, (-1.0, 0.0), ((4.0, 0.0), (0.0, 1.0))), cohorts=5)
NASTY = """<b onload=x>&"'</script>"""
"""A name that must be escaped wherever it is shown."""


def exact(design: Design, truth: tuple[float, ...] = TRUTH) -> DesignSummary:
    return exact_summary(enumerate_design(design).characteristics(truth))


def simulated(design: Design, truth: tuple[float, ...] = TRUTH) -> DesignSummary:
    return simulated_summary(simulate(design, truth, 500, 7), 7)


def named(title: str) -> Design:
    rows = "".join(f"3,{dlts},{step}\n" for dlts, step in enumerate(("E", "S", "D", "DU")))
    return read_table(f"treated,dlts,action\n{rows}", 3, TARGET, 3, title)


def charts(theme: Theme = LIGHT) -> dict[str, Chart]:
    """Draw one plot of each kind."""
    design = variant("V3", 3)
    losses = [Loss("I01 age", 0.05, 0.95), Loss("E12", 0.0, 0.95), Loss("I04.b INR", 0.1, 0.85)]
    curve = [CurvePoint(8, 0.5), CurvePoint(6, 0.7), CurvePoint(10, 0.3)]
    return {
        "characteristics": characteristics_plot(exact(design), TARGET, PLANNED, theme),
        "simulated characteristics": characteristics_plot(simulated(Boin(3, TARGET, 5)), TARGET, PLANNED, theme),
        "comparison": comparison_plot([exact(design), exact(Boin(3, TARGET, 5))], TARGET, PLANNED, theme),
        "decision table": decision_table_plot(design, theme=theme),
        "dose paths": dose_paths_plot(dose_paths(design, depth=2, truth=TRUTH), theme),
        "posterior of CRM": posterior_plot(CRM, read_outcomes("1NNN 2NNT", 3), theme),
        "posterior of BLRM": posterior_plot(BLRM, read_outcomes("1NNN 2NNT", 3), theme),
        "waterfall": waterfall(losses, caption=Caption("Who is lost", ("1,000 synthetic people",)), theme=theme),
        "threshold curve": threshold_curve(curve, "SLEDAI-2K at least", 8, Caption("What a limit costs"), theme),
    }


def values(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every row of data that a specification holds."""
    for rows in found["datasets"].values():
        yield from rows
