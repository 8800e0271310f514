"""What a command takes, with all processes that it starts: seconds, CPU seconds, memory.

A Java runtime that a command starts is a process of its own, and nobody tells what it took when the command ends
before it. So all of them are looked at, twice a second at least, where the system has `/proc`.
"""

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Final

PROCESSES: Final = Path("/proc")
EVERY: Final = 0.25
"""Seconds between two looks."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a command took: seconds on the clock, seconds of all cores, most memory at a time in MB."""

    seconds: float
    cpu: float
    memory: float


def measure(command: Sequence[str | Path]) -> Measured:
    """Run a command to its end and say what it took, processes that it started included.

    Raises
    ------
    subprocess.CalledProcessError
        When it fails; code 1 says only that some input was not understood.
    """
    begin = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL)  # noqa: S603  # our own command
    watched = _Watch(process.pid)
    watched.start()
    try:
        _, status, used = os.wait4(process.pid, 0)
    finally:
        watched.done.set()
        watched.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise subprocess.CalledProcessError(process.returncode, list(map(str, command)))
    unit = 1024 if sys.platform == "linux" else 1024**2
    cpu = max(used.ru_utime + used.ru_stime, watched.cpu)
    return Measured(time.perf_counter() - begin, cpu, max(used.ru_maxrss / unit, watched.memory))


class _Watch(Thread):
    """Looks at a process and those below it until it is told to stop; sees nothing where there is no `/proc`."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root = root
        self.done = Event()
        self.cpu = 0.0
        self.memory = 0.0

    def run(self) -> None:
        """Look again and again; memory counts from the second look on, for what a process starts begins as its copy."""
        before: set[int] = set()
        while not self.done.wait(EVERY):
            seen = {pid: used for pid in _family(self.root) if (used := _used(pid)) is not None}
            self.cpu = max(self.cpu, sum(cpu for cpu, _ in seen.values()))
            self.memory = max(self.memory, sum(memory for pid, (_, memory) in seen.items() if pid in before))
            before = set(seen)


def _family(root: int) -> Iterator[int]:
    """Give a process and all that it or they started."""
    below: dict[int, list[int]] = defaultdict(list)
    for path in PROCESSES.glob("[0-9]*"):
        said = _stat(int(path.name))
        if said is not None:
            below[int(said[_PARENT])].append(int(path.name))
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        waiting += below[pid]
        yield pid


def _used(pid: int) -> tuple[float, float] | None:
    """Give the CPU seconds of a process, with those of ended ones below it, and its memory in MB."""
    said = _stat(pid)
    if said is None:
        return None
    ticks = sum(int(said[place]) for place in _TIMES)
    return ticks / os.sysconf("SC_CLK_TCK"), int(said[_PAGES]) * os.sysconf("SC_PAGE_SIZE") / 1024**2


def _stat(pid: int) -> list[str] | None:
    """Give the words that the system says of a process, after its name; None where it has ended."""
    try:
        return (PROCESSES / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


_PARENT: Final = 1
_TIMES: Final = (11, 12, 13, 14)
_PAGES: Final = 21
"""Places of the words (`man 5 proc`): parent; times of itself and of ended children, user and system; pages held."""
