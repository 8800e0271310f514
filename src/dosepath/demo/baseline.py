"""What every clean eligible person has in the chart, whatever the disease: organ function, infections, judgements."""

from decimal import Decimal
from random import Random
from typing import Literal

from dosepath.demo.chart import Chart, Code, Edit, Result, apply, judge, pressure, printed, put
from dosepath.demo.dates import Ago

Units = Literal["si", "conventional"]

# Measure: unit, lowest and highest usual value in steps of the last decimal, number of decimals.
_Usual = tuple[str, int, int, int]
_USUAL: dict[Units, dict[str, _Usual]] = {
    "si": {
        "anc": ("10*9/L", 21, 62, 1),
        "platelets": ("10*9/L", 162, 338, 0),
        "hemoglobin": ("g/L", 108, 146, 0),
        "total_bilirubin": ("umol/L", 5, 17, 0),
        "creatinine": ("umol/L", 54, 86, 0),
        "urine_protein_24h": ("g/(24.h)", 8, 60, 2),
        "iga": ("g/L", 105, 320, 2),
        "igg": ("g/L", 82, 148, 1),
        "igm": ("g/L", 62, 185, 2),
        "weight": ("kg", 560, 840, 1),
    },
    "conventional": {
        "anc": ("/uL", 2100, 6200, 0),
        "platelets": ("10*3/uL", 162, 338, 0),
        "hemoglobin": ("g/dL", 108, 146, 1),
        "total_bilirubin": ("mg/dL", 3, 10, 1),
        "creatinine": ("mg/dL", 60, 98, 2),
        "urine_protein_24h": ("mg/(24.h)", 80, 600, 0),
        "iga": ("mg/dL", 105, 320, 0),
        "igg": ("mg/dL", 820, 1480, 0),
        "igm": ("mg/dL", 62, 185, 0),
        "weight": ("[lb_av]", 124, 185, 0),
    },
}
_USUAL_ANYWHERE: dict[str, _Usual] = {
    "inr": ("{INR}", 90, 112, 2),
    "aptt": ("s", 260, 350, 1),
    "ast": ("U/L", 16, 36, 0),
    "alt": ("U/L", 14, 40, 0),
    "lvef_pct": ("%", 57, 68, 0),
    "spo2_room_air": ("%", 95, 99, 0),
    "pa_pressure_echo_mmhg": ("mm[Hg]", 22, 38, 0),
}
BLOOD = (
    "anc", "platelets", "hemoglobin", "inr", "aptt", "ast", "alt", "total_bilirubin", "creatinine", "iga", "igg", "igm",
)  # fmt: skip
_INFECTIONS = ("hbsag", "anti_hcv", "tp_antibody", "hiv_antibody", "igra")
_NO = (
    "pericardial_effusion", "ecg_clinically_significant_abnormality", "clinically_significant_pleural_effusion",
    "oxygen_by_mask", "ventilation_support", "other_severe_lung_disease_3m", "active_tb", "tb_symptoms",
    "tb_imaging_signs", "uncontrolled_infection", "other_unsuitable_factor", "other_trial_participation",
    "intends_other_trial", "intends_other_autoimmune_treatment",
)  # fmt: skip
_YES = (
    "expected_survival_gt_6_months", "icf_signed", "contraception_agreed", "gamete_donation_refrain_agreed",
    "gc_insufficient_or_intolerant", "other_agent_insufficient_or_intolerant", "prior_treatment_effective_doses",
)  # fmt: skip
_YEARS_OF_MENOPAUSE = 54 * 12


def draw_number(rng: Random, lowest: int, highest: int, decimals: int = 0) -> str:
    """Draw a number between two bounds given in steps of its last decimal, as text.

    Examples
    --------
    >>> draw_number(Random(0), 50, 50, 2)
    '0.50'
    """
    return format(Decimal(rng.randint(lowest, highest)).scaleb(-decimals), "f")


def baseline(chart: Chart, rng: Random, units: Units) -> Chart:
    """Fill the chart with what the disease has no part in.

    Parameters
    ----------
    chart
        Of a person of the right sex and age; the day of the forms is the day of the screening visit.
    rng
        Draws the values, all well inside the limits of the trial.
    units
        Which units the laboratory reports in.
    """
    drawn_on = Ago(days=chart.forms.days + rng.randint(0, 6))
    echo_on = Ago(days=chart.forms.days + rng.randint(2, 14))
    edits: list[Edit] = []
    for measure, (unit, lowest, highest, decimals) in (_USUAL[units] | _USUAL_ANYWHERE).items():
        day = echo_on if measure in {"lvef_pct", "pa_pressure_echo_mmhg"} else drawn_on
        value = f"{draw_number(rng, lowest, highest, decimals)} {unit}"
        edits.append(put(printed(Result(measure, value, day))))
    edits += [put(Result(test, "negative", drawn_on)) for test in _INFECTIONS]
    edits += [
        put(Result("nyha", rng.choice(("I", "Class I")), chart.forms)),
        pressure(draw_number(rng, 108, 136), draw_number(rng, 64, 84)),
        judge(**dict.fromkeys(_NO, False), **dict.fromkeys(_YES, True), ecg_conduction=Code("normal")),
    ]
    return apply(chart, (*edits, *_childbearing(chart, rng)))


def _childbearing(chart: Chart, rng: Random) -> list[Edit]:
    if chart.sex == "male":
        return [judge(partner_of_childbearing_potential=rng.choice((True, False)))]
    about_her: list[Edit] = [judge(lactating=False, surgically_sterile=False)]
    if chart.birth.months >= _YEARS_OF_MENOPAUSE:
        return [*about_her, judge(menopause_months=rng.randint(24, 120))]
    test = rng.choice(("hcg_urine", "hcg_serum"))
    return [*about_her, put(Result(test, "negative", chart.forms))]
