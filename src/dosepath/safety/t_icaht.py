"""T-ICAHT: the same toxicity in platelets, graded by days below a limit. Rejeski and others, 2025.

Early, days 0 to 30: platelets below 50 for 1 to 6 days are grade 1, for 7 or more 2; below 20 for 1 to 13 days 3, for
14 or more 4 (all in 10*9/L). Late, days 31 to 100: below 100 on any day 1, below 50 on any day 2, below 20 for 1 to 13
days 3, for 14 or more 4. Days add up over the period; recoveries of less than 3 days count as days below.

Late grades ask for two tests or for a count that is low for more than a moment: as in the grade of neutrophils, a
period whose second lowest count is 100 or more is grade 0, and a single count is graded as it stands.

Traps: the limits are below 50 and below 20, while those of neutrophils are 500 or less. Transfusions are not looked at.
Leave out counts after progression or the next line of therapy. Gaps as in `dosepath.safety.daily_counts`.

Verification: limits, days and counting against the table reprint of Rejeski 2025 (ash-sap.org, table 1) with its notes,
2026-11-25. Assumed: that gaps are filled as for neutrophils, and how two tests are asked for.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Final

from dosepath.core.instrument import Field, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import amount, by_id, rows, whole
from dosepath.instruments.scale import Outcome, Scale
from dosepath.safety.daily_counts import counts_of, filled, length, long_gaps, runs, within
from dosepath.safety.icaht import EARLY_DAYS, LATE_DAYS
from dosepath.safety.open_items import flags_that_hold

EARLY_GRADES: Final = ((20, 14, 4), (20, 1, 3), (50, 7, 2), (50, 1, 1))
LATE_GRADES: Final = ((20, 14, 4), (20, 1, 3), (50, 1, 2), (100, 1, 1))
"""Limit in 10*9/L, least days below it, grade; the worst first."""

_ITEMS = by_id(
    [
        rows(
            "platelet_series",
            "platelet counts, up to progression or the next line of therapy",
            whole("day", "days from infusion", -100, unit="d", high=None),
            amount("platelets", "platelets", "10*9/L"),
        )
    ]
)
_FIELDS = {
    "early": Field("early grade of platelets, days 0 to 30", unit="1"),
    "late": Field("late grade of platelets, days 31 to 100", unit="1"),
}

GAP = Flag("long_gap", "more than 7 days without a count: taken as not low, so the grade may be higher")
SINGLE = Flag("single_late_count", "one count after day 30: graded by it, transient or not")


def days_below(counts: Mapping[int, Fraction], limit: int) -> int:
    """Add up the days below a limit, short recoveries included.

    Examples
    --------
    >>> days_below({0: Fraction(15), 1: Fraction(30), 2: Fraction(10), 6: Fraction(91)}, 20)
    3
    """
    daily = filled(counts)
    return sum(map(length, runs([day for day, count in daily.items() if count < limit])))


def early_grade(counts: Mapping[int, Fraction]) -> int | None:
    """Grade days 0 to 30; None without a count.

    Examples
    --------
    >>> early_grade({5: Fraction(49), 11: Fraction(49)}), early_grade({5: Fraction(50)}), early_grade({40: Fraction(1)})
    (2, 0, None)
    """
    return _grade(within(counts, *EARLY_DAYS), EARLY_GRADES)


def late_grade(counts: Mapping[int, Fraction]) -> int | None:
    """Grade days 31 to 100; None without a count.

    Examples
    --------
    >>> late_grade({40: Fraction(49), 41: Fraction(99)}), late_grade({40: Fraction(49), 41: Fraction(100)})
    (2, 0)
    """
    known = within(counts, *LATE_DAYS)
    return 0 if _is_transient(known) else _grade(known, LATE_GRADES)


def _is_transient(known: Mapping[int, Fraction]) -> bool:
    return len(known) > 1 and sorted(known.values())[1] >= LATE_GRADES[-1][0]


def _grade(known: Mapping[int, Fraction], grades: tuple[tuple[int, int, int], ...]) -> int | None:
    if not known:
        return None
    return next((grade for limit, days, grade in grades if days_below(known, limit) >= days), 0)


def _rule(said: Answers) -> Outcome:
    counts, misplaced = counts_of(said.rows.get("platelet_series", ()), "platelets")
    early, late = (None, None) if misplaced else (early_grade(counts), late_grade(counts))
    period, after = within(counts, *EARLY_DAYS), within(counts, *LATE_DAYS)
    grades = {"early": early, "late": late}
    missing = "platelet_series.day" if misplaced else "platelet_series"
    return Outcome(
        (
            {
                name: Interval(Fraction(0), Fraction(4)) if grade is None else Interval.at(grade)
                for name, grade in grades.items()
            },
        ),
        missing=(missing,) if None in grades.values() else (),
        flags=flags_that_hold(
            [
                (GAP, bool(long_gaps(period) or long_gaps(after))),
                (SINGLE, len(after) == 1),
            ]
        ),
        steps=tuple(
            f"{name} period: {_told(part, limits)}: grade {grade}"
            for (name, grade), part, limits in zip(
                grades.items(), (period, after), (EARLY_GRADES, LATE_GRADES), strict=True
            )
            if grade is not None
        ),
    )


def _told(part: Mapping[int, Fraction], grades: tuple[tuple[int, int, int], ...]) -> str:
    limits = sorted({limit for limit, _, _ in grades})
    transient = ", not lasting" if grades is LATE_GRADES and _is_transient(part) else ""
    return ", ".join(f"{days_below(part, limit)} d below {limit}" for limit in limits) + transient


T_ICAHT = Scale(
    id="t_icaht",
    name="Immune effector cell-associated haematotoxicity, platelets",
    version="T-ICAHT 2025",
    citation=Citation(
        "Rejeski K, Sanz J, Fei T et al. T-ICAHT: grading and prognostic impact of thrombocytopenia. Blood 2025",
        "10.1182/blood.2025028833",
    ),
    verification=Verification(
        "table reprint of Rejeski 2025 (ash-sap.org, table 1) with its notes",
        date(2026, 11, 25),
    ),
    items=_ITEMS,
    fields=_FIELDS,
    rule=_rule,
    entries=_FIELDS,
)
