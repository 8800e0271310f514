"""Screening reports -> a JSON document that holds everything a later reader needs to follow a verdict."""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from dosepath import __version__
from dosepath.core.days import PartialDate
from dosepath.core.facts import Evidence, Fact, Value
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.eligibility.gaps import orders
from dosepath.eligibility.report import CheckResult, Finding, GateReport, ScreeningReport
from dosepath.eligibility.wording import ValueNames
from dosepath.mapping.reader import Remark
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol
from dosepath.rules.evaluation import NEVER, Compared
from dosepath.trial.journeys import PatientScreening

SCHEMA = "dosepath-screening/1"


def document(
    protocol: Protocol,
    gate: GateName,
    screenings: Iterable[PatientScreening],
    problems: Iterable[Remark],
    recheck: Sequence[str] = (),
) -> dict[str, Any]:
    """Give the document of a whole screening run.

    Parameters
    ----------
    protocol
        Protocol under the readings in force.
    gate
        Gate that was screened for.
    screenings
        Patients, in the order in which they are to stand.
    problems
        What was not understood in the input.
    recheck
        Ids of criteria that are judged again before lymphodepletion.
    """
    names: dict[frozenset[tuple[str, Fraction]], ValueNames] = {}

    def named(report: ScreeningReport) -> ValueNames:
        return names.setdefault(frozenset(report.settings.items()), ValueNames(protocol, report.settings))

    return {
        "schema": SCHEMA,
        "software": f"dosepath {__version__}",
        "protocol": {"id": protocol.id, "version": protocol.file.version, "digest": protocol.digest},
        "readings": {key: protocol.in_force(key, reading) for key, reading in protocol.readings() if reading.options},
        "gate": gate.value,
        "recheck_before_lymphodepletion": list(recheck),
        "reports": [
            {**report_document(report, named(report)), "arms": arms_document(screening, gate)}
            for screening in screenings
            for report in screening.shown(gate)
        ],
        "input_problems": [remark_document(remark) for remark in problems],
    }


def arms_document(screening: PatientScreening, gate: GateName) -> dict[str, Any]:
    """Give all arms that were judged for a patient, and how they were chosen; a person decides between them."""
    return {
        "named_by_a_person": screening.asked,
        "disease_on_record": list(screening.suggested),
        "overall": {report.arm: report.gates[gate].overall.value for report in screening.reports},
    }


def remark_document(remark: Remark) -> dict[str, Any]:
    """Give one remark on the input."""
    found: dict[str, Any] = {"place": remark.place, "resource": remark.resource, "reason": remark.reason}
    return {**found, "kind": remark.kind.name.lower(), "count": remark.count}


def report_document(report: ScreeningReport, names: ValueNames | None = None) -> dict[str, Any]:
    """Give one patient and arm; `names` may be shared by reports of the same settings."""
    names = ValueNames(report.protocol, report.settings) if names is None else names
    return {
        "patient": report.patient,
        "arm": report.arm,
        "on": report.on.isoformat(),
        "anchors": {name: _day(day) for name, day in report.anchors.items()},
        "sources_complete": sorted(table.value for table in report.complete),
        "settings": {name: number_text(value) for name, value in sorted(report.settings.items())},
        "alerts": list(report.alerts),
        "gates": {gate.value: _gate(found, report.protocol, names) for gate, found in report.gates.items()},
    }


def _gate(gate: GateReport, protocol: Protocol, names: ValueNames) -> dict[str, Any]:
    return {
        "overall": gate.overall.value,
        "blockers": list(gate.blockers),
        "undecided": list(gate.undecided),
        "note": gate.note,
        "expires": _day(gate.expires),
        "criteria": {identity: _finding(item, names) for identity, item in gate.findings.items()},
        "checks": [_check(item) for item in gate.checks],
        "orders": [
            {
                "label": order.label,
                "burden": order.burden,
                "supplies": [need.key for need in order.needs],
                "settles": list(order.settles),
                "helps": list(order.helps),
            }
            for order in orders(gate, protocol)
        ],
    }


def _finding(finding: Finding, names: ValueNames) -> dict[str, Any]:
    if not finding.in_scope:
        return {"in_scope": False}
    return {
        "in_scope": True,
        "verdict": finding.verdict.value,
        "pending": finding.pending,
        "title": finding.criterion.source.title,
        "quote": finding.criterion.quote,
        "lines": list(finding.criterion.lines),
        "rule": finding.criterion.rule.text,
        "values": [compared_document(item, names.of(item.asked)) for item in finding.values],
        "evidence": _evidence(finding.evidence),
        "alerts": list(finding.alerts),
        "expires": _day(finding.expires),
    }


def compared_document(item: Compared, asked: str) -> dict[str, Any]:
    """Give a value that was compared; of a range its ends, where it has them; without any of these it is not known."""
    found: dict[str, Any] = {"asked": asked}
    match item.value:
        case Interval() as number if number.exact and number.low is not None:
            found["value"] = number_text(number.low)
        case Interval(low=low, high=high):
            ends = {"low": low, "high": high}
            found.update((name, number_text(end)) for name, end in ends.items() if end is not None)
        case PartialDate() as day if day.exact:
            found["value"] = "never" if day == NEVER else str(day)
        case PartialDate(earliest=earliest, latest=latest):
            found.update({"earliest": earliest.isoformat(), "latest": latest.isoformat()})
        case str(answer):
            found["value"] = answer
    if isinstance(item.value, Interval) and item.found.unit not in ("", "1"):
        found["unit"] = item.found.unit
    return found


def _check(item: CheckResult) -> dict[str, Any]:
    return {
        "id": item.check.id,
        "title": item.check.title,
        "verdict": item.verdict.value,
        "evidence": _evidence(item.evidence),
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "used": [_fact(fact) for fact in evidence.used],
        "missing": [{"key": need.key, "reason": need.reason} for need in evidence.missing],
        "notes": list(evidence.notes),
    }


def _fact(fact: Fact) -> dict[str, Any]:
    found: dict[str, Any] = {
        "concept": fact.concept,
        "source": fact.source,
        "when": str(fact.period),
        "value": _value(fact.value),
        "comparator": fact.comparator,
        "unit": fact.value.unit if isinstance(fact.value, Quantity) else None,
        "reported": fact.reported,
        "lln": _value(fact.lln),
        "uln": _value(fact.uln),
        "dose": str(fact.dose) if fact.dose else None,
        "times_per_day": number_text(fact.times_per_day) if fact.times_per_day is not None else None,
        "unusable": fact.unusable,
        "absent": fact.absent,
    }
    return {key: value for key, value in found.items() if value not in (None, "")}


def _value(value: Value | None) -> Any:
    match value:
        case Quantity(value=number):
            return number_text(number)
        case PartialDate():
            return str(value)
        case _:
            return value


def number_text(number: Fraction) -> str:
    """Write a number exactly: as a decimal where it ends, as a fraction where it does not."""
    if number.denominator == 1:
        return str(number.numerator)
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return str(number)
    digits = 0
    scaled = number
    while scaled.denominator != 1:
        scaled *= 10
        digits += 1
    text = str(abs(scaled.numerator)).rjust(digits + 1, "0")
    return f"{'-' if number < 0 else ''}{text[:-digits]}.{text[-digits:]}"


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
