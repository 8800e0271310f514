"""From the criteria of a protocol to columns: each rule compiled once, and joined as screening joins answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from dosepath.eligibility.scope import Scope
from dosepath.population.values import RuleValue
from dosepath.population.verdicts import ONE_BY_ONE, RuleColumn, coded, joined
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Judged, Protocol, Rule
from dosepath.rules import nodes
from dosepath.rules.explain import name_value
from dosepath.rules.nodes import Scalar, Truth
from dosepath.rules.parse import walk
from dosepath.rules.relational import Compiler, Truthed, Use, open_place, value_columns
from dosepath.rules.relational.picks import PICKS
from dosepath.rules.relational.sql import sql


@dataclass
class _Column:
    """One column while it is made."""

    name: str
    criterion: str
    with_pending: bool
    code: exp.Expression
    depth: int
    judgements: tuple[str, ...]
    why_not: tuple[str, ...]
    used: tuple[Use, ...]
    compared: tuple[Scalar, ...]
    arms: list[str] = field(default_factory=list)


class Wiring:
    """Joins the rules of criteria to columns, as screening joins their answers."""

    def __init__(self, protocol: Protocol, gate: GateName, compiler: Compiler) -> None:
        self.protocol = protocol
        self.gate = gate
        self.compiler = compiler
        self._columns: dict[tuple[object, ...], _Column] = {}
        self._names: dict[tuple[str, str, bool], str | None] = {}

    def column(self, scope: Scope, identity: str, *, with_pending: bool) -> str | None:
        """Name the column of a criterion for an arm; None where it is out of scope."""
        key = (scope.arm, identity, with_pending)
        if key not in self._names:
            held = scope.holds(identity)
            self._names[key] = self._made(scope, identity, with_pending=with_pending) if held else None
        return self._names[key]

    def _made(self, scope: Scope, identity: str, *, with_pending: bool) -> str:
        criterion = self.protocol.criteria[identity]
        rules = [criterion.rule, *(rule for gate, rule in criterion.recheck.items() if gate is self.gate)]
        parts = [self._parts(scope, criterion, rule, with_pending=with_pending) for rule in rules]
        signature = (identity, tuple(parts))
        if signature not in self._columns:
            self._columns[signature] = self._compiled(criterion, rules, parts, with_pending=with_pending)
        made = self._columns[signature]
        if scope.arm not in made.arms:
            made.arms.append(scope.arm)
        made.with_pending = made.with_pending or with_pending
        return made.name

    def _parts(
        self, scope: Scope, criterion: Judged, rule: Rule, *, with_pending: bool
    ) -> tuple[tuple[str, str | None], ...]:
        """Name the criteria that a rule joins, each with its column; those of a joint rule have none."""
        if rule.tree is not None:
            return tuple((other, self.column(scope, other, with_pending=True)) for other in rule.references)
        children = scope.joined(criterion, with_pending=with_pending)
        if criterion.source.jointly:
            return tuple((child, None) for child in children)
        return tuple((child, self.column(scope, child, with_pending=with_pending)) for child in children)

    def _compiled(
        self,
        criterion: Judged,
        rules: Sequence[Rule],
        parts: Sequence[tuple[tuple[str, str | None], ...]],
        *,
        with_pending: bool,
    ) -> _Column:
        self.compiler.reasons = []
        trees = [self._tree(criterion, rule, part) for rule, part in zip(rules, parts, strict=True)]
        by_criterion = {identity: name for part in parts for identity, name in part}
        self.compiler.criterion = lambda identity: self._verdict_of(by_criterion[identity])
        tree = trees[0]
        if len(trees) > 1:
            tree = nodes.Or(tuple(trees)) if criterion.exclusion else nodes.And(tuple(trees))
        named = {name for name in by_criterion.values() if name is not None}
        below = [item for item in self._columns.values() if item.name in named]
        code = joined(tree, by_criterion)
        with self.compiler.noting() as used:
            if code is None:
                code = coded(self.compiler.truth(tree))
            else:
                self.compiler.use(use for item in below for use in item.used)
        depth = max((item.depth + 1 for item in below), default=0)
        return _Column(
            f"c{len(self._columns)}",
            criterion.id,
            with_pending,
            code,
            depth,
            self._judgements(tree),
            tuple(dict.fromkeys(self.compiler.reasons)),
            tuple(used),
            tuple(dict.fromkeys(node for rule in rules for node in rule.compared)),
        )

    def _tree(self, criterion: Judged, rule: Rule, part: tuple[tuple[str, str | None], ...]) -> Truth:
        if rule.tree is not None:
            return rule.tree
        joint = nodes.And if rule.combination == "all" else nodes.Or
        if criterion.source.jointly:
            found = (self.protocol.criteria[child].rule.tree for child, _ in part)
            return joint(tuple(tree for tree in found if tree is not None))
        return joint(tuple(nodes.CriterionRef(child) for child, _ in part))

    def _verdict_of(self, name: str | None) -> Truthed:
        """Read the verdict of another criterion; the answer hangs on what that one hangs on."""
        if name is None:
            return Truthed(sql("NULL"))
        self.compiler.use(next(item.used for item in self._columns.values() if item.name == name))
        value = sql("CASE WHEN :c = 1 THEN TRUE WHEN :c = 0 THEN FALSE END", c=name)
        return Truthed(value, sql(":c = :o", c=name, o=ONE_BY_ONE))

    def _judgements(self, tree: Truth) -> tuple[str, ...]:
        terms = self.protocol.vocabulary.terms
        named = [node.concept for node in walk(tree) if isinstance(node, nodes.Pick)]
        return tuple(dict.fromkeys(name for name in named if terms[name].judgement))

    def columns(self) -> tuple[RuleColumn, ...]:
        """Give what the columns mean."""
        return tuple(
            RuleColumn(item.name, item.criterion, tuple(item.arms), item.with_pending, item.judgements, item.why_not)
            for item in self._columns.values()
        )

    def readers(self) -> dict[Use, tuple[int, ...]]:
        """Give for each use of a request the columns that hang on it, themselves or by a criterion below."""
        found: dict[Use, list[int]] = {}
        for place, item in enumerate(self._columns.values()):
            for use in item.used:
                found.setdefault(use, []).append(place)
        # What a question compared is read from the evidence, also where its answer was not needed.
        for use in list(found):
            if use.family == PICKS:
                found.setdefault(Use(PICKS, use.place), [])
        return {use: tuple(places) for use, places in found.items()}

    def values(self, requests: Sequence[Use]) -> tuple[dict[Scalar, RuleValue], exp.Select]:
        """Give what the questions compare, and where each value stands; requests are those of the evidence."""
        readers: dict[Scalar, list[int]] = {}
        for place, item in enumerate(self._columns.values()):
            for node in item.compared:
                readers.setdefault(node, []).append(place)
        numbers = {use.place: number for number, use in enumerate(requests) if use == Use(PICKS, use.place)}
        columns, query = value_columns(self.compiler, list(readers), numbers)
        settings = {**self.protocol.settings, **self.compiler.settings}
        found = {
            one.asked: RuleValue(
                name_value(one.asked, self.protocol.vocabulary, settings),
                one.kind,
                one.unit,
                one.columns,
                None if one.pick is None else numbers[one.pick],
                open_place(number),
                tuple(readers[one.asked]),
            )
            for number, one in enumerate(columns)
        }
        return found, query

    def verdicts(self) -> exp.Select:
        """Judge every column: those that refer to others after them."""
        query = exp.select("*").from_(self.compiler.base)
        for depth in range(max((item.depth for item in self._columns.values()), default=0) + 1):
            here = [item for item in self._columns.values() if item.depth == depth]
            below = (
                query if depth == 0 else exp.select("*").from_(query.subquery(f"depth_{depth}", copy=False), copy=False)
            )
            added = (exp.alias_(item.code, item.name, copy=False) for item in here)
            query = below.select(*added, copy=False)
        names = (item.name for item in self._columns.values())
        return exp.select("patient", *names).from_(query.subquery("judged", copy=False), copy=False)
