"""The course of a cytokine release syndrome: a grade at each assessment, the highest one, onset and end.

Single assessments are graded by `dosepath.safety.astct_crs_2019`. What only the course can tell is filled in here: CRS
stands from the first fever of CRS on, and a treatment that was given once was given for the rest of the episode, so a
patient without fever after tocilizumab still has the grade of pressure and oxygen. What is not known stays open: an
assessment without a temperature may have been the first fever.

An episode ends with the first of two calendar days in a row on which every assessment is surely grade 0; the next fever
then opens a new one. Days without an assessment end nothing. The grade of a day is the highest of its assessments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from itertools import groupby
from typing import Final

from dosepath.core.errors import InputError
from dosepath.core.instrument import Flag, ItemAnswer, Score
from dosepath.core.interval import Interval
from dosepath.safety.astct_crs_2019 import ASTCT_CRS_2019

QUIET_DAYS: Final = 2
"""Days in a row at grade 0 that end an episode."""

LATE_AFTER_DAYS: Final = 14
"""An onset later than this after infusion asks for another explanation first."""

LATE_ONSET = Flag("late_onset", "onset later than 14 days after infusion: look for another explanation first")

_ESTABLISHED = "crs_established"
_TREATED = "prior_antipyretic_or_anticytokine"


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was seen at one moment.

    Parameters
    ----------
    at
        When; within one course all are dates, or all are moments with a zone.
    findings
        Answers to items of the form. Whether CRS stands need not be said; treatment is said once it was given.
    """

    at: date
    findings: Mapping[str, ItemAnswer]

    @property
    def day(self) -> date:
        """The calendar day."""
        return self.at.date() if isinstance(self.at, datetime) else self.at


@dataclass(frozen=True, slots=True)
class GradedAssessment:
    """One assessment with its grade."""

    at: date
    day: date
    score: Score

    @property
    def grade(self) -> Interval:
        """Bounds of the grade."""
        return _bounds(self.score)


@dataclass(frozen=True, slots=True)
class CrsCourse:
    """The grades of a course.

    Parameters
    ----------
    assessments
        In order of time, each with its grade.
    days
        The highest grade of each day that has an assessment.
    highest
        Bounds of the highest grade; None without any assessment.
    onset
        First day of CRS, where it is sure.
    resolved
        Day on which the last episode ended; None while it lasts, or while that is open.
    flags
        What a person should see.
    """

    assessments: tuple[GradedAssessment, ...]
    days: tuple[tuple[date, Interval], ...]
    highest: Interval | None
    onset: date | None
    resolved: date | None
    flags: tuple[Flag, ...] = ()


def grade_course(assessments: Sequence[Assessment], infusion: date | None = None) -> CrsCourse:
    """Grade every assessment of a course.

    Parameters
    ----------
    assessments
        In any order.
    infusion
        Day of infusion, for the flag of a late onset.

    Returns
    -------
    CrsCourse
        Grades with their scale and version.

    Raises
    ------
    InputError
        When dates and moments are mixed, or some moments have no zone.

    Examples
    --------
    >>> from dosepath.core.quantity import Quantity
    >>> seen = {"fever_other_cause": False, "died_of_crs": False, "oxygen": "none"}
    >>> fever = {"temp_max_c": Quantity.of(39, "Cel"), "hypotension": "none"}
    >>> shock = {"temp_max_c": Quantity.of(37, "Cel"), "hypotension": "pressors",
    ...          "vasopressors": ({"agent": "norepinephrine"},), "prior_antipyretic_or_anticytokine": True}
    >>> course = grade_course([Assessment(date(2026, 3, 4), seen | shock), Assessment(date(2026, 3, 3), seen | fever)])
    >>> [(day.day, int(grade.low)) for day, grade in course.days], int(course.highest.low), course.onset.day
    ([(3, 1), (4, 3)], 3, 3)
    """
    ordered = _in_order(assessments)
    graded: list[GradedAssessment] = []
    episode = _Episode()
    onset = resolved = None
    for assessment in ordered:
        ended = _end_of_episode(graded) if episode.stands else None
        if ended is not None and assessment.day > graded[-1].day:
            episode, resolved = _Episode(), ended
        found = ASTCT_CRS_2019.score(episode.fill_in(assessment.findings))
        graded.append(GradedAssessment(assessment.at, assessment.day, found))
        episode = episode.after(assessment.findings)
        if episode.stands:
            onset, resolved = onset or assessment.day, None
    if episode.stands:
        resolved = _end_of_episode(graded)
    late = onset is not None and infusion is not None and onset > infusion + timedelta(LATE_AFTER_DAYS)
    grades = [each.grade for each in graded]
    return CrsCourse(
        tuple(graded),
        _by_day(graded),
        reduce(_higher, grades) if grades else None,
        onset,
        resolved,
        (LATE_ONSET,) if late else (),
    )


_NONE: Final = Interval.at(0)


@dataclass(frozen=True, slots=True)
class _Episode:
    """What is known of an episode before the next assessment: None is open."""

    established: bool | None = False
    treated: bool | None = False

    @property
    def stands(self) -> bool:
        return self.established is True

    def fill_in(self, findings: Mapping[str, ItemAnswer]) -> dict[str, ItemAnswer]:
        """Add what the course tells; what an assessment itself says of an earlier fever or treatment is kept."""
        filled = dict(findings)
        if self.established is not None:
            filled.setdefault(_ESTABLISHED, self.established)
        if self.treated:
            filled[_TREATED] = True
        return filled

    def after(self, findings: Mapping[str, ItemAnswer]) -> "_Episode":
        """Give what is known after an assessment."""
        treated = True if self.treated else _yes_or_no(findings.get(_TREATED))
        earlier = True if self.established else _yes_or_no(findings.get(_ESTABLISHED))
        fever = _fever(findings)
        if earlier or fever:
            return _Episode(True, treated)
        never = self.established is False or earlier is False
        return _Episode(False if never and fever is False else None, treated)


def _yes_or_no(answer: object) -> bool | None:
    return answer if isinstance(answer, bool) else None


def _fever(findings: Mapping[str, ItemAnswer]) -> bool | None:
    """Answer whether there is a fever of CRS; None while that is open."""
    scored = ASTCT_CRS_2019.score(
        {
            **{name: findings[name] for name in ("temp_max_c", "fever_other_cause") if name in findings},
            "hypotension": "none",
            "oxygen": "none",
            "died_of_crs": False,
        }
    )
    bounds = _bounds(scored)
    return bounds.low != 0 if bounds.exact else None


def _in_order(assessments: Sequence[Assessment]) -> list[Assessment]:
    moments = [assessment.at for assessment in assessments if isinstance(assessment.at, datetime)]
    if moments and len(moments) < len(assessments):
        raise InputError("a course of CRS mixes days and moments; give a time to every assessment or to none")
    if any(moment.tzinfo is None for moment in moments):
        raise InputError("a moment of a course of CRS has no time zone; write it in UTC")
    return sorted(assessments, key=lambda assessment: assessment.at)


def _bounds(score: Score) -> Interval:
    value = score.value("grade")
    if not isinstance(value, Interval):
        raise AssertionError("a form of CRS always has a grade between bounds")
    return value


def _higher(one: Interval, other: Interval) -> Interval:
    lows = [each.low for each in (one, other) if each.low is not None]
    highs = [each.high for each in (one, other) if each.high is not None]
    return Interval(max(lows, default=None), max(highs, default=None))


def _by_day(graded: Sequence[GradedAssessment]) -> tuple[tuple[date, Interval], ...]:
    return tuple(
        (day, reduce(_higher, [each.grade for each in group]))
        for day, group in groupby(graded, key=lambda each: each.day)
    )


def _end_of_episode(graded: Sequence[GradedAssessment]) -> date | None:
    """Give the first of the days in a row at grade 0 with which a course ends so far; None when it does not."""
    quiet: list[date] = []
    for day, grade in reversed(_by_day(graded)):
        if grade != _NONE or (quiet and quiet[-1] != day + timedelta(1)):
            break
        quiet.append(day)
    return quiet[-1] if len(quiet) >= QUIET_DAYS else None
