"""What the grades of toxicity say about how they came about."""

from decimal import Decimal
from typing import Any

import pytest

from dosepath.interop.answers_yaml import answers_of
from dosepath.trial.catalog import catalog

CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "astct_crs_2019",
        {
            "temp_max_c": Decimal("38.6"),
            "fever_other_cause": True,
            "crs_established": True,
            "prior_antipyretic_or_anticytokine": True,
            "hypotension": "pressors",
            "vasopressors": ["norepinephrine", "vasopressin"],
            "oxygen": "nasal_cannula",
            "flow_l_min": 4,
            "died_of_crs": False,
        },
        [
            "highest temperature 38.6 degrees: fever with another cause",
            "CRS stands and was treated: fever is not asked for",
            "blood pressure: one vasopressor, grade 3",
            "oxygen: nasal cannula, 4 L/min",
            "grade 3",
        ],
    ),
    (
        "astct_crs_2019",
        {"temp_max_c": 38, "hypotension": "fluids_only", "crs_established": True},
        [
            "highest temperature 38 degrees: fever",
            "blood pressure: needs fluids, grade 2",
            "grade 0 or 2 or 3 or 4 or 5",
        ],
    ),
    (
        "astct_crs_2019",
        {
            "temp_max_c": 37,
            "hypotension": "none",
            "oxygen": "none",
            "died_of_crs": False,
            "prior_antipyretic_or_anticytokine": True,
        },
        [
            "highest temperature 37 degrees: no fever",
            "blood pressure: not low",
            "oxygen: no oxygen beyond what the patient had at home",
            "grade 0",
        ],
    ),
    (
        "astct_crs_2019",
        {"vasopressors": ["dopamine", "no such drug"], "died_of_crs": True},
        [
            "blood pressure: one vasopressor, grade 3 or several vasopressors, vasopressin not counted, grade 4",
            "grade 5",
        ],
    ),
    (
        "ice_icans_2019",
        {
            "orientation": 3,
            "naming": 3,
            "command": 1,
            "writing": 0,
            "attention": 0,
            "consciousness": "awakens_to_voice",
            "seizure": "prolonged_or_repetitive",
            "motor_weakness": "none",
            "icp_edema": "none",
            "other_cause": ["seizure"],
            "died_of_icans": False,
        },
        [
            "ICE 7",
            "level of consciousness: awakens to voice, grade 2",
            "seizures: longer than 5 minutes, or repeated without return to baseline, has another cause",
            "weakness: none, grade 0",
            "swelling of the brain or signs of pressure: none, grade 0",
            "grade 2: the worst axis",
        ],
    ),
    ("ice_icans_2019", {"orientation": 3, "died_of_icans": True}, ["ICE 3 to 9", "grade 5: the worst axis"]),
    (
        "iec_hs",
        {"ferritin": 900, "ferritin_uln": 300, "hemophagocytosis": True, "better_cause": True, "cytopenia_grade": 3},
        [
            "ferritin above twice the upper limit: yes",
            "ferritin above twice the value at infusion: not known",
            "ferritin rises rapidly: not known",
            "transaminases above five times their limit: not known",
            "fibrinogen below 1.5 g/L: not known",
            "fibrinogen below the lower limit: not known",
            "haemophagocytosis: yes",
            "cytopenia of grade 4: no",
            "the time fits: not known",
            "something else explains it better: yes",
            "suspected: high ferritin, a further main item, the time, no better cause: no",
        ],
    ),
    (
        "licats",
        {
            "organ_previously_affected": True,
            "within_bcell_aplasia": True,
            "other_cause_excluded": True,
            "new_or_worse_finding": True,
            "care": "hospital",
            "onset_day": 20,
        },
        [
            "the autoimmune disease had affected this organ before: yes",
            "B cells are absent: yes",
            "another cause was excluded: yes",
            "new or worse finding, creatinine included: yes",
            "care: a new or longer hospital stay",
            "onset on day 20: intermediate",
            "LICATS, grade 3",
        ],
    ),
    (
        "licats",
        {"organ_previously_affected": False, "creatinine": 80, "creatinine_baseline": 80},
        [
            "the autoimmune disease had affected this organ before: no",
            "B cells are absent: not known",
            "another cause was excluded: not known",
            "new or worse finding, creatinine included: not known",
            "not LICATS",
        ],
    ),
    (
        "icaht",
        {"anc_series": [[0, 2000], [4, 400], [8, 90], [12, 2000], [40, 900], [50, 1100]]},
        [
            "days 0 to 30: longest run of 500 or less 5 d, of 100 or less 1 d",
            "early grade 1",
            "days 31 to 100: lowest count 900, the second 1100: late grade 2",
        ],
    ),
    (
        "icaht",
        {"anc_series": [[0, 400], [4, 400], [40, 900]]},
        [
            "days 0 to 30: longest run of 500 or less 5 d, of 100 or less 0 d",
            "low from day 0 to 3 on to the last count: grade 4",
            "early grade 4",
            "days 31 to 100: lowest count 900, no second one: late grade 2",
        ],
    ),
    ("icaht", {}, []),
    (
        "t_icaht",
        {"platelet_series": [[0, 200], [4, 40], [8, 10], [12, 200], [40, 90], [50, 110]]},
        [
            "early period: 2 d below 20, 5 d below 50: grade 3",
            "late period: 0 d below 20, 0 d below 50, 1 d below 100, not lasting: grade 0",
        ],
    ),
    ("t_icaht", {"platelet_series": [[40, 90]]}, ["late period: 0 d below 20, 0 d below 50, 1 d below 100: grade 1"]),
    (
        "agvhd_magic",
        {"rash_bsa_pct": 30, "bilirubin": 4, "upper_gi_persistent": False, "grossly_bloody_stool": True},
        [
            "stage of the skin: 2",
            "stage of the liver: 2",
            "stage of the upper gut: 0",
            "stage of the lower gut: 4",
            "MAGIC grade: IV",
            "modified Glucksberg grade: III",
        ],
    ),
    (
        "infections",
        {"term": "Bacteremia", "therapy": "iv", "bacteraemia_symptoms": True, "died_of_infection": False},
        ["coded as Sepsis", "treatment: intravenous drug", "grade 3"],
    ),
    (
        "infections",
        {"term": "Lung infection", "therapy": "none", "died_of_infection": False},
        ["coded as Lung infection", "treatment: none, or prophylaxis only", "no grade of the term fits"],
    ),
    ("infections", {"term": "Bacteremia", "therapy": "iv"}, ["coded as Bacteremia", "treatment: intravenous drug"]),
    (
        "bcell_igg",
        {"cd19_series": [[-6, 120], [7, 2], [28, 6], [60, 9]], "igg": 6, "igg_lln": 7},
        [
            "below 5/uL from day 7 on, back on day 28 and in the sample after it: 21 days",
            "IgG below the limit of the laboratory: yes",
            "IgG below 4 g/L: no",
        ],
    ),
    (
        "bcell_igg",
        {"cd19_series": [[7, 2], [28, 3]], "igg": 6},
        [
            "below 5/uL from day 7 on, not back by the last sample on day 28: 21 days, censored",
            "IgG below the limit of the laboratory: not known",
            "IgG below 4 g/L: no",
        ],
    ),
    (
        "bcell_igg",
        {"cd19_series": [[7, 20]]},
        [
            "no sample after infusion is below 5/uL",
            "IgG below the limit of the laboratory: not known",
            "IgG below 4 g/L: not known",
        ],
    ),
]


@pytest.mark.parametrize(
    ("name", "form", "steps"), CASES, ids=[f"{name} {place}" for place, (name, _, _) in enumerate(CASES)]
)
def test_steps(name: str, form: dict[str, Any], steps: list[str]) -> None:
    scale = catalog().instruments[name]
    assert list(scale.score(answers_of(scale.items, form)).steps) == steps
