"""What the board of the trial has decided, and whether an action is in force."""

from collections.abc import Sequence

from dosepath.dosefinding.design import Action
from dosepath.trial.ladder.patients import BoardDecision, BoardEntry
from dosepath.trial.ladder.rule import Step
from dosepath.trial.ladder.settings import LadderSettings


def is_stopped(board: Sequence[BoardEntry]) -> bool:
    """Answer whether the board ended the trial."""
    return any(entry.decision is BoardDecision.STOP for entry in board)


def is_on_hold(board: Sequence[BoardEntry]) -> bool:
    """Answer whether the board holds dosing: the latest of hold and resume decides, of one day the last listed."""
    about = [entry for entry in board if entry.decision in (BoardDecision.HOLD, BoardDecision.RESUME)]
    if not about:
        return False
    latest = max(entry.day for entry in about)
    return [entry.decision for entry in about if entry.day == latest][-1] is BoardDecision.HOLD


def review_flags(step: Step, board: Sequence[BoardEntry], settings: LadderSettings) -> frozenset[str]:
    """Say what is missing for an action to be in force: nothing, a review, or one on data that were final."""
    if step.action not in settings.board_review_for or step.certain_on is None:
        return frozenset()
    decision = DECISIONS[step.action]
    days = [entry.day for entry in board if (entry.decision, entry.level) == (decision, step.level)]
    if any(day >= step.certain_on for day in days):
        return frozenset()
    return frozenset({"board_review_due", "board_review_premature"} if days else {"board_review_due"})


DECISIONS = {
    Action.ESCALATE: BoardDecision.ESCALATE,
    Action.EXPAND: BoardDecision.EXPAND,
    Action.DE_ESCALATE: BoardDecision.DE_ESCALATE,
}
