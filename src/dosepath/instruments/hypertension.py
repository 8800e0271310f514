"""The blood pressure that represents an examination, and whether a hypertensive emergency is in the history.

The pressure is the mean of the seated readings of an examination, systolic and diastolic each on its own; a single
reading is taken as it is, with a flag. A reading that lacks a number leaves that mean open. A diastolic pressure at or
above the systolic one cannot be, and neither number of it is used. The history holds a hypertensive crisis or
hypertensive encephalopathy; a renal crisis of scleroderma counts as a crisis, which is for a person to say. From which
pressure hypertension is uncontrolled, and how far back the history goes, is for the rules of the trial (E13.3).

Verification: text of the trial (NCT06680388, E13.3). From memory: nothing. Shared cases, 2026-11-25.
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Final

from dosepath.core.instrument import YES_OR_NO, Field, Flag, Refusal, RefusalKind, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.core.verdict import any_of
from dosepath.instruments.answers import Answers
from dosepath.instruments.formula_form import rounded
from dosepath.instruments.items import amount, by_id, rows, yes_or_no
from dosepath.instruments.scale import Outcome, Scale, case_of, word_of

PRESSURES: Final = ("systolic", "diastolic")
HISTORY: Final = ("crisis", "encephalopathy")
FEW_READINGS: Final = 2
"""Readings from which a mean is one."""


def mean_of(readings: Sequence[Fraction | None]) -> Fraction | None:
    """Give the mean; None where there is no reading or one of them is not known.

    Examples
    --------
    >>> mean_of([Fraction(160), Fraction(155)]), mean_of([Fraction(160), None])
    (Fraction(315, 2), None)
    """
    known = [reading for reading in readings if reading is not None]
    return sum(known, Fraction(0)) / len(known) if known and len(known) == len(readings) else None


def _rule(said: Answers) -> Outcome:
    given = said.rows.get("readings", ())
    readings = [_possible(row) for row in given]
    refused = tuple(
        Refusal(
            f"readings[{number}].diastolic", RefusalKind.CONTRADICTION, "not below the systolic pressure of the reading"
        )
        for number, row in enumerate(given, start=1)
        if _possible(row) != dict(row.amounts)
    )
    means = {name: mean_of([reading.get(name) for reading in readings]) for name in PRESSURES}
    history = any_of(said.verdict(item) for item in HISTORY)
    missing = _missing(readings) + (() if history.decided else said.open(HISTORY))
    pressures = {name: Interval.at(mean) for name, mean in means.items() if mean is not None}
    possible = tuple(case_of(**pressures, emergency_in_history=word) for word in word_of(history))
    steps = tuple(
        f"{name}: mean of {len(readings)} = {rounded(mean)} mm[Hg]" for name, mean in means.items() if mean is not None
    )
    single = (Flag("single_reading", "one reading only: a mean of two or more is asked for"),)
    return Outcome(possible, missing, single if 0 < len(readings) < FEW_READINGS else (), refused, steps)


def _possible(row: Answers) -> dict[str, Fraction]:
    reading = dict(row.amounts)
    if len(reading) == len(PRESSURES) and reading["diastolic"] >= reading["systolic"]:
        return {}
    return reading


def _missing(readings: Sequence[dict[str, Fraction]]) -> tuple[str, ...]:
    if not readings:
        return ("readings",)
    return tuple(f"readings.{name}" for name in PRESSURES if any(name not in reading for reading in readings))


HYPERTENSION = Scale(
    id="hypertension",
    name="Blood pressure of an examination, history of hypertensive emergency",
    version="NCT06680388 E13.3",
    citation=Citation("registry entry NCT06680388, 2024, criterion E13.3"),
    verification=Verification("text of the trial", date(2026, 11, 25)),
    items=by_id(
        [
            rows(
                "readings",
                "seated readings of one examination",
                amount("systolic", "systolic pressure", "mm[Hg]"),
                amount("diastolic", "diastolic pressure", "mm[Hg]"),
            ),
            yes_or_no("crisis", "hypertensive crisis within the time that the protocol asks about"),
            yes_or_no("encephalopathy", "hypertensive encephalopathy within the time that the protocol asks about"),
        ]
    ),
    fields={
        "systolic": Field("mean systolic pressure", unit="mm[Hg]"),
        "diastolic": Field("mean diastolic pressure", unit="mm[Hg]"),
        "emergency_in_history": Field("hypertensive crisis or encephalopathy", choices=YES_OR_NO),
    },
    rule=_rule,
)
