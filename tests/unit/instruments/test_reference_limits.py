"""Multiples of the limit of a result; units of value and limit, bounds, no limit."""

from fractions import Fraction

import pytest

from dosepath.core.errors import QuantityError
from dosepath.core.facts import Comparator
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict
from dosepath.instruments.reference_limits import multiple_of_limit

EXACT = [
    # value, limit, analyte, multiple
    ("120 U/L", "40 U/L", "alt", "3"),
    ("121 U/L", "40 U/L", "alt", "3.025"),
    ("119 U/L", "40 U/L", "alt", "2.975"),
    ("2 ukat/L", "40 U/L", "alt", "3"),
    ("1.2 1", "1.2 1", "inr", "1"),
    ("0 umol/L", "21 umol/L", "total_bilirubin", "0"),
    ("1.5 mg/dL", "88.4 umol/L", "creatinine", "1.5"),
    ("132.6 umol/L", "1.0 mg/dL", "creatinine", "1.5"),
    ("0.9 g/dL", "7 g/L", "igg", "9/7"),
]


def read(text: str) -> Quantity:
    number, unit = text.split()
    return Quantity.of(number, unit)


@pytest.mark.parametrize(("value", "limit", "analyte", "multiple"), EXACT, ids=str)
def test_multiples(value: str, limit: str, analyte: str, multiple: str) -> None:
    assert multiple_of_limit(read(value), read(limit), analyte=analyte) == Interval.at(Fraction(multiple))


@pytest.mark.parametrize(
    ("comparator", "operator", "limit", "verdict"),
    [
        ("<", "<", 3, Verdict.MET),
        ("<", "<=", 2, Verdict.UNKNOWN),
        ("<=", "<=", 3, Verdict.MET),
        ("<=", "<", 3, Verdict.UNKNOWN),
        (">", ">", 3, Verdict.MET),
        (">", "<=", 3, Verdict.NOT_MET),
        (">", "<=", 4, Verdict.UNKNOWN),
        (">=", "<=", 3, Verdict.UNKNOWN),
        (">=", "<", 3, Verdict.NOT_MET),
    ],
)
def test_bounds_decide_where_they_can(comparator: Comparator, operator: str, limit: int, verdict: Verdict) -> None:
    multiple = multiple_of_limit(read("120 U/L"), read("40 U/L"), comparator=comparator)
    assert multiple is not None
    assert multiple.compare(operator, Interval.at(limit)) is verdict  # type: ignore[arg-type]


def test_a_result_below_a_bound_is_not_below_zero() -> None:
    multiple = multiple_of_limit(read("120 U/L"), read("40 U/L"), comparator="<")
    assert multiple == Interval(Fraction(0), Fraction(3), high_open=True)
    assert multiple_of_limit(read("120 U/L"), read("40 U/L"), comparator=">") == Interval(
        Fraction(3), None, low_open=True
    )


@pytest.mark.parametrize("limit", [None, Quantity.of(0, "U/L")])
def test_without_a_limit_there_is_no_multiple(limit: Quantity | None) -> None:
    assert multiple_of_limit(read("120 U/L"), limit) is None


def test_units_of_two_things_are_refused() -> None:
    with pytest.raises(QuantityError):
        multiple_of_limit(read("120 U/L"), read("40 mg/dL"))
    with pytest.raises(QuantityError):
        multiple_of_limit(read("1 mg/dL"), read("88.4 umol/L"), analyte="igg")
