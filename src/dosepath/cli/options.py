"""Options that several commands have, each worded once."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Readings = Annotated[
    list[str] | None, typer.Option("--reading", metavar="ID=NAME", help="Reading of an ambiguous text, repeatable.")
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Setting of the protocol, repeatable.")
]
OnDay = Annotated[str, typer.Option(metavar="DATE", help="Day of the evaluation; today if not given.")]
AnchorsFile = Annotated[Path | None, typer.Option(help="Dates of each patient: YAML, JSON or CSV.")]
Anchors = Annotated[list[str] | None, typer.Option(metavar="NAME=DATE", help="One date for all patients, repeatable.")]
Complete = Annotated[
    list[str] | None,
    typer.Option("--source-complete", metavar="TABLE", help="Table that is complete for all patients, or 'all'."),
]
