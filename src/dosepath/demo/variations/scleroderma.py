"""Variations of diffuse systemic sclerosis: lung function, progression, earlier treatment."""

from dosepath.demo.chart import Arm, Code, Drug, Edit, clear_drugs, drop, judge, put, result
from dosepath.demo.dates import Ago, Straddling, When
from dosepath.demo.variation import Variation

_SSC: tuple[Arm, ...] = ("dcSSc",)
_HALF_YEAR = Ago(months=6)
_FVC_LOW, _FVC_HIGH, _DLCO_LOW, _DLCO_HIGH = "I02.2.c.2@low", "I02.2.c.2@high", "I02.2.c.3@low", "I02.2.c.3@high"


def _lungs(fvc: str, dlco: str | None) -> tuple[Edit, ...]:
    """Set lung function, the same half a year ago as now, so that activity rests on the skin."""
    diffusion = (result("dlco_pct_pred", f"{dlco} %"), result("dlco_pct_pred.earlier", f"{dlco} %")) if dlco else ()
    none_done = () if dlco else (drop("dlco_pct_pred.*"),)
    return (result("fvc_pct_pred", f"{fvc} %"), result("fvc_pct_pred.earlier", f"{fvc} %"), *diffusion, *none_done)


def _course(*, mrss: tuple[int, int], fvc: tuple[str, str], dlco: tuple[str, str], earlier: Ago) -> tuple[Edit, ...]:
    """Set skin and lungs as they were and as they are."""
    return (
        result("mrss_total.earlier", str(mrss[0]), earlier),
        result("mrss_total", str(mrss[1])),
        result("fvc_pct_pred.earlier", f"{fvc[0]} %", earlier),
        result("fvc_pct_pred", f"{fvc[1]} %"),
        result("dlco_pct_pred.earlier", f"{dlco[0]} %", earlier),
        result("dlco_pct_pred", f"{dlco[1]} %"),
    )


def _steady(earlier: Ago = _HALF_YEAR) -> tuple[Edit, ...]:
    return _course(mrss=(22, 22), fvc=("60", "60"), dlco=("58", "58"), earlier=earlier)


def _lungs_ill_since(when: When) -> tuple[Edit, ...]:
    return (drop("lung fibrosis"), judge(ild_first_diagnosis_date=when))


def _treated_for_six_months(days_short: int) -> tuple[Edit, ...]:
    """Write a history in which all conventional treatment lies within one course of about 6 months."""
    return (
        clear_drugs(),
        put(
            Drug("prednisone", "10 mg", Ago(months=14), Ago(months=14, plus=5)),
            Drug("cyclophosphamide", "1000 mg", Ago(months=14), Ago(months=14, plus=4), every="1/4wk"),
            Drug("methotrexate", "15 mg", Ago(months=14), Ago(months=14, plus=4), every="1/wk"),
            Drug("mycophenolate mofetil", "1 g", Ago(14, plus=2), Ago(14, plus=6, days=days_short), every="2/d"),
        ),
    )


SCLERODERMA = (
    Variation(
        "fvc-45-dlco-39",
        "FVC 45 % predicted, on the lower limit; DLCO 39 %, one below its own",
        "eligible",
        _lungs("45", "39"),
        arms=_SSC,
        on=(_FVC_LOW,),
        outside=(_DLCO_LOW,),
    ),
    Variation(
        "fvc-70-dlco-71",
        "FVC 70 % predicted, on the upper limit; DLCO 71 %, one above",
        "eligible",
        _lungs("70", "71"),
        arms=_SSC,
        on=(_FVC_HIGH,),
        outside=(_DLCO_HIGH,),
    ),
    Variation(
        "dlco-40-fvc-44",
        "DLCO 40 % predicted, on the lower limit; FVC 44 %, one below its own",
        "eligible",
        _lungs("44", "40"),
        arms=_SSC,
        on=(_DLCO_LOW,),
        outside=(_FVC_LOW,),
    ),
    Variation(
        "dlco-70-fvc-71",
        "DLCO 70 % predicted, on the upper limit; FVC 71 %, one above",
        "eligible",
        _lungs("71", "70"),
        arms=_SSC,
        on=(_DLCO_HIGH,),
        outside=(_FVC_HIGH,),
    ),
    Variation(
        "lungs-inside-low",
        "FVC 46 % and DLCO 41 % predicted, each one above its lower limit",
        "eligible",
        _lungs("46", "41"),
        arms=_SSC,
        inside=(_FVC_LOW, _DLCO_LOW),
    ),
    Variation(
        "lungs-inside-high",
        "FVC 69 % and DLCO 69 % predicted, each one below its upper limit",
        "eligible",
        _lungs("69", "69"),
        arms=_SSC,
        inside=(_FVC_HIGH, _DLCO_HIGH),
    ),
    Variation(
        "lungs-too-good",
        "FVC and DLCO both 70.1 % predicted, just above the upper limit",
        "not_eligible",
        _lungs("70.1", "70.1"),
        arms=_SSC,
        outside=(_FVC_HIGH, _DLCO_HIGH),
    ),
    Variation(
        "lungs-too-bad",
        "FVC 44.9 % and DLCO 39.9 % predicted, just below the lower limits",
        "not_eligible",
        _lungs("44.9", "39.9"),
        arms=_SSC,
        outside=(_FVC_LOW, _DLCO_LOW),
    ),
    Variation(
        "fvc-71-dlco-missing",
        "FVC 71 % predicted, DLCO not measured",
        "undecided",
        _lungs("71", None),
        arms=_SSC,
        outside=(_FVC_HIGH,),
        unknown=("I02.2.c.3",),
    ),
    Variation(
        "skin-10-percent",
        "skin score from 20 to 22, exactly 10 %, measured exactly 6 months apart; lungs steady",
        "eligible",
        _course(mrss=(20, 22), fvc=("60", "60"), dlco=("58", "58"), earlier=_HALF_YEAR),
        arms=_SSC,
        on=("I02.2.e.1", "I02.2.e@window"),
    ),
    Variation(
        "skin-over-10-percent",
        "skin score from 19 to 21, a little over 10 %, a day less than 6 months apart; lungs steady",
        "eligible",
        _course(mrss=(19, 21), fvc=("60", "60"), dlco=("58", "58"), earlier=Ago(months=6, days=-1)),
        arms=_SSC,
        inside=("I02.2.e.1", "I02.2.e@window"),
    ),
    Variation(
        "earlier-tests-too-old",
        "all earlier tests of skin and lungs are 6 months and a day old: no progression can be shown",
        "undecided",
        _steady(Ago(months=6, days=1)),
        arms=_SSC,
        outside=("I02.2.e@window",),
        unknown=("I02.2.e",),
    ),
    Variation(
        "lung-disease-new-at-6-months",
        "lung disease first diagnosed exactly 6 months ago; skin and lungs steady",
        "eligible",
        (*_steady(Ago(months=5)), *_lungs_ill_since(_HALF_YEAR)),
        arms=_SSC,
        on=("I02.2.e.2",),
    ),
    Variation(
        "lung-disease-new-within-6-months",
        "lung disease first diagnosed a day less than 6 months ago; skin and lungs steady",
        "eligible",
        (*_steady(Ago(months=5)), *_lungs_ill_since(Ago(months=6, days=-1))),
        arms=_SSC,
        inside=("I02.2.e.2",),
    ),
    Variation(
        "lung-disease-date-unclear",
        "lung disease dated so coarsely that it may be new or not; skin and lungs steady",
        "undecided",
        (*_steady(), *_lungs_ill_since(Straddling(_HALF_YEAR))),
        arms=_SSC,
        unknown=("I02.2.e.2",),
    ),
    Variation(
        "fvc-decline-10",
        "FVC from 60 to 54 % predicted, a decline of exactly 10 %; skin steady",
        "eligible",
        _course(mrss=(22, 22), fvc=("60", "54"), dlco=("58", "58"), earlier=_HALF_YEAR),
        arms=_SSC,
        on=("I02.2.e.3",),
    ),
    Variation(
        "fvc-decline-over-10",
        "FVC from 60 to 53.9 % predicted, a decline just over 10 %; skin steady",
        "eligible",
        _course(mrss=(22, 22), fvc=("60", "53.9"), dlco=("58", "58"), earlier=_HALF_YEAR),
        arms=_SSC,
        inside=("I02.2.e.3",),
    ),
    Variation(
        "fvc-decline-5-dlco-15",
        "FVC from 60 to 57 (exactly 5 %) and DLCO from 60 to 51 (exactly 15 %); skin steady",
        "eligible",
        _course(mrss=(22, 22), fvc=("60", "57"), dlco=("60", "51"), earlier=_HALF_YEAR),
        arms=_SSC,
        on=("I02.2.e.4",),
    ),
    Variation(
        "fvc-decline-over-5-dlco-over-15",
        "FVC from 60 to 56.9 and DLCO from 60 to 50.9: just over 5 % and 15 %; skin steady",
        "eligible",
        _course(mrss=(22, 22), fvc=("60", "56.9"), dlco=("60", "50.9"), earlier=_HALF_YEAR),
        arms=_SSC,
        inside=("I02.2.e.4",),
    ),
    Variation(
        "no-progression",
        "skin score from 21 to 23 (9.5 %), FVC from 60 to 54.1 (9.8 %), DLCO from 60 to 51.1 (14.8 %), lung disease "
        "for 6 months and a day: every sign of activity just missed",
        "not_eligible",
        (
            *_course(mrss=(21, 23), fvc=("60", "54.1"), dlco=("60", "51.1"), earlier=Ago(months=5)),
            *_lungs_ill_since(Ago(months=6, days=1)),
        ),
        arms=_SSC,
        outside=("I02.2.e.1", "I02.2.e.2", "I02.2.e.3", "I02.2.e.4"),
    ),
    Variation(
        "treated-6-months",
        "conventional treatment for exactly 6 months in all",
        "eligible",
        _treated_for_six_months(0),
        arms=_SSC,
        on=("I02.2.d.2",),
    ),
    Variation(
        "treated-over-6-months",
        "conventional treatment for 6 months and a day in all",
        "eligible",
        _treated_for_six_months(-1),
        arms=_SSC,
        inside=("I02.2.d.2",),
    ),
    Variation(
        "treated-under-6-months",
        "conventional treatment for one day less than 6 months in all",
        "not_eligible",
        _treated_for_six_months(1),
        arms=_SSC,
        outside=("I02.2.d.2",),
    ),
    Variation(
        "no-cyclophosphamide",
        "never had cyclophosphamide",
        "not_eligible",
        (drop("cyclophosphamide"),),
        arms=_SSC,
        about=("I02.2.d.1",),
    ),
    Variation(
        "limited-skin",
        "limited cutaneous subset",
        "not_eligible",
        (judge(Ago(months=43), leroy_1988_subset=Code("limited")),),
        arms=_SSC,
        about=("I02.2.b",),
    ),
    Variation(
        "no-lung-disease",
        "no interstitial lung disease",
        "not_eligible",
        (drop("lung fibrosis", "ild_first_diagnosis_date"), judge(ild_present=False)),
        arms=_SSC,
        about=("I02.2.c.1",),
    ),
    Variation(
        "relapse-after-remission",
        "relapse after remission, in place of no response",
        "eligible",
        (judge(conventional_therapy_outcome=Code("relapse_after_remission")),),
        arms=_SSC,
        about=("I02.2.d.3",),
    ),
    Variation(
        "outcome-not-judged",
        "nobody judged how conventional treatment worked",
        "undecided",
        (drop("conventional_therapy_outcome"),),
        arms=_SSC,
        unknown=("I02.2.d.3",),
    ),
)
