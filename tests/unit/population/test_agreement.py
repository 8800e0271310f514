"""Random rules over random patients: the plan says what the one-patient evaluator says, or leaves the cell to it."""

import inspect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from types import ModuleType
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlglot import exp

from dosepath.core.days import PartialDate, Period
from dosepath.core.facts import Fact, Table
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict
from dosepath.population.engines import DuckDB
from dosepath.population.verdicts import MET, NOT_MET, ONE_BY_ONE, UNKNOWN
from dosepath.rules import nodes
from dosepath.rules.parse import walk
from dosepath.rules.relational import arithmetic, compiler, logic, picks
from dosepath.rules.relational import compared as compared_columns
from dosepath.rules.relational.compiler import Compiler
from dosepath.rules.relational.days import Bounds
from dosepath.rules.relational.numbers import literal, sign_of
from dosepath.rules.relational.sql import Tree, sql
from dosepath.rules.relational.values import Known, Number
from tests.properties.generate import ANYTHING, Patient, concepts_of, families, joined, patients
from tests.unit.population.agree import Cell, ValueCell, alike, compared
from tests.unit.rules.world import ON, World, rule

BASES = (nodes.Node, nodes.Truth, nodes.Scalar)
"""Classes that are no operator."""


def every_node() -> set[type[nodes.Node]]:
    """Give the classes of all operators."""
    kinds = {kind for _, kind in inspect.getmembers(nodes, inspect.isclass) if issubclass(kind, nodes.Node)}
    return kinds - set(BASES)


def test_every_node_has_a_relational_form() -> None:
    known = {**compiler.truths, **compiler.values}
    assert {kind for kind in every_node() if kind not in known} == {nodes.SpanOf, nodes.WindowOf}


# The lane -----------------------------------------------------------------------------------------------------------

TREES = {
    "numbers": 230,
    "people": 220,
    "answers": 250,
    "scores": 210,
    "doses": 210,
    "events": 300,
    "assessments": 80,
    "courses": 270,
    "days": 230,
    "criteria": 90,
}
"""Random trees of each family in every run; an assessment takes as much time as three others."""

LEFT = 0.4
"""Most cells, as a share, that may be left to the one-patient evaluator."""

EACH = 0.1
"""Fewest cells, as a share of those that the plan decides, of each answer: met, not met, unknown."""


FEWEST_VALUES = 50
"""Fewest values of each kind that the plan must know."""


@dataclass
class Lane:
    """What random trees over random tables gave.

    `both` counts the trees that are met by some patient of their table and not by another, `whole` the cells of which
    no part is left to the evaluator; of these `other_facts` are read from other facts.
    """

    trees: int = 0
    both: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    kinds: set[type[nodes.Node]] = field(default_factory=set)
    differing: list[Cell] = field(default_factory=list)
    whole: int = 0
    other_facts: list[Cell] = field(default_factory=list)
    values: Counter[str] = field(default_factory=Counter)
    differing_values: list[ValueCell] = field(default_factory=list)

    @property
    def cells(self) -> int:
        return self.answers.total()

    def add(self, rules: Sequence[str], cells: Sequence[Cell], values: Sequence[ValueCell]) -> None:
        """Count the trees and cells of one plan, and what the trees compare."""
        self.values.update(kind_of(value) for value in values)
        self.differing_values.extend(value for value in values if value.differs)
        self.trees += len(rules)
        self.kinds.update(type(node) for text in rules for node in walk(rule(text)))
        self.answers.update(cell.planned for cell in cells)
        self.differing.extend(cell for cell in cells if cell.differs)
        self.whole += sum(not cell.partly_open for cell in cells)
        self.other_facts.extend(cell for cell in cells if cell.other_facts)
        decided = {(cell.rule, cell.planned) for cell in cells}
        self.both += sum((text, MET) in decided and (text, NOT_MET) in decided for text in rules)


def kind_of(value: ValueCell) -> str:
    """Name what is known of a value: a number, a range, an answer, a day, or nothing."""
    if value.planned is None:
        return "left"
    match value.item.value:
        case Interval(exact=exact):
            return "number" if exact else "range"
        case PartialDate():
            return "day"
        case str():
            return "answer"
    return "nothing"


Drawn = TypeVar("Drawn")


def draws(strategy: st.SearchStrategy[Drawn], count: int, number: int) -> list[Drawn]:
    """Draw some values; the same ones for the same number."""
    found: list[Drawn] = []

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(value: Drawn) -> None:
        found.append(value)

    draw()
    return found


def plan_of_trees(
    family: str, *, trees: int, people: int, number: int, vague: bool = False
) -> tuple[list[str], list[Cell], list[ValueCell]]:
    """Join questions of a family to random trees, and judge all trees by one plan for one random table of patients."""
    single = families(ANYTHING)[family] if family else st.one_of(*families(ANYTHING).values())
    questions = st.sampled_from(list(dict.fromkeys(draws(single, max(30, trees // 5), number))))
    joint = st.recursive(questions, lambda operand: joined(operand, ANYTHING), max_leaves=4)
    rules: list[str] = []
    while len(rules) < trees and number < MOST_DRAWS:
        number += 1000
        rules = list(dict.fromkeys([*rules, *draws(joint, trees, number)]))[:trees]
    asked_about = questions.flatmap(lambda text: patients(concepts_of(text), vague))
    table = draws(st.lists(asked_about, min_size=2, max_size=2).map(merged), people, number)
    engine = DuckDB()
    engine.connection.execute("SET threads = 1")
    values: list[ValueCell] = []
    return rules, compared(engine, rules, alike(table), values), values


def merged(parts: Sequence[Patient]) -> Patient:
    """Give the first patient the results and events of the others, too."""
    first, *others = parts
    more = [fact for other in others for fact in other.facts if fact.concept not in ("birth_date", "sex")]
    facts = [replace(fact, source=f"{fact.concept}-{place}") for place, fact in enumerate([*first.facts, *more])]
    return replace(first, facts=tuple(facts))


MOST_DRAWS = 20_000
"""Draws end here where a family has too few different trees."""


@pytest.fixture(scope="module")
def lane() -> Lane:
    """Judge the trees of every run both ways."""
    found = Lane()
    for number, (family, trees) in enumerate(TREES.items()):
        found.add(*plan_of_trees(family, trees=trees, people=24, number=number))
    return found


def test_the_lane_has_all_families() -> None:
    assert set(TREES) == set(families(ANYTHING))


def test_random_trees_agree(lane: Lane) -> None:
    assert lane.differing == []
    assert lane.trees >= 2000
    assert lane.cells >= 20 * lane.trees


def test_random_trees_are_read_from_the_same_facts(lane: Lane) -> None:
    assert lane.other_facts == []
    assert lane.whole >= lane.cells / 2


def test_what_random_trees_compare_agrees(lane: Lane) -> None:
    assert lane.differing_values == []
    assert min(lane.values[kind] for kind in ("number", "range", "answer", "day")) >= FEWEST_VALUES
    assert lane.values["left"] <= LEFT * lane.values.total()


def test_random_trees_hold_every_node(lane: Lane) -> None:
    assert every_node() - lane.kinds == set()


def test_random_trees_are_judged_both_ways(lane: Lane) -> None:
    decided = lane.cells - lane.answers[ONE_BY_ONE]
    assert min(lane.answers[answer] for answer in (MET, NOT_MET, UNKNOWN)) >= EACH * decided
    assert lane.both >= lane.trees / 10


def test_few_cells_of_random_trees_are_left_to_the_evaluator(lane: Lane) -> None:
    assert lane.answers[ONE_BY_ONE] <= LEFT * lane.cells


@pytest.mark.slow
@pytest.mark.parametrize("vague", [False, True])
@pytest.mark.parametrize("batch", range(5))
def test_many_random_trees_agree(batch: int, vague: bool) -> None:
    """Ten batches of more than a thousand trees, half of them over days known in part."""
    found = Lane()
    for place, family in enumerate(["", *families(ANYTHING)]):
        trees = 25 if family == "criteria" else 50 if family == "assessments" else 110
        number = 100 + 20 * (2 * batch + vague) + place
        found.add(*plan_of_trees(family, trees=trees, people=24, number=number, vague=vague))
    assert found.differing == []
    assert found.other_facts == []
    assert found.differing_values == []
    assert found.trees >= 1000


# What a plan gets wrong is noticed --------------------------------------------------------------------------------


def lab(value: str, days_ago: int, uln: str | None = None) -> Fact:
    period = Period.at(PartialDate.on(ON - timedelta(days=days_ago)))
    limit = None if uln is None else Quantity.of(uln, "U/L")
    return Fact("alt", period, f"alt-{days_ago}", Quantity.of(value, "U/L"), uln=limit, order=-days_ago)


def verdicts(rule: str, *facts: Fact) -> tuple[int, str]:
    (cell,) = compared(DuckDB(), [rule], alike([Patient(facts)]))
    return cell.planned, cell.verdict.value


def test_a_planted_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = "latest(alt, screen) <= 3 * uln or latest(anc, screen) >= 0.5 '10*9/L'"
    assert verdicts(rule, lab("120", 3, "40")) == (1, "met")
    monkeypatch.setitem(compiler.truths, nodes.Or, logic._and)
    assert verdicts(rule, lab("120", 3, "40"))[0] != 1


def compared_alone(rule: str, *facts: Fact) -> list[ValueCell]:
    values: list[ValueCell] = []
    compared(DuckDB(), [rule], alike([Patient(facts)]), values)
    return values


def older_rows(compiler: Compiler, concept: str, bounds: Bounds, *, earliest: bool) -> picks.PickRequest:
    return replace(REQUEST(compiler, concept, bounds, earliest=earliest), earliest=not earliest)


REQUEST = picks.request_of


def other_end(name: str, known: Known) -> tuple[str, str, dict[str, tuple[Tree, str]]]:
    return COLUMNS(name, replace(known, low=known.high, high=known.low) if isinstance(known, Number) else known)


COLUMNS = compared_columns._columns


def not_converted(known: Number, _: str) -> Number:
    return known


@pytest.mark.parametrize(
    ("rule", "place", "name", "fault"),
    [
        ("latest(alt, screen) <= 1000 'U/L'", picks, "request_of", older_rows),
        ("age(screening) >= 18 'a'", compared_columns, "_columns", other_end),
        ("change(500 'g', latest(weight, screen)) >= 1 'kg'", arithmetic, "converted", not_converted),
    ],
)
def test_a_planted_fault_of_a_value_is_noticed(
    monkeypatch: pytest.MonkeyPatch, rule: str, place: ModuleType, name: str, fault: object
) -> None:
    """An older row, the other bound, a number that was not brought to the unit."""
    born = Fact("birth_date", Period.at(None), "person", PartialDate.parse("2000"))
    weight = Fact("weight", Period.at(PartialDate.on(ON)), "weight", Quantity.of(60, "kg"))
    facts = (born, weight, lab("120", 3), lab("90", 9))
    assert not any(value.differs for value in compared_alone(rule, *facts))
    monkeypatch.setattr(place, name, fault)
    assert all(value.differs for value in compared_alone(rule, *facts))


def test_the_latest_row_without_a_limit_does_not_borrow_an_older_one() -> None:
    assert verdicts("latest(alt, screen) <= uln", lab("30", 9, "40"), lab("30", 2)) == (-1, "unknown")
    assert verdicts("latest(alt, screen) <= uln", lab("30", 9), lab("30", 2, "40")) == (1, "met")


def test_limits_are_met_exactly() -> None:
    assert verdicts("latest(alt, screen) <= 1.5 * uln", lab("1.8", 2, "1.2")) == (1, "met")
    assert verdicts("latest(alt, screen) < 1.5 * uln", lab("1.8", 2, "1.2")) == (0, "not_met")
    assert verdicts("latest(alt, screen) > 1.5 * uln", lab("1.8000001", 2, "1.2")) == (1, "met")


def test_a_change_from_zero_to_what_is_not_known_is_not_known() -> None:
    zero = Fact("total", lab("0", 200).period, "total-0", Quantity.of("0", "1"))
    treated = Fact("dexa", lab("0", 30).period, "dexa-0", dose=Quantity.of("20", "mg"), times_per_day=Fraction(1))
    for operator in ("=", "!=", "<", ">="):
        rule = f"relative_decline(latest(total, past), earliest(total, ever, before treated_since)) {operator} 10 '%'"
        assert verdicts(rule, zero, treated) == (-1, "unknown")


def test_a_window_up_to_a_date_that_is_not_set_holds_no_result_before_another_day() -> None:
    result = Fact("hiv", lab("0", 100).period, "hiv-0", "negative")
    rule = "earliest(hiv, up to lymphodepletion, before reached([steroid, suppressant], 90 days, ever)) in {positive}"
    patients = alike([Patient((result,), world=World(complete=frozenset(Table)))])
    (cell,) = compared(DuckDB(), [rule], patients)
    assert (cell.planned, cell.verdict) == (UNKNOWN, Verdict.UNKNOWN)


def test_what_comes_after_an_operand_that_is_the_same_for_everybody_is_not_named() -> None:
    dose = Fact("hcq", lab("0", 20).period, "hcq-0", dose=Quantity.of("200", "mg"), times_per_day=Fraction(1))
    rule = "first_known(stable(standard, $unset_days days, screen) is true, lasted(hcq, 3 months, ever))"
    (cell,) = compared(DuckDB(), [rule], alike([Patient((dose,))]))
    assert (cell.planned, cell.named, cell.used) == (NOT_MET, frozenset(), frozenset())


@pytest.mark.parametrize("alike_courses", [2, 3, 7, 20])
def test_courses_of_the_same_days_join_nothing(alike_courses: int) -> None:
    """A stretch of old ends where it ended, however many courses begin later on one and the same day."""
    old = Period(PartialDate.on(ON - timedelta(days=181)), PartialDate.on(ON - timedelta(days=122)))
    today = Period(PartialDate.on(ON), PartialDate.on(ON))
    periods = [old, *[today] * alike_courses]
    facts = [
        Fact("pred", period, f"pred-{n}", dose=Quantity.of("20", "mg"), times_per_day=Fraction(1))
        for n, period in enumerate(periods)
    ]
    rules = [
        f"lasted(pred, {days} days, within {years} years before screening)" for days in (60, 90) for years in (1, 2)
    ]
    cells = compared(DuckDB(), rules, alike([Patient(tuple(facts), World(complete=frozenset(Table)))] * 8))
    assert {(cell.planned, cell.verdict) for cell in cells} == {(NOT_MET, Verdict.NOT_MET)}


def test_a_condition_on_a_record_may_ask_for_a_score() -> None:
    dose = Fact("hcq", lab("0", 20).period, "hcq-0", dose=Quantity.of("200", "mg"), times_per_day=Fraction(1))
    (cell,) = compared(DuckDB(), ["exists(hcq, ever where lupus_score.total >= 2)"], alike([Patient((dose,))]))
    assert (cell.planned, cell.named) == (UNKNOWN, cell.used)
    assert len(cell.used) == 1


def test_a_division_by_zero_has_no_answer() -> None:
    facts = [replace(lab(value, 2), concept="fvc", source=value) for value in ("0",)]
    facts = [replace(fact, value=Quantity.of("0", "%")) for fact in facts]
    assert verdicts("latest(fvc, screen) / latest(fvc, screen) >= 1", *facts) == (-1, "unknown")


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.fractions(0, 1000, max_denominator=10**4),
            st.fractions(0, 1000, max_denominator=10**4) | st.just(None),
            st.sampled_from([Fraction(0), Fraction(1, 10**9), Fraction(-1, 10**7)]),
        ),
        min_size=20,
        max_size=20,
    )
)
def test_the_sign_of_doubles_is_that_of_the_fractions(pairs: list[tuple[Fraction, Fraction | None, Fraction]]) -> None:
    """A sign is that of the exact numbers, or it is not given; for short decimals it always is."""
    query = exp.select()
    expected: list[int] = []
    for place, (one, two, step) in enumerate(pairs):
        other = one + step if two is None else two
        expected.append((one > other) - (one < other))
        found = sign_of(literal(one), literal(other))
        query = query.select(exp.alias_(sql(":s", s=found), f"s{place}"))
    (row,) = DuckDB().rows(query)
    for found, sign, (one, two, _) in zip(row, expected, pairs, strict=True):
        assert found in (sign, None)
        if two is not None or found == 0:
            assert found == sign, one
