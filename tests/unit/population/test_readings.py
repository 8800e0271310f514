"""Each switchable reading on its own: the criteria that it touches agree cell by cell, and no other cell changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dosepath.cli.main import app
from dosepath.core.facts import Table
from dosepath.eligibility.screening import Occasion
from dosepath.population.connection import connected
from dosepath.population.engines import Engine
from dosepath.population.facts import read_records
from dosepath.population.folders import open_whole
from dosepath.population.plan import plan_of
from tests.unit.population.cells import LESS, MORE, OTHER, Before, compare, loaded, touched
from tests.unit.population.people import ON, Person, demo_people, protocol, shared_people

SYNTHETIC = 5000


@dataclass(frozen=True)
class Group:
    """People in an engine, and what the plan of the readings in force says of them."""

    people: Sequence[Person]
    engine: Engine
    before: Before


def group_of(people: Sequence[Person]) -> Group:
    engine = loaded(people)
    return Group(people, engine, Before.of(engine, plan_of(protocol())))


def alternatives() -> Iterator[tuple[str, str]]:
    """Give each option that is not in force of each reading that a criterion has."""
    for key, reading in protocol().readings():
        if key in protocol().criteria or key.partition("#")[0] in protocol().criteria:
            yield from ((key, option) for option in reading.options if option != reading.in_force)


def check(group: Group, key: str, option: str) -> None:
    """Compare the plan under one other reading with the evaluator, and with the plan before."""
    other = protocol().under({key: option})
    criteria = touched(other, protocol())
    assert criteria
    plan = plan_of(other)
    found = compare(plan, group.people, criteria, group.engine)
    assert found.differing == []
    assert found.differing_values == []
    assert found.criteria(MORE, LESS, OTHER) == set()
    assert group.before.unlike(group.engine, plan, criteria) == []


@pytest.fixture(scope="module")
def few() -> Group:
    return group_of(demo_people()[::8])


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Group:
    """Give synthetic people, every second with complete lists, every third with the dates of later gates."""
    folder = tmp_path_factory.mktemp("many")
    for command in (
        ["make", str(folder / "hospital"), "--patients", str(SYNTHETIC), "--seed", "7", "--on", str(ON)],
        ["screen", str(folder / "hospital"), "--trial", "NCT06680388", "--on", str(ON), "--out", str(folder / "out")],
    ):
        assert CliRunner().invoke(app, ["population", *command]).exit_code in (0, 1)
    with connected(folder) as connection:
        whole = open_whole(folder / "out")
        listed = connection.execute("SELECT id FROM read_parquet(?) ORDER BY patient", [str(whole.table("people"))])
        records = read_records(connection, whole, [row[0] for row in listed.fetchall()])
    dates = {"screening": ON, "consent": ON - timedelta(days=7), "lymphodepletion": ON + timedelta(days=20)}
    return group_of(
        [
            (record, Occasion(ON, dates if n % 3 == 0 else {}, frozenset(Table) if n % 2 else frozenset()))
            for n, record in enumerate(records.values())
        ]
    )


@pytest.fixture(scope="module")
def shared(shared_reference: Path) -> Group:
    return group_of(shared_people(shared_reference / "data" / "fhir_patients"))


def test_there_are_readings_to_switch() -> None:
    assert len(list(alternatives())) >= 30


@pytest.mark.parametrize(("key", "option"), [*list(alternatives())[::12], ("E07#scope", "all_arms")])
def test_a_reading_changes_what_it_touches_alone(few: Group, key: str, option: str) -> None:
    check(few, key, option)


@pytest.mark.slow
def test_every_criterion_of_synthetic_people(many: Group) -> None:
    assert len(many.people) == SYNTHETIC
    found = compare(many.before.plan, many.people, engine=many.engine)
    assert found.differing == []
    assert found.differing_values == []
    assert found.criteria(MORE, LESS, OTHER) == set()
    assert found.values.total() == SYNTHETIC * len(many.before.plan.compared)
    assert found.cells == SYNTHETIC * len(many.before.plan.columns)


@pytest.mark.slow
@pytest.mark.parametrize(("key", "option"), list(alternatives()))
def test_each_reading_of_synthetic_people(many: Group, key: str, option: str) -> None:
    check(many, key, option)


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize(("key", "option"), list(alternatives()))
def test_each_reading_of_the_shared_patients(shared: Group, key: str, option: str) -> None:
    check(shared, key, option)
