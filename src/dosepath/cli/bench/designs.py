"""What designs do in the long run: exact numbers, alone and with the enumeration, and simulated trials."""

from collections.abc import Callable, Sequence
from functools import partial
from statistics import median

import numpy as np
from rich.table import Table as Grid

from dosepath.cli.bench.asked import timed
from dosepath.cli.shell import console
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.crm import Crm, calibrated_skeleton
from dosepath.dosefinding.design import Design
from dosepath.dosefinding.exact import Enumeration, enumerate_design
from dosepath.dosefinding.rolling_six import RollingSix
from dosepath.dosefinding.simulate import simulate
from dosepath.dosefinding.three_plus_three import variant
from dosepath.dosefinding.timeline import simulate_in_time
from dosepath.dosefinding.timeline_open import simulate_open
from dosepath.dosefinding.timing import Timing
from dosepath.dosefinding.tite_crm import TiteCrm

SIX = (0.05, 0.1, 0.2, 0.3, 0.45, 0.6)
"""The scenario in which the R packages were timed."""

ELSEWHERE = {
    "BOIN, 6 doses x 10 cohorts": "BOIN 2.7.2 get.oc, 10,000 simulated trials: 14.7 s",
    "CRM, 6 doses x 10 cohorts": "dfcrm crmsim, 1,000 simulated trials: 12.5 s",
    "3+3 V3, 3 doses": "UBCRM ssim3p3, 10,000 simulated trials: 7.6 s",
}
"""Peers, measured elsewhere (R 4.2.2, two shared cores), not in this run."""


def report() -> None:
    """Measure and print."""
    designs: Sequence[tuple[str, Design, Sequence[float]]] = (
        ("3+3 V3, 3 doses", variant("V3", 3), (0.1, 0.25, 0.4)),
        ("BOIN, 6 doses x 10 cohorts", Boin(6, 0.3), SIX),
        ("CRM, 6 doses x 10 cohorts", Crm(calibrated_skeleton(0.05, 0.25, 3, 6), 0.25), SIX),
    )
    grid = Grid("design", "final states", "enumerate, ms", "one scenario, us", "in batch, us", "measured elsewhere")
    grid.title = "exact operating characteristics, medians"
    for label, design, truth in designs:
        found = enumerate_design(design)
        batch = np.random.default_rng(1).uniform(0.01, 0.7, (2_000, design.doses))
        whole = _median(partial(enumerate_design, design), 5)
        one = _median(partial(_recommendation, found, truth), 200)
        many = _median(partial(found.recommendations, batch), 3) / len(batch)
        grid.add_row(
            label,
            f"{len(found.ways):,}",
            f"{1000 * whole:.1f}",
            f"{1e6 * one:.0f}",
            f"{1e6 * many:.2f}",
            ELSEWHERE[label],
        )
    console().print(grid)
    _report_simulation()


SIMULATED_ELSEWHERE = {
    "BOIN, 6 doses x 10 cohorts": "BOIN 2.7.2 get.oc 14.7 s; simFastBOIN 1.3.2 0.28 s",
    "CRM, 6 doses x 10 cohorts": "dfcrm crmsim 125 s (12.5 s for 1,000)",
    "3+3 V3, 3 doses": "UBCRM ssim3p3 7.6 s",
    "3+3 V3 in time, 3 doses": "-",
    "rolling six in time, 3 doses (1,000)": "-",
    "TITE-CRM in time, 6 doses, 30 patients (100)": "dfcrm titesim, 100 trials: 3.7 s",
}
"""Peers for 10,000 trials where no other number is named, measured elsewhere, not in this run."""


def _report_simulation() -> None:
    skeleton = calibrated_skeleton(0.05, 0.25, 3, 6)
    three, timing = (0.1, 0.25, 0.4), Timing(between_arrivals=10, stagger=(28, 14), inevaluable=0.1)
    runs: Sequence[tuple[str, int, Callable[[], object]]] = (
        ("3+3 V3, 3 doses", 10_000, partial(simulate, variant("V3", 3), three, 10_000, 1)),
        ("BOIN, 6 doses x 10 cohorts", 10_000, partial(simulate, Boin(6, 0.3), SIX, 10_000, 1)),
        ("CRM, 6 doses x 10 cohorts", 10_000, partial(simulate, Crm(skeleton, 0.25), SIX, 10_000, 1)),
        (
            "3+3 V3 in time, 3 doses",
            10_000,
            partial(simulate_in_time, variant("V3", 3), three, timing, 10_000, 1),
        ),
        ("rolling six in time, 3 doses (1,000)", 1_000, partial(simulate_open, RollingSix(3), three, timing, 1_000, 1)),
        (
            "TITE-CRM in time, 6 doses, 30 patients (100)",
            100,
            partial(simulate_open, TiteCrm(Crm(skeleton, 0.25)), SIX, Timing(between_arrivals=10), 100, 1),
        ),
    )
    grid = Grid("design", "trials", "ms", "trials/s", "measured elsewhere", title="simulated trials, medians")
    for label, trials, run in runs:
        taken = _median(run, 3)
        grid.add_row(label, f"{trials:,}", f"{1000 * taken:.0f}", f"{trials / taken:,.0f}", SIMULATED_ELSEWHERE[label])
    console().print(grid)


def _recommendation(found: Enumeration, truth: Sequence[float]) -> object:
    return found.characteristics(truth).recommendation


def _median(work: Callable[[], object], times: int) -> float:
    return median(timed(work) for _ in range(times))
