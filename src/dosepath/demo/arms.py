"""A clean eligible person of each arm: the disease, its history and its treatment, as a clinic would chart them."""

from collections.abc import Callable
from random import Random

from dosepath.demo.baseline import Units, baseline, draw_number
from dosepath.demo.chart import (
    Arm,
    Chart,
    Code,
    Diagnosis,
    Drug,
    Edit,
    Sex,
    apply,
    judge,
    put,
    result,
)
from dosepath.demo.dates import Ago


def eligible_chart(arm: Arm, rng: Random, *, sex: Sex, birth: Ago, units: Units) -> Chart:
    """Draw the chart of a person who may enter: every inclusion of the arm met, no exclusion.

    Parameters
    ----------
    arm
        The disease.
    rng
        Draws what differs from person to person.
    sex, birth
        Of the person.
    units
        Which units the laboratory reports in.
    """
    chart = Chart(arm, sex, birth, consent=Ago(days=rng.randint(11, 20)), forms=Ago(days=rng.randint(1, 3)))
    chart = baseline(chart, rng, units)
    if rng.randint(1, 3) == 1:
        chart = put(Diagnosis("hypertension", "I10", Ago(months=rng.randint(30, 90))))(chart)
    return apply(chart, tuple(_DISEASE[arm](chart, rng)))


def _lupus(_: Chart, rng: Random) -> list[Edit]:
    serology = rng.choice((2, 4))
    clinical, clinical_before = rng.choice((8, 10, 12)), rng.choice((6, 8, 10))
    earlier = Ago(months=rng.randint(3, 5))
    second = Ago(months=rng.randint(10, 16))
    agent = rng.choice(
        (
            Drug("mycophenolate mofetil", "1 g", second, every="2/d"),
            Drug("mycophenolate mofetil", "750 mg", second, every="2/d"),
            Drug("methotrexate", "15 mg", second, every="1/wk"),
        )
    )
    return [
        put(Diagnosis("lupus", rng.choice(("M32.10", "M32.19", "M32.9")), Ago(months=rng.randint(60, 96)))),
        judge(Ago(months=58), eular_acr_sle_2019_classified=True),
        result("ana", rng.choice(("1:320", "1:640", "640 {titer}", "ratio 1:1280"))),
        result("anti_dsdna", "positive"),
        result("anti_sm", rng.choice(("positive", "negative"))),
        result("sledai_2k_total", str(clinical + serology)),
        result("sledai_2k_clinical", str(clinical)),
        result("sledai_2k_total.earlier", str(clinical_before + serology), earlier),
        result("sledai_2k_clinical.earlier", str(clinical_before), earlier),
        judge(lupus_crisis=False, nephritis_needs_prohibited_drugs=False, nephritis_intensive_treatment_14d=False),
        put(
            Drug("prednisone", rng.choice(("7.5 mg", "10 mg", "12.5 mg", "15 mg")), Ago(months=rng.randint(17, 20))),
            Drug("hydroxychloroquine", "200 mg", Ago(months=rng.randint(45, 56)), every=rng.choice(("1/d", "2/d"))),
            Drug("azathioprine", "50 mg", Ago(months=40), Ago(months=rng.randint(26, 30)), every="2/d"),
            agent,
        ),
    ]


def _scleroderma(_: Chart, rng: Random) -> list[Edit]:
    earlier = Ago(months=5, days=rng.randint(0, 20))
    fvc, dlco, mrss = rng.randint(54, 66), rng.randint(46, 62), rng.randint(17, 20)
    lungs_since = Ago(months=rng.randint(24, 30))
    return [
        put(
            Diagnosis("scleroderma", "M34.0", Ago(months=rng.randint(44, 60))),
            Diagnosis("lung fibrosis", "J84.10", lungs_since),
        ),
        judge(Ago(months=43), acr_eular_ssc_2013_classified=True, leroy_1988_subset=Code("diffuse")),
        judge(ild_present=True, ild_first_diagnosis_date=lungs_since, conventional_therapy_outcome=Code("no_response")),
        result("fvc_pct_pred", f"{fvc} %", Ago(days=rng.randint(4, 12))),
        result("fvc_pct_pred.earlier", f"{fvc + 1} %", earlier),
        result("dlco_pct_pred", f"{dlco} %", Ago(days=rng.randint(4, 12))),
        result("dlco_pct_pred.earlier", f"{dlco + 2} %", earlier),
        result("mrss_total", str(mrss + rng.randint(4, 9))),
        result("mrss_total.earlier", str(mrss), earlier),
        put(
            Drug("prednisone", rng.choice(("5 mg", "7.5 mg", "10 mg")), Ago(months=rng.randint(26, 32))),
            Drug(
                "methotrexate", "15 mg", Ago(months=41), Ago(months=rng.randint(31, 33)), every="1/wk", form="request"
            ),
            rng.choice(
                (
                    Drug("cyclophosphamide", "100 mg", Ago(months=30), Ago(months=22)),
                    Drug("cyclophosphamide", "1000 mg", Ago(months=29), Ago(months=22), every="1/4wk"),
                )
            ),
            Drug("mycophenolate mofetil", rng.choice(("1 g", "1.5 g")), Ago(months=21), every="2/d"),
        ),
    ]


def _vasculitis(_: Chart, rng: Random) -> list[Edit]:
    code, name = rng.choice((("M31.30", "GPA"), ("M31.31", "GPA"), ("M31.7", "MPA")))
    relapse, response = Ago(days=rng.randint(35, 70)), Ago(months=rng.randint(11, 15))
    before_relapse = Ago(days=relapse.days + 1)
    titre = f"{draw_number(rng, 180, 960, 1)} U/mL"
    antibodies = [
        result("pr3_anca", titre, interpretation="POS") if name == "GPA" else result("pr3_anca", "negative"),
        result("mpo_anca", "negative" if name == "GPA" else "positive"),
    ]
    return [
        put(Diagnosis("vasculitis", code, Ago(months=rng.randint(33, 60)))),
        judge(Ago(months=32), chcc_2012_diagnosis=Code(name)),
        *antibodies,
        result("bvas_v3_total.response", "0", response),
        result("bvas_v3_total.relapse", str(rng.randint(11, 16)), relapse),
        result("bvas_v3_new_major_items.relapse", "1", relapse),
        result("bvas_v3_new_other_items.relapse", str(rng.randint(1, 3)), relapse),
        result("bvas_v3_total", str(rng.randint(9, 15))),
        result("bvas_v3_major_items", "1"),
        result("bvas_v3_other_items", str(rng.randint(2, 4))),
        result("bvas_v3_new_major_items", "0"),
        result("bvas_v3_new_other_items", "0"),
        put(
            Drug("prednisone.induction", "30 mg", Ago(months=30), Ago(months=26)),
            Drug("prednisone.maintenance", "5 mg", Ago(months=26, days=-1), before_relapse),
            Drug("prednisone", rng.choice(("15 mg", "17.5 mg")), relapse),
            Drug("cyclophosphamide", rng.choice(("100 mg", "150 mg")), Ago(months=30), Ago(months=rng.randint(24, 26))),
            Drug("azathioprine", rng.choice(("100 mg", "125 mg")), Ago(months=23)),
        ),
    ]


def _myositis(_: Chart, rng: Random) -> list[Edit]:
    code, subtype = rng.choice((("M33.12", "DM"), ("M33.12", "DM"), ("M33.22", "PM"), ("G72.49", "IMNM")))
    scales = ("patient_global_vas_0_10", "physician_global_vas_0_10", "extramuscular_vas_0_10")
    return [
        put(Diagnosis("myositis", code, Ago(months=rng.randint(32, 48)))),
        judge(iim_subtype=Code(subtype), tumour_associated_myositis=False),
        result("iim_eular_acr_2017_probability", f"{rng.randint(78, 98)} %", Ago(months=31)),
        result("mmt8_total_150", str(rng.randint(104, 132))),
        *(result(scale, draw_number(rng, 31, 74, 1)) for scale in scales),
        result("haq_di", rng.choice(("0.75", "1.125", "1.375", "1.625"))),
        result("ck", f"{rng.randint(620, 2400)} U/L"),
        result("ldh", f"{rng.randint(290, 470)} U/L"),
        result("aldolase", f"{draw_number(rng, 92, 190, 1)} U/L"),
        result("ast", f"{rng.randint(44, 96)} U/L"),
        result("alt", f"{rng.randint(48, 104)} U/L"),
        put(
            Drug("prednisone", rng.choice(("10 mg", "15 mg")), Ago(months=rng.randint(18, 24))),
            Drug(
                "methotrexate", "15 mg", Ago(months=30), Ago(months=rng.randint(16, 20)), every="1/wk", form="request"
            ),
            Drug("azathioprine", "50 mg", Ago(months=15), every="2/d"),
            Drug("intravenous immunoglobulin", "60 g", Ago(months=rng.randint(7, 9)), form="administration"),
        ),
    ]


def _sjogren(_: Chart, rng: Random) -> list[Edit]:
    agent = rng.choice(
        (
            Drug("azathioprine", "50 mg", Ago(months=15), every="2/d"),
            Drug("mycophenolate mofetil", "1 g", Ago(months=15), every="2/d"),
            Drug("leflunomide", "20 mg", Ago(months=15)),
        )
    )
    return [
        put(Diagnosis("sjogren", rng.choice(("M35.00", "M35.01", "M35.05")), Ago(months=rng.randint(40, 80)))),
        judge(Ago(months=39), sjogren_2016_classified=True),
        result("anti_ssa", "positive"),
        result("stimulated_salivary_flow", f"{draw_number(rng, 12, 58, 2)} mL/min"),
        result("unstimulated_salivary_flow", f"{draw_number(rng, 25, 90, 3)} mL/min"),
        result("essdai_8_domain_total", str(rng.randint(8, 17))),
        put(
            Drug("prednisone", rng.choice(("5 mg", "7.5 mg")), Ago(months=rng.randint(12, 20))),
            Drug("hydroxychloroquine", "200 mg", Ago(months=36), every="2/d", form="request"),
            Drug("methotrexate", rng.choice(("10 mg", "15 mg")), Ago(months=32), Ago(months=18), every="1/wk"),
            agent,
        ),
    ]


_DISEASE: dict[Arm, Callable[[Chart, Random], list[Edit]]] = {
    "SLE": _lupus,
    "dcSSc": _scleroderma,
    "AAV": _vasculitis,
    "IIM": _myositis,
    "SS": _sjogren,
}
