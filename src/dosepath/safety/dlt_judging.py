"""What the clauses of the DLT rule say about the events of one patient, on study days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dosepath.core.errors import InputError
from dosepath.safety.dlt_course import course_of
from dosepath.safety.dlt_events import INFUSION, Course, Run, check_grade, runs, steps
from dosepath.safety.dlt_finding import DltHistory, ExitReason, Met, Question, Undecided
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
    OtherEvents,
    Relatedness,
    WindowEnd,
)


@dataclass(frozen=True, slots=True)
class Match:
    """What one clause says about one run, on study days."""

    clause: Clause
    course: Course
    run: Run
    known_on: int | None
    decides_on: int | None


@dataclass(frozen=True, slots=True)
class Death:
    """What the clause for deaths says."""

    event: str
    day: int
    certain: bool


class Judging:
    """One patient on study days: the window, and what the clauses of the rule say about the events and the death.

    Parameters
    ----------
    history, infusion, rule, on
        As for `judge_dlt`, with the day of the infusion, which is not after the last day with data.
    """

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
        self.courses = tuple(course_of(event, infusion).until(self.last) for event in history.events)

    def _day(self, day: date) -> int:
        return (day - self.infusion).days

    def date_of(self, day: int) -> date:
        """Give the day of the calendar."""
        return self.infusion + timedelta(days=day)

    # the window ----------------------------------------------------------------------------------------------------

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

    # events --------------------------------------------------------------------------------------------------------

    def _matches(self, course: Course) -> Iterator[Match]:
        """Give what the clauses say about an event whose grades are all known."""
        for clause in self.rule.clauses:
            if clause.event is course.event and not self.spared(clause, course):
                yield from self._of_clause(clause, course)

    def spared(self, clause: Clause, course: Course) -> bool:
        """Answer whether a clause does not concern an event, whatever its grades."""
        if not clause.judged:
            return False
        if course.related is Relatedness.NOT_RELATED or course.part_of:
            return True
        exempt = self.rule.readings.other_events is OtherEvents.EXEMPT_LABS
        return exempt and course.term.strip().lower() in self.rule.expected_labs.always

    def runs(self, clause: Clause, course: Course, threshold: int) -> tuple[Run, ...]:
        """Give the runs of an event at a grade, without the days that a clause does not look at."""
        literal = self.rule.readings.grade_5 is FatalEvents.LITERAL
        off: dict[int, bool] = dict(course.skin_only) if clause.except_skin_only else {}
        expected = self.rule.expected_labs
        exempt = clause.judged and self.rule.readings.other_events is OtherEvents.EXEMPT_LABS
        if exempt and course.term.strip().lower() in expected.early and course.grades:
            off = {min(course.grades[0][0], expected.early_days): True, expected.early_days + 1: False}
        most = clause.printed_max_grade if literal else None
        changes = steps(course, no_days=off, most=most)
        return runs(changes, threshold, self.rule.bridged_days, self.last, over=self.exit_day is not None)

    def _of_clause(self, clause: Clause, course: Course) -> Iterator[Match]:
        in_window = [
            run for run in self.runs(clause, course, clause.min_grade) if INFUSION <= run.start <= self.window_end
        ]
        needed = self.rule.days_needed(clause)
        if needed is None:
            yield from (Match(clause, course, run, run.start, None) for run in in_window)
        elif self.rule.readings.dips is Dips.CUMULATIVE:
            if in_window:
                yield from self._in_time(self._added_up(clause, course, in_window, needed))
        else:
            for run in in_window:
                yield from self._in_time(self._lasting(clause, course, run, needed))

    def _lasting(self, clause: Clause, course: Course, run: Run, needed: int) -> Match:
        """Look at one run against the days that a clause asks for."""
        lasting = self._what_lasts(clause, course, run)
        clock = self._clock(clause, course, run, lasting)
        if clock is None:
            return Match(clause, course, run, None, None)
        last_needed = max(clock + needed - 1, run.start)
        known_on = lasting.first_day_from(last_needed)
        decides_on = max(last_needed, self.last + 1)
        return Match(clause, course, replace(run, ended=lasting.ended), known_on, decides_on)

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

    def _added_up(self, clause: Clause, course: Course, in_window: Sequence[Run], needed: int) -> Match:
        """Add up the days at the grade over all runs that began in the window."""
        lasting = [self._what_lasts(clause, course, run) for run in in_window]
        total = 0
        for first, end in dict.fromkeys(span for run in lasting for span in run.spans):
            if total + end - first >= needed:
                known_on = max(first + needed - total - 1, in_window[0].start)
                return Match(clause, course, in_window[0], known_on, None)
            total += end - first
        run = replace(in_window[0], ended=lasting[-1].ended)
        return Match(clause, course, run, None, self.last + needed - total)

    def _in_time(self, match: Match) -> Iterator[Match]:
        """Keep a match unless it had to be complete within the window and cannot be."""
        if self.rule.readings.completion is Completion.WITHIN_WINDOW:
            end = self.window_end if self.closed else self.rule.last_closing_day
            when = match.decides_on if match.known_on is None else match.known_on
            if when is not None and when > end:
                return
        yield match

    # deaths --------------------------------------------------------------------------------------------------------

    def deaths(self) -> Iterator[Death]:
        """Give what the clause for deaths says, with what it rests on."""
        if self.rule.readings.grade_5 is FatalEvents.LITERAL:
            return
        for course in self.courses:
            day = self._fatal_day(course)
            certain = self._attributable(course)
            if day is not None and certain is not None:
                yield Death(course.id, day, certain)
        left = self.exit
        if left is None or left.reason is not ExitReason.DEATH or self.exit_day is None:
            return
        if INFUSION <= self.exit_day <= self.window_end and left.related is not Relatedness.NOT_RELATED:
            yield Death("", self.exit_day, left.related is Relatedness.RELATED)

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

    # what is certain, and what is not ------------------------------------------------------------------------------

    def of_course(self, course: Course) -> tuple[list[Match], list[Match], list[Question]]:
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
        self, course: Course, worlds: Sequence[Sequence[Match]]
    ) -> tuple[list[Match], list[Match], list[Question]]:
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

    def met(self, match: Match) -> Met:
        """Give a clause that is met, on days of the calendar."""
        known_on = self.date_of(_known_day(match))
        end = self.date_of(match.run.end) if match.run.ended else None
        return Met(match.clause.id, match.course.id, self.date_of(match.run.start), end, known_on)

    def still_open(self, match: Match) -> Undecided:
        """Give an event that may still meet a clause, on days of the calendar."""
        decides_on = None if match.decides_on is None else self.date_of(match.decides_on)
        return Undecided(match.clause.id, match.course.id, self.date_of(match.run.start), decides_on)

    def fatal_met(self, death: Death) -> Met:
        """Give the clause for deaths that is met."""
        day = self.date_of(death.day)
        return Met(self.rule.fatal.id, death.event, day, None, day)

    def candidates(self) -> Iterator[Run]:
        """Give the runs that a clause could match, at the lowest grade that counts."""
        for course in self.courses:
            clauses = [clause for clause in self.rule.clauses if clause.event is course.event]
            lowest = min(clauses, key=lambda clause: clause.min_grade, default=None)
            if lowest is None or self.spared(lowest, course):
                continue
            for each in course.completions():
                yield from self.runs(lowest, each, lowest.min_grade)


def judging_of(history: DltHistory, rule: DltRule, on: date) -> Judging | None:
    """Put a patient on study days; None before the infusion.

    Raises
    ------
    InputError
        When a grade is none, or two events have one id.
    """
    _check(history)
    if history.infusion is None or history.infusion > on:
        return None
    return Judging(history, history.infusion, rule, on)


def _check(history: DltHistory) -> None:
    seen: set[str] = set()
    for event in history.events:
        if event.id in seen:
            raise InputError(f"event {event.id}: this id stands twice; give each event its own")
        seen.add(event.id)
        for _, grade in event.grades:
            check_grade(grade, f"event {event.id}")


def _known_day(match: Match) -> int:
    if match.known_on is None:
        raise ValueError("a match that is not met has no day")
    return match.known_on


def _relatedness_of(course: Course) -> Question:
    return Question(course.id, f"{course.term or course.event.value}: related to the product?")
