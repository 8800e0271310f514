"""The 3+3 rule on a ladder whose patients are still being observed.

What a finished cohort means is decided by the design (`dosepath.dosefinding.three_plus_three`). Here it is settled when
a cohort is finished: who has to be infused or awaited first, whether lower levels are still cleared, and how the level
below one that was ruled out is filled.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Final

from dosepath.core.source import Citation
from dosepath.dosefinding.design import Action, Decision, decision_of, rows_of, state_of
from dosepath.dosefinding.outcomes import DoseTally
from dosepath.dosefinding.three_plus_three import COHORT, FULL
from dosepath.trial.ladder.counting import EVALUABLE, Ladder, Standing
from dosepath.trial.ladder.patients import BoardDecision, BoardEntry

CONDUCT: Final = Citation("project convention for the conduct of a 3+3 with pending patients")
"""Source of rules that no publication of the design states."""

FILLING: Final = frozenset({Action.STAY, Action.EXPAND, Action.ESCALATE, Action.DE_ESCALATE})
"""Actions under which patients are infused."""


class Label(Enum):
    """What the end of an escalation means."""

    MTD_FOUND = "mtd_found"
    MTD_NOT_REACHED = "mtd_not_reached"
    NO_TOLERABLE_DOSE = "no_tolerable_dose"


@dataclass(frozen=True, slots=True)
class Step:
    """What the rule says next.

    Parameters
    ----------
    action, level
        What, and at which level.
    rule, reasons, source
        Why, in plain words, and where the rule comes from.
    places
        Places of the cohort that is being filled: 3, or 6 from the expansion on.
    certain_on
        Day from which the action has been certain, where a board may be asked about it.
    mtd, label
        At the end of the escalation.
    ruled_out
        Lowest level that is ruled out.
    flags
        What the rule wants to be seen.
    """

    action: Action
    level: int | None
    rule: str
    reasons: tuple[str, ...]
    source: Citation = CONDUCT
    places: int = COHORT
    certain_on: date | None = None
    mtd: int | None = None
    label: Label | None = None
    ruled_out: int | None = None
    flags: frozenset[str] = frozenset()


def next_step(ladder: Ladder, board: Sequence[BoardEntry]) -> Step:
    """Say what the rule says next: from the lowest level that is ruled out, or else from the highest one tried."""
    out = lowest_ruled_out(ladder)
    return _upwards(ladder, board) if out is None else replace(_below(ladder, out), ruled_out=out)


def in_words(ladder: Ladder, level: int) -> str:
    """Word the counts of a level."""
    count = ladder.count(level)
    words = f"level {level}: {count.dlt} DLT in {count.evaluable} evaluable"
    return f"{words}, {count.pending} pending" if count.pending else words


def is_cleared(ladder: Ladder, level: int) -> bool:
    """Answer whether a level allowed to go on: none of 3 or more, or few enough of 6."""
    count = ladder.count(level)
    clean = count.evaluable >= COHORT and count.dlt == 0
    return clean or (count.evaluable >= FULL and count.dlt <= ladder.settings.design.tolerated)


# A level is ruled out ------------------------------------------------------------------------------------------------


def lowest_ruled_out(ladder: Ladder) -> int | None:
    """Give the lowest level that is ruled out; None where none is."""
    place = int(ladder.settings.design.ruled_out(*rows_of(ladder.tallies(counted=True)))[0])
    levels = ladder.settings.levels
    return levels[place - 1] if place <= len(levels) else None


def ruled_out_on(ladder: Ladder, level: int) -> date:
    """Give the day on which the DLT that rules a level out was certain."""
    days = sorted(each.finding.known_on for each in ladder.counted_at(level) if each.finding and each.finding.known_on)
    tolerated = ladder.settings.design.tolerated
    deciding = tolerated if tolerated > 1 and ladder.count(level).counted > COHORT else 1
    return days[deciding]


def _below(ladder: Ladder, out: int) -> Step:
    """Say what follows once a level is ruled out."""
    settings = ladder.settings
    below = settings.below(out)
    since = ruled_out_on(ladder, out)
    if below is None:
        decided = _decided(ladder, out, ladder.tallies(counted=True))
        why = (in_words(ladder, out), f"certain since {since}")
        return Step(decided.action, None, decided.rule, why, decided.source, label=Label.NO_TOLERABLE_DOSE)
    reasons = (in_words(ladder, out), f"ruled out on {since}", in_words(ladder, below))
    here = ladder.counted_at(below)
    count = ladder.count(below)
    had_cohort = sum(each.infusion <= since for each in here) >= COHORT
    fills = settings.design.fill_below
    enough = count.evaluable >= FULL if fills else count.counted >= COHORT and (had_cohort or not count.pending)
    if enough:
        decided = _decided(ladder, out, ladder.tallies(counted=not fills))
        return Step(decided.action, below, decided.rule, reasons, decided.source, mtd=below, label=Label.MTD_FOUND)
    if all(each.infusion <= since for each in here):
        places, source = FULL if had_cohort else COHORT, settings.design.citation
        return Step(Action.DE_ESCALATE, below, _filled(places), reasons, source, places=places, certain_on=since)
    return _refill(ladder, below, reasons, had_cohort=had_cohort)


def _filled(places: int) -> str:
    return f"the dose below the one ruled out is filled to {places}"


def _refill(ladder: Ladder, level: int, reasons: tuple[str, ...], *, had_cohort: bool) -> Step:
    """Fill the level below one that is ruled out, which has had patients since."""
    count = ladder.count(level)
    places = FULL if had_cohort or count.counted > COHORT else COHORT
    if count.counted < places:
        return Step(Action.STAY, level, _filled(places), reasons, places=places)
    if count.pending:
        return Step(Action.WAIT, level, "the cohort is full and somebody is pending", reasons, places=places)
    rule = f"{count.dlt} of 3 at the dose below the one ruled out: three more"
    certain = latest_final(ladder.at(level))
    source = ladder.settings.design.citation
    return Step(Action.EXPAND, level, rule, reasons, source, places=FULL, certain_on=certain)


# No level is ruled out -----------------------------------------------------------------------------------------------


def _upwards(ladder: Ladder, board: Sequence[BoardEntry]) -> Step:
    current = ladder.current
    flags: frozenset[str] = frozenset()
    for level in levels_before(ladder, current):
        if is_cleared(ladder, level):
            continue
        reasons = (in_words(ladder, level), f"patients were infused at level {current}")
        if ladder.pending_at(level):
            flags |= {"overlapping_cohorts"}
            rule = "two cohorts are open at a time; the lower one is settled first"
            return Step(Action.WAIT, level, rule, reasons, flags=flags)
        flags |= {"closed_cohort_reopened"}
        if not _may_continue(board, current):
            rule = "late data reopened a lower level; the board says whether to go on"
            return Step(Action.WAIT, level, rule, reasons, flags=flags)
    return replace(_cohort(ladder, current), flags=flags)


def levels_before(ladder: Ladder, current: int) -> tuple[int, ...]:
    """Give the levels from the first one up to the one below a level."""
    settings = ladder.settings
    return settings.levels[settings.place(settings.start_level) - 1 : settings.place(current) - 1]


def _may_continue(board: Sequence[BoardEntry], level: int) -> bool:
    """Answer whether the board said to go on at a level since it went there."""
    went = [entry.day for entry in board if (entry.decision, entry.level) == (BoardDecision.ESCALATE, level)]
    since = max(went, default=date.min)
    goes_on = (entry for entry in board if (entry.decision, entry.level) == (BoardDecision.CONTINUE, level))
    return any(entry.day > since for entry in goes_on)


def places_at(ladder: Ladder, level: int) -> int:
    """Give the places of the cohort of a level: 3, or 6 where more than three are counted."""
    return COHORT if ladder.count(level).counted <= COHORT else FULL


def _cohort(ladder: Ladder, level: int) -> Step:
    """Fill, await or decide the cohort of the highest level tried."""
    count = ladder.count(level)
    reasons = (in_words(ladder, level),)
    places = places_at(ladder, level)
    if count.counted < places:
        rule = "the first three are infused" if places == COHORT else "the expansion to 6 goes on"
        return Step(Action.STAY, level, rule, reasons, places=places)
    if count.pending:
        return Step(Action.WAIT, level, "the cohort is full and somebody is pending", reasons, places=places)
    decided = _decided(ladder, level, ladder.tallies(counted=True))
    target = None if decided.level is None else ladder.settings.levels[decided.level - 1]
    at_top = level == ladder.settings.levels[-1]
    step = Step(
        decided.action, target, decided.rule, reasons, decided.source, certain_on=latest_final(ladder.at(level))
    )
    if decided.action is Action.COMPLETE:
        tolerated = count.dlt > 1
        label = Label.MTD_NOT_REACHED if at_top and not tolerated else Label.MTD_FOUND
        return replace(step, label=label, mtd=target if label is Label.MTD_FOUND else None)
    return replace(step, places=FULL if decided.action is Action.EXPAND else COHORT)


def _decided(ladder: Ladder, current: int, tallies: Sequence[DoseTally]) -> Decision:
    """Ask the design about finished cohorts."""
    return decision_of(ladder.settings.design, state_of(tallies, ladder.settings.place(current)))


def latest_final(standings: Sequence[Standing]) -> date | None:
    """Give the day on which the last verdict of a level became final."""
    days = (each.finding.final_on for each in standings if each.finding is not None and each.state in EVALUABLE)
    return max((day for day in days if day is not None), default=None)
