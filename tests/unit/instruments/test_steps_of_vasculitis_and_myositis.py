"""What `--explain` prints: each step of the computation, in the words that people read."""

from datetime import date
from typing import Any

from dosepath.interop.answers_yaml import answers_of
from tests.unit.instruments.case_files import instrument


def steps(name: str, answers: dict[str, Any]) -> list[str]:
    known = instrument(name)
    return list(known.score(answers_of(known.items, answers)).steps)


def none_but(name: str, *present: str) -> dict[str, Any]:
    return {item: item in present for item in instrument(name).items}


def test_bvas_new_or_worse() -> None:
    ticked = ("myalgia", "fever", "weight_loss", "gangrene", "purpura", "headache")
    assert steps("bvas_v3", none_but("bvas_v3", *ticked)) == [
        "column of points: new or worse, for not all that is ticked is persistent",
        (
            "general: muscle pain (1) + fever of 38 degrees Celsius or more (2)"
            " + weight loss of 2 kg or more without diet (2) = 5, at most 3, so 3"
        ),
        "skin: purpura (2) + gangrene (6) = 8, at most 6, so 6",
        "nervous system: headache (1) = 1",
        "total 10",
        "major items as in BVAS/WG (1): gangrene",
        (
            "other items (5): muscle pain, fever of 38 degrees Celsius or more,"
            " weight loss of 2 kg or more without diet, purpura, headache"
        ),
    ]


def test_bvas_column_of_points() -> None:
    assert steps("bvas_v3", none_but("bvas_v3", "first_assessment"))[0].endswith("as in every first assessment")
    assert steps("bvas_v3", none_but("bvas_v3", "nodules_cavities"))[0].endswith(
        "as always with 'nodules or cavities of the lung'"
    )
    assert steps("bvas_v3", none_but("bvas_v3", "purpura", "all_persistent"))[:2] == [
        "column of points: persistent, for all that is ticked is",
        "skin: purpura (1) = 1",
    ]


def test_bvas_with_the_column_open() -> None:
    answers = none_but("bvas_v3", "purpura", "scleritis_episcleritis", "scleritis_only")
    del answers["first_assessment"], answers["all_persistent"], answers["uveitis"]
    assert steps("bvas_v3", answers) == [
        "column of points: new or worse, or persistent, which was not answered",
        "new or worse: skin: purpura (2) = 2",
        (
            "new or worse: mucous membranes and eyes: scleritis or episcleritis (2) + what was not assessed = 2 to 8,"
            " at most 6, so 2 to 6"
        ),
        "new or worse: total 4 to 8",
        "persistent: skin: purpura (1) = 1",
        "persistent: mucous membranes and eyes: scleritis or episcleritis (1) + what was not assessed = 1 to 3",
        "persistent: total 2 to 4",
        "major items as in BVAS/WG (1): scleritis or episcleritis",
        "other items (1): purpura",
    ]


def test_myositis_with_a_decided_form() -> None:
    present = ("age_ge_40", "weak_prox_upper", "weak_prox_lower", "neck_flex_weaker", "no_better_explanation")
    assert steps("iim_eular_acr_2017", none_but("iim_eular_acr_2017", *present)) == [
        "points without a biopsy",
        "  first symptom at 40 years of age or later: 2.1",
        "  objective symmetric weakness of the proximal arms: 0.7",
        "  objective symmetric weakness of the proximal legs: 0.8",
        "  neck flexors weaker than neck extensors: 1.9",
        "score 5.5; possible from 5.3, probable from 5.5, definite from 7.5: probable",
        "formula: 1 / (1 + exp(5.33 - 5.5)) = 54.24 %",
        "the published category stands for 55 % or more, so the probability is 55 %",
        "subgroup: PM, no skin feature, and no sign of inclusion body myositis",
    ]


def test_myositis_with_a_biopsy_and_a_gap() -> None:
    present = ("age_18_39", "heliotrope", "gottron_sign", "biopsy_read", "no_better_explanation")
    answers = none_but("iim_eular_acr_2017", *present)
    del answers["weak_prox_upper"]
    assert steps("iim_eular_acr_2017", answers) == [
        "points with a biopsy that was read",
        "  first symptom from 18 to 39 years of age: 1.5",
        "  heliotrope rash: 3.2",
        "  Gottron's sign, flat redness over extensor sides of joints: 3.7",
        "not assessed: weak_prox_upper",
        "category: probable or definite",
        "subgroup: ADM or DM",
    ]


def test_myositis_that_another_disease_explains() -> None:
    assert steps("iim_eular_acr_2017", {"no_better_explanation": False}) == [
        "another disease explains the picture better: the criteria do not apply"
    ]


def test_strength() -> None:
    grades = dict.fromkeys(instrument("mmt8").items, 9)
    del grades["deltoid.left"]
    assert steps("mmt8", grades) == [
        "axial: 9 = 9 of 10",
        "proximal: 9 + ? + 9 + 9 + 9 + 9 + 9 + 9 + 9 + 9 = 81 to 91 of 100",
        "distal: 9 + 9 + 9 + 9 = 36 of 40",
        "both sides: 126 to 136 of 150; neck and right side: 72 of 80",
        "?: not tested, may be anything from 0 to 10; nothing is scaled up",
    ]


def test_disability() -> None:
    answers = {
        item: False if known.choices == ("true", "false") else "no_difficulty"
        for item, known in instrument("haq_di").items.items()
    }
    answers |= {"rated_by": "patient", "dress_self": "skipped", "shampoo_hair": "skipped"}
    answers |= {"climb_five_steps": "some_difficulty", "aid.walking": True}
    found = steps("haq_di", answers)
    assert found[0] == "dressing and grooming: no answer, left out"
    assert found[3] == "walking: worst activity 1, raised to 2 by aid.walking"
    assert found[-1] == "2 points in 7 categories: 0.2857"


def test_classification_of_vasculitis() -> None:
    answers = none_but("acr_eular_gpa_2022", "canca_or_pr3", "panca_or_mpo") | {"eosinophils": 0.1}
    del answers["nasal"]
    assert steps("acr_eular_gpa_2022", {**answers, "eosinophils": None}) == [
        "canca_or_pr3: +5",
        "panca_or_mpo: -1",
        "not assessed: nasal",
        "total 4 to 7; GPA is classified from 5 points on",
    ]


def test_wegener_and_chapel_hill() -> None:
    answers = dict.fromkeys(instrument("bvas_wg").items, "none")
    answers |= {"rbc_casts": "new_worse", "hematuria_no_casts": "new_worse", "fever": "persistent"}
    assert steps("bvas_wg", answers) == [
        "major findings, 3 each: 1: rbc_casts (new_worse)",
        "minor findings, 1 each: 1: fever (persistent)",
        "state: severe",
    ]
    told = {"physician_diagnosis": "MPA", "granulomatous_inflammation": True}
    assert steps("chcc_2012", told) == [
        "diagnosis by the physician: MPA, microscopic polyangiitis",
        "necrotizing_small_vessel_vasculitis should be yes: not assessed",
        "granulomatous_inflammation should be no: it is not",
        "few_or_no_immune_deposits should be yes: not assessed",
        "asthma_and_eosinophilia should be no: not assessed",
        "a finding contradicts the diagnosis: a person has to look",
    ]


def test_responses() -> None:
    day = date(2026, 1, 10), date(2026, 4, 10)
    answers = {
        "screening": date(2026, 12, 1),
        "therapy": [["glucocorticoid", *day], ["rituximab", *day]],
        "assessments": [[date(2026, 6, 1), 0, 5, 0, 0], [date(2026, 11, 1), 6, 5, 1, 0]],
    }
    assert steps("aav_remission_relapse", answers) == [
        "therapy is adequate from 2026-04-10 on",
        "2026-06-01: BVAS 0 with 7.5 mg prednisone a day or less: response",
        "2026-11-01: relapse, in the 12 weeks before screening",
        "so: relapsed",
    ]
    measured = {"physician_global.baseline": 6, "physician_global.follow_up": 2, "mmt.baseline": 100}
    found = steps("imacs_tis_2016", {**measured, "mmt_form": "150"})
    assert found[0] == "physician's global activity: improved by 40 % of the scale, 17.5 points"
    assert found[2] == "manual muscle testing: not complete, 0 to 32.5 points"
    assert found[-1] == "total: 17.5 to 97.5 of 100"
