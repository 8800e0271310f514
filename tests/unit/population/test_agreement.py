"""Random rules over random patients: the plan says what the one-patient evaluator says, or leaves the cell to it."""

import inspect
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from dosepath.core.days import PartialDate, Period
from dosepath.core.facts import Fact
from dosepath.core.quantity import Quantity
from dosepath.population.engines import DuckDB
from dosepath.rules import nodes
from dosepath.rules.relational import compiler, logic
from dosepath.rules.relational.numbers import literal, sign_of
from dosepath.rules.relational.sql import sql
from tests.properties.generate import ANYTHING, Patient, families, rules_and_patients
from tests.unit.population.agree import Cell, alike, compared
from tests.unit.rules.world import ON

PARTS_OF_OTHERS = (nodes.Node, nodes.Truth, nodes.Scalar, nodes.SpanOf, nodes.WindowOf)
"""Classes that are no operator of their own."""


def test_every_node_has_a_relational_form() -> None:
    kinds = {kind for _, kind in inspect.getmembers(nodes, inspect.isclass) if issubclass(kind, nodes.Node)}
    known = {**compiler.truths, **compiler.values}
    assert {kind for kind in kinds if kind not in known} == set(PARTS_OF_OTHERS)


def cells_of(family: str, *, plans: int, rules: int, vague: bool) -> Iterator[list[Cell]]:
    """Draw rules of a family with patients, and judge each rule for each of the patients both ways."""
    found: list[list[Cell]] = []
    engine = DuckDB()
    engine.connection.execute("SET threads = 1")

    @settings(
        max_examples=plans,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(rules_and_patients(family=family, vague=vague), min_size=rules, max_size=rules))
    def draw(pairs: list[tuple[str, Patient]]) -> None:
        patients = alike([patient for _, patient in pairs])
        found.append(compared(engine, [text for text, _ in pairs], patients))

    draw()
    yield from found


@pytest.mark.parametrize("family", list(families(ANYTHING)))
def test_random_rules_agree(family: str) -> None:
    cells = [cell for found in cells_of(family, plans=3, rules=10, vague=False) for cell in found]
    assert [cell for cell in cells if cell.differs] == []
    assert sum(not cell.left_open for cell in cells) > len(cells) / 4


@pytest.mark.slow
@pytest.mark.parametrize("vague", [False, True])
@pytest.mark.parametrize("family", ["", *families(ANYTHING)])
def test_many_random_rules_agree(family: str, vague: bool) -> None:
    for cells in cells_of(family, plans=20, rules=10, vague=vague):
        assert [cell for cell in cells if cell.differs] == []


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


def test_the_latest_row_without_a_limit_does_not_borrow_an_older_one() -> None:
    assert verdicts("latest(alt, screen) <= uln", lab("30", 9, "40"), lab("30", 2)) == (-1, "unknown")
    assert verdicts("latest(alt, screen) <= uln", lab("30", 9), lab("30", 2, "40")) == (1, "met")


def test_limits_are_met_exactly() -> None:
    assert verdicts("latest(alt, screen) <= 1.5 * uln", lab("1.8", 2, "1.2")) == (1, "met")
    assert verdicts("latest(alt, screen) < 1.5 * uln", lab("1.8", 2, "1.2")) == (0, "not_met")
    assert verdicts("latest(alt, screen) > 1.5 * uln", lab("1.8000001", 2, "1.2")) == (1, "met")


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
