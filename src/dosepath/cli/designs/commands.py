"""Commands about designs, and the next dose of a running trial. Each loads what it needs, so that --help is quick."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dosepath.cli.designs.options import Asked, designed, side_by_side, simulated
from dosepath.cli.options import Json, Readings
from dosepath.cli.shell import examples, guarded
from dosepath.core.errors import InputError

if TYPE_CHECKING:
    from dosepath.cli.designs.characteristics import Found

Truth = Annotated[str, typer.Option("--truth", metavar="RATES", help="True rate of DLT at each level, 0.1,0.25,0.4.")]
Outcomes = Annotated[str, typer.Option(metavar="COHORTS", help='Outcomes by dose, "1NNN 2NNT".')]
Planned = Annotated[int | None, typer.Option(help="Planned number of patients; how likely are more?")]
Plot = Annotated[Path | None, typer.Option(metavar="FILE", help="Draw it: .svg, .png, .html, or .json for Vega-Lite.")]
Report = Annotated[Path | None, typer.Option(metavar="FILE", help="Write a report, one HTML file that needs no other.")]


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the program, in the order in which they stand."""
    for name, command, lines in _COMMANDS:
        app.command(name, epilog=examples(*lines))(guarded(command))


def _draw(found: "Sequence[Found]", planned: int | None, plot: Path | None, report: Path | None) -> None:
    """Draw or report what was found out about designs, where that is asked for."""
    if plot is None and report is None:
        return
    from dosepath.cli.designs import drawing

    drawing.draw(found, planned, plot, report)


def _checked(plot: Path | None, report: Path | None = None) -> None:
    """Refuse a file of an unknown kind before anything is computed."""
    if plot is None and report is None:
        return
    from dosepath.cli import plots

    if plot is not None:
        plots.plot_file(plot)
    if report is not None:
        plots.report_file(report)


def _designs(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Design to show with its parameters; else all.")] = "",
    as_json: Json = False,
) -> None:
    """List the designs, or the parameters of one, guards included."""
    from dosepath.cli.designs import listing

    listing.run(name, as_json=as_json)


@designed
@simulated
def _oc(
    asked: Asked,
    time: Mapping[str, Any],
    truth: Truth,
    exact: Annotated[
        bool, typer.Option("--exact", help="With --simulate: exact numbers beside, where there are.")
    ] = False,
    planned: Planned = None,
    plot: Plot = None,
    report: Report = None,
    as_json: Json = False,
) -> None:
    """Say what a design does in the long run: what it recommends, how many patients, how many DLTs.

    Exactly, for designs whose cohorts are known. With --simulate in simulated trials; --window and the options after it
    put time into them, and designs that decide while windows are open always have it.
    """
    from dosepath.cli.designs import characteristics
    from dosepath.cli.designs.simulation import simulation_of
    from dosepath.dosefinding.asked import wanted

    _checked(plot, report)
    simulation = simulation_of(time)
    found = characteristics.find(wanted(asked.name, asked.texts), truth, simulation, exact=exact)
    characteristics.print_one(found, planned, as_json=as_json)
    _draw([found], planned, plot, report)


@side_by_side
@simulated
def _compare(
    shared: Asked,
    time: Mapping[str, Any],
    truth: Truth,
    design: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:VARIANT]",
            help="Design, repeatable, also with parameters as boin:cutoff=0.9;start=2; else the variants of 3+3.",
        ),
    ] = None,
    planned: Planned = None,
    plot: Plot = None,
    report: Report = None,
    as_json: Json = False,
) -> None:
    """Compare designs under the same true rates; without names, the price of each choice that 3+3 leaves.

    Exactly, or with --simulate on the same simulated patients.
    """
    from dosepath.cli.designs import characteristics
    from dosepath.cli.designs.request import several
    from dosepath.cli.designs.simulation import simulation_of

    _checked(plot, report)
    simulation = simulation_of(time)
    names = design or ["3+3:V1", "3+3:V2", "3+3:V3", "3+3:V4"]
    found = [characteristics.find(asked, truth, simulation, exact=False) for asked in several(names, shared.texts)]
    characteristics.print_side_by_side(found, planned, as_json=as_json)
    _draw(found, planned, plot, report)


@designed
def _table(
    asked: Asked,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, as the design table reads it.")] = False,
    plot: Plot = None,
    as_json: Json = False,
) -> None:
    """Print the decision table of a design: what it does by patients and DLTs at the current dose."""
    from dosepath.cli.designs import tables
    from dosepath.dosefinding.asked import wanted

    _checked(plot)
    made = tables.run(wanted(asked.name, asked.texts), as_json=as_json, as_csv=as_csv)
    if plot is not None:
        from dosepath.cli import plots

        plots.save_table(made, plot)


@designed
def _paths(
    asked: Asked,
    outcomes: Outcomes = "",
    depth: Annotated[int, typer.Option(help="Cohorts to look ahead.")] = 2,
    truth: Annotated[str, typer.Option(metavar="RATES", help="True rates, for the probability of each way.")] = "",
    plot: Plot = None,
    as_json: Json = False,
) -> None:
    """Look ahead: what a design says after each outcome of the next cohorts; --plot draws it as a graph."""
    from dosepath.cli.designs import advice
    from dosepath.dosefinding.asked import wanted

    _checked(plot)
    found = advice.paths(wanted(asked.name, asked.texts), outcomes, depth, truth, as_json=as_json)
    if plot is not None:
        from dosepath.cli import plots

        plots.save_paths(found.design, found.cohorts, found.depth, found.truth, plot)


@designed
def _size(
    asked: Asked,
    truth: Truth,
    correct: Annotated[float, typer.Option(metavar="CHANCE", help="Wanted probability of the correct dose.")] = 0.5,
    most: Annotated[int, typer.Option(help="Cohorts up to which is looked.")] = 20,
    as_json: Json = False,
) -> None:
    """Find the fewest cohorts with which a design recommends the dose nearest to the target often enough."""
    from dosepath.cli.designs import search
    from dosepath.dosefinding.asked import wanted

    search.size(wanted(asked.name, asked.texts), truth, correct, most, as_json=as_json)


@designed
def _sensitivity(
    asked: Asked,
    vary: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="One alternative, repeatable; more keys apart by ';'."),
    ] = None,
    outcomes: Outcomes = "",
    truth: Annotated[str, typer.Option(metavar="RATES", help="True rates, for the long run.")] = "",
    as_json: Json = False,
) -> None:
    """Say how much a prior or a cutoff decides: one decision, or the long run, under some alternatives.

    Of CRM the prior variance is varied where nothing is named.
    """
    from dosepath.cli.designs import search
    from dosepath.dosefinding.asked import wanted

    search.sensitivity(wanted(asked.name, asked.texts), vary or [], outcomes, truth, as_json=as_json)


def _calibrate(
    halfwidth: Annotated[float, typer.Option(help="Half the width of the interval of rates that is not told apart.")],
    prior_level: Annotated[int, typer.Option(help="Dose level that is believed to have the target rate.")],
    doses: Annotated[int, typer.Option(help="Number of dose levels.")],
    target: Annotated[float, typer.Option(help="Rate of DLT that is looked for.")] = 0.3,
    model: Annotated[str, typer.Option(help="empiric or logistic.")] = "empiric",
    as_json: Json = False,
) -> None:
    """Find the skeleton of CRM for a half width of the indifference interval (Lee and Cheung 2009)."""
    from dosepath.cli.designs import search

    search.calibrate(halfwidth, target, prior_level, doses, model, as_json=as_json)


@designed
def _next_dose(
    asked: Asked,
    patients: Annotated[
        Path | None, typer.Argument(help="Patients of a running escalation, with dates: YAML or JSON.")
    ] = None,
    trial: Annotated[str, typer.Option(help="Registry number of a shipped trial, or a protocol file.")] = "",
    outcomes: Annotated[
        str,
        typer.Option(metavar="COHORTS", help='Instead of patients: outcomes by dose, "1NNN 2NNP.4"; P is pending.'),
    ] = "",
    on: Annotated[str, typer.Option(metavar="DATE", help="Day of the question; that of the file, or today.")] = "",
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Setting of the conduct, repeatable.")
    ] = None,
    reading: Readings = None,
    rates: Annotated[str, typer.Option(metavar="P,P", help="Assumed rates of DLT for the ways on.")] = "",
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Swimmer plot of the patients; with --outcomes of CRM or BLRM what the model believes.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what may be done next: of a running trial with dated patients, or of a design after some outcomes.

    With patients: the ladder, who counts where, the action and its reasons, earliest day and slots. With --outcomes:
    what a design does, by its rule. A pending patient is written P with the share of the window that is over; a design
    whose cohorts must be known then holds, unless no outcome could change the step.
    """
    if outcomes or patients is None:
        from dosepath.cli.designs import advice
        from dosepath.dosefinding.asked import wanted

        if patients is not None or not outcomes:
            raise InputError('name a file of patients with --trial, or give --outcomes "1NNN 2NNT"; one of the two')
        _checked(plot)
        found = wanted(asked.name, asked.texts)
        advice.next_dose(found, outcomes, as_json=as_json)
        if plot is not None:
            from dosepath.cli.designs import drawing

            drawing.draw_posterior(found, outcomes, plot)
        return
    if not trial:
        raise InputError("name the trial with --trial")
    _checked(plot)
    from dosepath.cli.next_dose import run

    run(patients, trial, on, setting or [], reading or [], rates, plot, as_json=as_json)


_COMMANDS: tuple[tuple[str, Callable[..., None], tuple[str, ...]], ...] = (
    (
        "next-dose",
        _next_dose,
        (
            "dosepath next-dose patients.yaml --trial NCT06680388 --on 2027-03-20 --plot swimmer.svg",
            "dosepath next-dose patients.yaml --trial NCT06680388 --set levels=1:0.5,2:1,3:2 --set variant=V1 --json",
            'dosepath next-dose --outcomes "1NNN 2NNT" --design 3+3 --doses 3 --variant V3',
            'dosepath next-dose --outcomes "1NNN 2NNP" --design 3+3 --doses 3',
            'dosepath next-dose --outcomes "1NNN 2NNP.6" --design tite-boin --target 0.25 --doses 5',
        ),
    ),
    ("designs", _designs, ("dosepath designs", "dosepath designs boin", "dosepath designs --json")),
    (
        "oc",
        _oc,
        (
            "dosepath oc --design 3+3 --variant V3 --truth 0.1,0.25,0.4 --planned 15",
            "dosepath oc --design boin --target 0.3 --truth 0.05,0.1,0.2,0.3,0.45,0.6 --cohorts 10 --plot boin.svg",
            "dosepath oc --design crm --skeleton 0.08,0.16,0.25,0.35 --target 0.25 --truth 0.05,0.15,0.3,0.45 --json",
            "dosepath oc --design rolling-six --truth 0.1,0.25,0.4 --simulate 1000 --arrivals 10 --stagger 28,14",
            "dosepath oc --truth 0.1,0.25,0.4 --simulate 10000 --exact --inevaluable 0.1 --review 7 --planned 15",
        ),
    ),
    (
        "compare",
        _compare,
        (
            "dosepath compare --truth 0.1,0.25,0.4 --planned 15 --report price.html",
            "dosepath compare --design 3+3:V3 --design boin --design keyboard --truth 0.1,0.25,0.4 --cohorts 5",
            "dosepath compare --design 3+3 --design rolling-six --truth 0.1,0.25,0.4 --simulate 1000 --arrivals 10",
        ),
    ),
    (
        "table",
        _table,
        (
            "dosepath table --design boin --target 0.3 --cohorts 4",
            "dosepath table --design 3+3 --variant V4 --plot v4.svg",
            "dosepath table --design keyboard --csv > my_table.csv",
        ),
    ),
    (
        "paths",
        _paths,
        (
            'dosepath paths --outcomes "1NNN" --doses 3 --depth 2',
            "dosepath paths --design boin --truth 0.1,0.25,0.4 --depth 3 --plot paths.svg",
        ),
    ),
    (
        "size",
        _size,
        ("dosepath size --design boin --target 0.3 --truth 0.1,0.3,0.5 --correct 0.6",),
    ),
    (
        "sensitivity",
        _sensitivity,
        (
            'dosepath sensitivity --design crm --skeleton 0.08,0.16,0.25 --target 0.25 --outcomes "1NNN 2NNT"',
            "dosepath sensitivity --design boin --truth 0.1,0.25,0.4 --vary cutoff=0.9 --vary cutoff=0.95",
        ),
    ),
    (
        "calibrate",
        _calibrate,
        (
            "dosepath calibrate --halfwidth 0.05 --target 0.25 --prior-level 3 --doses 6",
            "dosepath calibrate --halfwidth 0.06 --target 0.3 --prior-level 2 --doses 3 --model logistic --json",
        ),
    ),
)
"""Name, command and examples of each."""
