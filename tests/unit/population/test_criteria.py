"""All criteria of the trial: the plan and the one-patient evaluator give the same cells."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlglot import exp

from dosepath.eligibility.screening import judge_some, screen
from dosepath.population.engines import DuckDB
from dosepath.population.plan import ONE_BY_ONE, Plan, plan_of
from dosepath.population.run import CODES, judged_one_by_one
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol
from dosepath.rules import nodes
from dosepath.rules.parse import walk
from tests.unit.population.people import Person, demo_people, load, protocol, shared_people


def compared(plan: Plan, people: tuple[Person, ...]) -> tuple[int, int, list[str]]:
    """Count the cells and those left to the evaluator, and list those that differ."""
    engine = DuckDB()
    load(engine, people)
    for step in plan.steps:
        engine.make(step)
    names = [column.name for column in plan.columns]
    wanted = {column.name: (column.arms[0], column.criterion, column.with_pending) for column in plan.columns}
    cells = left = 0
    differing: list[str] = []
    for key, *verdicts in engine.rows(exp.select("patient", *names).from_("verdicts")):
        record, occasion = people[key]
        answers = judge_some(record, plan.protocol, occasion, plan.gate, wanted.values())
        for name, planned in zip(names, verdicts, strict=True):
            cells += 1
            left += planned == ONE_BY_ONE
            judged = answers[wanted[name]].verdict
            if planned not in (ONE_BY_ONE, CODES[judged]):
                differing.append(f"{record.id} {wanted[name]}: plan {planned}, evaluator {judged}")
    return cells, left, differing


def other_readings(place: int) -> Protocol:
    """Give the trial with another option of every reading in force, by turns."""
    chosen: Mapping[str, str] = {
        key: list(reading.options)[place % len(reading.options)]
        for key, reading in protocol().readings()
        if reading.options and not key.startswith(("design", "dlt"))
    }
    return protocol().under(chosen)


def test_every_criterion_of_the_demonstration_cohort() -> None:
    cells, left, differing = compared(plan_of(protocol()), demo_people())
    assert differing == []
    assert cells > 75 * 151
    assert left < cells * 0.06


@pytest.mark.slow
@pytest.mark.parametrize("place", [0, 1, 2])
def test_every_reading_of_the_demonstration_cohort(place: int) -> None:
    assert compared(plan_of(other_readings(place)), demo_people())[2] == []


@pytest.mark.slow
@pytest.mark.parametrize("gate", [GateName.LYMPHODEPLETION, GateName.INFUSION])
def test_later_gates_of_the_demonstration_cohort(gate: GateName) -> None:
    assert compared(plan_of(protocol(), gate=gate), demo_people())[2] == []


@pytest.mark.shared
def test_every_criterion_of_the_shared_patients(shared_reference: Path) -> None:
    folder = shared_reference / "data" / "fhir_patients"
    cells, left, differing = compared(plan_of(protocol()), shared_people(folder))
    assert differing == []
    assert left < cells * 0.06


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize("place", [0, 1, 2])
def test_every_reading_of_the_shared_patients(place: int, shared_reference: Path) -> None:
    folder = shared_reference / "data" / "fhir_patients"
    assert compared(plan_of(other_readings(place)), shared_people(folder))[2] == []


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


def asks_what_is_known(plan: Plan, identity: str) -> bool:
    """Answer whether a criterion, or one below it, stops looking once something is known."""
    criterion = plan.protocol.criteria[identity]
    tree = criterion.rule.tree
    below = [*criterion.children, *criterion.rule.references]
    own = tree is not None and any(isinstance(node, nodes.FirstKnown | nodes.AnyRecorded) for node in walk(tree))
    return own or any(asks_what_is_known(plan, item) for item in below)


def test_where_one_fact_decides_it_is_the_row_that_is_named() -> None:
    plan = plan_of(protocol())
    people = demo_people()[::3]
    engine = DuckDB()
    load(engine, people)
    for step in (*plan.steps, plan.evidence):
        engine.make(step)
    named: dict[tuple[int, int], set[int]] = defaultdict(set)
    for patient, row, request in engine.rows(exp.select("patient", "row_id", "request").from_("evidence")):
        for column in plan.readers[request]:
            named[patient, column].add(row)
    wanted = [(column.arms[0], column.criterion, column.with_pending) for column in plan.columns]
    decided = 0
    for key, (record, occasion) in enumerate(people):
        places = {id(fact): place for place, fact in enumerate(record.facts)}
        answers = judge_some(record, plan.protocol, occasion, plan.gate, wanted)
        for column, asked in enumerate(wanted):
            used = {places.get(id(fact), -1) for fact in answers[asked].evidence.used}
            if len(used) != 1:
                continue
            decided += 1
            if asks_what_is_known(plan, asked[1]):
                assert used <= named[key, column]
            else:
                assert used == named[key, column], (record.id, asked)
    assert decided > 1000
