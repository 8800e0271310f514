"""What follows from a baseline in grading laboratory values: where it stands to the limits, the change since."""

from collections.abc import Mapping
from fractions import Fraction

import pytest

from dosepath.safety.ctcae_lab import Missing, facts_with_baseline, grade
from dosepath.safety.ctcae_lab_v5 import V5


def number_of(given: Mapping[str, int | str]) -> dict[str, Fraction]:
    return {name: Fraction(number) for name, number in given.items()}


@pytest.mark.parametrize(
    ("given", "flags"),
    [
        ({"base": 40, "uln": 40}, {"base_high": False}),
        ({"base": "40.1", "uln": 40}, {"base_high": True}),
        ({"base": "39.9", "uln": 40}, {"base_high": False}),
        ({"base": 2, "lln": 2}, {"base_low": False}),
        ({"base": "1.9", "lln": 2}, {"base_low": True}),
        ({"base": "2.1", "lln": 2}, {"base_low": False}),
        ({"base": 3, "lln": 2, "uln": 4}, {"base_high": False, "base_low": False}),
        ({"base": 3}, {}),
        ({"lln": 2, "uln": 4, "value": 9}, {}),
    ],
)
def test_where_a_baseline_stands_to_the_limits(given: Mapping[str, int | str], flags: Mapping[str, bool]) -> None:
    found = facts_with_baseline(V5.terms["GGT increased"], number_of(given), {})
    assert (found.flags, found.column, found.numbers) == (flags, 0, number_of(given))


def test_what_is_known_of_a_baseline_goes_before_its_number() -> None:
    found = facts_with_baseline(V5.terms["GGT increased"], number_of({"base": 100, "uln": 40}), {"base_high": False}, 1)
    assert (found.flags, found.column) == ({"base_high": False}, 1)


@pytest.mark.parametrize(
    ("given", "change"),
    [
        ({"value": 90, "base": 100}, -10),
        ({"value": 110, "base": 100}, 10),
        ({"value": 90, "base": 100, "pchg": -12}, -12),
        ({"value": 90, "base": 0}, None),
        ({"value": 90}, None),
        ({"base": 90}, None),
    ],
)
def test_the_change_since_a_baseline(given: Mapping[str, int], change: int | None) -> None:
    assert facts_with_baseline(V5.terms["Weight loss"], number_of(given), {}).numbers.get("pchg") == change
    assert "pchg" not in facts_with_baseline(V5.terms["GGT increased"], number_of({"value": 1, "base": 2}), {}).numbers


@pytest.mark.parametrize(
    ("value", "base", "wanted"),
    [(101, 40, 2), (100, 40, 1), (100, 41, 1), (83, 41, 1), (103, 41, 2)],
)
def test_a_baseline_above_normal_is_the_measure_of_ggt(value: int, base: int, wanted: int) -> None:
    """CTCAE v5: grade 2 above 2.5 x ULN with a normal baseline, above 2.5 x baseline with an abnormal one."""
    facts = facts_with_baseline(V5.terms["GGT increased"], number_of({"value": value, "base": base, "uln": 40}), {})
    assert grade(V5.terms["GGT increased"], facts, Missing.PASSED_OVER).grade == wanted
