"""Who may be infused when: the gap between patients, free places, and the queue of candidates."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from dosepath.dosefinding.three_plus_three import COHORT, FULL
from dosepath.trial.ladder.counting import Ladder
from dosepath.trial.ladder.patients import TrialPatient
from dosepath.trial.ladder.rule import is_cleared


@dataclass(frozen=True, slots=True)
class Earliest:
    """The earliest day of the next infusion at a level, and why."""

    day: date
    why: str


def earliest_infusion(ladder: Ladder, level: int) -> Earliest:
    """Give the earliest day of the next infusion: the gap from the latest counted patient of the level, never past."""
    days = sorted(each.infusion for each in ladder.counted_at(level))
    if not days:
        return Earliest(ladder.on, f"nobody is counted at level {level}: no gap")
    settings = ladder.settings
    if len(days) < COHORT:
        gap, which = settings.stagger_days[len(days) - 1], f"patient {len(days)} and {len(days) + 1} of a level"
    else:
        gap, which = settings.stagger_expansion_days, "patients of an expansion"
    day = days[-1] + timedelta(days=gap)
    why = f"{gap} days between {which}, the latest infused on {days[-1]}"
    return Earliest(max(day, ladder.on), why if day > ladder.on else f"{why}: over")


def candidates(ladder: Ladder) -> tuple[TrialPatient, ...]:
    """Give the patients who wait for a slot: the earliest consent first, then by id."""
    waiting = [each.patient for each in ladder.standings if each.patient.is_candidate]
    return tuple(sorted(waiting, key=lambda patient: (patient.consent or date.max, patient.id)))


def offer(ladder: Ladder, level: int, slots: int) -> tuple[str, ...]:
    """Give the candidates who get the open slots now; one whose arm is at its cap is passed over."""
    settings = ladder.settings
    total = _places_by_arm(ladder, None)
    here = _places_by_arm(ladder, level)
    found: list[str] = []
    for patient in candidates(ladder):
        if len(found) >= slots:
            break
        caps = ((settings.arm_cap_total, total), (settings.arm_cap_per_level, here))
        if any(cap is not None and taken[patient.arm] >= cap for cap, taken in caps):
            continue
        total[patient.arm] += 1
        here[patient.arm] += 1
        found.append(patient.id)
    return tuple(found)


def _places_by_arm(ladder: Ladder, level: int | None) -> Counter[str]:
    """Count the places that each arm holds, on the ladder or at one level: counted patients and reservations."""
    return Counter(
        each.patient.arm
        for each in ladder.standings
        if (level is None or each.level == level) and (each.counted or each.patient.holds_slot)
    )


def backfill_places(ladder: Ladder) -> dict[int, int]:
    """Give the free places at each cleared level below the current one."""
    settings = ladder.settings
    found = {}
    for level in settings.levels[: settings.place(ladder.current) - 1]:
        count = ladder.count(level)
        free = FULL - count.counted - count.reserved
        if is_cleared(ladder, level) and free > 0:
            found[level] = free
    return found
