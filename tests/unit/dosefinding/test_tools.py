"""Tools: look-ahead, sample size, comparison, the price of the variants of 3+3."""

from pathlib import Path

import numpy as np
import pytest

from dosepath.core.errors import InputError
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.design import Action, Design, decide
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.outcomes import read_outcomes
from dosepath.dosefinding.three_plus_three import variant
from dosepath.dosefinding.tools import cohorts_needed, compare, correct_level, look_ahead, price_of_variants
from tests.unit.dosefinding.test_design_laws import DESIGNS
from tests.unit.dosefinding.test_table_designs import entries

TRUTH = [0.1, 0.25, 0.4]


def test_looking_two_cohorts_ahead_lists_every_way() -> None:
    found = look_ahead(variant("V3", 3), read_outcomes("1NNN", 3), truth=TRUTH)
    shown = {" ".join(map(str, each.cohorts)): (each.decision.action.value, each.decision.level) for each in found}
    assert len(shown) == len(found) == 16
    assert shown["2NNN 3NNN"] == ("expand", 3)
    assert shown["2TNN 2TNN"] == ("de_escalate", 1)
    assert shown["2TTN 1TTN"] == ("stop", None)
    assert shown["2TTN 1NNN"] == ("complete", 1)
    assert abs(sum(each.probability or 0 for each in found) - 1) < 1e-12


@pytest.mark.parametrize("name", DESIGNS)
def test_looking_ahead_to_the_end_gives_the_exact_probabilities(name: str) -> None:
    design = DESIGNS[name]
    text = "1N" if name.startswith("titration") else "1NNN"
    depth = 2
    found = look_ahead(design, read_outcomes(text, 3), depth=depth, truth=TRUTH)
    assert abs(sum(each.probability or 0 for each in found) - 1) < 1e-12
    for each in found:
        assert len(each.cohorts) == depth or each.decision.action in (Action.STOP, Action.COMPLETE)
        assert each.decision == decide(design, [*read_outcomes(text, 3), *each.cohorts])


def test_a_whole_trial_looked_ahead_is_the_exact_recommendation() -> None:
    design = variant("V1", 2)
    chances = np.zeros(3)
    for each in look_ahead(design, (), depth=6, truth=[0.1, 0.4]):
        assert each.decision.action in (Action.STOP, Action.COMPLETE)
        chances[each.decision.level or 0] += each.probability or 0
    wanted = enumerate_design(design).characteristics([0.1, 0.4]).recommendation
    assert np.allclose(chances, wanted, rtol=0, atol=1e-12)


def test_without_true_rates_a_way_has_no_probability_and_rates_must_be_complete() -> None:
    assert all(each.probability is None for each in look_ahead(variant("V3", 3), (), depth=1))
    with pytest.raises(InputError, match="2 true rates for 3"):
        look_ahead(variant("V3", 3), (), truth=[0.1, 0.2])


@pytest.mark.shared
def test_prices_of_the_variants_are_the_reference_numbers(shared_reference: Path) -> None:
    found = price_of_variants(variant("V3", 3), TRUTH, 0.3)
    checked = 0
    for entry in entries(shared_reference, "three_plus_three_exact_oc"):
        if [float(rate) for rate in entry["inputs"]["p_true"]] == TRUTH:
            wanted = [float(each) for each in entry["outputs"]["prob_recommend_none_then_doses"]]
            recommended = found[entry["inputs"]["variant"][:2]].exact.recommendation
            assert np.allclose(recommended, wanted, rtol=0, atol=1e-12)
            checked += 1
    assert checked >= 4


def test_designs_side_by_side() -> None:
    designs: list[Design] = [variant("V3", 3), Boin(3, 0.3, 5)]
    rows = compare(designs, [TRUTH, [0.3, 0.4, 0.5]], 0.3)
    for design, row in zip(designs, rows, strict=True):
        assert [each.correct_level for each in row] == [2, 1]
        alone = enumerate_design(design).characteristics(TRUTH)
        assert row[0].correct == alone.recommendation[2]
        assert row[0].too_toxic == alone.recommendation[3]
        assert row[0].overdosed == alone.overdosed(0.3)


@pytest.mark.parametrize(
    ("truth", "level"), [([0.1, 0.2, 0.4], 2), ([0.2, 0.4], 1), ([0.5, 0.6], 1), ([0.01, 0.02], 2)]
)
def test_the_correct_dose_is_the_nearest(truth: list[float], level: int) -> None:
    assert correct_level(truth, 0.3) == level


def test_the_fewest_cohorts_for_a_wanted_probability() -> None:
    truth = [0.1, 0.3, 0.5]

    def build(cohorts: int) -> Design:
        return Boin(3, 0.3, cohorts)

    cohorts, found = cohorts_needed(build, truth, 0.3, 0.65)
    assert found.correct >= 0.65
    assert all(compare([build(fewer)], [truth], 0.3)[0][0].correct < 0.65 for fewer in range(1, cohorts))
    with pytest.raises(InputError, match="at the most"):
        cohorts_needed(build, truth, 0.3, 0.99, most=4)
    with pytest.raises(InputError, match="between 0 and 1"):
        cohorts_needed(build, truth, 0.3, 1.2)
