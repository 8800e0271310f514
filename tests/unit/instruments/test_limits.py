"""Laws that no table can hold: probability and score agree, refused is left out, cases stay few."""

from fractions import Fraction

import pytest

from dosepath.core.facts import Value
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict
from dosepath.instruments.iim_eular_acr_2017 import PERCENT_FROM, WITH_BIOPSY, WITHOUT_BIOPSY, Model
from tests.unit.instruments.case_files import ENUMERATED, instrument

MOST_CASES = 1500
CATEGORIES = ["not_iim", "possible", "probable", "definite"]
SCORES = {False: (0, 208), True: (0, 295)}


@pytest.mark.parametrize(("biopsy", "model"), [(False, WITHOUT_BIOPSY), (True, WITH_BIOPSY)])
def test_a_comparison_of_the_probability_decides_as_the_cut_off_of_the_score(biopsy: bool, model: Model) -> None:
    answers: dict[str, Value] = {"no_better_explanation": True, "biopsy_read": biopsy}
    cases = instrument("iim_eular_acr_2017").score(answers).possible
    lowest, highest = SCORES[biopsy]
    assert cases[0]["score"] == Interval.at(Fraction(lowest, 10))
    assert cases[-1]["score"] == Interval.at(Fraction(highest, 10))
    for case in cases:
        score, probability = case["score"], case["probability"]
        assert isinstance(score, Interval)
        assert isinstance(probability, Interval)
        reached = ["not_iim"]
        for category, tenths in reversed(list(model.cut_offs.items())):
            verdict = probability.compare(">=", Interval.at(PERCENT_FROM[category]))
            assert verdict is score.compare(">=", Interval.at(Fraction(tenths, 10)))
            reached += [category] if verdict is Verdict.MET else []
        assert case["category"] == reached[-1]


@pytest.mark.parametrize("biopsy", [False, True])
def test_the_probability_is_that_of_the_formula_but_on_three_cut_offs(biopsy: bool) -> None:
    answers: dict[str, Value] = {"no_better_explanation": True, "biopsy_read": biopsy}
    cases = instrument("iim_eular_acr_2017").score(answers).possible
    differ = dict.fromkeys(case["score"] for case in cases if case["probability"] != case["probability_by_formula"])
    assert list(differ) == ([] if biopsy else [Interval.at(Fraction(tenths, 10)) for tenths in (53, 55, 75)])


def test_a_higher_score_never_has_a_lower_category() -> None:
    for biopsy in (False, True):
        answers: dict[str, Value] = {"no_better_explanation": True, "biopsy_read": biopsy}
        found = [str(case["category"]) for case in instrument("iim_eular_acr_2017").score(answers).possible]
        assert found == sorted(found, key=CATEGORIES.index)


@pytest.mark.parametrize("name", ENUMERATED)
def test_an_answer_of_the_wrong_kind_counts_as_left_out(name: str) -> None:
    scored = instrument(name)
    nothing = scored.score({})
    for item in scored.items:
        if name == "acr_eular_ssc_2013" and item in ("skin_thickening_spares_fingers", "better_explanation"):
            continue  # taken to be absent where left out, open where not understood
        found = scored.score({item: Quantity.of("0.5", "mg")})
        assert (found.possible, found.missing) == (nothing.possible, nothing.missing)
        assert len(found.refused) == 1


@pytest.mark.parametrize("name", ENUMERATED)
def test_a_form_of_which_nothing_is_known_has_few_cases(name: str) -> None:
    scored = instrument(name).score({})
    assert 1 <= len(scored.possible) <= MOST_CASES
    assert scored.missing
    assert all(set(case) <= set(instrument(name).fields) for case in scored.possible)


def test_vasculitis_has_few_cases_however_many_items_are_open() -> None:
    scored = instrument("bvas_v3")
    items = list(scored.items)
    for known in range(0, len(items), 4):
        answers: dict[str, Value] = dict.fromkeys(items[:known], False)
        assert 1 <= len(scored.score(answers).possible) <= MOST_CASES


def test_total_and_clinical_part_of_lupus_differ_by_the_points_of_serology() -> None:
    pairs = [(case["total"], case["clinical"]) for case in instrument("sledai_2k").score({}).possible]
    assert len(pairs) == len(set(pairs)) == 306
    for total, clinical in pairs:
        assert isinstance(total, Interval)
        assert isinstance(clinical, Interval)
        assert (total - clinical).low in (0, 2, 4)


def test_a_long_answer_is_not_shown_whole() -> None:
    (refusal,) = instrument("leroy_1988").score({"skin_trunk": "x" * 1000}).refused
    assert len(str(refusal)) < 100
