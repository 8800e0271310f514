"""ICAHT of many patients at once: one row a neutrophil count, graded as arrays.

The rule and its numbers are those of `dosepath.safety.icaht`; a law in the tests says that both give the same. Counts
are whole numbers per uL, so that filled values are exact here as well.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from dosepath.safety.daily_counts import LONGEST_BRIDGE, LONGEST_FILLED_GAP
from dosepath.safety.icaht import (
    DAYS_OF_EARLY_PERIOD,
    EARLY_DAYS,
    FROM_THE_START,
    LATE_DAYS,
    LATE_GRADES,
    LOW,
    LOW_RUN_GRADES,
    ROUND_TO,
    VERY_LOW,
    VERY_LOW_RUN_GRADES,
)

Integers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

OPEN: Final = -1
"""Where a patient has no count in a period."""

PATIENTS_AT_ONCE: Final = 50_000
"""Patients whose days are held in memory together."""

_NO_COUNT: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class IcahtTable:
    """Grades of many patients, one place each, in the order of `patient`.

    Parameters
    ----------
    patient
        Each patient index once, in ascending order.
    early, late
        Grades; -1 where a period has no count.
    run500, run100
        Longest runs of days 0 to 30, in days; -1 without a count there.
    """

    patient: Integers
    early: Integers
    late: Integers
    run500: Integers
    run100: Integers


def grade_table(patient: npt.ArrayLike, day: npt.ArrayLike, anc: npt.ArrayLike) -> IcahtTable:
    """Grade early and late ICAHT of every patient of a table.

    Parameters
    ----------
    patient, day, anc
        Columns of equal length, in any order of rows: patient index, days from infusion, neutrophils per uL.

    Raises
    ------
    ValueError
        When columns differ in length, hold no whole numbers, or a count is below zero.

    Examples
    --------
    >>> table = grade_table([7, 7, 7, 3], [0, 8, 40, 1], [400, 450, 900, 2000])
    >>> table.patient.tolist(), table.early.tolist(), table.run500.tolist(), table.late.tolist()
    ([3, 7], [0, 4], [0, 9], [-1, 2])
    """
    columns = [_whole_numbers(column) for column in (patient, day, anc)]
    if len({column.size for column in columns}) > 1:
        raise ValueError("the columns patient, day and anc differ in length")
    who, when, count = columns
    if bool((count < 0).any()):
        raise ValueError("a neutrophil count is below zero")
    patients, place = np.unique(who, return_inverse=True)
    order = np.argsort(place, kind="stable")
    place, when, count = place[order], when[order], count[order]
    parts = []
    for start in range(0, patients.size, PATIENTS_AT_ONCE):
        stop = min(start + PATIENTS_AT_ONCE, patients.size)
        rows = slice(*np.searchsorted(place, [start, stop]).tolist())
        parts.append(_graded(place[rows] - start, when[rows], count[rows], stop - start))
    whole = [np.concatenate(column) for column in zip(*parts, strict=True)] or [np.empty(0, np.int64)] * 4
    return IcahtTable(patients, *whole)


def _whole_numbers(column: npt.ArrayLike) -> Integers:
    found = np.asarray(column)
    if found.ndim != 1:
        raise ValueError("a column is a list of numbers")
    whole = found.astype(np.int64)
    if not bool((whole == found).all()):
        raise ValueError("patient index, day and neutrophils per uL are whole numbers")
    return whole


def _graded(place: Integers, day: Integers, count: Integers, patients: int) -> tuple[Integers, ...]:
    daily = _filled(_by_day(place, day, count, patients, EARLY_DAYS))
    known = (daily != _NO_COUNT).any(axis=1)
    low, very_low = _bridged(daily <= LOW), _bridged(daily <= VERY_LOW)
    run500, run100 = _longest(low), _longest(very_low)
    early = np.where(
        _from_start_to_end(daily, low),
        4,
        np.maximum(_grade_of(run500, LOW_RUN_GRADES), _grade_of(run100, VERY_LOW_RUN_GRADES)),
    )
    late = _late(_by_day(place, day, count, patients, LATE_DAYS))
    return np.where(known, early, OPEN), late, np.where(known, run500, OPEN), np.where(known, run100, OPEN)


def _by_day(place: Integers, day: Integers, count: Integers, patients: int, period: tuple[int, int]) -> Integers:
    """Give the lowest count of each day, one row a patient."""
    first, last = period
    daily = np.full((patients, last - first + 1), _NO_COUNT, np.int64)
    inside = (day >= first) & (day <= last)
    np.minimum.at(daily, (place[inside], day[inside] - first), count[inside])
    return daily


def _neighbours(known: Flags) -> tuple[Integers, Integers]:
    """Give for each day the last known day up to it and the next one from it on; far outside where there is none."""
    days = np.arange(known.shape[1])
    far = 10 * known.shape[1]
    before = np.maximum.accumulate(np.where(known, days, -far), axis=1)
    after = np.minimum.accumulate(np.where(known, days, far)[:, ::-1], axis=1)[:, ::-1]
    return before, after


def _filled(daily: Integers) -> Integers:
    """Fill gaps of up to 7 days on a straight line, rounded to 10 with halves to even."""
    known = daily != _NO_COUNT
    before, after = _neighbours(known)
    width = after - before
    gap = ~known & (width - 1 <= LONGEST_FILLED_GAP)
    patient, day = np.nonzero(gap)
    left, right, days = before[gap], after[gap], width[gap]
    total = daily[patient, left] * (right - day) + daily[patient, right] * (day - left)
    step = days * ROUND_TO
    tens, rest = np.divmod(total, step)
    up = (2 * rest > step) | ((2 * rest == step) & (tens % 2 == 1))
    found = daily.copy()
    found[gap] = (tens + up) * ROUND_TO
    return found


def _bridged(low: Flags) -> Flags:
    """Count short recoveries between two low days as low."""
    before, after = _neighbours(low)
    return low | (after - before - 1 <= LONGEST_BRIDGE)


def _lengths(low: Flags) -> Integers:
    """Give for each day the low days in a row that end on it."""
    days = np.arange(low.shape[1])
    last_high = np.maximum.accumulate(np.where(low, -1, days), axis=1)
    lengths: Integers = days - last_high
    return lengths


def _longest(low: Flags) -> Integers:
    longest: Integers = _lengths(low).max(axis=1)
    return longest


def _from_start_to_end(daily: Integers, low: Flags) -> Flags:
    known = daily != _NO_COUNT
    last = DAYS_OF_EARLY_PERIOD - 1 - known[:, ::-1].argmax(axis=1)
    every = np.arange(len(daily))
    start = last - _lengths(low)[every, last] + 1
    found: Flags = known.any(axis=1) & low[every, last] & (start <= FROM_THE_START)
    return found


def _grade_of(run: Integers, grades: tuple[tuple[int, int], ...]) -> Integers:
    return np.select([run >= days for days, _ in grades], [grade for _, grade in grades])


def _late(daily: Integers) -> Integers:
    two = np.sort(daily, axis=1)[:, :2]
    lowest, second = two[:, 0], two[:, 1]
    grade = np.select([lowest <= limit for limit, _ in LATE_GRADES], [grade for _, grade in LATE_GRADES], 0)
    transient = (second > LATE_GRADES[-1][0]) & (second != _NO_COUNT)
    return np.where(lowest == _NO_COUNT, OPEN, np.where(transient, 0, grade))
