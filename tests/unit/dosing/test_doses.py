"""Doses written a second time: lymphodepletion by hand in floats, the cell product step by step."""

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dosepath.core.instrument import Score
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.dosing.bsa_lymphodepletion import RENAL_RULES, dose_mg, renal_factor
from dosepath.trial.catalog import catalog
from dosepath.trial.library import open_trial


def exact(scored: Score, field: str) -> Fraction:
    found = scored.value(field)
    assert isinstance(found, Interval)
    assert found.exact
    assert found.low is not None
    return found.low


LD_UNITS = {"height": "cm", "weight": "kg", "clearance": "mL/min"}
heights = st.integers(120, 210)
weights = st.integers(30, 160)
clearances = st.integers(0, 1500).map(lambda tenths: Fraction(tenths, 10))


def regimen(**said: Any) -> Score:
    form: dict[str, Any] = {"formula": "mosteller", "renal_rule": "us_iv_label"}
    form |= {drug: Quantity.of(mg, "mg/m2") for drug, mg in (("fludarabine", 25), ("cyclophosphamide", 500))}
    form |= {f"{drug}_step": Quantity.of(mg, "mg") for drug, mg in (("fludarabine", 1), ("cyclophosphamide", 10))}
    form |= {item: said if isinstance(said, str) else Quantity.of(said, LD_UNITS[item]) for item, said in said.items()}
    return catalog().instruments["bsa_lymphodepletion"].score(form)


@given(heights, weights, clearances)
def test_lymphodepletion_by_hand(height: int, weight: int, clearance: Fraction) -> None:
    surfaces = {"mosteller": math.sqrt(height * weight / 3600), "dubois": 0.007184 * weight**0.425 * height**0.725}
    for formula, surface in surfaces.items():
        scored = regimen(height=height, weight=weight, clearance=clearance, formula=formula)
        assert math.isclose(exact(scored, formula), surface, rel_tol=1e-9)
        dose = 500 * surface / 10
        assume(abs(dose % 1 - 0.5) > 1e-6)
        assert exact(scored, "cyclophosphamide") == round(dose) * 10
        blocked = clearance < 30
        assert scored.value("fludarabine_blocked") == str(blocked).lower()
        if blocked:
            assert scored.value("fludarabine") is None
        else:
            factor = 1.0 if clearance >= 80 else 0.8 if clearance >= 50 else 0.6
            assume(abs(25 * surface * factor % 1 - 0.5) > 1e-6)
            assert exact(scored, "fludarabine") == round(25 * surface * factor)


@given(clearances, clearances)
def test_a_lower_clearance_never_raises_the_dose(one: Fraction, other: Fraction) -> None:
    low, high = sorted([one, other])
    factors = [renal_factor(clearance, "us_iv_label") or Fraction(0) for clearance in (low, high)]
    assert factors[0] <= factors[1]


def test_bands_of_clearance_go_down() -> None:
    for bands in RENAL_RULES.values():
        limits = [band.from_ml_min for band in bands]
        factors = [band.factor for band in bands]
        assert limits == sorted(limits, reverse=True)
        assert factors == sorted(factors, reverse=True)


@given(
    st.fractions(0, 500, max_denominator=100),
    st.fractions(Fraction(1, 2), 3, max_denominator=1000),
    st.sampled_from([1, 5, 10, 50]),
)
def test_a_dose_is_a_number_of_steps_and_no_more_than_half_a_step_away(
    mg: Fraction, surface: Fraction, step: int
) -> None:
    dose = dose_mg(mg_per_m2=mg, bsa_m2=surface, step_mg=Fraction(step))
    assert (dose / step).denominator == 1
    assert -Fraction(step, 2) <= mg * surface - dose < Fraction(step, 2)


percents = st.integers(0, 100)
CELL_UNITS = {
    "dose": "10*6/kg",
    "weight": "kg",
    "cap": "10*6",
    "cells": "10*6/mL",
    **dict.fromkeys(("viability", "car_positive", "tolerance_low", "tolerance_high"), "%"),
    **dict.fromkeys(("bag_volume", "given_volume"), "mL"),
}


def product(said: dict[str, Any]) -> Score:
    form = {
        item: value if isinstance(value, bool) else Quantity.of(value, CELL_UNITS[item]) for item, value in said.items()
    }
    return catalog().instruments["cell_dose"].score(form)


@given(
    st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(2)]),
    weights,
    st.none() | st.integers(1, 200),
    st.integers(1, 100),
    st.integers(1, 100),
    st.integers(1, 100),
    st.integers(0, 100),
)
def test_the_cell_product_step_by_step(
    dose: Fraction, weight: int, cap: int | None, cells: int, viability: int, car_positive: int, given_volume: int
) -> None:
    form: dict[str, Any] = {
        "dose": dose,
        "weight": weight,
        "cells": cells,
        "viability": viability,
        "car_positive": car_positive,
        "bag_volume": 100,
        "given_volume": given_volume,
        "tolerance_low": 80,
        "tolerance_high": 120,
        "capped": cap is not None,
    }
    scored = product(form if cap is None else {**form, "cap": cap})
    target = dose * weight if cap is None or dose * weight < cap else Fraction(cap)
    viable = Fraction(cells * viability, 100)
    positive = viable * car_positive / 100
    assert exact(scored, "planned_cells") == target
    assert exact(scored, "volume") * positive == target
    assert scored.value("enough") == str(positive * 100 >= target).lower()
    fraction = positive * given_volume / target
    assert exact(scored, "dose_fraction") == 100 * fraction
    assert scored.value("band") == (
        "below" if fraction < Fraction(4, 5) else "above" if fraction > Fraction(6, 5) else "in_range"
    )
    assert scored.missing == ()


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_dose_level_that_is_not_set_gives_no_plan(level: int) -> None:
    dose = next(each.dose for each in open_trial("NCT06680388").file.dose_levels if each.level == level)
    scored = product({"weight": 70, "capped": False} if dose is None else {"dose": dose, "weight": 70, "capped": False})
    assert (scored.value("planned_cells") is None) == (level > 1)
