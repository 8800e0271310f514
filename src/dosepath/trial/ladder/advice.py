"""The state of the ladder on a day and what may be done next: advice to a board that signs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dosepath.core.source import Citation
from dosepath.dosefinding.design import Action
from dosepath.safety.dlt_finding import (
    DOSE_DEVIATION,
    LATE_EVENT,
    MISSING_VISIT,
    OF_LADDER,
    RELATEDNESS_OPEN,
    UNRESOLVED,
    DltState,
    as_if,
)
from dosepath.safety.dlt_rule import DltRule
from dosepath.trial.ladder.board import is_on_hold, is_stopped, review_flags
from dosepath.trial.ladder.counting import Ladder, LevelCount, PatientState, Standing, stand
from dosepath.trial.ladder.patients import BoardEntry, ProductStatus, TrialPatient
from dosepath.trial.ladder.problems import RecordError, record_problems
from dosepath.trial.ladder.rule import CONDUCT, FILLING, Label, Step, next_step
from dosepath.trial.ladder.settings import LadderSettings, PlannedLimit
from dosepath.trial.ladder.slots import backfill_places, candidates, earliest_infusion, offer


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The action if a pending patient had a verdict today and all else were the same."""

    patient: str
    state: PatientState
    action: Action
    level: int | None


@dataclass(frozen=True, slots=True)
class Advice:
    """What may be done next.

    Parameters
    ----------
    on
        Day of the question.
    standings, levels
        State of each patient by id; counts of each level.
    action, level, mtd, label
        What may be done, and where.
    rule, reasons, source
        Why.
    may_infuse_next_from, earliest_why
        Earliest day of the next infusion at the level, and why; None while nobody may be infused.
    slots_open, offer
        Places that may be given now, and the candidates who get them.
    backfill_slots
        Free places at cleared lower levels.
    decidable_on
        First day by which the pending patients of the level can all be final.
    flags
        Names of what a person should see; `FLAG_WORDS` has the words.
    what_if
        The action for each verdict of each pending patient.
    """

    on: date
    standings: tuple[Standing, ...]
    levels: Mapping[int, LevelCount]
    action: Action
    level: int | None
    mtd: int | None
    label: Label | None
    rule: str
    reasons: tuple[str, ...]
    source: Citation
    places: int
    may_infuse_next_from: date | None
    earliest_why: str
    slots_open: int
    offer: tuple[str, ...]
    backfill_slots: Mapping[int, int]
    decidable_on: date | None
    flags: frozenset[str]
    what_if: tuple[WhatIf, ...] = ()


FLAG_WORDS: Mapping[str, str] = {
    "board_review_due": "the action is not in force before the board has decided it",
    "board_review_premature": "the board decided before the data were final; it has to decide again",
    "board_hold": "the board holds dosing",
    "board_stop": "the board ended the trial",
    "level_unset": "the dose of the level is not set; nobody can be infused there",
    "closed_cohort_reopened": "late data changed a level that was left behind; the board says whether to go on",
    "overlapping_cohorts": "a lower level has pending patients while a higher one was opened",
    "would_pass_planned": "the cohort would pass the planned number of patients",
    "planned_reached": "the planned number of patients has been infused",
    "overbooked": "more slots are held than the cohort has places",
    "arm_cap_blocks": "slots are open and candidates wait, but their arms are at their caps",
    "reserved_on_closed_level": "slots are held at a level where nobody will be infused",
    "missing_closing_visit": MISSING_VISIT.text,
    "late_event": LATE_EVENT.text,
    "unresolved_at_exit": UNRESOLVED.text,
    "relatedness_open": RELATEDNESS_OPEN.text,
    "dose_deviation": DOSE_DEVIATION.text,
    "out_of_spec_infused": "a product outside its specification was infused; it counts like any other",
    "counted_at_actual_level": "a patient counts at the level of the cells received, not at the one assigned",
}
"""Every flag of the ladder in plain words."""


def advise(
    patients: Sequence[TrialPatient],
    board: Sequence[BoardEntry],
    settings: LadderSettings,
    rule: DltRule,
    on: date,
) -> Advice:
    """Say what may be done next.

    Parameters
    ----------
    patients, board
        Records, complete through the day, in no particular order.
    settings, rule
        Of the trial.
    on
        Day of the question.

    Raises
    ------
    RecordError
        When the records cannot be; holds every problem.
    """
    problems = record_problems(patients, board, settings, on)
    if problems:
        raise RecordError(problems)
    ladder = Ladder(settings, stand(patients, settings, rule, on), on)
    return replace(_advice(ladder, board), what_if=tuple(_what_if(ladder, board)))


def _advice(ladder: Ladder, board: Sequence[BoardEntry]) -> Advice:
    settings = ladder.settings
    step, flags = _in_force(ladder, board)
    earliest, slots = None, 0
    if step.action in FILLING and step.level is not None and "board_review_due" not in flags:
        earliest = earliest_infusion(ladder, step.level)
    if step.action in FILLING and step.level is not None:
        free = _free_places(ladder, step, step.level)
        flags |= {"overbooked"} if free < 0 else set()
        slots = 0 if earliest is None else _within_plan(ladder, max(free, 0))
    offered = offer(ladder, step.level, slots) if step.level is not None and slots else ()
    if slots and candidates(ladder) and not offered:
        flags |= {"arm_cap_blocks"}
    return Advice(
        on=ladder.on,
        standings=ladder.standings,
        levels={level: ladder.count(level) for level in settings.levels},
        action=step.action,
        level=step.level,
        mtd=step.mtd,
        label=step.label,
        rule=step.rule,
        reasons=step.reasons,
        source=step.source,
        places=step.places,
        may_infuse_next_from=None if earliest is None else earliest.day,
        earliest_why="" if earliest is None else earliest.why,
        slots_open=slots,
        offer=offered,
        backfill_slots=_backfill(ladder, step, flags),
        decidable_on=_decidable_on(ladder, step),
        flags=flags | _closed_reservations(ladder, step) | frozenset(_data_flags(ladder)),
    )


# The rule, then what stands above it ---------------------------------------------------------------------------------


def _in_force(ladder: Ladder, board: Sequence[BoardEntry]) -> tuple[Step, frozenset[str]]:
    """Give the step of the rule under the board, the doses that are set, and the planned number."""
    if is_stopped(board):
        stopped = Step(Action.STOP, None, "the board ended the trial", ("entry 'stop' of the board",))
        return stopped, frozenset({"board_stop"})
    step = next_step(ladder, board)
    if step.action in (Action.STOP, Action.COMPLETE):
        return step, step.flags
    if is_on_hold(board):
        return _waiting(step, "the board holds dosing"), step.flags | {"board_hold"}
    if step.action not in FILLING or step.level is None:
        return step, step.flags
    if ladder.settings.dose(step.level) is None:
        return _waiting(step, f"the dose of level {step.level} is not set"), step.flags | {"level_unset"}
    flags = step.flags | _planned_flags(ladder, step, step.level)
    if "planned_reached" in flags and ladder.settings.planned_limit is PlannedLimit.HARD:
        return _waiting(step, "the planned number is reached; more patients need an amendment"), flags
    return step, flags | review_flags(step, board, ladder.settings)


def _waiting(step: Step, why: str) -> Step:
    said = f"without that: {step.action.value} at level {step.level} ({step.rule})"
    return replace(step, action=Action.WAIT, rule=why, reasons=(*step.reasons, said), source=CONDUCT, certain_on=None)


def _planned_flags(ladder: Ladder, step: Step, level: int) -> frozenset[str]:
    """Say whether the planned number is reached, or would be passed by filling the cohort."""
    needed = step.places - ladder.count(level).counted
    flags = set()
    if ladder.infused + needed > ladder.settings.planned_n:
        flags.add("would_pass_planned")
    if ladder.infused >= ladder.settings.planned_n:
        flags.add("planned_reached")
    return frozenset(flags)


# Places --------------------------------------------------------------------------------------------------------------


def _free_places(ladder: Ladder, step: Step, level: int) -> int:
    count = ladder.count(level)
    return step.places - count.counted - count.reserved


def _within_plan(ladder: Ladder, free: int) -> int:
    settings = ladder.settings
    if settings.planned_limit is not PlannedLimit.HARD:
        return free
    return max(0, min(free, settings.planned_n - ladder.infused - ladder.reserved))


def _backfill(ladder: Ladder, step: Step, flags: frozenset[str]) -> dict[int, int]:
    ended = step.action in (Action.STOP, Action.COMPLETE) or step.ruled_out is not None
    if not ladder.settings.backfill or ended or "board_hold" in flags:
        return {}
    if ladder.settings.planned_limit is PlannedLimit.HARD and ladder.infused >= ladder.settings.planned_n:
        return {}
    return backfill_places(ladder)


def _closed_reservations(ladder: Ladder, step: Step) -> frozenset[str]:
    """Say whether slots are held where nobody will be infused."""
    settings = ladder.settings
    closed: Sequence[int] = ()
    if step.action in (Action.STOP, Action.COMPLETE):
        closed = settings.levels
    elif step.ruled_out is not None:
        closed = settings.levels[settings.place(step.ruled_out) - 1 :]
    held = any(ladder.count(level).reserved for level in closed)
    return frozenset({"reserved_on_closed_level"} if held else ())


# Days ----------------------------------------------------------------------------------------------------------------


def _decidable_on(ladder: Ladder, step: Step) -> date | None:
    """Give the first day by which the pending patients of the level can all be final if no new event begins."""
    if step.action not in (Action.STAY, Action.WAIT) or step.level is None:
        return None
    days = [_final_at_best(each, ladder.on) for each in ladder.pending_at(step.level)]
    known = [day for day in days if day is not None]
    return max(known, default=None) if len(known) == len(days) else None


def _final_at_best(standing: Standing, on: date) -> date | None:
    """Give the first day on which a pending verdict can be final; None where it waits for an answer."""
    finding = standing.finding
    if finding is None or finding.questions or finding.first_closing_day is None:
        return None
    days = [] if finding.window_closed else [max(finding.first_closing_day, on + timedelta(days=1))]
    for event in finding.undecided:
        if event.decides_on is None:
            return None
        days.append(event.decides_on)
    return max(days, default=None)


# Flags of patients, and other worlds ---------------------------------------------------------------------------------


def _data_flags(ladder: Ladder) -> Iterator[str]:
    for each in ladder.standings:
        if each.finding is not None:
            yield from (flag.id for flag in each.finding.flags if flag in OF_LADDER)
        if each.at_actual_level:
            yield "counted_at_actual_level"
        if each.patient.infusions and each.patient.product.status is ProductStatus.OUT_OF_SPEC:
            yield "out_of_spec_infused"


def _what_if(ladder: Ladder, board: Sequence[BoardEntry]) -> Iterator[WhatIf]:
    for place, each in enumerate(ladder.standings):
        if each.state is not PatientState.PENDING or each.finding is None:
            continue
        for state in (PatientState.DLT, PatientState.NO_DLT):
            judged = replace(each, state=state, finding=as_if(each.finding, DltState(state.value), ladder.on))
            others = (*ladder.standings[:place], judged, *ladder.standings[place + 1 :])
            step, _ = _in_force(replace(ladder, standings=others), board)
            yield WhatIf(each.patient.id, state, step.action, step.level)
