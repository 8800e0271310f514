"""Variations of idiopathic inflammatory myopathy: classification, strength, the other core set measures, relatives."""

from dosepath.demo.chart import Arm, Code, Diagnosis, Edit, Relative, change, drop, judge, not_asserted, put, result
from dosepath.demo.dates import Ago
from dosepath.demo.variation import Variation

_IIM: tuple[Arm, ...] = ("IIM",)
_PATIENT, _PHYSICIAN, _OUTSIDE_MUSCLE, _DISABILITY, _ENZYME = (f"I02.4.b.{number}" for number in range(2, 7))


def _measures(patient: str, physician: str, outside_muscle: str, haq: str, ck: str) -> tuple[Edit, ...]:
    """Set the five other core set measures; all enzymes but CK normal."""
    return (
        result("patient_global_vas_0_10", patient),
        result("physician_global_vas_0_10", physician),
        result("extramuscular_vas_0_10", outside_muscle),
        result("haq_di", haq),
        result("ck", f"{ck} U/L", high="200"),
        result("ldh", "212 U/L"),
        result("aldolase", "6.1 U/L"),
        result("ast", "33 U/L"),
        result("alt", "37 U/L"),
    )


def _strength_and_probability(mmt8: int, probability: str) -> tuple[Edit, ...]:
    return (
        result("mmt8_total_150", str(mmt8)),
        result("iim_eular_acr_2017_probability", f"{probability} %"),
    )


MYOSITIS = (
    Variation(
        "probability-55-strength-141",
        "probability of myositis exactly 55 %, MMT-8 exactly 141 of 150",
        "eligible",
        _strength_and_probability(141, "55"),
        arms=_IIM,
        on=("I02.4.a.1", "I02.4.b.1"),
    ),
    Variation(
        "probability-56-strength-140",
        "probability of myositis 56 %, MMT-8 140 of 150",
        "eligible",
        _strength_and_probability(140, "56"),
        arms=_IIM,
        inside=("I02.4.a.1", "I02.4.b.1"),
    ),
    Variation(
        "probability-54.9",
        "probability of myositis 54.9 %, just below the limit",
        "not_eligible",
        (result("iim_eular_acr_2017_probability", "54.9 %"),),
        arms=_IIM,
        outside=("I02.4.a.1",),
    ),
    Variation(
        "strength-142",
        "MMT-8 142 of 150, one above the limit",
        "not_eligible",
        (result("mmt8_total_150", "142"),),
        arms=_IIM,
        outside=("I02.4.b.1",),
    ),
    Variation(
        "strength-71-of-80",
        "one-sided MMT-8 71 of 80: the two-sided total cannot be above 141",
        "eligible",
        (drop("mmt8_total_150"), result("mmt8_total_80", "71")),
        arms=_IIM,
        about=("I02.4.b.1",),
    ),
    Variation(
        "strength-72-of-80",
        "one-sided MMT-8 72 of 80: the two-sided total cannot be known",
        "undecided",
        (drop("mmt8_total_150"), result("mmt8_total_80", "72")),
        arms=_IIM,
        unknown=("I02.4.b.1",),
    ),
    Variation(
        "patient-and-disability-on-limit",
        "two of five measures, both on the limit: patient 2.0 and HAQ-DI 0.25; physician 1.9, outside muscle 1.9, CK "
        "exactly 1.5 times the upper limit",
        "eligible",
        _measures("2.0", "1.9", "1.9", "0.25", "300"),
        arms=_IIM,
        on=(_PATIENT, _DISABILITY, _ENZYME),
        outside=(_PHYSICIAN, _OUTSIDE_MUSCLE),
    ),
    Variation(
        "physician-and-outside-muscle-on-limit",
        "two of five measures, both on the limit: physician 2.0 and outside muscle 2.0; patient 1.9, HAQ-DI 0.125",
        "eligible",
        _measures("1.9", "2.0", "2.0", "0.125", "300"),
        arms=_IIM,
        on=(_PHYSICIAN, _OUTSIDE_MUSCLE, _ENZYME),
        outside=(_PATIENT, _DISABILITY),
    ),
    Variation(
        "all-measures-inside",
        "patient, physician and outside muscle 2.1, HAQ-DI 0.375, CK 301 with the limit at 300: each one step inside",
        "eligible",
        _measures("2.1", "2.1", "2.1", "0.375", "301"),
        arms=_IIM,
        inside=(_PATIENT, _PHYSICIAN, _OUTSIDE_MUSCLE, _DISABILITY, _ENZYME),
    ),
    Variation(
        "one-measure-only",
        "only the physician's assessment (2.0) abnormal; the other measures just below, CK 299 with the limit at 300",
        "not_eligible",
        _measures("1.9", "2.0", "1.9", "0.125", "299"),
        arms=_IIM,
        on=(_PHYSICIAN,),
        outside=(_PATIENT, _OUTSIDE_MUSCLE, _DISABILITY, _ENZYME),
    ),
    Variation(
        "enzymes-without-limit",
        "only the patient's assessment abnormal; CK 820 U/L printed without an upper limit, other enzymes normal",
        "undecided",
        (*_measures("4.5", "1.5", "1.0", "0", "820"), change("ck", low=None, high=None)),
        arms=_IIM,
        unknown=(_ENZYME,),
    ),
    Variation(
        "amyopathic",
        "amyopathic dermatomyositis",
        "not_eligible",
        (judge(iim_subtype=Code("ADM")), change("myositis", code="M33.13")),
        arms=_IIM,
        about=("I02.4.a.2",),
    ),
    Variation(
        "subtype-not-judged",
        "subtype of myositis not recorded",
        "undecided",
        (drop("iim_subtype"),),
        arms=_IIM,
        unknown=("I02.4.a.2",),
    ),
    Variation(
        "ast-from-muscle",
        "AST 121 U/L from muscle, one above 3 times the upper limit; the protocol makes no exception",
        "not_eligible",
        (result("ast", "121 U/L", high="40"),),
        arms=_IIM,
        outside=("I04.c.1",),
    ),
    Variation(
        "relative-with-drug-myopathy",
        "a brother with drug-induced myopathy",
        "not_eligible",
        (put(Relative("brother", "brother", "G72.0")),),
        arms=_IIM,
        about=("E15",),
    ),
    Variation(
        "family-history-not-asserted",
        "the site does not assert that the family history is complete",
        "undecided",
        (not_asserted("family_history"),),
        arms=_IIM,
        unknown=("E15",),
    ),
    Variation(
        "tumour-associated",
        "breast cancer shortly before the myositis, judged to be its cause",
        "not_eligible",
        (
            put(Diagnosis("breast cancer", "C50.919", Ago(months=58), Ago(months=50))),
            judge(tumour_associated_myositis=True, malignancy_cured=True),
        ),
        arms=_IIM,
        sex="female",
        about=("E01.1", "E01.2"),
    ),
)
