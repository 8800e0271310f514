"""The command `screen`: patients from files, judged, as a worklist or as the sheet of one patient."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dosepath.cli.sheet import print_sheet
from dosepath.cli.shell import console
from dosepath.cli.worklist import print_absent, print_next, print_problems, print_worklist
from dosepath.core.errors import InputError
from dosepath.demo.cohort import make_cohort, write_cohort
from dosepath.demo.conduct import write_conduct
from dosepath.interop.fhir import read_patients
from dosepath.interop.screening_csv import worklist
from dosepath.interop.screening_json import document
from dosepath.mapping.reader import ConceptIndex, Remark
from dosepath.rules.parse import suggest
from dosepath.rules.wording import counted
from dosepath.trial.journeys import PatientScreening
from dosepath.trial.library import open_trial
from dosepath.trial.occasions import read_anchors, read_date
from dosepath.trial.plan import Asked, Plan, check_arms, make_plan

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
    return SOME_INPUT_UNREAD if any(problem.concerns_a_file for problem in found.problems) else 0


def read_plan(request: Request) -> Plan:
    """Read the options of a request and check them against the protocol."""
    protocol = open_trial(request.trial)
    by_patient = read_anchors(request.anchors_file) if request.anchors_file else {}
    check_arms(by_patient, protocol, str(request.anchors_file))
    asked = Asked(
        arm=request.arm,
        on=request.on,
        gate=request.gate,
        anchors=request.anchors,
        readings=request.readings,
        settings=request.settings,
        complete=request.complete,
    )
    return make_plan(protocol, asked, by_patient, datetime.now(UTC).astimezone().date())


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
            screenings.append(plan.screen(patient.mapped.record))
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
