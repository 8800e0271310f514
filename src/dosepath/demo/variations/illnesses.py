"""Variations of other illness: cancer, brain, heart, second autoimmune disease, allergy, mood."""

from dosepath.demo.chart import Allergy, Code, Diagnosis, Edit, Intervention, drop, judge, put
from dosepath.demo.dates import Ago, Straddling, When
from dosepath.demo.variation import Variation

_HALF_YEAR = Ago(months=6)
_DAY_BEFORE = Ago(months=6, days=1)
_DAY_INTO = Ago(months=6, days=-1)


def _skin_cancer(over: When) -> tuple[Edit, ...]:
    return (put(Diagnosis("skin cancer", "C44.91", Ago(months=31), over)), judge(skin_cancer_non_invasive=True))


def _event(key: str, code: str, when: When) -> Edit:
    """Let something happen on one day."""
    return put(Diagnosis(key, code, when, when))


ILLNESSES = (
    Variation(
        "skin-cancer-2-years",
        "basal cell carcinoma, not invasive, free of it for exactly 2 years",
        "eligible",
        _skin_cancer(Ago(months=24)),
        on=("E01.x",),
    ),
    Variation(
        "skin-cancer-over-2-years",
        "basal cell carcinoma, not invasive, free of it for 2 years and a day",
        "eligible",
        _skin_cancer(Ago(months=24, days=1)),
        inside=("E01.x",),
    ),
    Variation(
        "skin-cancer-under-2-years",
        "basal cell carcinoma, not invasive, free of it for one day less than 2 years and not called cured",
        "not_eligible",
        (*_skin_cancer(Ago(months=24, days=-1)), judge(malignancy_cured=False)),
        outside=("E01.x",),
    ),
    Variation(
        "skin-cancer-date-unclear",
        "basal cell carcinoma, not invasive; its end is dated so coarsely that it may be 2 years ago or less",
        "undecided",
        _skin_cancer(Straddling(Ago(months=24, days=-1))),
        unknown=("E01.x",),
    ),
    Variation(
        "prostate-cancer-cured",
        "localised prostate cancer, radically treated and cured",
        "eligible",
        (
            put(Diagnosis("prostate cancer", "C61", Ago(months=50), Ago(months=44))),
            judge(prostate_localised_radical=True, malignancy_cured=True),
        ),
        sex="male",
        birth=Ago(months=61 * 12 + 4),
        about=("E01.x",),
    ),
    Variation(
        "cervical-carcinoma-in-situ",
        "carcinoma in situ of the cervix, treated 4 years ago and cured",
        "eligible",
        (put(Diagnosis("cervical cancer", "D06.9", Ago(months=50), Ago(months=48))), judge(malignancy_cured=True)),
        sex="female",
        about=("E01.x",),
    ),
    Variation(
        "ductal-carcinoma-in-situ",
        "ductal carcinoma in situ of the breast after radical resection, cured",
        "eligible",
        (
            put(Diagnosis("breast cancer", "D05.10", Ago(months=70), Ago(months=66))),
            judge(dcis_radical_resection=True, malignancy_cured=True),
        ),
        sex="female",
        about=("E01.x",),
    ),
    Variation(
        "breast-cancer",
        "breast cancer 9 years ago, thought cured; not on the list of exceptions",
        "not_eligible",
        (put(Diagnosis("breast cancer", "C50.919", Ago(months=108), Ago(months=97))), judge(malignancy_cured=True)),
        sex="female",
        about=("E01.1", "E01.x"),
    ),
    Variation(
        "data-refuted-cancer",
        "data quality: a diagnosis of breast cancer that was refuted",
        "eligible",
        (put(Diagnosis("breast cancer", "C50.919", Ago(months=14), verification="refuted")),),
        sex="female",
        about=("E01.1",),
    ),
    Variation(
        "stroke-at-6-months",
        "stroke, over exactly 6 months ago",
        "not_eligible",
        (put(Diagnosis("stroke", "I63.9", Ago(months=8), _HALF_YEAR)),),
        on=("E05",),
    ),
    Variation(
        "stroke-before-6-months",
        "stroke, over 6 months and a day ago",
        "eligible",
        (put(Diagnosis("stroke", "I63.9", Ago(months=8), _DAY_BEFORE)),),
        inside=("E05",),
    ),
    Variation(
        "stroke-within-6-months",
        "stroke, over one day less than 6 months ago",
        "not_eligible",
        (put(Diagnosis("stroke", "I63.9", Ago(months=8), _DAY_INTO)),),
        outside=("E05",),
    ),
    Variation(
        "convulsion-date-unclear",
        "one convulsion, dated so coarsely that it may lie on either side of the 6 months",
        "undecided",
        (_event("convulsion", "R56.9", Straddling(_HALF_YEAR)),),
        unknown=("E05",),
    ),
    Variation(
        "epilepsy",
        "epilepsy for 12 years, still active",
        "not_eligible",
        (put(Diagnosis("epilepsy", "G40.909", Ago(months=144))),),
        about=("E05",),
    ),
    Variation(
        "trigeminal-neuralgia",
        "trigeminal neuralgia alone, which is exempt",
        "eligible",
        (put(Diagnosis("trigeminal neuralgia", "G50.0", Ago(months=5))),),
        about=("E05",),
    ),
    Variation(
        "infarction-tachycardia-at-6-months",
        "myocardial infarction and ventricular tachycardia exactly 6 months before screening",
        "not_eligible",
        (_event("infarction", "I21.9", _HALF_YEAR), _event("tachycardia", "I47.20", _HALF_YEAR)),
        on=("E13.1", "E13.2"),
    ),
    Variation(
        "infarction-tachycardia-before-6-months",
        "myocardial infarction and ventricular tachycardia 6 months and a day before screening",
        "eligible",
        (_event("infarction", "I21.9", _DAY_BEFORE), _event("tachycardia", "I47.20", _DAY_BEFORE)),
        inside=("E13.1", "E13.2"),
    ),
    Variation(
        "heart-failure-tachycardia-within-6-months",
        "heart failure and ventricular tachycardia since one day less than 6 months",
        "not_eligible",
        (put(Diagnosis("heart failure", "I50.9", _DAY_INTO)), _event("tachycardia", "I47.20", _DAY_INTO)),
        outside=("E13.1", "E13.2"),
    ),
    Variation(
        "infarction-date-unclear",
        "myocardial infarction, dated so coarsely that it may lie on either side of the 6 months",
        "undecided",
        (_event("infarction", "I21.9", Straddling(_HALF_YEAR)),),
        unknown=("E13.1",),
    ),
    Variation(
        "stent-within-6-months",
        "coronary stent 4 months before screening",
        "not_eligible",
        (put(Intervention("stent", "415070008", Ago(months=4))),),
        about=("E13.1",),
    ),
    Variation(
        "data-stent-not-done",
        "data quality: a coronary stent 2 months ago was planned and not done",
        "eligible",
        (put(Intervention("stent", "415070008", Ago(months=2), status="not-done")),),
        about=("E13.1",),
    ),
    Variation(
        "hypertensive-crisis-at-6-months",
        "hypertensive emergency exactly 6 months before screening",
        "not_eligible",
        (_event("hypertensive crisis", "I16.1", _HALF_YEAR),),
        on=("E13.3@date",),
    ),
    Variation(
        "hypertensive-crisis-before-6-months",
        "hypertensive emergency 6 months and a day before screening",
        "eligible",
        (_event("hypertensive crisis", "I16.1", _DAY_BEFORE),),
        inside=("E13.3@date",),
    ),
    Variation(
        "hypertensive-crisis-within-6-months",
        "hypertensive emergency one day less than 6 months before screening",
        "not_eligible",
        (_event("hypertensive crisis", "I16.1", _DAY_INTO),),
        outside=("E13.3@date",),
    ),
    Variation(
        "right-bundle-branch-block",
        "right bundle branch block alone, which may enter",
        "eligible",
        (judge(ecg_conduction=Code("rbbb")),),
        about=("E13.2",),
    ),
    Variation(
        "bifascicular-block",
        "bifascicular block on the ECG",
        "not_eligible",
        (judge(ecg_conduction=Code("bifascicular_block")),),
        about=("E13.2",),
    ),
    Variation(
        "conduction-not-recorded",
        "conduction on the ECG not recorded",
        "undecided",
        (drop("ecg_conduction"),),
        unknown=("E13.2",),
    ),
    Variation(
        "long-qt",
        "long QT syndrome known from childhood",
        "not_eligible",
        (put(Diagnosis("long qt", "I45.81", Ago(months=200))),),
        about=("E13.2",),
    ),
    Variation(
        "rheumatoid-arthritis-treated",
        "rheumatoid arthritis as well, requiring systemic treatment",
        "not_eligible",
        (
            put(Diagnosis("rheumatoid arthritis", "M05.9", Ago(months=30))),
            judge(other_autoimmune_requires_systemic_treatment=True),
        ),
        about=("E14",),
    ),
    Variation(
        "rheumatoid-arthritis-not-judged",
        "rheumatoid arthritis as well; nobody judged whether it requires systemic treatment",
        "undecided",
        (put(Diagnosis("rheumatoid arthritis", "M05.9", Ago(months=30))),),
        unknown=("E14",),
    ),
    Variation(
        "second-target-disease",
        "secondary Sjögren syndrome, itself one of the five diseases of the trial",
        "eligible",
        (put(Diagnosis("secondary sjogren", "M35.00", Ago(months=26))),),
        arms=("SLE", "dcSSc", "IIM"),
        about=("E14",),
    ),
    Variation(
        "kidney-transplant",
        "kidney transplant 8 years ago",
        "not_eligible",
        (put(Diagnosis("kidney transplant", "Z94.0", Ago(months=96))),),
        about=("E11",),
    ),
    Variation(
        "allergy-severe",
        "severe allergic reaction to fludarabine",
        "not_eligible",
        (put(Allergy("allergy", "fludarabine", "anaphylaxis", severity="severe", criticality="high")),),
        about=("E08",),
    ),
    Variation(
        "allergy-mild",
        "mild rash after cyclophosphamide",
        "eligible",
        (put(Allergy("allergy", "cyclophosphamide", "rash", severity="mild", criticality="low")),),
        about=("E08",),
    ),
    Variation(
        "allergy-of-unknown-severity",
        "allergy to cyclophosphamide, severity not recorded",
        "undecided",
        (put(Allergy("allergy", "cyclophosphamide", "reaction not described")),),
        arms=("SLE", "IIM", "SS"),
        unknown=("E08",),
    ),
    Variation(
        "depression-active",
        "depression, active",
        "not_eligible",
        (put(Diagnosis("depression", "F32.A", Ago(months=9))),),
        about=("E19",),
    ),
    Variation(
        "depression-resolved",
        "one depressive episode, over 3 years ago",
        "eligible",
        (put(Diagnosis("depression", "F32.9", Ago(months=44), Ago(months=36))),),
        about=("E19",),
    ),
)
