"""Worked cases of the DLT rule: study days to dates, and the verdict of the product back to study days."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from dosepath.cli.verify.adapter import Adapter, trial
from dosepath.cli.verify.compare import Got
from dosepath.cli.verify.given import Given
from dosepath.safety.dlt import judge_dlt
from dosepath.safety.dlt_finding import DltEvent, DltHistory, Exit, ExitReason
from dosepath.safety.dlt_rule import DltRule, EventType, dlt_rule

INFUSION: Final = date(2026, 1, 5)
"""Study day 0 of every case."""

FLAGS: Final = frozenset({"dose_deviation", "late_event", "missing_closing_visit", "unresolved_at_exit"})
"""Flags that cases may name; the product raises others, too."""

DIPS: Final[Mapping[int, str]] = MappingProxyType({0: "literal", 1: "bridged"})


def _date(day: int | None) -> date | None:
    return None if day is None else INFUSION + timedelta(days=day)


def _on(day: int) -> date:
    return INFUSION + timedelta(days=day)


def _event(raw: Any, rule: DltRule) -> DltEvent:
    given = Given(raw)
    found = DltEvent(
        id=str(given.get("id")),
        event=EventType(given.get("type")),
        grades=tuple((_on(day), grade) for day, grade in given.get("grades") or ()),
        term=str(given.get("term") or ""),
        related=rule.relatedness(given.get("related")),
        part_of=str(given.get("part_of") or ""),
        skin_only=tuple((_on(day), only) for day, only in given.get("skin_only") or ()),
        treated_from=_date(given.get("treated_from")),
    )
    given.refuse_rest()
    return found


def _exit(given: Given, rule: DltRule) -> Exit | None:
    left = given.below("exit")
    day = left.get("day")
    if day is None:
        return None
    due_to = left.get("due_to") or ()
    found = Exit(
        day=_on(day),
        reason=ExitReason(left.get("reason")),
        related=rule.relatedness(left.get("related")),
        due_to=(due_to,) if isinstance(due_to, str) else tuple(due_to),
    )
    left.refuse_rest()
    return found


def dlt(given: Given) -> Got:
    readings = {
        "dlt#window": given.get("window_mode", "closing_visit"),
        "dlt#dips": DIPS[given.get("dip_bridge_days", 1)],
    }
    rule = dlt_rule(trial().under(readings))
    dose = given.get("dose_fraction", 1)
    history = DltHistory(
        infusion=INFUSION if given.get("infused", True) else None,
        dose_fraction=None if dose is None else Decimal(dose),
        closing_visit=_date(given.get("closing_visit_day")),
        exit=_exit(given, rule),
        events=tuple(_event(raw, rule) for raw in given.get("events") or ()),
    )
    found = judge_dlt(history, rule, _on(given.get("data_cut_day")))
    return {
        "verdict": found.state.value,
        "rule": found.first.clause if found.first else None,
        "known_on": (found.known_on - INFUSION).days if found.known_on else None,
        "flags": frozenset(flag.id for flag in found.flags) & FLAGS,
    }


ADAPTERS: Mapping[str, Adapter] = {"dlt_rule": dlt}
