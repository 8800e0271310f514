"""The ladder of a running escalation -> a document: counts, patients, the action with its reasons, the ways on."""

from dataclasses import asdict
from datetime import date
from typing import Any

from dosepath.trial.ladder.advice import FLAG_WORDS
from dosepath.trial.ladder.ahead import by_arm
from dosepath.trial.ladder.conduct import Conduct
from dosepath.trial.ladder.counting import Standing


def document(conduct: Conduct) -> dict[str, Any]:
    """Write everything as a document."""
    advice, settings = conduct.advice, conduct.ladder.settings
    return {
        "on": advice.on.isoformat(),
        "action": advice.action.value,
        "level": advice.level,
        "mtd": advice.mtd,
        "label": advice.label.value if advice.label else None,
        "rule": advice.rule,
        "reasons": list(advice.reasons),
        "source": str(advice.source),
        "design": settings.design.name,
        "may_infuse_next_from": _iso(advice.may_infuse_next_from),
        "earliest_why": advice.earliest_why,
        "slots_open": advice.slots_open,
        "offer": list(advice.offer),
        "backfill_slots": {str(level): free for level, free in advice.backfill_slots.items()},
        "decidable_on": _iso(advice.decidable_on),
        "flags": {name: FLAG_WORDS[name] for name in sorted(advice.flags)},
        "levels": {
            str(level): {
                "dose": None if (dose := settings.dose(level)) is None else str(dose),
                **asdict(count),
            }
            for level, count in advice.levels.items()
        },
        "arms": {
            arm: {"infused": infused, "evaluable": evaluable, "dlt": dlt}
            for arm, (infused, evaluable, dlt) in by_arm(conduct.ladder).items()
        },
        "patients": {each.patient.id: _patient(each) for each in advice.standings},
        "what_if": [
            {"patient": each.patient, "verdict": each.state.value, "action": each.action.value, "level": each.level}
            for each in advice.what_if
        ],
        "ways_on": [
            {
                "further_dlts": way.further_dlts,
                "action": way.action.value,
                "level": way.level,
                "probability": {
                    str(rate): chance for rate, chance in zip(conduct.rates, way.probabilities, strict=True)
                },
            }
            for way in conduct.ways
        ],
    }


def _patient(standing: Standing) -> dict[str, Any]:
    finding = standing.finding
    found: dict[str, Any] = {
        "arm": standing.patient.arm,
        "level": standing.level,
        "state": standing.state.value,
        "infusion": _iso(standing.patient.infusion),
    }
    if finding is None:
        return found
    first = finding.first
    return found | {
        "clause": first.clause if first else None,
        "event": first.event if first else None,
        "run": [_iso(first.start), _iso(first.end)] if first else None,
        "known_on": _iso(finding.known_on),
        "final_on": _iso(finding.final_on),
        "decides_by": _iso(finding.decides_by),
        "questions": [each.text for each in finding.questions],
        "flags": {flag.id: flag.text for flag in finding.flags},
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# Text ----------------------------------------------------------------------------------------------------------------
