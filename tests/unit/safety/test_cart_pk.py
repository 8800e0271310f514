"""Kinetics of the product: every case of tests/cases/kinetics, and laws of exposure."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosepath.core.errors import QuantityError
from dosepath.interop.answers_yaml import load_exact
from dosepath.safety.cart_pk import EXPOSURE_DAYS, Sample, kinetics
from tests.conftest import ROOT

FILE = ROOT / "tests" / "cases" / "kinetics" / "cart_pk.yaml"
CASES = load_exact(FILE.read_text(encoding="utf-8"), FILE.name)["cases"]
LLOQ = Fraction(50)


def series(rows: list[list[Any]]) -> list[Sample]:
    return [Sample(Fraction(day), None if value == "BLQ" else Fraction(value), *unit) for day, value, *unit in rows]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    lloq = case.get("lloq", LLOQ)
    if "refused" in case:
        with pytest.raises(QuantityError) as refused:
            kinetics(series(case["series"]), lloq=lloq)
        assert str(refused.value) == case["refused"]
        return
    found = kinetics(series(case["series"]), lloq=lloq)
    for name, wanted in case["expect"].items():
        got = getattr(found, name)
        if isinstance(wanted, Decimal):
            assert abs(got - Fraction(wanted)) <= Fraction(10) ** int(wanted.as_tuple().exponent) / 2, name
        else:
            assert got == wanted, (name, got)


values = st.one_of(st.none(), st.integers(0, 5000).map(Fraction))
days = st.lists(st.integers(0, 120).map(lambda half: Fraction(half, 2)), unique=True, max_size=12)
drawn = days.flatmap(lambda on: st.tuples(*[st.builds(Sample, st.just(day), values) for day in on]))


@given(drawn)
def test_exposure_is_the_area_under_the_line(samples: tuple[Sample, ...]) -> None:
    found = kinetics(samples, lloq=LLOQ)
    seen = any(sample.day >= EXPOSURE_DAYS for sample in samples)
    assert (found.auc_0_28 is not None) == seen
    if found.auc_0_28 is None or found.auc_0_28_log_down is None:
        return
    assert found.auc_0_28 == area_by_quarter_days(samples)
    assert found.auc_0_28_log_down <= found.auc_0_28 + Fraction(1, 10**6)


def area_by_quarter_days(samples: tuple[Sample, ...]) -> Fraction:
    """Add up the line day by quarter day: samples lie on half days, so the line is straight within each quarter."""
    steps = [Fraction(quarter, 4) for quarter in range(4 * int(EXPOSURE_DAYS) + 1)]
    heights = [height(samples, day) for day in steps]
    return sum((low + high for low, high in pairwise(heights)), Fraction(0)) / 8


def height(samples: tuple[Sample, ...], day: Fraction) -> Fraction:
    """Give the line on a day: from the last known point to the next one, zero outside the measurable days."""
    measurable = {sample.day: sample.value for sample in samples if sample.value is not None and sample.value >= LLOQ}
    if not measurable:
        return Fraction(0)
    first, last = min(measurable), max(measurable)
    zeros = [sample.day for sample in samples if sample.day < first] + ([Fraction(0)] if first > 0 else [])
    after = min((sample.day for sample in samples if sample.day > last), default=None)
    line = {**dict.fromkeys(zeros, Fraction(0)), **measurable}
    if after is not None:
        line[after] = Fraction(0)
    left = max((point for point in line if point <= day), default=None)
    right = min((point for point in line if point >= day), default=None)
    if left is None or right is None:
        return Fraction(0)
    if left == right:
        return line[left]
    return line[left] + (line[right] - line[left]) * (day - left) / (right - left)


@given(drawn, st.integers(2, 9))
def test_a_larger_unit_scales_every_amount_and_no_day(samples: tuple[Sample, ...], times: int) -> None:
    scaled = [Sample(each.day, None if each.value is None else each.value * times) for each in samples]
    one, other = kinetics(samples, lloq=LLOQ), kinetics(scaled, lloq=LLOQ * times)
    assert (one.tmax, one.tlast, one.censored) == (other.tmax, other.tlast, other.censored)
    for name in ("cmax", "clast", "auc_0_28", "auc_0_tlast"):
        amount = getattr(one, name)
        assert getattr(other, name) == (None if amount is None else amount * times)


@given(drawn)
def test_the_peak_comes_no_later_than_the_last_measurable_day(samples: tuple[Sample, ...]) -> None:
    found = kinetics(samples, lloq=LLOQ)
    if found.tlast is not None and found.tmax is not None and found.cmax is not None and found.clast is not None:
        assert found.tmax <= found.tlast
        assert found.cmax >= found.clast >= LLOQ
