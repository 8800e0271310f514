"""A whole hospital, step by step: rows, seconds, CPU seconds, peak memory, beside the plain scan of the same columns.

Run as `python -m dosepath.cli.bench.population [PATIENTS ...]`; with several sizes, the growth from one to the next.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from rich.table import Table as Grid

from dosepath.cli.bench import circe
from dosepath.cli.bench.asked import DOSEPATH, ON, TRIAL
from dosepath.cli.shell import console
from dosepath.population.connection import connected, read_parquet
from dosepath.population.folders import open_whole

PATIENTS: Final = 100_000

SCAN: Final = """
import sys
from pathlib import Path
from dosepath.population.connection import connected, read_parquet
files = sorted(Path(sys.argv[1]).glob("*.parquet"))
with connected(Path(sys.argv[2])) as connection:
    connection.execute(
        "SELECT max(patient), max(code), max(unit), sum(value), sum(high), max(date), max(value_text) FROM "
        + read_parquet(files)
    ).fetchall()
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one process took: seconds on the clock, seconds of all cores, most memory in MB."""

    seconds: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Row:
    """One step: its name, what it went over, what it took."""

    step: str
    rows: int
    unit: str
    measured: Measured


def measure(command: Sequence[str | Path]) -> Measured:
    """Run a command to its end and say what it took.

    Raises
    ------
    subprocess.CalledProcessError
        When it fails; code 1 says only that some input was not understood.
    """
    begin = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL)  # noqa: S603  # our own command
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise subprocess.CalledProcessError(process.returncode, list(map(str, command)))
    unit = 1024 if sys.platform == "linux" else 1024**2
    return Measured(time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def steps(patients: int, folder: Path) -> list[Row]:
    """Take a synthetic hospital of a size through all commands."""
    dosepath: list[str | Path] = [*DOSEPATH, "population"]
    source, out, again, delta = (folder / name for name in ("hospital", "screened", "again", "delta"))
    asked = ["--trial", TRIAL, "--on", ON.isoformat()]
    few = max(patients // 100, 1)
    found: list[Row] = []

    def step(name: str, rows: int, unit: str, command: Sequence[str | Path]) -> None:
        found.append(Row(name, rows, unit, measure(command)))

    step("make", patients, "patients", [*dosepath, "make", source, "--patients", str(patients), "--seed", "1"])
    results = _rows_of(source, "observations")
    tables = open_whole(source).tables
    scan: list[str | Path] = [sys.executable, "-c", SCAN, tables / "observations", folder]
    step("scan of the result columns (floor)", results, "results", scan)
    if circe.installed():
        peer: list[str | Path] = [sys.executable, "-m", "dosepath.cli.bench.circe"]
        cdm, entries = folder / "cdm.duckdb", sum(_rows_of(source, name) for name in circe.TABLES)
        step("OMOP tables of the same records", entries, "records", [*peer, "tables", source, cdm, ON.isoformat()])
        step(f"CIRCE cohort, {len(circe.RULES)} rules as yes or no", patients, "patients", [*peer, "cohort", cdm])
    step("screen, from long tables", results, "results", [*dosepath, "screen", source, *asked, "--out", out])
    step("screen, facts as they are", patients, "patients", [*dosepath, "screen", out, *asked, "--out", again])
    step("cost of every criterion, 5 arms", patients, "patients", [*dosepath, "cost", out, "--everybody", "--json"])
    step("worklist, 50 nearest", 50, "patients", [*dosepath, "worklist", out])
    measure([*dosepath, "make", delta, "--patients", str(few), "--seed", "2"])
    step("refresh, 1 % with new records", few, "patients", [*dosepath, "refresh", out, delta])
    if find_spec("pyspark") is not None:
        spark: list[str | Path] = [*dosepath, "screen", out, *asked, "--out", folder / "spark", "--engine", "local"]
        step("screen, facts as they are, Spark local", patients, "patients", spark)
    return found


def _rows_of(source: Path, table: str) -> int:
    """Count the rows of a table without reading it."""
    files = sorted((open_whole(source).tables / table).glob("*.parquet"))
    with connected(source) as connection:
        found = connection.execute(f"SELECT count(*) FROM {read_parquet(files)}").fetchone()  # noqa: S608
    return int(found[0]) if found else 0


def report(sizes: Sequence[int] = (PATIENTS,)) -> None:
    """Measure and print."""
    before: dict[str, Measured] = {}
    for patients in sizes:
        with tempfile.TemporaryDirectory() as folder:
            rows = steps(patients, Path(folder))
        grid = Grid("step", "rows", "seconds", "CPU s", "peak MB", "rows/s", title=f"hospital of {patients:,} patients")
        if before:
            grid.add_column("CPU, times the size before")
        for row in rows:
            taken = row.measured
            growth = [f"{taken.cpu / before[row.step].cpu:.1f}"] if row.step in before else []
            counted = f"{row.rows:,} {row.unit}"
            figures = (f"{taken.seconds:.1f}", f"{taken.cpu:.1f}", f"{taken.memory:.0f}")
            grid.add_row(row.step, counted, *figures, f"{row.rows / taken.seconds:,.0f}", *growth)
        console().print(grid)
        if not circe.installed():
            console().print(circe.MISSING)
        before = {row.step: row.measured for row in rows}


if __name__ == "__main__":
    report([int(size.replace("_", "")) for size in sys.argv[1:]] or (PATIENTS,))
