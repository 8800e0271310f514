"""The commands `dosepath population ...`: a whole hospital."""

from pathlib import Path
from typing import Annotated

import typer

from dosepath.cli.options import Anchors, AnchorsFile, Complete, Json, OnDay, Readings, Settings
from dosepath.cli.shell import examples, guarded
from dosepath.population.chunks import PATIENTS_IN_A_CHUNK

app = typer.Typer(no_args_is_help=True, help="Screen a whole hospital: tables in, verdicts with evidence out.")

Memory = Annotated[str, typer.Option(metavar="SIZE", help="Most memory of the engine, 2GB; beyond it spills to disk.")]
Arm = Annotated[str, typer.Option(help="One arm; without it all.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished screening.")]
Columns = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Map of the columns of CSV and Parquet files, columns.yaml.")
]


@app.command(
    epilog=examples(
        "dosepath population make build/hospital --patients 10000 --seed 1",
        "dosepath population make /data/million --patients 1000000 --on 2026-06-01",
    )
)
@guarded
def make(
    out: Annotated[Path, typer.Argument(help="Folder to write to.")],
    patients: Annotated[int, typer.Option(min=1, help="How many people.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 1,
    on: Annotated[str, typer.Option(metavar="DATE", help="Day up to which there are records.")] = "2026-06-01",
    as_json: Json = False,
) -> None:
    """Make a synthetic hospital as long tables in Parquet: mixed units, ranges partly missing, five rare diseases."""
    from dosepath.cli import hospital

    hospital.make(out, patients, seed, on, as_json=as_json)


@app.command(
    epilog=examples(
        "dosepath population screen build/hospital --trial NCT06680388 --out build/screened --on 2026-06-01",
        "dosepath population screen export.ndjson --trial NCT06680388 --out screened --source-complete medications",
        "dosepath population screen cdm.duckdb --trial NCT06680388 --out screened --memory 2GB",
        "dosepath population screen labs/ --columns map.yaml --trial NCT06680388 --out screened --reading E03=igg",
        "dosepath population screen screened --trial NCT06680388 --out other --set screening_window_days=14",
    )
)
@guarded
def screen(
    source: Annotated[
        list[Path],
        typer.Argument(
            help="Long tables, a folder with a column map, an OMOP CDM, FHIR files, or an earlier screening."
        ),
    ],
    trial: Annotated[str, typer.Option(help="Registry number of a shipped trial, or a protocol file.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")],
    on: OnDay = "",
    engine: Annotated[str, typer.Option(help="duckdb, local (Spark on this machine) or spark://host:port.")] = "duckdb",
    anchors: AnchorsFile = None,
    anchor: Anchors = None,
    reading: Readings = None,
    setting: Settings = None,
    source_complete: Complete = None,
    columns: Columns = None,
    memory: Memory = "",
    chunk: Annotated[
        int, typer.Option(min=100, help="Most patients that a core judges at a time.")
    ] = PATIENTS_IN_A_CHUNK,
    as_json: Json = False,
) -> None:
    """Judge every criterion for every patient and arm, and keep verdicts, evidence and the facts behind them.

    The folder is written whole or not at all: a run that is killed leaves what was there before.

    Exit codes: 0 done; 1 done, but some of the input was not understood; 2 wrong use.
    """
    from dosepath.cli import hospital

    request = hospital.Request(
        source, trial, out, on, engine, anchors, anchor or [], reading or [], setting or [], source_complete or [],
        columns, memory, chunk,
    )  # fmt: skip
    raise typer.Exit(hospital.screen(request, as_json=as_json))


@app.command(
    epilog=examples(
        "dosepath population cost build/screened --arm SLE",
        "dosepath population cost build/screened --arm SLE --waterfall --plot lost.svg",
        "dosepath population cost build/screened --arm SLE --what-if I04.a.1 --json",
    )
)
@guarded
def cost(
    folder: Folder,
    arm: Arm = "",
    everybody: Annotated[
        bool, typer.Option("--everybody", help="Among all patients, not only those with the disease on record.")
    ] = False,
    waterfall: Annotated[bool, typer.Option("--waterfall", help="Go down the list in the order of the text.")] = False,
    what_if: Annotated[
        str, typer.Option("--what-if", metavar="ID", help="Slide the limit of one criterion: who would pass then?")
    ] = "",
    limit: Annotated[int, typer.Option(min=0, help="Most rows of a table; 0 for all.")] = 20,
    memory: Memory = "",
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw it for one arm: .svg, .png, .html or .json."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what each criterion costs: its exact share in who is lost, and who would be there without it."""
    from dosepath.cli import hospital

    hospital.cost(
        folder,
        arm,
        limit,
        memory,
        everybody=everybody,
        down=waterfall,
        what_if=what_if,
        plot=plot,
        as_json=as_json,
    )


@app.command(
    epilog=examples(
        "dosepath population worklist build/screened --limit 20",
        "dosepath population worklist build/screened --arm SLE --csv worklist.csv",
        "dosepath population worklist build/screened --patient P00000417",
    )
)
@guarded
def worklist(
    folder: Folder,
    arm: Arm = "",
    limit: Annotated[int, typer.Option(min=0, help="Most patients; 0 for all in question.")] = 50,
    patient: Annotated[str, typer.Option(metavar="ID", help="Print the criterion sheet of one patient.")] = "",
    csv_out: Annotated[Path | None, typer.Option("--csv", metavar="OUT", help="Write the list as CSV.")] = None,
    json_out: Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write everything as JSON.")] = None,
    parquet_out: Annotated[Path | None, typer.Option("--parquet", metavar="OUT", help="Write it as Parquet.")] = None,
    memory: Memory = "",
) -> None:
    """List who is nearest to taking part, what is missing for each, and the orders over the whole list."""
    from dosepath.cli import hospital

    hospital.worklist(folder, arm, limit, patient, hospital.Outputs(csv_out, json_out, parquet_out), memory)


@app.command(
    epilog=examples(
        "dosepath population values build/screened --criterion I04.d.2",
        "dosepath population values build/screened --criterion I04.a.1 --arm SLE --verdict not_met --csv anc.csv",
        "dosepath population values build/screened --criterion I02.1.c.1 --arm SLE --limit 0 --json",
    )
)
@guarded
def values(
    folder: Folder,
    criterion: Annotated[str, typer.Option(metavar="ID", help="The criterion.")],
    arm: Annotated[str, typer.Option(help="Those with the disease of one arm on record; without it everybody.")] = "",
    verdict: Annotated[str, typer.Option(help="Only those for whom it is met, not_met or unknown.")] = "",
    limit: Annotated[int, typer.Option(min=0, help="Most patients; 0 for all.")] = 20,
    csv_out: Annotated[Path | None, typer.Option("--csv", metavar="OUT", help="Write the list as CSV.")] = None,
    memory: Memory = "",
    as_json: Json = False,
) -> None:
    """List what a criterion compared for each patient: verdict, value, unit, and the records behind it."""
    from dosepath.cli import criterion_values

    criterion_values.run(folder, criterion, arm, verdict, limit, csv_out, memory, as_json=as_json)


@app.command(
    epilog=examples(
        "dosepath population refresh build/screened todays-export/",
        "dosepath population refresh build/screened changes.ndjson --json",
    )
)
@guarded
def refresh(
    folder: Folder,
    source: Annotated[list[Path], typer.Argument(help="The new records, in any form that `screen` reads.")],
    columns: Columns = None,
    memory: Memory = "",
    as_json: Json = False,
) -> None:
    """Take in new records and judge those patients again whose facts changed, and nobody else.

    A record that comes again under its name replaces the one before. The day of the evaluation stays that of the
    screening; for another day screen again.
    """
    from dosepath.cli import hospital

    hospital.refresh(folder, source, columns, memory, as_json=as_json)


@app.command(
    epilog=examples(
        "dosepath population check build/screened",
        "dosepath population check build/hospital --json",
    )
)
@guarded
def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that `make`, `screen` or `refresh` wrote.")],
    as_json: Json = False,
) -> None:
    """Compare every file of a folder with the digest that was written down for it.

    Exit codes: 0 all as written; 1 a file was changed, lost or put there; 2 no folder of ours.
    """
    from dosepath.cli import hospital

    raise typer.Exit(hospital.check(folder, as_json=as_json))
