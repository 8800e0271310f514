"""Designs asked while patients are pending: hold, fill, or go where every outcome leads."""

import pytest

from dosepath.core.errors import InputError
from dosepath.dosefinding.design import Design, decide
from dosepath.dosefinding.open_windows import read_followed
from dosepath.dosefinding.outcomes import read_outcomes
from dosepath.dosefinding.pending import Held, decide_pending
from dosepath.dosefinding.recipes import closed, make


def three_plus_three(doses: int = 3) -> Design:
    return closed(make("3+3", {"doses": str(doses)}), "")


def held(text: str, design: Design | None = None) -> Held:
    asked = design or three_plus_three()
    return decide_pending(asked, read_followed(text, asked.doses))


@pytest.mark.parametrize(
    ("outcomes", "action", "level"),
    [
        ("1NNN 2NNP", "wait", 2),  # escalate or expand
        ("1NNN 2TTP", "de_escalate", 1),  # ruled out whatever the third has
        ("1TTP", "stop", None),
        ("1NP", "stay", 1),  # one place is free
        ("1PP.5", "stay", 1),
        ("1TP", "stay", 1),  # two DLTs are not known yet
        ("1NNT 1NPP", "wait", 1),
        ("1NNT 1TPP", "stop", None),
        ("1NNN 2NNN 3NTP", "wait", 3),
    ],
)
def test_what_may_be_done(outcomes: str, action: str, level: int | None) -> None:
    found = held(outcomes).decision
    assert (found.action.value, found.level) == (action, level)


def test_each_outcome_of_pending_patients_is_told_once() -> None:
    found = held("1NNN 2NPP")
    said = [(each.dlts, each.decision.action.value, each.decision.level) for each in found.what_if]
    assert said == [((), "escalate", 3), ((2,), "expand", 2), ((2, 2), "de_escalate", 1)]
    assert found.decision.reasons == ("2 patients are pending",)


def test_with_nobody_pending_it_is_the_design() -> None:
    for text in ("", "1NNN", "1NNT 1NNN 2NTT"):
        found = held(text)
        assert found.what_if == ()
        assert found.decision == decide(three_plus_three(), read_outcomes(text, 3))


def test_many_pending_patients_are_refused() -> None:
    with pytest.raises(InputError, match="up to 12"):
        held("1" + "P" * 13, closed(make("boin", {"doses": "3", "cohort_size": "20", "cohorts": "2"}), ""))


@pytest.mark.parametrize(
    ("text", "words"),
    [("1NX", "as in 1NNP"), ("1NN 2", "cohort 2"), ("4N", "they are 1 to 3"), ("1P1.5", "between 0 and 1")],
)
def test_unreadable_outcomes(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_followed(text, 3)
