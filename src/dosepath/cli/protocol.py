"""Commands about protocol files."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid
from rich.text import Text

from dosepath.cli.shell import CHECK_FAILED, console
from dosepath.core.errors import InputError, ProtocolError
from dosepath.core.options import pairs
from dosepath.interop.protocol_json import describe, reading_document, summary
from dosepath.protocol.model import ProtocolFile
from dosepath.protocol.protocol import Protocol
from dosepath.rules.parse import suggest
from dosepath.trial.library import open_trial


def schema() -> str:
    """Give the JSON Schema of protocol files."""
    return json.dumps(ProtocolFile.model_json_schema(), indent=1, ensure_ascii=False, sort_keys=True)


def check(path: Path, *, as_json: bool) -> None:
    """Print what a protocol file holds; its problems come as an error."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        found = summary(open_trial(str(path)))
    except ProtocolError as error:
        if not as_json:
            raise
        said = [{"line": item.line, "where": item.where, "message": item.message} for item in error.problems]
        typer.echo(json.dumps({"ok": False, "problems": said}, indent=1, ensure_ascii=False))
        raise typer.Exit(CHECK_FAILED) from None
    if as_json:
        typer.echo(json.dumps({"ok": True, **found}, indent=1, ensure_ascii=False))
        return
    typer.echo(f"{path}: ok")
    for name, words in _worded(found).items():
        typer.echo(f"  {name:<20}{words}")


def _worded(found: Mapping[str, Any]) -> dict[str, str]:
    leaves, readings = found["leaves"], found["readings"]
    doses = [f"{level}: {dose or 'not set'}" for level, dose in found["dose_levels"].items()]
    unset = [f"{name} (blocks {blocks})" if blocks else name for name, blocks in found["settings_not_set"].items()]
    return {
        "trial": f"{found['trial']}, version {found['version']}",
        "digest": found["digest"],
        "criteria": f"{found['criteria']}, of these {sum(leaves.values())} leaves: "
        f"{leaves['inclusion']} inclusion, {leaves['exclusion']} exclusion",
        "readings": f"{readings['all']}, of these {readings['switchable']} can be switched",
        "concepts": f"{found['concepts']} with {found['codes']} codes",
        "arms": ", ".join(found["arms"]),
        "dose levels": ", ".join(doses),
        "settings not set": ", ".join(unset) or "none",
    }


def show(trial: str, criterion: str, readings: list[str], *, as_json: bool) -> None:
    """Print a protocol or one of its criteria."""
    protocol = open_trial(trial).under(pairs(readings, "--reading"))
    if not criterion:
        _show_protocol(protocol, as_json=as_json)
        return
    if criterion not in protocol.criteria:
        raise InputError(f"{protocol.id}: no criterion '{criterion}'; {suggest(criterion, protocol.criteria)}")
    found = describe(protocol, protocol.criteria[criterion])
    if as_json:
        typer.echo(json.dumps(found, indent=1, ensure_ascii=False))
        return
    _print_criterion(found)


def _show_protocol(protocol: Protocol, *, as_json: bool) -> None:
    if as_json:
        found = {
            "summary": summary(protocol),
            "registry": protocol.file.registry.model_dump(mode="json"),
            "settings": {name: item.model_dump(mode="json") for name, item in protocol.file.settings.items()},
            "readings": [reading_document(protocol, key, reading) for key, reading in protocol.readings()],
            "criteria": [describe(protocol, item) for item in protocol.criteria.values()],
        }
        typer.echo(json.dumps(found, indent=1, ensure_ascii=False))
        return
    out = console()
    registry = protocol.file.registry
    out.print(Text.assemble((protocol.id, "bold"), f" {registry.title}"))
    out.print(Text(f"  {registry.phase}; {registry.status}; {registry.sponsor}; {registry.target_recruitment} people"))
    for name, words in list(_worded(summary(protocol)).items())[1:]:
        out.print(Text(f"  {name:<18}{words}"))
    for name, arm in protocol.file.arms.items():
        out.print(Text(f"  arm {name:<14}{arm.label}"))
    out.print()
    _print_tree(out, protocol)
    _print_switches(out, protocol)


def _print_tree(out: Console, protocol: Protocol) -> None:
    grid = Grid("criterion", "title", "arms", "gates", "reading", box=None, pad_edge=False)
    keys = {key.partition("#")[0] for key, reading in protocol.readings() if reading.options}
    for item in protocol.criteria.values():
        depth = item.id.count(".")
        gates = " ".join(sorted(gate.value for gate in item.gates))
        arms = " ".join(arm for arm in protocol.file.arms if arm in item.arms) or "all"
        grid.add_row(
            f"{'  ' * depth}{item.id}", item.source.title, arms, gates, "switchable" if item.id in keys else ""
        )
    out.print(grid)


def _print_switches(out: Console, protocol: Protocol) -> None:
    grid = Grid("reading", "in force", "other options", box=None, pad_edge=False, title_justify="left")
    for key, reading in protocol.readings():
        if reading.options:
            used = protocol.in_force(key, reading)
            grid.add_row(key, used, escape(", ".join(name for name in reading.options if name != used)))
    out.print("\n[bold]readings to switch[/] with --reading ID=NAME")
    out.print(grid)
    out.print("\n[bold]settings[/] to change with --set KEY=VALUE")
    for name, item in protocol.file.settings.items():
        value = "not set" if item.value is None else f"{item.value}{'' if item.unit == '1' else ' ' + item.unit}"
        blocks = f"; blocks {item.blocks}" if item.value is None and item.blocks else ""
        out.print(Text(f"  {name:<32}{value:<10} {item.label}{blocks}"))


def _print_criterion(found: dict[str, Any]) -> None:
    out = console()

    def said(name: str, text: str, style: str = "dim") -> None:
        out.print(Text.assemble("  ", (f"{name:<11} ", style), text))

    out.print(Text.assemble((found["id"], "bold"), f" {found['title']}  ", (f"({found['kind']})", "dim")))
    if found["text"]:
        out.print(Text.assemble("\n  ", (found["text"], "italic"), "\n  ", (_where(found["page_lines"]), "dim"), "\n"))
    for key in ("arms", "gates", "anchors"):
        said(key, ", ".join(found[key]) or "none", "")
    for reading in found["readings"]:
        out.print(Text.assemble("\n  ", (f"reading {reading['key']}", "bold"), f": {reading['issue']}"))
        width = max(map(len, reading["options"]), default=0)
        for name, text in reading["options"].items():
            chosen = name == reading["in_force"]
            mark = ("in force   ", "green") if chosen else ("alternative", "dim")
            out.print(Text.assemble(f"    {name:<{width}}  ", mark, f"  {text}"))
        if not reading["options"]:
            out.print(Text(f"    read as: {reading['in_force']} (no switch)"))
        out.print(Text(f"    settled by {reading['settled_by']}: {reading['why']}"))
    out.print()
    said("rule", found["rule"], "bold")
    said("in words", found["plain_words"], "bold")
    for gate, rule in found["recheck"].items():
        said(f"again before {gate}", rule, "bold")
    for name, text in found["concepts"].items():
        said("concept", f"{name}: {text}")
    for alert in found["alerts"]:
        said("alert", f"{alert['say']}  (when {alert['when']})", "yellow")
    for note in found["notes"]:
        said("note", note)
    for child, title in found["children"].items():
        said("below", f"{child}: {title}")


def _where(lines: Sequence[int]) -> str:
    return f"page line {lines[0]}" if len(set(lines)) == 1 else f"page lines {'-'.join(map(str, lines))}"
