"""The DLT rule of a trial as a decision procedure: dated graded events of one patient to a verdict.

The verdict is `dlt`, `no_dlt`, `pending` or `inevaluable`. A DLT carries its clause, the run that met it, and the day
on which it became certain; a pending verdict the day on which the last open event can still decide. The rule itself,
with its limits and the readings in force, comes from the protocol (`dosepath.safety.dlt_rule`).

Traps. "Not resolved within 14 days" is met when the grade still holds on day 14 of the run, "lasting 14 days" a day
earlier. An event that begins in the window may decide after it, so a closed window is not yet a verdict. What is
unknown and could decide (a grade, a relatedness, the cause of a death) leaves the verdict pending; it is never read as
"no". A grade that fell on the very last day may be a dip of one day, so it leaves the event open, but not where the
patient has left. A verdict is about the data through one day: keep it with that day instead of replacing it.

Verification: the worked cases of the shared reference for this rule (November 2026); a checker that walks day by day,
written apart from this code, on random histories.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from dosepath.core.days import PartialDate
from dosepath.core.instrument import Flag
from dosepath.safety.dlt_events import Course
from dosepath.safety.dlt_finding import (
    DOSE_DEVIATION,
    DOSE_UNKNOWN,
    EXPECTED_LAB,
    FATAL_EVENT,
    GVHD_AUTOLOGOUS,
    LATE_EVENT,
    MISSING_VISIT,
    OTHER_SCALE,
    PARTIAL_DATE,
    RELATEDNESS_OPEN,
    UNGRADED,
    UNRESOLVED,
    DltFinding,
    DltHistory,
    DltState,
    ExitReason,
    Met,
    Question,
)
from dosepath.safety.dlt_judging import Judging, judging_of
from dosepath.safety.dlt_rule import DltRule, EventType, OpenAtExit


def judge_dlt(history: DltHistory, rule: DltRule, on: date) -> DltFinding:
    """Judge one patient from the data through a day.

    Parameters
    ----------
    history
        Dated events; what is dated after `on` is not yet known.
    rule
        The rule of the trial.
    on
        Last day on which the data are complete.

    Raises
    ------
    InputError
        When a grade is none, or two events have one id.

    Examples
    --------
    >>> from dosepath.safety.dlt_finding import DltEvent
    >>> from dosepath.safety.dlt_rule import dlt_rule
    >>> from dosepath.trial.library import open_trial
    >>> event = DltEvent("e1", EventType.CRS, ((date(2027, 1, 6), 3), (date(2027, 1, 21), 2)))
    >>> history = DltHistory(date(2027, 1, 4), Decimal(1), events=(event,))
    >>> found = judge_dlt(history, dlt_rule(open_trial("NCT06680388")), date(2027, 2, 1))
    >>> found.state.value, found.first.clause, found.known_on
    ('dlt', 'crs_3', datetime.date(2027, 1, 20))
    """
    patient = judging_of(history, rule, on)
    return DltFinding(DltState.INEVALUABLE) if patient is None else verdict_of(patient)


def verdict_of(patient: Judging) -> DltFinding:
    """Give the verdict with its reasons."""
    found = [patient.of_course(course) for course in patient.courses]
    deaths = list(patient.deaths())
    met = [patient.met(match) for certain, _, _ in found for match in certain]
    met += [patient.fatal_met(death) for death in deaths if death.certain]
    undecided = [patient.still_open(match) for _, still_open, _ in found for match in still_open]
    questions = [question for _, _, asked in found for question in asked]
    questions += [
        Question(death.event, "was the death related to the product?") for death in deaths if not death.certain
    ]
    if undecided and patient.exit_day is not None and patient.rule.readings.unresolved_at_exit is OpenAtExit.DLT:
        last = patient.date_of(patient.exit_day)
        met += [Met(each.clause, each.event, each.start, None, last) for each in undecided]
    clauses = [*(clause.id for clause in patient.rule.clauses), patient.rule.fatal.id]
    order = {name: place for place, name in enumerate(clauses)}
    met.sort(key=lambda each: (each.known_on, order[each.clause], each.event))
    state = _state(patient, met=bool(met), undecided=bool(undecided), questions=questions)
    return DltFinding(
        state=state,
        met=tuple(met),
        undecided=() if met else tuple(sorted(undecided, key=lambda each: (each.start, each.event))),
        questions=tuple(dict.fromkeys(questions)),
        first_closing_day=patient.date_of(patient.rule.first_closing_day),
        window_end=patient.date_of(patient.window_end),
        window_closed=patient.closed,
        final_on=_final_on(patient, state, met),
        flags=tuple(_flags(patient, state, undecided=bool(undecided), questions=questions)),
    )


def _state(patient: Judging, *, met: bool, undecided: bool, questions: Sequence[Question]) -> DltState:
    dose = patient.history.dose_fraction
    early = patient.exit_day is not None and patient.exit_day < patient.rule.first_closing_day
    if met:
        return DltState.DLT
    if dose is not None and not _in_tolerance(patient, dose):
        return DltState.INEVALUABLE
    if questions:
        return DltState.PENDING
    if patient.exit_day is not None and (undecided or early):
        return DltState.INEVALUABLE
    if undecided or not patient.observed or dose is None:
        return DltState.PENDING
    return DltState.NO_DLT


def _in_tolerance(patient: Judging, dose: Decimal) -> bool:
    return patient.rule.least_dose <= dose <= patient.rule.most_dose


def _final_on(patient: Judging, state: DltState, met: Sequence[Met]) -> date | None:
    if state is DltState.DLT:
        return met[0].known_on
    if state is not DltState.NO_DLT:
        return None
    first, last = patient.rule.first_closing_day, patient.rule.last_closing_day
    day = last if patient.visit is None else patient.visit
    if patient.visit is None and patient.exit_day is not None and first <= patient.exit_day <= last:
        day = patient.exit_day
    ends = [run.end for run in patient.candidates() if run.start <= patient.window_end]
    return patient.date_of(max([day, *ends]))


def _flags(patient: Judging, state: DltState, *, undecided: bool, questions: Sequence[Question]) -> Iterator[Flag]:
    history, dose = patient.history, patient.history.dose_fraction
    left = patient.exit_day is not None
    by_visit = patient.visit is not None or (patient.exit_day or 0) >= patient.rule.first_closing_day
    raised = {
        DOSE_DEVIATION: state is DltState.DLT and dose is not None and not _in_tolerance(patient, dose),
        LATE_EVENT: patient.observed and any(run.start > patient.window_end for run in patient.candidates()),
        MISSING_VISIT: state is DltState.NO_DLT and not by_visit,
        UNRESOLVED: state is DltState.INEVALUABLE and left and undecided,
        RELATEDNESS_OPEN: state is DltState.PENDING and any(not each.about_grade for each in questions),
        UNGRADED: state is DltState.PENDING and any(each.about_grade for each in questions),
        DOSE_UNKNOWN: dose is None,
        PARTIAL_DATE: any(isinstance(day, PartialDate) for event in history.events for day, _ in event.grades),
        GVHD_AUTOLOGOUS: any(course.event is EventType.GVHD and course.grades for course in patient.courses),
        FATAL_EVENT: _died(patient),
        EXPECTED_LAB: any(_expected(patient, course) for course in patient.courses),
        OTHER_SCALE: any(
            event.scale and event.scale != patient.rule.scales.get(event.event) for event in history.events
        ),
    }
    return (flag for flag, is_raised in raised.items() if is_raised)


def _died(patient: Judging) -> bool:
    fatal = patient.rule.fatal.fatal_grade
    graded = any(grade == fatal for course in patient.courses for _, grade in course.grades)
    return graded or (patient.exit is not None and patient.exit.reason is ExitReason.DEATH)


def _expected(patient: Judging, course: Course) -> bool:
    known = patient.rule.expected_labs
    lowest = patient.rule.least_grade(course.event)
    severe = any((grade or 0) >= lowest for _, grade in course.grades)
    return severe and course.term.strip().lower() in known.always | known.early
