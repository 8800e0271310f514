"""The ladder as a board shows it: each level with its places, who is on them, and why the others are not given."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from dosepath.dosefinding.design import Action
from dosepath.dosefinding.three_plus_three import COHORT
from dosepath.trial.ladder.advice import Advice
from dosepath.trial.ladder.counting import Ladder, LevelCount, PatientState, Standing
from dosepath.trial.ladder.rule import FILLING, is_cleared, lowest_ruled_out


class PlaceKind(Enum):
    """What stands on a place: a patient in one of four states, a held slot, an open one, or a lock."""

    DLT = "dlt"
    NO_DLT = "no_dlt"
    PENDING = "pending"
    INEVALUABLE = "inevaluable"
    HELD = "held"
    OPEN = "open"
    LOCKED = "locked"


class Lock(Enum):
    """Why nobody can be given a place now."""

    REVIEW = "review"
    HOLD = "hold"
    UNSET = "unset"
    PENDING = "pending"
    NOT_REACHED = "not_reached"
    RULED_OUT = "ruled_out"
    ENDED = "ended"
    PLANNED = "planned"


class LevelState(Enum):
    """What a level is at the moment."""

    NEXT = "next"
    CURRENT = "current"
    CLEARED = "cleared"
    RULED_OUT = "ruled_out"
    NOT_REACHED = "not_reached"
    OPEN = "open"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a level.

    Parameters
    ----------
    kind
        What stands there.
    standing
        The patient, where there is one.
    day
        Study day of a patient who was infused; the infusion is day 0.
    open_from
        Earliest day of the infusion at an open place.
    offered
        Candidate whom an open place is offered to; empty where nobody waits.
    lock
        Why a locked place is locked.
    """

    kind: PlaceKind
    standing: Standing | None = None
    day: int | None = None
    open_from: date | None = None
    offered: str = ""
    lock: Lock | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """One level with its places in the order of the infusions."""

    level: int
    dose: Decimal | None
    count: LevelCount
    state: LevelState
    places: tuple[Place, ...]


def rungs(ladder: Ladder, advice: Advice) -> tuple[Rung, ...]:
    """Give the levels from the highest to the lowest with their places."""
    settings = ladder.settings
    return tuple(
        Rung(
            level=level,
            dose=settings.dose(level),
            count=ladder.count(level),
            state=_state(ladder, advice, level),
            places=tuple(_places(ladder, advice, level)),
        )
        for level in reversed(settings.levels)
    )


def _state(ladder: Ladder, advice: Advice, level: int) -> LevelState:
    if _is_out(ladder, level):
        return LevelState.RULED_OUT
    if advice.action is Action.COMPLETE and level == advice.level:
        return LevelState.ACCEPTED
    if advice.level == level and advice.action is not Action.STOP:
        return LevelState.CURRENT if ladder.at(level) else LevelState.NEXT
    if is_cleared(ladder, level):
        return LevelState.CLEARED
    return LevelState.OPEN if ladder.at(level) else LevelState.NOT_REACHED


def _is_out(ladder: Ladder, level: int) -> bool:
    out = lowest_ruled_out(ladder)
    return out is not None and ladder.settings.place(level) >= ladder.settings.place(out)


def _places(ladder: Ladder, advice: Advice, level: int) -> Iterator[Place]:
    infused = sorted(ladder.at(level), key=lambda each: (each.infusion, each.patient.id))
    for each in infused:
        yield Place(_KINDS[each.state], each, each.study_day(ladder.on))
    for each in ladder.standings:
        if each.level == level and each.patient.holds_slot:
            yield Place(PlaceKind.HELD, each)
    yield from _free(ladder, advice, level)


_KINDS = {
    PatientState.DLT: PlaceKind.DLT,
    PatientState.NO_DLT: PlaceKind.NO_DLT,
    PatientState.PENDING: PlaceKind.PENDING,
    PatientState.INEVALUABLE: PlaceKind.INEVALUABLE,
}


def _free(ladder: Ladder, advice: Advice, level: int) -> Iterator[Place]:
    """Give the places that nobody has: open ones with their day, then locked ones with their reason."""
    count = ladder.count(level)
    taken = count.counted + count.reserved
    if level == advice.level and advice.action in FILLING | {Action.WAIT}:
        offered = [*advice.offer, *[""] * advice.slots_open]
        for number in range(advice.slots_open):
            yield Place(PlaceKind.OPEN, open_from=advice.may_infuse_next_from, offered=offered[number])
        locked = advice.places - taken - advice.slots_open
        yield from [Place(PlaceKind.LOCKED, lock=_lock_here(advice))] * max(locked, 0)
        return
    free = advice.backfill_slots.get(level, 0)
    yield from [Place(PlaceKind.OPEN, open_from=ladder.on)] * free
    if not ladder.at(level):
        yield from [Place(PlaceKind.LOCKED, lock=_lock_elsewhere(ladder, advice, level))] * max(COHORT - taken, 0)


def _lock_here(advice: Advice) -> Lock:
    by_flag = (
        ("board_hold", Lock.HOLD),
        ("level_unset", Lock.UNSET),
        ("board_review_due", Lock.REVIEW),
        ("planned_reached", Lock.PLANNED),
    )
    return next((lock for flag, lock in by_flag if flag in advice.flags), Lock.PENDING)


def _lock_elsewhere(ladder: Ladder, advice: Advice, level: int) -> Lock:
    if _is_out(ladder, level):
        return Lock.RULED_OUT
    if advice.action in (Action.STOP, Action.COMPLETE):
        return Lock.ENDED
    return Lock.NOT_REACHED
