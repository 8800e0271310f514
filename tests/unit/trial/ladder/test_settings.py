"""Settings of the conduct come from the protocol file; what is unset is asked for."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from dosepath.core.errors import InputError
from dosepath.dosefinding.design import Action
from dosepath.protocol.protocol import Protocol
from dosepath.trial.ladder.settings import LowerDose, PlannedLimit, Rung, ladder_settings
from dosepath.trial.library import open_trial


def trial() -> Protocol:
    return open_trial("NCT06680388")


def test_the_protocol_has_a_value_for_everything_but_the_higher_doses_and_the_caps() -> None:
    found = ladder_settings(trial())
    assert [rung.dose for rung in found.rungs] == [Decimal("0.5"), None, None]
    assert (found.start_level, found.variant, found.stagger_days, found.stagger_expansion_days) == (
        1,
        "V3",
        (28, 14),
        0,
    )
    assert (found.dose_tolerance, found.lower_dose) == ((Decimal("0.8"), Decimal("1.2")), LowerDose.INEVALUABLE)
    assert found.board_review_for == {Action.ESCALATE, Action.EXPAND, Action.DE_ESCALATE}
    assert found.arms == ("SLE", "dcSSc", "AAV", "IIM", "SS")
    assert (found.arm_cap_total, found.arm_cap_per_level) == (None, None)
    assert (found.planned_n, found.planned_limit, found.backfill) == (15, PlannedLimit.WARN, False)


def without(protocol: Protocol, name: str) -> Protocol:
    design = protocol.file.design
    setting = design.conduct[name].model_copy(update={"value": None})
    changed = design.model_copy(update={"conduct": {**design.conduct, name: setting}})
    return replace(protocol, file=protocol.file.model_copy(update={"design": changed}))


def test_what_is_unset_is_asked_for_with_what_it_blocks() -> None:
    bare = without(without(trial(), "stagger_days"), "variant")
    with pytest.raises(InputError) as caught:
        ladder_settings(bare)
    assert "stagger_days is not set, which blocks the earliest date of the next infusion" in str(caught.value)
    assert "variant is not set, which blocks every decision about dose" in str(caught.value)
    assert ladder_settings(bare, {"stagger_days": [7, 7], "variant": "V2"}).stagger_days == (7, 7)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("varian", "V1", "no setting 'varian'; did you mean 'variant'"),
        ("variant", "V5", "setting variant: 'V5'"),
        ("stagger_days", [28], "setting stagger_days"),
        ("stagger_days", [28, -1], "no whole number from 0"),
        ("stagger_expansion_days", True, "no whole number from 0"),
        ("levels", [], "from low to high"),
        ("levels", [{"level": 2, "dose": 1}, {"level": 1, "dose": 0.5}], "from low to high"),
        ("levels", [{"level": 1, "dose": 1}, {"level": 2, "dose": 0.5}], "doses rise"),
        ("levels", [{"level": 1, "dose": 0}], "a number above 0 or null"),
        ("levels", [{"level": 1, "dose": -0.5}], "a number above 0 or null"),
        ("levels", [{"level": 1, "dose": 1, "unit": "x"}], "write level and dose"),
        ("levels", [{"level": "one", "dose": 1}], "no level"),
        ("levels", [{"level": 1, "dose": "much"}], "no number"),
        ("start_level", 7, "none of the levels"),
        ("start_level", "1", "no level"),
        ("dose_tolerance", [1.1, 1.2], "does not hold the planned dose"),
        ("lower_dose", "maybe", "setting lower_dose: 'maybe'"),
        ("board_review_for", ["stay"], "setting board_review_for: 'stay'"),
        ("planned_limit", "soft", "setting planned_limit: 'soft'"),
        ("planned_n", 1.5, "no whole number"),
        ("backfill", "yes", "neither true nor false"),
        ("arm_cap_total", -1, "no whole number"),
    ],
)
def test_a_setting_that_is_not_understood_is_refused(name: str, value: Any, words: str) -> None:
    with pytest.raises(InputError) as caught:
        ladder_settings(trial(), {name: value})
    assert words in str(caught.value)


def test_all_problems_come_at_once() -> None:
    with pytest.raises(InputError) as caught:
        ladder_settings(trial(), {"variant": "V9", "backfill": 3})
    assert "variant" in str(caught.value)
    assert "backfill" in str(caught.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"variant": "V5"}, "setting variant: 'V5'; known are V1, V2, V3, V4"),
        ({"lower_dose": "actual"}, "setting lower_dose: 'actual'; did you mean 'actual_level'?"),
        ({"planned_limit": "soft"}, "setting planned_limit: 'soft'; known are hard, warn"),
        ({"board_review_for": ["escalated"]}, "setting board_review_for: 'escalated'; did you mean 'escalate'?"),
        ({"levels": []}, "setting levels: list the levels from low to high, each once"),
        (
            {"levels": [{"level": 1, "dose": 1}, {"level": 2, "dose": 0.5}]},
            "setting levels: doses rise with their levels",
        ),
        (
            {"varian": "V1", "backfil": True},
            "no setting 'varian'; did you mean 'variant'?; no setting 'backfil'; did you mean 'backfill'?",
        ),
        (
            {"planned_n": None},
            "planned_n is not set, which blocks every decision; set it in the protocol file or for this run",
        ),
        (
            {"variant": "V9", "planned_n": True},
            "setting variant: 'V9'; known are V1, V2, V3, V4; setting planned_n: True is no whole number from 0",
        ),
    ],
)
def test_sentences_of_settings(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        ladder_settings(trial(), given)
    assert str(caught.value) == words


def test_values_on_the_edge_of_what_is_understood() -> None:
    found = ladder_settings(trial(), {"dose_tolerance": [1, 1], "arm_cap_total": 0, "arms": [1, "B"], "planned_n": 0})
    assert (found.dose_tolerance, found.arm_cap_total, found.arms) == ((Decimal(1), Decimal(1)), 0, ("1", "B"))
    assert ladder_settings(trial(), {"levels": [{"level": 1}]}).rungs == (Rung(1, None),)


def test_a_setting_that_blocks_something_says_what() -> None:
    protocol = trial()
    design = protocol.file.design
    silent = design.conduct["variant"].model_copy(update={"value": None, "blocks": ""})
    changed = design.model_copy(update={"conduct": {**design.conduct, "variant": silent}})
    bare = replace(protocol, file=protocol.file.model_copy(update={"design": changed}))
    with pytest.raises(InputError, match="variant is not set, which blocks every decision;"):
        ladder_settings(bare)
