"""What people read: the sentences of advice and of records that cannot be, and what the open places can come to."""

from typing import Any

import pytest
import yaml

from dosepath.dosefinding.design import Action
from dosepath.dosefinding.three_plus_three import KORN, STORER
from dosepath.safety.dlt_rule import dlt_rule
from dosepath.trial.ladder.ahead import by_arm, ways_on
from dosepath.trial.ladder.counting import Ladder, stand
from dosepath.trial.ladder.problems import RecordError
from dosepath.trial.ladder.rule import CONDUCT
from dosepath.trial.ladder.settings import ladder_settings
from dosepath.trial.library import open_trial
from tests.unit.trial.ladder.short_cases import FOLDER, SENTENCES, advice_of, as_reference, file_of, on_day, own_cases

TEXTS: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / SENTENCES).read_text(encoding="utf-8"))
SOURCES = {"conduct": CONDUCT, "Korn": KORN, "Storer": STORER}
CASES = dict(own_cases())


@pytest.mark.parametrize("name", TEXTS["advice"])
def test_sentences_of_advice(name: str) -> None:
    wanted, found = TEXTS["advice"][name], advice_of(CASES[name])
    assert (found.rule, list(found.reasons)) == (wanted["rule"], wanted["because"])
    assert (found.source, found.places) == (SOURCES[wanted["source"]], wanted["places"])
    assert found.earliest_why == wanted.get("earliest", "")


@pytest.mark.parametrize("name", TEXTS["errors"])
def test_sentences_of_errors(name: str) -> None:
    with pytest.raises(RecordError) as caught:
        advice_of(CASES[name])
    assert str(caught.value) == TEXTS["errors"][name]
    assert caught.value.keys == {CASES[name]["expect"]["error"]}


def test_every_error_has_its_sentence() -> None:
    assert set(TEXTS["errors"]) == {name for name, case in CASES.items() if "error" in case["expect"]}


# Ahead --------------------------------------------------------------------------------------------------------------


def ladder_of(name: str) -> Ladder:
    protocol, given = open_trial("NCT06680388"), as_reference(CASES[name])
    settings = ladder_settings(protocol, given["settings"])
    day = on_day(CASES[name]["day"])
    assert day is not None
    file = file_of(CASES[name])
    return Ladder(settings, stand(file.patients, settings, dlt_rule(protocol), day), day)


@pytest.mark.parametrize(
    ("name", "level", "places", "wanted"),
    [
        ("rule: an empty ladder", 1, 3, ["escalate 2", "expand 1", "stop", "stop"]),
        ("rule: one counted", 1, 3, ["escalate 2", "expand 1", "stop", "stop"]),
        ("rule: one DLT and one evaluable goes on", 1, 3, ["expand 1", "stop"]),
        ("rule: 1 of 3 expands", 1, 6, ["escalate 2", "stop", "stop", "stop"]),
        ("rule: six and pending wait", 1, 6, ["escalate 2", "stop", "stop", "stop"]),
        ("rule: 0 of 3 escalates", 2, 3, ["escalate 3", "expand 2", "de_escalate 1", "de_escalate 1"]),
        ("rule: top level V3 fills to 6", 3, 6, ["complete 3", "complete 3", "de_escalate 2", "de_escalate 2"]),
        ("rule: V3 goes down to fill", 1, 6, ["complete 1", "complete 1", "stop", "stop"]),
        ("rule: 1 of 6 below is the MTD", 1, 6, ["complete 1"]),
        ("slots: a replaced second patient leaves the sequence", 1, 3, ["escalate 2", "expand 1", "stop"]),
    ],
)
def test_what_the_open_places_of_a_cohort_can_come_to(name: str, level: int, places: int, wanted: list[str]) -> None:
    rates = (0.0, 0.25, 1.0)
    found = ways_on(ladder_of(name), level, places, rates)
    assert [each.further_dlts for each in found] == list(range(len(wanted)))
    assert [f"{each.action.value} {each.level or ''}".strip() for each in found] == wanted
    most = len(wanted) - 1
    assert [each.probabilities[0] for each in found] == [1.0] + [0.0] * most
    assert [each.probabilities[2] for each in found] == [0.0] * most + [1.0]
    assert abs(sum(each.probabilities[1] for each in found) - 1) < 1e-15
    assert abs(found[0].probabilities[1] - 0.75**most) < 1e-15
    if most == 3:
        assert abs(found[1].probabilities[1] - 27 / 64) < 1e-15


def test_a_stop_names_no_level() -> None:
    found = ways_on(ladder_of("rule: an empty ladder"), 1, 3, (0.5,))
    assert [each.level for each in found if each.action is Action.STOP] == [None, None]


def test_diseases_are_counted_apart() -> None:
    assert by_arm(ladder_of("patients: every state")) == {
        "SLE": (1, 1, 0),
        "dcSSc": (1, 1, 1),
        "AAV": (1, 0, 0),
        "IIM": (1, 0, 0),
        "SS": (1, 0, 0),
    }
