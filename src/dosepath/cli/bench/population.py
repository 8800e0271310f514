"""A whole hospital, step by step: rows, seconds, CPU seconds, peak memory, beside the plain scan of the same columns.

Run as `python -m dosepath.cli.bench.population [PATIENTS ...]`; with several sizes, the growth from one to the next.
`--spark-up-to PATIENTS` leaves Spark out of larger hospitals.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from rich.table import Table as Grid

from dosepath.cli.bench import cells, circe
from dosepath.cli.bench.asked import DOSEPATH, ON, TRIAL
from dosepath.cli.bench.processes import Measured, measure
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
class Row:
    """One step: its name, what it went over, what it took."""

    step: str
    rows: int
    unit: str
    measured: Measured


@dataclass(frozen=True, slots=True)
class Hospital:
    """A hospital that was taken through all commands: what each took, and how the cells of Spark compare.

    Parameters
    ----------
    patients
        Number of patients.
    rows
        What each step took.
    beside
        By table, what Spark has otherwise than the embedded engine; empty where Spark did not run.
    """

    patients: int
    rows: tuple[Row, ...]
    beside: Mapping[str, cells.Beside]


def steps(patients: int, folder: Path, *, spark: bool = True) -> Hospital:
    """Take a synthetic hospital of a size through all commands, with Spark where it is there and wanted."""
    dosepath: list[str | Path] = [*DOSEPATH, "population"]
    source, out, again, delta, spread = (folder / each for each in ("hospital", "screened", "again", "delta", "spark"))
    asked = ["--trial", TRIAL, "--on", ON.isoformat()]
    few = max(patients // 100, 1)
    found: list[Row] = []

    def step(name: str, rows: int, unit: str, command: Sequence[str | Path]) -> None:
        console(stderr=True).print(f"{patients:,} patients: {name} ...")
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
    if spark and not spark_missing():
        command = [*dosepath, "screen", out, *asked, "--out", spread, "--engine", "local"]
        step("screen, facts as they are, Spark local", patients, "patients", command)
    step("cost of every criterion, 5 arms", patients, "patients", [*dosepath, "cost", out, "--everybody", "--json"])
    step("worklist, 50 nearest", 50, "patients", [*dosepath, "worklist", out])
    measure([*dosepath, "make", delta, "--patients", str(few), "--seed", "2"])
    step("refresh, 1 % with new records", few, "patients", [*dosepath, "refresh", out, delta])
    return Hospital(patients, tuple(found), cells.compared(again, spread) if spread.exists() else {})


def spark_missing() -> str:
    """Say what Spark needs that is not there; empty where it can run."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed; `make spark` puts the same screening on Spark beside these figures"
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        return "Spark needs a Java runtime (17 or later), as by `apt-get install default-jre-headless`; left out"
    return ""


def _rows_of(source: Path, table: str) -> int:
    """Count the rows of a table without reading it."""
    files = sorted((open_whole(source).tables / table).glob("*.parquet"))
    with connected(source) as connection:
        found = connection.execute(f"SELECT count(*) FROM {read_parquet(files)}").fetchone()  # noqa: S608
    return int(found[0]) if found else 0


def report(sizes: Sequence[int] = (PATIENTS,), *, spark_up_to: int | None = None) -> None:
    """Measure and print: a table for each size as soon as it is there, then the growth from one to the next.

    Parameters
    ----------
    sizes
        Patients of each hospital.
    spark_up_to
        Patients of the largest hospital that Spark screens; all where not given.
    """
    before: Hospital | None = None
    for patients in sizes:
        spark = spark_up_to is None or patients <= spark_up_to
        with tempfile.TemporaryDirectory() as folder:
            hospital = steps(patients, Path(folder), spark=spark)
        console().print(_taken(hospital))
        if not circe.installed():
            console().print(circe.MISSING)
        if not spark:
            console().print(f"Spark is left out above {spark_up_to:,} patients")
        elif spark_missing():
            console().print(spark_missing())
        if hospital.beside:
            console().print("Spark beside the embedded engine, facts as they are:")
            cells.show(hospital.beside)
        if before is not None:
            console().print(_growth(before, hospital))
        before = hospital


def _taken(hospital: Hospital) -> Grid:
    title = f"hospital of {hospital.patients:,} patients, {os.cpu_count()} cores"
    grid = Grid("step", "rows", "seconds", "CPU s", "peak MB", "rows/s", title=title)
    for row in hospital.rows:
        taken = row.measured
        figures = (f"{taken.seconds:.1f}", f"{taken.cpu:.1f}", f"{taken.memory:.0f}")
        grid.add_row(row.step, f"{row.rows:,} {row.unit}", *figures, f"{row.rows / taken.seconds:,.0f}")
    return grid


def _growth(small: Hospital, large: Hospital) -> Grid:
    """Lay two sizes beside each other: both figures, and how many times the first the second is."""
    grid = Grid("step", "rows", "seconds", "CPU s", "peak MB")
    grid.title = f"growth from {small.patients:,} to {large.patients:,} patients: from, to, times"
    before = {row.step: row for row in small.rows}
    for row in large.rows:
        if row.step in before:
            was, taken = before[row.step].measured, row.measured
            pairs = [(was.seconds, taken.seconds, 1), (was.cpu, taken.cpu, 1), (was.memory, taken.memory, 0)]
            grid.add_row(row.step, _grown(before[row.step].rows, row.rows, 0), *(_grown(*pair) for pair in pairs))
    return grid


def _grown(small: float, large: float, places: int) -> str:
    """Write two figures and how many times the first the second is.

    Examples
    --------
    >>> _grown(20.0, 121.0, 1)
    '20.0, 121.0, x 6.0'
    """
    times = f"x {large / small:.1f}" if small else "-"
    return f"{small:,.{places}f}, {large:,.{places}f}, {times}"


def main(arguments: Sequence[str]) -> None:
    """Read what is asked and measure it."""
    parser = argparse.ArgumentParser(
        prog="python -m dosepath.cli.bench.population", description="how fast is a hospital?"
    )
    parser.add_argument("sizes", nargs="*", type=_whole, metavar="PATIENTS", help=f"100_000 (default: {PATIENTS:_})")
    parser.add_argument("--spark-up-to", type=_whole, metavar="PATIENTS", help="leave Spark out of larger hospitals")
    asked = parser.parse_args(arguments)
    report(asked.sizes or (PATIENTS,), spark_up_to=asked.spark_up_to)


def _whole(text: str) -> int:
    return int(text.replace("_", "").replace(",", ""))


if __name__ == "__main__":
    main(sys.argv[1:])
