"""Estimated glomerular filtration rate from creatinine, CKD-EPI 2021, the equation without race.

eGFR = 142 x min(Scr/k, 1)^a x max(Scr/k, 1)^-1.200 x 0.9938^age, for women x 1.012, with k 0.7 mg/dL and a -0.241 for
women, 0.9 and -0.302 for men. It is scaled to 1.73 m2 of body surface and shown beside the clearance of Cockcroft and
Gault; it never stands for it in a criterion. A creatinine outside 0.1 to 20 mg/dL is refused as there. An unknown sex
leaves two results; no other input has a default.

Verification: constants as gathered in the project's reference notes (an open implementation of the equation). From
memory: that the equation was made for adults. Shared cases, 2026-11-25.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from dosepath.core.instrument import Field, Flag, Verification
from dosepath.core.quantity import Quantity
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.cockcroft_gault import PLAUSIBLE_UMOL_L, SEXES, UMOL_L_PER_MG_DL
from dosepath.instruments.formula_form import FormulaForm, Inputs, formula_scale
from dosepath.instruments.items import amount, choice, whole
from dosepath.instruments.powers import power


@dataclass(frozen=True, slots=True)
class Constants:
    """The constants of one sex: creatinine at the knee in mg/dL, exponent below it, factor."""

    knee: Fraction
    exponent_below: Fraction
    factor: Fraction


CONSTANTS: Final = {
    "female": Constants(Fraction("0.7"), Fraction("-0.241"), Fraction("1.012")),
    "male": Constants(Fraction("0.9"), Fraction("-0.302"), Fraction(1)),
}
EXPONENT_ABOVE: Final = Fraction("-1.200")
AT_THE_KNEE: Final = 142
PER_YEAR: Final = Fraction("0.9938")
ADULT_YEARS: Final = 18


def egfr(*, age_years: Fraction, creatinine_umol_l: Fraction, female: bool) -> Fraction:
    """Estimate the filtration rate in mL/min for 1.73 m2.

    Parameters
    ----------
    age_years, creatinine_umol_l
        Completed years on the day of the sample, serum creatinine above zero.
    female
        Sex at birth.

    Returns
    -------
    Fraction
        Rounded to twelve decimals by `dosepath.instruments.powers`.

    References
    ----------
    Inker LA, Eneanya ND, Coresh J et al. N Engl J Med 2021;385:1737-1749.

    Examples
    --------
    >>> round(float(egfr(age_years=Fraction(60), creatinine_umol_l=Fraction("88.4"), female=False)), 1)
    86.2
    """
    constants = CONSTANTS["female" if female else "male"]
    share = creatinine_umol_l / UMOL_L_PER_MG_DL / constants.knee
    exponent = constants.exponent_below if share < 1 else EXPONENT_ABOVE
    return AT_THE_KNEE * power(share, exponent) * power(PER_YEAR, age_years) * constants.factor


def _egfr(inputs: Inputs) -> Fraction:
    return egfr(
        age_years=inputs.numbers["age"],
        creatinine_umol_l=inputs.numbers["creatinine"],
        female=inputs.choices["sex"] == "female",
    )


def _written(inputs: Inputs) -> str:
    constants = CONSTANTS[inputs.choices["sex"]]
    creatinine = inputs.numbers["creatinine"] / UMOL_L_PER_MG_DL
    below = creatinine < constants.knee
    exponent = Quantity(constants.exponent_below if below else EXPONENT_ABOVE, "1")
    factor = "" if constants.factor == 1 else f" x {Quantity(constants.factor, '1')}"
    share = f"({Quantity(creatinine, '1')} / {Quantity(constants.knee, '1')})^{exponent}"
    return f"{inputs.choices['sex']}: 142 x {share} x 0.9938^{inputs.numbers['age']}{factor}"


def _flags(said: Answers) -> tuple[Flag, ...]:
    if said.numbers.get("age", ADULT_YEARS) < ADULT_YEARS:
        return (Flag("not_an_adult", "the equation was made for adults"),)
    return ()


CKD_EPI_2021 = formula_scale(
    identity="ckd_epi_2021",
    name="eGFR by CKD-EPI 2021 from creatinine",
    version="2021",
    citation=Citation("Inker LA, Eneanya ND, Coresh J et al. N Engl J Med 2021;385:1737-1749", "10.1056/NEJMoa2102953"),
    verification=Verification(
        "an open implementation of the equation", date(2026, 11, 25), "that it was made for adults; DOI"
    ),
    items=(
        whole("age", "age in completed years on the day of the sample", 0, None, "a"),
        amount(
            "creatinine",
            "serum creatinine",
            "umol/L",
            low=PLAUSIBLE_UMOL_L[0],
            high=PLAUSIBLE_UMOL_L[1],
            analyte="creatinine",
        ),
        choice("sex", "sex at birth", SEXES),
    ),
    form=FormulaForm(
        ("egfr", Field("estimated glomerular filtration rate", unit="mL/min/{1.73_m2}")), _egfr, _written, flags=_flags
    ),
)
