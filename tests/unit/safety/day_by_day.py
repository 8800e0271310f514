"""The DLT rule once more, written apart from the product: a walk over the days, looking only at what each day shows.

Nothing of the product is used but the values that go in and come out. Certainty is found by cutting the data at each
day in turn; the day on which an open event can still decide by letting the grade stand after the last day.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

ALWAYS = {"lymphocyte count decreased"}
EARLY = {"neutrophil count decreased"}

CLAUSES: Sequence[tuple[str, str, int, int | None]] = (
    ("gvhd_3", "GVHD", 3, 8),
    ("crs_4", "CRS", 4, None),
    ("crs_3", "CRS", 3, 15),
    ("icans_4", "ICANS", 4, None),
    ("icans_3", "ICANS", 3, 7),
    ("ae_3", "AE", 3, 14),
)

NAMES = [name for name, _, _, _ in CLAUSES]


@dataclass(frozen=True)
class Event:
    id: str
    type: str
    grades: tuple[tuple[int, int | None], ...]
    related: str = "related"
    part_of: str = ""
    term: str = ""
    skin_only: tuple[tuple[int, bool], ...] = ()
    treated_from: int | None = None


@dataclass(frozen=True)
class Patient:
    events: tuple[Event, ...]
    cut: int
    dose: float = 1.0
    visit: int | None = None
    exit: tuple[int, str, str, tuple[str, ...]] | None = None  # day, reason, related, due to
    readings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    state: str
    clause: str | None = None
    known_on: int | None = None
    decides_by: int | None = None


@dataclass
class Walk:
    """One run as it is met on the way."""

    start: int
    days: list[int]  # days at the grade
    end: int | None = None  # first day below, once it is over


class Checker:
    def __init__(self, patient: Patient) -> None:
        self.p = patient
        left = patient.exit if patient.exit is not None and patient.exit[0] <= patient.cut else None
        self.left = left
        self.last = patient.cut if left is None else left[0]
        mode = self.reading("window", "closing_visit")
        visit = patient.visit if patient.visit is not None and patient.visit <= patient.cut else None
        if mode != "closing_visit":
            self.w_end = int(mode[-2:])
            self.closed = self.last >= self.w_end
        elif visit is not None and 28 <= visit <= 31:
            self.w_end, self.closed = visit, True
        else:
            self.w_end, self.closed = min(patient.cut, 31), self.last >= 31

    def reading(self, name: str, default: str) -> str:
        return str(self.p.readings.get(name, default))

    # days ---------------------------------------------------------------------------------------------------------

    def on_day(self, event: Event, day: int, clause: str, *, bare: bool = False) -> tuple[int, int]:
        """Highest and last grade of a day."""
        today = [g or 0 for d, g in event.grades if d == day]
        before = [(d, g or 0) for d, g in event.grades if d < day]
        held = max(before, key=lambda e: e[0])[0] if before else None
        carried = [g for d, g in before if d == held][-1] if before else 0
        seen = today or [carried]
        if self.reading("grade_5", "covered") == "literal" and clause.startswith("icans"):
            seen = [0 if g == 5 else g for g in seen]
        peak, last = max(seen), seen[-1]
        if bare:
            return peak, last
        if clause == "gvhd_3":
            marks = [only for d, only in sorted(event.skin_only, key=lambda e: e[0]) if d <= day]
            if marks and marks[-1]:
                return 0, 0
        exempt = clause == "ae_3" and self.reading("other", "related_only") == "exempt_labs"
        if exempt and event.term.lower() in EARLY and day <= 28:
            return 0, 0
        return peak, last

    def walks(self, event: Event, clause: str, grade: int, last: int, *, over: bool, bare: bool = False) -> list[Walk]:
        bridge = 1 if self.reading("dips", "bridged") == "bridged" else 0
        found: list[Walk] = []
        now: Walk | None = None
        below, held = 0, 0
        first = min([d for d, _ in event.grades], default=0)
        for day in range(min(first, 0), last + 1):
            peak, end = self.on_day(event, day, clause, bare=bare)
            if now is None and peak >= grade:
                now, below, held = Walk(day, []), 0, 0
                found.append(now)
            if now is None:
                continue
            if peak >= grade:
                if now.start < 0 <= day and peak > held:  # a rise after the infusion opens a run of its own
                    now.start = day
                    now.days = []
                below = 0
            if end >= grade:
                now.days.append(day)
                held = end
            else:
                held = peak if peak >= grade else held
                below += 1
                if below > bridge:
                    now.end = day - below + 1
                    now = None
        if now is not None and over and below:
            now.end = last - below + 1
        return [walk for walk in found if walk.start >= 0]

    # one clause on data through a day -----------------------------------------------------------------------------

    def long_enough(
        self, event: Event, clause: str, grade: int, need: int, last: int, *, over: bool
    ) -> tuple[bool, bool]:
        """Whether the clause is met on the data through a day, and whether it still may be."""
        inside = [w for w in self.walks(event, clause, grade, last, over=over) if w.start <= self.w_end]
        whole = clause == "ae_3" and self.reading("duration", "at_grade_3") == "whole_event"
        counts = [(walk, self.around(event, clause, walk, last, over=over) if whole else walk) for walk in inside]
        if self.reading("dips", "bridged") == "cumulative":
            days = {day for _, long in counts for day in long.days}
            return len(days) >= need, bool(counts) and counts[-1][1].end is None
        met = still = False
        for walk, long in counts:
            clock: int | None = long.start
            if clause == "crs_3" and self.reading("onset", "onset_of_grade_3") == "onset_of_syndrome":
                clock = self.around(event, clause, walk, last, over=over).start
            if clause == "gvhd_3" and self.reading("clock", "from_grade_3") == "from_treatment":
                clock = event.treated_from if event.treated_from is not None and event.treated_from <= last else None
            if clock is not None and any(day - clock + 1 >= need and day >= walk.start for day in long.days):
                met = True
            still = still or long.end is None
        return met, still

    def around(self, event: Event, clause: str, walk: Walk, last: int, *, over: bool) -> Walk:
        early = replace(event, grades=tuple((max(d, 0), g) for d, g in event.grades))
        return next(
            w
            for w in self.walks(early, clause, 1, last, over=over, bare=True)
            if w.start <= walk.start and (w.end is None or walk.start <= w.end)
        )

    def clause_on(self, event: Event, name: str, grade: int, need: int | None) -> tuple[int | None, bool, int | None]:
        """Day on which a clause was certain, whether it is open, and when it would be certain."""
        over = self.left is not None
        if need is None:
            starts = [w.start for w in self.walks(event, name, grade, self.last, over=over) if w.start <= self.w_end]
            return min(starts, default=None), False, None
        need -= self.reading("counting", "half_open") == "inclusive"
        known = None
        if self.long_enough(event, name, grade, need, self.last, over=over)[0]:
            known = next(
                c for c in range(self.last + 1) if self.long_enough(event, name, grade, need, c, over=False)[0]
            )
        still = known is None and self.long_enough(event, name, grade, need, self.last, over=over)[1]
        later = None
        if still:
            later = self.if_it_stands(event, name, grade, need)
        if self.reading("completion", "after_window") == "within_window":
            end = self.w_end if self.closed else 31
            if known is not None and known > end:
                known = None
            if later is not None and later > end:
                still = False
        return known, still, later

    def if_it_stands(self, event: Event, name: str, grade: int, need: int) -> int | None:
        after = self.last + 1
        standing = replace(event, grades=(*event.grades, (after, grade)), skin_only=(*event.skin_only, (after, False)))
        if standing.treated_from is not None and standing.treated_from > self.last:
            standing = replace(standing, treated_from=None)
        for day in range(self.last + 1, self.last + 60):
            if self.long_enough(standing, name, grade, need, day, over=False)[0]:
                return day
        return None

    # events and deaths --------------------------------------------------------------------------------------------

    def worlds(self, event: Event) -> Iterator[Event]:
        gaps = [place for place, (_, grade) in enumerate(event.grades) if grade is None]
        for filling in product((0, 2, 3, 4, 5), repeat=len(gaps)):
            grades = list(event.grades)
            for place, grade in zip(gaps, filling, strict=True):
                grades[place] = (grades[place][0], grade)
            yield replace(event, grades=tuple(grades))

    def spared(self, event: Event) -> bool:
        if event.type != "AE":
            return False
        exempt = self.reading("other", "related_only") == "exempt_labs" and event.term.lower() in ALWAYS
        return event.related == "not_related" or bool(event.part_of) or exempt

    def of_event(self, event: Event) -> dict[str, Any]:
        seen = replace(event, grades=tuple(e for e in event.grades if e[0] <= self.last))
        seen = replace(seen, skin_only=tuple(e for e in seen.skin_only if e[0] <= self.last))
        if not seen.grades or self.spared(seen):
            return {"met": [], "open": [], "question": False}
        results = []
        for world in self.worlds(seen):
            met, still = [], []
            for name, kind, grade, need in CLAUSES:
                if kind != seen.type:
                    continue
                known, is_open, later = self.clause_on(world, name, grade, need)
                if known is not None:
                    met.append((known, name))
                if is_open:
                    still.append(later)
            results.append((met, still))
        if len(results) > 1:
            if all(met for met, _ in results) and not (seen.type == "AE" and seen.related == "unknown"):
                first = [min(met, key=lambda each: (each[0], NAMES.index(each[1]))) for met, _ in results]
                return {"met": [max(first, key=lambda each: each[0])], "open": [], "question": False}
            return {"met": [], "open": [], "question": any(met or still for met, still in results)}
        met, still = results[0]
        if seen.type == "AE" and seen.related == "unknown" and met:
            return {"met": [], "open": [], "question": True}
        return {"met": met, "open": still, "question": False}

    def deaths(self) -> Iterator[tuple[int, bool]]:
        if self.reading("grade_5", "covered") == "literal":
            return
        died = self.left is not None and self.left[1] == "death"
        for event in self.p.events:
            grades = tuple((d, g if g is not None else 0) for d, g in event.grades if d <= self.last)
            fatal = [d for d, g in grades if g == 5 and d >= 0]
            if died and self.left is not None and event.id in self.left[3]:
                fatal = [min([*fatal, self.left[0]])]
            severe = [
                w
                for w in self.walks(replace(event, grades=grades), "any", 3, self.last, over=True, bare=True)
                if w.start <= self.w_end
            ]
            if not fatal or not severe or not grades:
                continue
            judged = event.related
            if judged == "unknown" and died and self.left is not None:
                judged = self.left[2]
            if event.type in ("CRS", "ICANS") or event.part_of in ("CRS", "ICANS") or judged == "related":
                yield fatal[0], True
            elif judged == "unknown":
                yield fatal[0], False
        if died and self.left is not None and 0 <= self.left[0] <= self.w_end and self.left[2] != "not_related":
            yield self.left[0], self.left[2] == "related"

    def answer(self) -> Answer:
        found = [self.of_event(event) for event in self.p.events]
        met = sorted((day, NAMES.index(name)) for each in found for day, name in each["met"])
        met += [(day, 99) for day, certain in self.deaths() if certain]
        question = any(each["question"] for each in found) or any(not certain for _, certain in self.deaths())
        still = [later for each in found for later in each["open"]]
        if still and self.left is not None and self.reading("unresolved_at_exit", "inevaluable") == "dlt":
            met.append((self.left[0], -1))
        if met:
            day, place = min(met)
            name = "death_related" if place == 99 else None if place == -1 else CLAUSES[place][0]
            return Answer("dlt", name, day)
        state = self._without_dlt(question=question, still=bool(still))
        return Answer(state, decides_by=max((day for day in still if day is not None), default=None))

    def _without_dlt(self, *, question: bool, still: bool) -> str:
        if not 0.8 <= self.p.dose <= 1.2:
            return "inevaluable"
        if question:
            return "pending"
        if self.left is not None:
            return "inevaluable" if still or self.left[0] < 28 else "no_dlt"
        return "pending" if still or not self.closed else "no_dlt"
