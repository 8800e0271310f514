"""The screens over HTTP from the real server: how long a page takes, beside the bars that they are held to."""

import http.cookiejar
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import IO, Final
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from rich.table import Table as Grid

from dosepath.cli.bench.asked import DOSEPATH, timed
from dosepath.cli.shell import console
from dosepath.demo.cohort import make_cohort, write_cohort

PATIENTS: Final = 500
TIMES: Final = 200
PATIENCE: Final = 300
"""Seconds that the screening of the cohort may take."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was asked, milliseconds of each answer, and the bar: milliseconds of how many per cent."""

    name: str
    taken: tuple[float, ...]
    bar: str


class Site:
    """A running server, asked as a browser asks it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.cookies = http.cookiejar.CookieJar()
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(self.cookies))

    def get(self, place: str) -> tuple[str, str]:
        """Give the address that answered and the page."""
        with self.opener.open(self.address + place, timeout=PATIENCE) as answer:
            return str(answer.geturl()), answer.read().decode()

    def post(self, place: str, **fields: str) -> str:
        """Send a form and give the address that it led to."""
        token = next(cookie.value or "" for cookie in self.cookies if cookie.name == "csrftoken")
        body = urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        with self.opener.open(self.address + place, data=body, timeout=PATIENCE) as answer:
            return str(answer.geturl()).removeprefix(self.address)

    def timed(self, place: Callable[[int], str]) -> tuple[float, ...]:
        """Time answers to numbered requests, in milliseconds."""
        return tuple(1000 * timed(partial(self.get, place(number))) for number in range(TIMES))


@contextmanager
def served(data: Path) -> Iterator[tuple[Site, float]]:
    """Serve from a data folder, and give the site and the seconds until its first page."""
    command = [*DOSEPATH, "serve", "--port", "0", "--no-open"]
    begin = time.perf_counter()
    with subprocess.Popen([*command, "--data", str(data)], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own command
        try:
            site = Site(_address(process.stdout))
            site.get("/")
            yield site, time.perf_counter() - begin
        finally:
            process.terminate()
            process.wait(30)


def _address(output: IO[str] | None) -> str:
    said = output.readline() if output else ""
    found = re.search(r"http://\S+", said)
    if found is None:
        raise RuntimeError(f"the server did not start: {said}")
    return found[0].removesuffix("/")


def measure(folder: Path) -> list[Row]:
    """Ask the server for the pages that have a bar."""
    patients = folder / "patients"
    write_cohort(make_cohort(1, patients=PATIENTS), patients)
    with served(folder / "data") as (site, start):
        rows = [Row("start to first page", (1000 * start,), "5000 ms")]
        site.get("/screening/")
        begin = time.perf_counter()
        worklist = site.post("/screening/point/", path=str(patients))
        while 'class="progress"' in site.get(worklist)[1]:
            if time.perf_counter() - begin > PATIENCE:
                raise RuntimeError(f"{PATIENTS} patients were not screened in {PATIENCE} s")
            time.sleep(0.5)
        rows.append(Row(f"worklist of {PATIENTS} patients, first time", (1000 * (time.perf_counter() - begin),), ""))
        rows.append(Row(f"worklist of {PATIENTS} patients, computed", site.timed(lambda _n: worklist), "p99 300 ms"))
        for name, bar, place in (
            ("design lab, five designs, 3 doses", "200 ms", _three),
            ("design lab, BOIN 6 doses x 10 cohorts", "500 ms", _boin),
        ):
            site.get(place(TIMES))
            rows.append(Row(f"{name}, other rates", site.timed(place), bar))
        return rows


def _three(number: int) -> str:
    names = "&".join(
        f"{place}.design={name}" for place, name in enumerate(("3%2B3", "boin", "keyboard", "mtpi-2", "i3%2B3"), 1)
    )
    return f"/designs/?truth=0.1,0.{200 + number},0.45&target=0.3&{names}"


def _boin(number: int) -> str:
    return f"/designs/?truth=0.05,0.1,0.2,0.{300 + number},0.6,0.7&target=0.3&1.design=boin&cohorts=10"


def report() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder))
    grid = Grid("page", "median ms", "p99 ms", "most ms", "bar", title="screens over HTTP, one user")
    for row in rows:
        p99 = f"{quantiles(row.taken, n=100)[98]:.0f}" if len(row.taken) > 1 else ""
        grid.add_row(row.name, f"{median(row.taken):.0f}", p99, f"{max(row.taken):.0f}", row.bar)
    console().print(grid)


if __name__ == "__main__":
    report()
