"""The text of a protocol file -> a `Protocol`, or every problem of the file at once, each with its line."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from dosepath.core import quantity
from dosepath.core.days import TimeUnit
from dosepath.core.digest import digest_of
from dosepath.core.errors import ExpressionError, Problem, ProtocolError
from dosepath.core.instrument import Catalog
from dosepath.protocol.model import Criterion, ProtocolFile, Reading
from dosepath.protocol.protocol import Protocol, Rule, walk
from dosepath.protocol.text import Path, SourceText, load
from dosepath.rules.check import check
from dosepath.rules.nodes import SpanOf, WindowOf, WithinCap
from dosepath.rules.parse import Reader, references, suggest
from dosepath.rules.vocabulary import Binding, Kind, RegimenLine, Vocabulary

NO_SPAN = SpanOf(0, TimeUnit.DAY)
"""Stands for the span while the cap of a regimen is checked by itself."""

COMBINATIONS = ("all", "any")


def read(text: str, catalog: Catalog, name: str = "protocol.yaml") -> Protocol:
    """Read a protocol file.

    Parameters
    ----------
    text
        The YAML text.
    catalog
        Instruments, formulas and dose tables that the file may name.
    name
        Name of the file in messages.

    Raises
    ------
    ProtocolError
        With all problems of the file, each with its line, criterion and way out.
    """
    source, problems = load(text)
    if source.values is None or problems:
        raise ProtocolError(name, problems or [Problem(1, "", "the file is empty")])
    try:
        file = ProtocolFile.model_validate(source.values)
    except ValidationError as error:
        raise ProtocolError(name, [_shape_problem(source, item) for item in error.errors()]) from None
    reading = _Reading(file, source, catalog)
    protocol = reading.protocol(digest_of(text))
    if protocol is None:
        raise ProtocolError(name, list(dict.fromkeys(reading.problems)))
    return protocol


def _shape_problem(source: SourceText, error: Any) -> Problem:
    path = tuple(error["loc"])
    where = ".".join(str(step) for step in path)
    criterion = _criterion_at(source.values, path)
    if criterion:
        where = f"criterion {criterion}: {path[-1]}"
    message = str(error["msg"])
    if error["type"] == "extra_forbidden":
        message = "this key is not known here"
    return Problem(source.line_of(path), where, message[0].lower() + message[1:])


def _criterion_at(values: Any, path: Path) -> str:
    found = ""
    for step in path:
        if isinstance(values, dict) and "rule" in values and "id" in values:
            found = str(values["id"])
        try:
            values = values[step]
        except (KeyError, IndexError, TypeError):
            break
    return found


class _Reading:
    """One pass over a file whose shapes are right; gathers rules and problems."""

    def __init__(self, file: ProtocolFile, source: SourceText, catalog: Catalog) -> None:
        self.file = file
        self.source = source
        self.problems: list[Problem] = []
        self.rules: dict[str, Rule] = {}
        self.criteria = {criterion.id: criterion for criterion in walk(file.criteria)}
        self.vocabulary = _vocabulary(file, catalog)
        self.reader = Reader(self.vocabulary)

    def protocol(self, digest: str) -> Protocol | None:
        """Give the protocol; None where there are problems."""
        self._concepts()
        self._names()
        if self.problems:
            return None
        windows = self._windows()
        self._named_rules()
        for place, criterion in enumerate(self.file.criteria):
            self._criterion(criterion, ("criteria", place))
        for place, item in enumerate(self.file.checks):
            self._rule(("checks", place, "rule"), f"check {item.id}", item.rule, None)
        self._circles()
        if self.problems:
            return None
        return Protocol(self.file, self.vocabulary, windows, digest, self.rules)

    def add(self, path: Path, where: str, message: str) -> None:
        """Note a problem at a place of the file."""
        self.problems.append(Problem(self.source.line_of(path), where, message))

    def _known(self, path: Path, where: str, what: str, name: str, known: Iterable[str]) -> None:
        names = list(known)
        if name and name not in names:
            self.add(path, where, f"no {what} '{name}'; {suggest(name, names)}")

    # names --------------------------------------------------------------------------------------------------------

    def _concepts(self) -> None:
        terms = self.file.concepts
        for name, concept in terms.items():
            path: Path = ("concepts", name)
            where = f"concept {name}"
            for member in concept.members:
                self._known((*path, "members"), where, "concept", member, terms)
                if member in terms and terms[member].kind is not concept.kind:
                    kind = terms[member].kind.value
                    self.add((*path, "members"), where, f"member '{member}' is a {kind}, not a {concept.kind.value}")
            self._known((*path, "order"), where, "order", concept.order, self.file.orders)
            if concept.kind is Kind.QUANTITY:
                self._unit((*path, "unit"), where, concept.unit)
            elif concept.unit:
                self.add((*path, "unit"), where, f"a {concept.kind.value} has no unit; leave it out")
            if concept.kind in (Kind.CHOICE, Kind.ORDINAL) and not concept.choices:
                self.add(path, where, f"a {concept.kind.value} names its answers in 'choices'")
            if concept.kind in (Kind.EVENT, Kind.DRUG) and not (concept.tables or concept.members):
                self.add(path, where, f"a {concept.kind.value} names the tables that it is recorded in")
        for name in terms:
            if self._contains_itself(name, ()):
                self.add(("concepts", name, "members"), f"concept {name}", "is a member of itself")

    def _contains_itself(self, name: str, above: tuple[str, ...]) -> bool:
        if name in above:
            return True
        concept = self.file.concepts.get(name)
        return concept is not None and any(self._contains_itself(item, (*above, name)) for item in concept.members)

    def _unit(self, path: Path, where: str, unit: str) -> None:
        if not unit:
            self.add(path, where, "a quantity has a unit; write '1' for a plain number")
        elif unit != "1" and quantity.read_unit(unit) is None:
            self.add(path, where, f"'{unit}' is no UCUM unit")

    def _names(self) -> None:
        file, catalog = self.file, self.vocabulary.catalog
        for name, arm in file.arms.items():
            self._known(
                ("arms", name, "target_condition"), f"arm {name}", "concept", arm.target_condition, file.concepts
            )
        for name, use in file.instruments.items():
            path: Path = ("instruments", name)
            where = f"instrument {name}"
            self._known((*path, "instrument"), where, "instrument", use.instrument, catalog.instruments)
            self._known((*path, "window"), where, "window", use.window, file.windows)
            for entry, concept in use.entered.items():
                if use.instrument in catalog.instruments:
                    entries = catalog.instruments[use.instrument].entries
                    self._known((*path, "entered", entry), where, "entry", entry, entries)
                self._known((*path, "entered", entry), where, "concept", concept, file.concepts)
        for regimen, lines in file.regimens.items():
            for name, line in lines.items():
                path = ("regimens", regimen, name)
                where = f"regimen {regimen}.{name}"
                self._known((*path, "drug"), where, "concept", line.drug, file.concepts)
                known = catalog.equivalences
                self._known((*path, "equivalence"), where, "equivalence table", line.equivalence, known)
        seen: set[str] = set()
        for criterion in walk(file.criteria):
            if criterion.id in seen:
                self.add(self._path_of(criterion.id, last=True), f"criterion {criterion.id}", "this id stands twice")
            seen.add(criterion.id)

    def _path_of(self, identity: str, *, last: bool = False) -> Path:
        found = [path for path, criterion in _places(self.file.criteria, ("criteria",)) if criterion.id == identity]
        return found[-1 if last else 0] if found else ("criteria",)

    # rules ----------------------------------------------------------------------------------------------------------

    def _windows(self) -> dict[str, WindowOf]:
        found: dict[str, WindowOf] = {}
        for name in self.file.windows:
            try:
                found[name] = self.reader.window(name)
                check(found[name], self.vocabulary)
            except ExpressionError as error:
                self.add(("windows", name), f"window {name}", error.message)
        return found

    def _named_rules(self) -> None:
        for name in self.file.definitions:
            try:
                if " " in name or name not in self._value_names():
                    self.reader.definition(name)
                else:
                    self.reader.value_definition(name)
            except ExpressionError as error:
                self.add(("definitions", name), f"definition {name}", error.message)
        for regimen, lines in self.vocabulary.regimens.items():
            for line in lines:
                try:
                    cap = self.reader.cap(regimen, line)
                    if cap is not None:
                        check(WithinCap(regimen, line.name, cap, NO_SPAN, WindowOf(None, None)), self.vocabulary)
                except ExpressionError as error:
                    self.add(("regimens", regimen, line.name, "cap"), f"regimen {regimen}.{line.name}", error.message)

    def _value_names(self) -> frozenset[str]:
        """Give the definitions that give a value: those that rules name without quotes."""
        return frozenset(name for name in self.file.definitions if name.replace("_", "").isalnum())

    def _criterion(self, criterion: Criterion, path: Path) -> None:
        where = f"criterion {criterion.id}"
        self._rule((*path, "rule"), where, criterion.rule, criterion)
        for gate, text in criterion.recheck.items():
            self._rule((*path, "recheck", gate.value), where, text, criterion)
        for place, alert in enumerate(criterion.alerts):
            self._rule((*path, "alerts", place, "when"), where, alert.when, criterion)
        for arm in criterion.arms:
            self._known((*path, "arms"), where, "arm", arm, self.file.arms)
        for place, reading in enumerate(criterion.readings):
            self._reading((*path, "readings", place), where, reading)
        for place, child in enumerate(criterion.children):
            if not child.id.startswith(f"{criterion.id}."):
                way = f"a child of {criterion.id} is called {criterion.id}.something"
                self.add((*path, "children", place, "id"), f"criterion {child.id}", way)
            self._criterion(child, (*path, "children", place))

    def _reading(self, path: Path, where: str, reading: Reading) -> None:
        if not reading.options:
            if not reading.note:
                self.add(path, where, "a reading without options says in 'note' how the text is read")
            return
        self._known((*path, "in_force"), where, "option", reading.in_force or "(none)", reading.options)
        for name, option in reading.options.items():
            place: Path = (*path, "options", name)
            for identity, text in option.rules.items():
                self._known((*place, "rules", identity), where, "criterion", identity, self.criteria)
                if identity in self.criteria:
                    self._rule((*place, "rules", identity), f"{where}, option {name}", text, self.criteria[identity])
            for identity, rechecks in option.rechecks.items():
                for text in rechecks.values():
                    self._rule((*place, "rechecks", identity), f"{where}, option {name}", text, None)
            for identity, arms in option.arms.items():
                self._known((*place, "arms"), where, "criterion", identity, self.criteria)
                for arm in arms:
                    self._known((*place, "arms", identity), where, "arm", arm, self.file.arms)
            for identity in option.gates:
                self._known((*place, "gates"), where, "criterion", identity, self.criteria)

    def _rule(self, path: Path, where: str, text: str, criterion: Criterion | None) -> None:
        if text in self.rules and text not in COMBINATIONS:
            return
        if text in COMBINATIONS:
            if criterion is not None and not criterion.children:
                self.add(path, where, f"'{text}' joins children, and there are none; write a rule")
            self.rules[text] = Rule(text, None)
            return
        try:
            tree = self.reader.truth(text)
            check(tree, self.vocabulary)
        except ExpressionError as error:
            column = f" (at character {error.column})" if error.column else ""
            self.add(path, where, f"{error.message}{column}")
            return
        for identity in references([tree]):
            self._known(path, where, "criterion", identity, self.criteria)
        self.rules[text] = Rule(text, tree)

    def _circles(self) -> None:
        """Note criteria that refer to themselves, directly or through others."""
        uses: dict[str, set[str]] = {}
        for identity, criterion in self.criteria.items():
            texts = [criterion.rule, *criterion.recheck.values(), *(alert.when for alert in criterion.alerts)]
            trees = [rule.tree for text in texts if (rule := self.rules.get(text)) and rule.tree is not None]
            uses[identity] = set(references(trees)) | {child.id for child in criterion.children}
        for identity in self.criteria:
            reached: set[str] = set()
            ahead = set(uses[identity])
            while ahead:
                reached |= ahead
                ahead = {used for item in ahead for used in uses.get(item, set())} - reached
            if identity in reached:
                self.add(self._path_of(identity), f"criterion {identity}", "refers to itself")


def _places(criteria: Sequence[Criterion], path: Path) -> Iterator[tuple[Path, Criterion]]:
    for place, criterion in enumerate(criteria):
        yield (*path, place), criterion
        yield from _places(criterion.children, (*path, place, "children"))


def _vocabulary(file: ProtocolFile, catalog: Catalog) -> Vocabulary:
    return Vocabulary(
        terms={name: concept.term(name) for name, concept in file.concepts.items()},
        anchors=tuple(file.anchors),
        windows=file.windows,
        definitions=file.definitions,
        settings={name: item.unit for name, item in file.settings.items()},
        regimens={
            name: tuple(RegimenLine(key, line.drug, line.cap, line.equivalence) for key, line in lines.items())
            for name, lines in file.regimens.items()
        },
        bindings={
            name: Binding(use.instrument, use.window, use.entered)
            for name, use in file.instruments.items()
            if use.instrument in catalog.instruments
        },
        catalog=catalog,
    )
