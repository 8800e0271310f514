"""Cases of schema `reference-screening/1`: patients as FHIR bundles with the verdict of every criterion."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from dosepath.cli.verify.outcome import CaseResult
from dosepath.core.errors import DosepathError, InputError
from dosepath.core.facts import Need, PatientRecord, Table
from dosepath.core.verdict import Verdict
from dosepath.eligibility.report import Finding, GateReport, ScreeningReport
from dosepath.eligibility.screening import RECHECK_SETTING, Occasion, screen
from dosepath.interop.fhir import read_patients
from dosepath.mapping.reader import ConceptIndex
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol
from dosepath.trial.library import open_trial

SCHEMA = "reference-screening/1"

CASE_KEYS = frozenset({"id", "title", "bundle", "why", "note", "source"}) | {
    *("arm", "on", "gate", "anchors", "sources_complete", "readings", "settings"),
    *("expected", "overall", "evidence", "missing"),
}

FILLING = frozenset(
    {*("a", "an", "the", "of", "in", "at", "on", "for", "no", "not", "or", "with", "within", "before", "after")}
    | {"dated", "value", "result", "day", "date"}
)
"""Words of a gap that name nothing."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case of the file, with the defaults filled in."""

    name: str
    bundle: Path
    arm: str
    gate: GateName
    occasion: Occasion
    readings: Mapping[str, str]
    expected: Mapping[str, str]
    overall: str
    evidence: Mapping[str, list[str]]
    missing: Mapping[str, str]


def verify(document: Mapping[str, Any], folder: Path) -> Iterator[CaseResult]:
    """Run every case of a file; bundles are found relative to its folder.

    Raises
    ------
    InputError
        When the file is not laid out as the schema says.
    """
    protocol = open_trial(str(document.get("trial", "")))
    index = ConceptIndex(protocol.file.concepts)
    defaults = document.get("defaults") or {}
    cases = document.get("cases")
    if not isinstance(cases, list) or not isinstance(defaults, dict):
        raise InputError(f"a file of {SCHEMA} has a list 'cases' and, if any, a mapping 'defaults'")
    for number, raw in enumerate(cases, start=1):
        name = str(raw.get("id", number)) if isinstance(raw, dict) else str(number)
        try:
            found = _differences(raw, defaults, folder, protocol, index)
        except (DosepathError, OSError, ValueError) as error:
            found = [str(error)]
        except (AttributeError, KeyError, TypeError) as error:
            found = [f"not laid out as {SCHEMA} says: {type(error).__name__} {error}"]
        yield CaseResult(name, tuple(found))


def _differences(
    raw: Mapping[str, Any], defaults: Mapping[str, Any], folder: Path, protocol: Protocol, index: ConceptIndex
) -> list[str]:
    unknown = sorted(set(raw) - CASE_KEYS)
    if unknown:
        return [f"unknown key {', '.join(unknown)}"]
    case = _case(raw, defaults, folder)
    record = _record(case.bundle, index)
    report = screen(record, protocol.under(case.readings), case.arm, case.occasion, (case.gate,))
    return list(differences(case, report))


def _case(raw: Mapping[str, Any], defaults: Mapping[str, Any], folder: Path) -> Case:
    def get(key: str, fallback: Any) -> Any:
        value = raw.get(key, defaults.get(key))
        return fallback if value is None else value

    settings = {**(defaults.get("settings") or {}), **(raw.get("settings") or {})}
    recheck = settings.pop(RECHECK_SETTING, None) or ()
    occasion = Occasion(
        on=_day(get("on", None)),
        anchors={name: None if day is None else _day(day) for name, day in get("anchors", {}).items()},
        complete=frozenset(Table(name) for name in get("sources_complete", [])),
        settings={name: Fraction(str(value)) for name, value in settings.items()},
        recheck=tuple(recheck.split(",") if isinstance(recheck, str) else recheck),
    )
    return Case(
        name=str(raw["id"]),
        bundle=folder / str(raw["bundle"]),
        arm=str(get("arm", "")),
        gate=GateName(get("gate", "screening")),
        occasion=occasion,
        readings={str(key): str(option) for key, option in get("readings", {}).items()},
        expected=raw.get("expected") or {},
        overall=str(raw.get("overall") or ""),
        evidence=raw.get("evidence") or {},
        missing=raw.get("missing") or {},
    )


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _record(bundle: Path, index: ConceptIndex) -> PatientRecord:
    patients = list(read_patients([bundle], index))
    if len(patients) != 1:
        raise InputError(f"{bundle.name}: {len(patients)} patients; a case has one")
    return patients[0].mapped.record


# Differences -----------------------------------------------------------------------------------------------------


def differences(case: Case, report: ScreeningReport) -> Iterator[str]:
    """List in what a report differs from what a case expects."""
    gate = report.gates[case.gate]
    if case.overall and gate.overall.value != case.overall:
        yield f"overall: expected {case.overall}, got {gate.overall.value} ({_why(gate)})"
    for identity, verdict in case.expected.items():
        finding = gate.findings.get(identity)
        if finding is None:
            yield f"{identity}: no such criterion"
        elif not finding.in_scope:
            yield f"{identity}: expected {verdict}, got out of scope"
        elif finding.verdict is not Verdict(verdict):
            yield f"{identity}: expected {verdict}, got {finding.verdict.value} ({_grounds(finding)})"
    for identity, resources in case.evidence.items():
        used = {fact.source.rpartition("/")[2] for fact in _finding(gate, identity).evidence.used}
        for resource in resources:
            if resource not in used:
                yield f"{identity}: {resource} is not among the evidence ({', '.join(sorted(used)) or 'none'})"
    for identity, words in case.missing.items():
        needs = _finding(gate, identity).evidence.missing
        for part in _parts(words):
            if not any(_named(need, part, _label(report.protocol, need)) for need in needs):
                yield f"{identity}: '{part}' is not among the gaps ({', '.join(need.key for need in needs) or 'none'})"


def _finding(gate: GateReport, identity: str) -> Finding:
    if identity not in gate.findings:
        raise InputError(f"no criterion {identity}")
    return gate.findings[identity]


def _why(gate: GateReport) -> str:
    return f"against: {', '.join(gate.blockers) or 'none'}; open: {', '.join(gate.undecided) or 'none'}"


def _grounds(finding: Finding) -> str:
    parts = [f"{fact.source} {fact.reported or fact.value or ''}".strip() for fact in finding.evidence.used]
    parts += [f"missing {need.key} {need.reason}" for need in finding.evidence.missing]
    return "; ".join([*parts, *finding.evidence.notes]) or "no grounds"


def _label(protocol: Protocol, need: Need) -> str:
    concept = protocol.file.concepts.get(need.name)
    return concept.label if concept is not None else ""


def _parts(words: str) -> Iterable[str]:
    """Split "complete conditions and procedures" and "iga, igg, igm" into the things that they name."""
    return [part for part in re.split(r",| and ", words) if part.strip()]


def _named(need: Need, words: str, label: str) -> bool:
    """Answer whether plain words name a gap.

    They do when all words of its name are among them, or when they say nothing beyond its name and label.
    """
    name = need.name.rpartition(".")[2] if need.kind.value == "item" else need.name
    said, known = set(_tokens(words)), set(_tokens(name))
    about = said - FILLING
    return known <= said or (bool(about) and about <= known | set(_tokens(label)))


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())
