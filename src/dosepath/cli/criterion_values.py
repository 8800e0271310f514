"""The command `population values`: what one criterion compared, patient by patient."""

from pathlib import Path
from typing import Any, Final

from rich.markup import escape
from rich.table import Table as Grid

from dosepath.cli.hospital import print_json, write_to
from dosepath.cli.shell import console
from dosepath.core.errors import InputError
from dosepath.core.verdict import Verdict
from dosepath.interop.csv_text import csv_text
from dosepath.population.connection import connected
from dosepath.population.listing import Line, Listing, values_of_criterion
from dosepath.population.results import open_screening
from dosepath.population.values import shown
from dosepath.rules.parse import suggest
from dosepath.rules.wording import counted

COLUMNS: Final = ("patient", "verdict", "asked", "low", "high", "answer", "earliest", "latest", "unit", "sources")
SHOWN_SOURCES: Final = 3


def run(
    folder: Path,
    criterion: str,
    arm: str,
    verdict: str,
    limit: int,
    csv_out: Path | None,
    memory: str,
    *,
    as_json: bool,
) -> None:
    """List what a criterion compared.

    Raises
    ------
    InputError
        When the criterion, the arm or the verdict is not known, or the criterion compares nothing.
    """
    wanted = _verdict(verdict) if verdict else None
    with connected(folder, memory=memory) as connection:
        screening = open_screening(connection, folder)
        named = screening.arm(arm) if arm else ""
        found = values_of_criterion(screening, criterion, named, verdict=wanted, limit=limit)
        title = screening.asked.protocol.criteria[criterion].source.title
    if csv_out is not None:
        write_to(csv_out, lambda path: path.write_text(_csv(found), encoding="utf-8", newline=""))
    if as_json:
        lines = [_document(line) for line in found.lines]
        print_json({"criterion": criterion, "patients": found.patients, "values": lines})
        return
    _print(found, title)


def _verdict(named: str) -> Verdict:
    known = [verdict.value for verdict in Verdict]
    if named not in known:
        raise InputError(f"--verdict {named}: {suggest(named, known)}")
    return Verdict(named)


def _document(line: Line) -> dict[str, Any]:
    """Give a line; `low` and `high` of a number that is known exactly are the same."""
    value = line.value
    return {
        "patient": line.patient,
        "verdict": line.verdict.value,
        "asked": line.asked,
        "low": value.low,
        "high": value.high,
        "answer": value.answer,
        "earliest": value.earliest.isoformat() if value.earliest else None,
        "latest": value.latest.isoformat() if value.latest else None,
        "unit": line.unit or None,
        "sources": list(line.sources),
    }


def _csv(found: Listing) -> str:
    rows = (_document(line) | {"sources": " ".join(line.sources)} for line in found.lines)
    return csv_text(COLUMNS, ([row[name] for name in COLUMNS] for row in rows))


def _print(found: Listing, title: str) -> None:
    out = console()
    out.print(f"[bold]{found.criterion}[/]  {escape(title)}", highlight=False)
    grid = Grid("patient", "verdict", "value", "sources", box=None, pad_edge=False)
    patients = len({line.patient for line in found.lines})
    asked = list(dict.fromkeys(line.asked for line in found.lines))
    for line in found.lines:
        more = f" +{len(line.sources) - SHOWN_SOURCES}" if len(line.sources) > SHOWN_SOURCES else ""
        value = shown(line.value, line.unit)
        grid.add_row(
            escape(line.patient),
            line.verdict.value.replace("_", " "),
            escape(f"{line.asked}: {value}" if len(asked) > 1 else value),
            escape(", ".join(line.sources[:SHOWN_SOURCES]) + more),
        )
    if len(asked) == 1:
        out.print(escape(asked[0]), style="dim", highlight=False)
    out.print(grid)
    if found.patients > patients:
        out.print(f"... and {counted(found.patients - patients, 'more patient')}; --limit 0 shows all")
