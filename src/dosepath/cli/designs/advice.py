"""What a design does after some outcomes, and what may come next: `next-dose --outcomes`, `paths`."""

import json
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console
from rich.table import Table as Grid

from dosepath import __version__
from dosepath.cli.shell import console, rates
from dosepath.core.errors import InputError
from dosepath.dosefinding.asked import Wanted
from dosepath.dosefinding.design import Decision, Design
from dosepath.dosefinding.open_windows import read_followed
from dosepath.dosefinding.outcomes import Cohort, read_outcomes
from dosepath.dosefinding.pending import Held, decide_pending
from dosepath.dosefinding.recipes import closed, is_open
from dosepath.dosefinding.tools import Branch, look_ahead


def next_dose(asked: Wanted, outcomes: str, *, as_json: bool) -> None:
    """Print what a design does after some cohorts, of which patients may be pending."""
    design = asked.make()
    cohorts = read_followed(outcomes, design.doses)
    if is_open(design):
        patients = [each for cohort in cohorts for each in cohort]
        current = patients[-1].level if patients else design.start
        held = Held(design.advise(patients, current), ())
    else:
        held = decide_pending(closed(design, ""), cohorts)
    if as_json:
        written: dict[str, Any] = {
            "design": design.id,
            "name": design.name,
            "doses": design.doses,
            "outcomes": outcomes.split(),
            **decision_document(held.decision),
            "what_if": [{"dlts_at": list(each.dlts), **decision_document(each.decision)} for each in held.what_if],
            "software": __version__,
        }
        typer.echo(json.dumps(written, indent=1, ensure_ascii=False))
        return
    _print(console(), held, f"{design.name}, {design.doses} dose levels")


def _print(out: Console, held: Held, title: str) -> None:
    found = held.decision
    out.print(f"[bold]{_said(found)}[/]   ({title})")
    out.print(f"  {found.rule}")
    for reason in found.reasons:
        out.print(f"  {reason}")
    for each in held.what_if:
        toxic = " and ".join(f"level {level}" for level in each.dlts)
        out.print(f"  if {f'DLT at {toxic}' if each.dlts else 'none of them has a DLT'}: {_said(each.decision)}")
    out.print(f"  [dim]{found.source}[/]")
    out.print("  [dim]advice; a person decides[/]")


def _said(found: Decision) -> str:
    level = "" if found.level is None else f" level {found.level}"
    return f"{found.action.value.replace('_', '-')}{level}"


def decision_document(found: Decision) -> dict[str, Any]:
    """Write a decision as data."""
    return {
        "action": found.action.value,
        "level": found.level,
        "rule": found.rule,
        "reasons": list(found.reasons),
        "source": str(found.source),
    }


# What may come ------------------------------------------------------------------------------------------------------

DEEPEST = 4
"""Cohorts that are looked ahead at the most; each multiplies the ways by four."""


@dataclass(frozen=True, slots=True)
class Paths:
    """What was looked at: a design, the trial so far, how far ahead, and under which true rates."""

    design: Design
    cohorts: tuple[Cohort, ...]
    depth: int
    truth: tuple[float, ...] | None


def paths(asked: Wanted, outcomes: str, depth: int, truth: str, *, as_json: bool) -> Paths:
    """Print what a design says after each outcome of the next cohorts.

    Raises
    ------
    InputError
        When the design decides while windows are open, or it is looked too far.
    """
    if not 1 <= depth <= DEEPEST:
        raise InputError(f"--depth {depth}: from 1 to {DEEPEST}")
    known = rates(truth, "--truth") if truth else None
    if known is not None:
        asked = asked.with_doses(len(known))
    design = closed(asked.make(), "its ways on depend on time; 'dosepath oc --simulate' follows them")
    cohorts = read_outcomes(outcomes, design.doses)
    found = look_ahead(design, cohorts, depth, known)
    if as_json:
        ways = [_way(each) for each in found]
        typer.echo(json.dumps({"design": design.id, "name": design.name, "ways": ways}, indent=1))
    else:
        grid = Grid("next cohorts", "then", "rule", box=None, pad_edge=False)
        if known is not None:
            grid.add_column("probability", justify="right")
        for each in found:
            row = [" ".join(map(str, each.cohorts)) or "-", _said(each.decision), each.decision.rule]
            grid.add_row(*row, *([] if each.probability is None else [f"{100 * each.probability:.2f} %"]))
        out = console()
        out.print(f"[bold]{design.name}[/] after {outcomes or 'nobody'}; DLTs of a cohort are written first")
        out.print(grid)
    return Paths(design, cohorts, depth, known)


def _way(branch: Branch) -> dict[str, Any]:
    return {
        "cohorts": [str(each) for each in branch.cohorts],
        **decision_document(branch.decision),
        "probability": branch.probability,
    }
