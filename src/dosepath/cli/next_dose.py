"""The command `next-dose` for the patients of a trial: the ladder as it stands, and what may be done next."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import typer
import yaml
from rich.console import Console
from rich.table import Table as Grid

from dosepath.cli.plots import save_swimmer
from dosepath.cli.shell import console
from dosepath.cli.shell import rates as read_rates
from dosepath.core.errors import InputError
from dosepath.core.options import pairs
from dosepath.interop.ladder_json import document
from dosepath.interop.ladder_text import read_conduct_file
from dosepath.rules.wording import counted
from dosepath.safety.dlt_finding import OF_LADDER
from dosepath.trial.ladder.advice import FLAG_WORDS, Advice
from dosepath.trial.ladder.ahead import by_arm
from dosepath.trial.ladder.conduct import RATES, Conduct
from dosepath.trial.ladder.conduct import conduct as conduct_of
from dosepath.trial.ladder.counting import Standing
from dosepath.trial.library import open_trial
from dosepath.trial.occasions import read_date

STATE_WORDS: Final[Mapping[str, str]] = {
    "not_infused": "not infused",
    "dlt": "DLT",
    "no_dlt": "no DLT",
    "pending": "pending",
    "inevaluable": "inevaluable, replaced",
}


def run(
    file: Path,
    trial: str,
    on: str,
    settings: Sequence[str],
    readings: Sequence[str],
    rates: str,
    plot: Path | None = None,
    *,
    as_json: bool,
) -> None:
    """Print what may be done next with the patients of a file."""
    conduct = _conduct(file, trial, on, settings, readings, rates)
    if plot is not None:
        save_swimmer(conduct, plot)
    if as_json:
        typer.echo(json.dumps(document(conduct), indent=1, ensure_ascii=False))
    else:
        _print(console(), conduct, trial)


def _conduct(file: Path, trial: str, on: str, settings: Sequence[str], readings: Sequence[str], rates: str) -> Conduct:
    protocol = open_trial(trial).under(pairs(readings, "--reading"))
    day, today = read_date(on, "--on") if on else None, datetime.now(UTC).astimezone().date()
    read = read_conduct_file(_text(file), file.name, protocol, _settings(settings), on=day, today=today)
    return conduct_of(
        read.found.patients,
        read.found.board,
        read.settings,
        read.rule,
        day or read.found.on or today,
        protocol.file.dose_levels[0].unit,
        read_rates(rates, "--rates") if rates else RATES,
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not UTF-8 at byte {error.start}") from None


def _settings(given: Sequence[str]) -> dict[str, Any]:
    """Read `--set KEY=VALUE`; a value is written as in YAML, levels also as `1:0.5,2:1.0,3:`."""
    found: dict[str, Any] = {}
    for name, text in pairs(given, "--set").items():
        if name == "levels" and "[" not in text:
            found[name] = [_rung(part) for part in text.split(",")]
            continue
        try:
            value = yaml.safe_load(text if "," not in text or text.startswith("[") else f"[{text}]")
        except yaml.YAMLError:
            raise InputError(f"--set {name}={text}: no value that can be read") from None
        found[name] = value
    return found


def _rung(text: str) -> dict[str, Any]:
    level, _, dose = text.partition(":")
    try:
        return {"level": int(level), "dose": float(dose) if dose.strip() not in ("", "null") else None}
    except ValueError:
        raise InputError(f"--set levels: '{text}'; write level:dose, as in levels=1:0.5,2:1.0,3:") from None


def _print(out: Console, conduct: Conduct, trial: str) -> None:
    advice = conduct.advice
    _print_action(out, conduct, trial)
    if advice.flags:
        out.print("\nNotes")
        for name in sorted(advice.flags):
            out.print(f"  {name}: {FLAG_WORDS[name]}", markup=False)
    out.print("\nLevels")
    out.print(_levels(conduct))
    out.print("\nDiseases (they share the ladder)")
    out.print(_arms(conduct))
    out.print("\nPatients")
    out.print(_patients(advice))
    if advice.what_if:
        out.print("\nWhat if")
        for each in advice.what_if:
            said = f"  {each.patient} {STATE_WORDS[each.state.value]}: {_said(each.action.value, each.level)}"
            out.print(said, markup=False)
    if conduct.ways:
        words = f"\nThe cohort of {advice.places} at level {advice.level}: what further DLTs mean, exactly"
        out.print(words, markup=False)
        out.print(_ways(conduct))
    out.print("\nThis is advice to the board of the trial; people sign the decision.", style="dim")


def _said(action: str, level: int | None) -> str:
    return action if level is None else f"{action}, level {level}"


def _print_action(out: Console, conduct: Conduct, trial: str) -> None:
    advice, settings = conduct.advice, conduct.ladder.settings
    out.print(f"{trial}, {settings.design.name}, as of {advice.on}", style="bold")
    label = f" ({advice.label.value.replace('_', ' ')})" if advice.label else ""
    out.print(f"{_said(advice.action.value, advice.level)}{label}", style="bold", markup=False)
    out.print(f"  rule      {advice.rule}", markup=False)
    for reason in advice.reasons:
        out.print(f"  because   {reason}", markup=False)
    out.print(f"  source    {advice.source}", markup=False)
    if advice.may_infuse_next_from is not None:
        out.print(f"  earliest  {advice.may_infuse_next_from}: {advice.earliest_why}", markup=False)
        who = f", offered to {', '.join(advice.offer)}" if advice.offer else ""
        out.print(f"  slots     {counted(advice.slots_open, 'place')} open{who}", markup=False)
    if advice.decidable_on is not None:
        out.print(f"  decidable {advice.decidable_on} at the earliest", markup=False)
    for level, free in advice.backfill_slots.items():
        out.print(f"  backfill  {counted(free, 'place')} at level {level}", markup=False)


def _levels(conduct: Conduct) -> Grid:
    columns = ("level", f"dose, {conduct.unit}", "infused", "evaluable", "DLT", "pending", "inevaluable", "reserved")
    grid = Grid(*columns, box=None, pad_edge=False)
    for level, count in conduct.advice.levels.items():
        dose = conduct.ladder.settings.dose(level)
        numbers = (count.infused, count.evaluable, count.dlt, count.pending, count.inevaluable, count.reserved)
        grid.add_row(str(level), "not set" if dose is None else str(dose), *map(str, numbers))
    return grid


def _arms(conduct: Conduct) -> Grid:
    grid = Grid("arm", "infused", "evaluable", "DLT", box=None, pad_edge=False)
    for arm, numbers in by_arm(conduct.ladder).items():
        grid.add_row(arm, *map(str, numbers))
    return grid


def _patients(advice: Advice) -> Grid:
    columns = ("patient", "arm", "level", "infused", "state", "why")
    grid = Grid(*columns, box=None, pad_edge=False)
    for each in advice.standings:
        level = "" if each.level is None else str(each.level)
        infused = str(each.patient.infusion or "")
        grid.add_row(each.patient.id, each.patient.arm, level, infused, STATE_WORDS[each.state.value], _why(each))
    return grid


def _why(standing: Standing) -> str:
    finding = standing.finding
    if finding is None:
        patient = standing.patient
        return "slot held" if patient.holds_slot else "waits for a slot" if patient.is_candidate else ""
    said = []
    if finding.first is not None:
        said.append(f"{finding.first.clause}, event {finding.first.event}, certain on {finding.known_on}")
    said += [f"{each.clause} open, decides by {each.decides_on}" for each in finding.undecided]
    said += [question.text for question in finding.questions]
    if finding.final_on is not None and finding.first is None:
        said.append(f"final on {finding.final_on}")
    said += [flag.text for flag in finding.flags if flag not in OF_LADDER]
    return "; ".join(said)


def _ways(conduct: Conduct) -> Grid:
    grid = Grid("further DLT", "then", box=None, pad_edge=False)
    for rate in conduct.rates:
        grid.add_column(f"if the rate is {rate}", justify="right")
    for way in conduct.ways:
        chances = [f"{100 * chance:.1f} %" for chance in way.probabilities]
        grid.add_row(str(way.further_dlts), _said(way.action.value, way.level), *chances)
    return grid
