"""What modules of scleroderma and Sjögren's syndrome offer beside their forms, against rules written on their own."""

from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosepath.core.instrument import Score
from dosepath.core.interval import Interval
from dosepath.core.verdict import Verdict, agreed, verdict_of
from dosepath.instruments import esspri
from dosepath.instruments.bounds import in_words, parted
from dosepath.instruments.essdai import DOMAINS, change
from dosepath.instruments.leroy_1988 import PLACES, regions_of
from dosepath.instruments.mrss import SITES, progression_percent
from dosepath.instruments.sjogren_acr_eular_2016 import ENTRY, EXCLUSIONS, RESULTS, SCORED, items_from
from dosepath.interop.answers_yaml import answers_of
from tests.unit.instruments.case_files import instrument


def score(name: str, form: dict[str, Any]) -> Score:
    return instrument(name).score(answers_of(instrument(name).items, form))


def at(number: int | Fraction | str) -> Interval:
    return Interval.at(Fraction(number))


# Skin -------------------------------------------------------------------------------------------------------------


def test_every_place_of_the_skin_score_is_in_one_region() -> None:
    places = [place for region in PLACES.values() for place in region]
    assert sorted(places) == sorted(SITES)


@pytest.mark.parametrize(
    ("grades", "regions"),
    [
        ({}, {}),
        ({"upper_arm_l": 1}, {"skin_upper_arm": True}),
        ({"upper_arm_l": 0}, {}),
        ({"upper_arm_l": 0, "upper_arm_r": 0}, {"skin_upper_arm": False}),
        ({"upper_arm_l": 0, "upper_arm_r": 3}, {"skin_upper_arm": True}),
        ({"thigh_r": 2}, {"skin_thigh": True}),
        ({"chest": 0, "abdomen": 1}, {"skin_trunk": True}),
        ({"face": 1}, {"skin_distal_or_face": True}),
        (dict.fromkeys(SITES, 0), dict.fromkeys(PLACES, False)),
        (dict.fromkeys(SITES, 1), dict.fromkeys(PLACES, True)),
    ],
)
def test_regions_from_a_skin_score(grades: dict[str, int], regions: dict[str, bool]) -> None:
    assert regions_of(grades) == regions


@pytest.mark.parametrize("region", PLACES)
def test_each_place_alone_makes_its_region_thick(region: str) -> None:
    for place in PLACES[region]:
        found = regions_of({**dict.fromkeys(SITES, 0), place: 1})
        assert found == {**dict.fromkeys(PLACES, False), region: True}


@given(previous=st.integers(1, 51), now=st.integers(0, 51))
def test_progression_of_ten_percent_needs_no_division(previous: int, now: int) -> None:
    progression = progression_percent(at(previous), at(now))
    assert progression is not None
    assert progression.compare(">=", at(10)) is verdict_of(10 * (now - previous) >= previous)


# ESSPRI -----------------------------------------------------------------------------------------------------------

HALVES = [Fraction(halves, 2) for halves in range(21)]


def improved(baseline: Fraction, now: Fraction) -> bool:
    return baseline > 0 and (baseline - now >= 1 or (baseline - now) / baseline >= Fraction(15, 100))


def test_improvement_of_every_pair() -> None:
    for baseline, now in product(HALVES, HALVES):
        assert esspri.improved(at(baseline), at(now)) is verdict_of(improved(baseline, now)), (baseline, now)


RANGES = st.tuples(st.sampled_from(HALVES), st.sampled_from(HALVES)).map(sorted)


@settings(max_examples=300)
@given(baseline=RANGES, now=RANGES)
def test_improvement_between_bounds_is_what_all_pairs_say(baseline: list[Fraction], now: list[Fraction]) -> None:
    fine = [[low + (high - low) * Fraction(step, 20) for step in range(21)] for low, high in (baseline, now)]
    answers = {verdict_of(improved(before, after)) for before, after in product(*fine)}
    found = esspri.improved(Interval(baseline[0], baseline[1]), Interval(now[0], now[1]))
    assert found in (agreed(answers), Verdict.UNKNOWN)
    corners = {verdict_of(improved(before, after)) for before, after in product(baseline, now)}
    if len(corners) == 1 and baseline[0] > 0:
        assert found is agreed(corners)


# ESSDAI -----------------------------------------------------------------------------------------------------------

QUIET = {domain.id: 0 for domain in DOMAINS}


@pytest.mark.parametrize(
    ("before", "after", "total", "clinical", "verdict"),
    [
        ({}, {}, "0", "0", Verdict.NOT_MET),
        ({"articular": 3}, {"articular": 3}, "0", "0", Verdict.NOT_MET),
        ({"pulmonary": 1}, {"articular": 1}, "-3", "-3", Verdict.MET),
        ({"pulmonary": 1}, {"articular": 1, "biological": 1}, "-2", "-3", Verdict.NOT_MET),
        ({"pulmonary": 1}, {"biological": 1}, "-4", "-6", Verdict.MET),
        ({"lymphadenopathy": 1}, {}, "-4", "-4", Verdict.NOT_MET),
        ({"lymphadenopathy": 1, "biological": 1}, {"articular": 1}, "-3", "-1", Verdict.MET),
        ({"lymphadenopathy": 1, "articular": 1}, {"constitutional": 1}, "-3", "-3", Verdict.MET),
        ({}, {"renal": 2}, "10", "12", Verdict.NOT_MET),
        ({"articular": 2, "biological": 2}, {"articular": 1, "biological": 2}, "-2", "-3", Verdict.NOT_MET),
    ],
)
def test_change_of_essdai(
    before: dict[str, int], after: dict[str, int], total: str, clinical: str, verdict: Verdict
) -> None:
    found = change(score("essdai", {**QUIET, **before}), score("essdai", {**QUIET, **after}))
    assert (in_words(found.total), in_words(found.clinical), found.improved) == (total, clinical, verdict)


@pytest.mark.parametrize(
    ("before", "after", "total", "verdict"),
    [
        ({"renal": None, "articular": 3}, {"renal": 0}, "-21 to -6", Verdict.MET),
        ({"renal": None}, {}, "-15 to 0", Verdict.UNKNOWN),
        ({"renal": 1}, {"renal": None}, "-5 to 10", Verdict.UNKNOWN),
        ({"articular": 1}, {"renal": None}, "-2 to 13", Verdict.NOT_MET),
        ({"renal": None}, {"renal": None}, "-15 to 15", Verdict.UNKNOWN),
        ({"biological": None}, {}, "-2 to 0", Verdict.NOT_MET),
    ],
)
def test_a_domain_that_was_not_assessed_is_not_carried_over(
    before: dict[str, int | None], after: dict[str, int | None], total: str, verdict: Verdict
) -> None:
    found = change(score("essdai", {**QUIET, **before}), score("essdai", {**QUIET, **after}))
    assert (in_words(found.total), found.improved) == (total, verdict)


# Classification of Sjögren's syndrome -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "item", "scores", "scores_not"),
    [
        ("focus_score", "focus_score", ["1", "1.1"], ["0.9", "0"]),
        ("ocular_staining_score", "ocular_staining", ["5", "6"], ["4", "0"]),
        ("van_bijsterveld", "ocular_staining", ["4", "5"], ["3", "0"]),
        ("schirmer_mm", "schirmer", ["5", "4.9", "0"], ["5.1", "6"]),
        ("uwsf_ml_min", "uwsf", ["0.1", "0.09", "0"], ["0.11", "0.2"]),
    ],
)
def test_items_from_results(result: str, item: str, scores: list[str], scores_not: list[str]) -> None:
    assert all(items_from({result: Fraction(number)}) == {item: True} for number in scores)
    assert all(items_from({result: Fraction(number)}) == {item: False} for number in scores_not)


def test_one_of_two_staining_scores_is_enough() -> None:
    for oss, other in product((4, 5), (3, 4)):
        found = items_from({"ocular_staining_score": Fraction(oss), "van_bijsterveld": Fraction(other)})
        assert found == {"ocular_staining": oss == 5 or other == 4}


def test_results_answer_items_of_the_form_and_nothing_else() -> None:
    assert {item for item, _, _ in RESULTS.values()} == {row.id for row in SCORED} - {"anti_ssa"}
    assert items_from({}) == {}


# Bounds and steps -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "below", "parts"),
    [
        (at(5), True, [("5", True)]),
        (at(5), False, [("5", False)]),
        (at(4), True, [("4", False)]),
        (at(6), False, [("6", True)]),
        (Interval(Fraction(0), None), True, [("0 to 5", False), ("5 or more", True)]),
        (Interval(None, Fraction(7)), False, [("5 or less", False), ("5 to 7", True)]),
        (Interval(Fraction(5), Fraction(7)), True, [("5 to 7", True)]),
        (Interval(Fraction(5), Fraction(7)), False, [("5", False), ("5 to 7", True)]),
        (Interval(None, None), True, [("5 or less", False), ("5 or more", True)]),
    ],
)
def test_parts_of_a_number(number: Interval, below: bool, parts: list[tuple[str, bool]]) -> None:
    found = parted(number, Fraction(5), below=below)
    assert [(in_words(part), upper) for part, upper in found] == parts
    for part, upper in found:
        assert part.compare(">=" if below else ">", at(5)) is verdict_of(upper)


def test_an_unbounded_number_is_anything() -> None:
    assert in_words(Interval(None, None)) == "anything"


@pytest.mark.parametrize(
    ("name", "form", "steps"),
    [
        (
            "mrss",
            {**dict.fromkeys(SITES, 0), "face": 2, "chest": 1, "previous": 2},
            ("places with thick skin: face 2, chest 1", "total 3", "change from 2: 50 %"),
        ),
        (
            "mrss",
            {"face": 2},
            ("places with thick skin: face 2", "16 of 17 places not felt: 0 to 3 points each", "total 2 to 50"),
        ),
        ("mrss", dict.fromkeys(SITES, 0), ("places with thick skin: none", "total 0")),
        (
            "esspri",
            {"dryness": 8, "fatigue": 8, "pain": 8, "baseline": 8},
            ("(8 + 8 + 8) / 3 = 8; acceptable below 5", "8 before, change 0; a fall by 1 point or 15 %: not met"),
        ),
        (
            "esspri",
            {"dryness": 8, "fatigue": 7, "pain": 6, "baseline": 8},
            (
                "(8 + 7 + 6) / 3 = 7; acceptable below 5",
                "8 before, change -1; a fall by 1 point or 15 %: met",
            ),
        ),
        (
            "salivary_flow",
            {"unstimulated_volume": 1, "unstimulated_minutes": 10},
            ("unstimulated: 1 mL in 10 min, 0.1 mL/min", "stimulated: 0 or more mL/min"),
        ),
        (
            "leroy_1988",
            {"skin_thigh": True},
            ("thick skin proximal to the knee (thigh)", "subset: diffuse"),
        ),
        ("leroy_1988", {}, ("no region with thick skin was recorded", "subset: diffuse or limited or none")),
        (
            "acr_eular_ssc_2013",
            {"skin_proximal_mcp": True},
            (
                "9 thick skin of the fingers of both hands, reaching beyond the knuckles: sufficient, nothing is added",
                "9 points, classified from 9",
            ),
        ),
        (
            "acr_eular_ssc_2013",
            {"skin_proximal_mcp": False, "skin_fingers": "puffy_fingers", "fingertip_lesions": "none", "raynaud": True},
            ("2 puffy_fingers", "3 Raynaud's phenomenon", "5 to 14 points, classified from 9"),
        ),
        ("acr_eular_ssc_2013", {"better_explanation": True}, ("the criteria do not apply: no score",)),
        (
            "essdai",
            {**QUIET, "pulmonary": 2, "biological": 1},
            (
                "pulmonary: level 2 x 5 = 10, ClinESSDAI 12, not among the eight",
                "biological: level 1 x 1 = 1",
                "score of the eight domains of the trial: 1",
                "score of all twelve domains: 11",
                "ClinESSDAI, eleven domains with weights of their own: 12",
            ),
        ),
        (
            "sjogren_acr_eular_2016",
            {"dry_mouth_3m": True, "anti_ssa": True, "sarcoidosis": True},
            (
                "entry: dry mouth every day for more than 3 months",
                "excluding diagnoses: sarcoidosis",
                "3 anti-SSA/Ro",
                "3 to 9 points, classified from 4",
            ),
        ),
        (
            "sjogren_acr_eular_2016",
            {**dict.fromkeys((*ENTRY, *EXCLUSIONS, *(row.id for row in SCORED)), False)},
            ("entry: none", "excluding diagnoses: none", "0 points, classified from 4"),
        ),
        (
            "sjogren_acr_eular_2016",
            {"uwsf": True},
            (
                "entry: open",
                "excluding diagnoses: open",
                "1 unstimulated whole saliva of 0.1 mL/min or less",
                "1 to 9 points, classified from 4",
            ),
        ),
        (
            "ssc_ild_activity",
            {"fvc": 63, "fvc_before": 70},
            (
                "forced vital capacity (FVC): down by 10 % of the earlier result, 7 points",
                "diffusing capacity for carbon monoxide (DLCO): decline not known",
            ),
        ),
    ],
)
def test_steps(name: str, form: dict[str, Any], steps: tuple[str, ...]) -> None:
    assert score(name, form).steps == steps


@pytest.mark.parametrize(
    ("name", "form", "flags"),
    [
        ("mrss", {"previous": 0}, ["the earlier total is 0: no percentage; any increase is an increase from nothing"]),
        ("mrss", {"previous": 9}, ["one point of 9 is more than 10 %: inside the error between observers"]),
        ("esspri", {"baseline": 0}, ["the earlier index is 0: nothing can improve, and no percentage can be given"]),
        (
            "salivary_flow",
            {"stimulated_volume": 60, "stimulated_minutes": 4},
            [
                "stimulated: saliva is usually collected for 5 or 10 or 15 minutes",
                "stimulated: more than 10 mL/min; check volume and time",
            ],
        ),
        (
            "ssc_ild_activity",
            {"fvc": 40, "dlco_corrected": False, "on": "2026-06-01", "before_on": "2025-06-01"},
            [
                "FVC below 45 %: severe restriction, also where DLCO alone would let the patient in",
                "DLCO is not corrected for haemoglobin: anaemia lowers it",
                "the earlier test is, or may be, more than 6 months old: it does not stand in for one that is not",
            ],
        ),
        (
            "leroy_1988",
            {"skin_upper_arm": False, "skin_thigh": False, "skin_trunk": True},
            ["diffuse by the trunk alone: a text that names elbow and knee may not count it"],
        ),
        (
            "acr_eular_ssc_2013",
            {"skin_thickening_spares_fingers": True},
            ["the criteria do not apply: thick skin that spares the fingers"],
        ),
        (
            "sjogren_acr_eular_2016",
            {**dict.fromkeys(ENTRY, False), "aids": True, "anti_ssa": True, "focus_score": True},
            [
                "points suffice, but the criteria do not apply: AIDS",
                "points suffice, but none of the six entry questions was answered with yes",
            ],
        ),
        (
            "acr_criss",
            {"renal_crisis": True, "haq_di_baseline": 0, "mrss_baseline": 0},
            [
                "an event of step 1: not improved, whatever the changes",
                "0 at baseline, so it cannot improve by a share: mrss, haq_di",
            ],
        ),
    ],
)
def test_flags(name: str, form: dict[str, Any], flags: list[str]) -> None:
    assert [flag.text for flag in score(name, form).flags] == flags


def test_bounds_that_are_not_reached_decide() -> None:
    """Some saliva over any time is some flow; a vital capacity that was measured has not fallen to nothing."""
    flow = score("salivary_flow", {"unstimulated_volume": 1}).value("unstimulated")
    none_known = score("salivary_flow", {}).value("unstimulated")
    after = score("ssc_ild_activity", {"fvc": 60})
    fallen, points = after.value("fvc_decline"), after.value("fvc_decline_points")
    unmeasured = score("ssc_ild_activity", {}).value("fvc_decline")
    assert isinstance(flow, Interval)
    assert isinstance(none_known, Interval)
    assert isinstance(fallen, Interval)
    assert isinstance(points, Interval)
    assert isinstance(unmeasured, Interval)
    assert flow.compare(">", at(0)) is Verdict.MET
    assert none_known.compare(">", at(0)) is Verdict.UNKNOWN
    assert fallen.compare("<", at(100)) is Verdict.MET
    assert unmeasured.compare("<", at(100)) is Verdict.UNKNOWN
    assert points.compare(">", at(-60)) is Verdict.MET
