"""The ladder as a board shows it, how the advice came about, and the ladder on earlier days."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dosepath.demo.conduct import conduct_text
from dosepath.dosefinding.design import Action
from dosepath.interop.ladder_text import read_conduct_file
from dosepath.safety.dlt_rule import dlt_rule
from dosepath.trial.ladder.advice import advise
from dosepath.trial.ladder.conduct import Conduct, conduct
from dosepath.trial.ladder.counting import Ladder
from dosepath.trial.ladder.history import as_of, happenings
from dosepath.trial.ladder.patients import ProductStatus
from dosepath.trial.ladder.places import LevelState, Lock, PlaceKind, rungs
from dosepath.trial.ladder.rule import FILLING
from dosepath.trial.ladder.settings import ladder_settings
from dosepath.trial.ladder.trace import trace
from dosepath.trial.library import open_trial
from tests.unit.trial.ladder.short_cases import as_reference, file_of, own_cases

CASES = {name: case for name, case in own_cases() if "error" not in case["expect"]}
FILE = read_conduct_file(conduct_text(), "conduct.yaml", open_trial("NCT06680388"))
FIRST, CUT = date(2025, 11, 24), date(2026, 10, 2)


def conduct_of(case: dict[str, Any]) -> tuple[Conduct, Any]:
    protocol, file = open_trial("NCT06680388"), file_of(case)
    settings = ladder_settings(protocol, as_reference(case)["settings"])
    assert file.on is not None
    rule = dlt_rule(protocol, settings.dose_tolerance)
    return conduct(file.patients, file.board, settings, rule, file.on, "10*6/kg"), file.board


def demo_on(day: date) -> tuple[Conduct, Any]:
    patients, board = as_of(FILE.found.patients, FILE.found.board, day)
    return conduct(patients, board, FILE.settings, FILE.rule, day, "10*6/kg"), board


def shown(found: Conduct) -> dict[int, list[str]]:
    return {
        rung.level: [
            each.standing.patient.id if each.standing else each.lock.value if each.lock else each.kind.value
            for each in rung.places
        ]
        for rung in rungs(found.ladder, found.advice)
    }


# Laws over all cases --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_places_are_the_counts_and_slots_of_the_advice(name: str) -> None:
    found, _board = conduct_of(CASES[name])
    advice = found.advice
    for rung in rungs(found.ladder, advice):
        kinds = Counter(each.kind for each in rung.places)
        count = advice.levels[rung.level]
        assert kinds[PlaceKind.DLT] == count.dlt
        assert kinds[PlaceKind.NO_DLT] == count.evaluable - count.dlt
        assert kinds[PlaceKind.PENDING] == count.pending
        assert kinds[PlaceKind.INEVALUABLE] == count.inevaluable
        assert kinds[PlaceKind.HELD] == count.reserved
        here = advice.slots_open if rung.level == advice.level else 0
        assert kinds[PlaceKind.OPEN] == here + advice.backfill_slots.get(rung.level, 0)
        offered = [each.offered for each in rung.places if each.offered]
        assert offered == (list(advice.offer) if rung.level == advice.level else [])


@pytest.mark.parametrize("name", CASES)
def test_the_trace_ends_in_the_advice(name: str) -> None:
    found, board = conduct_of(CASES[name])
    steps = trace(found.ladder, board, found.advice)
    advice = found.advice
    assert any(step.decides for step in steps)
    if "board_stop" in advice.flags:
        assert [step.answer for step in steps] == ["yes"]
        return
    says = next(step for step in steps if step.question == "What does the rule say?")
    action = advice.action.value if advice.level is None else f"{advice.action.value}, level {advice.level}"
    blocked = {"board_hold", "level_unset"} & advice.flags or (
        "planned_reached" in advice.flags and advice.action is Action.WAIT
    )
    assert (says.answer == action) is not bool(blocked)
    if advice.action in FILLING:
        assert steps[-1].answer == str(advice.slots_open)
    if advice.may_infuse_next_from is not None:
        assert str(advice.may_infuse_next_from) in [step.answer for step in steps]


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_taken_away_on_the_day_of_the_data(name: str) -> None:
    case = CASES[name]
    file = file_of(case)
    assert file.on is not None
    patients, board = as_of(file.patients, file.board, file.on)
    protocol = open_trial("NCT06680388")
    settings = ladder_settings(protocol, as_reference(case)["settings"])
    rule = dlt_rule(protocol, settings.dose_tolerance)
    assert advise(patients, board, settings, rule, file.on) == advise(
        file.patients, file.board, settings, rule, file.on
    )


# The demonstration ----------------------------------------------------------------------------------------------------


def test_the_demonstration_shows_each_kind_of_place() -> None:
    found, _board = demo_on(CUT)
    assert shown(found) == {
        3: ["S11", "S12", "open"],
        2: ["S04", "S05", "S06", "S07", "S08", "S09", "S10"],
        1: ["S01", "S02", "S03"],
    }
    top = rungs(found.ladder, found.advice)[0]
    assert (top.state, top.places[1].day) == (LevelState.CURRENT, 10)
    assert (top.places[2].open_from, top.places[2].offered) == (date(2026, 10, 6), "C13")


@pytest.mark.parametrize(
    ("day", "action", "level", "places"),
    [
        (date(2026, 1, 12), Action.STAY, 1, ["S01", "S02", "S03"]),
        (date(2026, 3, 24), Action.WAIT, 1, ["S01", "S02", "S03"]),
        (date(2026, 3, 25), Action.ESCALATE, 2, ["review", "review", "review"]),
        (date(2026, 3, 27), Action.ESCALATE, 2, ["S04", "S05", "open"]),
        (date(2026, 5, 21), Action.WAIT, 2, ["S04", "S05", "S06"]),
        (date(2026, 6, 17), Action.EXPAND, 2, ["S04", "S05", "S06", "review", "review", "review"]),
        (date(2026, 8, 12), Action.ESCALATE, 3, ["review", "review", "review"]),
    ],
)
def test_an_earlier_day_shows_what_was_known(day: date, action: Action, level: int, places: list[str]) -> None:
    found, _board = demo_on(day)
    assert (found.advice.action, found.advice.level) == (action, level)
    assert shown(found)[level] == places


def test_a_hold_locks_and_the_levels_above_wait_for_the_one_below() -> None:
    found, _board = demo_on(date(2026, 5, 22))
    assert "board_hold" in found.advice.flags
    above = rungs(found.ladder, found.advice)[0]
    assert {each.lock for each in above.places} == {Lock.NOT_REACHED}


def test_every_day_can_be_asked_for_and_a_dlt_never_goes_away() -> None:
    day, known = FIRST, 0
    while day <= CUT + timedelta(days=60):
        found, board = demo_on(day)
        dlts = sum(count.dlt for count in found.advice.levels.values())
        assert dlts >= known
        known = dlts
        assert trace(found.ladder, board, found.advice)
        assert day != CUT or known == 1
        day += timedelta(days=1)
    assert known == 2, "after the data the last grade stays, so the CRS of S12 becomes a DLT"


def test_what_was_not_yet_there_is_not_shown() -> None:
    patients, board = as_of(FILE.found.patients, FILE.found.board, date(2026, 4, 1))
    by_id = {patient.id: patient for patient in patients}
    assert set(by_id) == {"S01", "S02", "S03", "S04", "S05", "S06"}
    assert by_id["S04"].product.status is ProductStatus.IN_SPEC
    assert (by_id["S04"].infusion, by_id["S04"].level, by_id["S04"].holds_slot) == (None, 2, True)
    assert by_id["S05"].product.status is ProductStatus.PENDING
    assert by_id["S03"].closing_visit == date(2026, 3, 25)
    assert [entry.day for entry in board] == [date(2026, 3, 27)]
    earlier, _ = as_of(FILE.found.patients, (), date(2026, 3, 26))
    assert {patient.id: patient.level for patient in earlier}["S04"] is None


def test_happenings_are_all_records_in_order() -> None:
    found = happenings(FILE.found.patients, FILE.found.board)
    assert [each.day for each in found] == sorted(each.day for each in found)
    assert (found[0].day, found[0].what, found[0].patient) == (FIRST, "consent", "S01")
    assert sum(each.what == "board" for each in found) == len(FILE.found.board)
    assert sum(each.what == "grade" for each in found) == sum(
        len(event.grades) for patient in FILE.found.patients for event in patient.events
    )


def test_a_level_without_a_dose_is_locked_for_that() -> None:
    settings = replace(FILE.settings, rungs=tuple(replace(rung, dose=None) for rung in FILE.settings.rungs))
    patients, board = as_of(FILE.found.patients, FILE.found.board, date(2026, 3, 27))
    advice = advise(patients, board, settings, FILE.rule, date(2026, 3, 27))
    ladder = Ladder(settings, advice.standings, advice.on)
    place = rungs(ladder, advice)[1].places[-1]
    assert (place.kind, place.lock) == (PlaceKind.LOCKED, Lock.UNSET)
    assert trace(ladder, board, advice)[-1].question == "Is the dose of the level set?"
