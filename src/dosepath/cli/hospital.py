"""The commands `population`: read, call, write."""

import atexit
import gc
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from dosepath.cli import plots
from dosepath.cli.screen import Request as OnePatientRequest
from dosepath.cli.screen import read_plan
from dosepath.cli.sheet import print_sheet
from dosepath.cli.shell import console
from dosepath.cli.worklist import print_worklist
from dosepath.core.errors import InputError
from dosepath.demo.hospital.make import make_hospital
from dosepath.interop.hospital import Run, read_source, screen_into
from dosepath.interop.screening_csv import COLUMNS, rows
from dosepath.interop.screening_csv import worklist as worklist_csv
from dosepath.interop.screening_json import document
from dosepath.mapping.reader import ConceptIndex
from dosepath.population import worklist as lists
from dosepath.population.attrition import BASES, EVERYBODY, ON_RECORD, ArmCost, arm_cost
from dosepath.population.collector import collector_at_rest
from dosepath.population.connection import Connection, connected, save_rows
from dosepath.population.cost import ItemCost
from dosepath.population.facts import patient_key, read_record
from dosepath.population.folders import differences, open_whole, read_manifest
from dosepath.population.overview import arm_counts, remark_counts, some_unread
from dosepath.population.refresh import refresh as refresh_screening
from dosepath.population.results import Screening, open_screening
from dosepath.population.screening import SCREENING, Asked, asked_of
from dosepath.population.tables import Column, Schema, Type
from dosepath.population.what_if import Curve, curve
from dosepath.protocol.model import GateName
from dosepath.rules.wording import counted
from dosepath.trial.occasions import read_date

SOME_INPUT_UNREAD = 1
NOT_AS_WRITTEN = 1
SHOWN_REMARKS = 8
OUTCOMES = ("eligible", "undecided", "not_eligible")


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line."""

    source: Sequence[Path]
    trial: str
    out: Path
    on: str
    engine: str
    anchors_file: Path | None
    anchors: Sequence[str]
    readings: Sequence[str]
    settings: Sequence[str]
    complete: Sequence[str]
    columns: Path | None
    memory: str
    chunk: int


@dataclass(frozen=True, slots=True)
class Outputs:
    """Files to write a worklist to."""

    csv: Path | None
    json: Path | None
    parquet: Path | None


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show how far the work is, where somebody is looking."""
    shown = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def advance(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what)
            bar.update(tasks[what], completed=done, total=total)

        yield advance


def print_json(made: Any) -> None:
    """Print a document."""
    typer.echo(json.dumps(made, indent=1, ensure_ascii=False))


def make(out: Path, patients: int, seed: int, on: str, *, as_json: bool) -> None:
    """Make a synthetic hospital."""
    with progress() as advance:
        found = make_hospital(
            out, patients, seed, read_date(on, "--on"), lambda n, of: advance("drawing people", n, of)
        )
    if as_json:
        print_json({"folder": str(out), "rows": found})
        return
    grid = Grid("table", "rows", box=None, pad_edge=False, title="nobody in these tables exists", title_justify="left")
    for name, count in found.items():
        grid.add_row(name, f"{count:,}")
    console().print(grid)
    console().print(f"\nnext: dosepath population screen {out} --trial NCT06680388 --on {on} --out DIR", markup=False)


def screen(request: Request, *, as_json: bool) -> int:
    """Screen a source into a folder; the exit code says whether all of it was understood."""
    asked = _asked(request)
    with progress() as advance, _undisturbed():
        ran = screen_into(
            request.out, request.source, asked, engine=request.engine, columns=request.columns,
            memory=request.memory, chunk=request.chunk, advance=advance,
        )  # fmt: skip
    with connected(request.out, memory=request.memory) as connection:
        return _report(open_screening(connection, request.out), ran, as_json=as_json)


def _asked(request: Request) -> Asked:
    plan = read_plan(
        OnePatientRequest(
            paths=request.source, trial=request.trial, arm="", on=request.on, anchors_file=request.anchors_file,
            anchors=request.anchors, gate=GateName.SCREENING.value, readings=request.readings,
            settings=request.settings, complete=request.complete, json_out=None, csv_out=None, patient="", limit=0,
            all_problems=False,
        )
    )  # fmt: skip
    if plan.recheck:
        raise InputError("--set recheck_before_lymphodepletion: a hospital is judged at the gate of screening only")
    today = datetime.now(UTC).astimezone().date()
    on = plan.on or plan.anchors.get("screening") or today
    return Asked(
        request.trial, plan.protocol, on, plan.anchors, plan.complete, plan.settings, plan.by_patient,
        own_days=plan.on is None,
    )  # fmt: skip


def _report(screening: Screening, ran: Run, *, as_json: bool) -> int:
    arms, remarks, judged = arm_counts(screening), remark_counts(screening, SHOWN_REMARKS), ran.judged
    cells = judged.patients * len(screening.whole.about["columns"])
    code = SOME_INPUT_UNREAD if some_unread(screening) else 0
    if as_json:
        counts = {each.arm: {key: asdict(each)[key] for key in OUTCOMES} for each in arms if each.on_record}
        print_json(
            {
                "folder": str(screening.whole.out), "source": ran.kind, "patients": judged.patients, "cells": cells,
                "judged_one_by_one": judged.one_by_one, "arms": counts, "remarks": [asdict(each) for each in remarks],
                "digest": screening.whole.digest,
            }
        )  # fmt: skip
        return code
    out = console()
    out.print(
        f"{counted(judged.patients, 'patient')} from {ran.kind}; {cells:,} verdicts in {screening.whole.out}",
        markup=False,
    )
    grid = Grid("arm", "disease on record", "eligible", "undecided", "not eligible", box=None, pad_edge=False)
    for arm in arms:
        numbers = (arm.on_record, arm.eligible, arm.undecided, arm.not_eligible)
        grid.add_row(arm.arm, *(f"{number:,}" for number in numbers))
    out.print(grid)
    if remarks:
        out.print("\n[yellow]what was not understood[/] (all of it: remarks.parquet in the folder)")
        for each in remarks:
            text = f"  {each.count:,} x {each.resource}, {each.kind}: {each.reason}; the first: {each.first}"
            out.print(text, markup=False)
    folder = screening.whole.out
    out.print(
        f"\nnext: dosepath population worklist {folder}   dosepath population cost {folder} --arm SLE", markup=False
    )
    return code


def cost(
    folder: Path,
    arm: str,
    limit: int,
    memory: str,
    *,
    everybody: bool,
    down: bool,
    what_if: str,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Print what each criterion costs, the way down the list, or the curve of a limit; draw that of one arm.

    Raises
    ------
    InputError
        When a plot is asked for and no arm is named, or its file is of no known kind.
    """
    if plot is not None:
        plots.plot_file(plot)
        if not arm:
            raise InputError("--plot draws one arm: name it with --arm")
    with connected(folder, memory=memory) as connection:
        screening = open_screening(connection, folder)
        arms = (screening.arm(arm),) if arm else screening.asked.arms
        base = EVERYBODY if everybody else ON_RECORD
        if what_if:
            curves = [curve(screening, each, what_if, base) for each in arms]
            _print_curves(curves, as_json=as_json)
            if plot is not None:
                plots.save_curve(curves[0], plot)
            return
        found = [arm_cost(screening, each, base) for each in arms]
    if plot is not None:
        plots.save_waterfall(found[0], plot)
    if as_json:
        print_json([_cost_document(each) for each in found])
        return
    titles = {identity: item.source.title for identity, item in screening.asked.protocol.criteria.items()}
    for each in found:
        _print_cost(each, titles, limit, down=down)


def _cost_document(found: ArmCost) -> dict[str, Any]:
    made = asdict(found)
    for item in made["items"]:
        item |= {key: float(value) for key, value in item.items() if isinstance(value, Fraction)}
    return made


def _print_cost(found: ArmCost, titles: dict[str, str], limit: int, *, down: bool) -> None:
    out = console()
    among = "all patients" if found.base == BASES[1] else "patients with the disease on record"
    out.print(
        f"\n[bold]{found.arm}[/]: {found.patients:,} {among}; {found.lost:,} lost, {found.undecided:,} undecided, "
        f"{found.eligible:,} eligible by the criteria" + (f"; {found.dead:,} of them have died" if found.dead else "")
    )
    if down:
        grid = Grid("criterion", "", "lost here", "still possible", "sure so far", box=None, pad_edge=False)
        for step in found.steps:
            counts = (step.lost, step.possible, step.sure)
            grid.add_row(step.item, titles[step.item], *(f"{count:,}" for count in counts))
        out.print(grid)
        return
    columns = ("criterion", "", "share of the lost", "bounds", "fail", "unknown", "fail only this", "open only this")
    grid = Grid(*columns, box=None, pad_edge=False)
    ranked = sorted((item for item in found.items if item.failed or item.unknown), key=_weight)
    for item in ranked[: limit or None]:
        grid.add_row(
            item.item,
            escape(titles[item.item]),
            f"{float(item.share):,.1f}",
            f"{float(item.least):,.1f} to {float(item.most):,.1f}",
            *(f"{count:,}" for count in (item.failed, item.unknown, item.only_this, item.only_open)),
        )
    out.print(grid)
    if limit and len(ranked) > limit:
        out.print(f"... and {counted(len(ranked) - limit, 'more row')}; --limit 0 shows all")


def _weight(item: ItemCost) -> tuple[Fraction, Fraction, str]:
    return -item.share, -item.most, item.item


def _print_curves(curves: Sequence[Curve], *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(each) for each in curves])
        return
    out = console()
    for each in curves:
        out.print(f"\n[bold]{each.arm}[/]: {each.criterion} {escape(each.rule)}", highlight=False)
        grid = Grid(f"limit, {each.unit or 'plain number'}", "eligible", "possible", box=None, pad_edge=False)
        for point in each.points:
            mark = " <- in force" if point.in_force else ""
            grid.add_row(f"{point.limit:g}{mark}", f"{point.eligible:,}", f"{point.possible:,}")
        out.print(grid)


_WORKLIST: Final = Schema("worklist", tuple(Column(name, Type.TEXT, "") for name in COLUMNS))


def worklist(folder: Path, arm: str, limit: int, patient: str, outputs: Outputs, memory: str) -> None:
    """Print the worklist, or the sheet of one patient."""
    out = console()
    with connected(folder, memory=memory) as connection:
        screening = open_screening(connection, folder)
        named = screening.arm(arm) if arm else ""
        if patient:
            patient_key(connection, screening.whole, patient)
            one = lists.one(screening, read_record(connection, screening.whole, patient), named)
            for report in one.reports:
                print_sheet(out, report, GateName.SCREENING, ())
            return
        found = lists.nearest(screening, named, limit)
        total = lists.in_question(screening, named)
        if outputs.parquet is not None:
            table = [tuple(row[name] for name in COLUMNS) for row in rows(found, GateName.SCREENING)]
            write_to(outputs.parquet, lambda path: save_rows(connection, _WORKLIST, table, path))
    if outputs.csv is not None:
        write_to(outputs.csv, lambda path: path.write_text(worklist_csv(found, GateName.SCREENING), encoding="utf-8"))
    if outputs.json is not None:
        made = document(screening.asked.protocol, GateName.SCREENING, found, ())
        made["orders"] = [asdict(each) for each in lists.order_totals(found)]
        text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
        write_to(outputs.json, lambda path: path.write_text(text, encoding="utf-8"))
    print_worklist(out, found, GateName.SCREENING, 0)
    out.print(f"{counted(total, 'row')} with nothing against them; shown are the {len(found)} nearest")
    grid = Grid("order", "patients", "criteria settled", box=None, pad_edge=False)
    for order in lists.order_totals(found):
        grid.add_row(escape(order.label), str(order.patients), str(order.settles))
    out.print(grid)


def write_to(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place and move it there, so that no half of it is ever read."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        part.replace(path)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let nobody look for garbage while the command runs, nor when the program ends soon after."""
    atexit.register(gc.freeze)
    with collector_at_rest():
        yield


def refresh(folder: Path, source: Sequence[Path], columns: Path | None, memory: str, *, as_json: bool) -> None:
    """Take in new records."""
    before = open_whole(folder, SCREENING)
    label = f"r{int(before.about.get('refreshed', 0)) + 1}-"
    index = ConceptIndex(asked_of(before.about).protocol.file.concepts)

    with progress() as advance:

        def read(connection: Connection, tables: Path) -> None:
            found = read_source(connection, source, index, tables, columns=columns, label=label)
            found.facts.write_all(connection)

        with _undisturbed():
            found = refresh_screening(folder, read, memory=memory, advance=advance)
    if as_json:
        print_json(asdict(found))
        return
    console().print(
        f"{counted(found.named, 'patient')} in the new records, {found.changed} with changed facts judged again "
        f"({found.new} of them new); {found.patients:,} patients in {folder}"
    )


def check(folder: Path, *, as_json: bool) -> int:
    """Compare every file of a folder with the digest in its manifest; give the exit code."""
    whole = read_manifest(folder)
    with progress() as advance:
        wrong = differences(whole, lambda done, of: advance("reading files", done, of))
    size = sum(bytes_ for bytes_, _ in whole.files.values())
    if as_json:
        print_json(
            {
                "folder": str(folder),
                "holds": whole.kind,
                "digest": whole.digest,
                "files": len(whole.files),
                "bytes": size,
                "differences": [{"file": name, "reason": reason} for name, reason in wrong.items()],
            }
        )
    else:
        for name, reason in wrong.items():
            typer.echo(f"{whole.tables / name}: {reason}")
        said = f"{folder}: {counted(len(whole.files), 'file')}, {size:,} bytes, {whole.digest}"
        outcome = f"{counted(len(wrong), 'difference')}; run again to write it anew" if wrong else "all as written"
        typer.echo(f"{said}: {outcome}")
    return NOT_AS_WRITTEN if wrong else 0
