"""What was found out about designs, drawn and reported."""

from collections.abc import Sequence
from pathlib import Path

from dosepath.cli import plots
from dosepath.cli.designs.characteristics import Found
from dosepath.cli.plots import Result
from dosepath.dosefinding.asked import Wanted
from dosepath.dosefinding.outcomes import read_outcomes
from dosepath.dosefinding.recipes import closed


def draw(found: Sequence[Found], planned: int | None, plot: Path | None, report: Path | None) -> None:
    """Save the plot of one design or of several, and the report, where they are asked for.

    Exact numbers are drawn where there are any, else those of the simulated trials.
    """
    results = [_result(each) for each in found]
    seeds = {each.simulated.simulation.seed for each in found if each.simulated is not None}
    seed, target, names = next(iter(seeds), None), found[0].asked.target, [each.label for each in found]
    if plot is not None and len(found) == 1:
        plots.save_characteristics(results[0], target, planned, plot, seed=seed)
    elif plot is not None:
        plots.save_comparison(results, target, planned, plot, seed=seed, names=names)
    if report is not None:
        plots.save_report(results, target, planned, report, seed=seed, names=names)


def _result(found: Found) -> Result:
    if found.exact is not None:
        return found.exact
    if found.simulated is None:
        raise AssertionError("a design is enumerated or simulated")
    return found.simulated.timed or found.simulated.trials


def draw_posterior(asked: Wanted, outcomes: str, plot: Path) -> None:
    """Save the plot of what a model believes about the rates of DLT after some cohorts.

    Raises
    ------
    InputError
        When the design has no such model, or outcomes are pending.
    """
    design = closed(asked.make(), "there is no plot of what it believes")
    plots.save_posterior(design, read_outcomes(outcomes, design.doses), plot)
