"""Cases of schema `reference-conduct/1`: dated patients of a running 3+3, the state of the ladder, what may be done."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from dosepath.cli.verify.adapter import trial
from dosepath.cli.verify.compare import differences
from dosepath.cli.verify.outcome import CaseResult
from dosepath.core.errors import DosepathError, InputError
from dosepath.interop.ladder_yaml import ON, read_ladder
from dosepath.safety.dlt_rule import dlt_rule
from dosepath.trial.ladder.advice import Advice, advise
from dosepath.trial.ladder.problems import RecordError
from dosepath.trial.ladder.settings import ladder_settings

SCHEMA: Final = "reference-conduct/1"

CASE_KEYS: Final = ON | {"id", "title", "settings", "patients", "board", "expected", "why", "source", "note"}


def verify(document: Mapping[str, Any]) -> Iterator[CaseResult]:
    """Run every case of a file.

    Raises
    ------
    InputError
        When the file has no list of cases.
    """
    cases = document.get("cases")
    if not isinstance(cases, list):
        raise InputError(f"a file of {SCHEMA} has a list 'cases'")
    defaults = document.get("defaults") or {}
    for number, raw in enumerate(cases, start=1):
        label = str(raw.get("id", number)) if isinstance(raw, dict) else str(number)
        try:
            found = list(_differences(raw, defaults))
        except (DosepathError, ValueError) as error:
            found = [str(error)]
        except (AttributeError, KeyError, TypeError) as error:
            found = [f"not laid out as {SCHEMA} says: {type(error).__name__} {error}"]
        yield CaseResult(label, tuple(found))


def _differences(raw: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[str]:
    unknown = sorted(str(key) for key in raw if key not in CASE_KEYS)
    if unknown:
        raise InputError(f"unknown key {', '.join(unknown)}")
    expected = raw["expected"]
    try:
        got = as_expected(_advice(raw, defaults))
    except RecordError as error:
        wanted = expected.get("error")
        if wanted not in error.keys:
            yield f"error: expected {wanted}, got {', '.join(sorted(error.keys))}"
        return
    yield from differences(_whole(expected, got), got)


def _advice(raw: Mapping[str, Any], defaults: Mapping[str, Any]) -> Advice:
    protocol = trial()
    settings = ladder_settings(protocol, {**(defaults.get("settings") or {}), **(raw.get("settings") or {})})
    rule = dlt_rule(protocol, settings.dose_tolerance)
    document = {
        "on": next((day for key, day in raw.items() if key in ON), None),
        "patients": raw.get("patients") or [],
        "board": raw.get("board"),
        "defaults": {"patient": defaults.get("patient")},
    }
    file = read_ladder(document, rule, str(raw.get("id")))
    if file.on is None:
        raise InputError("no day 'on'")
    return advise(file.patients, file.board, settings, rule, file.on)


def _whole(expected: Mapping[str, Any], got: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is expected with levels as text, and spelled out for those that a case leaves out: all zero."""
    found = dict(expected)
    none = dict.fromkeys(("infused", "evaluable", "dlt", "pending", "inevaluable", "reserved"), 0)
    for key, nothing in (("levels", none), ("backfill_slots", 0), ("patients", None)):
        if isinstance(found.get(key), dict):
            listed = {str(name): value for name, value in found[key].items()}
            found[key] = dict.fromkeys(got[key], nothing) | listed
    return found


def as_expected(advice: Advice) -> dict[str, Any]:
    """Write advice as cases print it."""
    return {
        "patients": {each.patient.id: each.state.value for each in advice.standings},
        "levels": {str(level): asdict(count) for level, count in advice.levels.items()},
        "action": advice.action.value,
        "level": advice.level,
        "mtd": advice.mtd,
        "label": advice.label.value if advice.label else None,
        "may_infuse_next_from": advice.may_infuse_next_from,
        "slots_open": advice.slots_open,
        "decidable_on": advice.decidable_on,
        "flags": advice.flags,
        "offer": list(advice.offer),
        "backfill_slots": {str(level): free for level, free in advice.backfill_slots.items()},
        "what_if": {
            f"{each.patient}_{each.state.value}": {"action": each.action.value, "level": each.level}
            for each in advice.what_if
        },
        "error": None,
    }
