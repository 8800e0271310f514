"""What designs do in the long run: exactly, simulated, and side by side; `oc` and `compare`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console
from rich.table import Table as Grid

from dosepath import __version__
from dosepath.cli.designs.simulation import Simulated, simulated
from dosepath.cli.shell import console, rates
from dosepath.core.errors import InputError
from dosepath.dosefinding.asked import Wanted
from dosepath.dosefinding.exact import Characteristics, enumerate_design
from dosepath.dosefinding.recipes import AnyDesign, closed, is_open
from dosepath.dosefinding.simulation import Simulation
from dosepath.reports.summary import DesignSummary, exact_summary


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out about one design under one scenario.

    Parameters
    ----------
    asked, design
        What was asked for, and the design.
    truth
        True rate of DLT at each dose.
    exact
        None where only simulated trials were asked for, or there is nothing exact.
    simulated
        None where nothing was simulated.
    """

    asked: Wanted
    design: AnyDesign
    truth: tuple[float, ...]
    exact: Characteristics | None
    simulated: Simulated | None

    @property
    def summary(self) -> DesignSummary:
        """What is shown beside other designs: simulated trials where there are any, else the exact numbers."""
        if self.simulated is not None:
            return self.simulated.summary
        if self.exact is None:
            raise AssertionError("a design is enumerated or simulated")
        return exact_summary(self.exact)

    @property
    def label(self) -> str:
        """Name of the design, with what was written for it alone."""
        return f"{self.design.name} ({self.asked.own})" if self.asked.own else self.design.name


def find(asked: Wanted, truth: str, simulation: Simulation | None, *, exact: bool) -> Found:
    """Enumerate and simulate a design.

    Parameters
    ----------
    asked
        The design.
    truth
        True rates, as written.
    simulation
        How trials are simulated; None for not at all.
    exact
        Whether the exact numbers are wanted where trials are simulated.

    Raises
    ------
    InputError
        When something does not fit, or the design can only be simulated.
    """
    known = rates(truth, "--truth")
    design = asked.with_doses(len(known)).make()
    if len(known) != design.doses:
        raise InputError(f"{len(known)} true rates for {design.doses} dose levels")
    wanted = exact or simulation is None
    found = None
    if wanted and not is_open(design):
        found = enumerate_design(closed(design, "")).characteristics(known)
    elif wanted and simulation is None:
        closed(design, "there are no exact numbers; add --simulate 1000")
    return Found(asked, design, known, found, simulated(design, known, simulation) if simulation else None)


def print_one(found: Found, planned: int | None, *, as_json: bool) -> None:
    """Print what a design does under one scenario."""
    if as_json:
        typer.echo(json.dumps(document(found, planned), indent=1))
        return
    out = console()
    exact, simulated = found.exact, found.simulated
    ways = [f"exact over {len(exact.probability)} final states"] if exact else []
    ways += [simulated.what] if simulated else []
    out.print(f"[bold]{found.design.name}[/], {'; '.join(ways)}")
    if exact:
        out.print(_exact_grid(exact))
        share = 100 * exact.overdosed(found.asked.target)
        most = found.design.most_patients
        out.print(f"patients {exact.patients.sum():.2f} of at most {most}, DLTs {exact.dlts.sum():.2f}")
        out.print(f"patients at doses with a true rate above {found.asked.target:g}: {share:.1f} %")
        if planned is not None:
            out.print(f"more than the planned {planned}: {100 * exact.more_patients_than(planned):.2f} %")
    if simulated:
        _print_simulated(out, found, simulated, planned)


def _exact_grid(found: Characteristics) -> Grid:
    grid = Grid("dose level", "true rate", "recommended", "patients", "DLTs", box=None, pad_edge=False)
    grid.add_row("none", "", f"{100 * found.recommendation[0]:.2f} %", "", "")
    for level, rate in enumerate(found.truth, start=1):
        recommended = f"{100 * found.recommendation[level]:.2f} %"
        grid.add_row(
            str(level), f"{rate:g}", recommended, f"{found.patients[level - 1]:.2f}", f"{found.dlts[level - 1]:.2f}"
        )
    return grid


def _print_simulated(out: Console, found: Found, simulated: Simulated, planned: int | None) -> None:
    trials, timed = simulated.trials, simulated.timed
    grid = Grid("dose level", "true rate", "recommended", "± error", "patients", "DLTs", box=None, pad_edge=False)
    for name in ("left", "backfilled") if timed else ():
        grid.add_column(name)
    for level in range(found.design.doses + 1):
        row = [str(level) if level else "none", f"{found.truth[level - 1]:g}" if level else ""]
        row += [f"{100 * trials.recommendation[level]:.2f} %", f"{100 * trials.recommendation_error[level]:.2f} %"]
        if level:
            row += [f"{trials.patients[level - 1]:.2f}", f"{trials.mean_dlts[level - 1]:.2f}"]
        if level and timed:
            row += [f"{each[:, level - 1].mean():.2f}" for each in (timed.inevaluable, timed.backfilled)]
        grid.add_row(*row)
    if found.exact:
        out.print()
    out.print(grid)
    out.print(f"patients {trials.patients.sum():.2f}, DLTs {trials.mean_dlts.sum():.2f}")
    if timed:
        out.print(f"all who were dosed: {timed.enrolled.mean():.2f}, at most {int(timed.enrolled.max())}")
        half, nine = timed.days_within(0.5), timed.days_within(0.9)
        out.print(
            f"days: {timed.days.mean():.0f} on average, half end within {half:.0f}, nine in ten within {nine:.0f}"
        )
    if planned is not None:
        out.print(f"more than the planned {planned}: {100 * simulated.summary.more_patients_than(planned):.2f} %")


def document(found: Found, planned: int | None) -> dict[str, Any]:
    """Write operating characteristics as data; `recommendation` begins with "no dose"."""
    written: dict[str, Any] = {
        "design": found.design.id,
        "name": found.design.name,
        "parameters": {key: text for key, text in found.asked.texts.items() if key != "table"},
        "truth": list(found.truth),
        "target": found.asked.target,
        "exact": found.exact is not None,
    }
    if found.exact:
        written |= _exact_document(found.exact, found.asked.target)
        if planned is not None:
            chance = found.exact.more_patients_than(planned)
            written["more_than_planned"] = {"planned": planned, "probability": chance}
    if found.simulated:
        written["simulated"] = found.simulated.document(planned)
    return written | {"software": __version__}


def _exact_document(found: Characteristics, target: float) -> dict[str, Any]:
    return {
        "final_states": len(found.probability),
        "recommendation": list(map(float, found.recommendation)),
        "patients": list(map(float, found.patients)),
        "dlts": list(map(float, found.dlts)),
        "total_patients": list(map(float, found.total_patients)),
        "total_dlts": list(map(float, found.total_dlts)),
        "overdosed_share": found.overdosed(target),
    }


# Side by side -------------------------------------------------------------------------------------------------------


def print_side_by_side(found: Sequence[Found], planned: int | None, *, as_json: bool) -> None:
    """Print some designs side by side under one scenario, exactly where there is something exact."""
    if as_json:
        typer.echo(json.dumps([document(each, planned) for each in found], indent=1))
        return
    levels = found[0].design.doses
    grid = Grid(box=None, pad_edge=False)
    columns = ["design", "none", *(f"level {level}" for level in range(1, levels + 1)), "patients", "most", "DLTs"]
    columns += ["above target"] + ([f"more than {planned}"] if planned is not None else [])
    for column in [*columns, *(["days"] if any(_timed(each) for each in found) else [])]:
        grid.add_column(column, justify="left" if column == "design" else "right")
    for each in found:
        grid.add_row(*_row(each, planned))
    out = console()
    truth = ",".join(f"{rate:g}" for rate in found[0].truth)
    out.print(f"true rates {truth}; probability of each recommendation, expected patients and DLTs, {_how(found)}")
    out.print(grid)


def _timed(found: Found) -> bool:
    return found.simulated is not None and found.simulated.timed is not None


def _how(found: Sequence[Found]) -> str:
    if all(each.simulated is None for each in found):
        return "exact"
    return next(each.simulated.what for each in found if each.simulated)


def _row(found: Found, planned: int | None) -> list[str]:
    values = found.summary
    row = [found.label, *(f"{100 * chance:.2f} %" for chance in values.recommendation)]
    row += [f"{values.mean_patients:.2f}", str(found.design.most_patients), f"{values.mean_dlts:.2f}"]
    row.append(f"{100 * values.overdosed(found.asked.target):.1f} %")
    if planned is not None:
        row.append(f"{100 * values.more_patients_than(planned):.2f} %")
    if found.simulated and found.simulated.timed:
        row.append(f"{found.simulated.timed.days.mean():.0f}")
    return row
