"""Designs with a decision table: reference numbers of R packages, exact against paths in fractions, sane everywhere."""

from fractions import Fraction
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dosepath.dosefinding.beta import beta_cdf, isotonic
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.i3plus3 import I3Plus3
from dosepath.dosefinding.keyboard import Keyboard
from dosepath.dosefinding.mtpi import Mtpi
from dosepath.dosefinding.table_design import DOWN, STAY, UP, TableDesign
from dosepath.interop.answers_yaml import load_exact

CLASSES: list[type[TableDesign]] = [Boin, Keyboard, Mtpi, I3Plus3]
LETTERS = {"E": UP, "S": STAY, "D": DOWN}


def entries(shared: Path, kind: str) -> list[dict[str, Any]]:
    text = (shared / "reference" / "dose_escalation.json").read_text(encoding="utf-8")
    found = [entry for entry in load_exact(text, "dose_escalation.json")["entries"] if entry["kind"] == kind]
    assert found
    return found


def limits(design: TableDesign, treated: int) -> tuple[int | None, int | None, int | None]:
    """Give the most DLTs to go up on, the fewest to go down on, the fewest that eliminate."""
    counts = range(treated + 1)
    return (
        max((x for x in counts if design.asks(treated, x) == UP), default=None),
        min((x for x in counts if design.asks(treated, x) == DOWN), default=None),
        min((x for x in counts if design.eliminates(treated, x)), default=None),
    )


# Reference numbers ------------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_bounds_and_table_of_boin(shared_reference: Path) -> None:
    for entry in entries(shared_reference, "boin_boundary"):
        given, wanted = entry["inputs"], entry["outputs"]
        design = Boin(5, float(given["target"]), cutoff=float(given["cutoff_eli"]), extra_safe=float(given["offset"]))
        assert np.allclose(design.bounds, [float(wanted["lambda_e"]), float(wanted["lambda_d"])], rtol=0, atol=1e-12)
        for place, treated in enumerate(wanted["n"]):
            names = ("escalate_if_dlt_le", "deescalate_if_dlt_ge", "eliminate_if_dlt_ge")
            assert limits(design, treated) == tuple(wanted[name][place] for name in names)
            lowest = min((x for x in range(treated + 1) if design.eliminates(treated, x, lowest=True)), default=None)
            assert lowest == wanted["lowest_dose_stop_if_dlt_ge"]["dlt"][place]


@pytest.mark.shared
def test_selection_of_boin(shared_reference: Path) -> None:
    for entry in entries(shared_reference, "boin_select_mtd"):
        given, wanted = entry["inputs"], entry["outputs"]
        treated, dlts = np.array([given["n"]]), np.array([given["dlt"]])
        design = Boin(len(given["n"]), float(given["target"]), cohorts=20, cutoff=float(given["cutoff_eli"]))
        assert design.recommended(treated, dlts)[0] == wanted["mtd"]
        rates = [float(rate) for rate in wanted["isotonic_estimate_treated_doses"]]
        found = isotonic(treated, dlts, treated > 0)[0]
        assert np.allclose(found[~np.isnan(found)], rates, rtol=0, atol=1e-12)


@pytest.mark.shared
def test_tables_of_keyboard_mtpi_and_mtpi_2(shared_reference: Path) -> None:
    for entry in entries(shared_reference, "keyboard_boundary"):
        keyboard = Keyboard(5, float(entry["inputs"]["target"]))
        for treated, *wanted in zip(*entry["outputs"]["table"], strict=True):
            assert limits(keyboard, treated) == tuple(wanted)
    for kind, design in (("mtpi_decisions", Mtpi(3, 0.3)), ("mtpi2_decisions", Keyboard(3, 0.3))):
        for row in entries(shared_reference, kind)[0]["outputs"]["decisions"]:
            assert design.asks(row["n"], row["dlt"]) == LETTERS[row["decision"]]


@pytest.mark.shared
def test_exact_boin_agrees_with_the_reference_and_with_simulated_trials(shared_reference: Path) -> None:
    for entry in entries(shared_reference, "boin_oc_simulated"):
        given, wanted = entry["inputs"], entry["outputs"]
        truth = [float(rate) for rate in given["p_true"]]
        safe = 0.05 if "extrasafe=TRUE" in entry["source"]["call"] else None
        design = Boin(len(truth), float(given["target"]), given["ncohort"], given["cohortsize"], extra_safe=safe)
        exact = enumerate_design(design).characteristics(truth)
        for percent, chance in zip(wanted["selection_percent"], exact.recommendation[1:], strict=True):
            error = 4 * np.sqrt(max(chance * (1 - chance), 1e-6) / given["n_trials"])
            assert abs(float(percent) / 100 - chance) <= error
        check = entry.get("independent_check", {})
        if "exact_selection_probability_none_then_doses" in check:
            rates = [float(rate) for rate in check["exact_selection_probability_none_then_doses"]]
            assert np.allclose(exact.recommendation, rates, rtol=0, atol=1e-12)
            assert np.allclose(exact.patients, [float(n) for n in check["exact_expected_n"]], rtol=0, atol=1e-10)
            assert len(exact.enumeration.ways) == check["terminal_states"]


# Own calculation --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("treated", range(13))
def test_posterior_is_that_of_fractions(treated: int) -> None:
    point = Fraction(3, 10)
    for dlts in range(treated + 1):
        trials = treated + 1
        tail = sum(comb(trials, k) * point**k * (1 - point) ** (trials - k) for k in range(dlts + 1, trials + 1))
        assert abs(beta_cdf(0.3, dlts, treated) - float(tail)) < 1e-12


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("target", [0.2, 0.25, 0.3, 0.33])
def test_one_more_dlt_never_asks_for_a_higher_dose(kind: type[TableDesign], target: float) -> None:
    design = kind(3, target)
    for treated in range(1, design.most_patients + 1):
        asked = [design.asks(treated, dlts) for dlts in range(treated + 1)]
        assert asked == sorted(asked, reverse=True)
        out = [design.eliminates(treated, dlts) for dlts in range(treated + 1)]
        assert out == sorted(out)
