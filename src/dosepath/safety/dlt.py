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
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from dosepath.core.days import PartialDate
from dosepath.core.errors import InputError
from dosepath.core.instrument import Flag
from dosepath.core.verdict import Verdict
from dosepath.safety.dlt_events import INFUSION, Course, Grade, Run, check_grade, runs, steps
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
    ClauseAnswer,
    DltEvent,
    DltFinding,
    DltHistory,
    DltState,
    ExitReason,
    Ground,
    Met,
    Question,
    Undecided,
)
from dosepath.safety.dlt_rule import (
    Clause,
    Completion,
    CrsOnset,
    Dips,
    DltRule,
    EventType,
    FatalEvents,
    GvhdClock,
    Lasting,
    OpenAtExit,
    OtherEvents,
    Relatedness,
    WindowEnd,
)


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
    _check(history)
    if history.infusion is None or history.infusion > on:
        return DltFinding(DltState.INEVALUABLE)
    return _Judging(history, history.infusion, rule, on).finding()


def clause_answers(history: DltHistory, rule: DltRule, on: date) -> tuple[ClauseAnswer, ...]:
    """Say what each clause says about each event of its kind, and what the clause for deaths says.

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
    >>> from dosepath.safety.dlt_finding import DltEvent
    >>> from dosepath.safety.dlt_rule import dlt_rule
    >>> from dosepath.trial.library import open_trial
    >>> event = DltEvent("e1", EventType.CRS, ((date(2027, 1, 6), 3),))
    >>> history = DltHistory(date(2027, 1, 4), Decimal(1), events=(event,))
    >>> for each in clause_answers(history, dlt_rule(open_trial("NCT06680388")), date(2027, 1, 10)):
    ...     print(each.clause, each.verdict.value, each.ground.value, each.day)
    crs_4 not_met below_grade None
    crs_3 unknown runs_on 2027-01-20
    """
    _check(history)
    if history.infusion is None or history.infusion > on:
        return ()
    return tuple(_Judging(history, history.infusion, rule, on).answers())


def _check(history: DltHistory) -> None:
    seen: set[str] = set()
    for event in history.events:
        if event.id in seen:
            raise InputError(f"event {event.id}: this id stands twice; give each event its own")
        seen.add(event.id)
        for _, grade in event.grades:
            check_grade(grade, f"event {event.id}")


@dataclass(frozen=True, slots=True)
class _Match:
    """What one clause says about one run, on study days."""

    clause: Clause
    course: Course
    run: Run
    known_on: int | None
    decides_on: int | None


@dataclass(frozen=True, slots=True)
class _Fatal:
    """What the clause for deaths says."""

    event: str
    day: int
    certain: bool


class _Judging:
    """One patient on study days."""

    def __init__(self, history: DltHistory, infusion: date, rule: DltRule, on: date) -> None:
        self.history = history
        self.infusion = infusion
        self.rule = rule
        self.cut = self._day(on)
        left = history.exit
        self.exit = left if left is not None and left.day <= on else None
        self.exit_day = self._day(left.day) if self.exit is not None and left is not None else None
        self.last = self.cut if self.exit_day is None else min(self.cut, self.exit_day)
        self.window_end, self.closed, self.visit = self._window()
        self.courses = tuple(self._course(event).until(self.last) for event in history.events)

    def _day(self, day: date) -> int:
        return (day - self.infusion).days

    def _date(self, day: int) -> date:
        return self.infusion + timedelta(days=day)

    # the window --------------------------------------------------------------------------------------------------

    def _window(self) -> tuple[int, bool, int | None]:
        """Give the last day of the window, whether it is final, and the day of the visit that closed it."""
        first, last = self.rule.first_closing_day, self.rule.last_closing_day
        fixed = {WindowEnd.FIRST_DAY: first, WindowEnd.LAST_DAY: last}.get(self.rule.readings.window)
        if fixed is not None:
            return fixed, self.last >= fixed, fixed
        visit = None if self.history.closing_visit is None else self._day(self.history.closing_visit)
        if visit is not None and first <= visit <= min(self.cut, last):
            return visit, True, visit
        late_visit = last if visit is not None and last < visit <= self.cut else None
        return min(self.cut, last), self.last >= last, late_visit

    @property
    def observed(self) -> bool:
        """Whether the window is closed, or the patient left after its first possible end."""
        return self.closed or (self.exit_day is not None and self.exit_day >= self.rule.first_closing_day)

    # events ------------------------------------------------------------------------------------------------------

    def _course(self, event: DltEvent) -> Course:
        grades: list[tuple[int, Grade]] = []
        held: Grade = 0
        for day, grade in sorted(event.grades, key=lambda entry: _earliest(entry[0])):
            grades.append((self._entry_day(day, rises=grade is None or grade > (held or 0)), grade))
            held = grade
        grades.sort(key=lambda entry: entry[0])
        return Course(
            id=event.id,
            event=event.event,
            grades=tuple(grades),
            term=event.term,
            related=event.related,
            part_of=event.part_of,
            skin_only=tuple(
                (self._day(day), only) for day, only in sorted(event.skin_only, key=lambda entry: entry[0])
            ),
            treated_from=None if event.treated_from is None else self._day(event.treated_from),
        )

    def _entry_day(self, day: date | PartialDate, *, rises: bool) -> int:
        """Read a day; one known in part is the earliest possible start after infusion, or the latest possible end."""
        if isinstance(day, date):
            return self._day(day)
        if not rises:
            return self._day(day.latest)
        return min(max(self._day(day.earliest), INFUSION), self._day(day.latest))

    def _matches(self, course: Course) -> Iterator[_Match]:
        """Give what the clauses say about an event whose grades are all known."""
        for clause in self.rule.clauses:
            if clause.event is course.event and not self._spared(clause, course):
                yield from self._of_clause(clause, course)

    def _spared(self, clause: Clause, course: Course) -> bool:
        """Answer whether a clause does not concern an event, whatever its grades."""
        if not clause.judged:
            return False
        if course.related is Relatedness.NOT_RELATED or course.part_of:
            return True
        exempt = self.rule.readings.other_events is OtherEvents.EXEMPT_LABS
        return exempt and course.term.strip().lower() in self.rule.expected_labs.always

    def _runs(self, clause: Clause, course: Course, threshold: int) -> tuple[Run, ...]:
        literal = self.rule.readings.grade_5 is FatalEvents.LITERAL
        off: dict[int, bool] = dict(course.skin_only) if clause.except_skin_only else {}
        expected = self.rule.expected_labs
        exempt = clause.judged and self.rule.readings.other_events is OtherEvents.EXEMPT_LABS
        if exempt and course.term.strip().lower() in expected.early and course.grades:
            off = {min(course.grades[0][0], expected.early_days): True, expected.early_days + 1: False}
        most = clause.printed_max_grade if literal else None
        changes = steps(course, no_days=off, most=most)
        return runs(changes, threshold, self.rule.bridged_days, self.last, over=self.exit_day is not None)

    def _of_clause(self, clause: Clause, course: Course) -> Iterator[_Match]:
        in_window = [
            run for run in self._runs(clause, course, clause.min_grade) if INFUSION <= run.start <= self.window_end
        ]
        needed = self.rule.days_needed(clause)
        if needed is None:
            yield from (_Match(clause, course, run, run.start, None) for run in in_window)
        elif self.rule.readings.dips is Dips.CUMULATIVE:
            if in_window:
                yield from self._in_time(self._added_up(clause, course, in_window, needed))
        else:
            for run in in_window:
                yield from self._in_time(self._lasting(clause, course, run, needed))

    def _lasting(self, clause: Clause, course: Course, run: Run, needed: int) -> _Match:
        """Look at one run against the days that a clause asks for."""
        lasting = self._what_lasts(clause, course, run)
        clock = self._clock(clause, course, run, lasting)
        if clock is None:
            return _Match(clause, course, run, None, None)
        last_needed = max(clock + needed - 1, run.start)
        known_on = lasting.first_day_from(last_needed)
        decides_on = max(last_needed, self.last + 1)
        return _Match(clause, course, replace(run, ended=lasting.ended), known_on, decides_on)

    def _what_lasts(self, clause: Clause, course: Course, run: Run) -> Run:
        """Give the run itself, or the whole event around it where the reading asks for that."""
        if not (clause.judged and self.rule.readings.ae_duration is Lasting.WHOLE_EVENT):
            return run
        return self._around(clause, course, run)

    def _around(self, clause: Clause, course: Course, run: Run) -> Run:
        """Give the days of any grade around a run, from the infusion on."""
        literal = self.rule.readings.grade_5 is FatalEvents.LITERAL
        changes = steps(course, no_days={}, most=clause.printed_max_grade if literal else None)
        after = [replace(change, day=max(change.day, INFUSION)) for change in changes]
        whole = runs(after, 1, self.rule.bridged_days, self.last, over=self.exit_day is not None)
        return next(each for each in whole if each.start <= run.start <= each.end)

    def _clock(self, clause: Clause, course: Course, run: Run, lasting: Run) -> int | None:
        """Give the day from which days are counted; None where it has not come."""
        readings = self.rule.readings
        if clause.event is EventType.CRS and readings.crs_onset is CrsOnset.SYNDROME:
            return self._around(clause, course, run).start
        if clause.event is EventType.GVHD and readings.gvhd_clock is GvhdClock.TREATMENT:
            treated = course.treated_from
            return treated if treated is not None and treated <= self.last else None
        return lasting.start

    def _added_up(self, clause: Clause, course: Course, in_window: Sequence[Run], needed: int) -> _Match:
        """Add up the days at the grade over all runs that began in the window."""
        lasting = [self._what_lasts(clause, course, run) for run in in_window]
        total = 0
        for first, end in dict.fromkeys(span for run in lasting for span in run.spans):
            if total + end - first >= needed:
                known_on = max(first + needed - total - 1, in_window[0].start)
                return _Match(clause, course, in_window[0], known_on, None)
            total += end - first
        run = replace(in_window[0], ended=lasting[-1].ended)
        return _Match(clause, course, run, None, self.last + needed - total)

    def _in_time(self, match: _Match) -> Iterator[_Match]:
        """Keep a match unless it had to be complete within the window and cannot be."""
        if self.rule.readings.completion is Completion.WITHIN_WINDOW:
            end = self.window_end if self.closed else self.rule.last_closing_day
            when = match.decides_on if match.known_on is None else match.known_on
            if when is not None and when > end:
                return
        yield match

    # deaths ------------------------------------------------------------------------------------------------------

    def _deaths(self) -> Iterator[_Fatal]:
        """Give what the clause for deaths says, with what it rests on."""
        if self.rule.readings.grade_5 is FatalEvents.LITERAL:
            return
        for course in self.courses:
            day = self._fatal_day(course)
            certain = self._attributable(course)
            if day is not None and certain is not None:
                yield _Fatal(course.id, day, certain)
        left = self.exit
        if left is None or left.reason is not ExitReason.DEATH or self.exit_day is None:
            return
        if INFUSION <= self.exit_day <= self.window_end and left.related is not Relatedness.NOT_RELATED:
            yield _Fatal("", self.exit_day, left.related is Relatedness.RELATED)

    def _fatal_day(self, course: Course) -> int | None:
        """Give the day on which an event that began in the window was fatal."""
        graded = next(
            (day for day, grade in course.grades if grade == self.rule.fatal.fatal_grade and day >= INFUSION), None
        )
        named = self.exit is not None and self.exit.reason is ExitReason.DEATH and course.id in self.exit.due_to
        day = min((each for each in (graded, self.exit_day if named else None) if each is not None), default=None)
        if day is None or not any(run.start <= self.window_end for run in self._severe(course)):
            return None
        return day

    def _severe(self, course: Course) -> tuple[Run, ...]:
        """Give the runs of an event at the grade from which its death counts."""
        filled = next(course.completions())
        changes = steps(filled, no_days={}, most=None)
        return runs(changes, self.rule.fatal.min_grade, self.rule.bridged_days, self.last, over=True)

    def _attributable(self, course: Course) -> bool | None:
        """Answer whether a fatal event counts: True, False where that is not known, None where it does not."""
        syndromes = {event.value for event in self.rule.fatal.without_judgement}
        if course.event.value in syndromes or course.part_of in syndromes:
            return True
        judged = course.related
        if judged is Relatedness.UNKNOWN and self.exit is not None and self.exit.reason is ExitReason.DEATH:
            judged = self.exit.related
        return {Relatedness.RELATED: True, Relatedness.UNKNOWN: False}.get(judged)

    # the verdict -------------------------------------------------------------------------------------------------

    def finding(self) -> DltFinding:
        """Give the verdict with its reasons."""
        found = [self._of_course(course) for course in self.courses]
        deaths = list(self._deaths())
        met = [self._met(match) for certain, _, _ in found for match in certain]
        met += [self._fatal_met(death) for death in deaths if death.certain]
        undecided = [self._open(match) for _, still_open, _ in found for match in still_open]
        questions = [question for _, _, asked in found for question in asked]
        questions += [self._death_question(death) for death in deaths if not death.certain]
        if undecided and self.exit_day is not None and self.rule.readings.unresolved_at_exit is OpenAtExit.DLT:
            last = self._date(self.exit_day)
            met += [Met(each.clause, each.event, each.start, None, last) for each in undecided]
        order = {name: place for place, name in enumerate(self._clause_ids())}
        met.sort(key=lambda each: (each.known_on, order[each.clause], each.event))
        state = self._state(met=bool(met), undecided=bool(undecided), questions=questions)
        return DltFinding(
            state=state,
            met=tuple(met),
            undecided=() if met else tuple(sorted(undecided, key=lambda each: (each.start, each.event))),
            questions=tuple(dict.fromkeys(questions)),
            first_closing_day=self._date(self.rule.first_closing_day),
            window_end=self._date(self.window_end),
            window_closed=self.closed,
            final_on=self._final_on(state, met),
            flags=tuple(self._flags(state, undecided=bool(undecided), questions=questions)),
        )

    def _clause_ids(self) -> list[str]:
        return [*(clause.id for clause in self.rule.clauses), self.rule.fatal.id]

    def _of_course(self, course: Course) -> tuple[list[_Match], list[_Match], list[Question]]:
        """Give the clauses that an event meets, those that are undecided, and what is not known."""
        worlds = [list(self._matches(each)) for each in course.completions()]
        certain = [match for match in worlds[0] if match.known_on is not None]
        undecided = [match for match in worlds[0] if match.known_on is None and not match.run.ended]
        if course.ungraded:
            return self._of_ungraded(course, worlds)
        questions: list[Question] = []
        if course.related is Relatedness.UNKNOWN and any(match.clause.judged for match in certain):
            questions.append(_relatedness_of(course))
            certain = [match for match in certain if not match.clause.judged]
            undecided = [match for match in undecided if not match.clause.judged]
        return certain, undecided, questions

    def _of_ungraded(
        self, course: Course, worlds: Sequence[Sequence[_Match]]
    ) -> tuple[list[_Match], list[_Match], list[Question]]:
        """Judge an event with missing grades: what all possible courses say alike is certain."""
        met = [[each for each in world if each.known_on is not None] for world in worlds]
        if all(met):
            if course.related is Relatedness.UNKNOWN and any(each.clause.judged for world in met for each in world):
                return [], [], [_relatedness_of(course)]
            latest = max((min(world, key=_known_day) for world in met), key=_known_day)
            return [latest], [], []
        possible = any(met) or any(not each.run.ended for world in worlds for each in world)
        asked = Question(course.id, f"{course.term or course.event.value}: which grade?", about_grade=True)
        return [], [], [asked] if possible else []

    def _state(self, *, met: bool, undecided: bool, questions: Sequence[Question]) -> DltState:
        dose = self.history.dose_fraction
        early = self.exit_day is not None and self.exit_day < self.rule.first_closing_day
        if met:
            return DltState.DLT
        if dose is not None and not self._dose_in_tolerance(dose):
            return DltState.INEVALUABLE
        if questions:
            return DltState.PENDING
        if self.exit_day is not None and (undecided or early):
            return DltState.INEVALUABLE
        if undecided or not self.observed or dose is None:
            return DltState.PENDING
        return DltState.NO_DLT

    def _dose_in_tolerance(self, dose: Decimal) -> bool:
        return self.rule.least_dose <= dose <= self.rule.most_dose

    def _met(self, match: _Match) -> Met:
        known_on = self._date(_known_day(match))
        end = self._date(match.run.end) if match.run.ended else None
        return Met(match.clause.id, match.course.id, self._date(match.run.start), end, known_on)

    def _open(self, match: _Match) -> Undecided:
        decides_on = None if match.decides_on is None else self._date(match.decides_on)
        return Undecided(match.clause.id, match.course.id, self._date(match.run.start), decides_on)

    def _fatal_met(self, death: _Fatal) -> Met:
        day = self._date(death.day)
        return Met(self.rule.fatal.id, death.event, day, None, day)

    def _death_question(self, death: _Fatal) -> Question:
        return Question(death.event, "was the death related to the product?")

    def _final_on(self, state: DltState, met: Sequence[Met]) -> date | None:
        if state is DltState.DLT:
            return met[0].known_on
        if state is not DltState.NO_DLT:
            return None
        first, last = self.rule.first_closing_day, self.rule.last_closing_day
        day = last if self.visit is None else self.visit
        if self.visit is None and self.exit_day is not None and first <= self.exit_day <= last:
            day = self.exit_day
        ends = [run.end for run in self._candidates() if run.start <= self.window_end]
        return self._date(max([day, *ends]))

    def _candidates(self) -> Iterator[Run]:
        """Give the runs that a clause could match, at the lowest grade that counts."""
        for course in self.courses:
            clauses = [clause for clause in self.rule.clauses if clause.event is course.event]
            lowest = min(clauses, key=lambda clause: clause.min_grade, default=None)
            if lowest is None or self._spared(lowest, course):
                continue
            for each in course.completions():
                yield from self._runs(lowest, each, lowest.min_grade)

    # clause by clause --------------------------------------------------------------------------------------------

    def answers(self) -> Iterator[ClauseAnswer]:
        """Give what each clause says about each event."""
        for course in self.courses:
            certain, still_open, asked = self._of_course(course)
            for clause in self.rule.clauses:
                if clause.event is course.event and course.grades:
                    of_clause = [match for match in (*certain, *still_open) if match.clause is clause]
                    yield self._answer(clause, course, of_clause, asked)
        for death in self._deaths():
            ground = Ground.MET if death.certain else Ground.RELATEDNESS_MISSING
            verdict = Verdict.MET if death.certain else Verdict.UNKNOWN
            day = self._date(death.day)
            yield ClauseAnswer(
                self.rule.fatal.id, death.event, verdict, ground, day, day=day if death.certain else None
            )

    def _answer(
        self, clause: Clause, course: Course, matches: Sequence[_Match], asked: Sequence[Question]
    ) -> ClauseAnswer:
        best = min(matches, key=lambda each: (each.known_on is None, each.known_on or 0, each.run.start), default=None)
        if best is not None and best.known_on is not None:
            met = self._met(best)
            return ClauseAnswer(
                clause.id, course.id, Verdict.MET, Ground.MET, met.start, met.end, self._date(best.known_on)
            )
        if best is not None:
            still = self._open(best)
            ground = Ground.CLOCK_NOT_STARTED if still.decides_on is None else Ground.RUNS_ON
            day = None if self.exit_day is not None else still.decides_on
            return ClauseAnswer(clause.id, course.id, Verdict.UNKNOWN, ground, still.start, day=day)
        run, ground = self._why_not(clause, course)
        missing = self._missing(clause, asked)
        verdict = Verdict.NOT_MET if missing is None else Verdict.UNKNOWN
        start = None if run is None else self._date(run.start)
        end = self._date(run.end) if run is not None and run.ended else None
        return ClauseAnswer(clause.id, course.id, verdict, missing or ground, start, end)

    def _missing(self, clause: Clause, asked: Sequence[Question]) -> Ground | None:
        if any(question.about_grade for question in asked):
            return Ground.GRADE_MISSING
        return Ground.RELATEDNESS_MISSING if asked and clause.judged else None

    def _why_not(self, clause: Clause, course: Course) -> tuple[Run | None, Ground]:
        """Say why a clause is not met by an event, with the run that came nearest."""
        found = self._runs(clause, next(course.completions()), clause.min_grade)
        if clause.judged and course.part_of:
            return None, Ground.PART_OF_SYNDROME
        if clause.judged and course.related is Relatedness.NOT_RELATED:
            return None, Ground.NOT_RELATED
        if self._spared(clause, course):
            return None, Ground.EXEMPT
        if not found:
            return None, Ground.BELOW_GRADE
        longest = max(found, key=lambda run: run.end - run.start)
        inside = any(INFUSION <= run.start <= self.window_end for run in found)
        return longest, Ground.TOO_SHORT if inside else Ground.OUTSIDE_WINDOW

    # flags -------------------------------------------------------------------------------------------------------

    def _flags(self, state: DltState, *, undecided: bool, questions: Sequence[Question]) -> Iterator[Flag]:
        history, dose = self.history, self.history.dose_fraction
        left = self.exit_day is not None
        by_visit = self.visit is not None or (self.exit_day or 0) >= self.rule.first_closing_day
        raised = {
            DOSE_DEVIATION: state is DltState.DLT and dose is not None and not self._dose_in_tolerance(dose),
            LATE_EVENT: self.observed and any(run.start > self.window_end for run in self._candidates()),
            MISSING_VISIT: state is DltState.NO_DLT and not by_visit,
            UNRESOLVED: state is DltState.INEVALUABLE and left and undecided,
            RELATEDNESS_OPEN: state is DltState.PENDING and any(not each.about_grade for each in questions),
            UNGRADED: state is DltState.PENDING and any(each.about_grade for each in questions),
            DOSE_UNKNOWN: dose is None,
            PARTIAL_DATE: any(isinstance(day, PartialDate) for event in history.events for day, _ in event.grades),
            GVHD_AUTOLOGOUS: any(course.event is EventType.GVHD and course.grades for course in self.courses),
            FATAL_EVENT: self._died(),
            EXPECTED_LAB: any(self._expected(course) for course in self.courses),
            OTHER_SCALE: any(
                event.scale and event.scale != self.rule.scales.get(event.event) for event in history.events
            ),
        }
        return (flag for flag, is_raised in raised.items() if is_raised)

    def _died(self) -> bool:
        fatal = self.rule.fatal.fatal_grade
        graded = any(grade == fatal for course in self.courses for _, grade in course.grades)
        return graded or (self.exit is not None and self.exit.reason is ExitReason.DEATH)

    def _expected(self, course: Course) -> bool:
        known = self.rule.expected_labs
        lowest = self.rule.least_grade(course.event)
        severe = any((grade or 0) >= lowest for _, grade in course.grades)
        return severe and course.term.strip().lower() in known.always | known.early


def _known_day(match: _Match) -> int:
    if match.known_on is None:
        raise ValueError("a match that is not met has no day")
    return match.known_on


def _earliest(day: date | PartialDate) -> date:
    return day.earliest if isinstance(day, PartialDate) else day


def _relatedness_of(course: Course) -> Question:
    return Question(course.id, f"{course.term or course.event.value}: related to the product?")
