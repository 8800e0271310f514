"""Creatinine clearance by Cockcroft and Gault."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dosepath.core.instrument import Field
from dosepath.core.interval import Interval
from dosepath.core.source import Citation

UMOL_L_PER_MG_DL = Fraction("88.4")
"""Creatinine, umol/L in one mg/dL."""


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
    factor = Fraction(85, 100) if female else Fraction(1)
    return (140 - age_years) * weight_kg * factor / (72 * creatinine_mg_dl)


@dataclass(frozen=True, slots=True)
class CockcroftGault:
    """The formula as rules call it: bounds in, bounds out."""

    id: str = "cockcroft_gault"
    citation: Citation = Citation("Cockcroft DW, Gault MH. Nephron 1976;16:31-41")
    result: Field = Field("creatinine clearance", unit="mL/min")

    @property
    def parameters(self) -> Mapping[str, Field]:
        """Age, weight, creatinine and sex."""
        return {
            "age": Field("age on the day of the sample", unit="a"),
            "weight": Field("actual body weight", unit="kg"),
            "creatinine": Field("serum creatinine", unit="umol/L"),
            "sex": Field("sex at birth", choices=("female", "male")),
        }

    def __call__(self, **inputs: Interval | str | None) -> Interval | None:
        """Compute the bounds of the clearance; both sexes where the sex is not known."""
        age, weight, creatinine = inputs.get("age"), inputs.get("weight"), inputs.get("creatinine")
        if not (isinstance(age, Interval) and isinstance(weight, Interval) and isinstance(creatinine, Interval)):
            return None
        inverse = creatinine.above_zero().inverse()
        if inverse is None:
            return None
        per_unit = (Interval.at(140) - age) * weight * inverse
        male = per_unit.times(UMOL_L_PER_MG_DL / 72)
        female = male.times(Fraction(85, 100))
        match inputs.get("sex"):
            case "female":
                return female
            case "male":
                return male
            case _:
                return male.hull(female)


COCKCROFT_GAULT = CockcroftGault()
