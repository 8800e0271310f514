"""What the synthetic hospital measures, gives and diagnoses, and how often.

Shares and medians are plausible for a general hospital and invented; they are no epidemiology. Codes and printed ranges
are those of the demonstration patients.
"""

from dataclasses import dataclass
from typing import Final

from dosepath.demo.catalogue import MEASURES

Arm = str


@dataclass(frozen=True, slots=True)
class UnitShare:
    """A unit in which a test is reported: factor from the first unit, decimals, and share of the results."""

    unit: str
    factor: float
    digits: int
    share: float


@dataclass(frozen=True, slots=True)
class Test:
    """A number that is measured.

    Parameters
    ----------
    name
        Name in the catalogue of the demonstration, or in `NOISE`.
    units
        How it is reported.
    median, spread
        Of a log-normal distribution, in the first unit; `spread` is that of the logarithm.
    rate
        Results of one person in two years, on average.
    ranged
        Share of the results with a printed range of normal.
    most
        Largest value; 0 for none.
    """

    name: str
    units: tuple[UnitShare, ...]
    median: float
    spread: float
    rate: float
    ranged: float = 0.6
    most: float = 0


def _one(unit: str, digits: int) -> tuple[UnitShare, ...]:
    return (UnitShare(unit, 1, digits, 1),)


TESTS: Final = (
    Test("anc", (UnitShare("10*9/L", 1, 2, 0.6), UnitShare("/uL", 1000, 0, 0.4)), 4.1, 0.38, 2.0),
    Test("platelets", (UnitShare("10*9/L", 1, 0, 0.6), UnitShare("10*3/uL", 1, 0, 0.4)), 245, 0.3, 2.0),
    Test("hemoglobin", (UnitShare("g/L", 1, 0, 0.5), UnitShare("g/dL", 0.1, 1, 0.5)), 134, 0.13, 2.4),
    Test("inr", _one("{INR}", 2), 1.05, 0.16, 1.0),
    Test("aptt", _one("s", 1), 30.5, 0.14, 1.0),
    Test("ast", _one("U/L", 0), 25, 0.5, 2.0),
    Test("alt", _one("U/L", 0), 24, 0.55, 2.0),
    Test("total_bilirubin", (UnitShare("umol/L", 1, 0, 0.6), UnitShare("mg/dL", 0.0585, 2, 0.4)), 10, 0.5, 2.0),
    Test("creatinine", (UnitShare("umol/L", 1, 0, 0.6), UnitShare("mg/dL", 0.01131, 2, 0.4)), 78, 0.3, 2.4),
    Test("ck", _one("U/L", 0), 110, 0.6, 0.5),
    Test("ldh", _one("U/L", 0), 190, 0.25, 0.7),
    Test("iga", (UnitShare("g/L", 1, 2, 0.6), UnitShare("mg/dL", 100, 0, 0.4)), 2.1, 0.4, 0.3),
    Test("igg", (UnitShare("g/L", 1, 1, 0.6), UnitShare("mg/dL", 100, 0, 0.4)), 10.8, 0.25, 0.3),
    Test("igm", (UnitShare("g/L", 1, 2, 0.6), UnitShare("mg/dL", 100, 0, 0.4)), 1.0, 0.4, 0.3),
    Test("urine_protein_24h", (UnitShare("g/(24.h)", 1, 2, 0.5), UnitShare("mg/(24.h)", 1000, 0, 0.5)), 0.12, 0.9, 0.1),
    Test("weight", (UnitShare("kg", 1, 1, 0.7), UnitShare("[lb_av]", 2.2046, 0, 0.3)), 74, 0.2, 3.0, 0),
    Test("lvef_pct", _one("%", 0), 60, 0.1, 0.3, 0, 80),
    Test("fvc_pct_pred", _one("%", 0), 88, 0.2, 0.1, 0, 130),
    Test("systolic", _one("mm[Hg]", 0), 126, 0.13, 3.0, 0),
    Test("diastolic", _one("mm[Hg]", 0), 77, 0.12, 3.0, 0),
    Test("spo2", _one("%", 0), 97, 0.015, 1.5, 0, 100),
    Test("sodium", _one("mmol/L", 0), 140, 0.02, 1.4),
    Test("potassium", _one("mmol/L", 1), 4.1, 0.09, 1.4),
    Test("glucose", (UnitShare("mmol/L", 1, 1, 0.5), UnitShare("mg/dL", 18.02, 0, 0.5)), 5.5, 0.25, 1.4),
    Test("urea", _one("mmol/L", 1), 5.2, 0.35, 1.0),
    Test("calcium", _one("mmol/L", 2), 2.35, 0.04, 0.8),
    Test("cholesterol", _one("mmol/L", 1), 4.9, 0.22, 0.6),
    Test("crp", _one("mg/L", 1), 3.0, 1.2, 1.0),
    Test("mcv", _one("fL", 0), 90, 0.06, 1.2),
)

NOISE: Final = {
    "systolic": ("8480-6", "Systolic blood pressure"),
    "diastolic": ("8462-4", "Diastolic blood pressure"),
    "sodium": ("2951-2", "Sodium"),
    "potassium": ("2823-3", "Potassium"),
    "glucose": ("2345-7", "Glucose"),
    "urea": ("3094-0", "Urea nitrogen"),
    "calcium": ("17861-6", "Calcium"),
    "cholesterol": ("2093-3", "Cholesterol"),
    "crp": ("1988-5", "C reactive protein"),
    "mcv": ("787-2", "MCV"),
}
"""Tests that the demonstration patients do not have; most say nothing to the trial, as in any hospital."""

RESULTS: Final = {
    "hbsag": (0.5, 0.02),
    "hbv_dna": (0.02, 0.3),
    "anti_hcv": (0.5, 0.015),
    "hcv_rna": (0.02, 0.3),
    "tp_antibody": (0.3, 0.01),
    "hiv_antibody": (0.4, 0.004),
    "igra": (0.2, 0.08),
    "anti_ssa": (0.08, 0.1),
    "anti_dsdna": (0.1, 0.05),
    "pr3_anca": (0.04, 0.04),
    "mpo_anca": (0.04, 0.04),
}
"""Tests that are positive or negative: results of one person, and share that is positive."""

WORKUP_NO: Final = (
    *("pericardial_effusion", "ecg_clinically_significant_abnormality", "clinically_significant_pleural_effusion"),
    *("oxygen_by_mask", "ventilation_support", "other_severe_lung_disease_3m", "active_tb", "tb_symptoms"),
    *("tb_imaging_signs", "uncontrolled_infection", "other_unsuitable_factor", "other_trial_participation"),
    *("intends_other_trial", "intends_other_autoimmune_treatment", "lupus_crisis", "nephritis_needs_prohibited_drugs"),
    *("nephritis_intensive_treatment_14d", "lactating", "surgically_sterile", "tumour_associated_myositis"),
)
WORKUP_YES: Final = (
    *("expected_survival_gt_6_months", "icf_signed", "contraception_agreed", "gamete_donation_refrain_agreed"),
    *("gc_insufficient_or_intolerant", "other_agent_insufficient_or_intolerant", "prior_treatment_effective_doses"),
)
WORKUP_RESULTS: Final = ("hbsag", "anti_hcv", "tp_antibody", "hiv_antibody", "igra")
WORKUP_TESTS: Final = (
    *("anc", "platelets", "hemoglobin", "inr", "aptt", "ast", "alt", "total_bilirubin", "creatinine", "iga", "igg"),
    *("igm", "urine_protein_24h", "weight", "lvef_pct", "systolic", "diastolic", "spo2"),
)
"""What a person with one of the diseases has done when the clinic works them up for the trial."""

WRONG_WAY: Final = 0.01
"""Share of the yes and no of a workup that speak against the person."""
DONE: Final = 0.985
"""Share of the parts of a workup that are on record."""

Scores = dict[str, tuple[tuple[str, float], ...]]

ARMS: Final[dict[Arm, float]] = {"SLE": 0.004, "dcSSc": 0.0008, "AAV": 0.0006, "IIM": 0.0006, "SS": 0.003}
"""The diseases of the trial, and how many people have them."""

DIAGNOSES_OF_ARMS: Final = {
    "SLE": (("M32.10", 0.5), ("M32.9", 0.3), ("M32.14", 0.2)),
    "dcSSc": (("M34.0", 0.6), ("M34.81", 0.4)),
    "AAV": (("M31.30", 0.4), ("M31.31", 0.2), ("M31.7", 0.4)),
    "IIM": (("M33.12", 0.6), ("M33.22", 0.4)),
    "SS": (("M35.00", 0.6), ("M35.01", 0.4)),
}

SCORES_OF_ARMS: Final[dict[Arm, Scores]] = {
    "SLE": {
        "eular_acr_sle_2019_classified": (("true", 0.95), ("false", 0.05)),
        "sledai_2k_total": (("12", 0.4), ("8", 0.3), ("6", 0.3)),
        "sledai_2k_clinical": (("8", 0.7), ("4", 0.3)),
        "disease_activity_state": (("active", 0.8), ("inactive", 0.2)),
    },
    "dcSSc": {
        "acr_eular_ssc_2013_classified": (("true", 0.97), ("false", 0.03)),
        "leroy_1988_subset": (("diffuse", 0.6), ("limited", 0.4)),
        "ild_present": (("true", 0.7), ("false", 0.3)),
        "mrss_total": (("18", 0.5), ("24", 0.5)),
        "dlco_pct_pred": (("55", 0.6), ("38", 0.2), ("80", 0.2)),
        "conventional_therapy_outcome": (("no_response", 0.6), ("response", 0.4)),
    },
    "AAV": {
        "chcc_2012_diagnosis": (("GPA", 0.5), ("MPA", 0.4), ("EGPA", 0.1)),
        "bvas_v3_major_items": (("1", 0.6), ("0", 0.4)),
        "bvas_v3_other_items": (("3", 0.5), ("1", 0.5)),
        "bvas_v3_total": (("11", 0.7), ("0", 0.3)),
    },
    "IIM": {
        "iim_eular_acr_2017_probability": (("92", 0.8), ("40", 0.2)),
        "iim_subtype": (("DM", 0.6), ("PM", 0.3), ("IBM", 0.1)),
        "mmt8_total_150": (("120", 0.7), ("148", 0.3)),
        "patient_global_vas_0_10": (("5.5", 0.8), ("1", 0.2)),
        "physician_global_vas_0_10": (("4.5", 0.8), ("1.5", 0.2)),
        "haq_di": (("1.25", 0.8), ("0.125", 0.2)),
    },
    "SS": {
        "sjogren_2016_classified": (("true", 0.95), ("false", 0.05)),
        "unstimulated_salivary_flow": (("0.05", 0.7), ("0.005", 0.3)),
        "essdai_8_domain_total": (("9", 0.5), ("3", 0.5)),
    },
}
"""What the clinic of each disease records, and the shares of its answers."""

DRUGS: Final = (
    # name, system, code, dose, unit, times a day, courses of one person
    ("metformin", "atc", "A10BA02", 500, "mg", "2", 0.9),
    ("amlodipine", "atc", "C08CA01", 5, "mg", "1", 0.9),
    ("atorvastatin", "atc", "C10AA05", 20, "mg", "1", 0.9),
    ("omeprazole", "atc", "A02BC01", 20, "mg", "1", 0.9),
    ("paracetamol", "atc", "N02BE01", 500, "mg", "3", 0.9),
    ("ibuprofen", "rxnorm", "5640", 400, "mg", "3", 0.6),
    ("prednisone", "rxnorm", "8640", 5, "mg", "1", 0.15),
    ("prednisone", "rxnorm", "8640", 40, "mg", "1", 0.05),
    ("methylprednisolone", "rxnorm", "6902", 500, "mg", "1", 0.01),
    ("hydroxychloroquine", "rxnorm", "5521", 200, "mg", "2", 0.02),
    ("methotrexate", "rxnorm", "6851", 15, "mg", "1/7", 0.03),
    ("azathioprine", "rxnorm", "1256", 100, "mg", "1", 0.01),
    ("rituximab", "rxnorm", "121191", 1000, "mg", "1", 0.004),
    ("fluticasone nasal spray", "", "", 50, "ug", "2", 0.2),
)

DRUGS_OF_ARMS: Final = (
    ("prednisone", "rxnorm", "8640", 7.5, "mg", "1"),
    ("prednisone", "rxnorm", "8640", 25, "mg", "1"),
    ("hydroxychloroquine", "rxnorm", "5521", 200, "mg", "2"),
    ("mycophenolate mofetil", "rxnorm", "68149", 1000, "mg", "2"),
    ("azathioprine", "rxnorm", "1256", 100, "mg", "1"),
    ("methotrexate", "rxnorm", "6851", 15, "mg", "1/7"),
    ("cyclophosphamide", "rxnorm", "3002", 100, "mg", "1"),
    ("belimumab", "atc", "L04AG04", 800, "mg", "1/28"),
)
"""Long courses of the people with one of the diseases."""

DIAGNOSES: Final = (
    ("I10", "Essential (primary) hypertension", 0.5),
    ("E11.9", "Type 2 diabetes mellitus without complications", 0.25),
    ("E78.5", "Hyperlipidemia, unspecified", 0.4),
    ("J45.909", "Unspecified asthma, uncomplicated", 0.12),
    ("M05.9", "Rheumatoid arthritis with rheumatoid factor, unspecified", 0.015),
    ("C50.919", "Malignant neoplasm of unspecified site of unspecified female breast", 0.02),
    ("C44.91", "Basal cell carcinoma of skin, unspecified", 0.03),
    ("I63.9", "Cerebral infarction, unspecified", 0.02),
    ("I21.9", "Acute myocardial infarction, unspecified", 0.02),
    ("I50.9", "Heart failure, unspecified", 0.03),
    ("F32.A", "Depression, unspecified", 0.1),
    ("G40.909", "Epilepsy, unspecified, not intractable, without status epilepticus", 0.01),
    ("Z94.0", "Kidney transplant status", 0.002),
)


def code_of(name: str, unit: str) -> tuple[str, str]:
    """Give the LOINC code and the label of a test in a unit."""
    if name in NOISE:
        return NOISE[name]
    measure = MEASURES[name]
    return measure.loinc.get(unit) or measure.loinc.get("") or next(iter(measure.loinc.values())), measure.name


def range_of(name: str, unit: str) -> tuple[float | None, float | None]:
    """Give the printed range of a test in a unit."""
    low, high = MEASURES[name].ranges.get(unit, (None, None)) if name in MEASURES else (None, None)
    return None if low is None else float(low), None if high is None else float(high)
