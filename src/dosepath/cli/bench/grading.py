"""Grades of whole tables beside the plain scan of the same columns: CTCAE of laboratory results, ICAHT of counts."""

from random import Random

import numpy as np
from rich.table import Table as Grid

from dosepath.cli.bench.asked import timed
from dosepath.cli.shell import console
from dosepath.safety.ctcae_lab import Reading, grade
from dosepath.safety.ctcae_lab_v5 import V5
from dosepath.safety.ctcae_table import Columns, Measurement, columns_of, facts_of, grade_columns
from dosepath.safety.icaht_table import grade_table

ROWS = 1_000_000
"""Laboratory results that are graded."""

DISTINCT = 20_000
"""Those of them that differ."""


def laboratory_rows(count: int, seed: int) -> list[Measurement]:
    """Draw results of all terms of CTCAE v5, near their limits and far from them, some without a limit of normal."""
    draw = Random(seed)  # noqa: S311  # measurements to be timed, no secrets
    found = []
    for _ in range(count):
        term = draw.choice(list(V5.terms.values()))
        unit = draw.choice(term.units) if term.units else None
        numbers = {name: round(draw.gammavariate(2, 30), draw.choice((0, 1, 2))) for name in term.numbers}
        for name in ("lln", "uln"):
            if name in numbers and draw.random() < 0.1:
                del numbers[name]
        flags = {flag: draw.random() < 0.5 for flag in term.flags if draw.random() < 0.5}
        found.append(Measurement(term, unit, numbers, flags))
    return found


def scan(columns: Columns) -> float:
    """Go once over all columns and do nothing but add."""
    marks = sum(int(each.sum()) for each in columns.flags.values())
    numbers = sum(float(each.sum()) for each in columns.numbers.values())
    return int(columns.terms.sum()) + int(columns.units.sum()) + marks + numbers


def report() -> None:
    """Measure and print."""
    _report_ctcae()
    _report_icaht()


def _report_ctcae() -> None:
    rows = laboratory_rows(DISTINCT, seed=1)
    columns = columns_of(V5, rows).repeated(ROWS // DISTINCT)
    grade_columns(V5, columns)  # warm-up
    seconds = {
        "plain scan of the columns (floor)": timed(lambda: scan(columns)),
        "CTCAE grades, text reading": timed(lambda: grade_columns(V5, columns)),
        "CTCAE grades, admiral reading": timed(lambda: grade_columns(V5, columns, reading=Reading.ADMIRAL)),
    }
    grid = Grid("step", "ms", "rows/s", "x floor", title=f"laboratory results: {len(columns)} rows, all terms of v5")
    floor = next(iter(seconds.values()))
    for label, taken in seconds.items():
        grid.add_row(label, f"{1000 * taken:.0f}", f"{ROWS / taken:,.0f}", f"{taken / floor:.1f}")
    one_by_one = timed(
        lambda: [grade(row.term, facts_of(row.term, row.unit, columns, n)) for n, row in enumerate(rows)]
    )
    rate = DISTINCT / one_by_one
    grid.add_row(f"the same one by one ({DISTINCT} rows)", f"{1000 * one_by_one:.0f}", f"{rate:,.0f}", "")
    console().print(grid)


COUNTS_A_PATIENT = 15
"""Neutrophil counts of one patient, from day 0 to day 100."""


def _report_icaht() -> None:
    draw = np.random.default_rng(1)
    patients = ROWS // COUNTS_A_PATIENT
    patient = np.repeat(np.arange(patients), COUNTS_A_PATIENT)
    day = draw.integers(0, 101, len(patient))
    anc = draw.integers(0, 3000, len(patient))
    grade_table(patient[:1500], day[:1500], anc[:1500])  # warm-up
    floor = timed(lambda: int(patient.sum()) + int(day.sum()) + int(anc.sum()))
    taken = timed(lambda: grade_table(patient, day, anc))
    grid = Grid("step", "ms", "rows/s", "x floor", title=f"neutrophil counts: {len(patient)} rows, {patients} patients")
    for label, seconds in (("plain scan of the columns (floor)", floor), ("ICAHT, early and late", taken)):
        grid.add_row(label, f"{1000 * seconds:.1f}", f"{len(patient) / seconds:,.0f}", f"{seconds / floor:.1f}")
    console().print(grid)
