"""A protocol whose rules are read and fit together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType

from dosepath.core.errors import DosepathError
from dosepath.protocol.model import Criterion, GateName, Option, ProtocolFile, Reading
from dosepath.rules import nodes
from dosepath.rules.compared import compared_in
from dosepath.rules.nodes import Truth, WindowOf
from dosepath.rules.parse import references, suggest
from dosepath.rules.parse import walk as walk_tree
from dosepath.rules.vocabulary import Vocabulary


@dataclass(frozen=True)
class Rule:
    """A rule as written and as a tree; the combinations `all` and `any` have no tree of their own."""

    text: str
    tree: Truth | None

    @cached_property
    def references(self) -> tuple[str, ...]:
        """Criteria that the rule refers to."""
        return references([self.tree]) if self.tree is not None else ()

    @cached_property
    def picks(self) -> tuple[nodes.Pick, ...]:
        """Results that the rule picks from the record."""
        if self.tree is None:
            return ()
        return tuple(node for node in walk_tree(self.tree) if isinstance(node, nodes.Pick))

    @cached_property
    def compared(self) -> tuple[nodes.Scalar, ...]:
        """Values that the questions of the rule compare."""
        return compared_in(self.tree) if self.tree is not None else ()

    @cached_property
    def instruments(self) -> tuple[str, ...]:
        """Instruments whose results the rule asks for, by the names that rules use."""
        if self.tree is None:
            return ()
        fields = (node for node in walk_tree(self.tree) if isinstance(node, nodes.InstrumentField))
        return tuple(dict.fromkeys(node.instrument for node in fields))

    @property
    def combination(self) -> str:
        """`all` or `any` over the children; empty for an expression."""
        return "" if self.tree is not None else self.text


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion under the readings in force.

    Parameters
    ----------
    source
        The criterion of the file.
    parent, children
        Place in the tree of criteria.
    quote, lines
        Text of the page: its own, or that of the nearest heading which has one.
    arms
        Arms it is judged for; empty for all.
    gates
        Gates it belongs to.
    alone
        Whether it keeps the patient out by itself, whatever the criteria beside it say: true of a top criterion, and of
        a part whose answer against the patient is that of everything above it.
    """

    source: Criterion
    parent: str
    children: tuple[str, ...]
    quote: str
    lines: tuple[int, ...]
    arms: frozenset[str]
    gates: frozenset[GateName]
    rule: Rule
    recheck: Mapping[GateName, Rule]
    alerts: tuple[tuple[Rule, str], ...]
    alone: bool = True

    @property
    def id(self) -> str:
        """Id of the criterion."""
        return self.source.id

    @property
    def exclusion(self) -> bool:
        """Whether it excludes when it is met."""
        return self.id.startswith("E")

    def concerns(self, arm: str) -> bool:
        """Whether the criterion is judged for an arm."""
        return not self.arms or arm in self.arms


@dataclass(frozen=True)
class Protocol:
    """A trial: its file, its words, its rules, and the digest by which a version is recognised.

    Parameters
    ----------
    file
        The parts of the file as typed values.
    vocabulary, windows
        What rules may name; trees of the named windows.
    digest
        SHA-256 of the text of the file.
    rules
        Every rule of the file by its text; read once.
    chosen
        Readings that are not the ones in force, by key.
    """

    file: ProtocolFile
    vocabulary: Vocabulary
    windows: Mapping[str, WindowOf]
    digest: str
    rules: Mapping[str, Rule]
    chosen: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    criteria: Mapping[str, Judged] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "criteria", _judged(self))

    @property
    def id(self) -> str:
        """Number of the registry record."""
        return self.file.id

    @property
    def settings(self) -> Mapping[str, Fraction]:
        """Numbers of the settings that are set."""
        numbers = {name: item.number for name, item in self.file.settings.items()}
        return {name: Fraction(number) for name, number in numbers.items() if number is not None}

    def under(self, readings: Mapping[str, str]) -> "Protocol":
        """Give the protocol under other readings.

        Parameters
        ----------
        readings
            Key of a reading (`I02.5.c`, `I02.4.b#enzyme`, or without the topic where the name of the option tells) to
            the name of an option.

        Raises
        ------
        DosepathError
            When there is no such reading or option; says which ones there are.
        """
        if not readings:
            return self
        chosen = dict(self.chosen)
        for key, option in readings.items():
            full, reading = self._reading(key, option)
            if option not in reading.options:
                raise DosepathError(f"reading {full}: no option '{option}'; {suggest(option, reading.options)}")
            chosen[full] = option
        return replace(self, chosen=MappingProxyType(chosen))

    def _reading(self, key: str, option: str) -> tuple[str, Reading]:
        readings = dict(self.readings())
        if key in readings and readings[key].options:
            return key, readings[key]
        same = [full for full in readings if full.partition("#")[0] == key and option in readings[full].options]
        if len(same) == 1:
            return same[0], readings[same[0]]
        switches = [full for full, reading in readings.items() if reading.options]
        raise DosepathError(f"no reading '{key}' with an option '{option}'; {suggest(key, switches)}")

    def readings(self) -> Iterator[tuple[str, Reading]]:
        """Give all ambiguities of the file with their keys."""
        for criterion in walk(self.file.criteria):
            for reading in criterion.readings:
                yield (f"{criterion.id}#{reading.topic}" if reading.topic else criterion.id), reading
        for part, group in (("design", self.file.design.readings), ("dlt", self.file.dlt.readings)):
            for reading in group:
                yield f"{part}#{reading.topic}", reading
        for clause in self.file.dlt.clauses:
            for reading in clause.readings:
                yield f"dlt.{clause.id}#{reading.topic}", reading

    def in_force(self, key: str, reading: Reading) -> str:
        """Name the option of a reading that is in force."""
        return self.chosen.get(key, reading.in_force)


def walk(criteria: tuple[Criterion, ...]) -> Iterator[Criterion]:
    """Give criteria and all below them, in the order of the file."""
    for criterion in criteria:
        yield criterion
        yield from walk(criterion.children)


def _decides(above: Judged, part: str) -> bool:
    """Answer whether a part decides what is above it, where it says no to an inclusion or yes to an exclusion."""
    joined, combination = (nodes.Or, "any") if above.exclusion else (nodes.And, "all")
    tree = above.rule.tree
    if tree is None:
        return above.rule.combination == combination
    return isinstance(tree, joined) and nodes.CriterionRef(part) in tree.operands


def _judged(protocol: Protocol) -> Mapping[str, Judged]:
    chosen: list[Option] = []
    for key, reading in protocol.readings():
        name = protocol.in_force(key, reading)
        if name in reading.options:
            chosen.append(reading.options[name])
    found: dict[str, Judged] = {}

    def add(criterion: Criterion, above: Judged | None) -> None:
        rule = criterion.rule
        recheck = criterion.recheck
        arms = frozenset(criterion.arms) or (above.arms if above else frozenset())
        gates = frozenset(criterion.gates) or (above.gates if above else frozenset({GateName.SCREENING}))
        for option in chosen:
            rule = option.rules.get(criterion.id, rule)
            recheck = option.rechecks.get(criterion.id, recheck)
            arms = frozenset(option.arms.get(criterion.id, tuple(arms)))
            gates = frozenset(option.gates.get(criterion.id, tuple(gates)))
        judged = Judged(
            source=criterion,
            parent=above.id if above else "",
            children=tuple(child.id for child in criterion.children),
            quote=criterion.text or (above.quote if above else ""),
            lines=criterion.lines or (above.lines if above else ()),
            arms=arms,
            gates=gates,
            rule=protocol.rules[rule],
            recheck={gate: protocol.rules[text] for gate, text in recheck.items()},
            alerts=tuple((protocol.rules[alert.when], alert.say) for alert in criterion.alerts),
            alone=above is None or (above.alone and _decides(above, criterion.id)),
        )
        found[criterion.id] = judged
        for child in criterion.children:
            add(child, judged)

    for criterion in protocol.file.criteria:
        add(criterion, None)
    return MappingProxyType(found)
