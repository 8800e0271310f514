"""The page of the dose ladder and its list. Nothing is decided here: all of it comes from the layers below."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dosepath.interop.ladder_json import document
from dosepath.safety.dlt_rule import READINGS
from dosepath.trial.ladder.counting import PatientState, Standing
from dosepath.trial.ladder.trace import trace
from dosepath.web.filters import Filter, read
from dosepath.web.lists import Column, Listing, answer, json_of
from dosepath.web.screens import SCREENS
from dosepath.web.views.ladder import asked as asking
from dosepath.web.views.ladder import board, drawing
from dosepath.web.views.ladder.asked import SUBJECT_FILTERS, TRIAL, Shown, asked
from dosepath.web.views.ladder.opening import opening, with_problems
from dosepath.web.views.ladder.words import DECISIONS, LABELS, SETTINGS, advised, flag_words, is_known, said


@require_GET
@with_problems
def ladder(request: HttpRequest, form: str = "") -> HttpResponse:
    """Show the ladder as of a day; its patients as a list."""
    shown = asked(request.GET, SUBJECT_FILTERS)
    lists = read(request.GET, _offered(shown), also=list(request.GET))
    listing = subjects(shown)
    if form:
        return answer(request, form, "", listing)
    advice = shown.conduct.advice
    context = {
        "shown": shown,
        "advice": advice,
        "rows": board.rows(shown),
        "jumps": board.jumps(shown),
        "needs": list(board.needs(shown)),
        "decision": board.sentence(shown),
        "label": LABELS[advice.label.value] if advice.label else "",
        "reasons": [said(reason) for reason in advice.reasons],
        "rule": said(advice.rule),
        "source": said(str(advice.source)),
        "flags": list(flag_words(advice.flags)),
        "what_if": list(board.what_if_rows(advice.what_if)),
        "ways": _ways(shown),
        "trace": _trace(shown),
        "clauses": _clauses(shown),
        "protocol_url": next((screen.url for screen in SCREENS if screen.name == "protocol"), ""),
        "settings": list(_settings_shown(shown)),
        "readings": list(_readings(shown)),
        "doses": [(f"dose-{rung.level}", rung.level, rung.dose) for rung in shown.base.rungs],
        "numbers": _numbers(shown),
        "choices": [
            (each, shown.chosen[each.name], asking.written(getattr(shown.base, each.name))) for each in asking.CHOICES
        ],
        "swimmer": drawing.swimmer(shown),
        "risk": drawing.risk(shown),
        "lists": lists,
        "changed": list(board.changed(shown)),
        "counts": _strip(shown),
        "subject_rows": [
            (row, *board.state_of(row), board.why(shown, row), board.subject_address(shown, row.patient.id))
            for row in listing.rows
        ],
        **opening(),
    }
    return answer(request, form, "ladder/board.html", listing, context)


def _offered(shown: Shown) -> list[Filter]:
    """Give the filters of the list with the levels and diseases of this ladder."""
    settings = shown.conduct.ladder.settings
    choices = {"level": [str(level) for level in settings.levels], "arm": settings.arms}
    return [
        replace(each, choices=[(name, name) for name in choices[each.name]]) if each.name in choices else each
        for each in SUBJECT_FILTERS
    ]


def subjects(shown: Shown) -> Listing[Standing]:
    """Give the patients that the filters leave."""
    chosen = shown.chosen
    rows = [each for each in _by_infusion(shown) if _wanted(each, chosen["level"], chosen["state"], chosen["arm"])]
    about = {
        "trial": TRIAL,
        "protocol_digest": shown.protocol.digest,
        "file": shown.source.name,
        "on": shown.on.isoformat(),
        "design": shown.conduct.ladder.settings.design.name,
        "advice": {"action": shown.conduct.advice.action.value, "level": shown.conduct.advice.level},
        "what_if": [{"setting": name, "value": new, "of_file": old} for name, new, old in shown.what_if],
        "readings": dict(shown.protocol.chosen),
    }
    return Listing("ladder-subjects", _("Patients"), _columns(shown), rows, len(shown.conduct.advice.standings), about)


def _by_infusion(shown: Shown) -> list[Standing]:
    return sorted(
        shown.conduct.advice.standings,
        key=lambda each: (-(each.level or 0) if each.patient.infusions else 99, each.patient.infusion or date.max),
    )


def _wanted(each: Standing, level: str, state: str, arm: str) -> bool:
    return (
        (not level or str(each.level) == level)
        and (not state or each.state.value == state)
        and (not arm or each.patient.arm == arm)
    )


def _columns(shown: Shown) -> list[Column[Standing]]:
    def final(each: Standing) -> str | None:
        return board.iso(each.finding.final_on) if each.finding else None

    def decides(each: Standing) -> str | None:
        return board.iso(each.finding.decides_by) if each.finding else None

    return [
        Column("patient", _("Patient"), lambda each: each.patient.id),
        Column("disease", _("Disease"), lambda each: each.patient.arm),
        Column("level", _("Level"), lambda each: each.level, number=True),
        Column("state", _("State"), lambda each: each.state.value),
        Column("infusion", _("Infused"), lambda each: board.iso(each.patient.infusion)),
        Column("study_day", _("Day"), lambda each: each.study_day(shown.on), number=True),
        Column("dose_fraction", _("Cells"), board.fraction, number=True),
        Column("closing_visit", _("Closing visit"), lambda each: board.iso(each.patient.closing_visit)),
        Column(
            "clause",
            _("Clause"),
            lambda each: each.finding.first.clause if each.finding and each.finding.first else None,
        ),
        Column("final_on", _("Final"), final),
        Column("decides_by", _("Decides by"), decides),
        Column("line", _("Line"), lambda each: shown.file.line_of_patient(each.patient.id), number=True),
    ]


def _ways(shown: Shown) -> list[dict[str, Any]]:
    return [
        {
            "further": way.further_dlts,
            "then": advised(way.action, way.level),
            "chances": [f"{100 * chance:.1f} %" for chance in way.probabilities],
        }
        for way in shown.conduct.ways
    ]


def _trace(shown: Shown) -> list[dict[str, Any]]:
    return [
        {
            "question": said(step.question),
            "numbers": [said(number) for number in step.numbers],
            "answer": said(step.answer),
            "decides": step.decides,
            "source": said(str(step.source)) if step.source else "",
            "quoted": step.source is not None and not is_known(str(step.source)),
        }
        for step in trace(shown.conduct.ladder, shown.board, shown.conduct.advice)
    ]


def _clauses(shown: Shown) -> list[tuple[str, tuple[int, ...]]]:
    return [(clause.text, clause.lines) for clause in shown.protocol.file.dlt.clauses]


def _settings_shown(shown: Shown) -> Iterator[dict[str, Any]]:
    """Give each setting with its value and where that comes from: the file, the protocol, or this what-if."""
    now, base = shown.conduct.ladder.settings, shown.base
    of_file = shown.file.found.settings
    design = shown.protocol.file.design
    for name, words in SETTINGS.items():
        key = "rungs" if name == "levels" else name
        value, before = getattr(now, key), getattr(base, key)
        setting = design.conduct.get(name)
        line = shown.file.line("settings", name) if name in of_file else None
        lines = {"levels": shown.protocol.file.dose_levels[0].lines, "planned_n": design.lines}.get(name, ())
        yield {
            "name": name,
            "words": words,
            "value": asking.written(value),
            "changed": value != before,
            "before": asking.written(before),
            "line": line,
            "href": board.line_address(shown, line) if line else "",
            "source": setting.source if setting is not None else "",
            "lines": lines,
        }


def _readings(shown: Shown) -> Iterator[dict[str, Any]]:
    known = dict(shown.protocol.readings())
    for each in asking.reading_filters(shown.protocol):
        reading = known[READINGS[each.name]]
        options = [(name, option.text) for name, option in reading.options.items()]
        yield {
            "name": each.name,
            "issue": reading.issue,
            "in_force": reading.in_force,
            "options": options,
            "chosen": shown.chosen[each.name],
        }


def _numbers(shown: Shown) -> list[tuple[str, Any, str, str]]:
    base = shown.base
    values = {
        "stagger_1": base.stagger_days[0],
        "stagger_2": base.stagger_days[1],
        "stagger_expansion_days": base.stagger_expansion_days,
        "planned_n": base.planned_n,
        "arm_cap_total": base.arm_cap_total,
        "arm_cap_per_level": base.arm_cap_per_level,
    }
    return [(name, words, shown.chosen[name], asking.written(values[name])) for name, words in asking.NUMBERS.items()]


def _strip(shown: Shown) -> list[tuple[str, str]]:
    ladder, advice = shown.conduct.ladder, shown.conduct.advice
    standings = advice.standings
    waiting = sum(each.patient.is_candidate for each in standings)
    latest = max(shown.board, key=lambda entry: entry.day, default=None)
    found = [
        (
            _("infused"),
            _("%(infused)s of %(planned)s planned") % {"infused": ladder.infused, "planned": ladder.settings.planned_n},
        ),
        (_("DLT"), str(sum(each.state is PatientState.DLT for each in standings))),
        (_("observed now"), str(sum(each.state is PatientState.PENDING for each in standings))),
        (_("waiting for a slot"), str(waiting)),
    ]
    if latest is not None:
        level = "" if latest.level is None else f" {latest.level}"
        found.append((_("last decision of the board"), f"{latest.day}: {DECISIONS[latest.decision]}{level}"))
    return found


@require_GET
@with_problems
def advice_json(request: HttpRequest, form: str = "") -> HttpResponse:  # noqa: ARG001 - as other views
    """Give the whole advice as the command line does with --json."""
    shown = asked(request.GET, SUBJECT_FILTERS)
    return json_of({"trial": TRIAL, "file": shown.source.name, **document(shown.conduct)})
