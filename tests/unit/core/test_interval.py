"""Numbers known between bounds: every number that is possible stays possible."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dosepath.core.interval import Interval, Operator
from dosepath.core.verdict import Verdict

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
OPERATORS: dict[Operator, Callable[[Fraction, Fraction], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def below(number: int) -> Interval:
    return Interval(None, Fraction(number), high_open=True)


def above(number: int) -> Interval:
    return Interval(Fraction(number), None, low_open=True)


def between(low: int, high: int) -> Interval:
    return Interval(Fraction(low), Fraction(high))


@pytest.mark.parametrize(
    ("one", "operator", "other", "expected"),
    [
        (Interval.at(3), "<=", Interval.at(3), MET),
        (Interval.at(3), "<", Interval.at(3), NOT_MET),
        (Interval.at(3), "=", Interval.at(3), MET),
        (Interval.at(3), "!=", Interval.at(3), NOT_MET),
        (Interval.at(3), "!=", Interval.at(4), MET),
        (below(5), "<", Interval.at(5), MET),
        (below(5), ">=", Interval.at(5), NOT_MET),
        (below(5), "<", Interval.at(4), UNKNOWN),
        (below(5), "=", Interval.at(5), NOT_MET),
        (below(5), "!=", Interval.at(5), MET),
        (below(5), "=", Interval.at(4), UNKNOWN),
        (above(5), ">", Interval.at(5), MET),
        (above(5), "<=", Interval.at(5), NOT_MET),
        (above(5), ">=", Interval.at(6), UNKNOWN),
        (between(1, 3), "<=", Interval.at(3), MET),
        (between(1, 3), "<", Interval.at(3), UNKNOWN),
        (between(1, 3), "<", between(3, 4), UNKNOWN),
        (between(1, 3), "<=", between(3, 4), MET),
        (Interval(None, None), ">", Interval.at(0), UNKNOWN),
    ],
)
def test_compare(one: Interval, operator: Operator, other: Interval, expected: Verdict) -> None:
    assert one.compare(operator, other) is expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (between(2, 4), Interval(Fraction(1, 4), Fraction(1, 2))),
        (between(-4, -2), Interval(Fraction(-1, 2), Fraction(-1, 4))),
        (above(0), Interval(Fraction(0), None, low_open=True)),
        (above(2), Interval(Fraction(0), Fraction(1, 2), low_open=True, high_open=True)),
        (below(0), Interval(None, Fraction(0), high_open=True)),
        (between(0, 2), None),
        (between(-1, 1), None),
        (Interval(None, None), None),
        (below(1), None),
    ],
)
def test_inverse(number: Interval, expected: Interval | None) -> None:
    found = number.inverse()
    if expected is None or found is None:
        assert found is expected
    else:
        assert (found.low, found.high) == (expected.low, expected.high)


def test_exact() -> None:
    assert Interval.at(2).exact
    assert not between(1, 2).exact
    assert not Interval(None, None).exact


# Laws: draw numbers inside, and find them again in the result ----------------------------------------------------

SMALL = st.integers(-3, 3).map(Fraction)


@st.composite
def intervals(draw: st.DrawFn) -> tuple[Interval, list[Fraction]]:
    """Draw an interval and some numbers that lie in it, its closed bounds among them."""
    low, high = sorted((draw(SMALL), draw(SMALL)))
    if low == high and draw(st.booleans()):
        return Interval(low, high), [low]
    if low == high:
        high = low + 1
    no_low, no_high = draw(st.booleans()), draw(st.booleans())
    low_open, high_open = draw(st.booleans()), draw(st.booleans())
    numbers = [(low + high) / 2, low + (high - low) / 7]
    numbers += [] if low_open and not no_low else [low]
    numbers += [] if high_open and not no_high else [high]
    numbers += [low - 5] if no_low else []
    numbers += [high + 5] if no_high else []
    return Interval(None if no_low else low, None if no_high else high, low_open, high_open), numbers


def holds(interval: Interval, number: Fraction) -> bool:
    above_low = interval.low is None or number > interval.low or (number == interval.low and not interval.low_open)
    below_high = interval.high is None or number < interval.high or (number == interval.high and not interval.high_open)
    return above_low and below_high


@given(intervals(), intervals())
def test_sums_and_differences_hold_what_is_possible(
    one: tuple[Interval, list[Fraction]], other: tuple[Interval, list[Fraction]]
) -> None:
    for a in one[1]:
        for b in other[1]:
            assert holds(one[0] + other[0], a + b)
            assert holds(one[0] - other[0], a - b)
            assert holds(-one[0], -a)


@example((between(0, 1), [Fraction(0)]), (Interval(Fraction(0), Fraction(1), low_open=True), [Fraction(1)]))
@given(intervals(), intervals())
def test_products_hold_what_is_possible(
    one: tuple[Interval, list[Fraction]], other: tuple[Interval, list[Fraction]]
) -> None:
    for a in one[1]:
        for b in other[1]:
            assert holds(one[0] * other[0], a * b)


@given(intervals(), SMALL)
def test_multiples_and_inverses_hold_what_is_possible(one: tuple[Interval, list[Fraction]], factor: Fraction) -> None:
    inverse = one[0].inverse()
    for a in one[1]:
        assert holds(one[0].times(factor), a * factor)
        if inverse is not None:
            assert holds(inverse, 1 / a)


@given(intervals(), intervals())
def test_hulls_hold_both(one: tuple[Interval, list[Fraction]], other: tuple[Interval, list[Fraction]]) -> None:
    for number in one[1] + other[1]:
        assert holds(one[0].hull(other[0]), number)


@given(intervals(), intervals(), st.sampled_from(list(OPERATORS)))
def test_a_comparison_is_decided_only_where_all_numbers_agree(
    one: tuple[Interval, list[Fraction]], other: tuple[Interval, list[Fraction]], operator: Operator
) -> None:
    verdict = one[0].compare(operator, other[0])
    for a in one[1]:
        for b in other[1]:
            if verdict is not UNKNOWN:
                assert OPERATORS[operator](a, b) is (verdict is MET)
