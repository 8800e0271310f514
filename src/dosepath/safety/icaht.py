"""ICAHT, haematotoxicity of immune effector cells: depth and duration of neutropenia, EHA/EBMT 2023.

Early, days 0 to 30, by the longest run of days: neutrophils of 500/uL or less for 1 to 6 days are grade 1, 7 to 13 days
2, 14 days or more 3; 100/uL or less for 7 to 13 days 3, for 14 days or more 4; never above 500 is 4. Late, days 31 to
100, by the lowest count: 1500 or less 1, 1000 or less 2, 500 or less 3, 100 or less 4, and 0 where the second lowest
count is above 1500, for then it was transient; a single count is graded as it stands.

Runs are built as in `dosepath.safety.daily_counts`. A run of 500 or less that starts on day 0 to 3 and lasts to the
last count is grade 4 as well: early death or no recovery. While a patient is still followed, that grade is an early
word; it is flagged.

Traps: 500 itself is low here, and not in CTCAE grade 4 (below 500). Growth factors and neutropenia before infusion
change nothing; the latter is flagged. Leave out counts after progression or the next line of therapy.

Without counts of a period its grade is open, never 0. A gap of more than 7 days counts as not low, as in the open
implementation, and is flagged. Where only the runs are at hand, they may be given instead of the counts.
`dosepath.safety.icaht_table` grades many patients at once; `dosepath.safety.t_icaht` is the grade of platelets.

Verification: grades against the wording of the open implementation (Liang, automated grading by EHA/EBMT criteria,
2024), its printed runs and grades of ten synthetic patients and the daily counts of its patients 5 and 8, 2026-11-25;
shared cases. Unlike it, counts are not carried beyond the first and last one, and measured counts are not rounded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Final

from dosepath.core.instrument import Case, Field, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import amount, by_id, rows, whole, yes_or_no
from dosepath.instruments.scale import Outcome, Scale, newly_refused
from dosepath.safety.daily_counts import counts_of, filled, length, long_gaps, runs, within
from dosepath.safety.open_items import flags_that_hold, said_or_any

EARLY_DAYS: Final = (0, 30)
LATE_DAYS: Final = (31, 100)
DAYS_OF_EARLY_PERIOD: Final = EARLY_DAYS[1] - EARLY_DAYS[0] + 1

LOW: Final = 500
VERY_LOW: Final = 100
"""Neutrophils per uL that are still low, and very low."""

ROUND_TO: Final = 10
"""Step of filled counts."""

FROM_THE_START: Final = 3
"""Last day on which a run that never ends may start to be grade 4."""

LOW_RUN_GRADES: Final = ((DAYS_OF_EARLY_PERIOD, 4), (14, 3), (7, 2), (1, 1), (0, 0))
VERY_LOW_RUN_GRADES: Final = ((14, 4), (7, 3), (0, 0))
"""Shortest run of each early grade."""

LATE_GRADES: Final = ((100, 4), (500, 3), (1000, 2), (1500, 1))
"""Highest lowest count of each late grade."""

_DAY = whole("day", "days from infusion", -100, unit="d", high=None)
_ITEMS = by_id(
    [
        rows(
            "anc_series",
            "neutrophil counts, up to progression or the next line of therapy",
            _DAY,
            amount("anc", "neutrophils", "/uL"),
        ),
        whole("days_le_500", "where only runs are at hand: longest run of 500 or less, days 0 to 30", 0, 31, "d"),
        whole("days_le_100", "where only runs are at hand: longest run of 100 or less, days 0 to 30", 0, 31, "d"),
        yes_or_no(
            "low_from_start_to_end", "where only runs are at hand: 500 or less from day 0 to 3 on to the last count"
        ),
    ]
)
_FIELDS = {
    "early": Field("early grade, days 0 to 30", unit="1"),
    "late": Field("late grade, days 31 to 100", unit="1"),
    "run500": Field("longest run of 500/uL or less, days 0 to 30", unit="d"),
    "run100": Field("longest run of 100/uL or less, days 0 to 30", unit="d"),
}

BASELINE = Flag(
    "baseline_neutropenia", "neutrophils of 1500 or less before infusion: the grade counts them all the same"
)
GAP = Flag(
    "long_gap", "more than 7 days without a count from day 0 to 30: taken as not low, so the grade may be higher"
)
ENDS_LOW = Flag("record_ends_low", "grade 4 because the counts end while low: grade again when there are later counts")
SINGLE = Flag("single_late_count", "one count after day 30: graded by it, transient or not")


@dataclass(frozen=True, slots=True)
class Runs:
    """The longest runs of days 0 to 30, in days, and whether one of 500 or less lasts from the start to the end."""

    le_500: int
    le_100: int
    from_start_to_end: bool


def runs_of(counts: Mapping[int, Fraction]) -> Runs | None:
    """Find the runs of a patient.

    Parameters
    ----------
    counts
        Lowest neutrophils per uL of each day, in order of days.

    Returns
    -------
    Runs | None
        None without a count on days 0 to 30.

    Examples
    --------
    >>> runs_of({0: Fraction(400), 2: Fraction(90), 4: Fraction(800)})
    Runs(le_500=4, le_100=1, from_start_to_end=False)
    """
    known = within(counts, *EARLY_DAYS)
    if not known:
        return None
    daily = filled(known, ROUND_TO)
    low = runs([day for day, count in daily.items() if count <= LOW])
    very_low = runs([day for day, count in daily.items() if count <= VERY_LOW])
    last = max(daily)
    return Runs(
        max(map(length, low), default=0),
        max(map(length, very_low), default=0),
        any(start <= FROM_THE_START and end == last for start, end in low),
    )


def early_grade(found: Runs) -> int:
    """Grade days 0 to 30.

    Examples
    --------
    >>> early_grade(Runs(18, 9, False)), early_grade(Runs(17, 13, True)), early_grade(Runs(0, 0, False))
    (3, 4, 0)
    """
    if found.from_start_to_end:
        return 4
    low = next(grade for days, grade in LOW_RUN_GRADES if found.le_500 >= days)
    very_low = next(grade for days, grade in VERY_LOW_RUN_GRADES if found.le_100 >= days)
    return max(low, very_low)


def late_grade(lowest: Fraction, second: Fraction | None) -> int:
    """Grade days 31 to 100 by the two lowest counts; the second is None where there is one count only.

    Examples
    --------
    >>> late_grade(Fraction(450), Fraction(460)), late_grade(Fraction(450), Fraction(1501))
    (3, 0)
    >>> late_grade(Fraction(100), None), late_grade(Fraction(1501), None)
    (4, 0)
    """
    highest_low = LATE_GRADES[-1][0]
    if second is not None and second > highest_low:
        return 0
    return next((grade for limit, grade in LATE_GRADES if lowest <= limit), 0)


def late_counts(counts: Mapping[int, Fraction]) -> tuple[Fraction, Fraction | None] | None:
    """Give the two lowest counts of days 31 to 100; None without any.

    Examples
    --------
    >>> late_counts({30: Fraction(1), 31: Fraction(900), 60: Fraction(700)})
    (Fraction(700, 1), Fraction(900, 1))
    """
    lowest = sorted(within(counts, *LATE_DAYS).values())[:2]
    if not lowest:
        return None
    return lowest[0], lowest[1] if len(lowest) > 1 else None


_GIVEN: Final = ("days_le_500", "days_le_100", "low_from_start_to_end")


def _rule(answers: Answers) -> Outcome:
    counts, misplaced = counts_of(answers.rows.get("anc_series", ()), "anc")
    found = None if misplaced else runs_of(counts)
    lowest = None if misplaced else late_counts(counts)
    said = _without_contradictions(answers, found)
    possible = _possible_runs(said) if found is None else [found]
    late = Interval(Fraction(0), Fraction(4)) if lowest is None else Interval.at(late_grade(*lowest))
    return Outcome(
        tuple(_case(grade, late, possible) for grade in sorted({early_grade(each) for each in possible})),
        missing=_missing(said, possible, late_open=lowest is None, misplaced=misplaced, counted=found is not None),
        flags=_flags(counts, found, lowest),
        refused=newly_refused(answers, said),
        steps=_steps(possible, lowest),
    )


def _without_contradictions(said: Answers, found: Runs | None) -> Answers:
    low, very_low = said.numbers.get("days_le_500"), said.numbers.get("days_le_100")
    if low is not None and very_low is not None and very_low > low:
        said = said.without(["days_le_500", "days_le_100"], "a run of 100 or less is no longer than one of 500 or less")
    if low == 0 and said.yes("low_from_start_to_end"):
        said = said.without(["days_le_500", "low_from_start_to_end"], "no day is low, yet all days are")
    if found is None:
        return said
    counted = {"days_le_500": found.le_500, "days_le_100": found.le_100}
    wrong = [item for item, days in counted.items() if said.numbers.get(item, days) != days]
    whole_run = said.flags.get("low_from_start_to_end", found.from_start_to_end)
    wrong += [] if whole_run == found.from_start_to_end else ["low_from_start_to_end"]
    return said.without(wrong, "the counts give another run") if wrong else said


def _possible_runs(said: Answers) -> list[Runs]:
    longest = range(DAYS_OF_EARLY_PERIOD + 1)
    low = [said.numbers["days_le_500"]] if "days_le_500" in said.numbers else longest
    very_low = [said.numbers["days_le_100"]] if "days_le_100" in said.numbers else longest
    whole_run = said_or_any(said.flags.get("low_from_start_to_end"))
    return [
        Runs(le_500, le_100, from_start)
        for le_500, le_100, from_start in product(low, very_low, whole_run)
        if le_100 <= le_500 and (le_500 > 0 or not from_start)
    ]


def _case(grade: int, late: Interval, possible: list[Runs]) -> Case:
    fitting = [each for each in possible if early_grade(each) == grade]
    return {
        "early": Interval.at(grade),
        "late": late,
        "run500": _between([each.le_500 for each in fitting]),
        "run100": _between([each.le_100 for each in fitting]),
    }


def _between(days: list[int]) -> Interval:
    return Interval(Fraction(min(days)), Fraction(max(days)))


def _missing(
    said: Answers, possible: list[Runs], *, late_open: bool, misplaced: bool, counted: bool
) -> tuple[str, ...]:
    if misplaced:
        return ("anc_series.day",)
    lengths = {(each.le_500, each.le_100) for each in possible}
    grades = [
        {early_grade(each) for each in possible if each.from_start_to_end is whole_run} for whole_run in (False, True)
    ]
    matters = {
        "days_le_500": len({low for low, _ in lengths}) > 1,
        "days_le_100": len({very_low for _, very_low in lengths}) > 1,
        "low_from_start_to_end": all(grades) and grades[0] != grades[1],
    }
    given = () if counted else said.open(item for item, matter in matters.items() if matter)
    return ("anc_series", *given) if late_open or given else given


def _flags(
    counts: Mapping[int, Fraction], found: Runs | None, lowest: tuple[Fraction, Fraction | None] | None
) -> tuple[Flag, ...]:
    before = [count for day, count in counts.items() if day < EARLY_DAYS[0]]
    early = within(counts, *EARLY_DAYS)
    ends_low = found is not None and found.from_start_to_end and max(early) < EARLY_DAYS[1]
    return flags_that_hold(
        [
            (BASELINE, bool(before) and before[-1] <= LATE_GRADES[-1][0]),
            (GAP, bool(long_gaps(early))),
            (ENDS_LOW, ends_low),
            (SINGLE, lowest is not None and lowest[1] is None),
        ]
    )


def _steps(possible: list[Runs], lowest: tuple[Fraction, Fraction | None] | None) -> tuple[str, ...]:
    told = []
    if len(possible) == 1:
        found = possible[0]
        told.append(f"days 0 to 30: longest run of 500 or less {found.le_500} d, of 100 or less {found.le_100} d")
        if found.from_start_to_end:
            told.append("low from day 0 to 3 on to the last count: grade 4")
        told.append(f"early grade {early_grade(found)}")
    if lowest is not None:
        second = "no second one" if lowest[1] is None else f"the second {float(lowest[1]):g}"
        told.append(f"days 31 to 100: lowest count {float(lowest[0]):g}, {second}: late grade {late_grade(*lowest)}")
    return tuple(told)


ICAHT = Scale(
    id="icaht",
    name="Immune effector cell-associated haematotoxicity, neutrophils",
    version="EHA/EBMT 2023",
    citation=Citation("Rejeski K, Subklewe M, Aljurf M et al. Blood 2023;142:865-877", "10.1182/blood.2023020578"),
    verification=Verification(
        "open implementation of Liang 2024 with printed grades of ten synthetic patients",
        date(2026, 11, 25),
    ),
    items=_ITEMS,
    fields=_FIELDS,
    rule=_rule,
    entries=_FIELDS,
)
