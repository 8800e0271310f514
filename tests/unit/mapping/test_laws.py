"""What holds for any input: nothing raises, nothing gets lost, nothing but the named keys is read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dosepath.core.facts import Fact, Table
from dosepath.mapping.index import ConceptIndex
from dosepath.mapping.reader import Located, Mapped, RemarkKind, _entry, map_alone, map_resources
from dosepath.mapping.shapes import SHAPES
from dosepath.mapping.systems import Coded
from tests.unit.mapping.short_form import all_cases, index, located

RESOURCES = [each.resource for _, case in all_cases() for each in located(case)]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["2026-02-30", "1:80", "<5", "9" * 60, "1e999", "P", "\ud800", "II", "http://loinc.org", "#a", "positive"]
    ),
    st.sampled_from([Decimal("1e999999"), Decimal("-0"), 10**50, Decimal("1e-400")]),
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(sorted(SHAPES)), st.text(max_size=5)), inner, max_size=3),
    ),
    max_leaves=6,
)


def places(node: Any) -> list[tuple[Any, Any]]:
    """List every place in a JSON value where something can be put instead."""
    found: list[tuple[Any, Any]] = []
    waiting = [node]
    while waiting:
        each = waiting.pop()
        keys = list(each) if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else []
        for key in keys:
            found.append((each, key))
            waiting.append(each[key])
    return found


@st.composite
def damaged(draw: st.DrawFn) -> list[Located]:
    """Draw a few valid resources and put something else into some of their places."""
    chosen = [deepcopy(dict(each)) for each in draw(st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=4))]
    for _ in range(draw(st.integers(0, 3))):
        spots = places(chosen)
        where, key = spots[draw(st.integers(0, len(spots) - 1))]
        if isinstance(where, dict) and draw(st.booleans()):
            del where[key]
        elif where is not chosen:
            where[key] = draw(anything)
    return [Located(each, f"file entry {number}") for number, each in enumerate(chosen, start=1)]


def accounted(resources: Sequence[Located], mapped: Mapped) -> None:
    """Every resource has left a trace, or is counted among those that carry nothing."""
    traces = {fact.source for fact in mapped.record.facts} | {each.source for each in mapped.record.unclassified}
    by_place = {remark.place for remark in mapped.remarks if remark.kind is not RemarkKind.UNREAD}
    counted = sum(remark.count for remark in mapped.remarks if remark.kind is RemarkKind.UNREAD)
    silent = [
        each
        for each in resources
        if each.place not in by_place
        and each.resource.get("resourceType") != "Medication"
        and _entry(0, each).source not in traces
    ]
    assert len(silent) <= counted


@settings(max_examples=600)
@given(damaged())
def test_damaged_resources_never_raise_and_never_get_lost(resources: list[Located]) -> None:
    mapped = map_resources(resources, index())
    accounted(resources, mapped)
    for fact in mapped.record.facts:
        str(fact)
        assert not (fact.value is not None and (fact.unusable or fact.absent)), fact
        assert fact.reported.isprintable()
    for remark in mapped.remarks:
        str(remark).encode("utf-8")


NOBODY = Located({"resourceType": "Patient", "id": "nobody of the cases"}, "")


@settings(max_examples=300)
@given(damaged())
def test_a_resource_read_alone_says_what_it_says_beside_a_patient(resources: list[Located]) -> None:
    for each in resources:
        alone = map_alone(each, index())
        beside = map_resources([each] if _entry(0, each).type == "Patient" else [NOBODY, each], index())
        facts = [replace(fact, order=0) for fact in beside.record.facts if fact.source != _entry(0, NOBODY).source]
        assert list(alone.record.facts) == facts
        assert alone.record.unclassified == beside.record.unclassified
        assert list(alone.remarks) == [each for each in beside.remarks if each.resource != _entry(0, NOBODY).source]


def test_every_case_is_accounted_for() -> None:
    for _, case in all_cases():
        resources = located(case)
        accounted(resources, map_resources(resources, index()))


def test_only_the_named_keys_are_read() -> None:
    for name, case in all_cases():
        full = located(case)
        slim = [Located({k: v for k, v in each.resource.items() if k in SHAPES}, each.place) for each in full]
        assert map_resources(slim, index()) == map_resources(full, index()), name


def test_order_of_other_resources_changes_nothing_but_the_order() -> None:
    for name, case in all_cases():
        if "same resource twice" in name or "second patient" in name:
            continue
        there = located(case)
        back = list(reversed(there))
        assert _without_order(map_resources(there, index())) == _without_order(map_resources(back, index())), name


def _without_order(mapped: Mapped) -> Counter[str]:
    return Counter(_as_text(fact) for fact in mapped.record.facts)


def _as_text(fact: Fact) -> str:
    return f"{fact.concept} {fact.period} {fact.source} {fact.value} {fact.dose} {fact.times_per_day} {fact.unusable}"


codes = st.text(alphabet="CDLMHJ0123456789.AB", max_size=7)


@given(st.sampled_from(Table), st.sampled_from(["icd10cm", "atc", "rxnorm", "snomed", ""]), codes, st.text(max_size=30))
def test_a_match_never_says_both_yes_and_maybe(table: Table, system: str, code: str, text: str) -> None:
    match = index().match(table, Coded(((system, code),) if code else (), (text,) if text else ()))
    assert not match.may_be.intersection(match.concepts)
    known: Mapping[str, object] = index().concepts
    assert {*match.concepts, *match.may_be} <= set(known)


def test_an_index_of_nothing_reads_nothing_but_the_patient() -> None:
    empty = ConceptIndex({})
    for _, case in all_cases():
        mapped = map_resources(located(case), empty)
        strange = {f.concept for f in mapped.record.facts if "." not in f.concept} - {"birth_date", "sex", "death"}
        assert not strange
