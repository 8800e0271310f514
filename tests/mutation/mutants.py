"""Single changes of the protocol, each of which some case should notice.

A change is made in the values that were read from the file, not in its text, so that no mutant reads the whole file
again: in the tree of one rule, in one named part (a definition, a window, a cap) wherever rules hold it, in one entry
of the file (a setting, an arm, a gate, a reading in force), or in one list of words by which records are recognised.

Two changes are not made because they are none for any patient: `exists` for `began` (or back) in a window that has no
start, where what was present on some day has begun before the window is over; and another unit of the same size.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from dosepath.core.days import TimeUnit
from dosepath.core.errors import DosepathError, ExpressionError
from dosepath.protocol.concept import Concept
from dosepath.protocol.model import Criterion, GateName, Option, ProtocolFile
from dosepath.protocol.protocol import Protocol, Rule, walk
from dosepath.rules import nodes
from dosepath.rules.check import check
from dosepath.rules.nodes import Node
from dosepath.rules.parse import Reader
from dosepath.rules.vocabulary import RegimenLine, Term
from tests.mutation.rule_changes import each_dropped, moved, substituted, text_changes, tree_changes


@dataclass(frozen=True)
class Mutant:
    """One change: its kind, where it is, what it is, and how the protocol is made that has it.

    `names` are words of rules: what was changed is outside the rules and concerns only those that use one of them.
    `leaves` are the concepts of which a case needs a record to tell the difference; empty: any case may.
    """

    kind: str
    place: str
    change: str
    make: Callable[[Protocol], Protocol]
    names: frozenset[str] = frozenset()
    leaves: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.kind}: {self.place}: {self.change}"

    def protocol(self, base: Protocol) -> Protocol | None:
        """Give the changed protocol; None where it is refused."""
        try:
            return self.make(base)
        except DosepathError:
            return None


@dataclass(frozen=True)
class LostWord:
    """A concept that lost one code, name or hint by which records are recognised."""

    kind: str
    place: str
    system: str
    word: str
    concept: Concept

    def __str__(self) -> str:
        return f"{self.kind}: {self.place}: {self.system} {self.word} dropped".replace("  ", " ")


def all_mutants(base: Protocol) -> Iterator[Mutant | LostWord]:
    """Give every single change."""
    yield from rule_mutants(base)
    yield from named_mutants(base)
    yield from entry_mutants(base)
    yield from member_mutants(base)
    yield from lost_words(base)


# Rules ---------------------------------------------------------------------------------------------------------------


def users(base: Protocol) -> dict[str, list[str]]:
    """Say where each rule stands: a criterion, its recheck or alert, an option of a reading, a check."""
    found: dict[str, list[str]] = {}

    def note(text: str, place: str) -> None:
        found.setdefault(text, []).append(place)

    for item in walk(base.file.criteria):
        note(item.rule, item.id)
        for gate, text in item.recheck.items():
            note(text, f"{item.id} (recheck at {gate.value})")
        for number, alert in enumerate(item.alerts, 1):
            note(alert.when, f"{item.id} (alert {number})")
    for key, reading in base.readings():
        for name, option in reading.options.items():
            for identity, text in option.rules.items():
                note(text, f"{identity} ({name})" if identity == key else f"{identity} ({key}, {name})")
            for identity, rechecks in option.rechecks.items():
                for text in rechecks.values():
                    note(text, f"{identity} ({name}, recheck)")
    for item_of_gate in base.file.checks:
        note(item_of_gate.rule, f"check {item_of_gate.id}")
    return found


def rule_mutants(base: Protocol) -> Iterator[Mutant]:
    """Change every rule, one spot at a time."""
    places = users(base)
    for text, rule in base.rules.items():
        if rule.tree is None:
            continue
        place = places[text][0]
        for kind, change, changed in text_changes(text):
            yield Mutant(kind, place, change, partial(_with_text, text, changed))
        for kind, change, tree in tree_changes(rule.tree):
            yield Mutant(kind, place, change, partial(_with_tree, text, tree))


def _with_text(text: str, changed: str, base: Protocol) -> Protocol:
    tree = Reader(base.vocabulary).truth(changed)
    check(tree, base.vocabulary)
    return _with_tree(text, tree, base)


def _with_tree(text: str, tree: nodes.Truth, base: Protocol) -> Protocol:
    return replace(base, rules={**base.rules, text: Rule(f"{text} //changed", tree)})


# Named parts: definitions, windows, caps of regimens -----------------------------------------------------------------


def named_mutants(base: Protocol) -> Iterator[Mutant]:
    """Change every definition, window and cap, one spot at a time, wherever rules hold it."""
    for name, text in base.vocabulary.definitions.items():
        place = f"definition {name}"
        for kind, change, changed in text_changes(text):
            yield Mutant(kind, place, change, partial(_with_definition, name, changed))
        for kind, change, tree in tree_changes(_definition(base, name, text)):
            yield Mutant(kind, place, change, partial(_with_meaning, name, tree))
    for name, text in base.vocabulary.windows.items():
        scored = frozenset(each for each, binding in base.vocabulary.bindings.items() if binding.window == name)
        for kind, change, changed in text_changes(text):
            yield Mutant(kind, f"window {name}", change, partial(_with_window, name, changed), scored)
        for change, window in moved(base.windows[name]):
            make = partial(_with_days, name, replace(window, name=name))
            yield Mutant("window day", f"window {name}", change, make, scored)
    for regimen, lines in base.vocabulary.regimens.items():
        for line in lines:
            yield from _regimen_mutants(base, regimen, line)


def _regimen_mutants(base: Protocol, regimen: str, line: RegimenLine) -> Iterator[Mutant]:
    place, names = f"regimen {regimen}.{line.name}", frozenset({regimen})
    yield Mutant("operand", place, "line dropped", partial(_without_line, regimen, line.name), names)
    if line.equivalence:
        yield Mutant("operand", place, "equivalence dropped", partial(_without_equivalence, regimen, line), names)
    if not line.cap:
        return
    yield Mutant("operand", place, "cap dropped", partial(_with_cap_tree, regimen, line.name, None))
    for kind, change, changed in text_changes(line.cap):
        yield Mutant(kind, place, change, partial(_with_cap, regimen, line.name, changed))
    for kind, change, tree in tree_changes(Reader(base.vocabulary).truth(line.cap)):
        yield Mutant(kind, place, change, partial(_with_cap_tree, regimen, line.name, tree))


def _definition(base: Protocol, name: str, text: str) -> Node:
    reader = Reader(replace(base.vocabulary, definitions={**base.vocabulary.definitions, name: text}))
    # Rules name a definition that gives a value without quotes.
    found = reader.value_definition(name) if name.replace("_", "").isalnum() else reader.definition(name)
    assert isinstance(found, nodes.Named | nodes.NamedValue)
    return found.meaning


def _with_definition(name: str, changed: str, base: Protocol) -> Protocol:
    return _with_meaning(name, _definition(base, name, changed), base)


def _with_meaning(name: str, meaning: Any, base: Protocol) -> Protocol:
    def find(node: Node) -> Node | None:
        if isinstance(node, nodes.Named | nodes.NamedValue) and node.name == name:
            return type(node)(name, meaning)
        return None

    return substituted(base, find)


def _with_window(name: str, changed: str, base: Protocol) -> Protocol:
    reader = Reader(replace(base.vocabulary, windows={**base.vocabulary.windows, name: changed}))
    window = reader.window(name)
    check(window, base.vocabulary)
    return _with_days(name, window, base)


def _with_days(name: str, window: nodes.WindowOf, base: Protocol) -> Protocol:
    return substituted(base, lambda node: window if isinstance(node, nodes.WindowOf) and node.name == name else None)


def _with_cap(regimen: str, line: str, changed: str, base: Protocol) -> Protocol:
    tree = Reader(base.vocabulary).truth(changed)
    nothing = nodes.SpanOf(0, TimeUnit.DAY)
    check(nodes.WithinCap(regimen, line, tree, nothing, nodes.WindowOf(None, None)), base.vocabulary)
    return _with_cap_tree(regimen, line, tree, base)


def _with_cap_tree(regimen: str, line: str, tree: nodes.Truth | None, base: Protocol) -> Protocol:
    number = [item.name for item in base.vocabulary.regimens[regimen]].index(line)

    def find(node: Node) -> Node | None:
        match node:
            case nodes.StableRegimen(regimen=name, caps=caps) if name == regimen:
                return replace(node, caps=(*caps[:number], tree, *caps[number + 1 :]))
            case nodes.WithinCap(regimen=name, line=own) if name == regimen and own == line and tree is not None:
                return replace(node, cap=tree)
        return None

    return substituted(base, find)


def _without_equivalence(regimen: str, line: RegimenLine, base: Protocol) -> Protocol:
    lines = base.vocabulary.regimens[regimen]
    changed = tuple(replace(item, equivalence="") if item == line else item for item in lines)
    return replace(base, vocabulary=replace(base.vocabulary, regimens={**base.vocabulary.regimens, regimen: changed}))


def _without_line(regimen: str, line: str, base: Protocol) -> Protocol:
    lines = base.vocabulary.regimens[regimen]
    number = [item.name for item in lines].index(line)

    def find(node: Node) -> Node | None:
        match node:
            case nodes.StableRegimen(regimen=name, caps=caps) if name == regimen:
                return replace(node, caps=(*caps[:number], *caps[number + 1 :]))
            case nodes.WithinCap(regimen=name, line=own) if (name, own) == (regimen, line):
                raise ExpressionError(f"regimen '{regimen}' has no '{line}'")
        return None

    kept = {**base.vocabulary.regimens, regimen: (*lines[:number], *lines[number + 1 :])}
    return replace(substituted(base, find), vocabulary=replace(base.vocabulary, regimens=kept))


# Entries of the file -------------------------------------------------------------------------------------------------


def entry_mutants(base: Protocol) -> Iterator[Mutant]:
    """Change settings, windows of instruments, and what criteria say of children, arms, gates and readings."""
    file = base.file
    for name, setting in file.settings.items():
        if setting.number is not None:
            step = Decimal(1).scaleb(min(0, int(setting.number.as_tuple().exponent)))
            for changed in (setting.number + step, setting.number - step):
                settings = {**file.settings, name: setting.model_copy(update={"value": changed})}
                yield _entry("setting", f"setting {name}", f"{setting.number} to {changed}", {"settings": settings})
    for name, binding in base.vocabulary.bindings.items():
        new = "screening" if binding.window == "ever" else "ever"
        make = partial(_with_binding, name, new)
        yield Mutant("window", f"instrument {name}", f"window {binding.window} to {new}", make, frozenset({name}))
    for item in file.checks:
        for gate in GateName:
            if gate is not item.gate:
                checks = [each.model_copy(update={"gate": gate}) if each is item else each for each in file.checks]
                change = f"{item.gate.value} to {gate.value}"
                yield _entry("gate", f"check {item.id}", change, {"checks": tuple(checks)})
    for criterion in walk(file.criteria):
        for kind, change, update in (*_criterion_changes(file, criterion), *_reading_changes(criterion)):
            yield Mutant(kind, criterion.id, change, partial(_with_criterion, criterion.id, update))


def _entry(kind: str, place: str, change: str, update: Mapping[str, Any]) -> Mutant:
    return Mutant(kind, place, change, lambda base: replace(base, file=base.file.model_copy(update=dict(update))))


def _with_binding(name: str, window: str, base: Protocol) -> Protocol:
    bindings = dict(base.vocabulary.bindings)
    bindings[name] = replace(bindings[name], window=window)
    return replace(base, vocabulary=replace(base.vocabulary, bindings=bindings))


def _with_criterion(identity: str, update: Mapping[str, Any], base: Protocol) -> Protocol:
    def changed(item: Criterion) -> Criterion:
        own = update if item.id == identity else {"children": tuple(map(changed, item.children))}
        return item.model_copy(update=dict(own))

    return replace(base, file=base.file.model_copy(update={"criteria": tuple(map(changed, base.file.criteria))}))


Change = tuple[str, str, dict[str, Any]]


def _criterion_changes(file: ProtocolFile, item: Criterion) -> Iterator[Change]:
    if item.rule in ("all", "any") and len(item.children) > 1:
        new = "any" if item.rule == "all" else "all"
        yield "combine", f"{item.rule} to {new}", {"rule": new}
        for child in item.children:
            if not child.defines:
                silent = child.model_copy(update={"defines": True})
                children = tuple(silent if each is child else each for each in item.children)
                yield "operand", f"{child.id} has no say", {"children": children}
    if item.jointly:
        yield "combine", "judged jointly no more", {"jointly": False}
    if item.defines:
        yield "combine", "has a say", {"defines": False}
    yield from _scope_changes(file, item)
    if item.gates:
        yield "gate", "also at screening", {"gates": (*item.gates, GateName.SCREENING)}
        yield "gate", "at infusion", {"gates": (GateName.INFUSION,)}
    elif "." not in item.id:
        yield "gate", "at lymphodepletion", {"gates": (GateName.LYMPHODEPLETION,)}
    if item.recheck:
        yield "gate", "recheck dropped", {"recheck": {}}


def _scope_changes(file: ProtocolFile, item: Criterion) -> Iterator[Change]:
    if item.arms:
        others = [arm for arm in file.arms if arm not in item.arms]
        yield "scope", f"{', '.join(item.arms)} to {others[0]}", {"arms": (others[0],)}
        yield "scope", "judged for all arms", {"arms": ()}
    elif "." not in item.id and not any(child.arms for child in item.children):
        for arm in file.arms:
            yield "scope", f"not for {arm}", {"arms": tuple(each for each in file.arms if each != arm)}


def _reading_changes(item: Criterion) -> Iterator[Change]:
    for reading in item.readings:
        topic = f"{reading.topic} " if reading.topic else ""
        changes: list[tuple[str, str, dict[str, Any]]] = []
        for name, option in reading.options.items():
            if name != reading.in_force:
                changes.append(("reading", f"{reading.in_force} to {name}", {"in_force": name}))
            for kind, change, update in _option_changes(option):
                options = {**reading.options, name: option.model_copy(update=update)}
                changes.append((kind, f"{name}: {change}", {"options": options}))
        for kind, change, update in changes:
            changed = reading.model_copy(update=update)
            readings = tuple(changed if each is reading else each for each in item.readings)
            yield kind, f"{topic}{change}", {"readings": readings}


def _option_changes(option: Option) -> Iterator[Change]:
    for part, kind in (("arms", "scope"), ("gates", "gate"), ("rechecks", "gate")):
        if getattr(option, part):
            yield kind, f"{part} dropped", {part: {}}
    for identity, arms in option.arms.items():
        for place, kept in each_dropped(arms):
            yield "scope", f"not for {arms[place - 1]}", {"arms": {**option.arms, identity: kept}}


# Groups of concepts, and the words by which records are recognised ---------------------------------------------------


def member_mutants(base: Protocol) -> Iterator[Mutant]:
    """Drop every member of every group of concepts."""
    terms = base.vocabulary.terms
    for name, term in terms.items():
        for place, kept in each_dropped(term.members):
            lost = term.members[place - 1]
            leaves = frozenset(base.vocabulary.leaves(lost))
            changed = {**terms, name: replace(term, members=kept)}
            names = frozenset({name, *_groups_above(name, terms)})
            yield Mutant("member", f"concept {name}", f"{lost} dropped", partial(_with_terms, changed), names, leaves)


def _groups_above(name: str, terms: Mapping[str, Term]) -> Iterator[str]:
    for above, term in terms.items():
        if name in term.members:
            yield above
            yield from _groups_above(above, terms)


def _with_terms(terms: Mapping[str, Term], base: Protocol) -> Protocol:
    return replace(base, vocabulary=replace(base.vocabulary, terms=terms))


def lost_words(base: Protocol) -> Iterator[LostWord]:
    """Drop every code, name and hint of every concept."""
    for name, concept in base.file.concepts.items():
        for system, codes in concept.codes.model_dump().items():
            for code in codes:
                kept = concept.codes.model_copy(update={system: tuple(each for each in codes if each != code)})
                yield LostWord("code", name, system, code, concept.model_copy(update={"codes": kept}))
        for field in ("names", "hints"):
            words: tuple[str, ...] = getattr(concept, field)
            for word in words:
                fewer = concept.model_copy(update={field: tuple(each for each in words if each != word)})
                yield LostWord(field[:-1], name, "", word, fewer)
