"""A record written as rows reads back as the same record, to the last digit."""

from fractions import Fraction

import pytest
from hypothesis import given, settings

from dosepath.core.days import PartialDate, Period
from dosepath.core.errors import InputError
from dosepath.core.facts import Fact, PatientRecord
from dosepath.core.quantity import Quantity
from dosepath.population.tables import FACTS, UNCLASSIFIED, record_of, rows_of
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
