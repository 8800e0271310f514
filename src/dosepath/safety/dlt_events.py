"""Graded events of a patient after infusion: the grade of each day, and the runs at a grade or above.

A run goes from its first day at the grade to the first day below it, so its length is the difference of the two.
Within one day the highest grade counts for an onset and the last one for an end. A dip of up to `bridged` days below
the grade ends nothing. A run that began before the infusion counts from the day on which the grade first rises after
it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product
from operator import itemgetter
from typing import Final, TypeAlias

from dosepath.core.errors import InputError
from dosepath.safety.dlt_rule import EventType, Relatedness

Grade: TypeAlias = int | None
"""0 to 5, 0 for resolved; None where the event was not graded."""

INFUSION: Final = 0
"""Study day of the infusion."""

GRADES: Final = range(6)

_LEVELS: Final = (0, 3, 4, 5)
"""Grades that stand for all that an ungraded stretch may have been: below every threshold, and each above."""

_TOGETHER: Final = 4
"""Ungraded stretches that are tried in all combinations; more are tried all alike."""


@dataclass(frozen=True, slots=True)
class Course:
    """An event on study days.

    Parameters
    ----------
    id, event, term
        Which event.
    related
        Whether it is related to the product.
    part_of
        Syndrome that it is a sign of; empty for none.
    grades
        Study day and the grade from that day on, in their order.
    skin_only
        Study day, and whether only the skin is involved from that day on; nothing said is no.
    treated_from
        Study day on which its treatment began.
    """

    id: str
    event: EventType
    grades: tuple[tuple[int, Grade], ...]
    term: str = ""
    related: Relatedness = Relatedness.UNKNOWN
    part_of: str = ""
    skin_only: tuple[tuple[int, bool], ...] = ()
    treated_from: int | None = None

    def until(self, last: int) -> "Course":
        """Give what is known of it through a day."""
        return replace(
            self,
            grades=tuple(each for each in self.grades if each[0] <= last),
            skin_only=tuple(each for each in self.skin_only if each[0] <= last),
        )

    @property
    def ungraded(self) -> bool:
        """Whether some of its grades are missing."""
        return any(grade is None for _, grade in self.grades)

    def completions(self) -> Iterator["Course"]:
        """Give the courses that it may have been where grades are missing; itself where none is."""
        gaps = [place for place, (_, grade) in enumerate(self.grades) if grade is None]
        combined: Iterable[Sequence[int]] = product(_LEVELS, repeat=len(gaps))
        if len(gaps) > _TOGETHER:
            before = [self.grades[place][0] < INFUSION for place in gaps]
            combined = (
                [early if is_before else late for is_before in before] for early, late in product(_LEVELS, repeat=2)
            )
        for filling in combined:
            grades: list[tuple[int, Grade]] = list(self.grades)
            for place, grade in zip(gaps, filling, strict=True):
                grades[place] = (grades[place][0], grade)
            yield replace(self, grades=tuple(grades))


@dataclass(frozen=True, slots=True)
class Step:
    """A change of grade: its day, the highest grade of that day, and the grade from then on."""

    day: int
    peak: int
    grade: int


@dataclass(frozen=True, slots=True)
class Run:
    """Days at a grade or above.

    Parameters
    ----------
    start
        First day at the grade; where the run began before the infusion, the day of the rise after it.
    spans
        Stretches at the grade, each from its first day to the first day below it; dips lie between them.
    ended
        Whether it is over; otherwise it may go on.
    """

    start: int
    spans: tuple[tuple[int, int], ...]
    ended: bool

    @property
    def end(self) -> int:
        """First day below the grade, or the first day that nobody has seen yet."""
        return self.spans[-1][1]

    def first_day_from(self, day: int) -> int | None:
        """Give the first day at the grade that is not before a day."""
        for first, end in self.spans:
            if end > day and end > first:
                return max(first, day)
        return None


def steps(course: Course, *, no_days: Mapping[int, bool], most: int | None) -> tuple[Step, ...]:
    """Give the changes of grade of an event.

    Parameters
    ----------
    course
        Whose grades are all known.
    no_days
        From which day on its days count nothing (True) or count again (False), in their order.
    most
        Highest grade that counts; days above it count nothing. None for all.
    """
    grades = [(day, _counted(grade, most)) for day, grade in course.grades]
    by_day = {day: [grade for _, grade in group] for day, group in groupby(grades, key=itemgetter(0))}
    found: list[Step] = []
    grade, off = 0, False
    for day in sorted({*by_day, *no_days}):
        off = no_days.get(day, off)
        of_day = by_day.get(day, [grade])
        grade = of_day[-1]
        found.append(Step(day, 0 if off else max(of_day), 0 if off else grade))
    return tuple(found)


def _counted(grade: Grade, most: int | None) -> int:
    known = grade or 0
    return 0 if most is not None and known > most else known


def runs(changes: Sequence[Step], threshold: int, bridged: int, last: int, *, over: bool) -> tuple[Run, ...]:
    """Give the runs at a grade or above that reach the infusion or lie after it.

    Parameters
    ----------
    changes
        Changes of grade in their order.
    threshold
        The grade.
    bridged
        Longest dip that ends nothing, in days.
    last
        Last day that was seen.
    over
        Whether nothing more will be seen, so that a run below the grade on the last day has ended.

    Examples
    --------
    >>> found = runs([Step(3, 3, 3), Step(8, 2, 2), Step(9, 3, 3), Step(12, 0, 0)], 3, 1, 28, over=False)
    >>> [(run.start, run.end, run.ended) for run in found]
    [(3, 12, True)]
    """
    joined: list[list[tuple[int, int]]] = []
    for span in _spans([change for change in changes if change.day <= last], threshold, last):
        if joined and span[0] - joined[-1][-1][1] <= bridged:
            joined[-1].append(span)
        else:
            joined.append([span])
    found = []
    for spans in joined:
        below = last + 1 - spans[-1][1]
        run = Run(spans[0][0], tuple(spans), ended=below > 0 if over else below > bridged)
        counted = run if run.start >= INFUSION else _after_infusion(run, changes, threshold)
        if counted is not None:
            found.append(counted)
    return tuple(found)


def _spans(changes: Sequence[Step], threshold: int, last: int) -> Iterator[tuple[int, int]]:
    """Give stretches at a grade; a day that reached it and left it again is a stretch without length."""
    for place, step in enumerate(changes):
        end = changes[place + 1].day if place + 1 < len(changes) else last + 1
        if step.grade >= threshold:
            yield step.day, end
        elif step.peak >= threshold:
            yield step.day, step.day


def _after_infusion(run: Run, changes: Sequence[Step], threshold: int) -> Run | None:
    """Give what counts of a run that began before the infusion: from a rise of the grade after it."""
    held = 0
    for step in changes:
        if step.day < run.start or step.day > run.end or step.peak < threshold:
            continue
        if step.day >= INFUSION and step.peak > held:
            spans = tuple((max(first, step.day), end) for first, end in run.spans if end >= step.day)
            return Run(step.day, spans, run.ended)
        held = step.grade if step.grade >= threshold else step.peak
    return None


def check_grade(grade: object, where: str) -> Grade:
    """Give a grade as it is, or refuse it.

    Raises
    ------
    InputError
        When it is no whole number from 0 to 5 and not None.
    """
    if grade is not None and (isinstance(grade, bool) or not isinstance(grade, int) or grade not in GRADES):
        raise InputError(f"{where}: grade {grade!r}; grades are 0 (resolved) to 5, or none where it was not graded")
    return grade
