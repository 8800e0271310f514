"""Dose of the cell product: from dose level and body weight to cells, from the release data to a volume.

Planned are the CAR-positive T cells of the dose level for each kilogram x body weight, no more than the cap where the
protocol sets one. The product holds, in each millilitre, all cells x viability x the share of viable cells that are
CAR-positive T cells; planned cells over that density are the volume to give. What was given, in cells, over what was
planned is the fraction of the dose; whether it lies in the band that the protocol tolerates is for the reports and the
counting of patients. A bag that does not hold enough for the lower end of the band is below it whatever is given.

Dose levels other than the first, the cap and the band are not on the registry page. They are asked for and have no
default: without them there is no plan and no answer.

Verification: 0.5 million CAR-positive T cells for each kilogram at level 1 (text of the trial); the rest is arithmetic.
From memory: nothing; the usual band of 80 to 120 % is, which is why it is an input. Own cases, 2026-11-25.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from dosepath.core.instrument import YES_OR_NO, Field, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict
from dosepath.instruments.answers import Answers
from dosepath.instruments.formula_form import above_zero, rounded
from dosepath.instruments.items import amount, by_id, yes_or_no
from dosepath.instruments.scale import Outcome, Scale, case_of

PERCENT: Final = 100
BANDS: Final = ("in_range", "below", "above")


def planned_cells(*, per_kg: Fraction, weight_kg: Fraction, cap: Fraction | None = None) -> Fraction:
    """Give the CAR-positive T cells to be given, in the unit of the dose and of the cap.

    Examples
    --------
    >>> planned_cells(per_kg=Fraction("0.5"), weight_kg=Fraction(70)), planned_cells(
    ...     per_kg=Fraction("0.5"), weight_kg=Fraction(70), cap=Fraction(30))
    (Fraction(35, 1), Fraction(30, 1))
    """
    cells = per_kg * weight_kg
    return cells if cap is None else min(cells, cap)


def car_positive_density(*, cells_per_ml: Fraction, viability_pct: Fraction, car_positive_pct: Fraction) -> Fraction:
    """Give the viable CAR-positive T cells in one millilitre, in the unit of all cells.

    Parameters
    ----------
    cells_per_ml
        All nucleated cells in one millilitre of the product.
    viability_pct
        Share of them that are viable.
    car_positive_pct
        Share of the viable cells that are CAR-positive T cells.

    Examples
    --------
    >>> car_positive_density(cells_per_ml=Fraction(5), viability_pct=Fraction(80), car_positive_pct=Fraction(25))
    Fraction(1, 1)
    """
    return cells_per_ml * viability_pct * car_positive_pct / PERCENT**2


def dose_bands(fraction: Interval, low: Fraction | None, high: Fraction | None) -> tuple[str, ...]:
    """Place a fraction of the planned dose against the band, both ends of which belong to it.

    Parameters
    ----------
    fraction
        Exact or between bounds.
    low, high
        Ends of the band; None for one that is not known.

    Returns
    -------
    tuple of str
        Every place that is possible.

    Examples
    --------
    >>> dose_bands(Interval.at(Fraction(4, 5)), Fraction(4, 5), Fraction(6, 5))
    ('in_range',)
    >>> dose_bands(Interval(Fraction(0), Fraction(1, 2)), Fraction(4, 5), None)
    ('below',)
    """
    below = Verdict.UNKNOWN if low is None else fraction.compare("<", Interval.at(low))
    above = Verdict.UNKNOWN if high is None else fraction.compare(">", Interval.at(high))
    if below is Verdict.MET:
        return ("below",)
    if above is Verdict.MET:
        return ("above",)
    open_ends = {"in_range": Verdict.UNKNOWN, "below": below, "above": above}
    return tuple(band for band, verdict in open_ends.items() if verdict is Verdict.UNKNOWN)


_NEVER_ZERO: Final = ("dose", "weight", "cap", "cells", "bag_volume")
_DENSITY: Final = ("cells", "viability", "car_positive")


@dataclass(frozen=True, slots=True)
class _Product:
    """What can be computed so far; None for what lacks an input."""

    planned: Fraction | None
    density: Fraction | None
    bag: Fraction | None
    given: Fraction | None

    @property
    def volume(self) -> Fraction | None:
        """Volume that holds the planned cells; there is none where the product holds no such cells."""
        return self.planned / self.density if self.planned is not None and self.density else None

    @property
    def enough(self) -> bool | None:
        """Whether the bag holds the planned cells."""
        if self.planned is None or self.density is None or self.bag is None:
            return None
        return self.density * self.bag >= self.planned

    @property
    def fraction(self) -> Interval | None:
        """What was given of the plan; anything up to the whole bag while the volume given is not known."""
        if self.planned is None or self.density is None:
            return None
        if self.given is not None:
            return Interval.at(self.density * self.given / self.planned)
        return Interval(Fraction(0), None if self.bag is None else self.density * self.bag / self.planned)


def _rule(answers: Answers) -> Outcome:
    said = _settled(answers)
    product = _product(said)
    bands = _bands(said, product)
    known = case_of(
        planned_cells=None if product.planned is None else Interval.at(product.planned),
        density=None if product.density is None else Interval.at(product.density),
        volume=None if product.volume is None else Interval.at(product.volume),
        enough=None if product.enough is None else "true" if product.enough else "false",
        dose_fraction=None if product.fraction is None else product.fraction.times(Fraction(PERCENT)),
    )
    possible = tuple({**known, "band": band} for band in bands)
    refused = said.refusals[len(answers.refusals) :]
    return Outcome(possible, _missing(said, product, bands), _flags(product, bands), refused, _steps(product))


def _settled(answers: Answers) -> Answers:
    """Refuse what cannot be: zero, an inverted band, a cap where there is none, more given than was in the bag."""
    said = above_zero(answers, _NEVER_ZERO)
    amounts = said.amounts
    if said.no("capped") and "cap" in amounts:
        said = said.without(["capped", "cap"], "a cap where the protocol has none")
    if (
        "tolerance_low" in amounts
        and "tolerance_high" in amounts
        and amounts["tolerance_low"] > amounts["tolerance_high"]
    ):
        said = said.without(["tolerance_low", "tolerance_high"], "the band ends below its beginning")
    if "given_volume" in amounts and "bag_volume" in amounts and amounts["given_volume"] > amounts["bag_volume"]:
        said = said.without(["given_volume", "bag_volume"], "more given than the bag held")
    return said


def _product(said: Answers) -> _Product:
    amounts = said.amounts
    cap = amounts.get("cap")
    planned = density = None
    if "dose" in amounts and "weight" in amounts and (said.no("capped") or cap is not None):
        planned = planned_cells(per_kg=amounts["dose"], weight_kg=amounts["weight"], cap=cap)
    if not said.open(_DENSITY):
        density = car_positive_density(
            cells_per_ml=amounts["cells"],
            viability_pct=amounts["viability"],
            car_positive_pct=amounts["car_positive"],
        )
    return _Product(planned, density, amounts.get("bag_volume"), amounts.get("given_volume"))


def _bands(said: Answers, product: _Product) -> tuple[str, ...]:
    low, high = (said.amounts.get(end) for end in ("tolerance_low", "tolerance_high"))
    return dose_bands(
        product.fraction or Interval(Fraction(0), None),
        None if low is None else low / PERCENT,
        None if high is None else high / PERCENT,
    )


def _missing(said: Answers, product: _Product, bands: tuple[str, ...]) -> tuple[str, ...]:
    plan_open = product.planned is None
    asked = {
        "dose": True,
        "weight": True,
        "capped": plan_open and "cap" not in said.amounts,
        "cap": plan_open and not said.no("capped"),
        **dict.fromkeys(_DENSITY, True),
        "bag_volume": product.enough is None,
        "tolerance_low": len(bands) > 1,
        "tolerance_high": len(bands) > 1,
        "given_volume": product.given is None and (product.fraction is None or not product.fraction.exact),
    }
    return said.open(item for item in CELL_DOSE.items if asked[item])


def _flags(product: _Product, bands: tuple[str, ...]) -> tuple[Flag, ...]:
    found: list[Flag] = []
    if product.enough is False:
        found.append(Flag("bag_too_small", "the bag does not hold the planned cells"))
    if product.density == 0:
        found.append(Flag("no_cells", "no viable CAR-positive cells by the release data"))
    if len(bands) == 1 and bands[0] != "in_range":
        found.append(Flag("out_of_range", f"the dose is {bands[0]} what the protocol tolerates"))
    return tuple(found)


def _steps(product: _Product) -> tuple[str, ...]:
    lines: list[str] = []
    if product.planned is not None:
        lines.append(f"planned: {rounded(product.planned)} million CAR-positive T cells")
    if product.density is not None:
        lines.append(f"product: {rounded(product.density, 4)} million CAR-positive T cells in 1 mL")
    if product.volume is not None:
        lines.append(f"volume: {rounded(product.volume)} mL")
    if product.fraction is not None and product.fraction.low is not None and product.fraction.exact:
        lines.append(f"given: {rounded(product.fraction.low * PERCENT)} % of the plan")
    return tuple(lines)


CELL_DOSE = Scale(
    id="cell_dose",
    name="Dose of the cell product",
    version="1",
    citation=Citation("registry entry NCT06680388, 2024, detailed description"),
    verification=Verification("text of the trial for level 1; arithmetic", date(2026, 11, 25)),
    items=by_id(
        [
            amount("dose", "CAR-positive T cells of the dose level for each kilogram", "10*6/kg"),
            amount("weight", "body weight", "kg"),
            yes_or_no("capped", "the protocol caps the number of cells"),
            amount("cap", "highest number of CAR-positive T cells, where there is one", "10*6"),
            amount("cells", "all nucleated cells of the product in a volume", "10*6/mL"),
            amount("viability", "viable cells among them", "%", high=PERCENT),
            amount("car_positive", "CAR-positive T cells among the viable cells", "%", high=PERCENT),
            amount("bag_volume", "volume of the product", "mL"),
            amount("tolerance_low", "lowest part of the planned dose that the protocol tolerates", "%"),
            amount("tolerance_high", "highest part of the planned dose that the protocol tolerates", "%"),
            amount("given_volume", "volume given", "mL"),
        ]
    ),
    fields={
        "volume": Field("volume that holds the planned cells", unit="mL"),
        "planned_cells": Field("CAR-positive T cells to be given", unit="10*6"),
        "density": Field("viable CAR-positive T cells in a volume", unit="10*6/mL"),
        "enough": Field("the product holds the planned cells", choices=YES_OR_NO),
        "dose_fraction": Field("part of the planned dose that was given", unit="%"),
        "band": Field("dose given, against what the protocol tolerates", choices=BANDS),
    },
    rule=_rule,
)
