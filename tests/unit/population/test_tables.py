"""A record written as rows reads back as the same record, to the last digit."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosepath.core.days import PartialDate, Period
from dosepath.core.errors import InputError
from dosepath.core.facts import Fact, PatientRecord
from dosepath.core.quantity import Quantity
from dosepath.population.tables import FACTS, UNCLASSIFIED, record_of, rows_of
from dosepath.rules.evaluation.results import last_of_day
from tests.properties.generate import Patient, patients
from tests.unit.rules.world import ON


@settings(max_examples=100, deadline=None)
@given(patients(vague=True))
def test_a_record_reads_back_from_its_rows(patient: Patient) -> None:
    record = PatientRecord("p1", patient.facts, patient.unread)
    rows = rows_of(record, 7)
    assert record_of("p1", rows.facts[::-1], rows.unclassified) == record


@pytest.mark.parametrize(
    "text", ["0.1", "1/3", "1.8", "88.4", "0.45359237", "1e20", "1e-20", "-3/7", "12345678901234567/3"]
)
def test_numbers_are_exact(text: str) -> None:
    number = Fraction(text)
    fact = Fact("x", Period(None), "s", Quantity(number, "g"), uln=Quantity(number / 7, "g"), times_per_day=number)
    rows = rows_of(PatientRecord("p", (fact,)), 1)
    assert record_of("p", rows.facts, ()).facts == (fact,)


def result(time: str, order: int) -> Fact:
    return Fact("x", Period.at(PartialDate.on(ON)), f"{time or 'no time'}, {order}", time=time, order=order)


@given(st.lists(st.builds(result, st.sampled_from(["", "08:00", "14:00"]), st.integers(0, 3)), min_size=1, max_size=5))
def test_ranks_say_which_result_of_a_day_counts(facts: list[Fact]) -> None:
    ranks = [row[FACTS.names.index("rank")] for row in rows_of(PatientRecord("p", tuple(facts)), 1).facts]
    timed = sum(bool(fact.time) for fact in facts)
    if None in ranks:
        assert 1 < timed < len(facts)
        return
    in_order = [fact for _, fact in sorted(zip(ranks, facts, strict=True), key=lambda pair: pair[0])]
    assert in_order[-1] is last_of_day(facts)
    assert in_order[0] is last_of_day(facts, earliest=True)


def test_rows_have_the_columns_of_their_table() -> None:
    fact = Fact("x", Period.at(PartialDate.on(ON)), "s")
    (row,) = rows_of(PatientRecord("p", (fact,)), 1).facts
    assert len(row) == len(FACTS.columns)
    assert len(set(FACTS.names)) == len(FACTS.names)
    assert len(set(UNCLASSIFIED.names)) == len(UNCLASSIFIED.names)


def test_limits_in_another_unit_are_refused() -> None:
    fact = Fact("x", Period(None), "s", Quantity(Fraction(1), "g/L"), uln=Quantity(Fraction(1), "g/dL"))
    with pytest.raises(InputError, match="convert them"):
        rows_of(PatientRecord("p", (fact,)), 1)
