"""The command `screen`: patients from files, judged, as a worklist or as the sheet of one patient."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dosepath.cli.sheet import print_sheet
from dosepath.cli.shell import console, pairs
from dosepath.cli.worklist import concerns_a_file, print_absent, print_next, print_problems, print_worklist
from dosepath.core.errors import InputError
from dosepath.core.facts import Table
from dosepath.demo.cohort import make_cohort, write_cohort
from dosepath.demo.conduct import write_conduct
from dosepath.eligibility.screening import RECHECK_SETTING, Occasion
from dosepath.interop.fhir import read_patients
from dosepath.interop.screening_csv import worklist
from dosepath.interop.screening_json import document
from dosepath.mapping.reader import ConceptIndex, Remark
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol
from dosepath.rules.parse import suggest
from dosepath.rules.wording import counted
from dosepath.trial.journeys import PatientScreening, screen_patient
from dosepath.trial.library import open_trial
from dosepath.trial.occasions import ANCHORS, PatientDates, read_anchors, read_date, read_tables

A_CENTURY = 36524
"""Most days that a window may have."""

SOME_INPUT_UNREAD = 1
"""Exit code when some input could not be read and the rest was done."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line."""

    paths: Sequence[Path]
    trial: str
    arm: str
    on: str
    anchors_file: Path | None
    anchors: Sequence[str]
    gate: str
    readings: Sequence[str]
    settings: Sequence[str]
    complete: Sequence[str]
    json_out: Path | None
    csv_out: Path | None
    patient: str
    limit: int
    all_problems: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The request with its parts read and checked."""

    protocol: Protocol
    gate: GateName
    on: date | None
    anchors: Mapping[str, date | None]
    by_patient: Mapping[str, PatientDates]
    complete: frozenset[Table]
    settings: Mapping[str, Fraction]
    recheck: tuple[str, ...]

    def occasion(self, patient: str) -> Occasion:
        """Give when and under what assertions a patient is judged."""
        own = self.by_patient.get(patient)
        anchors = {**self.anchors, **(own.anchors if own else {})}
        at_gate = anchors.get("lymphodepletion" if self.gate is GateName.LYMPHODEPLETION else self.gate.value)
        on = self.on or at_gate or datetime.now(UTC).astimezone().date()
        complete = self.complete | (own.complete if own else frozenset())
        return Occasion(on, anchors, complete, self.settings, self.recheck)

    def arm(self, patient: str, asked: str) -> str:
        """Give the arm to screen a patient for; empty to try those whose disease is on record."""
        own = self.by_patient.get(patient)
        return asked or (own.arm if own else "")


def make_demo(out: Path, seed: int, patients: int, on: str) -> None:
    """Write the demonstration cohort."""
    cohort = make_cohort(seed, patients, read_date(on, "--on"))
    write_cohort(cohort, out)
    write_conduct(out)
    console().print(
        f"{counted(len(cohort.patients), 'synthetic patient')} in {out}; dates of each in {out / 'anchors.yaml'}",
        markup=False,
    )


def run(request: Request) -> int:
    """Screen; the exit code says whether all input could be read."""
    plan = read_plan(request)
    found = _screened(request, plan)
    out = console()
    if request.patient and not found.screenings:
        raise InputError(f"no patient '{request.patient}' in the input; {suggest(request.patient, found.known)}")
    if request.json_out is not None:
        made = document(plan.protocol, plan.gate, found.screenings, found.problems, plan.recheck)
        _write(request.json_out, json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    if request.csv_out is not None:
        _write(request.csv_out, worklist(found.screenings, plan.gate))
    if request.patient:
        for report in (report for screening in found.screenings for report in screening.reports):
            print_sheet(out, report, plan.gate, plan.recheck)
    else:
        print_worklist(out, found.screenings, plan.gate, request.limit)
        print_absent(out, plan.by_patient, found.known)
    print_problems(out, found.problems, everything=request.all_problems)
    if not request.patient:
        print_next(out, request.trial, found.screenings, plan.gate)
    return SOME_INPUT_UNREAD if any(map(concerns_a_file, found.problems)) else 0


def read_plan(request: Request) -> Plan:
    """Read the options of a request and check them against the protocol."""
    protocol = open_trial(request.trial).under(pairs(request.readings, "--reading"))
    gates = {gate.value: gate for gate in GateName}
    if request.gate not in gates:
        raise InputError(f"--gate {request.gate}: {suggest(request.gate, gates)}")
    if request.arm and request.arm not in protocol.file.arms:
        raise InputError(f"--arm {request.arm}: {suggest(request.arm, protocol.file.arms)}")
    anchors: dict[str, date | None] = {}
    for name, day in pairs(request.anchors, "--anchor").items():
        if name not in ANCHORS:
            raise InputError(f"--anchor {name}: {suggest(name, ANCHORS)}")
        anchors[name] = read_date(day, f"--anchor {name}")
    settings, recheck = _settings(protocol, pairs(request.settings, "--set"))
    by_patient = read_anchors(request.anchors_file) if request.anchors_file else {}
    for name, dates in by_patient.items():
        if dates.arm and dates.arm not in protocol.file.arms:
            hint = suggest(dates.arm, protocol.file.arms)
            raise InputError(f"{request.anchors_file}: patient {name}: no arm '{dates.arm}'; {hint}")
    return Plan(
        protocol=protocol,
        gate=gates[request.gate],
        on=read_date(request.on, "--on") if request.on else None,
        anchors=anchors,
        by_patient=by_patient,
        complete=read_tables(request.complete, "--source-complete"),
        settings=settings,
        recheck=recheck,
    )


def _settings(protocol: Protocol, given: Mapping[str, str]) -> tuple[dict[str, Fraction], tuple[str, ...]]:
    numbers: dict[str, Fraction] = {}
    recheck: tuple[str, ...] = ()
    for name, value in given.items():
        if name not in protocol.file.settings:
            raise InputError(f"--set {name}: no such setting; {suggest(name, protocol.file.settings)}")
        if name == RECHECK_SETTING:
            recheck = tuple(part.strip() for part in value.split(",") if part.strip())
            for identity in recheck:
                if identity not in protocol.criteria:
                    raise InputError(f"--set {name}: no criterion '{identity}'; {suggest(identity, protocol.criteria)}")
            continue
        try:
            numbers[name] = Fraction(value)
        except (ValueError, ZeroDivisionError):
            raise InputError(f"--set {name}={value}: a number is expected") from None
        days = protocol.file.settings[name].unit == "d"
        if numbers[name] < 0 or (days and (numbers[name].denominator != 1 or numbers[name] > A_CENTURY)):
            kind = f"a whole number of days, at most {A_CENTURY}," if days else "a number, 0 or more,"
            raise InputError(f"--set {name}={value}: {kind} is expected")
    return numbers, recheck


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that came out of the files.

    Parameters
    ----------
    screenings
        Patients that were judged.
    problems
        Remarks on files, and on the records of these patients.
    known
        Ids of all patients that were read.
    """

    screenings: Sequence[PatientScreening]
    problems: Sequence[Remark]
    known: Sequence[str]


def _screened(request: Request, plan: Plan) -> Found:
    reading = read_patients(request.paths, ConceptIndex(plan.protocol.file.concepts))
    screenings: list[PatientScreening] = []
    problems: list[Remark] = []
    known: list[str] = []
    with _progress() as bar:
        task = bar.add_task("reading", total=None)
        reading.progress = lambda done, total: bar.update(task, completed=done, total=total)
        for patient in reading:
            known.append(patient.id)
            if request.patient and patient.id != request.patient:
                continue
            problems += patient.mapped.remarks
            occasion, arm = plan.occasion(patient.id), plan.arm(patient.id, request.arm)
            screenings.append(screen_patient(patient.mapped.record, plan.protocol, occasion, arm, (plan.gate,)))
    return Found(screenings, [*reading.problems, *problems], known)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = Console(stderr=True)
    return Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
