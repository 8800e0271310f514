"""The bench of the hospital runs every step and counts what it says it counts."""

import subprocess
import sys
from pathlib import Path

import pytest

from dosepath.cli.bench.population import steps
from dosepath.cli.bench.processes import PROCESSES, measure


def test_a_process_is_measured_from_outside() -> None:
    taken = measure([sys.executable, "-c", "bytearray(50_000_000)"])
    assert taken.seconds > 0
    assert taken.memory > 50


def test_a_step_that_fails_stops_the_bench() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        measure([sys.executable, "-c", "raise SystemExit(2)"])


@pytest.mark.skipif(not PROCESSES.exists(), reason="the system does not list its processes in /proc")
def test_a_process_below_it_counts() -> None:
    busy = "import time; held = bytearray(80_000_000)\nwhile time.process_time() < 0.6: pass\ntime.sleep(1)"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"
    taken = measure([sys.executable, "-c", script])
    assert taken.cpu > 0.5
    assert taken.memory > 80


@pytest.mark.slow
def test_a_small_hospital_goes_through_every_step(tmp_path: Path) -> None:
    hospital = steps(300, tmp_path)
    found = {row.step: row for row in hospital.rows}
    assert len(found) >= 7
    assert found["screen, from long tables"].rows == found["scan of the result columns (floor)"].rows > 300
    assert all(row.measured.cpu > 0 for row in found.values())
    assert all(beside.same for beside in hospital.beside.values())
