"""Designs made of what people write."""

import pytest

from dosepath.core.errors import InputError
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.crm import Crm, Skeleton, most_likely
from dosepath.dosefinding.design import state_after
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.guards import MinimumAtRecommended, NoSkipping, StopAtPatients, StopWhenTooToxic
from dosepath.dosefinding.outcomes import read_outcomes
from dosepath.dosefinding.parameters import Form
from dosepath.dosefinding.recipes import RECIPES, closed, is_open, make
from dosepath.dosefinding.three_plus_three import ThreePlusThree
from dosepath.dosefinding.tite_boin import TiteBoin

NEEDED = {
    "crm": {"skeleton": "0.1,0.2,0.3"},
    "tite-crm": {"skeleton": "0.1,0.2,0.3"},
    "blrm": {"amounts": "0.5,1,2", "reference": "1", "mean": "-0.85,1", "covariance": "1,-0.5,1"},
    "table": {"doses": "3", "table": "treated,dlts,action\n3,0,E\n3,1,S\n3,2,D\n3,3,DU\n"},
}


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_makes_a_design_of_its_defaults(name: str) -> None:
    made = make(name, NEEDED.get(name, {"doses": "3"}))
    assert made.doses == 3
    assert is_open(made) == RECIPES[name].opens
    if not is_open(made):
        exact = enumerate_design(closed(made, "")).characteristics([0.1, 0.2, 0.3])
        assert abs(exact.recommendation.sum() - 1) < 1e-12


@pytest.mark.parametrize("name", RECIPES)
def test_parameters_say_what_they_are(name: str) -> None:
    recipe = RECIPES[name]
    names = [each.name for each in recipe.all_parameters]
    assert len(names) == len(set(names))
    for each in recipe.all_parameters:
        assert each.what
        assert bool(each.choices) == (each.form is Form.CHOICE)


def test_every_parameter_arrives() -> None:
    texts = {
        "doses": "4",
        "target": "0.25",
        "cohorts": "7",
        "cohort_size": "2",
        "start": "2",
        "cutoff": "0.9",
        "extra_safe": "0.05",
        "too_low": "0.5",
        "too_high": "1.5",
        "bound_recommended": "yes",
    }
    wanted = Boin(4, 0.25, 7, 2, 2, 0.9, 0.05, 0.5, 1.5, True)
    assert make("boin", texts) == wanted
    assert make("tite-boin", texts | {"most_pending": "0.3", "enough": "9"}) == TiteBoin(wanted, 0.3, 9)
    assert make("3+3", {"doses": "4", "variant": "V1", "start": "2"}) == ThreePlusThree(4, False, False, 1, 2)
    mixed = {"doses": "3", "variant": "V4", "fill_below": "yes", "fill_top": "yes", "tolerated": "1"}
    assert make("3+3", mixed) == ThreePlusThree(3, True, True, 1)
    crm = {
        "skeleton": "0.1,0.3",
        "model": "logistic",
        "variance": "2",
        "intercept": "2.5",
        "skip": "yes",
        "coherent": "no",
        "too_toxic": "0.9",
        "estimate": "likelihood",
    }
    skeleton = Skeleton((0.1, 0.3), "logistic", 2.5, 2.0)
    assert make("crm", crm) == Crm(skeleton, 0.3, 10, 3, 1, True, False, 0.9, "likelihood")


def test_guards_are_put_around_in_order() -> None:
    guards = {"least_at_recommended": "6", "stop_at": "21", "stop_too_toxic": "0.9", "no_skipping": "yes"}
    inside = MinimumAtRecommended(Boin(3, 0.2), 6)
    assert make("boin", {"doses": "3", "target": "0.2"} | guards) == NoSkipping(
        StopWhenTooToxic(StopAtPatients(inside, 21), 0.2, 0.9)
    )
    at_dose = make("boin", {"doses": "3", "stop_at_dose": "9"})
    assert at_dose == StopAtPatients(Boin(3, 0.3), 9, at_one_dose=True)
    own_rate = make("3+3", {"doses": "3", "stop_too_toxic": "0.8", "toxic_above": "0.4"})
    assert own_rate == StopWhenTooToxic(ThreePlusThree(3), 0.4, 0.8)


@pytest.mark.parametrize(
    ("name", "texts", "words"),
    [
        ("boim", {}, "did you mean 'boin'"),
        ("boin", {"doses": "3", "taget": "0.3"}, "did you mean 'target'"),
        ("boin", {}, "doses is needed: number of dose levels"),
        ("boin", {"doses": "three"}, "doses 'three': write a whole number"),
        ("boin", {"doses": "13"}, "doses 13: from 1 to 12"),
        ("boin", {"doses": "3", "target": "nan"}, "target 'nan'"),
        ("boin", {"doses": "3", "cohorts": "60"}, "at most 120 patients together, not 180"),
        ("boin", {"doses": "3", "start": "4"}, "start 4: one of the levels 1 to 3"),
        ("boin", {"doses": "3", "bound_recommended": "perhaps"}, "write yes or no"),
        ("3+3", {"doses": "3", "variant": "V9"}, "no variant 'V9'"),
        ("3+3", {"doses": "3", "stop_too_toxic": "0.9"}, "toxic_above is needed"),
        ("crm", {"doses": "3"}, "'dosepath calibrate' finds one"),
        ("crm", {"doses": "3", "skeleton": "0.1,0.2"}, "doses 3, but 2 levels are described"),
        ("crm", {"skeleton": "0.1;0.2"}, "write numbers as in 0.1,0.25,0.4"),
        ("blrm", NEEDED["blrm"] | {"mean": "1"}, "mean: 2 numbers"),
        ("blrm", NEEDED["blrm"] | {"interval": "0.3,0.2"}, "the lower bound first"),
        ("table", {"doses": "3"}, "its columns are treated, dlts, action"),
        ("rolling-six", {"doses": "3", "stop_at": "9"}, "no parameter 'stop_at'"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_way_out(name: str, texts: dict[str, str], words: str) -> None:
    with pytest.raises(InputError, match=words.replace("(", "\\(")) as error:
        make(name, texts)
    assert str(error.value).startswith(("no design", f"{name}: "))


def test_an_open_design_cannot_be_enumerated() -> None:
    with pytest.raises(InputError, match="rolling six decides while windows are open: simulate it"):
        closed(make("rolling-six", {"doses": "3"}), "simulate it")


@pytest.mark.parametrize("model", ["empiric", "logistic"])
def test_likelihood_takes_the_most_likely_parameter(model: str) -> None:
    design = make("crm", {"skeleton": "0.05,0.12,0.25,0.4", "model": model, "estimate": "likelihood", "target": "0.25"})
    assert isinstance(design, Crm)
    for text in ("1NNN 2NNT", "1NNT 2NTT", "1NNN 2NNN 3NNT 3NTT", "1NTT"):
        cohorts = read_outcomes(text, 4)
        state = state_after(cohorts, 4)
        levels = [cohort.level for cohort in cohorts for _ in cohort.outcomes]
        outcomes = [dlt for cohort in cohorts for dlt in cohort.outcomes]
        alone = most_likely(design.skeleton, levels, outcomes, [1.0] * len(levels))
        wanted = design.skeleton.rates_at(float(alone.estimate[0]))
        assert abs(design.rates(state.treated, state.dlts)[0] - wanted).max() < 1e-6


def test_likelihood_goes_up_one_dose_at_a_time_until_a_dlt_and_down_when_all_have_one() -> None:
    design = closed(make("crm", {"skeleton": "0.05,0.12,0.25,0.4", "estimate": "likelihood", "target": "0.25"}), "")
    for text, level in (("1NNN", 2), ("1NNN 2NNN", 3), ("1NNN 2NNN 3NNN", 4), ("1TTT", 1)):
        assert design.next_doses(state_after(read_outcomes(text, 4), 4)).tolist() == [level]


@pytest.mark.parametrize("name", ["least_at_recommended", "stop_at", "stop_at_dose"])
def test_a_guard_counts_no_more_patients_than_are_enumerated(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} 1e\\+21: from 1 to 120"):
        make("boin", {"doses": "3", name: "1" + "0" * 21})
