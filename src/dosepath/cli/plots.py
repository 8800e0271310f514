"""Plots and reports of what the commands found, as files; `--plot FILE` and `--report FILE.html`.

What draws is loaded by these functions and not before, so that commands without a plot stay quick.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from dosepath.core.errors import InputError
from dosepath.dosefinding.design import Design
from dosepath.dosefinding.exact import Characteristics
from dosepath.dosefinding.outcomes import Cohort
from dosepath.dosefinding.simulate import SimulatedTrials
from dosepath.dosefinding.timeline import TimedTrials
from dosepath.dosefinding.tools import Compared

if TYPE_CHECKING:
    from dosepath.population.attrition import ArmCost
    from dosepath.population.what_if import Curve
    from dosepath.reports.summary import DesignSummary
    from dosepath.trial.ladder.conduct import Conduct

Result: TypeAlias = Characteristics | Compared | SimulatedTrials | TimedTrials
"""What a design does under one scenario, exactly or simulated."""


def plot_file(path: Path) -> Path:
    """Take a file for a plot, before anything is computed.

    Raises
    ------
    InputError
        When its suffix is none of .svg, .png, .json and .html.
    """
    from dosepath.reports.files import suffix_of

    suffix_of(path)
    return path


def report_file(path: Path) -> Path:
    """Take a file for a report, before anything is computed.

    Raises
    ------
    InputError
        When it does not end in .html.
    """
    from dosepath.reports.files import report_file as checked

    return checked(path)


def save_characteristics(
    found: Result, target: float, planned: int | None, path: Path, *, seed: int | None = None
) -> None:
    """Plot the operating characteristics of one design.

    Parameters
    ----------
    found
        Exact characteristics or simulated trials.
    target, planned
        Rate of DLT that is looked for; number of patients planned, or None.
    path
        File that ends in .svg, .png, .json or .html.
    seed
        Of simulated trials, which must have one.

    Raises
    ------
    InputError
        When the suffix is none of the four, or the file cannot be written.
    """
    plot_file(path)
    from dosepath.reports.plots.characteristics import characteristics_plot
    from dosepath.reports.plots.saving import save

    save(characteristics_plot(_summary(found, seed), target, planned), path)


def save_comparison(
    found: Sequence[Result],
    target: float,
    planned: int | None,
    path: Path,
    *,
    seed: int | None = None,
    names: Sequence[str] = (),
) -> None:
    """Plot designs side by side under one scenario.

    Parameters
    ----------
    found
        Exact characteristics or simulated trials, one a design.
    target, planned, path, seed
        As in `save_characteristics`.
    names
        What the designs are called, where that is not their own name.

    Raises
    ------
    InputError
        When the suffix is none of the four, the scenarios differ, or the file cannot be written.
    """
    plot_file(path)
    from dosepath.reports.plots.comparison import comparison_plot
    from dosepath.reports.plots.saving import save

    save(comparison_plot(_summaries(found, seed, names), target, planned), path)


def save_table(design: Design, path: Path) -> None:
    """Plot the decision table of a design at its middle dose level.

    Raises
    ------
    InputError
        When the suffix is none of the four, or the file cannot be written.
    """
    plot_file(path)
    from dosepath.reports.plots.decision_table import decision_table_plot
    from dosepath.reports.plots.saving import save

    save(decision_table_plot(design), path)


def save_paths(
    design: Design,
    cohorts: Sequence[Cohort],
    depth: int | None,
    truth: Sequence[float] | None,
    path: Path,
) -> None:
    """Plot the ways on from some cohorts.

    Parameters
    ----------
    design, cohorts
        The design, and the trial so far.
    depth
        Cohorts to look ahead; None for as many as fit into a readable drawing.
    truth
        True rates of DLT for the probabilities, or None.
    path
        As in `save_characteristics`.

    Raises
    ------
    InputError
        When the history is impossible, too many states follow, the suffix is none of the four, or the file cannot be
        written.
    """
    plot_file(path)
    from dosepath.dosefinding.dose_paths import dose_paths
    from dosepath.reports.plots.dose_paths import dose_paths_plot
    from dosepath.reports.plots.saving import save

    save(dose_paths_plot(dose_paths(design, cohorts, depth, truth, MOST_STATES)), path)


MOST_STATES = 300
"""States up to which dose paths are drawn."""


def save_posterior(design: Design, cohorts: Sequence[Cohort], path: Path) -> None:
    """Plot what CRM or BLRM believes about the rates of DLT after some cohorts.

    Raises
    ------
    InputError
        When the design has no posterior, the suffix is none of the four, or the file cannot be written.
    """
    plot_file(path)
    from dosepath.reports.plots.posterior import posterior_plot
    from dosepath.reports.plots.saving import save

    save(posterior_plot(design, cohorts), path)


def save_waterfall(found: "ArmCost", path: Path) -> None:
    """Save the plot of who is lost where, down the criteria of one arm; those that lose nobody are left out.

    Raises
    ------
    InputError
        When nobody is among the patients of the arm, or the suffix is not known.
    """
    from dosepath.reports.plots.saving import save
    from dosepath.reports.plots.screening import waterfall_of

    save(waterfall_of(found), path)


def save_curve(found: "Curve", path: Path) -> None:
    """Save the plot of how many are still possible when the limit of one criterion slides.

    Raises
    ------
    InputError
        When nobody is among the patients of the arm, or the suffix is not known.
    """
    from dosepath.reports.plots.saving import save
    from dosepath.reports.plots.screening import curve_of

    save(curve_of(found), path)


def save_report(
    found: Sequence[Result],
    target: float,
    planned: int | None,
    path: Path,
    *,
    seed: int | None = None,
    names: Sequence[str] = (),
    on: date | None = None,
) -> None:
    """Write a report on one design or several under one scenario, as one HTML file.

    Parameters
    ----------
    found, target, planned, path, seed, names
        As in `save_comparison`; the file ends in .html.
    on
        Day of the report, shown where it is given.

    Raises
    ------
    InputError
        When the file does not end in .html or cannot be written, or the scenarios differ.
    """
    report_file(path)
    from dosepath.reports.design_report import design_report
    from dosepath.reports.files import write

    write(path, design_report(_summaries(found, seed, names), target, planned, on).encode())


def _summaries(found: Sequence[Result], seed: int | None, names: Sequence[str]) -> "list[DesignSummary]":
    summaries = [_summary(each, seed) for each in found]
    if not names:
        return summaries
    return [replace(each, name=name) for each, name in zip(summaries, names, strict=True)]


def _summary(found: Result, seed: int | None) -> "DesignSummary":
    from dosepath.reports.summary import exact_summary, simulated_summary

    if isinstance(found, Compared):
        return exact_summary(found.exact)
    if isinstance(found, Characteristics):
        return exact_summary(found)
    if seed is None:
        raise InputError("simulated trials are shown with their seed; none was given")
    return simulated_summary(found, seed)


def save_swimmer(conduct: "Conduct", path: Path) -> None:
    """Plot the patients of a running escalation by study day.

    Raises
    ------
    InputError
        When nobody was infused yet, the suffix is none of the four, or the file cannot be written.
    """
    plot_file(path)
    from dosepath.reports.plots.ladder import swimmer_plot
    from dosepath.reports.plots.saving import save

    save(swimmer_plot(conduct), path)
