"""Laws of evaluation that hold for all rules and all patients."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dosepath.core.days import PartialDate, Period
from dosepath.core.facts import Fact, PatientRecord
from dosepath.core.quantity import Quantity, convert
from dosepath.core.verdict import Verdict
from dosepath.rules import nodes
from dosepath.rules.check import check
from dosepath.rules.evaluation import Answer, Evaluator, Situation
from dosepath.rules.explain import explain
from dosepath.rules.parse import Reader, walk
from tests.properties.generate import (
    Patient,
    Wanted,
    better_known,
    changed,
    families,
    rules,
    rules_and_patients,
    scaled,
    shifted,
)
from tests.unit.rules.test_readers import CONCRETE
from tests.unit.rules.world import rule, vocabulary

MANY = settings(max_examples=100, suppress_health_check=list(HealthCheck))
FOUR_HUNDRED_YEARS = 146097
"""Days after which the calendar repeats itself."""


def judge(text: str, patient: Patient) -> Answer:
    return patient.world.judge(text, patient.facts, patient.unread)


def test_random_rules_hold_every_class() -> None:
    seen: set[type[nodes.Node]] = set()
    for family in families():

        @settings(max_examples=60, derandomize=True, phases=[Phase.generate], database=None)
        @given(rules(family=family))
        def collect(text: str) -> None:
            seen.update(type(node) for node in walk(rule(text)))

        collect()
    assert seen == CONCRETE


@MANY
@given(rules_and_patients())
def test_every_rule_is_answered_and_says_why(drawn: tuple[str, Patient]) -> None:
    text, patient = drawn
    answer = judge(text, patient)
    assert answer == judge(text, patient)
    if answer.verdict.decided:
        assert not answer.evidence.missing
    else:
        assert answer.evidence.missing or answer.evidence.notes


@MANY
@given(rules())
def test_every_rule_can_be_put_into_words(text: str) -> None:
    said = explain(rule(text), vocabulary())
    assert said
    assert said.count("(") == said.count(")")
    assert said.count("[") == said.count("]")


@MANY
@given(rules_and_patients(Wanted(calendar=False)), st.integers(-2000, 2000))
def test_a_shift_of_all_days_changes_nothing(drawn: tuple[str, Patient], count: int) -> None:
    text, patient = drawn
    assert judge(text, shifted(patient, count)).verdict is judge(text, patient).verdict


@MANY
@given(rules_and_patients(), st.sampled_from([-FOUR_HUNDRED_YEARS, FOUR_HUNDRED_YEARS]))
def test_a_shift_by_whole_calendars_changes_nothing(drawn: tuple[str, Patient], count: int) -> None:
    text, patient = drawn
    assert judge(text, shifted(patient, count)).verdict is judge(text, patient).verdict


@MANY
@given(rules_and_patients(), st.lists(st.dates(date(2024, 1, 1), date(2026, 7, 1)), min_size=1, max_size=3))
def test_facts_of_unrelated_concepts_change_nothing(drawn: tuple[str, Patient], days: list[date]) -> None:
    text, patient = drawn
    unrelated = [
        Fact(concept, Period.at(PartialDate.on(day)), f"x-{place}", Quantity.of("39", "Cel"))
        for place, day in enumerate(days)
        for concept in ("temperature", "a_concept_of_another_protocol")
    ]
    more = replace(patient, facts=(*unrelated[:1], *patient.facts, *unrelated[1:]))
    assert judge(text, more) == judge(text, patient)


@MANY
@given(rules_and_patients(Wanted(knowledge=False), vague=True), st.data())
def test_what_is_decided_stays_as_more_is_known(drawn: tuple[str, Patient], data: st.DataObject) -> None:
    """All nodes are monotone in information but the three that ask what is known: they may say "no" for "not known"."""
    text, patient = drawn
    before = judge(text, patient).verdict
    known = data.draw(better_known(patient))
    if before is not Verdict.UNKNOWN:
        assert judge(text, known).verdict is before


@MANY
@given(rules_and_patients(), st.data())
def test_the_order_of_the_source_does_not_matter_where_days_differ(
    drawn: tuple[str, Patient], data: st.DataObject
) -> None:
    text, patient = drawn
    days: set[tuple[str, object]] = set()
    facts = []
    for fact in patient.facts:
        day = fact.period.start
        if fact.concept in ("birth_date", "sex") or (day is not None and day.exact and (fact.concept, day) not in days):
            days.add((fact.concept, day))
            facts.append(fact)
    mixed = [changed(fact, order=data.draw(st.integers(0, 9))) for fact in data.draw(st.permutations(facts))]
    first, second = (replace(patient, facts=tuple(some)) for some in (facts, mixed))
    assert judge(text, second).verdict is judge(text, first).verdict


OTHER_UNITS = {"anc": "/uL", "weight": "g", "alt": "kU/L", "creat": "mmol/L"}


def in_other_units() -> tuple[Reader, Any]:
    terms = {name: replace(term, unit=OTHER_UNITS.get(name, term.unit)) for name, term in vocabulary().terms.items()}
    other = replace(vocabulary(), terms=terms)
    return Reader(other), other


READER, OTHER = in_other_units()


@MANY
@given(rules_and_patients())
def test_a_consistent_change_of_units_changes_nothing(drawn: tuple[str, Patient]) -> None:
    text, patient = drawn
    rewritten = scaled(patient, OTHER_UNITS, convert)
    tree = READER.truth(text)
    check(tree, OTHER)
    world = patient.world
    record = PatientRecord("p1", rewritten.facts, rewritten.unread)
    situation = Situation(record, world.anchors, world.on, world.complete, world.settings)
    windows = {name: READER.window(name) for name in OTHER.windows}
    assert Evaluator(situation, OTHER, windows).judge(tree).verdict is judge(text, patient).verdict


@pytest.mark.slow
@settings(max_examples=20_000, suppress_health_check=list(HealthCheck))
@given(rules_and_patients(Wanted(knowledge=False), vague=True), st.data())
def test_what_is_decided_stays_as_more_is_known_at_length(drawn: tuple[str, Patient], data: st.DataObject) -> None:
    text, patient = drawn
    before = judge(text, patient).verdict
    known = data.draw(better_known(patient))
    if before is not Verdict.UNKNOWN:
        assert judge(text, known).verdict is before
