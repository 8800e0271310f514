"""How the lupus instruments explain themselves, and what they warn of, word by word."""

from decimal import Decimal
from typing import Any

import pytest

from dosepath.core.instrument import RefusalKind, Score
from dosepath.interop.answers_yaml import answers_of
from tests.unit.instruments.case_files import instrument
from tests.unit.response.test_lupus import calm


def score(name: str, document: dict[str, Any]) -> Score:
    return instrument(name).score(answers_of(instrument(name).items, document))


STEPS: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    (
        "sri4",
        {
            **calm(),
            "bilag_now.renal": "B",
            "bilag_baseline.ophthalmic": None,
            "sledai_baseline": 12,
            "pga_baseline": 1,
            "pga_now": Decimal("1.3"),
            "failure": True,
        },
        [
            "SLEDAI-2K 12 at baseline, 0 to 105 now; a fall of 4 is asked for",
            "BILAG renal: C at baseline, B now",
            "BILAG not graded at baseline: ophthalmic",
            "no new A and at most one new B: met",
            "physician's global assessment not worse by 0.3 or more: not met",
            "prohibited drug or treatment stopped: yes",
        ],
        [],
    ),
    (
        "sri4",
        {**calm(), "bilag_now.renal": "A", "bilag_baseline.ophthalmic": "B", "bilag_now.ophthalmic": "E"},
        [
            "SLEDAI-2K 0 to 105 at baseline, 0 to 105 now; a fall of 4 is asked for",
            "BILAG ophthalmic: B at baseline, E now",
            "BILAG renal: C at baseline, A now",
            "no new A and at most one new B: not met",
            "physician's global assessment not worse by 0.3 or more: unknown",
            "prohibited drug or treatment stopped: not assessed",
        ],
        ["ophthalmic: E means never active, but it was B at baseline; D is meant"],
    ),
    (
        "sri4",
        {**calm(), "bilag_now.renal": None, "sledai_baseline": 3, "sledai_now": 0, "failure": False},
        [
            "SLEDAI-2K 3 at baseline, 0 now; a fall of 4 is asked for",
            "BILAG not graded now: renal",
            "no new A and at most one new B: unknown",
            "physician's global assessment not worse by 0.3 or more: unknown",
            "prohibited drug or treatment stopped: no",
        ],
        ["baseline below 4 points of SLEDAI-2K: no response is possible"],
    ),
    (
        "bicla",
        {
            **calm(),
            "bilag_baseline.renal": "B",
            "bilag_now.ophthalmic": None,
            "sledai_baseline": 12,
            "sledai_now": 13,
            "pga_baseline": 1,
            "pga_now": 1,
            "failure": False,
        },
        [
            "BILAG renal: B at baseline, C now",
            "BILAG not graded now: ophthalmic",
            "by BILAG alone: open",
            "SLEDAI-2K not higher than at baseline: not met",
            "physician's global assessment not worse by 0.3 or more: met",
            "treatment failure: no",
        ],
        ["active through one B alone: most trials ask for an A or two B at baseline"],
    ),
    (
        "bicla",
        {**calm(), "pga_baseline": 1, "pga_now": Decimal("1.3")},
        [
            "by BILAG alone: not evaluable",
            "SLEDAI-2K not higher than at baseline: unknown",
            "physician's global assessment not worse by 0.3 or more: not met",
            "treatment failure: not assessed",
        ],
        [],
    ),
    (
        "doris_2021",
        {"sledai_clinical": 0, "pga": Decimal("0.5"), "prednisone_mg_day": 5, "background_stable": True},
        [
            "clinical SLEDAI-2K 0: 0 is asked for",
            "physician's 0 to 3, below 0.5: 0.5",
            "prednisone, up to 5 mg a day: 5",
            "background stable: yes",
        ],
        [
            "0.5 is no remission here; an older table of the same group allows it",
            "5 mg are allowed as the abstract prints it; a table of the paper prints 'below 5'",
        ],
    ),
    (
        "doris_2021",
        {"background_stable": False},
        [
            "clinical SLEDAI-2K 0 to 101: 0 is asked for",
            "physician's 0 to 3, below 0.5: 0 to 3",
            "prednisone, up to 5 mg a day: 0 or more",
            "background stable: no",
        ],
        [],
    ),
    (
        "lldas",
        {
            "sledai_total": 4,
            "major_organ_activity": False,
            "new_activity": True,
            "pga": Decimal("0.8"),
            "prednisone_mg_day": Decimal("7.5"),
            "hemolytic_anemia": True,
            "gi_activity": False,
            "maintenance": True,
            "investigational_drug": True,
        },
        [
            "L1: SLEDAI-2K 4, at most 4",
            "L1: activity of a major organ: no",
            "L1: haemolytic anaemia of lupus: yes",
            "L1: activity of lupus in the gut: no",
            "L2: anything new: yes",
            "L3: physician's 0 to 3: 0.8, at most 1",
            "L4: prednisone 7.5 mg a day, at most 7.5",
            "L5: immunosuppressants and biologics, if any, at tolerated maintenance doses: yes",
            "L5: takes an investigational drug now: yes",
        ],
        ["a cell product infused once is not a drug that is taken now"],
    ),
    (
        "lldas",
        {"first_assessment": True},
        [
            "L1: SLEDAI-2K 0 to 105, at most 4",
            "L1: activity of a major organ: open",
            "L1: haemolytic anaemia of lupus: open",
            "L1: activity of lupus in the gut: open",
            "L2: anything new: does not apply",
            "L3: physician's 0 to 3: 0 to 3, at most 1",
            "L4: prednisone 0 or more mg a day, at most 7.5",
            "L5: immunosuppressants and biologics, if any, at tolerated maintenance doses: open",
            "L5: takes an investigational drug now: open",
        ],
        ["first assessment: nothing to compare with, so that L2 does not apply"],
    ),
    (
        "lupus_nephritis_response",
        {"upcr_baseline": 4, "upcr": 1, "egfr_baseline": 100, "egfr": 85, "egfr_before_flare": 80, "biopsy": True},
        [
            "nephritis at baseline: ratio 4 g/g, 0.5 or more is asked for, or a biopsy: yes",
            "ratio now 1 g/g: complete below 0.5, partial below 3",
            "ratio now is 25 % of the baseline: partial up to 50 %",
            "eGFR is 85 % of the baseline: 85 % or more is asked for",
            "eGFR is 106.25 % of the eGFR before the flare: 80 % or more is asked for",
        ],
        [],
    ),
    (
        "lupus_nephritis_response",
        {"upcr_baseline": 0, "upcr": 1, "egfr": 85, "biopsy": False},
        [
            "nephritis at baseline: ratio 0 g/g, 0.5 or more is asked for, or a biopsy: no",
            "ratio now 1 g/g: complete below 0.5, partial below 3",
        ],
        [],
    ),
    ("lupus_nephritis_response", {"egfr_baseline": 0, "egfr": 85}, [], []),
    (
        "prednisone_equivalent",
        {
            "drugs": [
                ["dexamethasone", 3, 1],
                ["joint_injection", 40, 1],
                {"drug": "prednisone", "per_day": 1},
                ["other", 5, 1],
            ],
            "list_complete": False,
        },
        [
            "dexamethasone 3 mg x 1 a day x 5 / 0.75 = 20 mg",
            "joint_injection 40 mg x 1 a day = 0 mg",
            "prednisone ? mg x 1 a day x 5 / 5 = open",
            "other 5 mg x 1 a day = open",
            "sum 20 mg a day or more; the list is not complete",
        ],
        [
            "a glucocorticoid without a place in the table: the sum is only a lower bound",
            "injected into a joint: not counted, list it apart",
        ],
    ),
    (
        "prednisone_equivalent",
        {"drugs": [{"mg": 5}]},
        ["drug not named 5 mg x ? a day = open", "sum 0 mg a day or more; the list is not said to be complete"],
        [],
    ),
    (
        "prednisone_equivalent",
        {"drugs": [["prednisone", 5, 1]], "list_complete": True},
        ["prednisone 5 mg x 1 a day x 5 / 5 = 5 mg", "sum 5 mg a day; the list is complete"],
        [],
    ),
    ("prednisone_equivalent", {"list_complete": True}, ["sum 0 mg a day or more; the list is complete"], []),
    (
        "pga",
        {"scale": "0-10", "value": 3, "baseline": 2},
        [
            "value on 0-10: 3 x 3 / 10 = 0.9",
            "baseline on 0-10: 2 x 3 / 10 = 0.6",
            "worse from a rise of 0.3",
        ],
        ["recorded on 0-10; composites use the scale of 0 to 3"],
    ),
    ("pga", {"scale": "0-3", "value": 3}, ["value on 0-3: 3 x 3 / 3 = 3"], []),
]


@pytest.mark.parametrize(("name", "document", "steps", "flags"), STEPS)
def test_steps_and_flags(name: str, document: dict[str, Any], steps: list[str], flags: list[str]) -> None:
    scored = score(name, document)
    assert list(scored.steps) == steps
    assert [flag.text for flag in scored.flags] == flags


def test_a_mark_off_its_scale_is_out_of_range() -> None:
    scored = score("pga", {"scale": "0-3", "value": 4, "baseline": Decimal("3.5")})
    assert [(refusal.item, refusal.kind) for refusal in scored.refused] == [
        ("value", RefusalKind.OUT_OF_RANGE),
        ("baseline", RefusalKind.OUT_OF_RANGE),
    ]


def test_without_bilag_says_so() -> None:
    flags = {flag.id: flag.text for flag in score("sri4", {}).flags}
    assert flags == {
        "without_bilag": "no grade of BILAG at one of the visits: what the others say together is no SRI-4"
    }
