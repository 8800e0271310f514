"""The criteria of a protocol as one relational plan.

How it is used::

    plan = plan_of(open_trial("NCT06680388").under(readings), arms=("SLE",), settings={...})
    for step in plan.steps:          # in order; each reads the three tables and the steps before it
        engine.make(step)            # CREATE OR REPLACE TEMP TABLE <name> AS ..., or a view on Spark

The tables that a plan reads are `patients`, `facts` and `unclassified` (see `population.tables`); a chunk of patients
is screened by views of these names over the chunk. The last step is `verdicts`: one row a patient, `patient` and one
TINYINT column for each of `plan.columns`: 1 met, 0 not met, -1 unknown, -2 to be judged by the one-patient evaluator
from the rows of this patient. `population.run.judged_one_by_one` does that; `population.screening` does all of it,
chunk by chunk.

`plan.evidence` is a further step, for those who want to store it: `patient`, `row_id`, `request`: the facts that a
request of the rules was answered from. `plan.readers` names, for each request, the places of the columns that ask it:
a column was read from the facts of its requests.

`plan.values` is another one: what the questions of the rules compared, one row a patient. `plan.compared` says of each
question where its value stands: in columns of that step, or, where it is that of one fact, in the fact that its request
was answered from. A bit of `open_0`, `open_1`, ... says that the one-patient evaluator has to be asked.

What is missing for an unknown column is not part of a plan: the evaluator gives it for a patient, as the one-patient
sheet does, so that a worklist asks for it where it is shown.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from sqlglot import exp

from dosepath.core.errors import InputError
from dosepath.population.values import RuleValue
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Judged, Protocol, Rule
from dosepath.rules import nodes
from dosepath.rules.explain import name_value
from dosepath.rules.nodes import Scalar, Truth
from dosepath.rules.parse import suggest, walk
from dosepath.rules.relational import Compiler, Step, Truthed, Use, evidence, open_place, value_columns
from dosepath.rules.relational.picks import PICKS
from dosepath.rules.relational.sql import FALSE, TRUE, any_true, sql

MET: Final = 1
NOT_MET: Final = 0
UNKNOWN: Final = -1
ONE_BY_ONE: Final = -2
"""Values of a column of `verdicts`; the last one: the one-patient evaluator has to judge."""


@dataclass(frozen=True, slots=True)
class RuleColumn:
    """One column of `verdicts`.

    Parameters
    ----------
    name
        Name of the column.
    criterion
        Id of the criterion.
    arms
        Arms for which the criterion has this verdict; a criterion whose verdict depends on the arm has several columns.
    with_pending
        Whether parts that belong to a later gate have a say; without them the verdict counts for the gate.
    judgements
        Concepts among those asked for that only a person can supply.
    why_not
        Why a part of it has no relational form and is judged one by one; empty where all have one.
    """

    name: str
    criterion: str
    arms: tuple[str, ...]
    with_pending: bool
    judgements: tuple[str, ...] = ()
    why_not: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A relational plan: its steps in order, and what the columns of the last one mean.

    Parameters
    ----------
    protocol, arms, gate, settings
        What was compiled.
    steps
        The steps, the last one `verdicts`.
    columns
        What the columns of `verdicts` mean.
    counting
        By arm, the names of the columns of the top criteria that decide about the gate.
    evidence
        A further step, for those who want to keep it: the facts that each request was answered from.
    readers
        For each request, in the order of its number, the places of the columns that ask it.
    values
        A further step: what the questions compared.
    compared
        By what a question asks for, where its value stands; in the order of `open`.
    """

    protocol: Protocol
    arms: tuple[str, ...]
    gate: GateName
    settings: Mapping[str, Fraction]
    steps: tuple[Step, ...]
    columns: tuple[RuleColumn, ...]
    counting: Mapping[str, tuple[str, ...]]
    evidence: Step
    readers: tuple[tuple[int, ...], ...]
    values: Step
    compared: Mapping[Scalar, RuleValue]

    def column(self, arm: str, criterion: str, *, with_pending: bool = True) -> RuleColumn | None:
        """Find the column that holds the verdict of a criterion for an arm; None where it is out of scope."""
        found = [item for item in self.columns if item.criterion == criterion and arm in item.arms]
        same = [item for item in found if item.with_pending is with_pending]
        return next(iter(same or found), None)


def plan_of(
    protocol: Protocol,
    *,
    arms: Sequence[str] = (),
    settings: Mapping[str, Fraction] | None = None,
    gate: GateName = GateName.SCREENING,
) -> Plan:
    """Compile the criteria of a protocol under the readings that are in force.

    Parameters
    ----------
    protocol
        Protocol, under the readings wanted.
    arms
        Arms to judge for; all arms when empty.
    settings
        Numbers that replace those of the protocol.
    gate
        Gate at which the criteria are judged.

    Raises
    ------
    InputError
        When the protocol has no such arm.
    """
    chosen = tuple(arms) or tuple(protocol.file.arms)
    for arm in chosen:
        if arm not in protocol.file.arms:
            raise InputError(f"no arm '{arm}'; {suggest(arm, protocol.file.arms)}")
    with _collector_at_rest():
        return _compiled(protocol, chosen, {**protocol.settings, **(settings or {})}, gate)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Let nobody look for garbage: a plan is a million small objects that stay, and the search takes half its time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _compiled(protocol: Protocol, chosen: tuple[str, ...], numbers: Mapping[str, Fraction], gate: GateName) -> Plan:
    compiler = Compiler(protocol.vocabulary, protocol.windows, numbers)
    wiring = _Wiring(protocol, gate, compiler)
    counting: dict[str, tuple[str, ...]] = {}
    for arm in chosen:
        scope = _Scope(protocol, arm, gate)
        for identity in protocol.criteria:
            wiring.column(scope, identity, with_pending=True)
        top = [item.id for item in protocol.criteria.values() if not item.parent and scope.counts(item.id)]
        named = (wiring.column(scope, identity, with_pending=False) for identity in top)
        counting[arm] = tuple(name for name in named if name is not None)
    readers = wiring.readers()
    values, values_query = wiring.values(list(readers))
    found = Step("evidence", evidence(compiler, list(readers)))
    asked = Step("compared_values", values_query)
    *steps, found, asked = compiler.lean([*compiler.steps(), Step("verdicts", wiring.verdicts()), found, asked])
    return Plan(
        protocol,
        chosen,
        gate,
        numbers,
        tuple(steps),
        wiring.columns(),
        counting,
        found,
        tuple(readers.values()),
        asked,
        values,
    )


@dataclass(frozen=True)
class _Scope:
    """Which criteria are judged for an arm, and which of them have a say at a gate."""

    protocol: Protocol
    arm: str
    gate: GateName

    def holds(self, identity: str) -> bool:
        """Answer whether a criterion, or any below it, is judged for the arm."""
        criterion = self.protocol.criteria[identity]
        below = criterion.children
        return criterion.concerns(self.arm) and (not below or any(self.holds(child) for child in below))

    def has_say(self, identity: str) -> bool:
        """Answer whether a criterion or any below it counts at the gate."""
        criterion = self.protocol.criteria[identity]
        if criterion.children:
            return any(self.has_say(child) for child in criterion.children)
        counting = {self.gate}
        if self.gate is GateName.LYMPHODEPLETION:
            counting.add(GateName.SCREENING)
        return bool(criterion.gates & counting)

    def counts(self, identity: str) -> bool:
        """Answer whether a top criterion decides about the gate."""
        return self.holds(identity) and self.has_say(identity)


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


class _Wiring:
    """Joins the rules of criteria to columns, as screening joins their answers."""

    def __init__(self, protocol: Protocol, gate: GateName, compiler: Compiler) -> None:
        self.protocol = protocol
        self.gate = gate
        self.compiler = compiler
        self._columns: dict[tuple[object, ...], _Column] = {}
        self._names: dict[tuple[str, str, bool], str | None] = {}

    def column(self, scope: _Scope, identity: str, *, with_pending: bool) -> str | None:
        """Name the column of a criterion for an arm; None where it is out of scope."""
        key = (scope.arm, identity, with_pending)
        if key not in self._names:
            held = scope.holds(identity)
            self._names[key] = self._made(scope, identity, with_pending=with_pending) if held else None
        return self._names[key]

    def _made(self, scope: _Scope, identity: str, *, with_pending: bool) -> str:
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
        self, scope: _Scope, criterion: Judged, rule: Rule, *, with_pending: bool
    ) -> tuple[tuple[str, str | None], ...]:
        """Name the criteria that a rule joins, each with its column; those of a joint rule have none."""
        if rule.tree is not None:
            return tuple((other, self.column(scope, other, with_pending=True)) for other in rule.references)
        children = [
            child
            for child in criterion.children
            if scope.holds(child)
            and not self.protocol.criteria[child].source.defines
            and (with_pending or scope.has_say(child))
        ]
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
        code = _joined(tree, by_criterion)
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
        joined = nodes.And if rule.combination == "all" else nodes.Or
        if criterion.source.jointly:
            found = (self.protocol.criteria[child].rule.tree for child, _ in part)
            return joined(tuple(tree for tree in found if tree is not None))
        return joined(tuple(nodes.CriterionRef(child) for child, _ in part))

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


def _joined(tree: Truth, columns: Mapping[str, str | None]) -> exp.Expression | None:
    """Write the value of a column whose rule only joins other criteria; None for any other rule.

    Where none of them decides, the least of their codes is the answer: what is to be judged one by one comes before
    unknown, and unknown before known.
    """
    if not isinstance(tree, nodes.And | nodes.Or):
        return None
    names = [columns[node.id] for node in tree.operands if isinstance(node, nodes.CriterionRef)]
    if len(names) < len(tree.operands):
        return None
    codes = [sql(str(UNKNOWN)) if name is None else exp.column(name) for name in names]
    if len(codes) == 1:
        return exp.cast(codes[0], "TINYINT")
    decisive = NOT_MET if isinstance(tree, nodes.And) else MET
    any_decides = any_true(sql(":c = :d", c=code, d=decisive) for code in codes)
    least = exp.Least(this=codes[0], expressions=codes[1:], ignore_nulls=True)
    return exp.cast(sql("CASE WHEN :any THEN :d ELSE :least END", any=any_decides, d=decisive, least=least), "TINYINT")


def coded(truth: Truthed) -> exp.Expression:
    """Write an answer as a value of a column of `verdicts`."""
    undecided = sql(str(UNKNOWN))
    if truth.open is not None:
        undecided = sql("CASE WHEN :o THEN :left ELSE :u END", o=truth.open, left=ONE_BY_ONE, u=UNKNOWN)
    known = exp.Case(this=exp.paren(truth.value.copy(), copy=False))
    for answer, code in ((TRUE, MET), (FALSE, NOT_MET)):
        known.when(answer.copy(), str(code), copy=False)
    return exp.cast(known.else_(undecided, copy=False), "TINYINT", copy=False)
