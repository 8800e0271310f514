"""Laws of screening: what must not change a verdict."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dosepath.core.days import PartialDate, Period
from dosepath.core.facts import Fact, PatientRecord, Table
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict
from dosepath.eligibility.screening import Occasion, screen
from dosepath.protocol.model import GateName
from tests.screening.case_files import Case, all_cases, run, trial

CASES = [case for case in all_cases() if not case.readings]
FOUR_CENTURIES = timedelta(days=146097)
FEW = settings(max_examples=60, deadline=None)


def verdicts(case: Case) -> dict[str, Verdict]:
    found = run(case).findings
    return {identity: found[identity].verdict for identity in case.expect}


def later(day: date) -> date:
    return day + FOUR_CENTURIES


def later_partial(day: PartialDate | None) -> PartialDate | None:
    return None if day is None else PartialDate(later(day.earliest), later(day.latest))


def later_fact(fact: Fact) -> Fact:
    period = Period(later_partial(fact.period.start), later_partial(fact.period.end), fact.period.ongoing)
    value = later_partial(fact.value) if isinstance(fact.value, PartialDate) else fact.value
    return replace(fact, period=period, value=value)


@FEW
@given(st.sampled_from(CASES))
def test_shifting_all_days_by_four_centuries_changes_nothing(case: Case) -> None:
    """The calendar repeats after 400 years, so months and leap days fall alike."""
    record = replace(case.record, facts=tuple(map(later_fact, case.record.facts)))
    anchors = {name: day and later(day) for name, day in case.occasion.anchors.items()}
    occasion = replace(case.occasion, on=later(case.occasion.on), anchors=anchors)
    assert verdicts(replace(case, record=record, occasion=occasion)) == verdicts(case)


@FEW
@given(st.sampled_from(CASES), st.integers(0, 60))
def test_facts_that_no_rule_asks_for_change_nothing(case: Case, days: int) -> None:
    day = Period.at(PartialDate.on(case.occasion.on - timedelta(days=days)))
    other = Fact("body_height", day, "Record/other", Quantity.of(170, "cm"))
    record = replace(case.record, facts=(other, *case.record.facts))
    assert verdicts(replace(case, record=record)) == verdicts(case)


@FEW
@given(st.sampled_from(CASES), st.data())
def test_dropping_a_fact_that_was_not_used_changes_nothing(case: Case, data: st.DataObject) -> None:
    found = run(case).findings
    used = {fact.source for identity in case.expect for fact in found[identity].evidence.used}
    spare = [fact for fact in case.record.facts if fact.source not in used]
    if spare:
        dropped = data.draw(st.sampled_from(spare))
        record = replace(case.record, facts=tuple(fact for fact in case.record.facts if fact is not dropped))
        before = {name: verdict for name, verdict in verdicts(case).items() if verdict.decided}
        after = verdicts(replace(case, record=record))
        assert {name: after[name] for name in before} == before


@FEW
@given(st.sampled_from(CASES))
def test_what_is_decided_stays_when_all_lists_are_asserted(case: Case) -> None:
    occasion = replace(case.occasion, complete=frozenset(Table))
    after = verdicts(replace(case, occasion=occasion))
    assert {name: after[name] for name, verdict in verdicts(case).items() if verdict.decided} == {
        name: verdict for name, verdict in verdicts(case).items() if verdict.decided
    }


def test_no_inclusion_is_met_by_an_empty_record() -> None:
    for complete in (frozenset[Table](), frozenset(Table)):
        for arm in trial().file.arms:
            report = screen(
                PatientRecord("empty", ()),
                trial(),
                arm,
                Occasion(date(2026, 6, 1), {}, complete),
                (GateName.SCREENING,),
            )
            met = [
                item.id
                for item in report.screening.findings.values()
                if item.leaf and item.in_scope and not item.criterion.exclusion and item.verdict is Verdict.MET
            ]
            assert met == []


def test_nothing_is_decided_by_an_empty_record_without_assertions() -> None:
    for arm in trial().file.arms:
        report = screen(PatientRecord("empty", ()), trial(), arm, Occasion(date(2026, 6, 1)), (GateName.SCREENING,))
        decided = [
            item.id for item in report.screening.findings.values() if item.leaf and item.in_scope and not item.open
        ]
        assert decided == []
