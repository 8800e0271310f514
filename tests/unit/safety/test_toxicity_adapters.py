"""Worked cases of toxicity: what a case leaves out, and the keys that it may use, as its conventions say."""

from typing import Any

import pytest

from dosepath.cli.verify.reference import verify

CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("astct_crs_2019", {"temp_max_c": 39, "fever_other_cause": True}, {"grade": 0}),
    ("astct_crs_2019", {"temp_max_c": 39, "hypotension": None}, {"grade_min": 1, "grade_max": 4}),
    (
        "astct_crs_2019",
        {"temp_max_c": 39, "hypotension": None, "oxygen": "low_flow_nc", "flow_l_min": 4},
        {"grade_min": 2, "grade_max": 4},
    ),
    ("astct_crs_2019", {"temp_max_c": 39, "oxygen": "low_flow_nc"}, {"grade": 2}),
    ("astct_crs_2019", {"temp_max_c": 39, "oxygen": "low_flow_nc", "flow_l_min": 8}, {"grade": 3}),
    ("astct_crs_2019", {"temp_max_c": 39, "oxygen": "cpap"}, {"grade": 4}),
    ("astct_crs_2019", {"temp_max_c": 39, "oxygen": "ventilation"}, {"grade": 4}),
    (
        "astct_crs_2019",
        {"temp_max_c": 39, "oxygen": "ventilation", "intubation_reason": "airway_protection"},
        {"grade": 1},
    ),
    ("astct_crs_2019", {"temp_max_c": 39, "hypotension": "pressors", "vasopressors": ["vasopressin"]}, {"grade": 3}),
    ("ice_icans_2019", {"orientation": 5}, {"error": "out_of_range"}),
    ("ice_icans_2019", {}, {"ice": 10, "icans": 0}),
    ("ice_icans_2019", {"icp_edema": "focal_edema"}, {"icans": 3}),
    ("ice_icans_2019", {"motor_weakness": "deep_focal"}, {"icans": 4}),
    ("ice_icans_2019", {"seizure": "prolonged_or_repetitive", "other_cause": ["seizure"]}, {"icans": 0}),
    ("ice_icans_2019", {"orientation": None, "consciousness": "unarousable_or_vigorous"}, {"icans": 4}),
    (
        "iec_hs",
        {"ferritin": 900, "ferritin_uln": 300, "ferritin_infusion": 400, "hemophagocytosis": True},
        {"suspected": True, "main_items": 2},
    ),
    ("iec_hs", {"ferritin": 900, "ferritin_uln": 300, "ferritin_infusion": 400}, {"suspected": False, "main_items": 1}),
    ("iec_hs", {"ferritin": None, "hemophagocytosis": True}, {"suspected": "unknown"}),
    (
        "licats",
        {
            "organ_previously_affected": True,
            "within_bcell_aplasia": True,
            "other_cause_excluded": True,
            "kidney_creatinine": [80, 120],
            "care": "icu",
            "onset_day": 40,
        },
        {"licats": True, "grade": 4, "timing": "late"},
    ),
    (
        "licats",
        {
            "organ_previously_affected": True,
            "within_bcell_aplasia": True,
            "other_cause_excluded": True,
            "kidney_creatinine": [80, 119],
        },
        {"licats": False},
    ),
    (
        "licats",
        {
            "organ_previously_affected": True,
            "within_bcell_aplasia": True,
            "other_cause_excluded": None,
            "new_or_worse_finding": True,
        },
        {"licats": "unknown"},
    ),
    ("icaht", {"mode": "late", "lowest": 450, "second": None}, {"late": 3}),
    ("icaht", {"mode": "late", "lowest": 450, "second": 1600}, {"late": 0}),
    ("icaht", {"mode": "early_series", "series": [[0, 400], [16, 400]]}, {"run500": 1, "early": 1}),
    ("icaht", {"mode": "durations", "le500": 31, "le100": 0, "low_from_start_to_end": False}, {"early": 4}),
    (
        "agvhd_magic",
        {"bsa_pct": 60, "bullae": True, "bilirubin": 1, "upper_gi": 0, "stool_ml": 100},
        {"skin": 4, "liver": 0, "lower_gi": 0, "magic": "IV", "glucksberg": "IV", "skin_only": True},
    ),
    (
        "agvhd_magic",
        {"skin": 0, "bilirubin": 4, "upper_gi": 0, "stool_ml": 1200},
        {"liver": 2, "lower_gi": 2, "magic": "III", "skin_only": False},
    ),
    ("agvhd_magic", {"skin": 0, "liver": 0, "upper_gi": 0, "lower_gi": 0}, {"magic": "0", "skin_only": False}),
    ("agvhd_magic", {"skin": 1, "liver": 0, "upper_gi": 0}, {"magic": "unknown", "skin_only": "unknown"}),
    ("infections", {"term": "Lung infection", "therapy": None}, {"grade": None, "query": True}),
    ("infections", {"term": "Bacteremia", "therapy": "iv", "symptoms": False}, {"grade": 2, "query": False}),
    ("infections", {"term": "Mucosal infection", "therapy": "urgent"}, {"grade": 4, "recode": None}),
    (
        "bcell_igg",
        {"igg": 8, "igg_lln": 7, "ivig_within_60d": True},
        {"hypogammaglobulinaemia": False, "flag": "ivig_confounded"},
    ),
    ("bcell_igg", {"series": [[-6, 120], [7, 80]]}, {"aplasia_start": None, "reconstitution_day": None}),
]


@pytest.mark.parametrize(("instrument", "given", "expected"), CASES, ids=str)
def test_case(instrument: str, given: dict[str, Any], expected: dict[str, Any]) -> None:
    document = {"instrument": instrument, "cases": [{"id": "own", "input": given, "expected": expected}]}
    (result,) = verify(document)
    assert result.passed, result.differences


def test_a_key_that_no_convention_names_is_an_error() -> None:
    (result,) = verify({"instrument": "icaht", "cases": [{"input": {"mode": "weekly"}, "expected": {}}]})
    assert "none of durations, early_series, late" in result.differences[0]
