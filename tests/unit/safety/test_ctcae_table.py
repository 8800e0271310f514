"""Columns of measurements get the grades that each gets alone: every term, version and reading, also on the limits."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosepath.cli.grade import EDITIONS
from dosepath.safety.ctcae_lab import (
    IN_THE_UNIT_OF_THE_VALUE,
    Compare,
    Edition,
    Missing,
    Reading,
    Unit,
    grade,
    threshold,
)
from dosepath.safety.ctcae_lab_v5 import V5
from dosepath.safety.ctcae_table import NO_GRADE, Measurement, columns_of, facts_of, grade_columns

LIMITS_OF_NORMAL = [Decimal(text) for text in ("0", "0.1", "1.2", "3.3", "39", "40", "145.7")]
STEPS = [Decimal(0), Decimal("0.1"), Decimal("-0.1"), Decimal("0.000001"), Decimal("-0.000001"), Decimal("0.0000001")]


@st.composite
def measurements(draw: st.DrawFn, edition: Edition) -> Measurement:
    """Draw a row: mostly on a limit of the term or a small step beside it, in one of its units."""
    term = draw(st.sampled_from(list(edition.terms.values())))
    unit = draw(st.sampled_from([*term.units, None]))
    numbers: dict[str, Decimal] = {}
    for name in term.numbers:
        if draw(st.integers(0, 5)):
            numbers[name] = draw(st.sampled_from(LIMITS_OF_NORMAL))
    rules = [each for rule in term.rules for each in rule.conditions if isinstance(each, Compare)]
    aimed = draw(st.sampled_from(rules))
    if aimed.number in numbers:
        numbers[aimed.number] = draw(st.sampled_from(STEPS)) + _on_the_limit(aimed, numbers, unit)
    flags = draw(st.fixed_dictionaries({}, optional={flag: st.booleans() for flag in term.flags}))
    if flags.get("base_high") and flags.get("base_low"):
        flags["base_low"] = False
    return Measurement(term, unit, {name: float(number) for name, number in numbers.items()}, flags)


def _on_the_limit(aimed: Compare, numbers: Mapping[str, Decimal], unit: Unit | None) -> Decimal:
    times = unit.times if unit is not None else Fraction(1)
    column = unit.column if unit is not None else 0
    of_number = times if aimed.number in IN_THE_UNIT_OF_THE_VALUE else Fraction(1)
    of_limit = Fraction(numbers.get(aimed.limit, Decimal(1))) * (
        times if aimed.limit in IN_THE_UNIT_OF_THE_VALUE else 1
    )
    at = threshold(aimed, of_limit if aimed.limit else Fraction(0), column) / of_number
    return Decimal(at.numerator) / Decimal(at.denominator)


@pytest.mark.parametrize("missing", Missing)
@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize("version", sorted(EDITIONS))
@settings(max_examples=80)
@given(data=st.data())
def test_columns_agree_with_single_rows(version: str, reading: Reading, missing: Missing, data: st.DataObject) -> None:
    edition = EDITIONS[version]
    rows = data.draw(st.lists(measurements(edition), min_size=1, max_size=12))
    columns = columns_of(edition, rows)
    found = grade_columns(edition, columns, missing, reading)
    for place, row in enumerate(rows):
        expected: tuple[int | None, int | None] = (NO_GRADE, NO_GRADE)
        if row.unit is not None or not row.term.units or "value" not in row.term.numbers:
            one = grade(row.term, facts_of(row.term, row.unit, columns, place), missing, reading)
            expected = expected if one.low is None else (one.low, one.high)
        assert (int(found.low[place]), int(found.high[place])) == expected, row


def of_aptt(values: list[float], limits: list[float]) -> list[int]:
    term = V5.terms["Activated partial thromboplastin time prolonged"]
    rows = [
        Measurement(term, None, {"value": value, "uln": limit}) for value, limit in zip(values, limits, strict=True)
    ]
    return [int(each) for each in grade_columns(V5, columns_of(V5, rows)).high]


def test_products_of_decimals_are_exact() -> None:
    assert 1.5 * 1.2 < 1.8  # as floats
    assert of_aptt([1.8, 1.80001, 0.3, 0.7, 3.0], [1.2, 1.2, 0.2, 0.28, 1.2]) == [1, 2, 1, 2, 2]


def test_numbers_beyond_millionths_and_beyond_range_are_exact_too() -> None:
    assert of_aptt([0.00000018, 0.00000019, 1.8e20, 1.9e20], [0.00000012, 0.00000012, 1.2e20, 1.2e20]) == [1, 2, 1, 2]


def test_no_rows_and_infinite_numbers() -> None:
    assert of_aptt([], []) == []
    with pytest.raises(ValueError, match="infinite"):
        of_aptt([float("inf")], [1.0])
