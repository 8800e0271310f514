"""How the advice came about: the questions that the rule asks, in its order, each with the numbers it looked at.

Nothing is decided here: every answer comes from the function that the advice itself uses.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dosepath.core.source import Citation
from dosepath.dosefinding.design import Action
from dosepath.trial.ladder.advice import Advice
from dosepath.trial.ladder.board import DECISIONS, is_on_hold, is_stopped
from dosepath.trial.ladder.counting import Ladder
from dosepath.trial.ladder.patients import BoardDecision, BoardEntry
from dosepath.trial.ladder.rule import (
    FILLING,
    Step,
    in_words,
    is_cleared,
    levels_before,
    lowest_ruled_out,
    next_step,
    places_at,
)


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One question on the way to the advice.

    Parameters
    ----------
    question, numbers, answer
        What is asked, what was looked at, and what came out.
    decides
        Whether the advice rests on this answer.
    source
        Where the rule comes from, where it has a source of its own.
    """

    question: str
    numbers: tuple[str, ...]
    answer: str
    decides: bool = False
    source: Citation | None = field(default=None)


YES, NO = "yes", "no"


def trace(ladder: Ladder, board: Sequence[BoardEntry], advice: Advice) -> tuple[TraceStep, ...]:
    """Say how the advice came about."""
    return tuple(_trace(ladder, board, advice))


def _trace(ladder: Ladder, board: Sequence[BoardEntry], advice: Advice) -> Iterator[TraceStep]:
    stops = tuple(f"{entry.day}: stop" for entry in board if entry.decision is BoardDecision.STOP)
    yield TraceStep(
        "Did the board end the trial?", stops or ("no entry 'stop'",), YES if stops else NO, is_stopped(board)
    )
    if stops:
        return
    step = next_step(ladder, board)
    yield _ruled_out(ladder)
    if step.ruled_out is None:
        yield _lower_levels(ladder)
        yield _cohort(ladder, ladder.current)
    yield TraceStep(
        "What does the rule say?", (*step.reasons, step.rule), _said(step), _stands(step, advice), step.source
    )
    if step.action in (Action.STOP, Action.COMPLETE):
        return
    yield _hold(board, advice)
    if "board_hold" in advice.flags or step.action not in FILLING or step.level is None:
        return
    yield _dose(ladder, step.level, advice)
    if "level_unset" in advice.flags:
        return
    yield _planned(ladder, step, step.level, advice)
    if advice.action not in FILLING:
        return
    yield _review(ladder, board, step)
    yield from _when_and_how_many(ladder, step.level, advice)


def _said(step: Step) -> str:
    return step.action.value if step.level is None else f"{step.action.value}, level {step.level}"


def _stands(step: Step, advice: Advice) -> bool:
    return (step.action, step.level) == (advice.action, advice.level)


def _ruled_out(ladder: Ladder) -> TraceStep:
    tried = [level for level in ladder.settings.levels if ladder.at(level)]
    most = ladder.settings.design.tolerated
    limit = f"more than {most} DLT rule a level out"
    if most > 1:
        limit += f", and {most} of 3"
    out = lowest_ruled_out(ladder)
    numbers = (*(in_words(ladder, level) for level in tried), limit)
    source = ladder.settings.design.citation
    return TraceStep("Is a level ruled out?", numbers, NO if out is None else f"level {out}", out is not None, source)


def _lower_levels(ladder: Ladder) -> TraceStep:
    current = ladder.current
    below = levels_before(ladder, current)
    open_ones = [level for level in below if not is_cleared(ladder, level)]
    numbers = tuple(in_words(ladder, level) for level in below) or (f"level {current} is the lowest one tried",)
    answer = f"level {open_ones[0]} is not" if open_ones else YES
    return TraceStep("Are the levels below the highest one tried cleared?", numbers, answer, bool(open_ones))


def _cohort(ladder: Ladder, level: int) -> TraceStep:
    count, places = ladder.count(level), places_at(ladder, level)
    said = f"level {level}: {count.counted} counted of {places} places, {count.pending} pending"
    full = count.counted == places
    answer = NO if not full else "yes, and somebody is pending" if count.pending else "yes, and all are final"
    return TraceStep("Is the cohort full?", (said,), answer)


def _hold(board: Sequence[BoardEntry], advice: Advice) -> TraceStep:
    about = [entry for entry in board if entry.decision in (BoardDecision.HOLD, BoardDecision.RESUME)]
    numbers = tuple(f"{entry.day}: {entry.decision.value}" for entry in sorted(about, key=lambda each: each.day))
    held = is_on_hold(board)
    return TraceStep(
        "Does the board hold dosing?",
        numbers or ("no entry 'hold'",),
        YES if held else NO,
        "board_hold" in advice.flags,
    )


def _dose(ladder: Ladder, level: int, advice: Advice) -> TraceStep:
    dose = ladder.settings.dose(level)
    said = f"level {level}: not set" if dose is None else f"level {level}: {dose}"
    return TraceStep(
        "Is the dose of the level set?", (said,), NO if dose is None else YES, "level_unset" in advice.flags
    )


def _planned(ladder: Ladder, step: Step, level: int, advice: Advice) -> TraceStep:
    settings = ladder.settings
    needed = step.places - ladder.count(level).counted
    said = f"{ladder.infused} infused, {needed} to fill the cohort, {settings.planned_n} planned"
    reached = "planned_reached" in advice.flags
    passed = "would_pass_planned" in advice.flags
    answer = "reached" if reached else "would be passed" if passed else NO
    decides = reached and advice.action not in FILLING
    return TraceStep("Is the planned number reached?", (said,), answer, decides)


def _review(ladder: Ladder, board: Sequence[BoardEntry], step: Step) -> TraceStep:
    settings = ladder.settings
    question = "Does the action need a decision of the board?"
    if step.action not in settings.board_review_for or step.certain_on is None:
        needed = ", ".join(sorted(action.value for action in settings.board_review_for)) or "nothing"
        return TraceStep(question, (f"needed for: {needed}",), NO)
    wanted = (DECISIONS[step.action], step.level)
    days = sorted(entry.day for entry in board if (entry.decision, entry.level) == wanted)
    entries = tuple(f"{day}: {wanted[0].value}, level {wanted[1]}" for day in days)
    numbers = (f"data final on {step.certain_on}", *(entries or ("no entry of that decision and level",)))
    good = [day for day in days if day >= step.certain_on]
    answer = f"yes, decided on {good[-1]}" if good else "yes, and it is due"
    return TraceStep(question, numbers, answer, not good)


def _when_and_how_many(ladder: Ladder, level: int, advice: Advice) -> Iterator[TraceStep]:
    if advice.may_infuse_next_from is not None:
        yield TraceStep(
            "From when may the next patient be infused?", (advice.earliest_why,), str(advice.may_infuse_next_from)
        )
    count = ladder.count(level)
    said = f"level {level}: {advice.places} places, {count.counted} counted, {count.reserved} held"
    yield TraceStep("How many places may be given now?", (said,), str(advice.slots_open))
