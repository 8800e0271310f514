"""Protocols -> documents: what a protocol holds, and everything about one criterion, as plain values."""

from collections.abc import Iterable
from types import UnionType
from typing import Any

from dosepath.protocol.concept import Concept
from dosepath.protocol.model import Reading
from dosepath.protocol.protocol import Judged, Protocol
from dosepath.rules import nodes
from dosepath.rules.explain import explain
from dosepath.rules.parse import walk


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


def reading_document(protocol: Protocol, key: str, reading: Reading) -> dict[str, Any]:
    """Give one reading: the issue, its options, which is in force, who settled it and why."""
    return {
        "key": key,
        "issue": reading.issue,
        "in_force": protocol.in_force(key, reading) or reading.note,
        "options": {name: option.text for name, option in reading.options.items()},
        "settled_by": reading.settled_by,
        "why": reading.why,
    }


def reading_meanings(protocol: Protocol, reading: Reading) -> dict[str, dict[str, dict[str, str]]]:
    """Give what each option of a reading makes of the criteria: the rule and its plain words, by option and id.

    An option that changes no rule has an empty mapping: it changes arms, gates, days or a scale, as its text says, or
    leaves the rules of the file.
    """
    return {
        name: {criterion: _rule_words(protocol, text) for criterion, text in option.rules.items()}
        for name, option in reading.options.items()
    }


def _rule_words(protocol: Protocol, text: str) -> dict[str, str]:
    tree = protocol.rules[text].tree
    return {"rule": text, "plain_words": explain(tree, protocol.vocabulary, protocol.settings) if tree else text}


def bears_on(protocol: Protocol, key: str, reading: Reading) -> list[str]:
    """Give the criteria that a reading is of or changes; of the design or the DLT rule, none."""
    return [item.id for item in protocol.criteria.values() if _bears_on(key, reading, item)]


def describe(protocol: Protocol, item: Judged) -> dict[str, Any]:
    """Give everything about one criterion as plain values."""
    own = [(key, reading) for key, reading in protocol.readings() if _bears_on(key, reading, item)]
    tree = item.rule.tree
    return {
        "id": item.id,
        "title": item.source.title,
        "kind": _kind(item),
        "parent": item.parent,
        "text": item.quote,
        "page_lines": list(item.lines),
        "arms": [arm for arm in protocol.file.arms if item.concerns(arm)],
        "gates": sorted(gate.value for gate in item.gates),
        "readings": [reading_document(protocol, key, reading) for key, reading in own],
        "rule": item.rule.text,
        "jointly": item.source.jointly,
        "plain_words": explain(tree, protocol.vocabulary, protocol.settings) if tree is not None else _joined(item),
        "concepts": _concepts(protocol, item),
        "anchors": _anchors(protocol, item),
        "instruments": _named(protocol, item, nodes.InstrumentField, "instrument"),
        "settings": _settings(protocol, item),
        "definitions": _named(protocol, item, nodes.Named | nodes.NamedValue, "name"),
        "read_by": read_by(protocol, item.id),
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


def concept_names(protocol: Protocol, item: Judged) -> tuple[str, ...]:
    """Give the concepts that a criterion and those below it read, by name, in the order of their rules."""
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
    return tuple(name for name in names if name in protocol.file.concepts)


def read_by(protocol: Protocol, criterion: str) -> list[str]:
    """Give the criteria whose rules name a criterion or combine it with others."""
    return [
        item.id
        for item in protocol.criteria.values()
        if criterion in item.rule.references or (item.rule.combination and criterion in item.children)
    ]


def _concepts(protocol: Protocol, item: Judged) -> dict[str, str]:
    return {name: _concept(protocol, protocol.file.concepts[name]) for name in concept_names(protocol, item)}


def _concept(protocol: Protocol, concept: Concept) -> str:
    codes = sum(len(codes) for codes in concept.codes.model_dump().values())
    order = protocol.file.orders[concept.order].label if concept.order else ""
    members = f"{len(concept.members)} concepts" if concept.members else f"{codes} codes"
    parts = [concept.label, concept.kind.value, concept.unit, members, order]
    return "; ".join(part for part in parts if part)


def _anchors(protocol: Protocol, item: Judged) -> list[str]:
    return sorted({node.name for node in _nodes(protocol, item) if isinstance(node, nodes.Anchor)})


def _settings(protocol: Protocol, item: Judged) -> list[str]:
    """Name the settings of the rules: numbers, and spans of windows."""
    found = _nodes(protocol, item)
    spans = {str(node.count) for node in found if isinstance(node, nodes.SpanOf) and isinstance(node.count, str)}
    return sorted(spans | set(_named(protocol, item, nodes.Setting, "name")))


def _named(protocol: Protocol, item: Judged, kind: type[nodes.Node] | UnionType, field: str) -> list[str]:
    return sorted({str(getattr(node, field)) for node in _nodes(protocol, item) if isinstance(node, kind)})


def _nodes(protocol: Protocol, item: Judged) -> Iterable[nodes.Node]:
    """Give the nodes of the rules of a criterion and of those below it, with the windows of its instruments."""
    for rule in (item.rule, *item.recheck.values()):
        for node in walk(rule.tree) if rule.tree is not None else ():
            yield node
            if isinstance(node, nodes.InstrumentField):
                yield from walk(protocol.windows[protocol.vocabulary.bindings[node.instrument].window])
    for child in item.children:
        yield from _nodes(protocol, protocol.criteria[child])
