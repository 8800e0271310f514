"""The plan and the one-patient evaluator side by side."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import isclose

from sqlglot import exp

from dosepath.core.facts import PatientRecord
from dosepath.core.verdict import Verdict
from dosepath.population.engines import Engine
from dosepath.population.run import CODES
from dosepath.population.tables import FACTS, UNCLASSIFIED, Row, patient_row, patients_schema, rows_of
from dosepath.population.values import COLUMNS, RuleValue, Value, told, value_of, value_query
from dosepath.population.verdicts import ONE_BY_ONE, coded
from dosepath.rules import nodes
from dosepath.rules.compared import compared_in
from dosepath.rules.evaluation import Compared, values_compared
from dosepath.rules.nodes import Scalar, Truth
from dosepath.rules.parse import walk
from dosepath.rules.relational import Compiler, Step, Truthed, Use, ValueColumns, evidence, open_place, value_columns
from dosepath.rules.relational.picks import PICKS
from dosepath.rules.relational.sql import TRUE, Tree, either
from dosepath.rules.relational.values import is_true
from tests.properties.generate import Patient
from tests.unit.rules.world import rule, vocabulary, windows


@dataclass(frozen=True)
class Cell:
    """One rule for one patient: what the plan says and what the evaluator says, each with the facts it names."""

    rule: str
    patient: Patient
    planned: int
    verdict: Verdict
    named: frozenset[int]
    used: frozenset[int]
    partly_open: bool

    @property
    def left_open(self) -> bool:
        return self.planned == ONE_BY_ONE

    @property
    def differs(self) -> bool:
        return not self.left_open and self.planned != CODES[self.verdict]

    @property
    def other_facts(self) -> bool:
        return not self.partly_open and self.named != self.used


@dataclass
class Remembering(Compiler):
    """A compiler that compiles a question to a patient once, for plans in which the same ones come many times."""

    known: dict[Truth, tuple[Truthed, tuple[Use, ...]]] = field(default_factory=dict)
    without_form: set[nodes.Node] = field(default_factory=set)

    def truth(self, node: Truth) -> Truthed:
        """Compile a question, or give what was made of it before."""
        if self.record is not None:
            return super().truth(node)
        if node not in self.known:
            before = len(self.reasons)
            with self.noting() as used:
                found = super().truth(node)
            if len(self.reasons) > before:
                self.without_form.add(node)
            self.known[node] = found, tuple(used)
        found, uses = self.known[node]
        self.use(uses)
        return found

    def opens(self, tree: Truth) -> Tree:
        """Answer whether any part of a rule is left to the evaluator, also where the rest decides."""
        parts = [self.known[node][0].open for node in walk(tree) if isinstance(node, Truth) and node in self.known]
        if any(node in self.without_form for node in walk(tree)):
            return TRUE
        # Of what comes after a known operand in a condition on records, the plan names the facts as well.
        wheres = [where for node in walk(tree) if (where := getattr(node, "where", None)) is not None]
        if any(isinstance(node, nodes.FirstKnown | nodes.AnyRecorded) for where in wheres for node in walk(where)):
            return TRUE
        # A result that a condition on records asks for is left open within the request for these.
        with self.noting():
            parts += [self.reading(node).known.open for node in walk(tree) if isinstance(node, nodes.Pick)]
        return is_true(either(*parts))


def load(engine: Engine, patients: Sequence[Patient]) -> None:
    """Load patients into the three tables; the key is the place."""
    anchors = vocabulary().anchors
    people: list[Row] = []
    facts: list[Row] = []
    unread: list[Row] = []
    for key, patient in enumerate(patients):
        world = patient.world
        people.append(patient_row(key, f"p{key}", world.on, world.anchors, world.complete, anchors))
        rows = rows_of(PatientRecord(f"p{key}", patient.facts, patient.unread), key)
        facts.extend(rows.facts)
        unread.extend(rows.unclassified)
    engine.load(patients_schema(anchors), people)
    engine.load(FACTS, facts)
    engine.load(UNCLASSIFIED, unread)


def alike(patients: Sequence[Patient]) -> list[Patient]:
    """Give patients the settings of the first; without a screening date it is the day of the evaluation."""
    settings = patients[0].world.settings
    found = []
    for patient in patients:
        anchors = {**patient.world.anchors, "screening": patient.world.anchors.get("screening") or patient.world.on}
        found.append(replace(patient, world=replace(patient.world, anchors=anchors, settings=settings)))
    return found


@dataclass(frozen=True)
class ValueCell:
    """One value that rules compare, for one patient: what the plan says and what the evaluator says.

    `planned` is None where the plan leaves it to the evaluator.
    """

    asked: Scalar
    patient: Patient
    planned: Value | None
    unit: str
    item: Compared

    @property
    def differs(self) -> bool:
        return self.planned is not None and not same_value(self.planned, self.unit, self.item)


def same_value(planned: Value, unit: str, item: Compared) -> bool:
    """Answer whether two values are the same; numbers to within the rounding of a hundred operations on doubles."""
    found = told(item)
    if item.found.unit not in ("", unit):
        return False
    ends = ((planned.low, found.low), (planned.high, found.high))
    others = (planned.answer, planned.earliest, planned.latest) == (found.answer, found.earliest, found.latest)
    return others and all(_close(one, other) for one, other in ends)


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=CLOSE, abs_tol=NEAR_ZERO)


CLOSE = 1e-12
"""Ten times the rounding error that the plan allows for; of numbers of the same sign it is the relative error."""
NEAR_ZERO = 1e-9
"""Where a difference of larger numbers should be zero."""


def compared(
    engine: Engine, rules: Sequence[str], patients: Sequence[Patient], values: list[ValueCell] | None = None
) -> list[Cell]:
    """Judge every rule for every patient both ways; what they compare is added to `values`, where it is wanted."""
    load(engine, patients)
    compiler = Remembering(vocabulary(), windows(), patients[0].world.settings)
    trees: list[Truth] = [rule(text) for text in rules]
    truths: list[Truthed] = []
    opens: list[Tree] = []
    readers: dict[Use, list[int]] = defaultdict(list)
    for place, tree in enumerate(trees):
        with compiler.noting() as used:
            truths.append(compiler.truth(tree))
            opens.append(compiler.opens(tree))
        for use in used:
            readers[use].append(place)
    asked = tuple(dict.fromkeys(node for tree in trees for node in compared_in(tree))) if values is not None else ()
    placed, query = value_columns(compiler, asked, range(len(compiler.requests.get(PICKS, []))))
    for each in placed:
        if each.pick is not None:
            readers.setdefault(Use(PICKS, each.pick), [])
    uses = list(readers)
    for step in compiler.steps():
        engine.make(step)
    engine.make(Step("compared_values", query))
    engine.make(Step("evidence", evidence(compiler, uses)))
    columns = [exp.alias_(coded(truth), f"c{place}", copy=False) for place, truth in enumerate(truths)]
    columns += [exp.alias_(tree, f"o{place}", copy=False) for place, tree in enumerate(opens)]
    engine.make(Step("verdicts", exp.select("patient").select(*columns, copy=False).from_(compiler.base, copy=False)))
    named: dict[tuple[int, int], set[int]] = defaultdict(set)
    for key, row, request in engine.rows(exp.select("patient", "row_id", "request").from_("evidence")):
        for place in readers[uses[request]]:
            named[key, place].add(row)
    rows = sorted(engine.rows(exp.select("*").from_("verdicts")))
    cells: list[Cell] = []
    stored = _stored(engine, placed, uses)
    for (key, *verdicts), patient in zip(rows, patients, strict=True):
        assert patient is patients[key]
        evaluator = patient.world.evaluator(patient.facts, patient.unread)
        places = {id(fact): place for place, fact in enumerate(patient.facts)}
        planned, partly = verdicts[: len(rules)], verdicts[len(rules) :]
        for place, (text, tree) in enumerate(zip(rules, trees, strict=True)):
            answer = evaluator.judge(tree)
            used_facts = frozenset(places[id(fact)] for fact in answer.evidence.used)
            facts = frozenset(named[key, place]), used_facts
            cells.append(Cell(text, patient, planned[place], answer.verdict, *facts, partly[place]))
        if values is not None:
            values.extend(
                ValueCell(item.asked, patient, stored[key, item.asked], each.unit, item)
                for each, item in zip(placed, values_compared(evaluator, asked), strict=True)
            )
    return cells


def _stored(
    engine: Engine, placed: Sequence[ValueColumns], uses: Sequence[Use]
) -> dict[tuple[int, Scalar], Value | None]:
    found: dict[tuple[int, Scalar], Value | None] = {}
    for number, each in enumerate(placed):
        request = None if each.pick is None else uses.index(Use(PICKS, each.pick))
        where = RuleValue("", each.kind, each.unit, each.columns, request, open_place(number), ())
        query = value_query(where).subquery("q")
        for key, *row in engine.rows(exp.select("patient", *COLUMNS).from_(query)):
            found[key, each.asked] = value_of(tuple(row))
    return found
