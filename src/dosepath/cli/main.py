"""The command line: one command a journey."""

from pathlib import Path
from typing import Annotated

import typer

from dosepath import __version__
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

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Readings = Annotated[
    list[str] | None, typer.Option("--reading", metavar="ID=NAME", help="Reading of an ambiguous text, repeatable.")
]


DesignName = Annotated[
    str, typer.Option("--design", metavar="NAME", help="3+3, boin, keyboard, mtpi, mtpi-2, i3+3 or crm.")
]
Doses = Annotated[int | None, typer.Option(help="Number of dose levels; else as many as rates are given.")]
Variant = Annotated[str, typer.Option(help="Variant of 3+3: V1, V2, V3 or V4.")]
Target = Annotated[float, typer.Option(help="Rate of DLT that is looked for.")]
Cohorts = Annotated[int, typer.Option(help="Most cohorts.")]
CohortSize = Annotated[int, typer.Option(help="Patients in a cohort.")]
SkeletonRates = Annotated[str, typer.Option("--skeleton", metavar="RATES", help="Of CRM: prior rates, 0.1,0.2,0.3.")]
ModelName = Annotated[str, typer.Option("--model", help="Of CRM: empiric or logistic.")]
Planned = Annotated[int | None, typer.Option(help="Planned number of patients; how likely are more?")]


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
    on: Annotated[str, typer.Option(metavar="DATE", help="Day of the evaluation; today if not given.")] = "",
    anchors: Annotated[Path | None, typer.Option(help="Dates of each patient: YAML, JSON or CSV.")] = None,
    anchor: Annotated[
        list[str] | None, typer.Option(metavar="NAME=DATE", help="One date for all patients, repeatable.")
    ] = None,
    gate: Annotated[str, typer.Option(help="screening, lymphodepletion or infusion.")] = "screening",
    reading: Readings = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Setting of the protocol, repeatable.")
    ] = None,
    source_complete: Annotated[
        list[str] | None,
        typer.Option("--source-complete", metavar="TABLE", help="Table that is complete for all patients, or 'all'."),
    ] = None,
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


@app.command(
    epilog=examples(
        "dosepath oc --design 3+3 --variant V3 --truth 0.1,0.25,0.4 --planned 15",
        "dosepath oc --design boin --target 0.3 --truth 0.05,0.1,0.2,0.3,0.45,0.6 --cohorts 10 --cohort-size 3",
        "dosepath oc --design crm --skeleton 0.08,0.16,0.25,0.35 --target 0.25 --truth 0.05,0.15,0.3,0.45 --json",
    )
)
@guarded
def oc(
    truth: Annotated[str, typer.Option(metavar="RATES", help="True rate of DLT at each dose level, 0.1,0.25,0.4.")],
    design: DesignName = "3+3",
    doses: Doses = None,
    variant: Variant = "V3",
    target: Target = 0.3,
    cohorts: Cohorts = 10,
    cohort_size: CohortSize = 3,
    skeleton: SkeletonRates = "",
    model: ModelName = "empiric",
    planned: Planned = None,
    as_json: Json = False,
) -> None:
    """Say exactly what a design does in the long run: what it recommends, how many patients, how many DLTs."""
    from dosepath.cli import designs

    wanted = designs.wanted(design, doses, variant, target, cohorts, cohort_size, skeleton, model)
    designs.characteristics(wanted, truth, planned, as_json=as_json)


@app.command(
    epilog=examples(
        "dosepath compare --truth 0.1,0.25,0.4 --planned 15",
        "dosepath compare --design 3+3:V3 --design boin --design keyboard --truth 0.1,0.25,0.4 --cohorts 5",
    )
)
@guarded
def compare(
    truth: Annotated[str, typer.Option(metavar="RATES", help="True rate of DLT at each dose level, 0.1,0.25,0.4.")],
    design: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[:VARIANT]", help="Design, repeatable; without it the four variants of 3+3."),
    ] = None,
    target: Target = 0.3,
    cohorts: Cohorts = 10,
    cohort_size: CohortSize = 3,
    skeleton: SkeletonRates = "",
    model: ModelName = "empiric",
    planned: Planned = None,
    as_json: Json = False,
) -> None:
    """Compare designs under the same true rates, exactly; without names, the price of each choice that 3+3 leaves."""
    from dosepath.cli import designs
    from dosepath.dosefinding.three_plus_three import VARIANTS

    names = design or [f"3+3:{name}" for name in VARIANTS]
    parted = [name.partition(":") for name in names]
    found = [
        designs.wanted(name, None, variant or "V3", target, cohorts, cohort_size, skeleton, model)
        for name, _, variant in parted
    ]
    designs.compare(found, truth, planned, as_json=as_json)


@app.command(
    epilog=examples("dosepath table --design boin --target 0.3 --cohorts 4", "dosepath table --design 3+3 --variant V4")
)
@guarded
def table(
    design: DesignName = "3+3",
    variant: Variant = "V3",
    target: Target = 0.3,
    cohorts: Cohorts = 10,
    cohort_size: CohortSize = 3,
    as_json: Json = False,
) -> None:
    """Print the decision table of a design: what it does by patients and DLTs at the current dose."""
    from dosepath.cli import designs

    wanted = designs.wanted(design, 3, variant, target, cohorts, cohort_size, "", "empiric")
    designs.decision_table(wanted, as_json=as_json)


@app.command(
    epilog=examples(
        "dosepath calibrate --halfwidth 0.05 --target 0.25 --prior-level 3 --doses 6",
        "dosepath calibrate --halfwidth 0.06 --target 0.3 --prior-level 2 --doses 3 --model logistic --json",
    )
)
@guarded
def calibrate(
    halfwidth: Annotated[float, typer.Option(help="Half the width of the interval of rates that is not told apart.")],
    prior_level: Annotated[int, typer.Option(help="Dose level that is believed to have the target rate.")],
    doses: Annotated[int, typer.Option(help="Number of dose levels.")],
    target: Target = 0.3,
    model: ModelName = "empiric",
    as_json: Json = False,
) -> None:
    """Find the skeleton of CRM for a half width of the indifference interval (Lee and Cheung 2009)."""
    from dosepath.cli import designs

    designs.calibrate(halfwidth, target, prior_level, doses, designs.model_of(model), as_json=as_json)


@app.command(
    "next-dose",
    epilog=examples(
        "dosepath next-dose patients.yaml --trial NCT06680388 --on 2027-03-20",
        "dosepath next-dose patients.yaml --trial NCT06680388 --set levels=1:0.5,2:1.0,3:2.0 --set variant=V1 --json",
        'dosepath next-dose --outcomes "1NNN 2NNT" --design 3+3 --doses 3 --variant V3',
        'dosepath next-dose --outcomes "1NNN 2NNT" --design boin --target 0.25 --doses 5',
    ),
)
@guarded
def next_dose(
    patients: Annotated[
        Path | None, typer.Argument(help="Patients of a running escalation, with dates: YAML or JSON.")
    ] = None,
    trial: Annotated[str, typer.Option(help="Registry number of a shipped trial, or a protocol file.")] = "",
    outcomes: Annotated[
        str, typer.Option(metavar="COHORTS", help='Instead of patients: outcomes by dose, "1NNN 2NNT".')
    ] = "",
    on: Annotated[str, typer.Option(metavar="DATE", help="Day of the question; that of the file, or today.")] = "",
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Setting of the conduct, repeatable.")
    ] = None,
    reading: Readings = None,
    rates: Annotated[str, typer.Option(metavar="P,P", help="Assumed rates of DLT for the ways on.")] = "",
    design: DesignName = "3+3",
    doses: Doses = None,
    variant: Variant = "V3",
    target: Target = 0.3,
    cohorts: Cohorts = 10,
    cohort_size: CohortSize = 3,
    skeleton: SkeletonRates = "",
    model: ModelName = "empiric",
    as_json: Json = False,
) -> None:
    """Say what may be done next: of a running trial with dated patients, or of a design after some outcomes.

    With patients: the ladder, who counts where, the action and its reasons, earliest day and slots. With --outcomes:
    what a design does, by its rule.
    """
    if outcomes or patients is None:
        from dosepath.cli import designs

        if patients is not None or not outcomes:
            raise InputError('name a file of patients with --trial, or give --outcomes "1NNN 2NNT"; one of the two')
        asked = designs.wanted(design, doses, variant, target, cohorts, cohort_size, skeleton, model)
        designs.next_dose(asked, outcomes, as_json=as_json)
        return
    if not trial:
        raise InputError("name the trial with --trial")
    from dosepath.cli.next_dose import run

    run(patients, trial, on, setting or [], reading or [], rates, as_json=as_json)


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


if __name__ == "__main__":
    app()
