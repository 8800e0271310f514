"""Speed side by side with its floor.

One patient end to end beside `json.loads` on the same bytes; a million laboratory results graded beside a plain scan of
the same columns.

Run as `python -m dosepath.cli.bench [FOLDER]`; without a folder the demonstration cohort is made and used.
"""

import gzip
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from statistics import median, quantiles

from rich.table import Table as Grid

from dosepath.cli.shell import console
from dosepath.demo.cohort import make_cohort, write_cohort
from dosepath.eligibility.screening import Occasion, screen_arms
from dosepath.interop.fhir import read_patients
from dosepath.mapping.reader import ConceptIndex
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol
from dosepath.safety.ctcae_lab import Reading, grade
from dosepath.safety.ctcae_lab_v5 import V5
from dosepath.safety.ctcae_table import Columns, Measurement, columns_of, facts_of, grade_columns
from dosepath.trial.library import open_trial

TRIAL = "NCT06680388"
ON = date(2026, 6, 1)


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one patient: the floor, reading, judging."""

    floor: float
    read: float
    judge: float

    @property
    def whole(self) -> float:
        """Milliseconds from the file to the reports of all arms."""
        return self.read + self.judge


def measure(files: Sequence[Path], protocol: Protocol, index: ConceptIndex) -> list[Timing]:
    """Time each file of one patient: plain `json.loads`, then reading and judging for all arms and gates."""
    found: list[Timing] = []
    for path in files:
        begin = time.perf_counter()
        packed = path.read_bytes()
        json.loads(gzip.decompress(packed) if path.suffix == ".gz" else packed)
        loaded = time.perf_counter()
        patients = list(read_patients([path], index))
        read = time.perf_counter()
        for patient in patients:
            screen_arms(patient.mapped.record, protocol, tuple(protocol.file.arms), Occasion(ON), tuple(GateName))
        judged = time.perf_counter()
        found.append(Timing(1000 * (loaded - begin), 1000 * (read - loaded), 1000 * (judged - read)))
    return found


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    out = console()
    begin = time.perf_counter()
    protocol = open_trial(TRIAL)
    opened = time.perf_counter() - begin
    index = ConceptIndex(protocol.file.concepts)
    out.print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    out.print(f"reading and checking the protocol file: {1000 * opened:.0f} ms, once")
    with tempfile.TemporaryDirectory() as folder:
        write_cohort(make_cohort(1), Path(folder))
        _report("demonstration cohort", sorted(Path(folder).glob("*.json")), protocol, index)
    _report_grading()
    for argument in arguments:
        source = Path(argument)
        files = sorted([*source.glob("*.json"), *source.glob("*.json.gz")])
        if files:
            _report(source.name, files, protocol, index)
        else:
            out.print(f"{source}: no patient files; left out")


def _report(name: str, files: Sequence[Path], protocol: Protocol, index: ConceptIndex) -> None:
    measure(files[:3], protocol, index)  # warm-up
    timings = measure(files, protocol, index)
    grid = Grid("step", "median ms", "p99 ms", "patients/s", "x floor", title=f"{name}: {len(files)} patients")
    floor = sum(item.floor for item in timings)
    for label, values in (
        ("json.loads alone (floor)", [item.floor for item in timings]),
        ("read to facts", [item.read for item in timings]),
        ("judge five arms, three gates", [item.judge for item in timings]),
        ("end to end", [item.whole for item in timings]),
    ):
        slow = quantiles(values, n=100)[-1] if len(values) > 1 else values[0]
        rate, times = 1000 * len(values) / sum(values), sum(values) / floor
        grid.add_row(label, f"{median(values):.2f}", f"{slow:.1f}", f"{rate:.0f}", f"{times:.1f}")
    console().print(grid)


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


def _report_grading() -> None:
    rows = laboratory_rows(DISTINCT, seed=1)
    columns = columns_of(V5, rows).repeated(ROWS // DISTINCT)
    grade_columns(V5, columns)  # warm-up
    seconds = {
        "plain scan of the columns (floor)": _timed(lambda: scan(columns)),
        "CTCAE grades, text reading": _timed(lambda: grade_columns(V5, columns)),
        "CTCAE grades, admiral reading": _timed(lambda: grade_columns(V5, columns, reading=Reading.ADMIRAL)),
    }
    grid = Grid("step", "ms", "rows/s", "x floor", title=f"laboratory results: {len(columns)} rows, all terms of v5")
    floor = next(iter(seconds.values()))
    for label, taken in seconds.items():
        grid.add_row(label, f"{1000 * taken:.0f}", f"{ROWS / taken:,.0f}", f"{taken / floor:.1f}")
    one_by_one = _timed(
        lambda: [grade(row.term, facts_of(row.term, row.unit, columns, n)) for n, row in enumerate(rows)]
    )
    rate = DISTINCT / one_by_one
    grid.add_row(f"the same one by one ({DISTINCT} rows)", f"{1000 * one_by_one:.0f}", f"{rate:,.0f}", "")
    console().print(grid)


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main(sys.argv[1:])
