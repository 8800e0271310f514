"""Plots and reports as files, as the commands save them."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dosepath.cli import plots
from dosepath.core.errors import InputError
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.crm import Crm, Skeleton
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.outcomes import read_outcomes
from dosepath.dosefinding.simulate import simulate
from dosepath.dosefinding.three_plus_three import variant
from dosepath.dosefinding.tools import compare

TRUTH = [0.1, 0.25, 0.4]
V3, BOIN = variant("V3", 3), Boin(3, 0.3, 5)
EXACT = enumerate_design(V3).characteristics(TRUTH)
TRIALS = simulate(BOIN, TRUTH, 200, 5)
COMPARED = [row[0] for row in compare([V3, BOIN], [TRUTH], 0.3)]
CRM = Crm(Skeleton((0.1, 0.25, 0.45)), 0.3, 5)

SAVED: dict[str, tuple[Callable[[Path], None], str]] = {
    "characteristics": (lambda path: plots.save_characteristics(EXACT, 0.3, 15, path), "exact, 93 final states"),
    "simulated": (
        lambda path: plots.save_characteristics(TRIALS, 0.3, None, path, seed=5),
        "simulated, 200 trials, seed 5",
    ),
    "comparison": (lambda path: plots.save_comparison(COMPARED, 0.3, 15, path), "Comparison of designs"),
    "mixed comparison": (
        lambda path: plots.save_comparison([EXACT, TRIALS], 0.3, 15, path, seed=5, names=["ours", "theirs"]),
        "theirs",
    ),
    "table": (lambda path: plots.save_table(BOIN, path), "BOIN: decision table"),
    "paths": (
        lambda path: plots.save_paths(V3, read_outcomes("1NNN", 3), 2, TRUTH, path),
        "3+3 V3: dose paths",
    ),
    "posterior": (lambda path: plots.save_posterior(CRM, read_outcomes("1NNN", 3), path), "after 1NNN"),
}


@pytest.mark.parametrize("name", SAVED)
def test_a_plot_is_saved(name: str, tmp_path: Path) -> None:
    saving, text = SAVED[name]
    saving(tmp_path / "plot.svg")
    assert text in (tmp_path / "plot.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SAVED)
def test_a_wrong_suffix_is_refused_before_anything_is_drawn(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"plot\.pdf: a plot ends in \.svg, \.png, \.json or \.html"):
        SAVED[name][0](tmp_path / "plot.pdf")
    assert not list(tmp_path.iterdir())


def test_a_report_is_saved(tmp_path: Path) -> None:
    plots.save_report([*COMPARED, TRIALS], 0.3, 15, tmp_path / "report.html", seed=5)
    assert "Comparison of 3 designs" in (tmp_path / "report.html").read_text(encoding="utf-8")
    with pytest.raises(InputError, match=r"report\.svg: a report ends in \.html"):
        plots.save_report(COMPARED, 0.3, 15, tmp_path / "report.svg")


def test_simulated_trials_need_their_seed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="simulated trials are shown with their seed; none was given"):
        plots.save_characteristics(TRIALS, 0.3, None, tmp_path / "plot.svg")


def test_nothing_that_draws_is_loaded_before_a_plot_is_asked_for() -> None:
    asked = (
        "import sys, dosepath.cli.main, dosepath.cli.plots;print({'altair', 'vl_convert', 'jinja2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
