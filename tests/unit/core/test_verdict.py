"""Kleene's strong tables, exhaustively."""

import itertools

import pytest

from dosepath.core.verdict import Verdict, agreed, all_of, any_of, at_least, negate, verdict_of

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
ALL = (MET, NOT_MET, UNKNOWN)

AND = {
    (MET, MET): MET,
    (MET, UNKNOWN): UNKNOWN,
    (MET, NOT_MET): NOT_MET,
    (UNKNOWN, UNKNOWN): UNKNOWN,
    (UNKNOWN, NOT_MET): NOT_MET,
    (NOT_MET, NOT_MET): NOT_MET,
}
OR = {
    (MET, MET): MET,
    (MET, UNKNOWN): MET,
    (MET, NOT_MET): MET,
    (UNKNOWN, UNKNOWN): UNKNOWN,
    (UNKNOWN, NOT_MET): UNKNOWN,
    (NOT_MET, NOT_MET): NOT_MET,
}


@pytest.mark.parametrize(("pair", "expected"), AND.items())
def test_and(pair: tuple[Verdict, Verdict], expected: Verdict) -> None:
    assert all_of(pair) is all_of(reversed(pair)) is expected


@pytest.mark.parametrize(("pair", "expected"), OR.items())
def test_or(pair: tuple[Verdict, Verdict], expected: Verdict) -> None:
    assert any_of(pair) is any_of(reversed(pair)) is expected


def test_not() -> None:
    assert [negate(verdict) for verdict in ALL] == [NOT_MET, MET, UNKNOWN]


def test_of_none_at_all() -> None:
    assert all_of([]) is MET
    assert any_of([]) is NOT_MET
    assert agreed([]) is UNKNOWN


def possible_worlds(verdicts: tuple[Verdict, ...]) -> list[list[bool]]:
    """Give every way to settle what is unknown."""
    settled = {MET: [True], NOT_MET: [False], UNKNOWN: [True, False]}
    return [list(world) for world in itertools.product(*(settled[verdict] for verdict in verdicts))]


@pytest.mark.parametrize("verdicts", [case for size in range(1, 5) for case in itertools.product(ALL, repeat=size)])
def test_decided_where_every_world_decides_it(verdicts: tuple[Verdict, ...]) -> None:
    worlds = possible_worlds(verdicts)
    assert all_of(verdicts) is agreed(verdict_of(all(world)) for world in worlds)
    assert any_of(verdicts) is agreed(verdict_of(any(world)) for world in worlds)
    for count in range(1, len(verdicts) + 1):
        assert at_least(count, verdicts) is agreed(verdict_of(sum(world) >= count) for world in worlds)


def test_agreed() -> None:
    assert agreed([MET, MET]) is MET
    assert agreed([NOT_MET]) is NOT_MET
    assert agreed([MET, NOT_MET]) is UNKNOWN
    assert agreed([MET, UNKNOWN]) is UNKNOWN


def test_a_verdict_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="three answers"):
        bool(MET)


def test_decided() -> None:
    assert [verdict.decided for verdict in ALL] == [True, True, False]
    assert verdict_of(True) is MET
    assert verdict_of(False) is NOT_MET
