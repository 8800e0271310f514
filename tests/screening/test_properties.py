"""Laws of screening over the cases: units, new evidence, anchors."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dosepath.core.days import PartialDate, Period
from dosepath.core.facts import Fact, PatientRecord, Table
from dosepath.core.quantity import Quantity, factor
from dosepath.core.verdict import Verdict
from dosepath.eligibility.report import GateReport
from dosepath.eligibility.screening import Occasion, screen
from dosepath.mapping.reader import ConceptIndex, Located, map_resources
from dosepath.protocol.model import GateName
from tests.screening.case_files import SCREENING, Case, all_cases, run, trial

CASES = [case for case in all_cases() if case.gate is not GateName.INFUSION]
FACTS = sorted(
    {fact for case in CASES for fact in case.record.facts if fact.concept not in ("birth_date", "sex", "death")},
    key=str,
)
FEW = settings(max_examples=40)

# Concept, LOINC code, the unit drawn, other units into which its decimals go without rounding, values near a threshold.
LABS = [
    ("anc", "751-8", "10*9/L", ("/uL", "10*3/uL", "10*6/L"), (0, 2)),
    ("platelets", "777-3", "10*9/L", ("/uL", "10*3/uL"), (0, 40)),
    ("hemoglobin", "718-7", "g/dL", ("g/L", "mg/dL"), (3, 9)),
    ("creatinine", "2160-0", "mg/dL", ("umol/L", "mg/L", "g/L"), (1, 4)),
    ("total_bilirubin", "1975-2", "mg/dL", ("umol/L", "mg/L"), (0, 4)),
    ("body_weight", "29463-7", "[lb_av]", ("kg", "g"), (80, 200)),
    ("urine_protein_24h", "2889-4", "g/(24.h)", ("mg/(24.h)", "g/d"), (2, 6)),
    ("iga", "2458-8", "g/L", ("mg/dL", "g/dL"), (0, 3)),
    ("igg", "2465-3", "g/L", ("mg/dL", "g/dL"), (4, 12)),
    ("ck", "2157-6", "ukat/L", ("U/L", "mU/mL"), (1, 9)),
    ("ast", "1920-8", "U/L", ("mU/mL", "kU/L"), (50, 200)),
    ("tst_mm", "1648-5", "mm", ("cm", "m"), (2, 12)),
]


@lru_cache(maxsize=1)
def index() -> ConceptIndex:
    return ConceptIndex(trial().file.concepts)


def decimal(number: Fraction) -> str:
    """Write an exact decimal; every factor of LABS has one."""
    text = str(Quantity(number, "1"))
    assert Fraction(text) == number
    return text


def observation(code: str, values: tuple[Fraction, Fraction, Fraction], unit: str, times: Fraction) -> dict[str, Any]:
    value, low, high = (
        {"value": decimal(number * times), "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
        for number in values
    )
    return {
        "resourceType": "Observation",
        "id": f"o{code}",
        "status": "final",
        "effectiveDateTime": (SCREENING - timedelta(days=3)).isoformat(),
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueQuantity": value,
        "referenceRange": [{"low": low, "high": high}],
    }


def judged(resources: list[dict[str, Any]], arm: str) -> dict[str, Verdict]:
    person = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1985-04-12"}
    located = [Located(resource, "a.json") for resource in (person, *resources)]
    record = map_resources(located, index(), patient="p").record
    report = screen(record, trial(), arm, Occasion(SCREENING, {}, frozenset(Table)), (GateName.SCREENING,))
    return {name: finding.verdict for name, finding in report.screening.findings.items()}


@FEW
@given(st.data(), st.sampled_from(["SLE", "IIM"]))
def test_results_and_limits_in_other_units_give_the_same_verdicts(data: st.DataObject, arm: str) -> None:
    here, there = [], []
    for concept, code, unit, others, (low, high) in data.draw(st.lists(st.sampled_from(LABS), min_size=1, unique=True)):
        number = st.integers(low * 100, high * 100).map(lambda count: Fraction(count, 100))
        values = (data.draw(number), data.draw(number), data.draw(number))
        other = data.draw(st.sampled_from((unit, *others)))
        analyte = trial().file.concepts[concept].analyte or None
        here.append(observation(code, values, unit, Fraction(1)))
        there.append(observation(code, values, other, factor(unit, other, analyte)))
    assert judged(here, arm) == judged(there, arm)


def decided(report: GateReport) -> dict[str, Verdict]:
    leaves = (finding for finding in report.findings.values() if finding.leaf and finding.in_scope)
    return {finding.id: finding.verdict for finding in leaves if finding.verdict.decided}


def added(case: Case, fact: Fact) -> Case:
    new = replace(fact, source="Record/new", order=1 + len(case.record.facts))
    return replace(case, record=PatientRecord("case", (*case.record.facts, new), case.record.unclassified))


@settings(max_examples=150)
@given(st.sampled_from(CASES), st.sampled_from(FACTS), st.sampled_from([None, 0, 1, 20, 40, 100, 400]))
def test_new_evidence_changes_a_decided_verdict_only_as_one_of_its_grounds(
    case: Case, fact: Fact, days: int | None
) -> None:
    """Whatever is added, on any day: a leaf that was decided and is no longer the same names the new record."""
    if days is not None:
        fact = replace(fact, period=Period.at(PartialDate.on(case.occasion.on - timedelta(days=days))))
    before, after = run(case), run(added(case, fact))
    for name, verdict in decided(before).items():
        finding = after.findings[name]
        if finding.verdict is not verdict:
            grounds = {used.source for used in finding.evidence.used} | {need.name for need in finding.evidence.missing}
            assert grounds & {"Record/new", fact.concept}, (case.name, name, finding)


@FEW
@given(st.sampled_from(CASES), st.sampled_from(FACTS), st.integers(1, 9000))
def test_records_dated_after_the_day_of_the_evaluation_do_not_exist_yet(case: Case, fact: Fact, days: int) -> None:
    future = Period.at(PartialDate.on(case.occasion.on + timedelta(days=days)))
    before = run(case).findings
    after = run(added(case, replace(fact, period=future))).findings
    assert {name: item.verdict for name, item in after.items()} == {name: item.verdict for name, item in before.items()}


@FEW
@given(st.sampled_from(CASES), st.permutations(range(12)))
def test_the_order_of_records_of_different_days_changes_nothing(case: Case, order: list[int]) -> None:
    facts = case.record.facts
    mixed = tuple(facts[place] for place in order if place < len(facts)) + facts[len(order) :]
    record = PatientRecord("case", mixed, case.record.unclassified)
    expected = {name: run(case).findings[name].verdict for name in case.expect}
    found = run(replace(case, record=record)).findings
    assert {name: found[name].verdict for name in expected} == expected


@FEW
@given(st.sampled_from(CASES), st.dates(date(2000, 1, 1), date(2040, 1, 1)))
def test_dates_that_no_criterion_hangs_on_change_nothing(case: Case, day: date) -> None:
    """Apheresis and infusion have no say at the first two gates."""
    anchors = {**case.occasion.anchors, "apheresis": day, "infusion": day}
    found = run(replace(case, occasion=replace(case.occasion, anchors=anchors))).findings
    assert {name: item.verdict for name, item in found.items()} == {
        name: item.verdict for name, item in run(case).findings.items()
    }
