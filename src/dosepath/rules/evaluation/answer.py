"""What evaluation hands around: answers, values, the record at hand, the situation of a patient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from dosepath.core.days import PartialDate, Window
from dosepath.core.facts import NOTHING, Evidence, Fact, PatientRecord, Table
from dosepath.core.interval import Interval
from dosepath.core.verdict import Verdict

NEVER = PartialDate.on(date.max)
"""The day of something that surely did not happen."""

ANY_DAY = PartialDate(date.min, date.max)
"""The day of a record that carries no date."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict and what it was reached from."""

    verdict: Verdict
    evidence: Evidence = NOTHING


@dataclass(frozen=True, slots=True)
class Found:
    """A value and what it was read from.

    Parameters
    ----------
    value
        Number between bounds, choice, or day; None when not known.
    unit
        UCUM unit of a number.
    fact
        The result that the value is, whose limits of normal a comparison may use.
    nothing
        There is nothing to be known: a comparison with it is not met rather than unknown.
    """

    value: Interval | str | PartialDate | None
    unit: str = ""
    evidence: Evidence = NOTHING
    fact: Fact | None = None
    nothing: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The record at hand while a condition is judged record by record.

    Parameters
    ----------
    day
        First day of the record.
    concept
        Concept that `value` means.
    facts
        What the record says, by concept.
    own
        The fact that `value`, `dose` and `last_date` are read from.
    previous
        The assessment before this one.
    order_open
        Days known in part leave open which assessment came before.
    """

    day: PartialDate
    concept: str
    facts: Mapping[str, Fact]
    own: Fact | None = None
    previous: "Row | None" = None
    order_open: bool = False


@dataclass(frozen=True)
class Situation:
    """One patient on one day, as a rule may know it.

    Parameters
    ----------
    record
        What is on record.
    anchors
        Dates that windows hang on; absent or None when not set.
    on
        The day of the evaluation; what is dated later does not exist yet.
    complete
        Tables that the site asserts to be complete.
    settings
        Numbers that the protocol leaves to the trial; absent when not set.
    """

    record: PatientRecord
    anchors: Mapping[str, date | None]
    on: date
    complete: frozenset[Table] = frozenset()
    settings: Mapping[str, Fraction] = field(default_factory=dict)


def is_empty(window: Window) -> bool:
    """Answer whether a window surely holds no day: it begins after its end, or with something that never happened."""
    if window.start is None:
        return False
    if window.end is None:
        return window.start == NEVER
    return window.start.earliest > window.end.latest


def join(*parts: Evidence) -> Evidence:
    """Put evidence together; costs nothing where at most one part says anything."""
    saying = [part for part in parts if part.used or part.missing or part.notes]
    if not saying:
        return NOTHING
    return saying[0] if len(saying) == 1 else Evidence.joined(saying)


def conclude(verdict: Verdict, evidence: Evidence) -> Answer:
    """Make an answer; what is missing is kept only where it is unknown."""
    return Answer(verdict, evidence if verdict is Verdict.UNKNOWN else evidence.without_needs())


def combined(verdict: Verdict, answers: Sequence[Answer]) -> Answer:
    """Make an answer of several; only unknown ones have a say in what is missing."""
    if verdict is not Verdict.UNKNOWN:
        return Answer(verdict, join(*(answer.evidence for answer in answers)).without_needs())
    return Answer(
        verdict,
        join(
            *(
                answer.evidence if answer.verdict is Verdict.UNKNOWN else answer.evidence.without_needs()
                for answer in answers
            )
        ),
    )
