"""Histories for the tests of the DLT rule: on study days, at random, and as values of the product."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random

from dosepath.safety.dlt import judge_dlt
from dosepath.safety.dlt_finding import DltEvent, DltFinding, DltHistory, Exit, ExitReason
from dosepath.safety.dlt_rule import READINGS, DltRule, EventType, Relatedness, dlt_rule
from dosepath.trial.library import open_trial
from tests.unit.safety.day_by_day import Event, Patient

INFUSION = date(2027, 1, 4)

NAMES = {"other": "other_events", "onset": "crs_onset", "duration": "ae_duration", "clock": "gvhd_clock"}

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "window": ("closing_visit", "fixed_28", "fixed_31"),
    "completion": ("after_window", "within_window"),
    "onset": ("onset_of_grade_3", "onset_of_syndrome"),
    "counting": ("half_open", "inclusive"),
    "dips": ("bridged", "literal", "cumulative"),
    "duration": ("at_grade_3", "whole_event"),
    "other": ("related_only", "exempt_labs"),
    "grade_5": ("covered", "literal"),
    "clock": ("from_grade_3", "from_treatment"),
    "unresolved_at_exit": ("inevaluable", "dlt"),
}


@lru_cache(maxsize=4096)
def _rule(readings: tuple[tuple[str, str], ...]) -> DltRule:
    chosen = {READINGS[NAMES.get(name, name)]: option for name, option in readings}
    return dlt_rule(open_trial("NCT06680388").under(chosen))


def rule_of(readings: Mapping[str, str]) -> DltRule:
    return _rule(tuple(sorted(readings.items())))


def on_day(day: int, infusion: date = INFUSION) -> date:
    return infusion + timedelta(days=day)


def history_of(patient: Patient, infusion: date = INFUSION) -> DltHistory:
    def day(number: int) -> date:
        return on_day(number, infusion)

    left = patient.exit
    return DltHistory(
        infusion=infusion,
        dose_fraction=Decimal(str(patient.dose)),
        closing_visit=None if patient.visit is None else day(patient.visit),
        exit=None if left is None else Exit(day(left[0]), ExitReason(left[1]), Relatedness(left[2]), left[3]),
        events=tuple(
            DltEvent(
                id=event.id,
                event=EventType(event.type),
                grades=tuple((day(number), grade) for number, grade in event.grades),
                term=event.term,
                related=Relatedness(event.related),
                part_of=event.part_of,
                skin_only=tuple((day(number), only) for number, only in event.skin_only),
                treated_from=None if event.treated_from is None else day(event.treated_from),
            )
            for event in patient.events
        ),
    )


def judged(patient: Patient, infusion: date = INFUSION) -> DltFinding:
    rule = rule_of(patient.readings)
    return judge_dlt(history_of(patient, infusion), rule, on_day(patient.cut, infusion))


def _grades(random: Random, kind: str) -> tuple[tuple[int, int | None], ...]:
    day = random.choice([-4, -2, -1]) if kind == "AE" and random.random() < 0.25 else random.randint(0, 34)
    found: list[tuple[int, int | None]] = []
    for _ in range(random.randint(1, 7)):
        grade = None if random.random() < 0.03 else random.choice([0, 1, 2, 2, 3, 3, 3, 3, 4, 4, 5])
        if kind == "CRS" and grade in (4, 5) and random.random() < 0.7:
            grade = 3
        found.append((day, grade))
        day += random.choice([0, 1, 1, 1, 2, 3, 5, 6, 7, 8, 13, 14, 15])
    return tuple(found)


def event_at_random(random: Random, name: str) -> Event:
    kind = random.choice(["CRS", "ICANS", "GVHD", "AE", "AE"])
    grades = _grades(random, kind)
    skin: list[tuple[int, bool]] = []
    if kind == "GVHD" and random.random() < 0.7:
        day = grades[0][0]
        for _ in range(random.randint(1, 3)):
            skin.append((day, random.random() < 0.5))
            day += random.randint(1, 9)
    return Event(
        id=name,
        type=kind,
        grades=grades,
        related=random.choice(["related", "related", "not_related", "unknown"]),
        part_of=random.choice(["", "", "", "CRS"]) if kind == "AE" else "",
        term=random.choice(["", "Lymphocyte count decreased", "Neutrophil count decreased"]).lower(),
        skin_only=tuple(skin),
        treated_from=random.choice([None, grades[0][0] + random.randint(0, 8)]) if kind == "GVHD" else None,
    )


def patient_at_random(random: Random, *, switches: bool) -> Patient:
    events = tuple(event_at_random(random, f"e{number}") for number in range(1, random.choice([1, 1, 1, 2, 3]) + 1))
    left = None
    if random.random() < 0.35:
        reason = random.choice(["withdrawal", "lost", "death", "death"])
        due = tuple(event.id for event in events if random.random() < 0.3) if reason == "death" else ()
        judged_as = random.choice(["related", "not_related", "unknown"])
        left = (random.choice([random.randint(0, 27), 27, 28, 29, 30, 31, 32, 45]), reason, judged_as, due)
    readings = {}
    if switches:
        for name, options in OPTIONS.items():
            if random.random() < 0.3:
                readings[name] = random.choice(options)
    return Patient(
        events=events,
        cut=random.choice([random.randint(0, 60), 27, 28, 29, 30, 31, 32, 42, 60]),
        dose=random.choice([1.0] * 8 + [0.8, 1.2, 0.79, 1.21]),
        visit=random.choice([None, 27, 28, 29, 30, 31, 28, 28]),
        exit=left,
        readings=readings,
    )
