"""Protocols -> documents: everything about one concept, and who reads it."""

import re
from collections.abc import Mapping
from typing import Any

from dosepath.interop.protocol_json import concept_names
from dosepath.protocol.protocol import Protocol

SYSTEMS: Mapping[str, str] = {
    "loinc": "LOINC",
    "icd10cm": "ICD-10-CM",
    "rxnorm": "RxNorm",
    "atc": "ATC",
    "snomed": "SNOMED CT",
}
"""Names of the code systems of a concept, as they are written."""


def readers(protocol: Protocol) -> dict[str, list[str]]:
    """Give, for each concept, the criteria without others below them that read it, itself or through a group."""
    found: dict[str, list[str]] = {name: [] for name in protocol.file.concepts}
    for item in protocol.criteria.values():
        if item.children and item.rule.combination:
            continue
        own = [name for name in concept_names(protocol, item) if not _below(protocol, item.children, name)]
        leaves = {leaf for name in own for leaf in protocol.vocabulary.leaves(name)}
        for name in dict.fromkeys([*own, *sorted(leaves)]):
            found[name].append(item.id)
    return found


def _below(protocol: Protocol, children: tuple[str, ...], name: str) -> bool:
    return any(name in concept_names(protocol, protocol.criteria[child]) for child in children)


def _stands_for(protocol: Protocol, group: str, name: str) -> bool:
    return name == group or name in protocol.vocabulary.leaves(group)


def concept_document(protocol: Protocol, name: str, read_by: list[str]) -> dict[str, Any]:
    """Give everything about one concept as plain values."""
    concept = protocol.file.concepts[name]
    groups = [other for other, each in protocol.file.concepts.items() if name in each.members]
    return {
        "name": name,
        "label": concept.label,
        "kind": concept.kind.value,
        "unit": concept.unit,
        "analyte": concept.analyte,
        "answers": list(protocol.vocabulary.terms[name].answers),
        "tables": [table.value for table in concept.tables],
        "judgement": concept.judgement,
        "order": protocol.file.orders[concept.order].label if concept.order else "",
        "plausible": list(concept.plausible) if concept.plausible else [],
        "codes": {SYSTEMS[system]: list(codes) for system, codes in concept.codes.model_dump().items() if codes},
        "component_of": list(concept.component_of),
        "requires_zero": concept.requires_zero,
        "names": list(concept.names),
        "hints": list(concept.hints),
        "members": {member: protocol.file.concepts[member].label for member in concept.members},
        "member_of": {group: protocol.file.concepts[group].label for group in groups},
        "note": concept.note,
        "arms": [arm for arm, each in protocol.file.arms.items() if _stands_for(protocol, each.target_condition, name)],
        "checks": {check.id: check.title for check in protocol.file.checks if re.search(rf"\b{name}\b", check.rule)},
        "read_by": {criterion: protocol.criteria[criterion].source.title for criterion in read_by},
    }
