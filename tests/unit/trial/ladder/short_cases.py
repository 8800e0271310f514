"""Own cases of conduct, written short: days are numbers, counted from the first infusion of the first patient.

`seen: {1: "0N 28T 42P"}` are patients of a level, each with the day of infusion and a letter: N without DLT, with a
closing visit on its day 28; T with CRS of grade 4 on its day 3, and the visit; P without a visit so far; L lost on its
day 10; W with 60 percent of the cells, and the visit. They are called 1a, 1b, 1c ...; their diseases follow each other
in the order of the protocol. `with` replaces keys of single patients, `queue` and `held` are candidates and slots,
`board` is "71 escalate 2; 80 hold". An action is expected as "expand 1". A case with `variants` is one case for each.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from dosepath.interop.ladder_yaml import LadderFile, read_ladder
from dosepath.safety.dlt_rule import dlt_rule
from dosepath.trial.ladder.advice import Advice, advise
from dosepath.trial.ladder.settings import ladder_settings
from dosepath.trial.library import open_trial

START = date(2027, 1, 4)
FOLDER = Path(__file__).parents[3] / "cases" / "conduct"
ROWS, SENTENCES = "rows.yaml", "sentences.yaml"
ARMS = ("SLE", "dcSSc", "AAV", "IIM", "SS")
DEFAULTS: Mapping[str, Any] = {
    "levels": [{"level": 1, "dose": 0.5}, {"level": 2, "dose": 1.0}, {"level": 3, "dose": 2.0}],
    "board_review_for": [],
}
DAYS = ("consent", "reserved", "apheresis", "lymphodepletion", "closing_visit")
COUNTS = ("infused", "evaluable", "dlt", "pending", "inevaluable", "reserved")


def own_cases() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.name in (ROWS, SENTENCES):
            continue
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]:
            for each in _by_variant(case):
                yield f"{path.stem}: {each['name']}", each


def _by_variant(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "variants" not in case:
        yield case
    for variant in case.get("variants", ()):
        settings = {**case.get("settings", {}), "variant": variant}
        yield {**case, "name": f"{case['name']}, {variant}", "settings": settings}


def on_day(number: int | None) -> date | None:
    return None if number is None else START + timedelta(days=number)


def as_reference(case: Mapping[str, Any]) -> dict[str, Any]:
    """Write a short case as one of schema reference-conduct/1."""
    expect = dict(case["expect"])
    return {
        "id": case["name"],
        "on": on_day(case["day"]),
        "settings": {**DEFAULTS, **case.get("settings", {})},
        "patients": list(_patients(case)),
        "board": [_entry(text) for text in case.get("board", "").split(";") if text.strip()],
        "expected": {"error": expect["error"]} if "error" in expect else _expected(expect),
    }


def _patients(case: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    changes = case.get("with", {})
    number = 0
    for level, patients in case.get("seen", {}).items():
        for place, word in enumerate(patients.split()):
            name = f"{level}{'abcdefghi'[place]}"
            made = _infused(name, level, int(word[:-1]), word[-1], case["day"]) | {"arm": ARMS[number % len(ARMS)]}
            yield {**made, **_dated(changes.get(name, {}))}
            number += 1
    for each in case.get("queue", []):
        yield _dated(each)
    for each in case.get("held", []):
        given = _dated(each)
        yield {"consent": on_day(-60), "reserved": on_day(-50), "arm": "SLE", **given}


def _infused(name: str, level: int, day: int, letter: str, on: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": name,
        "level": level,
        "consent": on_day(day - 60),
        "reserved": on_day(day - 50),
        "product": {"status": "in_spec", "released": on_day(day - 5)},
        "infusion": on_day(day),
    }
    if letter in "NTW" and day + 28 <= on:
        found["closing_visit"] = on_day(day + 28)
    if letter == "T":
        found["events"] = [{"id": "e1", "type": "CRS", "grades": [[on_day(day + 3), 4], [on_day(day + 5), 1]]}]
    if letter == "W":
        found["dose_fraction"] = 0.6
    if letter == "L":
        found["exit"] = {"date": on_day(day + 10), "reason": "lost", "related": "not_related"}
    return found


def _dated(raw: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(raw)
    for key in DAYS:
        if isinstance(found.get(key), int):
            found[key] = on_day(found[key])
    if "infusion" in found:
        given = found["infusion"]
        found["infusion"] = [on_day(day) for day in given] if isinstance(given, list) else on_day(given)
    if isinstance(found.get("exit"), dict):
        found["exit"] = {**found["exit"], "date": on_day(found["exit"]["date"])}
    if isinstance(found.get("product"), dict) and "released" in found["product"]:
        found["product"] = {**found["product"], "released": on_day(found["product"]["released"])}
    if "events" in found:
        found["events"] = [_event(number, each) for number, each in enumerate(found["events"], 1)]
    return found


def _event(number: int, raw: Mapping[str, Any]) -> dict[str, Any]:
    found = {"id": f"e{number}", **raw}
    for key in ("grades", "skin_only"):
        if key in found:
            found[key] = [[on_day(day), value] for day, value in found[key]]
    return found


def _entry(text: str) -> dict[str, Any]:
    day, decision, *level = text.split()
    return {"date": on_day(int(day)), "decision": decision, "level": int(level[0]) if level else None}


def _said(text: str) -> dict[str, Any]:
    action, *level = text.split()
    return {"action": action, "level": int(level[0]) if level else None}


def _expected(expect: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"flags": expect.get("flags", [])}
    if "action" in expect:
        found |= _said(expect["action"])
    found |= {key: expect[key] for key in ("mtd", "label", "offer") if key in expect}
    for short, long in (("from", "may_infuse_next_from"), ("decidable", "decidable_on")):
        if short in expect:
            found[long] = on_day(expect[short])
    for short, long in (("slots", "slots_open"), ("backfill", "backfill_slots"), ("states", "patients")):
        if short in expect:
            found[long] = expect[short]
    if "counts" in expect:
        found["levels"] = {
            level: dict(zip(COUNTS, numbers, strict=True)) for level, numbers in expect["counts"].items()
        }
    for name, (dlt, none) in expect.get("what_if", {}).items():
        found.setdefault("what_if", {}).update({f"{name}_dlt": _said(dlt), f"{name}_no_dlt": _said(none)})
    return found


def file_of(case: Mapping[str, Any]) -> LadderFile:
    """Read a case as a document of patients."""
    given = as_reference(case)
    protocol = open_trial("NCT06680388")
    settings = ladder_settings(protocol, given["settings"])
    document = {key: given[key] for key in ("on", "patients", "board")}
    return read_ladder(document, dlt_rule(protocol, settings.dose_tolerance), case["name"])


def advice_of(case: Mapping[str, Any]) -> Advice:
    """Ask the product about a case.

    Raises
    ------
    RecordError
        When the records cannot be.
    """
    protocol, file = open_trial("NCT06680388"), file_of(case)
    settings = ladder_settings(protocol, as_reference(case)["settings"])
    assert file.on is not None
    return advise(file.patients, file.board, settings, dlt_rule(protocol, settings.dose_tolerance), file.on)
