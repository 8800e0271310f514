"""The command `table`: what a design does by the counts at the current dose."""

import json
from collections.abc import Sequence

import typer
from rich.table import Table as Grid
from rich.text import Text

from dosepath.cli.shell import console
from dosepath.dosefinding.asked import Wanted
from dosepath.dosefinding.decision_table import COLUMNS, Step, TableRow, table_of
from dosepath.dosefinding.design import Design
from dosepath.dosefinding.recipes import closed

USUAL_DOSES = 3
"""Dose levels of the design where none are named; the table looks at the middle one."""

_STYLES = {Step.ESCALATE: "green", Step.STAY: "blue", Step.DE_ESCALATE: "yellow", Step.ELIMINATE: "red"}


def run(asked: Wanted, *, as_json: bool, as_csv: bool) -> Design:
    """Print what a design does by patients and DLTs at the middle dose, where all lower doses were clean."""
    way_out = "its table has time in it; ask 'dosepath next-dose --outcomes'"
    design = closed(asked.with_doses(USUAL_DOSES).make(), way_out)
    rows = table_of(design)
    if as_json:
        typer.echo(json.dumps({"design": design.id, "name": design.name, "rows": _limits(rows)}, indent=1))
    elif as_csv:
        typer.echo("\n".join([",".join(COLUMNS), *(f"{row.treated},{row.dlts},{row.step.value}" for row in rows)]))
    else:
        out = console()
        out.print(f"[bold]{design.name}[/]: by DLTs among the patients at the current dose")
        out.print(_limits_grid(rows))
        out.print()
        out.print(_letters(rows))
        out.print("[dim]E escalate, S stay, D de-escalate, DU de-escalate and never come back[/]")
    return design


def _limits_grid(rows: Sequence[TableRow]) -> Grid:
    grid = Grid(
        "patients", "go up if at most", "go down if at least", "eliminate if at least", box=None, pad_edge=False
    )
    for row in _limits(rows):
        grid.add_row(*("-" if row[key] is None else str(row[key]) for key in ("n", "up", "down", "eliminate")))
    return grid


def _letters(rows: Sequence[TableRow]) -> Grid:
    """Lay the letters out by DLTs downwards and patients to the right."""
    sizes = sorted({row.treated for row in rows})
    by_count = {(row.treated, row.dlts): row.step for row in rows}
    grid = Grid("DLTs", *(f"of {size}" for size in sizes), box=None, pad_edge=False)
    for dlts in range(max(sizes, default=-1) + 1):
        steps = [by_count.get((size, dlts)) for size in sizes]
        grid.add_row(str(dlts), *(Text(step.value, _STYLES[step]) if step else Text("") for step in steps))
    return grid


def _limits(rows: Sequence[TableRow]) -> list[dict[str, int | None]]:
    """Give the numbers of DLTs at which a table changes, for each number of patients."""
    by_patients: dict[int, dict[int, Step]] = {}
    for row in rows:
        by_patients.setdefault(row.treated, {})[row.dlts] = row.step
    return [
        {
            "n": treated,
            "up": max((dlts for dlts, step in steps.items() if step is Step.ESCALATE), default=None),
            "down": min(
                (dlts for dlts, step in steps.items() if step in (Step.DE_ESCALATE, Step.ELIMINATE)), default=None
            ),
            "eliminate": min((dlts for dlts, step in steps.items() if step is Step.ELIMINATE), default=None),
        }
        for treated, steps in by_patients.items()
    ]
