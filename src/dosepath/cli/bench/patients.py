"""One patient end to end beside `json.loads` on the same bytes."""

import gzip
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from rich.table import Table as Grid

from dosepath.cli.bench.asked import ON
from dosepath.cli.shell import console
from dosepath.eligibility.screening import Occasion, screen_arms
from dosepath.interop.fhir import read_patients
from dosepath.mapping.reader import ConceptIndex
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol


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


def report(name: str, files: Sequence[Path], protocol: Protocol, index: ConceptIndex) -> None:
    """Measure and print."""
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
