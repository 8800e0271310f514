"""Body surface, and the doses of fludarabine and cyclophosphamide before the product.

Mosteller: the root of height x weight / 3600; DuBois: 0.007184 x weight^0.425 x height^0.725. They differ by up to 3 %,
so a protocol names one. A dose is the milligrams of the regimen for each square metre x body surface, fludarabine also
x the factor of the clearance, rounded to the step in which the drug is measured, halves upwards. Nothing is capped.

The registry page gives no regimen, no formula, no step and no rule for the kidneys: all of them are asked for and have
no default, and without them there is no dose. Below 30 mL/min fludarabine is blocked: a patient may have entered the
trial through creatinine with such a clearance. Cyclophosphamide has no rule for the kidneys here.

Verification: both formulas and 70 kg at 175 cm as gathered in the project's reference notes (an open implementation
with tests). From memory: the factors of the US label for intravenous fludarabine, 1 from 80 mL/min, 0.8 from 50, 0.6
from 30, none below. Shared cases, 2026-11-25.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from dosepath.core.instrument import YES_OR_NO, Field, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.formula_form import above_zero, rounded
from dosepath.instruments.items import amount, by_id, choice
from dosepath.instruments.powers import power
from dosepath.instruments.scale import Outcome, Scale, case_of

DUBOIS_FACTOR: Final = Fraction("0.007184")
DUBOIS_WEIGHT: Final = Fraction("0.425")
DUBOIS_HEIGHT: Final = Fraction("0.725")
MOSTELLER_DIVISOR: Final = 3600

PLAUSIBLE_M2: Final = (Fraction("0.5"), Fraction(3))
"""Body surface that a person may have."""


@dataclass(frozen=True, slots=True)
class Band:
    """Part of the dose that is given from a clearance on."""

    from_ml_min: int
    factor: Fraction


RENAL_RULES: Final[Mapping[str, tuple[Band, ...]]] = {
    "us_iv_label": (Band(80, Fraction(1)), Band(50, Fraction(20, 25)), Band(30, Fraction(15, 25))),
}
"""Rules for fludarabine by clearance, the highest band first; below the lowest one it is not given."""


def mosteller_m2(height_cm: Fraction, weight_kg: Fraction) -> Fraction:
    """Give the body surface by Mosteller, m2.

    References
    ----------
    Mosteller RD. N Engl J Med 1987;317:1098.

    Examples
    --------
    >>> mosteller_m2(Fraction(180), Fraction(80))
    Fraction(2, 1)
    """
    return power(height_cm * weight_kg / MOSTELLER_DIVISOR, Fraction(1, 2))


def dubois_m2(height_cm: Fraction, weight_kg: Fraction) -> Fraction:
    """Give the body surface by DuBois and DuBois, m2.

    References
    ----------
    Du Bois D, Du Bois EF. Arch Intern Med 1916;17:863-871.

    Examples
    --------
    >>> round(float(dubois_m2(Fraction(175), Fraction(70))), 2)
    1.85
    """
    return DUBOIS_FACTOR * power(weight_kg, DUBOIS_WEIGHT) * power(height_cm, DUBOIS_HEIGHT)


FORMULAS: Final[Mapping[str, Callable[[Fraction, Fraction], Fraction]]] = {
    "mosteller": mosteller_m2,
    "dubois": dubois_m2,
}


def renal_factor(clearance_ml_min: Fraction, rule: str) -> Fraction | None:
    """Give the part of the fludarabine dose; None where it must not be given.

    Examples
    --------
    >>> renal_factor(Fraction(50), "us_iv_label"), renal_factor(Fraction(29), "us_iv_label")
    (Fraction(4, 5), None)
    """
    return next((band.factor for band in RENAL_RULES[rule] if clearance_ml_min >= band.from_ml_min), None)


def dose_mg(*, mg_per_m2: Fraction, bsa_m2: Fraction, step_mg: Fraction, factor: Fraction = Fraction(1)) -> Fraction:
    """Give a dose in milligrams, rounded to the step, halves upwards.

    Examples
    --------
    >>> dose_mg(mg_per_m2=Fraction(25), bsa_m2=Fraction("1.8"), step_mg=Fraction(1), factor=Fraction(3, 5))
    Fraction(27, 1)
    """
    steps = mg_per_m2 * bsa_m2 * factor / step_mg
    return (steps + Fraction(1, 2)).__floor__() * step_mg


DRUGS: Final = ("fludarabine", "cyclophosphamide")
_NEVER_ZERO: Final = ("height", "weight", "fludarabine_step", "cyclophosphamide_step")


@dataclass(frozen=True, slots=True)
class _Dose:
    """A dose for each formula of body surface, None where something is missing, and its line among the steps."""

    mg: Mapping[str, Fraction | None]
    lines: tuple[str, ...] = ()


def _rule(given: Answers) -> Outcome:
    said = above_zero(given, _NEVER_ZERO)
    refused = said.refusals[len(given.refusals) :]
    surfaces = _surfaces(said)
    factor, blocked = _kidneys(said)
    chosen = [said.levels["formula"]] if "formula" in said.levels else list(FORMULAS)
    doses = {
        "fludarabine": _Dose({}) if blocked else _dose(said, "fludarabine", surfaces, factor),
        "cyclophosphamide": _dose(said, "cyclophosphamide", surfaces, Fraction(1)),
    }
    cases = [
        {name: dose.mg.get(formula) for name, dose in doses.items() if dose.mg.get(formula) is not None}
        for formula in chosen
    ]
    common = case_of(
        **{name: Interval.at(surface) for name, surface in surfaces.items()},
        renal_factor=None if factor is None else Interval.at(factor),
        fludarabine_blocked=None if blocked is None else "true" if blocked else "false",
    )
    told = [{**common, **{name: Interval.at(mg) for name, mg in case.items() if mg is not None}} for case in cases]
    possible = tuple({tuple(case.items()): case for case in told}.values())
    missing = _missing(said, doses, blocked=blocked, formula_open=len(possible) > 1)
    lines = tuple(line for dose in doses.values() for line in dose.lines)
    return Outcome(possible, missing, _flags(surfaces, blocked), refused, (*_surface_lines(said, surfaces), *lines))


def _surfaces(said: Answers) -> dict[str, Fraction]:
    height, weight = said.amounts.get("height"), said.amounts.get("weight")
    if height is None or weight is None:
        return {}
    return {name: formula(height, weight) for name, formula in FORMULAS.items()}


def _kidneys(said: Answers) -> tuple[Fraction | None, bool | None]:
    """Give the factor, and whether fludarabine is blocked; None for what is not known."""
    clearance, rule = said.amounts.get("clearance"), said.levels.get("renal_rule")
    if clearance is None or rule is None:
        return None, None
    factor = renal_factor(clearance, rule)
    return factor, factor is None


def _dose(said: Answers, drug: str, surfaces: Mapping[str, Fraction], factor: Fraction | None) -> _Dose:
    per_m2, step = said.amounts.get(drug), said.amounts.get(f"{drug}_step")
    if per_m2 is None or step is None or factor is None or not surfaces:
        return _Dose(dict.fromkeys(FORMULAS))
    doses = {
        name: dose_mg(mg_per_m2=per_m2, bsa_m2=surface, step_mg=step, factor=factor)
        for name, surface in surfaces.items()
    }
    chosen = said.levels.get("formula")
    if chosen is None:
        return _Dose(doses)
    scaled = f" x {Quantity(factor, '1')}" if drug == "fludarabine" else ""
    exact = rounded(per_m2 * surfaces[chosen] * factor, 4)
    line = f"{drug}: {Quantity(per_m2, '1')} mg/m2 x {rounded(surfaces[chosen], 4)} m2{scaled} = {exact} mg"
    return _Dose(doses, (f"{line}, to {Quantity(step, '1')} mg: {Quantity(doses[chosen], '1')} mg",))


def _missing(said: Answers, doses: Mapping[str, _Dose], *, blocked: bool | None, formula_open: bool) -> tuple[str, ...]:
    asked = {"height", "weight"}
    asked |= {"clearance", "renal_rule"} if blocked is None else set()
    asked |= {item for drug in DRUGS if not (drug == "fludarabine" and blocked) for item in (drug, f"{drug}_step")}
    nothing_yet = any(mg is None for dose in doses.values() for mg in dose.mg.values())
    asked |= {"formula"} if formula_open or nothing_yet else set()
    return said.open(item for item in BSA_LYMPHODEPLETION.items if item in asked)


def _surface_lines(said: Answers, surfaces: Mapping[str, Fraction]) -> tuple[str, ...]:
    chosen = said.levels.get("formula")
    return tuple(
        f"body surface by {name}: {rounded(surface, 4)} m2"
        for name, surface in surfaces.items()
        if chosen in (None, name)
    )


def _flags(surfaces: Mapping[str, Fraction], blocked: bool | None) -> tuple[Flag, ...]:
    found: list[Flag] = []
    low, high = PLAUSIBLE_M2
    if any(not low <= surface <= high for surface in surfaces.values()):
        found.append(
            Flag("body_surface", f"a body surface outside {Quantity(low, '1')} to {high} m2: check both inputs")
        )
    if blocked:
        found.append(Flag("blocked", "clearance too low for fludarabine by the rule of the protocol: no dose"))
    return tuple(found)


BSA_LYMPHODEPLETION = Scale(
    id="bsa_lymphodepletion",
    name="Body surface and dose of lymphodepletion",
    version="1",
    citation=Citation(
        "Mosteller RD. N Engl J Med 1987;317:1098; Du Bois D, Du Bois EF. Arch Intern Med 1916;17:863-871"
    ),
    verification=Verification(
        "an open implementation with tests", date(2026, 11, 25), "factors of fludarabine by clearance"
    ),
    items=by_id(
        [
            amount("height", "height", "cm"),
            amount("weight", "actual body weight", "kg"),
            choice("formula", "formula of the body surface that the protocol names", FORMULAS.keys()),
            amount("fludarabine", "fludarabine of the regimen, each day, for one square metre", "mg/m2"),
            amount("fludarabine_step", "step to which fludarabine is rounded", "mg"),
            amount("clearance", "creatinine clearance by Cockcroft and Gault", "mL/min"),
            choice(
                "renal_rule",
                "rule for fludarabine by clearance that the protocol names",
                {"us_iv_label": "whole dose from 80 mL/min, 80 % from 50, 60 % from 30, none below"},
            ),
            amount("cyclophosphamide", "cyclophosphamide of the regimen, each day, for one square metre", "mg/m2"),
            amount("cyclophosphamide_step", "step to which cyclophosphamide is rounded", "mg"),
        ]
    ),
    fields={
        "fludarabine": Field("fludarabine, each day", unit="mg"),
        "cyclophosphamide": Field("cyclophosphamide, each day", unit="mg"),
        "fludarabine_blocked": Field("fludarabine must not be given", choices=YES_OR_NO),
        "renal_factor": Field("part of the fludarabine dose", unit="1"),
        "mosteller": Field("body surface by Mosteller", unit="m2"),
        "dubois": Field("body surface by DuBois", unit="m2"),
    },
    rule=_rule,
)
