"""Designs as options of the command line, and the commands that say what a design does."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import typer
from rich.table import Table as Grid

from dosepath import __version__
from dosepath.cli.shell import console
from dosepath.core.errors import InputError
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.crm import Crm, Model, Skeleton, calibrated_skeleton
from dosepath.dosefinding.decision_table import Step, TableRow, table_of
from dosepath.dosefinding.design import Decision, Design, decide
from dosepath.dosefinding.exact import Characteristics, enumerate_design
from dosepath.dosefinding.i3plus3 import I3Plus3
from dosepath.dosefinding.keyboard import Keyboard
from dosepath.dosefinding.mtpi import Mtpi
from dosepath.dosefinding.outcomes import read_outcomes
from dosepath.dosefinding.table_design import TableDesign
from dosepath.dosefinding.three_plus_three import VARIANTS, variant
from dosepath.rules.parse import suggest

DEFAULT_TARGET = 0.3
"""Rate of DLT that is looked for where none is given; printed with every result."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A design as it was asked for.

    Parameters
    ----------
    design, variant
        Name of the design, and of the variant of 3+3.
    doses
        Number of dose levels; None where a skeleton or the true rates tell.
    target, cohorts, cohort_size
        As in the designs.
    skeleton, model
        Of CRM.
    """

    design: str
    doses: int | None = None
    variant: str = "V3"
    target: float = DEFAULT_TARGET
    cohorts: int = 10
    cohort_size: int = 3
    skeleton: tuple[float, ...] = ()
    model: Model = "empiric"

    @property
    def levels(self) -> int:
        """Number of dose levels.

        Raises
        ------
        InputError
            When nothing tells it, or it is out of range.
        """
        known = self.doses if self.doses is not None else len(self.skeleton)
        if not known:
            raise InputError("how many dose levels? add --doses")
        if not 1 <= known <= MOST_DOSES:
            raise InputError(f"--doses {known}: from 1 to {MOST_DOSES}")
        return known


def wanted(
    design: str,
    doses: int | None,
    variant: str,
    target: float,
    cohorts: int,
    cohort_size: int,
    skeleton: str,
    model: str,
) -> Wanted:
    """Read the options of a design."""
    given = rates(skeleton, "--skeleton") if skeleton else ()
    return Wanted(design, doses, variant, target, cohorts, cohort_size, given, model_of(model))


def model_of(name: str) -> Model:
    """Read the model of CRM.

    Raises
    ------
    InputError
        When there is none of that name.
    """
    match name:
        case "empiric" | "logistic":
            return name
    raise InputError(f"no model '{name}' of CRM; {suggest(name, ('empiric', 'logistic'))}")


MOST_DOSES = 12
"""More dose levels than any trial has."""


def _three_plus_three(asked: Wanted) -> Design:
    if asked.variant not in VARIANTS:
        raise InputError(f"no variant '{asked.variant}' of 3+3; {suggest(asked.variant, VARIANTS)}")
    return variant(asked.variant, asked.levels)


def _table(kind: type[TableDesign]) -> Callable[[Wanted], Design]:
    return lambda asked: kind(asked.levels, asked.target, asked.cohorts, asked.cohort_size)


def _crm(asked: Wanted) -> Design:
    if not asked.skeleton:
        raise InputError("CRM needs --skeleton; 'dosepath calibrate' finds one")
    skeleton = Skeleton(asked.skeleton, asked.model)
    if asked.doses is not None and asked.doses != len(asked.skeleton):
        raise InputError(f"--doses {asked.doses}, but the skeleton has {len(asked.skeleton)} rates")
    return Crm(skeleton, asked.target, asked.cohorts, asked.cohort_size)


BUILDERS: Mapping[str, Callable[[Wanted], Design]] = {
    "3+3": _three_plus_three,
    "boin": _table(Boin),
    "keyboard": _table(Keyboard),
    "mtpi": _table(Mtpi),
    "mtpi-2": _table(Keyboard),
    "i3+3": _table(I3Plus3),
    "crm": _crm,
}
"""How each design is made from its options. mTPI-2 decides as Keyboard does."""


def build(asked: Wanted) -> Design:
    """Make the design that was asked for.

    Raises
    ------
    InputError
        When there is none of that name, or an option does not fit.
    """
    if asked.design not in BUILDERS:
        raise InputError(f"no design '{asked.design}'; {suggest(asked.design, BUILDERS)}")
    if not 0 < asked.target < 1:
        raise InputError(f"--target {asked.target}: a rate between 0 and 1")
    if asked.cohorts < 1 or asked.cohort_size < 1 or asked.cohorts * asked.cohort_size > MOST_PATIENTS:
        raise InputError(f"--cohorts and --cohort-size: 1 or more each, at most {MOST_PATIENTS} patients together")
    return BUILDERS[asked.design](asked)


MOST_PATIENTS = 120
"""Patients up to which a design is enumerated."""


def rates(text: str, option: str) -> tuple[float, ...]:
    """Read rates of DLT, apart by commas.

    Raises
    ------
    InputError
        When one is no rate from 0 to 1.

    Examples
    --------
    >>> rates("0.1,0.25, 0.4", "--truth")
    (0.1, 0.25, 0.4)
    """
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"{option} '{text}': write rates as 0.1,0.25,0.4") from None
    if not all(0 <= rate <= 1 for rate in found):
        raise InputError(f"{option} '{text}': rates lie between 0 and 1")
    return found


# After these outcomes ------------------------------------------------------------------------------------------------


def next_dose(asked: Wanted, outcomes: str, *, as_json: bool) -> None:
    """Print what a design does after some cohorts."""
    design = build(asked)
    cohorts = read_outcomes(outcomes, design.doses)
    found = decide(design, cohorts)
    if as_json:
        written = {
            "design": design.id,
            "name": design.name,
            "doses": design.doses,
            "outcomes": [str(cohort) for cohort in cohorts],
            **decision_document(found),
            "software": __version__,
        }
        typer.echo(json.dumps(written, indent=1, ensure_ascii=False))
        return
    out = console()
    level = "" if found.level is None else f" level {found.level}"
    out.print(f"[bold]{found.action.value.replace('_', '-')}{level}[/]   ({design.name}, {design.doses} dose levels)")
    out.print(f"  {found.rule}")
    for reason in found.reasons:
        out.print(f"  {reason}")
    out.print(f"  [dim]{found.source}[/]")
    out.print("  [dim]advice; a person decides[/]")


def decision_document(found: Decision) -> dict[str, Any]:
    """Write a decision as data."""
    return {
        "action": found.action.value,
        "level": found.level,
        "rule": found.rule,
        "reasons": list(found.reasons),
        "source": str(found.source),
    }


# In the long run ----------------------------------------------------------------------------------------------------


def characteristics(asked: Wanted, truth: str, planned: int | None, *, as_json: bool) -> None:
    """Print the exact operating characteristics of a design under one scenario."""
    found = _exact(asked, truth)
    if as_json:
        typer.echo(json.dumps(characteristics_document(found, asked.target, planned), indent=1))
        return
    design = found.enumeration.design
    out = console()
    out.print(f"[bold]{design.name}[/], exact over {len(found.probability)} final states")
    grid = Grid("dose level", "true rate", "recommended", "patients", "DLTs", box=None, pad_edge=False)
    for level in range(design.doses + 1):
        if level == 0:
            grid.add_row("none", "", f"{100 * found.recommendation[0]:.2f} %", "", "")
        else:
            grid.add_row(
                str(level),
                f"{found.truth[level - 1]:g}",
                f"{100 * found.recommendation[level]:.2f} %",
                f"{found.patients[level - 1]:.2f}",
                f"{found.dlts[level - 1]:.2f}",
            )
    out.print(grid)
    share = 100 * found.overdosed(asked.target)
    out.print(f"patients {found.patients.sum():.2f} of at most {design.most_patients}, DLTs {found.dlts.sum():.2f}")
    out.print(f"patients at doses with a true rate above {asked.target:g}: {share:.1f} %")
    if planned is not None:
        out.print(f"more than the planned {planned}: {100 * found.more_patients_than(planned):.2f} %")


def _exact(asked: Wanted, truth: str) -> Characteristics:
    known = rates(truth, "--truth")
    told = asked.doses is not None or asked.skeleton
    return enumerate_design(build(asked if told else replace(asked, doses=len(known)))).characteristics(known)


def characteristics_document(found: Characteristics, target: float, planned: int | None) -> dict[str, Any]:
    """Write operating characteristics as data; `recommendation` begins with "no dose"."""
    design = found.enumeration.design
    written: dict[str, Any] = {
        "design": design.id,
        "name": design.name,
        "truth": list(map(float, found.truth)),
        "exact": True,
        "final_states": len(found.probability),
        "recommendation": list(map(float, found.recommendation)),
        "patients": list(map(float, found.patients)),
        "dlts": list(map(float, found.dlts)),
        "total_patients": list(map(float, found.total_patients)),
        "total_dlts": list(map(float, found.total_dlts)),
        "target": target,
        "overdosed_share": found.overdosed(target),
        "software": __version__,
    }
    if planned is not None:
        written["more_than_planned"] = {"planned": planned, "probability": found.more_patients_than(planned)}
    return written


def compare(designs: Sequence[Wanted], truth: str, planned: int | None, *, as_json: bool) -> None:
    """Print the exact characteristics of some designs side by side."""
    found = [(asked, _exact(asked, truth)) for asked in designs]
    if as_json:
        documents = [characteristics_document(each, asked.target, planned) for asked, each in found]
        typer.echo(json.dumps(documents, indent=1))
        return
    levels = found[0][1].enumeration.design.doses
    grid = Grid(box=None, pad_edge=False)
    columns = ["design", "none", *(f"level {level}" for level in range(1, levels + 1)), "patients", "most", "DLTs"]
    columns += ["above target"] + ([f"more than {planned}"] if planned is not None else [])
    for column in columns:
        grid.add_column(column, justify="left" if column == "design" else "right")
    for asked, each in found:
        row = [each.enumeration.design.name, *(f"{100 * chance:.2f} %" for chance in each.recommendation)]
        row += [f"{each.patients.sum():.2f}", str(each.enumeration.design.most_patients), f"{each.dlts.sum():.2f}"]
        row.append(f"{100 * each.overdosed(asked.target):.1f} %")
        if planned is not None:
            row.append(f"{100 * each.more_patients_than(planned):.2f} %")
        grid.add_row(*row)
    out = console()
    out.print(f"true rates {truth}; probability of each recommendation, expected patients and DLTs, exact")
    out.print(grid)


def calibrate(halfwidth: float, target: float, prior_level: int, doses: int, model: Model, *, as_json: bool) -> None:
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
    found = calibrated_skeleton(halfwidth, target, prior_level, doses, model)
    if as_json:
        typer.echo(json.dumps({"skeleton": list(found.rates), "model": model, "intercept": found.intercept}, indent=1))
    else:
        typer.echo(",".join(f"{rate:.4f}" for rate in found.rates))


# The table ----------------------------------------------------------------------------------------------------------


def decision_table(asked: Wanted, *, as_json: bool) -> None:
    """Print what a design does by patients and DLTs at the middle dose, where all lower doses were clean."""
    design = build(asked)
    rows = _limits(table_of(design))
    if as_json:
        typer.echo(json.dumps({"design": design.id, "name": design.name, "rows": rows}, indent=1))
        return
    out = console()
    out.print(f"[bold]{design.name}[/]: by DLTs among the patients at the current dose")
    grid = Grid(
        "patients", "go up if at most", "go down if at least", "eliminate if at least", box=None, pad_edge=False
    )
    for row in rows:
        grid.add_row(*("-" if row[key] is None else str(row[key]) for key in ("n", "up", "down", "eliminate")))
    out.print(grid)


_DOWN = (Step.DE_ESCALATE, Step.ELIMINATE)


def _limits(rows: Sequence[TableRow]) -> list[dict[str, int | None]]:
    """Give the numbers of DLTs at which a table changes, for each number of patients."""
    by_patients: dict[int, dict[int, Step]] = {}
    for row in rows:
        by_patients.setdefault(row.treated, {})[row.dlts] = row.step
    return [
        {
            "n": treated,
            "up": max((dlts for dlts, step in steps.items() if step is Step.ESCALATE), default=None),
            "down": min(
                (dlts for dlts, step in steps.items() if step in (Step.DE_ESCALATE, Step.ELIMINATE)), default=None
            ),
            "eliminate": min((dlts for dlts, step in steps.items() if step is Step.ELIMINATE), default=None),
        }
        for treated, steps in by_patients.items()
    ]
