"""All criteria of the trial: the plan and the one-patient evaluator give the same cells."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlglot import exp

from dosepath.eligibility.screening import screen
from dosepath.population.engines import DuckDB
from dosepath.population.plan import plan_of
from dosepath.population.run import CODES, judged_one_by_one
from dosepath.population.verdicts import ONE_BY_ONE
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol
from tests.unit.population.cells import EQUAL, Compared, compare
from tests.unit.population.people import demo_people, load, protocol, shared_people


def other_readings(place: int) -> Protocol:
    """Give the trial with another option of every reading in force, by turns."""
    chosen: Mapping[str, str] = {
        key: list(reading.options)[place % len(reading.options)]
        for key, reading in protocol().readings()
        if reading.options and not key.startswith(("design", "dlt"))
    }
    return protocol().under(chosen)


@pytest.fixture(scope="module")
def demo() -> Compared:
    return compare(plan_of(protocol()), demo_people())


def test_every_criterion_of_the_demonstration_cohort(demo: Compared) -> None:
    assert demo.differing == []
    assert demo.cells > 75 * 151
    assert demo.left < demo.cells * 0.06


def test_what_every_criterion_of_the_demonstration_cohort_compares(demo: Compared) -> None:
    assert demo.differing_values == []
    assert demo.values.total() > 75 * 110
    assert demo.values["left"] <= 4
    assert min(demo.values[kind] for kind in ("Interval", "str", "PartialDate", "nothing")) > 75


def test_another_option_of_every_reading() -> None:
    found = compare(plan_of(other_readings(1)), demo_people()[::5])
    assert found.differing == []
    assert found.differing_values == []


def test_no_two_questions_have_the_same_words() -> None:
    for place in range(3):
        plan = plan_of(other_readings(place))
        assert len({each.asked for each in plan.compared.values()}) == len(plan.compared)


@pytest.mark.slow
@pytest.mark.parametrize("place", [0, 1, 2])
def test_every_reading_of_the_demonstration_cohort(place: int) -> None:
    found = compare(plan_of(other_readings(place)), demo_people())
    assert found.differing == []
    assert found.differing_values == []


@pytest.mark.slow
@pytest.mark.parametrize("gate", [GateName.LYMPHODEPLETION, GateName.INFUSION])
def test_later_gates_of_the_demonstration_cohort(gate: GateName) -> None:
    found = compare(plan_of(protocol(), gate=gate), demo_people())
    assert found.differing == []
    assert found.differing_values == []


@pytest.mark.shared
def test_every_criterion_of_the_shared_patients(shared_reference: Path) -> None:
    folder = shared_reference / "data" / "fhir_patients"
    found = compare(plan_of(protocol()), shared_people(folder))
    assert found.differing == []
    assert found.left < found.cells * 0.06
    assert found.differing_values == []
    assert found.values["left"] == 0
    assert {relation for counts in found.evidence.values() for relation in counts} == {EQUAL}


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize("place", [0, 1, 2])
def test_every_reading_of_the_shared_patients(place: int, shared_reference: Path) -> None:
    folder = shared_reference / "data" / "fhir_patients"
    assert compare(plan_of(other_readings(place)), shared_people(folder)).differing == []


def test_what_is_left_open_is_judged_as_the_sheet_of_each_patient_has_it() -> None:
    plan = plan_of(protocol(), arms=("SLE", "AAV"))
    people = demo_people()
    engine = DuckDB()
    load(engine, people)
    for step in plan.steps:
        engine.make(step)
    names = [column.name for column in plan.columns]
    rows = {row[0]: row[1:] for row in engine.rows(exp.select("patient", *names).from_("verdicts"))}
    assert sorted(rows) == list(range(len(people)))
    left = {
        key: [name for name, cell in zip(names, row, strict=True) if cell == ONE_BY_ONE] for key, row in rows.items()
    }
    settled = judged_one_by_one(engine, plan, {key: open_ for key, open_ in left.items() if open_})
    assert any(left.values())
    for key in range(0, len(people), 7):
        cells = dict(zip(names, rows[key], strict=True)) | settled.get(key, {})
        record, occasion = people[key]
        for arm in plan.arms:
            report = screen(record, plan.protocol, arm, occasion, (GateName.SCREENING,)).screening
            for finding in report.findings.values():
                column = plan.column(arm, finding.id)
                assert (column is not None) is finding.in_scope
                if column is not None:
                    assert cells[column.name] == CODES[finding.verdict], (record.id, arm, finding.id)


def test_the_rows_that_are_named_are_the_facts_that_were_used(demo: Compared) -> None:
    assert demo.evidence.keys() == set(protocol().criteria)
    assert {relation for counts in demo.evidence.values() for relation in counts} == {EQUAL}
