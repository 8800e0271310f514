"""Values that nobody recorded: read as a record would be, refused with the way out; readings that bear on an arm."""

import pytest

from dosepath.core.errors import InputError
from dosepath.core.facts import PatientRecord
from dosepath.trial.library import open_trial
from dosepath.trial.what_if import Assumption, assumed, can_be_assumed, switches, with_facts

PROTOCOL = open_trial("NCT06680388")


@pytest.mark.parametrize(
    ("concept", "written", "value"),
    [
        ("hemoglobin", "60", "60 g/L"),
        ("hemoglobin", "6.0 g/dL", "60 g/L"),
        ("inr", "1.5", "1.5 {INR}"),
        ("anti_dsdna", "positive", "positive"),
        ("pericardial_effusion", "false", "False"),
        ("nyha_class", "II", "II"),
    ],
)
def test_a_value_is_read_as_a_record_would_be(concept: str, written: str, value: str) -> None:
    fact = assumed(PROTOCOL, Assumption(concept, written, "2026-05-30"), 1)
    assert str(fact.value) == value
    assert (str(fact.period), fact.source) == ("2026-05-30", "what-if/1")


@pytest.mark.parametrize(
    ("concept", "written", "day", "uln", "reason"),
    [
        ("hemoglobinn", "60", "2026-05-30", "", "did you mean 'hemoglobin'"),
        ("prednisone", "60", "2026-05-30", "", "no concept 'prednisone' with one value"),
        ("hemoglobin", "high", "2026-05-30", "", "write a number in 'g/L'"),
        ("hemoglobin", "60 mmHg", "2026-05-30", "", "write a number in 'g/L'"),
        ("hemoglobin", "inf", "2026-05-30", "", "write a number in 'g/L'"),
        ("hemoglobin", "1e999999999", "2026-05-30", "", "hemoglobin|haemoglobin"),
        ("hemoglobin", "60", "2026-02-30", "", "not in the calendar"),
        ("hemoglobin", "60", "2026-05-30", "x", "a number is expected"),
        ("anti_dsdna", "positive", "2026-05-30", "3", "a number is expected"),
        ("anti_dsdna", "perhaps", "2026-05-30", "", "write one of positive, negative"),
    ],
)
def test_what_cannot_be_read_is_refused(concept: str, written: str, day: str, uln: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        assumed(PROTOCOL, Assumption(concept, written, day, uln), 1)


def test_the_record_itself_stays() -> None:
    record = PatientRecord("p1", ())
    fact = assumed(PROTOCOL, Assumption("inr", "1.5", "2026-05-30", "1.2"), 2)
    assert with_facts(record, [fact]).facts == (fact,)
    assert record.facts == ()
    assert str(fact.uln) == "1.2 {INR}"


def test_drugs_events_and_groups_have_no_one_value() -> None:
    concepts = PROTOCOL.file.concepts
    assert not any(can_be_assumed(concepts[name]) for name in ("prednisone", "sle_condition", "glucocorticoid"))


def test_readings_of_other_diseases_are_left_out() -> None:
    lupus, vasculitis = ({key for key, _ in switches(PROTOCOL, arm)} for arm in ("SLE", "AAV"))
    assert "I02.1.d.3" in lupus - vasculitis
    assert "E07#scope" in lupus & vasculitis  # its other reading brings E07 to all arms
    assert not any(key.startswith(("dlt", "design")) for key in lupus)
