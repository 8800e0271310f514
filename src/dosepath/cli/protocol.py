"""Commands about protocol files."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer
from rich.table import Table as Grid

from dosepath.cli.shell import console, pairs
from dosepath.core.errors import InputError
from dosepath.protocol.concept import Concept
from dosepath.protocol.model import ProtocolFile
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
    found = summary(open_trial(str(path)))
    if as_json:
        typer.echo(json.dumps(found, indent=1, ensure_ascii=False))
        return
    typer.echo(f"{path}: ok")
    for key, value in found.items():
        typer.echo(f"  {key.replace('_', ' '):<24}{_plain(value)}")


def _plain(value: Any) -> str:
    return (
        ", ".join(f"{key} ({why})" if why else key for key, why in value.items()) if isinstance(value, dict) else value
    )


def summary(protocol: Protocol) -> dict[str, Any]:
    """Count what a protocol holds."""
    leaves = [item for item in protocol.criteria.values() if not item.children]
    readings = [reading for _, reading in protocol.readings()]
    concepts = protocol.file.concepts.values()
    codes = sum(len(codes) for concept in concepts for codes in concept.codes.model_dump().values())
    excluding = sum(item.exclusion for item in leaves)
    switchable = sum(bool(reading.options) for reading in readings)
    return {
        "trial": protocol.id,
        "version": protocol.file.version,
        "digest": protocol.digest,
        "criteria": f"{len(protocol.criteria)}, of these {len(leaves)} without children",
        "leaf_criteria": f"{len(leaves) - excluding} inclusion, {excluding} exclusion",
        "ambiguities": f"{len(readings)}, of these {switchable} with readings to switch",
        "concepts": f"{len(protocol.file.concepts)} with {codes} codes",
        "arms": ", ".join(protocol.file.arms),
        "dose_levels": ", ".join(_level(item) for item in protocol.file.dose_levels),
        "settings_not_set": {
            name: item.blocks and f"blocks {item.blocks}"
            for name, item in protocol.file.settings.items()
            if item.value is None
        },
    }


def _level(level: Any) -> str:
    return f"{level.level}: {level.dose} {level.unit}" if level.dose is not None else f"{level.level}: not set"


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
        found = {**summary(protocol), "criteria": [describe(protocol, item) for item in protocol.criteria.values()]}
        typer.echo(json.dumps(found, indent=1, ensure_ascii=False))
        return
    out = console()
    out.print(f"[bold]{protocol.id}[/] {protocol.file.registry.title}")
    for key, value in summary(protocol).items():
        out.print(f"  {key.replace('_', ' '):<18}{_plain(value)}")
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


def describe(protocol: Protocol, item: Judged) -> dict[str, Any]:
    """Give everything about one criterion as plain values."""
    own = [(key, reading) for key, reading in protocol.readings() if key.partition("#")[0] == item.id]
    tree = item.rule.tree
    return {
        "id": item.id,
        "title": item.source.title,
        "kind": "exclusion: keeps the patient out when met" if item.exclusion else "inclusion",
        "text": item.quote,
        "page_lines": list(item.lines),
        "arms": [arm for arm in protocol.file.arms if item.concerns(arm)],
        "gates": sorted(gate.value for gate in item.gates),
        "readings": [
            {
                "key": key,
                "issue": reading.issue,
                "in_force": protocol.in_force(key, reading) or reading.note,
                "options": {name: option.text for name, option in reading.options.items()},
                "settled_by": reading.settled_by,
                "why": reading.why,
            }
            for key, reading in own
        ],
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
    out.print(f"[bold]{found['id']}[/] {found['title']}  [dim]({found['kind']})[/]")
    lines = found["page_lines"]
    where = f"page line {lines[0]}" if len(set(lines)) == 1 else f"page lines {'-'.join(map(str, lines))}"
    out.print(f"\n  [italic]{found['text']}[/]\n  [dim]{where}[/]" if found["text"] else "")
    for key in ("arms", "gates", "anchors"):
        out.print(f"  {key:<12}{', '.join(found[key]) or 'none'}")
    for reading in found["readings"]:
        out.print(f"\n  [bold]reading {reading['key']}[/]: {reading['issue']}")
        for name, text in reading["options"].items():
            mark = "[green]in force[/]" if name == reading["in_force"] else "alternative"
            out.print(f"    {name:<28}{mark:<12}  {text}")
        if not reading["options"]:
            out.print(f"    read as: {reading['in_force']} (no switch)")
        out.print(f"    settled by {reading['settled_by']}: {reading['why']}")
    out.print(f"\n  [bold]rule[/]        {found['rule']}", markup=True)
    out.print(f"  [bold]in words[/]    {found['plain_words']}")
    for gate, rule in found["recheck"].items():
        out.print(f"  [bold]again before {gate}[/]  {rule}")
    for name, text in found["concepts"].items():
        out.print(f"  [dim]concept[/]     {name}: {text}")
    for alert in found["alerts"]:
        out.print(f"  [yellow]alert[/]       {alert['say']}  [dim]when {alert['when']}[/]")
    for note in found["notes"]:
        out.print(f"  [dim]note[/]        {note}")
    for child, title in found["children"].items():
        out.print(f"  [dim]below[/]       {child}: {title}")
