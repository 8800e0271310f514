"""Criteria of the trial cell by cell: the plan beside the one-patient evaluator, verdicts and evidence."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from dosepath.eligibility.screening import compared_some, judge_some
from dosepath.population.engines import DuckDB, Engine
from dosepath.population.plan import Plan
from dosepath.population.run import CODES
from dosepath.population.values import COLUMNS, RuleValue, Value, told, value_of, value_query
from dosepath.population.verdicts import ONE_BY_ONE, RuleColumn
from dosepath.protocol.protocol import Judged, Protocol, Rule
from dosepath.rules.evaluation import Compared as Told
from dosepath.rules.nodes import Scalar
from tests.unit.population.agree import same_value
from tests.unit.population.people import Person, load

EQUAL, MORE, LESS, OTHER = "equal", "more", "less", "other"
"""How the facts that the plan names lie to those that the evaluator used."""


@dataclass
class Compared:
    """What a comparison counted.

    `evidence` counts, for each column by its criterion, how the rows that the plan names lie to the facts that the
    evaluator used; cells that are left to the evaluator have its evidence and are not among them. `values` counts what
    the questions compared, by what the evaluator knows of it, and `left` where the plan leaves it to the evaluator.
    """

    cells: int = 0
    left: int = 0
    differing: list[str] = field(default_factory=list)
    evidence: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    values: Counter[str] = field(default_factory=Counter)
    differing_values: list[str] = field(default_factory=list)

    def criteria(self, *relations: str) -> set[str]:
        """Name the criteria that have a cell of some relation."""
        return {identity for identity, found in self.evidence.items() if any(found[each] for each in relations)}


def asked(column: RuleColumn) -> tuple[str, str, bool]:
    """Give what the evaluator is asked for a column."""
    return column.arms[0], column.criterion, column.with_pending


def verdicts_of(engine: Engine, plan: Plan) -> dict[int, tuple[int, ...]]:
    """Run a plan and give the cells of each patient."""
    for step in plan.steps:
        engine.make(step)
    names = [column.name for column in plan.columns]
    return {key: tuple(cells) for key, *cells in engine.rows(exp.select("patient", *names).from_("verdicts"))}


def named_rows(engine: Engine, plan: Plan) -> dict[tuple[int, int], set[int]]:
    """Give the rows that each cell was read from, by key of the patient and place of the column."""
    engine.make(plan.evidence)
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    for patient, row, request in engine.rows(exp.select("patient", "row_id", "request").from_("evidence")):
        for column in plan.readers[request]:
            found[patient, column].add(row)
    return found


def stored_values(engine: Engine, plan: Plan, asked: Iterable[Scalar]) -> dict[tuple[int, Scalar], Value | None]:
    """Give what questions compared, by key of the patient and question; the evidence was made before."""
    engine.make(plan.values)
    found: dict[tuple[int, Scalar], Value | None] = {}
    for node in asked:
        query = value_query(plan.compared[node]).subquery("q")
        for key, *row in engine.rows(exp.select("patient", *COLUMNS).from_(query)):
            found[key, node] = value_of(tuple(row))
    return found


def loaded(people: Sequence[Person]) -> DuckDB:
    """Load people into an engine of their own."""
    engine = DuckDB()
    load(engine, tuple(people))
    return engine


def compare(
    plan: Plan, people: Sequence[Person], criteria: Container[str] | None = None, engine: Engine | None = None
) -> Compared:
    """Judge a plan both ways for some people, for all criteria or some; the engine holds these people."""
    engine = loaded(people) if engine is None else engine
    rows, named = verdicts_of(engine, plan), named_rows(engine, plan)
    chosen = [(n, column) for n, column in enumerate(plan.columns) if criteria is None or column.criterion in criteria]
    ids = list(dict.fromkeys(column.criterion for _, column in chosen))
    own = dict.fromkeys(node for place, _ in chosen for node, each in plan.compared.items() if place in each.readers)
    stored = stored_values(engine, plan, own)
    found = Compared()
    for key, (record, occasion) in enumerate(people):
        places = {id(fact): place for place, fact in enumerate(record.facts)}
        answers = judge_some(record, plan.protocol, occasion, plan.gate, [asked(column) for _, column in chosen])
        for place, column in chosen:
            answer, cell = answers[asked(column)], rows[key][place]
            found.cells += 1
            if cell == ONE_BY_ONE:
                found.left += 1
                continue
            if cell != CODES[answer.verdict]:
                found.differing.append(f"{record.id} {asked(column)}: plan {cell}, evaluator {answer.verdict}")
            used = {places[id(fact)] for fact in answer.evidence.used}
            found.evidence[column.criterion][_relation(named[key, place], used)] += 1
        said = compared_some(record, plan.protocol, occasion, plan.gate, ids)
        for item in {item.asked: item for items in said.values() for item in items if item.asked in own}.values():
            place_of = None if item.found.fact is None else places.get(id(item.found.fact))
            _add_value(found, plan.compared[item.asked], stored[key, item.asked], item, place_of)
    return found


def _add_value(found: Compared, where: RuleValue, planned: Value | None, item: Told, place: int | None) -> None:
    if planned is None:
        found.values["left"] += 1
        return
    found.values["nothing" if item.value is None else type(item.value).__name__] += 1
    # A value that is that of a fact is read from that very row, and to the last digit.
    row = planned.row_id if where.request is not None and item.value is not None else None
    differs = row is not None and (row != place or replace(planned, row_id=None) != told(item))
    if differs or not same_value(planned, where.unit, item):
        found.differing_values.append(f"{where.asked}: plan {planned}, evaluator {item.value} {item.found.unit}")


def touched(protocol: Protocol, base: Protocol) -> set[str]:
    """Name the criteria that another reading changes: those whose rules or arms differ, and all that hang on them."""
    arms = tuple(protocol.file.arms)
    found = {
        name
        for name, item in protocol.criteria.items()
        for old in [base.criteria[name]]
        if _rules(item) != _rules(old) or any(item.concerns(arm) is not old.concerns(arm) for arm in arms)
    }
    before = -1
    while len(found) != before:
        before = len(found)
        for name, item in protocol.criteria.items():
            if found & {*item.children, *(other for rule in _rules(item) for other in rule.references)}:
                found.add(name)
    return found


def _rules(item: Judged) -> tuple[Rule, ...]:
    return (item.rule, *item.recheck.values())


@dataclass(frozen=True)
class Before:
    """What a plan says, to lay others beside it."""

    plan: Plan
    rows: dict[int, tuple[int, ...]]
    named: dict[tuple[int, int], set[int]]

    @classmethod
    def of(cls, engine: Engine, plan: Plan) -> "Before":
        """Run a plan."""
        return cls(plan, verdicts_of(engine, plan), named_rows(engine, plan))

    def unlike(self, engine: Engine, plan: Plan, criteria: Container[str]) -> list[str]:
        """List the cells outside some criteria for which another plan has another answer or other rows."""
        kept = {
            (column.criterion, arm, column.with_pending): n
            for n, column in enumerate(self.plan.columns)
            for arm in column.arms
        }
        after = Before.of(engine, plan)
        return [
            f"patient {key}, {column.criterion}"
            for place, column in enumerate(plan.columns)
            if column.criterion not in criteria
            for old in {kept[column.criterion, arm, column.with_pending] for arm in column.arms}
            for key in self.rows
            if (self.rows[key][old], self.named[key, old]) != (after.rows[key][place], after.named[key, place])
        ]


def _relation(named: set[int], used: set[int]) -> str:
    if named == used:
        return EQUAL
    if named > used:
        return MORE
    return LESS if named < used else OTHER
