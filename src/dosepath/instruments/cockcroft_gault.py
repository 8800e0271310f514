"""Creatinine clearance by Cockcroft and Gault: as a formula for rules, and as a form.

Clearance in mL/min = (140 - age) x weight / (72 x creatinine in mg/dL), for women x 0.85; creatinine in umol/L is
divided by 88.4. Nothing is rounded before a comparison: the printed factors 1.23 and 1.04 for umol/L are up to 0.4 %
off and can turn a result near 30. The result is not scaled to a body surface, age is in completed years on the day of
the sample, weight is the actual one. A creatinine outside 0.1 to 20 mg/dL is refused: mostly it is umol/L written as
mg/dL, which makes the clearance 88 times too small. No input has a default; an unknown sex leaves two results.

Verification: formula and the case of 60 years, 80 kg, 1.0 mg/dL as gathered in the project's reference notes (an open
implementation with tests); 88.4 is arithmetic (molar mass 113.12). From memory: nothing. Shared cases, 2026-11-25.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dosepath.core.instrument import Field, Verification
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.source import Citation
from dosepath.instruments.formula_form import FormulaForm, Inputs, formula_scale
from dosepath.instruments.items import amount, choice, whole

UMOL_L_PER_MG_DL = Fraction("88.4")
"""Creatinine, umol/L in one mg/dL."""

PLAUSIBLE_UMOL_L = ("8.84", "1768")
"""Creatinine that a person may have: 0.1 to 20 mg/dL."""

AGE_WITHOUT_CLEARANCE = 140
"""Age at which the formula comes to zero."""

FEMALE_FACTOR = Fraction(85, 100)
SEXES = ("female", "male")


def creatinine_clearance_ml_min(
    *, age_years: Fraction, weight_kg: Fraction, creatinine_umol_l: Fraction, female: bool
) -> Fraction:
    """Estimate creatinine clearance.

    Parameters
    ----------
    age_years, weight_kg, creatinine_umol_l
        Completed years on the day of the sample, actual weight, serum creatinine above zero.
    female
        Sex at birth.

    Returns
    -------
    Fraction
        mL/min, exact, not scaled to body surface: it meets limits such as 30.

    References
    ----------
    Cockcroft DW, Gault MH. Nephron 1976;16:31-41.

    Examples
    --------
    >>> round(float(creatinine_clearance_ml_min(age_years=Fraction(60), weight_kg=Fraction(80),
    ...     creatinine_umol_l=Fraction("88.4"), female=False)), 2)
    88.89
    """
    creatinine_mg_dl = creatinine_umol_l / UMOL_L_PER_MG_DL
    factor = FEMALE_FACTOR if female else Fraction(1)
    return (AGE_WITHOUT_CLEARANCE - age_years) * weight_kg * factor / (72 * creatinine_mg_dl)


_CITATION = Citation("Cockcroft DW, Gault MH. Nephron 1976;16:31-41")


@dataclass(frozen=True, slots=True)
class CockcroftGault:
    """The formula as rules call it: bounds in, bounds out."""

    id: str = "cockcroft_gault"
    citation: Citation = _CITATION
    result: Field = Field("creatinine clearance", unit="mL/min")

    @property
    def parameters(self) -> Mapping[str, Field]:
        """Age, weight, creatinine and sex."""
        return {
            "age": Field("age on the day of the sample", unit="a"),
            "weight": Field("actual body weight", unit="kg"),
            "creatinine": Field("serum creatinine", unit="umol/L"),
            "sex": Field("sex at birth", choices=SEXES),
        }

    def __call__(self, **inputs: Interval | str | None) -> Interval | None:
        """Compute the bounds of the clearance; both sexes where the sex is not known."""
        age, weight, creatinine = inputs.get("age"), inputs.get("weight"), inputs.get("creatinine")
        if not (isinstance(age, Interval) and isinstance(weight, Interval) and isinstance(creatinine, Interval)):
            return None
        inverse = creatinine.above_zero().inverse()
        if inverse is None:
            return None
        per_unit = (Interval.at(AGE_WITHOUT_CLEARANCE) - age) * weight * inverse
        male = per_unit.times(UMOL_L_PER_MG_DL / 72)
        female = male.times(FEMALE_FACTOR)
        match inputs.get("sex"):
            case "female":
                return female
            case "male":
                return male
            case _:
                return male.hull(female)


COCKCROFT_GAULT = CockcroftGault()


def _clearance(inputs: Inputs) -> Fraction:
    return creatinine_clearance_ml_min(
        age_years=inputs.numbers["age"],
        weight_kg=inputs.numbers["weight"],
        creatinine_umol_l=inputs.numbers["creatinine"],
        female=inputs.choices["sex"] == "female",
    )


def _written(inputs: Inputs) -> str:
    age, weight, creatinine = (Quantity(inputs.numbers[name], "1") for name in ("age", "weight", "creatinine"))
    factor = " x 0.85" if inputs.choices["sex"] == "female" else ""
    return f"{inputs.choices['sex']}: (140 - {age}) x {weight}{factor} / (72 x {creatinine} / 88.4)"


COCKCROFT_GAULT_FORM = formula_scale(
    identity="cockcroft_gault",
    name="Creatinine clearance by Cockcroft and Gault",
    version="1976",
    citation=_CITATION,
    verification=Verification("an open implementation with tests; arithmetic for umol/L", date(2026, 11, 25)),
    items=(
        whole("age", "age in completed years on the day of the sample", 0, AGE_WITHOUT_CLEARANCE, "a"),
        amount("weight", "actual body weight", "kg"),
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
        ("clearance", Field("creatinine clearance, not scaled to body surface", unit="mL/min")),
        _clearance,
        _written,
        nonzero=("weight",),
    ),
)
