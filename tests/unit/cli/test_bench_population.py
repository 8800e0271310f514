"""The bench of the hospital runs every step and counts what it says it counts."""

import subprocess
import sys
from pathlib import Path

import pytest

from dosepath.cli.bench.population import measure, steps


def test_a_process_is_measured_from_outside() -> None:
    taken = measure([sys.executable, "-c", "bytearray(50_000_000)"])
    assert taken.seconds > 0
    assert taken.memory > 50


def test_a_step_that_fails_stops_the_bench() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        measure([sys.executable, "-c", "raise SystemExit(2)"])


@pytest.mark.slow
def test_a_small_hospital_goes_through_every_step(tmp_path: Path) -> None:
    found = {row.step: row for row in steps(300, tmp_path)}
    assert len(found) >= 7
    assert found["screen, from long tables"].rows == found["scan of the result columns (floor)"].rows > 300
    assert all(row.measured.cpu > 0 for row in found.values())
