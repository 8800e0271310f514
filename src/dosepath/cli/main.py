"""The command line: one command a journey."""

from pathlib import Path
from typing import Annotated

import typer

from dosepath import __version__
from dosepath.cli.designs.commands import add_commands
from dosepath.cli.options import Anchors, AnchorsFile, Complete, Json, OnDay, Readings, Settings
from dosepath.cli.population import app as population_app
from dosepath.cli.shell import examples, guarded
from dosepath.core.errors import InputError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    help="An early-phase clinical trial as software: one protocol file, computed verdicts, evidence for each.",
    epilog="Exit codes: 0 done; 1 done, but some input could not be read or a check failed; 2 wrong use.",
)
protocol_app = typer.Typer(no_args_is_help=True, help="Check and show protocol files.")
app.add_typer(protocol_app, name="protocol")
grade_app = typer.Typer(no_args_is_help=True, help="Grade toxicity from data.")
app.add_typer(grade_app, name="grade")
app.add_typer(population_app, name="population")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dosepath {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Run one of the commands below; each has --help with examples."""


@protocol_app.command("check", epilog=examples("dosepath protocol check my-trial/protocol.yaml"))
@guarded
def protocol_check(
    file: Annotated[Path, typer.Argument(help="Protocol file.")],
    as_json: Json = False,
) -> None:
    """Check a protocol file: all problems at once, each with its line, or what the file holds.

    Exit codes: 0 the file can be used; 1 it has problems; 2 there is no such file.
    """
    from dosepath.cli.protocol import check

    check(file, as_json=as_json)


@protocol_app.command(
    "show", epilog=examples("dosepath protocol show NCT06680388", "dosepath protocol show NCT06680388 I02.1.c")
)
@guarded
def protocol_show(
    trial: Annotated[str, typer.Argument(help="Registry number of a shipped trial, or a protocol file.")],
    criterion: Annotated[str, typer.Argument(help="Id of a criterion; without it the whole protocol.")] = "",
    reading: Readings = None,
    as_json: Json = False,
) -> None:
    """Show a protocol, or one criterion: text of the page, reading in force, rule, plain words, concepts."""
    from dosepath.cli.protocol import show

    show(trial, criterion, reading or [], as_json=as_json)


@protocol_app.command("schema", epilog=examples("dosepath protocol schema > protocol.schema.json"))
@guarded
def protocol_schema() -> None:
    """Print the JSON Schema of protocol files."""
    from dosepath.cli.protocol import schema

    typer.echo(schema())


@app.command("demo-patients", epilog=examples("dosepath demo-patients build/demo --seed 1"))
@guarded
def demo_patients(
    out: Annotated[Path, typer.Argument(help="Folder to write to.")],
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 1,
    patients: Annotated[int, typer.Option(min=1, help="How many people.")] = 75,
    on: Annotated[str, typer.Option(metavar="DATE", help="Screening day of the cohort.")] = "2026-06-01",
) -> None:
    """Make a labelled cohort of synthetic patients as FHIR bundles, with their anchors file."""
    from dosepath.cli.screen import make_demo

    make_demo(out, seed, patients, on)


@app.command(
    epilog=examples(
        "dosepath screen build/demo --trial NCT06680388 --anchors build/demo/anchors.yaml",
        "dosepath screen build/demo --trial NCT06680388 --anchors build/demo/anchors.yaml --patient demo-sle-01",
        "dosepath screen export/ --trial NCT06680388 --arm SLE --on 2026-06-01 --source-complete medications",
        "dosepath screen export/ --trial NCT06680388 --reading E03=igg --set screening_window_days=14 --json out.json",
    )
)
@guarded
def screen(
    paths: Annotated[list[Path], typer.Argument(help="FHIR files (.json, .ndjson, each also .gz) and folders.")],
    trial: Annotated[str, typer.Option(help="Registry number of a shipped trial, or a protocol file.")],
    arm: Annotated[str, typer.Option(help="Arm; without it those whose disease is on record.")] = "",
    on: OnDay = "",
    anchors: AnchorsFile = None,
    anchor: Anchors = None,
    gate: Annotated[str, typer.Option(help="screening, lymphodepletion or infusion.")] = "screening",
    reading: Readings = None,
    setting: Settings = None,
    source_complete: Complete = None,
    json_out: Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write everything as JSON.")] = None,
    csv_out: Annotated[Path | None, typer.Option("--csv", metavar="OUT", help="Write the worklist as CSV.")] = None,
    patient: Annotated[str, typer.Option(metavar="ID", help="Print the criterion sheet of one patient.")] = "",
    limit: Annotated[int, typer.Option(min=0, help="Most rows of the worklist; 0 for all.")] = 0,
    problems: Annotated[bool, typer.Option("--problems", help="List every problem of the input.")] = False,
) -> None:
    """Screen patients against every criterion of a trial: who could enter, and what is missing.

    Exit codes: 0 done; 1 done, but some input could not be read; 2 a wrong option. A patient who is not eligible is no
    error.
    """
    from dosepath.cli.screen import Request, run

    request = Request(
        paths=paths,
        trial=trial,
        arm=arm,
        on=on,
        anchors_file=anchors,
        anchors=anchor or [],
        gate=gate,
        readings=reading or [],
        settings=setting or [],
        complete=source_complete or [],
        json_out=json_out,
        csv_out=csv_out,
        patient=patient,
        limit=limit,
        all_problems=problems,
    )
    raise typer.Exit(run(request))


@app.command(epilog=examples("dosepath instruments", "dosepath instruments bvas_v3", "dosepath instruments --json"))
@guarded
def instruments(
    name: Annotated[str, typer.Argument(metavar="ID", help="Instrument to show with its items; without it all.")] = "",
    as_json: Json = False,
) -> None:
    """List the scores, grades and formulas that can be computed: version, items, against what and when verified."""
    from dosepath.cli.instruments import list_all, show_one

    if name:
        show_one(name, as_json=as_json)
    else:
        list_all(as_json=as_json)


@app.command(
    epilog=examples(
        "dosepath score bvas_v3 --template > bvas.yaml",
        "dosepath score bvas_v3 bvas.yaml --explain",
        "dosepath score cockcroft_gault - --json < answers.yaml",
    )
)
@guarded
def score(
    name: Annotated[str, typer.Argument(metavar="ID", help="Instrument; 'dosepath instruments' lists them.")],
    answers: Annotated[
        Path | None, typer.Argument(help="Answers: one line 'item: answer' for each item; '-' reads the input.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Print how the values come about.")] = False,
    template: Annotated[bool, typer.Option("--template", help="Print an empty form to fill in.")] = False,
    as_json: Json = False,
) -> None:
    """Score one form: the values, their bounds where items are missing, and what is missing.

    Exit codes: 0 done; 1 done, but some answers were impossible and not used; 2 wrong use.
    """
    from dosepath.cli import instruments as command

    if template:
        typer.echo(command.template(name))
    elif answers is None:
        raise InputError(f"name a file of answers; 'dosepath score {name} --template' prints an empty one")
    else:
        raise typer.Exit(command.score(name, answers, explain=explain, as_json=as_json))


@grade_app.command(
    "labs",
    epilog=examples(
        "dosepath grade labs results.csv --ctcae 5",
        "dosepath grade labs results.csv --ctcae 5 --json > grades.json",
        "dosepath grade labs results.csv --ctcae 6 --reading admiral --limit 50",
    ),
)
@guarded
def grade_labs(
    file: Annotated[Path, typer.Argument(help="CSV of results: term, value, unit, lln, uln, baseline, ...")],
    ctcae: Annotated[str, typer.Option(metavar="VERSION", help="4, 5 or 6; else the column ctcae_version.")] = "",
    reading: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="text: open judgements leave a range of grades; admiral: they count as the worse grade.",
        ),
    ] = "text",
    limit: Annotated[int, typer.Option(min=0, help="Most rows of the table; 0 for all.")] = 0,
    as_json: Json = False,
) -> None:
    """Grade laboratory results by CTCAE: the grade, the condition that decided, or why it is unknown.

    A row has the columns term, value, unit, lln, uln, baseline, baseline_indicator (NORMAL, HIGH, LOW),
    pct_change_from_baseline, and judgements such as symptomatic or anticoagulated (yes, no, or empty for unknown). Only
    term and value must be there. A missing limit leaves the grade unknown unless the value decides alone; a unit that
    the table does not give is not guessed at. A baseline that nobody described counts as normal.

    Exit codes: 0 done; 1 done, but some row was not understood, each is listed; 2 wrong use.
    """
    from dosepath.cli.grade import run

    raise typer.Exit(run(file, ctcae, reading, limit, as_json=as_json))


@app.command(epilog=examples("dosepath verify cases.yaml", "dosepath verify *.yaml labs.csv"))
@guarded
def verify(
    files: Annotated[list[Path], typer.Argument(help="Files of worked cases.")],
    as_json: Json = False,
) -> None:
    """Run files of worked cases through the code of the product; every difference is printed.

    Exit codes: 0 all passed; 1 some case failed; 2 a file could not be verified.
    """
    from dosepath.cli.verify.run import run

    raise typer.Exit(run(files, as_json=as_json))


@app.command(
    epilog=examples(
        "dosepath serve", "dosepath serve --port 9000 --data trial-data --no-open", "dosepath serve --smoke"
    )
)
@guarded
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes any that is free.")] = 8300,
    data: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for what is uploaded; made where it is missing.")
    ] = Path("dosepath-data"),
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen at.")] = "127.0.0.1",
    without_login: Annotated[
        bool, typer.Option("--without-login", help="Allow an address that others on the network can reach.")
    ] = False,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the address in a browser.")] = True,
    smoke: Annotated[
        bool, typer.Option("--smoke", help="Start at a free port, fetch the first page, stop: for checks.")
    ] = False,
) -> None:
    """Serve the screens in the browser: on this machine, for a single user; nothing is recorded. Ctrl-C ends it.

    Exit codes: 0 ended as asked; 1 the first page did not come; 2 a wrong option, such as a port in use.
    """
    from dosepath.cli.serve import run

    raise typer.Exit(run(host, port, data, told_twice=without_login, open_browser=open_browser, smoke=smoke))


add_commands(app)

if __name__ == "__main__":
    app()
