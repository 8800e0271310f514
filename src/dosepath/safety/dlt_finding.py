"""What the DLT rule looks at in a patient, and what it says: dated events, the verdict with its grounds, flags."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Final

from dosepath.core.days import PartialDate
from dosepath.core.instrument import Flag
from dosepath.core.verdict import Verdict
from dosepath.safety.dlt_events import Grade
from dosepath.safety.dlt_rule import EventType, Relatedness

DOSE_DEVIATION: Final = Flag("dose_deviation", "DLT after a dose outside the tolerance; it counts")
LATE_EVENT: Final = Flag("late_event", "an event that could have been a DLT began after the window; show the committee")
MISSING_VISIT: Final = Flag("missing_closing_visit", "no closing visit; the window closed with its last possible day")
UNRESOLVED: Final = Flag("unresolved_at_exit", "an event was undecided when the patient left; show the committee")
RELATEDNESS_OPEN: Final = Flag("relatedness_open", "the verdict waits for a judgement of relatedness")
UNGRADED: Final = Flag("ungraded_event", "the verdict waits for a grade that was not given; raise a query")
DOSE_UNKNOWN: Final = Flag("dose_unknown", "the cells given are not on record; nobody can be evaluable without")
PARTIAL_DATE: Final = Flag("partial_date", "a date known in part was read as the earliest start and the latest end")
GVHD_AUTOLOGOUS: Final = Flag("gvhd_autologous", "GvHD after an autologous product: ask for another explanation")
FATAL_EVENT: Final = Flag("fatal_event", "the text of the clauses names no fatal event; see the reading in force")
EXPECTED_LAB: Final = Flag(
    "expected_lab_event", "lymphopenia and the like are expected after this treatment; the text does not exempt them"
)
OTHER_SCALE: Final = Flag("other_scale", "an event was graded by another scale than the protocol names")

OF_LADDER: Final = (DOSE_DEVIATION, LATE_EVENT, MISSING_VISIT, RELATEDNESS_OPEN, UNRESOLVED)
"""Flags that matter beyond the single patient."""


class DltState(Enum):
    """What a patient counts as."""

    DLT = "dlt"
    NO_DLT = "no_dlt"
    PENDING = "pending"
    INEVALUABLE = "inevaluable"


class ExitReason(Enum):
    """Why a patient is no longer observed."""

    WITHDRAWAL = "withdrawal"
    LOST = "lost"
    DEATH = "death"


@dataclass(frozen=True, slots=True)
class Exit:
    """The end of observation.

    Parameters
    ----------
    day
        Last day of observation.
    reason
        Why it ended.
    related
        Of a death: whether it is related to the product.
    due_to
        Of a death: ids of the events that it is the outcome of.
    """

    day: date
    reason: ExitReason
    related: Relatedness = Relatedness.UNKNOWN
    due_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DltEvent:
    """An adverse event with its grades.

    Parameters
    ----------
    id, event, term
        Which event.
    grades
        Day, and the grade from that day on: 0 for resolved, None where it was not graded.
    related, part_of
        Whether it is related to the product; the syndrome that it is a sign of.
    skin_only
        Of GvHD: day, and whether only the skin is involved from that day on.
    treated_from
        Of GvHD: first day of its treatment.
    scale
        Scale of the grades, where the source names it.
    """

    id: str
    event: EventType
    grades: tuple[tuple[date | PartialDate, Grade], ...]
    term: str = ""
    related: Relatedness = Relatedness.UNKNOWN
    part_of: str = ""
    skin_only: tuple[tuple[date, bool], ...] = ()
    treated_from: date | None = None
    scale: str = ""


@dataclass(frozen=True, slots=True)
class DltHistory:
    """What the rule looks at in one patient.

    Parameters
    ----------
    infusion
        Day of the infusion, study day 0; None where there was none.
    dose_fraction
        Cells given as a fraction of those planned; None where it is not known.
    closing_visit
        Day of the visit that closes the window, if it took place.
    exit
        End of observation, if it has come.
    events
        In no particular order.
    """

    infusion: date | None
    dose_fraction: Decimal | None
    closing_visit: date | None = None
    exit: Exit | None = None
    events: tuple[DltEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Met:
    """A clause that is met: the event, its run, and the day on which that became certain."""

    clause: str
    event: str
    start: date
    end: date | None
    known_on: date


@dataclass(frozen=True, slots=True)
class Undecided:
    """An event that may still meet a clause.

    Parameters
    ----------
    clause, event, start
        Which, and the first day of its run.
    decides_on
        Day on which it becomes certain if the grade does not fall; None where its clock has not started.
    """

    clause: str
    event: str
    start: date
    decides_on: date | None


@dataclass(frozen=True, slots=True)
class Question:
    """What is not known and would decide: a grade, or whether an event or a death is related to the product."""

    event: str
    text: str
    about_grade: bool = False


class Ground(Enum):
    """Why a clause is met by an event, is not, or may still be."""

    MET = "met"
    RUNS_ON = "runs_on"
    CLOCK_NOT_STARTED = "clock_not_started"
    GRADE_MISSING = "grade_missing"
    RELATEDNESS_MISSING = "relatedness_missing"
    BELOW_GRADE = "below_grade"
    TOO_SHORT = "too_short"
    OUTSIDE_WINDOW = "outside_window"
    NOT_RELATED = "not_related"
    PART_OF_SYNDROME = "part_of_syndrome"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class ClauseAnswer:
    """What one clause says about one event, from the data through the day of the question.

    Parameters
    ----------
    clause, event
        Which; the event is empty for a death without one.
    verdict, ground
        Met, not met or unknown, and why.
    start, end
        First day of the run at the grade of the clause, and the first day below it where that has come; None where the
        grade was never reached.
    day
        Day on which it became certain, or on which it becomes decidable; None where it waits for an answer, or where
        there is nothing to wait for.
    """

    clause: str
    event: str
    verdict: Verdict
    ground: Ground
    start: date | None = None
    end: date | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class DltFinding:
    """The verdict on one patient.

    Parameters
    ----------
    state
        The verdict.
    met
        Clauses that are met, by the day on which they became certain.
    undecided
        Events that may still meet a clause.
    questions
        What is not known and would decide.
    first_closing_day
        First day on which the closing visit may take place.
    window_end
        Last day on which an event may begin to count, as far as it is known.
    window_closed
        Whether that day is final.
    final_on
        Day from which the verdict is final: of a DLT the day it was certain; otherwise the end of the window, or of the
        last run that could have been a DLT. None while pending or inevaluable.
    flags
        What a person should see.
    """

    state: DltState
    met: tuple[Met, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    questions: tuple[Question, ...] = ()
    first_closing_day: date | None = None
    window_end: date | None = None
    window_closed: bool = False
    final_on: date | None = None
    flags: tuple[Flag, ...] = ()

    @property
    def first(self) -> Met | None:
        """The clause that decided first."""
        return self.met[0] if self.met else None

    @property
    def known_on(self) -> date | None:
        """Day on which the DLT was certain."""
        return self.met[0].known_on if self.met else None

    @property
    def decides_by(self) -> date | None:
        """Last day on which an event that is undecided can still decide."""
        return max((each.decides_on for each in self.undecided if each.decides_on is not None), default=None)

    def has(self, flag: Flag) -> bool:
        """Answer whether a flag is raised."""
        return flag in self.flags


def as_if(finding: DltFinding, state: DltState, on: date) -> DltFinding:
    """Give a finding as if the verdict had become final on a day."""
    met = (Met("", "", on, None, on),) if state is DltState.DLT else ()
    return replace(finding, state=state, met=met, undecided=(), questions=(), window_closed=True, final_on=on, flags=())
