"""Every row of the rules of conduct, every setting, word, flag and error has an own case that shows it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

import pytest
import yaml

from dosepath.dosefinding.design import Action
from dosepath.dosefinding.three_plus_three import VARIANTS
from dosepath.safety.dlt_finding import ExitReason
from dosepath.safety.dlt_rule import EventType, Relatedness
from dosepath.trial.ladder.advice import FLAG_WORDS, Advice
from dosepath.trial.ladder.counting import LevelCount, PatientState
from dosepath.trial.ladder.patients import BoardDecision, ProductStatus
from dosepath.trial.ladder.problems import ProblemKey, RecordError
from dosepath.trial.ladder.rule import Label
from dosepath.trial.ladder.settings import READERS, REVIEWED, LowerDose, PlannedLimit
from tests.unit.trial.ladder.short_cases import FOLDER, ROWS, advice_of, as_reference, own_cases

Case = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """A case with what the product says to it; no advice where its records cannot be."""

    case: Case
    given: Case
    advice: Advice | None

    @property
    def variant(self) -> str:
        return str(self.settings.get("variant", "V3"))

    @property
    def settings(self) -> Case:
        found: Case = self.case.get("settings", {})
        return found

    @property
    def flags(self) -> set[str]:
        return set(self.case["expect"].get("flags", ()))

    @property
    def board(self) -> list[str]:
        return [entry["decision"] for entry in self.given["board"]]

    @property
    def fresh(self) -> bool:
        """Whether a level below the start had patients."""
        return any(level < self.settings.get("start_level", 1) for level in self.case.get("seen", {}))

    @property
    def said(self) -> Advice:
        assert self.advice is not None
        return self.advice

    @property
    def levels_ruled_out(self) -> int:
        """Levels with more DLTs than V1 to V3 tolerate."""
        return sum(count.dlt > 1 for count in self.said.levels.values())

    def count(self, level: int | None) -> LevelCount:
        return LevelCount() if level is None else self.said.levels.get(level, LevelCount())


@cache
def seen() -> tuple[Seen, ...]:
    found = []
    for _, case in own_cases():
        advice: Advice | None = None
        try:
            advice = advice_of(case)
        except RecordError:
            assert "error" in case["expect"], case["name"]
        found.append(Seen(case, as_reference(case), advice))
    return tuple(found)


# Rows ---------------------------------------------------------------------------------------------------------------


def rows() -> Iterator[tuple[str, Case]]:
    for row in yaml.safe_load((FOLDER / ROWS).read_text(encoding="utf-8"))["rows"]:
        for variant in row.get("variants", ["V3"]):
            yield variant, row


def shows(it: Seen, row: Case) -> bool:
    asked = {name: wanted for name, wanted in row.items() if name not in ("row", "variants")}
    return it.advice is not None and all(CHECKS[name](it, wanted) for name, wanted in asked.items())


def _counts(count: LevelCount, wanted: Mapping[str, int]) -> bool:
    return all(getattr(count, name) == number for name, number in wanted.items())


CHECKS: Mapping[str, Callable[[Seen, Any], bool]] = {
    "action": lambda it, wanted: it.case["expect"].get("action", "").split()[:1] == [wanted],
    "label": lambda it, wanted: (it.said.label and it.said.label.value) == wanted,
    "rule": lambda it, wanted: it.said.rule == wanted,
    "at": lambda it, wanted: _counts(it.count(it.said.level), wanted),
    "after": lambda it, wanted: _counts(it.count((it.said.level or 0) - 1), wanted),
    "top": lambda it, wanted: (it.said.level == max(it.said.levels)) is wanted,
    "flags": lambda it, wanted: set(wanted) <= it.flags,
    "not_flags": lambda it, wanted: not set(wanted) & it.flags,
    "settings": lambda it, wanted: all(it.settings.get(name) == value for name, value in wanted.items()),
    "board": lambda it, wanted: set(wanted) == set(it.board),
    "fresh": lambda it, wanted: it.fresh is wanted,
    "pending_somewhere": lambda it, wanted: any(count.pending for count in it.said.levels.values()) is wanted,
    "ruled_out": lambda it, wanted: (it.levels_ruled_out > 0) is wanted,
    "levels_ruled_out": lambda it, wanted: it.levels_ruled_out == wanted,
    "unset": lambda it, wanted: f"without that: {wanted} " in it.said.reasons[-1],
    "why": lambda it, wanted: wanted in it.said.earliest_why,
    "backfill": lambda it, wanted: "backfill" in it.case["expect"] and bool(it.said.backfill_slots) is wanted,
    "decidable": lambda it, wanted: "decidable" in it.case["expect"] and (it.said.decidable_on is not None) is wanted,
}
"""What a row can ask of a case and of the advice on it, and how that is answered."""


@pytest.mark.parametrize(("variant", "row"), [pytest.param(*each, id=f"{each[0]} {each[1]['row']}") for each in rows()])
def test_every_row_has_a_case(variant: str, row: Case) -> None:
    assert any(each.variant == variant and shows(each, row) for each in seen())


# Settings, words, flags, errors -------------------------------------------------------------------------------------


def set_values(name: str) -> list[Any]:
    return [each.settings[name] for each in seen() if name in each.settings]


def test_every_setting_has_a_case() -> None:
    assert {name for each in seen() for name in each.settings} == set(READERS)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("variant", set(VARIANTS) - {"V3"}),
        ("lower_dose", {LowerDose.ACTUAL_LEVEL.value}),
        ("planned_limit", {PlannedLimit.HARD.value}),
        ("backfill", {True}),
    ],
)
def test_every_value_that_is_not_the_default_has_a_case(name: str, values: set[Any]) -> None:
    assert values <= set(set_values(name))


def test_every_action_that_a_board_can_be_asked_about_has_a_case_alone_and_together() -> None:
    asked = [set(value) for value in set_values("board_review_for")]
    for action in REVIEWED:
        assert {action} in asked
    assert set(REVIEWED) in asked


def test_every_flag_has_a_case() -> None:
    assert {flag for each in seen() for flag in each.flags} == set(FLAG_WORDS)


def test_every_error_has_a_case() -> None:
    assert {each.case["expect"]["error"] for each in seen() if "error" in each.case["expect"]} == set(
        get_args(ProblemKey)
    )


def test_every_action_label_state_and_decision_has_a_case() -> None:
    advice = [each.advice for each in seen() if each.advice is not None]
    assert {each.action for each in advice} == set(Action)
    assert {each.label for each in advice} == {None, *Label}
    assert {standing.state for each in advice for standing in each.standings} == set(PatientState)
    assert {decision for each in seen() for decision in each.board} == {each.value for each in BoardDecision}


def patients() -> Iterator[Case]:
    for each in seen():
        if each.advice is not None:
            yield from each.given["patients"]


def test_every_product_is_seen_in_a_slot_and_those_that_may_be_in_an_infused_patient() -> None:
    held = {(each.get("product") or {}).get("status", "pending") for each in patients() if "infusion" not in each}
    assert held == {status.value for status in ProductStatus}
    infused = {each["product"]["status"] for each in patients() if "infusion" in each}
    assert infused == {ProductStatus.IN_SPEC.value, ProductStatus.OUT_OF_SPEC.value}


def test_every_exit_before_and_after_day_28_and_every_judgement_of_a_death_has_a_case() -> None:
    left = [(each["exit"], each["infusion"]) for each in patients() if each.get("exit") and "infusion" in each]
    for reason in ExitReason:
        late = {(exit_["date"] - infusion).days >= 28 for exit_, infusion in left if exit_["reason"] == reason.value}
        assert late == {False, True}, reason
    judged = {exit_.get("related", "unknown") for exit_, _ in left if exit_["reason"] == "death"}
    assert judged == {each.value for each in Relatedness}


def test_every_kind_of_event_at_grade_3_is_seen_lasting_ending_and_open() -> None:
    """Of AE every judgement too, and of GvHD the skin alone and not alone."""
    events = [event for each in patients() for event in each.get("events", ())]
    for kind in EventType:
        severe = [event for event in events if event["type"] == kind.value and max(g for _, g in event["grades"]) >= 3]
        assert {event["grades"][-1][1] >= 3 for event in severe} == {False, True}, kind
    judged = {event.get("related", "unknown") for event in events if event["type"] == "AE"}
    assert judged == {each.value for each in Relatedness}
    assert {only for event in events for _, only in event.get("skin_only", ())} == {False, True}
