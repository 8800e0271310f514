"""What a statistician looks for: a skeleton, a number of cohorts, what a prior decides."""

import json
from collections.abc import Sequence
from typing import Any

import typer
from rich.table import Table as Grid

from dosepath.cli.designs.advice import decision_document
from dosepath.cli.shell import console, rates
from dosepath.core.errors import InputError
from dosepath.core.options import pairs
from dosepath.dosefinding.asked import Wanted, wanted
from dosepath.dosefinding.crm import Crm, Model, calibrated_skeleton
from dosepath.dosefinding.design import Decision, Design, decide, state_after
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.outcomes import read_outcomes
from dosepath.dosefinding.recipes import MOST_DOSES, closed
from dosepath.dosefinding.tools import Compared, cohorts_needed


def calibrate(halfwidth: float, target: float, prior_level: int, doses: int, model: str, *, as_json: bool) -> None:
    """Print the skeleton of CRM for a half width of the indifference interval.

    Raises
    ------
    InputError
        When the interval leaves 0 to 1, or the level is none of the doses.
    """
    if not 0 < target - halfwidth < target + halfwidth < 1:
        raise InputError("--halfwidth: target - halfwidth and target + halfwidth must lie between 0 and 1")
    if not 1 <= prior_level <= doses <= MOST_DOSES:
        raise InputError(f"--prior-level: one of the dose levels 1 to {doses}")
    found = calibrated_skeleton(halfwidth, target, prior_level, doses, _model(model))
    if as_json:
        typer.echo(json.dumps({"skeleton": list(found.rates), "model": model, "intercept": found.intercept}, indent=1))
    else:
        typer.echo(",".join(f"{rate:.4f}" for rate in found.rates))


def _model(name: str) -> Model:
    match name:
        case "empiric" | "logistic":
            return name
    raise InputError(f"no model '{name}' of CRM; known are empiric, logistic")


def size(asked: Wanted, truth: str, chance: float, most: int, *, as_json: bool) -> None:
    """Print the fewest cohorts with which a design recommends the correct dose with a wanted probability.

    Raises
    ------
    InputError
        When the design has no number of cohorts, or so many are not enough.
    """
    if not asked.has("cohorts"):
        raise InputError(f"{asked.name} ends by its own rule: it has no number of cohorts to look for")
    known = rates(truth, "--truth")
    told = asked.with_doses(len(known))

    def build(cohorts: int) -> Design:
        made = told.with_text("cohorts", str(cohorts)).make()
        return closed(made, "its size is found by simulation: 'dosepath oc --simulate'")

    cohorts, found = cohorts_needed(build, known, asked.target, chance, most)
    patients = build(cohorts).most_patients
    if as_json:
        written = {
            "design": asked.name,
            "wanted": chance,
            "cohorts": cohorts,
            "most_patients": patients,
            "correct_level": found.correct_level,
            "correct": found.correct,
            "expected_patients": float(found.exact.patients.sum()),
        }
        typer.echo(json.dumps(written, indent=1))
        return
    out = console()
    out.print(f"[bold]{cohorts} cohorts[/], at most {patients} patients   ({found.exact.enumeration.design.name})")
    out.print(
        f"  level {found.correct_level} is recommended with {100 * found.correct:.2f} %, wanted {100 * chance:g} %"
    )
    out.print(f"  {found.exact.patients.sum():.2f} patients are expected")


# What the prior decides ---------------------------------------------------------------------------------------------

_USUAL = {
    "crm": [f"variance={variance:g}" for variance in (0.335, 0.67, 1.34, 2.68, 5.36)],
}
"""What is varied where nothing is named: of CRM the prior variance, halved and doubled twice."""


def sensitivity(asked: Wanted, variations: Sequence[str], outcomes: str, truth: str, *, as_json: bool) -> None:
    """Print how a decision, or what a design does in the long run, changes with its parameters.

    Raises
    ------
    InputError
        When there is nothing to vary, or neither outcomes nor true rates are given.
    """
    if bool(outcomes) == bool(truth):
        raise InputError("give --outcomes for one decision, or --truth for the long run; one of the two")
    changes = list(variations) or _USUAL.get(asked.name, [])
    if not changes:
        raise InputError(f"say what to vary, as --vary cutoff=0.9; 'dosepath designs {asked.name}' lists parameters")
    rows = [(change, _varied(asked, change)) for change in changes]
    if truth:
        _long_run(rows, rates(truth, "--truth"), as_json=as_json)
    else:
        _decisions(rows, outcomes, as_json=as_json)


def _varied(asked: Wanted, change: str) -> Wanted:
    return wanted(asked.name, {**asked.texts, **pairs(change.split(";"), "--vary")})


def _decisions(rows: Sequence[tuple[str, Wanted]], outcomes: str, *, as_json: bool) -> None:
    found: list[tuple[str, Decision, list[float] | None]] = []
    for change, asked in rows:
        design = closed(asked.make(), "ask 'dosepath next-dose --outcomes' for each")
        cohorts = read_outcomes(outcomes, design.doses)
        found.append((change, decide(design, cohorts), _estimates(design, outcomes)))
    if as_json:
        written = [{"with": change, **decision_document(each), "rates": seen} for change, each, seen in found]
        typer.echo(json.dumps(written, indent=1))
        return
    grid = Grid("with", "then", "estimated rates of DLT", box=None, pad_edge=False)
    for change, each, seen in found:
        level = "" if each.level is None else f" level {each.level}"
        estimates = "-" if seen is None else ", ".join(f"{100 * rate:.1f} %" for rate in seen)
        grid.add_row(change, f"{each.action.value.replace('_', '-')}{level}", estimates)
    console().print(grid)


def _estimates(design: Design, outcomes: str) -> list[float] | None:
    if not isinstance(design, Crm):
        return None
    state = state_after(read_outcomes(outcomes, design.doses), design.doses)
    return list(map(float, design.rates(state.treated, state.dlts)[0]))


def _long_run(rows: Sequence[tuple[str, Wanted]], truth: tuple[float, ...], *, as_json: bool) -> None:
    found = []
    for change, asked in rows:
        design = closed(asked.with_doses(len(truth)).make(), "simulate each with 'dosepath oc --simulate'")
        found.append((change, Compared(enumerate_design(design).characteristics(truth), asked.target)))
    if as_json:
        typer.echo(json.dumps([{"with": change, **_document(each)} for change, each in found], indent=1))
        return
    levels = [f"level {level}" for level in range(1, len(truth) + 1)]
    grid = Grid("with", "none", *levels, "correct", "patients", "above target", box=None, pad_edge=False)
    for change, each in found:
        row = [change, *(f"{100 * chance:.2f} %" for chance in each.exact.recommendation)]
        row += [f"{100 * each.correct:.2f} %", f"{each.exact.patients.sum():.2f}", f"{100 * each.overdosed:.1f} %"]
        grid.add_row(*row)
    console().print(grid)


def _document(found: Compared) -> dict[str, Any]:
    return {
        "recommendation": list(map(float, found.exact.recommendation)),
        "correct_level": found.correct_level,
        "correct": found.correct,
        "patients": float(found.exact.patients.sum()),
        "overdosed_share": found.overdosed,
    }
