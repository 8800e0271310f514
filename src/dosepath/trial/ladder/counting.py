"""Who counts where: the state of each patient, and the counts of each level."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from dosepath.dosefinding.outcomes import DoseTally
from dosepath.safety.dlt import judge_dlt
from dosepath.safety.dlt_finding import DltFinding, DltState
from dosepath.safety.dlt_rule import DltRule
from dosepath.trial.ladder.patients import TrialPatient
from dosepath.trial.ladder.settings import LadderSettings, LowerDose


class PatientState(Enum):
    """What a patient is on the ladder."""

    NOT_INFUSED = "not_infused"
    DLT = "dlt"
    NO_DLT = "no_dlt"
    PENDING = "pending"
    INEVALUABLE = "inevaluable"


EVALUABLE = frozenset({PatientState.DLT, PatientState.NO_DLT})
COUNTED = EVALUABLE | {PatientState.PENDING}
"""Only these fill a cohort; a patient who cannot be evaluated is replaced by not being counted."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a patient stands.

    Parameters
    ----------
    patient, state
        Who, and the state.
    level
        Level at which an infused patient counts; the level assigned to others.
    finding
        Verdict of the DLT rule; None before the infusion.
    at_actual_level
        Whether the patient counts at the level of the cells received instead of the one assigned.
    """

    patient: TrialPatient
    state: PatientState
    level: int | None
    finding: DltFinding | None = None
    at_actual_level: bool = False

    @property
    def counted(self) -> bool:
        """Whether the patient takes a place of a cohort."""
        return self.state in COUNTED

    @property
    def infusion(self) -> date:
        """Day of the infusion, for those who had one."""
        return self.patient.infusion or date.min

    def study_day(self, day: date) -> int | None:
        """Give the study day of a day, on which the infusion is day 0; None before there was one."""
        return None if self.patient.infusion is None else (day - self.patient.infusion).days


@dataclass(frozen=True, slots=True)
class LevelCount:
    """Patients at one level."""

    infused: int = 0
    evaluable: int = 0
    dlt: int = 0
    pending: int = 0
    inevaluable: int = 0
    reserved: int = 0

    @property
    def counted(self) -> int:
        """Patients who fill the cohort."""
        return self.evaluable + self.pending


@dataclass(frozen=True, slots=True)
class Ladder:
    """The state of the ladder on a day."""

    settings: LadderSettings
    standings: tuple[Standing, ...]
    on: date

    def at(self, level: int) -> tuple[Standing, ...]:
        """Give the infused patients who count at a level."""
        return tuple(each for each in self.standings if each.level == level and each.patient.infusions)

    def counted_at(self, level: int) -> tuple[Standing, ...]:
        """Give the patients who fill the cohort of a level."""
        return tuple(each for each in self.at(level) if each.counted)

    def pending_at(self, level: int) -> tuple[Standing, ...]:
        """Give the patients of a level whose verdict is open."""
        return tuple(each for each in self.at(level) if each.state is PatientState.PENDING)

    def count(self, level: int) -> LevelCount:
        """Count the patients at a level."""
        return _count(self.standings, level)

    def tallies(self, *, counted: bool) -> tuple[DoseTally, ...]:
        """Give patients and DLTs of all levels from low to high: those who are counted, or only those evaluable."""
        counts = [self.count(level) for level in self.settings.levels]
        return tuple(DoseTally(each.counted if counted else each.evaluable, each.dlt) for each in counts)

    @property
    def infused(self) -> int:
        """Patients infused on the whole ladder, those who were replaced included."""
        return sum(bool(each.patient.infusions) for each in self.standings)

    @property
    def reserved(self) -> int:
        """Slots held on the whole ladder."""
        return sum(each.patient.holds_slot for each in self.standings)

    @property
    def current(self) -> int:
        """The highest level with an infused patient; the first level where there is none."""
        tried = {each.level for each in self.standings if each.patient.infusions and each.level is not None}
        places = [self.settings.place(level) for level in tried]
        return self.settings.levels[max(places) - 1] if places else self.settings.start_level


def _count(standings: Iterable[Standing], level: int) -> LevelCount:
    here = [each for each in standings if each.level == level]
    infused = [each.state for each in here if each.patient.infusions]
    number = Counter(infused)
    return LevelCount(
        infused=len(infused),
        evaluable=sum(number[state] for state in EVALUABLE),
        dlt=number[PatientState.DLT],
        pending=number[PatientState.PENDING],
        inevaluable=number[PatientState.INEVALUABLE],
        reserved=sum(each.patient.holds_slot for each in here),
    )


def stand(patients: Sequence[TrialPatient], settings: LadderSettings, rule: DltRule, on: date) -> tuple[Standing, ...]:
    """Judge all patients as seen on a day, in the order of their ids."""
    return tuple(_standing(patient, settings, rule, on) for patient in sorted(patients, key=lambda each: each.id))


def _standing(patient: TrialPatient, settings: LadderSettings, rule: DltRule, on: date) -> Standing:
    if patient.infusion is None:
        return Standing(patient, PatientState.NOT_INFUSED, patient.level)
    level, fraction = patient.level, patient.dose_fraction
    lower = _actual_level(patient, settings)
    if lower is not None:
        level, fraction = lower
    finding = judge_dlt(patient.history(fraction), rule, on)
    return Standing(patient, _STATES[finding.state], level, finding, at_actual_level=lower is not None)


_STATES: Mapping[DltState, PatientState] = {state: PatientState(state.value) for state in DltState}


def _actual_level(patient: TrialPatient, settings: LadderSettings) -> tuple[int, Decimal] | None:
    """Give the highest lower level whose dose the cells fit, and the fraction of it; None to count as assigned."""
    fraction, low = patient.dose_fraction, settings.dose_tolerance[0]
    if settings.lower_dose is not LowerDose.ACTUAL_LEVEL or fraction is None or fraction >= low:
        return None
    assigned = None if patient.level is None else settings.dose(patient.level)
    if patient.level is None or assigned is None:
        return None
    cells = fraction * assigned
    for rung in reversed(settings.rungs[: settings.place(patient.level) - 1]):
        if rung.dose is not None and rung.dose * low <= cells <= rung.dose * settings.dose_tolerance[1]:
            return rung.level, min(max(cells / rung.dose, low), settings.dose_tolerance[1])
    return None
