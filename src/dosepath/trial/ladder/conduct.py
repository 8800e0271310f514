"""A running escalation as a whole: the advice, the ladder it rests on, and the ways on with their probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from dosepath.safety.dlt_rule import DltRule
from dosepath.trial.ladder.advice import Advice, advise
from dosepath.trial.ladder.ahead import Outcome, ways_on
from dosepath.trial.ladder.counting import Ladder
from dosepath.trial.ladder.patients import BoardEntry, TrialPatient
from dosepath.trial.ladder.rule import FILLING
from dosepath.trial.ladder.settings import LadderSettings

RATES: Final = (0.1, 0.2, 0.33)
"""Rates of DLT assumed for the ways on where none are given; shown with them."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """The advice, the ladder it rests on, the ways on under assumed rates, the unit of the doses, and the DLT rule."""

    advice: Advice
    ladder: Ladder
    ways: tuple[Outcome, ...]
    rates: tuple[float, ...]
    unit: str
    rule: DltRule


def conduct(
    patients: Sequence[TrialPatient],
    board: Sequence[BoardEntry],
    settings: LadderSettings,
    rule: DltRule,
    on: date,
    unit: str,
    rates: Sequence[float] = RATES,
) -> Conduct:
    """Judge a running escalation.

    Parameters
    ----------
    patients, board
        All patients and the decisions of the board.
    settings, rule
        As of the protocol.
    on
        Day of the question.
    unit
        Of the dose levels.
    rates
        Rates of DLT assumed for the ways on.
    """
    advice = advise(patients, board, settings, rule, on)
    ladder = Ladder(settings, advice.standings, on)
    ways: tuple[Outcome, ...] = ()
    if advice.level is not None and (advice.action in FILLING or ladder.pending_at(advice.level)):
        ways = ways_on(ladder, advice.level, advice.places, tuple(rates))
    return Conduct(advice, ladder, ways, tuple(rates), unit, rule)
