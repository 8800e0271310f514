"""ICAHT of whole tables: the same as patient by patient, and as found a second time on strings of days."""

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosepath.safety import icaht_table
from dosepath.safety.daily_counts import lowest_of_days
from dosepath.safety.icaht import Runs, early_grade, late_counts, late_grade, runs_of
from dosepath.safety.icaht_table import OPEN, grade_table

Rows = list[tuple[int, int, int]]

COUNTS = st.sampled_from(
    [0, 90, 100, 101, 104, 105, 106, 300, 490, 495, 500, 501, 505, 515, 700, 1000, 1001, 1500, 1501]
)
EARLY_HEAVY = st.integers(-3, 34) | st.integers(-10, 110)
TABLES = st.lists(st.tuples(st.integers(0, 4), EARLY_HEAVY, COUNTS), max_size=120)


def one_by_one(rows: Rows) -> dict[int, tuple[int, int, int, int]]:
    """Grade every patient on their own: early, late, both runs."""
    found = {}
    for patient in {patient for patient, _, _ in rows}:
        counts = lowest_of_days((day, Fraction(count)) for who, day, count in rows if who == patient)
        runs, lowest = runs_of(counts), late_counts(counts)
        early = (OPEN, OPEN, OPEN) if runs is None else (early_grade(runs), runs.le_500, runs.le_100)
        found[patient] = (early[0], OPEN if lowest is None else late_grade(*lowest), *early[1:])
    return found


def as_table(rows: Rows) -> dict[int, tuple[int, int, int, int]]:
    columns = zip(*rows, strict=True) if rows else ([], [], [])
    table = grade_table(*columns)
    fields = (table.early, table.late, table.run500, table.run100)
    return {
        int(patient): tuple(int(field[place]) for field in fields)  # type: ignore[misc]  # four fields
        for place, patient in enumerate(table.patient)
    }


@settings(max_examples=400)
@given(rows=TABLES)
def test_a_table_is_graded_as_its_patients_are(rows: Rows) -> None:
    assert as_table(rows) == one_by_one(rows)


@settings(max_examples=50)
@given(rows=TABLES)
def test_parts_of_a_table_make_the_whole(rows: Rows) -> None:
    held = icaht_table.PATIENTS_AT_ONCE
    try:
        icaht_table.PATIENTS_AT_ONCE = 2  # type: ignore[misc]  # a small table has several parts
        assert as_table(rows) == one_by_one(rows)
    finally:
        icaht_table.PATIENTS_AT_ONCE = held  # type: ignore[misc]


def on_a_string(counts: dict[int, int], limit: int) -> tuple[int, bool]:
    """Find the longest run as a person would: L and H on a line of days, H or HH between two L made L."""
    days = sorted(counts)
    line = ""
    for day in range(days[0], days[-1] + 1):
        before = max(known for known in days if known <= day)
        after = min(known for known in days if known >= day)
        if before == after:
            value = Fraction(counts[day])
        elif after - before > 8:
            line += "H"
            continue
        else:
            share = Fraction(day - before, after - before)
            value = Fraction(round((counts[before] + (counts[after] - counts[before]) * share) / 10) * 10)
        line += "L" if value <= limit else "H"
    joined = re.sub(r"(?<=L)H{1,2}(?=L)", lambda gap: "L" * len(gap[0]), line)
    tail = re.search(r"L+$", joined)
    from_the_start = tail is not None and days[0] + tail.start() <= 3
    return max(map(len, re.findall(r"L+", joined)), default=0), from_the_start


@settings(max_examples=300)
@given(counts=st.dictionaries(st.integers(0, 30), COUNTS, min_size=1, max_size=31))
def test_runs_are_those_on_a_line_of_days(counts: dict[int, int]) -> None:
    found = runs_of({day: Fraction(count) for day, count in sorted(counts.items())})
    assert found is not None
    low, from_the_start = on_a_string(counts, 500)
    very_low, _ = on_a_string(counts, 100)
    assert (found.le_500, found.le_100, found.from_start_to_end) == (low, very_low, from_the_start)
    by_words = (
        4
        if from_the_start or low == 31 or very_low >= 14
        else 3
        if low >= 14 or very_low >= 7
        else 2
        if low >= 7
        else 1
        if low > 0
        else 0
    )
    assert early_grade(found) == by_words


# Runs and grades that the open implementation prints for its ten synthetic patients (Liang 2024).
PRINTED = [(0, 0, 0), (0, 0, 0), (0, 0, 0), (3, 0, 1), (5, 5, 1), (9, 5, 2), (18, 9, 3), (1, 0, 1), (7, 1, 2)]


@pytest.mark.parametrize(("low", "very_low", "grade"), PRINTED)
def test_printed_grades(low: int, very_low: int, grade: int) -> None:
    assert early_grade(Runs(low, very_low, False)) == grade


def test_printed_grade_of_a_patient_who_never_recovered() -> None:
    assert [early_grade(Runs(17, 13, whole_run)) for whole_run in (False, True)] == [3, 4]


@pytest.mark.parametrize(("high_days", "run"), [(1, 3), (2, 4), (3, 1)])
def test_a_recovery_of_three_days_ends_a_run(high_days: int, run: int) -> None:
    days = list(range(5, 7 + high_days))
    counts = [400, *[900] * high_days, 400]
    assert grade_table([1] * len(days), days, counts).run500.tolist() == [run]


@pytest.mark.parametrize(("before", "after", "low_days"), [(500, 510, 2), (490, 520, 2), (500, 520, 1), (480, 530, 2)])
def test_a_filled_count_is_rounded_with_halves_to_even(before: int, after: int, low_days: int) -> None:
    assert grade_table([1, 1], [5, 7], [before, after]).run500.tolist() == [low_days]


def test_halves_at_the_lower_limit_as_well() -> None:
    assert grade_table([1, 1], [5, 7], [100, 110]).run100.tolist() == [2]


def test_an_empty_table() -> None:
    table = grade_table([], [], [])
    assert [column.size for column in (table.patient, table.early, table.late, table.run500, table.run100)] == [0] * 5


def test_patients_come_once_in_ascending_order() -> None:
    assert grade_table([9, -2, 9], [0, 0, 1], [10, 10, 10]).patient.tolist() == [-2, 9]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        (([1], [0, 1], [10]), "differ in length"),
        (([1], [0], [-1]), "below zero"),
        (([1], [0.5], [10]), "whole numbers"),
        (([[1]], [[0]], [[10]]), "list of numbers"),
    ],
)
def test_columns_that_cannot_be(columns: tuple[list[int], list[int], list[int]], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        grade_table(*columns)


def test_twenty_thousand_patients_at_once() -> None:
    rng = np.random.default_rng(1)
    patient = np.repeat(np.arange(20_000), 10)
    day, anc = rng.integers(-5, 101, patient.size), rng.integers(0, 3000, patient.size)
    table = grade_table(patient, day, anc)
    assert table.patient.size == 20_000
    some = patient < 50
    rows = [
        (int(who), int(when), int(count)) for who, when, count in zip(patient[some], day[some], anc[some], strict=True)
    ]
    assert as_table(rows) == one_by_one(rows)
    assert [int(grade) for grade in table.early[:50]] == [one_by_one(rows)[who][0] for who in range(50)]
