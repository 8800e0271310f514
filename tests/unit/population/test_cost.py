"""The shares of criteria in who is lost, against a brute force over all orders and all that is unknown."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosepath.population.cost import Fall, Group, costs, waterfall

PASSED, FAILED, UNKNOWN = "passed", "failed", "unknown"


def by_brute_force(states: Sequence[str]) -> list[Fraction]:
    """Give the share of each item: over all orders, how often it is the first failed one."""
    shares = [Fraction(0)] * len(states)
    orders = list(permutations(range(len(states))))
    for order in orders:
        first = next((place for place in order if states[place] == FAILED), None)
        if first is not None:
            shares[first] += Fraction(1, len(orders))
    return shares


def all_ways(states: Sequence[str]) -> list[tuple[str, ...]]:
    return list(product(*((PASSED, FAILED) if state == UNKNOWN else (state,) for state in states)))


def groups_of(items: Sequence[str], people: Sequence[Sequence[str]]) -> list[Group]:
    found: Counter[tuple[str, str, int, int]] = Counter()
    for states in people:
        failed, unknown = list(states).count(FAILED), list(states).count(UNKNOWN)
        found.update((i, s, failed, unknown) for i, s in zip(items, states, strict=True) if s != PASSED)
    return [
        Group(item, "failed" if state == FAILED else "unknown", failed, unknown, count)
        for (item, state, failed, unknown), count in found.items()
    ]


lists = st.integers(1, 5).flatmap(
    lambda size: st.lists(
        st.tuples(*(st.sampled_from([PASSED, FAILED, UNKNOWN]) for _ in range(size))), min_size=1, max_size=6
    )
)


@given(lists)
def test_shares_and_bounds_are_those_of_all_orders_and_all_ways(people: list[tuple[str, ...]]) -> None:
    items = [f"I{number}" for number in range(len(people[0]))]
    found = costs(items, groups_of(items, people))
    for place, cost in enumerate(found):
        known = [tuple(PASSED if state == UNKNOWN else state for state in states) for states in people]
        assert cost.share == sum(by_brute_force(states)[place] for states in known)
        reachable = [[by_brute_force(way)[place] for way in all_ways(states)] for states in people]
        assert cost.least == sum(map(min, reachable))
        assert cost.most == sum(map(max, reachable))


@given(lists)
def test_shares_add_up_to_the_patients_lost(people: list[tuple[str, ...]]) -> None:
    items = [f"I{number}" for number in range(len(people[0]))]
    found = costs(items, groups_of(items, people))
    assert sum(cost.share for cost in found) == sum(FAILED in states for states in people)


@given(lists)
def test_counts_of_only_this_are_what_dropping_the_item_would_bring(people: list[tuple[str, ...]]) -> None:
    items = [f"I{number}" for number in range(len(people[0]))]
    for place, cost in enumerate(costs(items, groups_of(items, people))):
        lost = [states for states in people if FAILED in states]
        without = [states[:place] + states[place + 1 :] for states in lost]
        assert cost.only_this == sum(FAILED not in states for states in without)
        assert cost.only_this_decided == sum(set(states) <= {PASSED} for states in without)
        open_here = [states for states in people if FAILED not in states and states[place] == UNKNOWN]
        assert cost.only_open == sum(list(states).count(UNKNOWN) == 1 for states in open_here)


@given(lists)
def test_waterfall_is_the_list_walked_down(people: list[tuple[str, ...]]) -> None:
    items = [f"I{number}" for number in range(len(people[0]))]

    def first(states: Sequence[str], wanted: set[str]) -> int:
        return next((place for place, state in enumerate(states) if state in wanted), len(states))

    falls = [Fall(first(states, {FAILED}), first(states, {FAILED, UNKNOWN}), 1) for states in people]
    for place, step in enumerate(waterfall(items, falls)):
        seen = [states[: place + 1] for states in people]
        assert step.possible == sum(FAILED not in states for states in seen)
        assert step.sure == sum(set(states) == {PASSED} for states in seen)
        before = [states[:place] for states in people]
        assert step.lost == sum(FAILED not in states for states in before) - step.possible


def test_an_item_that_the_list_lacks_is_our_fault() -> None:
    with pytest.raises(KeyError):
        costs(["I1"], [Group("I2", "failed", 1, 0, 1)])
