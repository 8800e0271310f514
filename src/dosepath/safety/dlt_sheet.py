"""The DLT definition clause by clause for one patient: met, not met or unknown, and the day that decides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dosepath.core.verdict import Verdict
from dosepath.safety.dlt import verdict_of
from dosepath.safety.dlt_events import INFUSION, Course, Run
from dosepath.safety.dlt_finding import ClauseAnswer, DltFinding, DltHistory, Ground, Question
from dosepath.safety.dlt_judging import Judging, Match, judging_of
from dosepath.safety.dlt_rule import Clause, DltRule, Relatedness


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One clause of the definition.

    Parameters
    ----------
    clause, text, source
        Its name, its words, and where they stand.
    verdict
        Met as soon as one event meets it; not met once none can any more; unknown until then.
    day
        Day on which it became certain, or on which it can be decided if nothing new happens; None where it waits for an
        answer, or where the patient is no longer observed.
    answers
        What it says about each event of its kind.
    """

    clause: str
    text: str
    source: str
    verdict: Verdict
    day: date | None
    answers: tuple[ClauseAnswer, ...]


def dlt_sheet(history: DltHistory, rule: DltRule, on: date) -> tuple[SheetRow, ...]:
    """Judge each clause from the data through a day; empty before the infusion.

    Parameters
    ----------
    history, rule, on
        As for `judge_dlt`, which decides by the same answers.

    Raises
    ------
    InputError
        When a grade is none, or two events have one id.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from dosepath.safety.dlt_rule import dlt_rule
    >>> from dosepath.trial.library import open_trial
    >>> rule = dlt_rule(open_trial("NCT06680388"))
    >>> clean = DltHistory(date(2027, 1, 4), Decimal(1))
    >>> {(row.verdict.value, str(row.day)) for row in dlt_sheet(clean, rule, date(2027, 1, 10))}
    {('unknown', '2027-02-01')}
    """
    patient = judging_of(history, rule, on)
    if patient is None:
        return ()
    finding, answers = verdict_of(patient), list(_answers(patient))
    named = [(clause.id, clause.text, clause.source) for clause in rule.clauses]
    named.append((rule.fatal.id, rule.fatal.text, rule.fatal.source))
    left = None if patient.exit is None else patient.exit.day
    return tuple(
        _row(name, text, source, [each for each in answers if each.clause == name], finding, on, left=left)
        for name, text, source in named
    )


def _row(
    name: str,
    text: str,
    source: str,
    answers: Sequence[ClauseAnswer],
    finding: DltFinding,
    on: date,
    *,
    left: date | None,
) -> SheetRow:
    verdict, day = _verdict(answers, finding, on, left=left)
    return SheetRow(name, text, source, verdict, day, tuple(answers))


def _verdict(
    answers: Sequence[ClauseAnswer], finding: DltFinding, on: date, *, left: date | None
) -> tuple[Verdict, date | None]:
    met = [each.day for each in answers if each.verdict is Verdict.MET and each.day is not None]
    if met:
        return Verdict.MET, min(met)
    still_open = [each for each in answers if each.verdict is Verdict.UNKNOWN]
    window = None if finding.window_closed else finding.first_closing_day
    by_window = None if window is None or left is not None else max(window, on + timedelta(days=1))
    if still_open:
        days = [each.day for each in still_open]
        known = [day for day in (*days, by_window) if day is not None]
        return Verdict.UNKNOWN, max(known, default=None) if None not in days else None
    if finding.window_closed:
        return Verdict.NOT_MET, finding.window_end
    if left is not None and window is not None and left >= window:
        return Verdict.NOT_MET, left
    return Verdict.UNKNOWN, by_window


# What a clause says about an event -----------------------------------------------------------------------------------


def _answers(patient: Judging) -> Iterator[ClauseAnswer]:
    """Give what each clause says about each event of its kind, and what the clause for deaths says."""
    for course in patient.courses:
        certain, still_open, asked = patient.of_course(course)
        for clause in patient.rule.clauses:
            if clause.event is course.event and course.grades:
                of_clause = [match for match in (*certain, *still_open) if match.clause is clause]
                yield _answer(patient, clause, course, of_clause, asked)
    for death in patient.deaths():
        ground = Ground.MET if death.certain else Ground.RELATEDNESS_MISSING
        verdict = Verdict.MET if death.certain else Verdict.UNKNOWN
        day = patient.date_of(death.day)
        yield ClauseAnswer(patient.rule.fatal.id, death.event, verdict, ground, day, day=day if death.certain else None)


def _answer(
    patient: Judging, clause: Clause, course: Course, matches: Sequence[Match], asked: Sequence[Question]
) -> ClauseAnswer:
    best = min(matches, key=lambda each: (each.known_on is None, each.known_on or 0, each.run.start), default=None)
    if best is not None and best.known_on is not None:
        met = patient.met(best)
        return ClauseAnswer(
            clause.id, course.id, Verdict.MET, Ground.MET, met.start, met.end, patient.date_of(best.known_on)
        )
    if best is not None:
        still = patient.still_open(best)
        ground = Ground.CLOCK_NOT_STARTED if still.decides_on is None else Ground.RUNS_ON
        day = None if patient.exit_day is not None else still.decides_on
        return ClauseAnswer(clause.id, course.id, Verdict.UNKNOWN, ground, still.start, day=day)
    run, ground = _why_not(patient, clause, course)
    missing = _missing(clause, asked)
    verdict = Verdict.NOT_MET if missing is None else Verdict.UNKNOWN
    start = None if run is None else patient.date_of(run.start)
    end = patient.date_of(run.end) if run is not None and run.ended else None
    return ClauseAnswer(clause.id, course.id, verdict, missing or ground, start, end)


def _missing(clause: Clause, asked: Sequence[Question]) -> Ground | None:
    if any(question.about_grade for question in asked):
        return Ground.GRADE_MISSING
    return Ground.RELATEDNESS_MISSING if asked and clause.judged else None


def _why_not(patient: Judging, clause: Clause, course: Course) -> tuple[Run | None, Ground]:
    """Say why a clause is not met by an event, with the run that came nearest."""
    found = patient.runs(clause, next(course.completions()), clause.min_grade)
    if clause.judged and course.part_of:
        return None, Ground.PART_OF_SYNDROME
    if clause.judged and course.related is Relatedness.NOT_RELATED:
        return None, Ground.NOT_RELATED
    if patient.spared(clause, course):
        return None, Ground.EXEMPT
    if not found:
        return None, Ground.BELOW_GRADE
    longest = max(found, key=lambda run: run.end - run.start)
    inside = any(INFUSION <= run.start <= patient.window_end for run in found)
    return longest, Ground.TOO_SHORT if inside else Ground.OUTSIDE_WINDOW
