"""Cases of screening as data: short lines that a clinician can check, turned into patient records.

A case file (`tests/cases/screening/<trial>/*.yaml`) has `source`, defaults (`arm`, `on`, `person`, `complete`,
`anchors`, `gate`, `readings`, `settings`, `facts`) and `cases`, each of which may override any of them; `facts` of the
file come before those of the case. A fact is one line::

    anc 0.5 10*9/L on -3 d                    a number with its unit, three days before screening
    alt <120 U/L uln 40 on -3 d               a bound, with the upper limit printed with it
    hbsag positive on 2026-03                 an answer, dated to the month
    lupus_crisis_date =2026-03-01 on -1 d     a day as an answer
    igra unusable on -3 d                     reported, but not to be used
    prednisone 10 mg x1/d from -8 mo ongoing  a course; `to -2 mo`, `end unknown`; `x1/wk`; dose left out: unknown
    rituximab 1000 mg on -10 d                one administration
    heart_failure from -5 mo ongoing          an event; `to ...`, `end unknown`, `on ...`
    allergy_fludarabine severe                without a date
    prostate_cancer@one on -3 y               lines with the same name behind @ are one record read as several concepts
    bvas_v3 form uveitis purpura on -3 d      a form on which these items are ticked and all others answered with no

Days count from screening: `-3 d`, `-2 wk`, `-6 mo`, `-2 y`, with a second step `-6 mo -1 d`; or a date, which may be
partial. `expect` names only the criteria that are compared; `missing` the needs that must be among the gaps; `overall`
the answer of the gate. A file may name `patients`: a case with `patient: SLE` has the facts of that patient after those
of the file and is screened for the arm of that name; `without` takes facts out again, by concept. `alerts` gives a
piece of what must be said beside a verdict, or nothing where nothing may be said; `notes` a ground that must stand
among the others; `good_until` the last screening day on which the results used would still count, or nothing where
they do not age; `keeps_out` all criteria that keep the patient out by themselves.

`load_cases(path)` reads one file, `all_cases()` all of a trial; `run(case, protocol)` judges a case and
`differences(case, protocol)` says in what it differs from what is expected.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from dosepath.core.days import PartialDate, Period, Span, TimeUnit, shift
from dosepath.core.facts import Fact, PatientRecord, Table, Unclassified, Value
from dosepath.core.quantity import Quantity, convert
from dosepath.core.verdict import Verdict
from dosepath.eligibility.report import GateReport
from dosepath.eligibility.screening import Occasion, screen
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol
from dosepath.rules.vocabulary import Kind
from dosepath.trial.catalog import catalog
from dosepath.trial.library import open_trial
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "cases" / "screening"
TRIAL = "nct06680388"
SCREENING = date(2026, 6, 1)
PERSON = {"birth": "1985-04-12", "sex": "female"}

_UNITS = {"d": TimeUnit.DAY, "wk": TimeUnit.WEEK, "mo": TimeUnit.MONTH, "y": TimeUnit.YEAR}
_STEP = r"[+-]\d+ (?:d|wk|mo|y)"
_DAY = rf"(?:{_STEP}(?: {_STEP})*|\d{{4}}(?:-\d\d){{0,2}})"
_LINE = re.compile(
    rf"(?P<concept>\w+)(?:@(?P<source>\w+))?"
    rf"(?: =(?P<day>{_DAY}))?"
    r"(?: (?P<comparator>[<>]=?)?(?P<number>-?\d+(?:\.\d+)?)(?: (?P<unit>(?!uln|lln|on|from|x\d)\S+))?)?"
    r"(?: (?P<word>(?!uln |lln |on |from )[A-Za-z]\w*))?"
    r"(?: lln (?P<lln>\d+(?:\.\d+)?))?(?: uln (?P<uln>\d+(?:\.\d+)?))?"
    r"(?: x(?P<times>\d+(?:/\d+)?)/(?P<per>d|wk|mo))?"
    rf"(?: on (?P<on>{_DAY}))?"
    rf"(?: from (?P<start>{_DAY}|unknown)(?: to (?P<end>{_DAY})| (?P<ongoing>ongoing)| end unknown))?$"
)

_FORM = re.compile(rf"(?P<instrument>\w+) form (?P<ticked>\w+(?: \w+)*) on (?P<on>{_DAY})$")


@dataclass(frozen=True)
class Case:
    """One case with the defaults of its file filled in."""

    name: str
    file: str
    arm: str
    record: PatientRecord
    occasion: Occasion
    gate: GateName
    readings: Mapping[str, str]
    expect: Mapping[str, str]
    missing: Mapping[str, list[str]] = field(default_factory=dict)
    overall: str = ""
    alerts: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    good_until: Mapping[str, date | None] = field(default_factory=dict)
    keeps_out: list[str] | None = None

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


@lru_cache(maxsize=1)
def trial() -> Protocol:
    """Give the trial of the cases."""
    return open_trial(TRIAL)


def all_cases() -> list[Case]:
    """Read all cases of the trial."""
    return [case for path in sorted((FOLDER / TRIAL).glob("*.yaml")) for case in load_cases(path)]


def load_cases(path: Path) -> list[Case]:
    """Read the cases of one file."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [_case(path.stem, document, raw) for raw in document["cases"]]


def _case(file: str, document: Mapping[str, Any], raw: Mapping[str, Any]) -> Case:
    def get(key: str, fallback: Any) -> Any:
        return raw.get(key, document.get(key, fallback))

    allowed = {"name", "expect", "missing", "overall", "facts", "unclassified", "why", "source", "cases", "recheck"}
    allowed |= {"patients", "patient", "without", "alerts", "notes", "good_until", "keeps_out"}
    allowed |= {"arm", "on", "person", "complete", "anchors", "gate", "readings", "settings"}
    assert not set(raw) - allowed, (raw["name"], set(raw) - allowed)
    assert not set(document) - allowed, (file, set(document) - allowed)
    given = {**get("anchors", {})}
    screening = _calendar(given.pop("screening", None)) or SCREENING
    anchors = {name: _exact(value, screening) for name, value in given.items()}
    complete = get("complete", [])
    occasion = Occasion(
        on=_exact(get("on", None), screening) or screening,
        anchors={**anchors, "screening": screening},
        complete=frozenset(Table) if complete == "all" else frozenset(Table(name) for name in complete),
        settings={name: Fraction(str(value)) for name, value in get("settings", {}).items()},
        recheck=tuple(get("recheck", [])),
    )
    patient = get("patient", None)
    lines = [*document.get("facts", []), *(document["patients"][patient] if patient else [])]
    lines = [line for line in lines if line.split(" ")[0] not in raw.get("without", [])] + raw.get("facts", [])
    facts = [
        *_person({**PERSON, **get("person", {})}),
        *(fact for n, line in enumerate(lines, 1) for fact in _facts(line, screening, n)),
    ]
    return Case(
        name=raw["name"],
        file=file,
        arm=get("arm", patient or "SLE"),
        record=PatientRecord("case", tuple(facts), tuple(_unclassified(item) for item in get("unclassified", []))),
        occasion=occasion,
        gate=GateName(get("gate", "screening")),
        readings=get("readings", {}),
        expect=raw.get("expect", {}),
        missing=raw.get("missing", {}),
        overall=raw.get("overall", ""),
        alerts=raw.get("alerts", {}),
        notes=raw.get("notes", {}),
        good_until={identity: _exact(day, screening) for identity, day in raw.get("good_until", {}).items()},
        keeps_out=raw.get("keeps_out"),
    )


def _person(person: Mapping[str, Any]) -> Iterator[Fact]:
    if person.get("birth"):
        yield Fact("birth_date", Period(None), "Patient/case", PartialDate.parse(str(person["birth"])))
    if person.get("sex"):
        yield Fact("sex", Period(None), "Patient/case", person["sex"])


def _unclassified(raw: Mapping[str, Any]) -> Unclassified:
    may_be = frozenset(raw.get("may_be", []))
    return Unclassified(Table(raw["table"]), "Condition/other", str(raw.get("text", "")), may_be, not may_be)


def _calendar(value: Any) -> date | None:
    return value if value is None or isinstance(value, date) else date.fromisoformat(str(value))


def _exact(value: Any, screening: date) -> date | None:
    return None if value is None else _day(str(value), screening).earliest


def _day(text: str, screening: date) -> PartialDate:
    if text[0] not in "+-":
        return PartialDate.parse(text)
    day = screening
    for sign, count, unit in re.findall(r"([+-])(\d+) (d|wk|mo|y)", text):
        day = shift(day, Span(int(count), _UNITS[unit]), -1 if sign == "-" else 1)
    return PartialDate.on(day)


def _facts(line: str, screening: date, order: int) -> Iterator[Fact]:
    found = _FORM.match(line)
    if not found:
        yield _fact(line, screening, order)
        return
    items = catalog().instruments[found["instrument"]].items
    ticked = found["ticked"].split(" ")
    assert not set(ticked) - set(items), f"no such items: {line}"
    for item in items:
        name = f"{found['instrument']}.{item}"
        yield Fact(name, Period.at(_day(found["on"], screening)), f"Form/{order}", item in ticked, order=order)


def _fact(line: str, screening: date, order: int) -> Fact:
    found = _LINE.match(line)
    assert found, f"not a fact: {line}"
    concept = trial().file.concepts.get(found["concept"])
    assert concept is not None, f"no concept: {line}"
    drug = concept.kind is Kind.DRUG
    quantity = _quantity(found["number"], found["unit"], "mg" if drug else concept.unit, concept.analyte)
    word = found["word"] or ""
    value: Value | None = None if drug else quantity
    if found["day"]:
        value = _day(found["day"], screening)
    elif word and word not in ("unusable", "absent"):
        value = word == "true" if word in ("true", "false") else word
    dosed = drug and quantity is not None
    return Fact(
        concept=found["concept"],
        period=_period(found, screening),
        source=f"Record/{found['source'] or order}",
        value=value,
        comparator=found["comparator"],  # type: ignore[arg-type]  # the pattern admits only these
        lln=_quantity(found["lln"], found["unit"], concept.unit, concept.analyte),
        uln=_quantity(found["uln"], found["unit"], concept.unit, concept.analyte),
        dose=quantity if dosed else None,
        times_per_day=_times(found) if dosed else None,
        unusable="not to be used" if word == "unusable" else "",
        absent="no value reported" if word == "absent" else "",
        order=order,
    )


def _quantity(number: str | None, unit: str | None, target: str, analyte: str) -> Quantity | None:
    if number is None:
        return None
    written = Quantity.of(number, unit or target or "1")
    return convert(written, target, analyte or None) if target else written


def _times(found: re.Match[str]) -> Fraction:
    days = {"d": 1, "wk": 7, "mo": 30, None: 1}[found["per"]]
    return Fraction(found["times"] or "1") / days


def _period(found: re.Match[str], screening: date) -> Period:
    if found["on"]:
        return Period.at(_day(found["on"], screening))
    if not found["start"]:
        return Period(None)
    start = None if found["start"] == "unknown" else _day(found["start"], screening)
    return Period(start, _day(found["end"], screening) if found["end"] else None, ongoing=bool(found["ongoing"]))


# Running ------------------------------------------------------------------------------------------------------------


def run(case: Case, protocol: Protocol | None = None) -> GateReport:
    """Judge a case under a protocol; that of the trial when none is given."""
    judged = (protocol or trial()).under(case.readings) if case.readings else (protocol or trial())
    return screen(case.record, judged, case.arm, case.occasion, (case.gate,)).gates[case.gate]


def differences(case: Case, protocol: Protocol | None = None) -> list[str]:
    """Say in what the verdicts of a case differ from what it expects."""
    gate = run(case, protocol)
    found: list[str] = []
    for identity, verdict in case.expect.items():
        finding = gate.findings[identity]
        got = finding.verdict.value if finding.in_scope else "out_of_scope"
        if got != verdict:
            grounds = [need.key for need in finding.evidence.missing] or list(finding.evidence.notes)
            found.append(f"{identity}: expected {verdict}, got {got} {grounds}")
    for identity, keys in case.missing.items():
        needs = {need.key for need in gate.findings[identity].evidence.missing}
        found += [f"{identity}: {key} is not among {sorted(needs)}" for key in keys if key not in needs]
    for identity, said in case.alerts.items():
        alerts = gate.findings[identity].alerts
        if not says(alerts, said):
            found.append(f"{identity}: expected {said or 'no alert'}, got {alerts}")
    for identity, note in case.notes.items():
        if note not in gate.findings[identity].evidence.notes:
            found.append(f"{identity}: '{note}' is not among {gate.findings[identity].evidence.notes}")
    for identity, day in case.good_until.items():
        if gate.findings[identity].expires != day:
            found.append(f"{identity}: expected good until {day}, got {gate.findings[identity].expires}")
    against = [identity for identity, finding in gate.findings.items() if finding.against]
    if case.keeps_out is not None and against != case.keeps_out:
        found.append(f"keeps out: expected {case.keeps_out}, got {against}")
    if case.overall and gate.overall.value != case.overall:
        found.append(f"overall: expected {case.overall}, got {gate.overall.value} {gate.blockers} {gate.undecided}")
    return found


def says(alerts: Sequence[str], said: str) -> bool:
    """Tell whether one of the alerts holds a text; without a text, whether there are none."""
    return any(said in alert for alert in alerts) if said else not alerts


VERDICTS = frozenset({*(verdict.value for verdict in Verdict), "out_of_scope"})
