"""Laws of every instrument with a form: what is missing stays open, and no answer is taken that cannot be.

Forms are drawn from the items themselves, so a new instrument is under these laws as soon as its module exists.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dosepath.core.days import PartialDate
from dosepath.core.instrument import Case, FieldValue, Item, ItemAnswer, ItemKind, Score
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict
from dosepath.trial.catalog import catalog

WITH_FORMS = sorted(name for name, known in catalog().instruments.items() if known.items)

ON_TRUST: Mapping[str, frozenset[str]] = {
    "acr_eular_ssc_2013": frozenset({"skin_thickening_spares_fingers", "better_explanation"}),
}
"""Items that are taken to be absent where they are left out, each for a reason given in its module."""

FIRST_DAY = date(2025, 1, 1)


def answer(item: Item) -> st.SearchStrategy[ItemAnswer]:
    """Draw any answer that fits an item."""
    match item.kind:
        case ItemKind.YES_OR_NO:
            return st.booleans()
        case ItemKind.CHOICE:
            return st.sampled_from(item.choices)
        case ItemKind.WHOLE:
            low = int(item.low or 0)
            high = int(item.high) if item.high is not None else low + 300
            return st.integers(low, high).map(lambda number: Quantity(Fraction(number), item.unit or "1"))
        case ItemKind.AMOUNT:
            return amounts(item).map(lambda number: Quantity(number, item.unit or "1"))
        case ItemKind.DAY:
            return st.integers(0, 400).map(lambda days: PartialDate.on(FIRST_DAY + timedelta(days)))
        case ItemKind.ROWS:
            columns = {column.id: answer(column) for column in item.columns}
            return st.lists(st.fixed_dictionaries(columns), max_size=5).map(tuple)


def amounts(item: Item) -> st.SearchStrategy[Fraction]:
    """Draw amounts of every size that an item takes, in steps that meet limits."""
    low = item.low if item.low is not None else Fraction(-100)
    high = item.high if item.high is not None else None
    scales = st.sampled_from([Fraction(1, 100), Fraction(1, 10), Fraction(1, 2), Fraction(1), Fraction(10)])
    drawn = st.tuples(st.integers(0, 300), scales).map(lambda pair: low + pair[0] * pair[1])
    return drawn if high is None else drawn.map(lambda number: min(number, high))


def inside(value: FieldValue | None, wider: Score, name: str) -> bool:
    """Answer whether a value is one of those that a score leaves possible, or is left open by it."""
    found = wider.values(name)
    if None in found or not found:
        return True
    if isinstance(value, Interval):
        return any(isinstance(one, Interval) and _holds(one, value) for one in found)
    return value in found


def _holds(wide: Interval, narrow: Interval) -> bool:
    hull = wide.hull(narrow)
    return (hull.low, hull.high) == (wide.low, wide.high)


@pytest.mark.parametrize("name", WITH_FORMS)
def test_an_empty_form_asks_for_something_and_refuses_nothing(name: str) -> None:
    scored = catalog().instruments[name].score({})
    assert scored.missing
    assert scored.refused == ()
    assert (scored.instrument, scored.version) == (name, catalog().instruments[name].version)


@pytest.mark.parametrize("name", WITH_FORMS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_what_a_form_with_gaps_leaves_possible_holds_the_whole_form(name: str, data: st.DataObject) -> None:
    known = catalog().instruments[name]
    form: dict[str, Any] = {item: data.draw(answer(each)) for item, each in known.items.items()}
    whole = known.score(form)
    assume(not whole.refused and not whole.conflict)
    asked = [item for item in form if item not in ON_TRUST.get(name, ())]
    hidden = data.draw(st.sets(st.sampled_from(asked)))
    partial = known.score({item: said for item, said in form.items() if item not in hidden})
    assume(not partial.refused)
    assert {item.partition(".")[0] if item not in known.items else item for item in partial.missing} <= set(known.items)
    for field in known.fields:
        for value in whole.values(field) or (None,):
            assert value is None or inside(value, partial, field), (field, value, partial.values(field))


@pytest.mark.parametrize("name", WITH_FORMS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_scores_hold_only_what_the_instrument_declares(name: str, data: st.DataObject) -> None:
    known = catalog().instruments[name]
    form = data.draw(st.fixed_dictionaries({}, optional={item: answer(each) for item, each in known.items.items()}))
    scored = known.score(form)
    for case in scored.possible:
        _declared(known.fields, case)
    assert all(step.strip() for step in scored.steps)


def _declared(fields: Mapping[str, Any], case: Case) -> None:
    for name, value in case.items():
        assert name in fields
        if isinstance(value, str):
            assert not fields[name].unit
            assert not fields[name].choices or value in fields[name].choices, (name, value)
        else:
            assert value.compare("<=", value) is not Verdict.NOT_MET


@pytest.mark.parametrize("name", WITH_FORMS)
def test_an_impossible_answer_is_refused_with_a_reason_and_counts_as_left_out(name: str) -> None:
    known = catalog().instruments[name]
    nothing = known.score({})
    for item, each in known.items.items():
        if item in ON_TRUST.get(name, ()):
            continue
        for wrong in _wrong(each):
            found = known.score({item: wrong})
            assert (found.possible, found.missing) == (nothing.possible, nothing.missing), item
            assert [refusal.item.partition("[")[0] for refusal in found.refused] == [item]
            assert found.refused[0].reason
    assert known.score({"no such item": True}).refused


def _wrong(item: Item) -> list[ItemAnswer]:
    found: list[ItemAnswer] = ["no such answer"]
    if item.kind in (ItemKind.WHOLE, ItemKind.AMOUNT):
        found.append(Quantity(Fraction(1), "cd"))
        unit = item.unit or "1"
        found += [Quantity(item.low - 1, unit)] if item.low is not None else []
        found += [Quantity(item.high + 1, unit)] if item.high is not None else []
    if item.kind is ItemKind.WHOLE:
        found.append(Quantity((item.low or Fraction(0)) + Fraction(1, 2), item.unit or "1"))
    return found
