"""Records by concept, needs and evidence."""

from dosepath.core.days import PartialDate, Period
from dosepath.core.facts import NOTHING, Evidence, Fact, Need, NeedKind, PatientRecord
from dosepath.core.quantity import Quantity

DAY = Period.at(PartialDate.parse("2026-05-20"))
FIRST = Fact("anc", DAY, "Observation/1", absent="withheld")
SECOND = Fact("anc", DAY, "Observation/2", Quantity.of("0.5", "10*9/L"))
OTHER = Fact("alt", DAY, "Observation/3")
RECORD = PatientRecord("p1", (FIRST, OTHER, SECOND))


def need(name: str, reason: str = "", kind: NeedKind = NeedKind.FACT) -> Need:
    return Need(kind, name, reason)


def test_facts_of_a_concept_in_the_order_of_the_source() -> None:
    assert RECORD.of("anc") == (FIRST, SECOND)
    assert RECORD.of("inr") == ()


def test_first_value_of_a_concept() -> None:
    assert RECORD.value_of("anc") == Quantity.of("0.5", "10*9/L")
    assert RECORD.value_of("alt") is None


def test_day_of_a_fact() -> None:
    assert FIRST.day == PartialDate.parse("2026-05-20")
    assert Fact("birth_date", Period(None), "Patient/1").day is None


def test_a_need_is_what_is_missing_and_not_why() -> None:
    assert need("anc", "none dated this year") == need("anc", "nothing on record")
    assert len({need("anc", "one"), need("anc", "other"), need("anc", kind=NeedKind.LIMIT)}) == 2
    assert need("anc").key == "fact:anc"
    assert sorted([need("b"), need("a"), need("c", kind=NeedKind.ANCHOR)]) == [
        need("c", kind=NeedKind.ANCHOR),
        need("a"),
        need("b"),
    ]


def test_evidence_is_joined_once_and_in_order() -> None:
    one = Evidence((SECOND,), (need("alt", "first"),), ("a note",))
    two = Evidence((FIRST, SECOND), (need("alt", "second"), need("inr")), ("another", "a note"))
    both = Evidence.joined([one, two])
    assert both.used == (SECOND, FIRST)
    assert [(known.name, known.reason) for known in both.missing] == [("alt", "first"), ("inr", "")]
    assert both.notes == ("a note", "another")


def test_two_records_that_say_the_same_are_two() -> None:
    twin = Fact("alt", DAY, "Observation/3")
    assert Evidence.joined([Evidence((OTHER,)), Evidence((twin,))]).used == (OTHER, twin)


def test_a_decided_verdict_misses_nothing() -> None:
    evidence = Evidence((FIRST,), (need("alt"),), ("a note",))
    assert evidence.without_needs() == Evidence((FIRST,), (), ("a note",))
    assert NOTHING.without_needs() is NOTHING
