"""The command `screen`: patients from files, judged, as a worklist or as the sheet of one patient."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as Grid

from dosepath.cli.sheet import print_sheet
from dosepath.cli.shell import WRONG_USE, console, pairs
from dosepath.core.errors import InputError
from dosepath.core.facts import Table
from dosepath.core.verdict import Verdict
from dosepath.demo.cohort import make_cohort, write_cohort
from dosepath.eligibility.gaps import orders
from dosepath.eligibility.report import Overall, ScreeningReport
from dosepath.eligibility.screening import RECHECK_SETTING, Occasion
from dosepath.interop.fhir import PatientFile, read_patients
from dosepath.interop.screening_json import document, worklist_rows
from dosepath.mapping.reader import ConceptIndex, Remark, RemarkKind
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol
from dosepath.rules.parse import suggest
from dosepath.trial.journeys import screen_patient, suggested_arms
from dosepath.trial.library import open_trial
from dosepath.trial.occasions import ANCHORS, PatientDates, read_anchors, read_date, read_tables

SOME_INPUT_UNREAD = 1
"""Exit code when some input could not be read and the rest was done."""

SHOWN_PROBLEMS = 8
"""Problems printed without --problems."""

WORDS: Mapping[Overall, tuple[str, str]] = {
    Overall.ELIGIBLE: ("✔ eligible", "green"),
    Overall.NOT_ELIGIBLE: ("✘ not eligible", "red"),
    Overall.UNDECIDED: ("? undecided", "yellow"),
}
RANK = (Overall.ELIGIBLE, Overall.UNDECIDED, Overall.NOT_ELIGIBLE)


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
    console().print(f"{patients} synthetic patients in {out}; dates of each in {out / 'anchors.yaml'}")


def run(request: Request) -> int:
    """Screen; the exit code says whether all input could be read."""
    plan = _plan(request)
    reports, problems, known = _screened(request, plan)
    unread = [
        item for item in problems if item.kind is RemarkKind.UNUSABLE and not item.resource.startswith("Observation")
    ]
    out = console()
    if request.json_out is not None:
        made = document(plan.protocol, reports, problems)
        _write(request.json_out, json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    if request.csv_out is not None:
        _write_csv(request.csv_out, worklist_rows(reports))
    if request.patient:
        return _sheets(out, request, plan, reports)
    _worklist(out, request, plan, reports)
    _absent(out, plan, known)
    _problems(out, problems, everything=request.all_problems)
    _where_next(out, reports)
    failed = [item for item in unread if "/" not in item.resource]
    return SOME_INPUT_UNREAD if failed else 0


def _plan(request: Request) -> Plan:
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
    return Plan(
        protocol=protocol,
        gate=gates[request.gate],
        on=read_date(request.on, "--on") if request.on else None,
        anchors=anchors,
        by_patient=read_anchors(request.anchors_file) if request.anchors_file else {},
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
    return numbers, recheck


def _screened(request: Request, plan: Plan) -> tuple[list[ScreeningReport], list[Remark], set[str]]:
    reading = read_patients(request.paths, ConceptIndex(plan.protocol.file.concepts))
    reports: list[ScreeningReport] = []
    problems: list[Remark] = []
    known: set[str] = set()
    with _progress() as bar:
        task = bar.add_task("reading", total=None)
        reading.progress = lambda done, total: bar.update(task, completed=done, total=total)
        for patient in reading:
            known.add(patient.id)
            problems += patient.mapped.remarks
            if request.patient and patient.id != request.patient:
                continue
            reports += _judged(request, plan, patient)
    return reports, [*reading.problems, *problems], known


def _judged(request: Request, plan: Plan, patient: PatientFile) -> Iterator[ScreeningReport]:
    record = patient.mapped.record
    arm = plan.arm(patient.id, request.arm)
    reports = screen_patient(record, plan.protocol, plan.occasion(patient.id), arm, (plan.gate,))
    if arm or suggested_arms(record, plan.protocol) or request.patient:
        yield from reports
    else:
        # Nothing says which disease the patient has: the worklist shows the arm that is least far from eligible.
        yield min(reports, key=lambda report: RANK.index(report.gates[plan.gate].overall))


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = Console(stderr=True)
    return Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal)


# Output ------------------------------------------------------------------------------------------------------------


def _worklist(out: Console, request: Request, plan: Plan, reports: Sequence[ScreeningReport]) -> None:
    if not reports:
        out.print("no patient was read")
        return
    ordered = sorted(reports, key=lambda report: _urgency(report, plan.gate))
    grid = Grid(
        "patient", "arm", "overall", "met", "not met", "unknown", "decisive", "next step", "good until", box=None,
        pad_edge=False,
    )  # fmt: skip
    for report in ordered[: request.limit or None]:
        gate = report.gates[plan.gate]
        word, style = WORDS[gate.overall]
        steps = orders(gate, plan.protocol)
        grid.add_row(
            report.patient,
            report.arm,
            f"[{style}]{word}[/]",
            str(gate.count(Verdict.MET)),
            str(gate.count(Verdict.NOT_MET)),
            str(gate.count(Verdict.UNKNOWN)),
            _decisive(report, plan),
            str(steps[0]) if steps and gate.overall is Overall.UNDECIDED else "",
            str(gate.expires or ""),
        )
    out.print(grid)
    if request.limit and len(ordered) > request.limit:
        out.print(f"... and {len(ordered) - request.limit} more rows; --limit 0 shows all")
    counts = Counter(report.gates[plan.gate].overall for report in reports)
    said = ", ".join(f"{counts[overall]} {WORDS[overall][0][2:]}" for overall in RANK)
    out.print(f"\n{len({report.patient for report in reports})} patients, {len(reports)} rows: {said}")


def _urgency(report: ScreeningReport, gate: GateName) -> tuple[int, int, str]:
    found = report.gates[gate]
    return RANK.index(found.overall), found.count(Verdict.UNKNOWN), report.patient


def _decisive(report: ScreeningReport, plan: Plan) -> str:
    gate = report.gates[plan.gate]
    identities = gate.blockers or gate.undecided
    shown = [_deepest(report, plan, identity) for identity in identities[:2]]
    more = f" +{len(identities) - 2}" if len(identities) > 2 else ""
    return "; ".join(shown) + more


def _deepest(report: ScreeningReport, plan: Plan, identity: str) -> str:
    """Name the criterion below a heading that decides, with its title."""
    gate = report.gates[plan.gate]
    if identity not in gate.findings:
        return gate.note or identity
    wanted = gate.findings[identity].verdict
    while True:
        below = [
            child
            for child in plan.protocol.criteria[identity].children
            if gate.findings[child].in_scope
            and not gate.findings[child].pending
            and gate.findings[child].verdict is wanted
        ]
        if len(below) != 1:
            return f"{identity} {plan.protocol.criteria[identity].source.title}"
        identity = below[0]


def _absent(out: Console, plan: Plan, known: set[str]) -> None:
    missing = sorted(set(plan.by_patient) - known)
    if missing:
        out.print(f"[yellow]{len(missing)} patients of the anchors file were not read:[/] {', '.join(missing[:8])}")
    if plan.by_patient:
        extra = sorted(known - set(plan.by_patient))
        if extra:
            out.print(f"[yellow]{len(extra)} patients have no dates in the anchors file:[/] {', '.join(extra[:8])}")


def _problems(out: Console, problems: Sequence[Remark], *, everything: bool) -> None:
    if everything:
        for item in problems:
            out.print(f"{item.kind.value}: {item}", markup=False)
        return
    worth = [item for item in problems if item.kind in (RemarkKind.UNUSABLE, RemarkKind.DOUBTFUL)]
    if not worth:
        return
    out.print(f"\n[yellow]{len(worth)} remarks on the input[/] (--problems lists all)")
    files = [item for item in worth if "/" not in item.resource]
    kinds = Counter(
        (item.kind.value, item.resource.partition("/")[0], item.reason) for item in worth if item not in files
    )
    for item in files[:SHOWN_PROBLEMS]:
        out.print(f"  {item}", markup=False)
    for (kind, resource, reason), count in kinds.most_common(max(SHOWN_PROBLEMS - len(files), 3)):
        out.print(f"  {count} x {resource}, {kind}: {reason}", markup=False)


def _where_next(out: Console, reports: Sequence[ScreeningReport]) -> None:
    if not reports:
        return
    first = next((item for item in reports if item.gates and _open(item)), reports[0])
    out.print(
        f"\none patient in full: add [bold]--patient {first.patient}[/]   everything as data: add [bold]--json OUT[/]"
    )


def _open(report: ScreeningReport) -> bool:
    return any(gate.overall is Overall.UNDECIDED for gate in report.gates.values())


def _sheets(out: Console, request: Request, plan: Plan, reports: Sequence[ScreeningReport]) -> int:
    if not reports:
        out.print(f"no patient '{request.patient}' in the input")
        return WRONG_USE
    for report in reports:
        print_sheet(out, report, plan.gate)
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def _write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["patient"])
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
