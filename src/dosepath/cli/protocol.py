"""Commands about protocol files."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid
from rich.text import Text

from dosepath.cli.shell import CHECK_FAILED, console, pairs
from dosepath.core.errors import InputError, ProtocolError
from dosepath.protocol.concept import Concept
from dosepath.protocol.model import ProtocolFile, Reading
from dosepath.protocol.protocol import Judged, Protocol
from dosepath.rules import nodes
from dosepath.rules.explain import explain
from dosepath.rules.parse import suggest, walk
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


def summary(protocol: Protocol) -> dict[str, Any]:
    """Count what a protocol holds."""
    leaves = [item for item in protocol.criteria.values() if not item.children]
    readings = [reading for _, reading in protocol.readings()]
    concepts = protocol.file.concepts.values()
    excluding = sum(item.exclusion for item in leaves)
    return {
        "trial": protocol.id,
        "version": protocol.file.version,
        "digest": protocol.digest,
        "criteria": len(protocol.criteria),
        "leaves": {"inclusion": len(leaves) - excluding, "exclusion": excluding},
        "readings": {"all": len(readings), "switchable": sum(bool(reading.options) for reading in readings)},
        "concepts": len(concepts),
        "codes": sum(len(codes) for concept in concepts for codes in concept.codes.model_dump().values()),
        "arms": list(protocol.file.arms),
        "dose_levels": {
            str(item.level): None if item.dose is None else f"{item.dose} {item.unit}"
            for item in protocol.file.dose_levels
        },
        "settings_not_set": {name: item.blocks for name, item in protocol.file.settings.items() if item.value is None},
    }


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
            "readings": [_reading(protocol, key, reading) for key, reading in protocol.readings()],
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


def _reading(protocol: Protocol, key: str, reading: Reading) -> dict[str, Any]:
    return {
        "key": key,
        "issue": reading.issue,
        "in_force": protocol.in_force(key, reading) or reading.note,
        "options": {name: option.text for name, option in reading.options.items()},
        "settled_by": reading.settled_by,
        "why": reading.why,
    }


def describe(protocol: Protocol, item: Judged) -> dict[str, Any]:
    """Give everything about one criterion as plain values."""
    own = [(key, reading) for key, reading in protocol.readings() if _bears_on(key, reading, item)]
    tree = item.rule.tree
    return {
        "id": item.id,
        "title": item.source.title,
        "kind": _kind(item),
        "text": item.quote,
        "page_lines": list(item.lines),
        "arms": [arm for arm in protocol.file.arms if item.concerns(arm)],
        "gates": sorted(gate.value for gate in item.gates),
        "readings": [_reading(protocol, key, reading) for key, reading in own],
        "rule": item.rule.text,
        "jointly": item.source.jointly,
        "plain_words": explain(tree, protocol.vocabulary, protocol.settings) if tree is not None else _joined(item),
        "concepts": _concepts(protocol, item),
        "anchors": _anchors(protocol, item),
        "recheck": {gate.value: rule.text for gate, rule in item.recheck.items()},
        "alerts": [{"when": rule.text, "say": say} for rule, say in item.alerts],
        "notes": list(item.source.notes),
        "children": {child: protocol.criteria[child].source.title for child in item.children},
    }


def _bears_on(key: str, reading: Reading, item: Judged) -> bool:
    """Answer whether a reading is one of a criterion, or changes it from where it stands above."""
    changed = [part for option in reading.options.values() for part in (option.rules, option.gates, option.rechecks)]
    return key.partition("#")[0] == item.id or any(item.id in part for part in changed)


def _kind(item: Judged) -> str:
    if not item.exclusion:
        return "inclusion"
    if item.alone:
        return "exclusion: keeps the patient out when met"
    return f"part of an exclusion: counts as the rule of {item.parent} says"


def _joined(item: Judged) -> str:
    if item.rule.combination == "all":
        return f"all of {', '.join(item.children)}" + (", judged together" if item.source.jointly else "")
    return f"at least one of {', '.join(item.children)}"


def _concepts(protocol: Protocol, item: Judged) -> dict[str, str]:
    names: dict[str, None] = {}
    for node in _nodes(protocol, item):
        for field in ("concept", "drug"):
            name = getattr(node, field, "")
            if name:
                names[name] = None
        names.update(dict.fromkeys(getattr(node, "concepts", ())))
        names.update(dict.fromkeys(getattr(node, "drugs", ())))
        if isinstance(node, nodes.InstrumentField):
            names.update(dict.fromkeys(protocol.vocabulary.bindings[node.instrument].entered.values()))
    return {name: _concept(protocol, protocol.file.concepts[name]) for name in names if name in protocol.file.concepts}


def _concept(protocol: Protocol, concept: Concept) -> str:
    codes = sum(len(codes) for codes in concept.codes.model_dump().values())
    order = protocol.file.orders[concept.order].label if concept.order else ""
    members = f"{len(concept.members)} concepts" if concept.members else f"{codes} codes"
    parts = [concept.label, concept.kind.value, concept.unit, members, order]
    return "; ".join(part for part in parts if part)


def _anchors(protocol: Protocol, item: Judged) -> list[str]:
    return sorted({node.name for node in _nodes(protocol, item) if isinstance(node, nodes.Anchor)})


def _nodes(protocol: Protocol, item: Judged) -> Iterable[nodes.Node]:
    """Give the nodes of the rules of a criterion and of those below it, with the windows of its instruments."""
    for rule in (item.rule, *item.recheck.values()):
        for node in walk(rule.tree) if rule.tree is not None else ():
            yield node
            if isinstance(node, nodes.InstrumentField):
                yield from walk(protocol.windows[protocol.vocabulary.bindings[node.instrument].window])
    for child in item.children:
        yield from _nodes(protocol, protocol.criteria[child])


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
