"""All designs under several scenarios at once: the ones that are written, else the usual shapes."""

import re
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from dosepath.core.errors import InputError
from dosepath.dosefinding.exact import Enumeration
from dosepath.dosefinding.scenarios import SHAPES, read_rates, scenario
from dosepath.reports.summary import DesignSummary, exact_summary
from dosepath.web.jobs import Job
from dosepath.web.views.designs.lab import SHAPE_WORDS, Page, table_page
from dosepath.web.views.designs.question import Question
from dosepath.web.views.designs.tables import Measure, listing, measure, share_text
from dosepath.web.views.designs.work import PAGE_SECONDS, Shown, enumerated, exactly

MOST_SCENARIOS: Final = 12

_LINES: Final = re.compile(r"[;\n\r]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One design under one scenario."""

    scenario: str
    truth: tuple[float, ...]
    name: str
    summary: DesignSummary


def scenarios(question: Question, seconds: float) -> Page:
    """Give what every design does under every scenario; each design is enumerated once."""
    wanted = _scenarios(question)
    shown = exactly(question, max(seconds, PAGE_SECONDS))
    waits = next((each.job for each in shown if each.job is not None), None)
    rows = [
        Row(name, truth, each.name, exact_summary(found.characteristics(truth)))
        for each, found in _enumerated(shown)
        for name, truth in wanted
    ]
    rows.sort(key=lambda row: [name for name, _truth in wanted].index(row.scenario))
    measures = _measures(question)
    caption = _("Every design under every scenario, exact")
    found = listing("scenarios", caption, measures, rows, question)
    return table_page(
        "designs/scenarios.html",
        found,
        measures,
        waits,
        written="\n".join(", ".join(f"{rate:g}" for rate in truth) for _name, truth in wanted),
        without=[each for each in shown if not each.summary],
        most=MOST_SCENARIOS,
    )


def _scenarios(question: Question) -> list[tuple[str, tuple[float, ...]]]:
    text = question.further["scenarios"]
    lines = [line for line in _LINES.split(text) if line.strip()]
    if not lines:
        shapes = [(str(SHAPE_WORDS[name]), scenario(name, question.doses, question.target_rate)) for name in SHAPES]
        return [(_("As in the form"), question.truth), *shapes]
    if len(lines) > MOST_SCENARIOS:
        raise InputError(
            _("%(given)s scenarios; up to %(most)s can be looked at") % {"given": len(lines), "most": MOST_SCENARIOS}
        )
    return [
        (_("Scenario %(number)s") % {"number": number}, read_rates(line, question.doses, question.doses))
        for number, line in enumerate(lines, start=1)
    ]


def _enumerated(shown: list[Shown]) -> list[tuple[Shown, Enumeration]]:
    """Give the enumerations, which are kept since `exactly` made them."""
    known = [each for each in shown if each.summary is not None]
    found = [(each, enumerated(each.wanted)) for each in known if each.wanted is not None]
    return [(each, one) for each, one in found if not isinstance(one, Job)]


def _measures(question: Question) -> list[Measure[Row]]:
    target, planned = question.target_rate, question.planned_patients

    def chance(key: str, title: str, value: Any, tone: str) -> Measure[Row]:
        return measure(key, title, value, lambda row: share_text(value(row)), share=True, tone=tone)

    found: list[Measure[Row]] = [
        measure("scenario", _("scenario"), lambda row: row.scenario, number=False),
        measure("truth", _("true rates"), lambda row: ", ".join(f"{rate:g}" for rate in row.truth), number=False),
        measure("design", _("design"), lambda row: row.name, number=False),
        measure("nearest_level", _("level nearest to target"), lambda row: row.summary.correct_level(target)),
        chance("recommends_nearest", _("recommends it"), lambda row: row.summary.correct(target), "nearest"),
        chance("above_target", _("recommends above target"), lambda row: row.summary.too_toxic(target), "above"),
        chance("no_dose", _("no dose"), lambda row: row.summary.recommendation[0], "none"),
        measure(
            "patients",
            _("mean patients"),
            lambda row: row.summary.mean_total,
            lambda row: f"{row.summary.mean_total:.2f}",
        ),
        measure("dlts", _("mean DLTs"), lambda row: row.summary.mean_dlts, lambda row: f"{row.summary.mean_dlts:.2f}"),
        chance("treated_above_target", _("treated above target"), lambda row: row.summary.overdosed(target), "above"),
    ]
    if planned is not None:
        title = _("needs more than %(planned)s patients") % {"planned": planned}
        found.append(chance("more_than_planned", title, lambda row: row.summary.more_patients_than(planned), "mark"))
    return found
