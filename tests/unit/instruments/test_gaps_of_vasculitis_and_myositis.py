"""Forms with gaps of vasculitis and myositis against every way to fill them, and scores against plain arithmetic."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dosepath.core.facts import Value
from dosepath.core.instrument import FieldValue
from dosepath.core.interval import Interval
from dosepath.core.verdict import Verdict, verdict_of
from dosepath.instruments.haq_di import CATEGORIES
from dosepath.instruments.iim_subgroups import OF_THE_TREE, Signs, subgroups
from dosepath.interop.answers_yaml import answers_of
from tests.unit.instruments.case_files import instrument
from tests.unit.instruments.test_completions import _matters, alternatives, completions

NAMES = ("acr_eular_gpa_2022", "acr_eular_mpa_2022", "bvas_wg", "chcc_2012", "haq_di")
NEVER_DRAWN = {"eosinophils"}
"""Answers that another item gives as well."""

TELLING = {
    "bvas_wg": ("rbc_casts", "hematuria_no_casts"),
    "haq_di": ("dress_self", "shampoo_hair", "aid.dressing", "help.dressing"),
}
BY_CONVENTION = {"chcc_2012": {"diagnosis"}}
"""Fields that stand although findings are missing; see the module."""


@st.composite
def forms(draw: Any, name: str) -> dict[str, Value]:
    items = instrument(name).items
    form: dict[str, Value] = {
        item: draw(st.sampled_from(alternatives(each))) for item, each in items.items() if item not in NEVER_DRAWN
    }
    if name == "haq_di" and draw(st.booleans()):
        form |= dict.fromkeys((item for item in items if items[item].choices[-1] == "skipped"), "no_difficulty")
    if name == "bvas_wg" and draw(st.booleans()):
        form |= dict.fromkeys((item for item in items if item not in TELLING[name]), "none")
    return form


def numbers(cases: list[Mapping[str, FieldValue]], field: str) -> Interval | None:
    found = [case[field] for case in cases if isinstance(case.get(field), Interval)]
    hull = None
    for each in found:
        assert isinstance(each, Interval)
        hull = each if hull is None else hull.hull(each)
    return hull


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_bounds_words_and_open_items_are_those_of_all_completions(name: str, data: st.DataObject) -> None:
    whole = data.draw(forms(name))
    hideable = st.sampled_from(sorted(whole)) | st.sampled_from(TELLING.get(name, sorted(whole)))
    hidden = data.draw(st.lists(hideable, max_size=3, unique=True))
    form = {item: said for item, said in whole.items() if item not in hidden}
    scored = instrument(name)
    partial = scored.score(form)
    filled = dict(completions(name, form, hidden))
    assume(filled)
    found = list(filled.values())
    for field, known in scored.fields.items():
        if field in BY_CONVENTION.get(name, ()):
            continue
        if known.unit:
            bounds = numbers(list(partial.possible), field)
            assert bounds is None or bounds == numbers(found, field), field
        else:
            assert set(partial.values(field)) == {case.get(field) for case in found}, field
    for place, item in enumerate(hidden):
        assert (item in partial.missing) == _matters(filled, place), item


# The disability index by plain arithmetic -------------------------------------------------------------------------

LEVELS = ("no_difficulty", "some_difficulty", "much_difficulty", "unable")


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_disability_index_is_the_mean_of_the_worst(data: st.DataObject) -> None:
    form: dict[str, Any] = {"rated_by": "patient"}
    points = []
    for category in CATEGORIES:
        answers = data.draw(st.lists(st.sampled_from([0, 1, 2, 3, None]), min_size=3, max_size=3))
        answers = answers[: len(category.activities)]
        form |= {
            activity: "skipped" if answer is None else LEVELS[answer]
            for activity, answer in zip(category.activities, answers, strict=True)
        }
        aids = [name for name in (f"aid.{category.id}", f"help.{category.id}") if name in instrument("haq_di").items]
        ticked = {name: data.draw(st.booleans()) for name in aids}
        form |= ticked
        known = [answer for answer in answers if answer is not None]
        if known:
            points.append(max(*known, 2) if any(ticked.values()) else max(known))
    scored = instrument("haq_di").score(form)
    expected = Interval.at(Fraction(sum(points), len(points))) if len(points) >= 6 else None
    assert scored.value("score") == expected
    assert scored.missing == ()


# Points of the classification criteria ----------------------------------------------------------------------------

POINTS = {
    "acr_eular_gpa_2022": {
        "nasal": 3,
        "cartilage": 2,
        "hearing_loss": 1,
        "canca_or_pr3": 5,
        "pulmonary_nodules": 2,
        "granuloma_biopsy": 2,
        "sinus_imaging": 1,
        "pauci_immune_gn": 1,
        "panca_or_mpo": -1,
        "eosinophils_ge_1": -4,
    },
    "acr_eular_mpa_2022": {
        "panca_or_mpo": 6,
        "pauci_immune_gn": 3,
        "fibrosis_or_ild": 3,
        "nasal": -3,
        "canca_or_pr3": -1,
        "eosinophils_ge_1": -4,
    },
}


@pytest.mark.parametrize("name", sorted(POINTS))
def test_every_form_of_the_classification_criteria(name: str) -> None:
    for found in product([False, True], repeat=len(POINTS[name])):
        total = sum(points for points, present in zip(POINTS[name].values(), found, strict=True) if present)
        scored = instrument(name).score(dict(zip(POINTS[name], found, strict=True)))
        word = "true" if total >= 5 else "false"
        assert scored.possible == ({"classified": word, "total": Interval.at(total)},)


# Total improvement score ------------------------------------------------------------------------------------------

EDGES = {
    "physician_global": ((5, 15, 25, 40), ("0", "7.5", "15", "17.5", "20")),
    "patient_global": ((5, 15, 25, 40), ("0", "2.5", "5", "7.5", "10")),
    "mmt": ((2, 10, 20, 30), ("0", "10", "20", "27.5", "32.5")),
    "haq": ((5, 15, 25, 40), ("0", "5", "7.5", "7.5", "10")),
    "enzyme": ((5, 15, 25, 40), ("0", "2.5", "5", "7.5", "7.5")),
    "extramuscular": ((5, 15, 25, 40), ("0", "7.5", "12.5", "15", "20")),
}
MULTIPLES = {"CK": 15, "aldolase": 6, "LDH": 3, "AST": 3, "ALT": 3}


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_total_improvement_score_by_plain_arithmetic(data: st.DataObject) -> None:
    tenths = st.integers(0, 100).map(lambda number: Decimal(number) / 10)
    form = data.draw(st.sampled_from([80, 150, 260]))
    enzyme, limit = data.draw(st.sampled_from(sorted(MULTIPLES))), data.draw(st.sampled_from([20, 35, 200]))
    scales = {"mmt": form, "haq": 3, "enzyme": MULTIPLES[enzyme] * limit}
    drawn: dict[str, Any] = {
        "mmt": st.integers(0, form),
        "haq": st.integers(0, 24).map(lambda eighths: Decimal(eighths) / 8),
        "enzyme": st.integers(1, 20 * limit),
    }
    answers: dict[str, Any] = {"mmt_form": str(form), "enzyme.name": enzyme, "enzyme.uln": limit}
    expected = Fraction(0)
    for name, (edges, points) in EDGES.items():
        before, after = data.draw(drawn.get(name, tenths)), data.draw(drawn.get(name, tenths))
        answers |= {f"{name}.baseline": before, f"{name}.follow_up": after}
        better = Fraction(after) - Fraction(before) if name == "mmt" else Fraction(before) - Fraction(after)
        percent = 100 * better / scales.get(name, 10)
        expected += Fraction(points[sum(percent > edge for edge in edges)])
    scale = instrument("imacs_tis_2016")
    scored = scale.score(answers_of(scale.items, answers))
    assert scored.value("tis") == Interval.at(expected)
    level = sum(expected >= least for least in (20, 40, 60))
    assert scored.value("category") == ("none", "minimal", "moderate", "major")[level]
    assert scored.missing == ()


# Tree of myositis -------------------------------------------------------------------------------------------------


def plain_tree(signs: Signs, said: Mapping[str, bool]) -> str:
    if signs.juvenile:
        return "JDM" if signs.skin else "JM_other"
    if signs.skin:
        return "DM" if signs.weak else "ADM"
    if signs.rimmed or (said["finger_flexor_weakness"] and not said["improved_on_treatment"]):
        return "IBM"
    antibodies = said["anti_srp"] or said["anti_hmgcr"]
    if (
        signs.enzymes
        and said["ck_raised"]
        and signs.proximal
        and (antibodies or (said["bx_necrosis"] and not signs.inflamed))
    ):
        return "IMNM"
    return "PM"


def test_every_way_through_the_tree() -> None:
    for flags in product([False, True], repeat=len(Signs.__slots__)):
        signs = Signs(*flags)
        for answers in product([False, True], repeat=len(OF_THE_TREE)):
            said = dict(zip(OF_THE_TREE, answers, strict=True))
            further = {item: verdict_of(answer) for item, answer in said.items()}
            assert subgroups(signs, further) == (plain_tree(signs, said),)
            assert subgroups(signs.settled, further) == (plain_tree(signs, said),)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_the_tree_with_gaps_gives_what_all_answers_give(data: st.DataObject) -> None:
    signs = Signs(*(data.draw(st.booleans()) for _ in Signs.__slots__))
    known = {item: data.draw(st.sampled_from(list(Verdict))) for item in OF_THE_TREE}
    open_items = [item for item, verdict in known.items() if verdict is Verdict.UNKNOWN]
    said = {item: verdict is Verdict.MET for item, verdict in known.items()}
    ways = product([False, True], repeat=len(open_items))
    expected = {plain_tree(signs, {**said, **dict(zip(open_items, way, strict=True))}) for way in ways}
    assert set(subgroups(signs, known)) == expected
