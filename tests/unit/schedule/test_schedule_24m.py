"""The template of visits: every line of tests/cases/schedule, and laws of its windows."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosepath.interop.answers_yaml import load_exact
from dosepath.schedule.schedule_24m import DISEASE_INDEX, SCHEDULE_24M, TEMPLATES, planned, status
from dosepath.trial.library import open_trial
from tests.conftest import ROOT

FILE = ROOT / "tests" / "cases" / "schedule" / "schedule_24m.yaml"
CASES = load_exact(FILE.read_text(encoding="utf-8"), FILE.name)
INFUSION = date(2025, 1, 15)
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def test_the_visits_are_those_of_the_table() -> None:
    found = [[each.id, each.target_day, each.first_day, each.last_day] for each in SCHEDULE_24M.visits.values()]
    assert found == CASES["visits"]


def test_every_line_is_marked_as_assumed() -> None:
    assert all(visit.assumed and visit.basis for visit in SCHEDULE_24M.visits.values())


def test_the_trial_names_no_template() -> None:
    assert open_trial("NCT06680388").file.settings["visit_schedule"].value is None
    assert list(TEMPLATES) == ["schedule_24m"]


@pytest.mark.parametrize("row", CASES["dates"], ids=str)
def test_dates(row: list[object]) -> None:
    name, infusion, *days = row
    assert isinstance(infusion, date)
    found = planned(SCHEDULE_24M.visits[str(name)], infusion)
    assert [found.target, found.first, found.last] == days


@pytest.mark.parametrize(("contact", "visits"), CASES["contacts"], ids=str)
def test_contacts(contact: date, visits: list[str]) -> None:
    assert [each.visit.id for each in SCHEDULE_24M.visits_on(contact, INFUSION)] == visits


@pytest.mark.parametrize(("name", "done", "on", "wanted"), CASES["statuses"], ids=str)
def test_statuses(name: str, done: date | None, on: date, wanted: str) -> None:
    assert status(planned(SCHEDULE_24M.visits[name], INFUSION), done=done, on=on).value == wanted


@pytest.mark.parametrize(("visit", "count", "some"), CASES["assessments"], ids=str)
def test_assessments(visit: str, count: int, some: list[str]) -> None:
    found = SCHEDULE_24M.assessments_at(visit)
    assert len(found) == count, found
    assert set(some) <= set(found)


def test_assessments_name_visits_of_the_template() -> None:
    for name, visits in SCHEDULE_24M.assessments.items():
        assert set(visits) <= set(SCHEDULE_24M.visits), name
        assert len(visits) == len(set(visits)), name


def test_every_arm_has_a_disease_index() -> None:
    assert list(DISEASE_INDEX) == list(open_trial("NCT06680388").file.arms)


@given(DAYS, st.integers(0, 900))
def test_after_the_infusion_a_contact_fits_one_visit_at_most(infusion: date, day: int) -> None:
    assert len(SCHEDULE_24M.visits_on(infusion + timedelta(days=day), infusion)) <= 1


@given(DAYS, st.integers(-400, 400))
def test_all_days_move_with_the_infusion(infusion: date, by: int) -> None:
    moved = timedelta(days=by)
    pairs = zip(SCHEDULE_24M.plan(infusion), SCHEDULE_24M.plan(infusion + moved), strict=True)
    assert all(
        other.target - one.target == other.first - one.first == other.last - one.last == moved for one, other in pairs
    )


@given(DAYS, DAYS)
def test_a_target_is_never_unscheduled_and_never_missed_on_its_day(infusion: date, on: date) -> None:
    for each in SCHEDULE_24M.plan(infusion):
        assert each in SCHEDULE_24M.visits_on(each.target, infusion)
        assert status(each, done=None, on=each.target).value == "due"
        assert status(each, done=each.target, on=on).value == "done"
