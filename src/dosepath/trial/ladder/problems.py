"""Records that cannot be: each problem has a key, a place and words; none of them is repaired."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from dosepath.core.days import latest_of
from dosepath.core.errors import DosepathError
from dosepath.safety.dlt_rule import EventType
from dosepath.trial.ladder.patients import WITH_LEVEL, BoardEntry, ProductStatus, TrialPatient
from dosepath.trial.ladder.settings import LadderSettings

AFTER_INFUSION_ONLY = frozenset({EventType.CRS, EventType.ICANS, EventType.GVHD})
"""Events that only the product can cause."""


ProblemKey: TypeAlias = Literal[
    "infusion_before_consent",
    "two_infusions",
    "level_skipped",
    "event_before_infusion",
    "infused_without_product",
    "dated_after_on",
    "duplicate_patient",
    "unknown_level",
    "unknown_arm",
]
"""What kinds of problems there are."""


@dataclass(frozen=True, slots=True)
class RecordProblem:
    """One thing that cannot be."""

    key: ProblemKey
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class RecordError(DosepathError):
    """Records that cannot be, with all their problems."""

    def __init__(self, problems: Sequence[RecordProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))

    @property
    def keys(self) -> frozenset[str]:
        """The kinds of problems."""
        return frozenset(problem.key for problem in self.problems)


def record_problems(
    patients: Sequence[TrialPatient], board: Sequence[BoardEntry], settings: LadderSettings, on: date
) -> tuple[RecordProblem, ...]:
    """List everything in the records that cannot be, as seen on a day."""
    found = list(_duplicates(patients))
    for patient in patients:
        found += _of_patient(patient, settings, on)
    found += _skipped(patients, settings)
    found += _of_board(board, settings, on)
    return tuple(found)


def _duplicates(patients: Sequence[TrialPatient]) -> Iterator[RecordProblem]:
    for name, number in Counter(patient.id for patient in patients).items():
        if number > 1:
            yield RecordProblem("duplicate_patient", f"patient {name}", f"is listed {number} times; keep one")


def _of_patient(patient: TrialPatient, settings: LadderSettings, on: date) -> Iterator[RecordProblem]:
    place = f"patient {patient.id}"
    needs_level = bool(patient.infusions) or patient.reserved is not None
    if patient.level not in settings.levels and (patient.level is not None or needs_level):
        known = ", ".join(map(str, settings.levels))
        yield RecordProblem("unknown_level", place, f"there is no dose level {patient.level}; the levels are {known}")
    if patient.arm not in settings.arms:
        known = ", ".join(settings.arms)
        yield RecordProblem("unknown_arm", place, f"there is no arm '{patient.arm}'; the arms are {known}")
    if len(patient.infusions) > 1:
        yield RecordProblem("two_infusions", place, "has more than one infusion; the trial has one")
    for day, what in _days(patient):
        if day > on:
            yield RecordProblem("dated_after_on", place, f"{what} is dated {day}, after {on}")
    if patient.infusion is not None:
        yield from _of_infusion(patient, patient.infusion, place)


def _of_infusion(patient: TrialPatient, infusion: date, place: str) -> Iterator[RecordProblem]:
    if patient.consent is None or infusion < patient.consent:
        consent = patient.consent or "none on record"
        yield RecordProblem("infusion_before_consent", place, f"infusion on {infusion}, consent: {consent}")
    if patient.product.status in (ProductStatus.FAILED, ProductStatus.PENDING):
        status = patient.product.status.value
        yield RecordProblem("infused_without_product", place, f"infused, yet the product is {status}")
    for event in patient.events:
        if event.event in AFTER_INFUSION_ONLY and any(latest_of(day) < infusion for day, _ in event.grades):
            what = f"{event.event.value} {event.id}"
            yield RecordProblem("event_before_infusion", place, f"{what} has a grade before the infusion on {infusion}")


def _days(patient: TrialPatient) -> Iterator[tuple[date, str]]:
    """Give every day on record of a patient with what it is."""
    named = {
        "consent": patient.consent,
        "the reservation": patient.reserved,
        "apheresis": patient.apheresis,
        "release of the product": patient.product.released,
        "lymphodepletion": patient.lymphodepletion,
        "the closing visit": patient.closing_visit,
        "the exit": patient.exit.day if patient.exit else None,
    }
    yield from ((day, what) for what, day in named.items() if day is not None)
    yield from ((day, "the infusion") for day in patient.infusions)
    for event in patient.events:
        yield from ((latest_of(day), f"a grade of event {event.id}") for day, _ in event.grades)
        yield from ((day, f"involvement in event {event.id}") for day, _ in event.skin_only)


def _skipped(patients: Sequence[TrialPatient], settings: LadderSettings) -> Iterator[RecordProblem]:
    """Find patients infused above the start while nobody had been infused at the next lower level."""
    first: dict[int, date] = {}
    for patient in patients:
        if patient.infusion is not None and patient.level is not None:
            first[patient.level] = min(patient.infusion, first.get(patient.level, date.max))
    for patient in patients:
        level, infusion = patient.level, patient.infusion
        if infusion is None or level not in settings.levels or level <= settings.start_level:
            continue
        below = settings.below(level)
        if below is None or first.get(below, date.max) >= infusion:
            message = f"infused at level {level} before anybody was infused at level {below}"
            yield RecordProblem("level_skipped", f"patient {patient.id}", message)


def _of_board(board: Sequence[BoardEntry], settings: LadderSettings, on: date) -> Iterator[RecordProblem]:
    for entry in board:
        place = f"board, {entry.decision.value} of {entry.day}"
        if entry.day > on:
            yield RecordProblem("dated_after_on", place, f"is dated after {on}")
        if entry.decision in WITH_LEVEL and entry.level not in settings.levels:
            known = ", ".join(map(str, settings.levels))
            yield RecordProblem("unknown_level", place, f"there is no dose level {entry.level}; the levels are {known}")
