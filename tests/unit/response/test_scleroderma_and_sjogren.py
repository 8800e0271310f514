"""CRISS, STAR and CRESS against rules written on their own, and forms with gaps against ways to fill them."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import exp
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosepath.core.instrument import Case, FieldValue, ItemKind, Score
from dosepath.core.interval import Interval
from dosepath.core.verdict import Verdict
from dosepath.interop.answers_yaml import answers_of
from dosepath.response.acr_criss import IMPROVED_LOGIT, highest_percent, improved_measures, probability
from dosepath.response.star_cress import Published, cress_as_published, systemic
from tests.unit.instruments.case_files import instrument

Form = dict[str, Any]


def score(name: str, form: Form) -> Score:
    return instrument(name).score(answers_of(instrument(name).items, form))


def number(value: FieldValue | None) -> Fraction:
    assert isinstance(value, Interval)
    assert value.low is not None
    assert value.exact
    return value.low


# ACR-CRISS --------------------------------------------------------------------------------------------------------

MEASURES = ("mrss", "fvc", "patient_global", "physician_global", "haq_di")
EVENTS = ("renal_crisis", "fvc_fall", "left_ventricular_failure", "pulmonary_arterial_hypertension")
RANGES = {
    "mrss": st.integers(0, 51),
    "fvc": st.integers(0, 1200).map(lambda tenths: Decimal(tenths) / 10),
    "patient_global": st.integers(0, 100).map(lambda tenths: Decimal(tenths) / 10),
    "physician_global": st.integers(0, 100).map(lambda tenths: Decimal(tenths) / 10),
    "haq_di": st.integers(0, 24).map(lambda eighths: Decimal(eighths) / 8),
}
CRISS_FORMS = st.fixed_dictionaries(
    {
        **{event: st.booleans() if event == "renal_crisis" else st.just(False) for event in EVENTS},
        **RANGES,
        **{f"{measure}_baseline": drawn for measure, drawn in RANGES.items()},
    }
)


def by_hand(form: Form) -> tuple[float, bool, int, int]:
    """Give the probability, whether it is an improvement, and whether the revised CRISS holds at 20 and 50 %."""
    change = {measure: float(form[measure]) - float(form[f"{measure}_baseline"]) for measure in MEASURES}
    total = (
        -5.54
        - 0.81 * change["mrss"]
        + 0.21 * change["fvc"]
        - 0.40 * change["patient_global"]
        - 0.44 * change["physician_global"]
        - 3.41 * change["haq_di"]
    )
    chance = 0.0 if form["renal_crisis"] else 1 / (1 + exp(-total)) if total > -700 else 0.0
    revised = []
    for percent in (20, 50):
        better = 0
        for measure in MEASURES:
            before, after = Fraction(form[f"{measure}_baseline"]), Fraction(form[measure])
            if before:
                gain = 100 * (after - before if measure == "fvc" else before - after) / before
                better += gain >= (5 if measure == "fvc" else percent)
        revised.append(int(better >= 3 and not form["renal_crisis"]))
    return chance, chance >= 0.6, revised[0], revised[1]


@settings(max_examples=300, deadline=None)
@given(form=CRISS_FORMS)
def test_criss_is_what_the_paper_says(form: Form) -> None:
    (case,) = score("acr_criss", form).possible
    chance, improved, at_20, at_50 = by_hand(form)
    assert abs(float(number(case["probability"])) - chance) < 1e-9
    assert case["improved"] == ("true" if improved else "false")
    up_to = number(case["revised_up_to"])
    assert (int(up_to >= 20), int(up_to >= 50)) == (at_20, at_50)


@settings(max_examples=200, deadline=None)
@given(form=CRISS_FORMS, data=st.data())
def test_bounds_of_criss_hold_every_completion_and_reach_their_ends(form: Form, data: st.DataObject) -> None:
    form["renal_crisis"] = False
    hidden = data.draw(st.sampled_from([f"{measure}{visit}" for measure in MEASURES for visit in ("", "_baseline")]))
    measure = hidden.removesuffix("_baseline")
    known = {item: said for item, said in form.items() if item != hidden}
    partial = score("acr_criss", known)
    ends = {"mrss": (0, 51), "haq_di": (0, 3), "fvc": (0, 10_000)}.get(measure, (0, 10))
    found = []
    for value in {*ends, form[hidden]}:
        (case,) = score("acr_criss", {**known, hidden: value}).possible
        assert any(inside(case, wider) for wider in partial.possible)
        found.append(number(case["probability"]))
    bounds = partial.value("probability")
    assert isinstance(bounds, Interval)
    assert partial.missing == (hidden,)
    if measure != "fvc":
        assert (bounds.low, bounds.high) == (min(found), max(found))


def inside(case: Case, wider: Case) -> bool:
    return all(_holds(wider[field], value) for field, value in case.items())


def _holds(wide: FieldValue, value: FieldValue) -> bool:
    if isinstance(wide, Interval) and isinstance(value, Interval):
        hull = wide.hull(value)
        return (hull.low, hull.high) == (wide.low, wide.high)
    return wide == value


def test_the_probability_decides_as_the_logit_does() -> None:
    tiny = Fraction(1, 10**9)
    at, below, above = (probability(Interval.at(IMPROVED_LOGIT + step)).low for step in (Fraction(0), -tiny, tiny))
    limit = Fraction("0.6")
    assert at == limit
    assert below is not None
    assert above is not None
    assert below < limit < above


@pytest.mark.parametrize(
    ("fvc", "fvc_percent", "percent", "better"),
    [
        (Fraction(5), 5, 20, ["mrss", "fvc", "patient_global"]),
        (Fraction(5), 10, 20, ["mrss", "patient_global"]),
        (Fraction(10), 10, 20, ["mrss", "fvc", "patient_global"]),
        (Fraction("9.9"), 10, 20, ["mrss", "patient_global"]),
        (Fraction("4.9"), 5, 20, ["mrss", "patient_global"]),
        (Fraction(50), 5, 21, ["mrss", "fvc"]),
        (Fraction(50), 5, 31, ["fvc"]),
    ],
)
def test_measures_that_improved(fvc: Fraction, fvc_percent: int, percent: int, better: list[str]) -> None:
    others = {"patient_global": 20, "physician_global": 0, "haq_di": -50}
    shares = {"mrss": Fraction(30), "fvc": fvc, **{name: Fraction(share) for name, share in others.items()}}
    found = improved_measures({n: Interval.at(v) for n, v in shares.items()}, Fraction(percent), Fraction(fvc_percent))
    assert [name for name, verdict in found.items() if verdict is Verdict.MET] == better


def test_the_highest_percent_needs_three_measures() -> None:
    shares = {"mrss": Fraction(30), "fvc": Fraction(7), "patient_global": Fraction(20), "haq_di": Fraction(10)}
    assert highest_percent(shares) == 20
    assert highest_percent(shares, Fraction(7)) == 20
    assert highest_percent(shares, Fraction(10)) == 10
    assert highest_percent({"mrss": Fraction(30), "haq_di": Fraction(30)}) == 0
    assert highest_percent({"mrss": Fraction(30), "haq_di": Fraction(-30), "patient_global": Fraction(9)}) == 0


# STAR and CRESS ---------------------------------------------------------------------------------------------------

PAIRS: Mapping[str, st.SearchStrategy[Any]] = {
    "clinessdai": st.integers(0, 20),
    "esspri": st.integers(0, 40).map(lambda quarters: Decimal(quarters) / 4),
    "schirmer": st.integers(0, 15),
    "ocular_staining": st.integers(0, 8),
    "uwsf": st.integers(0, 12).map(lambda steps: Decimal(steps) / 40),
    "ultrasound": st.integers(0, 12).map(lambda steps: steps * 4),
    "igg": st.integers(4, 24),
    "rf": st.integers(0, 8).map(lambda steps: steps * 25),
}
TESTS = {"tear": ("schirmer", "ocular_staining"), "saliva": ("uwsf", "ultrasound"), "biology": ("igg", "rf")}
STAR_FORMS = st.fixed_dictionaries(
    {
        **{f"{domain}_tests": st.sampled_from([*tests, "either"]) for domain, tests in TESTS.items()},
        **PAIRS,
        **{f"{name}_baseline": drawn for name, drawn in PAIRS.items()},
    }
)


def responses_by_hand(form: Form) -> dict[str, Any]:
    before = {name: Fraction(form[f"{name}_baseline"]) for name in PAIRS}
    after = {name: Fraction(form[name]) for name in PAIRS}
    fell = {name: before[name] - after[name] for name in PAIRS}
    better = {
        "schirmer": -fell["schirmer"] >= 5 if before["schirmer"] < 5 else after["schirmer"] >= 5,
        "ocular_staining": fell["ocular_staining"] >= 2
        if before["ocular_staining"] >= 3
        else after["ocular_staining"] < 3,
        "uwsf": after["uwsf"] / before["uwsf"] >= Fraction(5, 4) if before["uwsf"] else after["uwsf"] > 0,
        "ultrasound": bool(before["ultrasound"]) and fell["ultrasound"] / before["ultrasound"] >= Fraction(1, 4),
        "igg": fell["igg"] / before["igg"] >= Fraction(1, 10),
        "rf": bool(before["rf"]) and fell["rf"] / before["rf"] >= Fraction(1, 4),
    }
    met = {
        "star_systemic": fell["clinessdai"] >= 3,
        "cress_systemic": after["clinessdai"] < 5,
        "pro": bool(before["esspri"]) and (fell["esspri"] >= 1 or 100 * fell["esspri"] / before["esspri"] >= 15),
    }
    for domain, tests in TESTS.items():
        chosen = form[f"{domain}_tests"]
        met[domain] = any(better[test] for test in tests if chosen in (test, "either"))
    star = 3 * met["star_systemic"] + 3 * met["pro"] + met["tear"] + met["saliva"] + met["biology"]
    cress = met["cress_systemic"] + met["pro"] + met["tear"] + met["saliva"] + met["biology"]
    return {**met, "star": star, "cress": cress, "star_responder": star >= 5, "cress_responder": cress >= 3}


def plain(case: Case) -> dict[str, Any]:
    return {
        field: int(number(value)) if isinstance(value, Interval) else value == "true" for field, value in case.items()
    }


@settings(max_examples=300, deadline=None)
@given(form=STAR_FORMS)
def test_star_and_cress_are_what_the_papers_say(form: Form) -> None:
    (case,) = score("star_cress", form).possible
    assert plain(case) == responses_by_hand(form)


@settings(max_examples=150, deadline=None)
@given(form=STAR_FORMS, data=st.data())
def test_every_completion_is_among_the_cases(form: Form, data: st.DataObject) -> None:
    hidden = data.draw(st.sets(st.sampled_from(sorted(form)), max_size=6))
    partial = score("star_cress", {item: said for item, said in form.items() if item not in hidden})
    assert responses_by_hand(form) in [plain(case) for case in partial.possible]
    assert set(partial.missing) <= hidden


@settings(max_examples=40, deadline=None)
@given(form=STAR_FORMS, data=st.data())
def test_an_item_is_missing_where_it_decides(form: Form, data: st.DataObject) -> None:
    hidden = data.draw(st.sampled_from(sorted(form)))
    known = {item: said for item, said in form.items() if item != hidden}
    item = instrument("star_cress").items[hidden]
    fine = [Decimal(steps) / 40 for steps in range(401 if item.kind is ItemKind.AMOUNT else 1)]
    values: list[Any] = [*item.choices] or [*fine, *range(int(item.high or 250) + 1)]
    found = [plain(score("star_cress", {**known, hidden: value}).possible[0]) for value in values]
    different = [case for place, case in enumerate(found) if case not in found[:place]]
    partial = score("star_cress", known)
    assert sorted(map(str, map(plain, partial.possible))) == sorted(map(str, different))
    assert partial.missing == ((hidden,) if len(different) > 1 else ())


FULFILLED: Form = {
    "clinessdai_baseline": 10,
    "clinessdai": 4,
    "esspri_baseline": 8,
    "esspri": 6,
    "tear_tests": "schirmer",
    "schirmer_baseline": 3,
    "schirmer": 9,
}


@pytest.mark.parametrize(
    ("form", "published"),
    [
        ({}, Published(0, 0, False)),
        (FULFILLED, Published(3, 3, True)),
        ({**FULFILLED, "schirmer": 4}, Published(2, 3, False)),
        ({item: said for item, said in FULFILLED.items() if item != "schirmer"}, Published(2, 2, False)),
        ({**FULFILLED, "biology_tests": "rf", "rf_baseline": 9, "rf": 9}, Published(3, 4, True)),
        ({**FULFILLED, "esspri": 8, "biology_tests": "rf", "rf_baseline": 9, "rf": 9}, Published(2, 4, False)),
    ],
)
def test_cress_as_published(form: Form, published: Published) -> None:
    assert cress_as_published(score("star_cress", form)) == published


# Steps and flags --------------------------------------------------------------------------------------------------

VISITS: Form = {
    **dict.fromkeys(EVENTS, False),
    "mrss_baseline": 20,
    "mrss": 12,
    "fvc_baseline": 80,
    "fvc": 84,
    "patient_global_baseline": 5,
    "patient_global": 3,
    "physician_global_baseline": 5,
    "physician_global": 5,
    "haq_di_baseline": 1,
    "haq_di": 2,
}
SHARES = "better by mrss 40 %, fvc 5 %, patient_global 40 %, physician_global 0 %, haq_di -100 %"
SUM = (
    "step 2: -5.54 - 0.81 x (-8) mrss + 0.21 x (4) fvc - 0.4 x (-2) patient_global - 0.44 x (0) physician_global"
    " - 3.41 x (1) haq_di = -0.83"
)


@pytest.mark.parametrize(
    ("form", "steps"),
    [
        (VISITS, ("step 1: no event", SUM, "probability 0.3036, improved from 0.6", f"revised CRISS: {SHARES}")),
        (
            {**VISITS, "renal_crisis": True, "fvc_fall": True},
            ("step 1: renal_crisis, fvc_fall", SUM, f"revised CRISS: {SHARES}"),
        ),
        (
            {item: said for item, said in VISITS.items() if item not in ("fvc", "renal_crisis")},
            (
                "step 1: not settled",
                SUM.replace("(4)", "(-80 or more)").replace("= -0.83", "= -18.47 or more"),
                "probability 0.0000 to 1.0000, improved from 0.6",
                f"revised CRISS: {SHARES.replace('fvc 5', 'fvc -100 or more')}",
            ),
        ),
    ],
)
def test_steps_of_criss(form: Form, steps: tuple[str, ...]) -> None:
    assert score("acr_criss", form).steps == steps


def test_steps_of_star_and_cress() -> None:
    assert score("star_cress", {**FULFILLED, "biology_tests": "rf", "rf_baseline": 9, "rf": 9}).steps == (
        "star_systemic, ClinESSDAI down by 3 or more (3 of STAR): met",
        "cress_systemic, ClinESSDAI below 5 at the later visit (CRESS only): met",
        "pro, ESSPRI down by a point or by 15 % (3 of STAR): met",
        "tear, tears better, or normal as before (1 of STAR): met",
        "saliva, saliva better (1 of STAR): unknown",
        "biology, IgG or rheumatoid factor down (1 of STAR): not met",
        "STAR 7 to 8 of 9, responder from 5",
        "CRESS 3 to 4 of 5, responder from 3",
        "CRESS as published: 3 of 4 domains available, responder",
    )
    assert score("star_cress", {}).steps[-1] == "CRESS as published: 0 of 0 domains available, not a responder"


def test_flags_of_star_and_cress() -> None:
    form = {"biology_tests": "either", "igg_baseline": 20, "igg": 10, "rf_baseline": 0, "ultrasound_baseline": 0}
    assert [(flag.id, flag.text) for flag in score("star_cress", form).flags] == [
        ("fewer_than_3_items", "1 of five domains of CRESS can be judged: as published, not a responder"),
        ("biology_after_b_cell_depletion", "B-cell depletion lowers IgG and rheumatoid factor in nearly everyone"),
        ("baseline_zero", "0 at baseline, so nothing can fall: ultrasound, rf"),
    ]


def test_a_probability_between_bounds_is_never_none_or_certain() -> None:
    assert probability(Interval(None, None)) == Interval(Fraction(0), Fraction(1), low_open=True, high_open=True)
    limit = Fraction("0.6")
    assert probability(Interval(IMPROVED_LOGIT, None)) == Interval(limit, Fraction(1), high_open=True)
    below = Interval(None, IMPROVED_LOGIT, high_open=True)
    assert probability(below) == Interval(Fraction(0), limit, low_open=True, high_open=True)
    whole = probability(Interval(Fraction(-1), Fraction(1)))
    assert (whole.low_open, whole.high_open) == (False, False)


@pytest.mark.parametrize(
    ("baseline", "now", "wanted"),
    [
        (Interval.at(6), Interval.at(3), Verdict.MET),
        (Interval.at(6), Interval.at(4), Verdict.NOT_MET),
        (Interval.at(9), Interval.at(3), Verdict.MET),
        (Interval.at(3), Interval.at(6), Verdict.NOT_MET),
        (Interval(Fraction(6), Fraction(8)), Interval.at(4), Verdict.UNKNOWN),
        (Interval(Fraction(7), Fraction(8)), Interval.at(4), Verdict.MET),
    ],
)
def test_a_systemic_response_is_a_fall_of_three(baseline: Interval, now: Interval, wanted: Verdict) -> None:
    assert systemic(baseline, now) is wanted
