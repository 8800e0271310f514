"""The page of one patient: dates, events with their grade lines, and the DLT definition clause by clause."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dosepath.core.verdict import Verdict
from dosepath.safety.dlt_course import graded_days
from dosepath.safety.dlt_finding import ClauseAnswer, DltEvent
from dosepath.safety.dlt_sheet import SheetRow, dlt_sheet
from dosepath.safety.grade_lines import GradeLine, grade_line
from dosepath.trial.ladder.counting import Standing
from dosepath.web.lists import Column, Listing, answer
from dosepath.web.views.ladder import board, drawing
from dosepath.web.views.ladder.asked import SUBJECT, TRIAL, Shown, asked, standing_of
from dosepath.web.views.ladder.opening import with_problems
from dosepath.web.views.ladder.words import EVENTS, EXITS, GROUNDS, HAPPENED, PRODUCTS, RELATED, said
from dosepath.web.words import Words


@dataclass(frozen=True, slots=True)
class EventLine:
    """What one clause says about one event, for a row of the sheet; its words for the page."""

    row: SheetRow
    answer: ClauseAnswer | None
    event: DltEvent | None
    grade: int | None
    line: GradeLine | None
    anchor: str = ""

    @property
    def ground(self) -> Words:
        """Why, in words."""
        return "" if self.answer is None else GROUNDS[self.answer.ground]

    @property
    def against(self) -> bool:
        """Whether it counts against the dose."""
        return self.answer is not None and self.answer.verdict is Verdict.MET


@require_GET
@with_problems
def subject(request: HttpRequest, form: str = "") -> HttpResponse:
    """Show one patient: the dates, the events, and the DLT definition clause by clause."""
    shown = asked(request.GET, (SUBJECT,))
    standing = standing_of(shown)
    sheet = dlt_sheet(standing.patient.history(standing.patient.dose_fraction), shown.file.rule, shown.on)
    rows = [line for row in sheet for line in _event_lines(shown, standing, row)]
    about = {"trial": TRIAL, "file": shown.source.name, "on": shown.on.isoformat(), "patient": standing.patient.id}
    listing = Listing("dlt-sheet", _("DLT sheet"), _sheet_columns(), rows, len(rows), about)
    if form:
        return answer(request, form, "", listing)
    word, icon, tone = board.state_of(standing)
    context = {
        "shown": shown,
        "standing": standing,
        "patient": standing.patient,
        "word": word,
        "icon": icon,
        "tone": tone,
        "why": board.why(shown, standing, flags=False),
        "day": standing.study_day(shown.on),
        "dose": None if standing.level is None else shown.conduct.ladder.settings.dose(standing.level),
        "facts": list(_facts(shown, standing)),
        "events": [
            _event(shown, standing, event, number) for number, event in enumerate(standing.patient.events, start=1)
        ],
        "sheet": list(_clause_rows(shown, sheet, rows)),
        "happened": [
            (each, board.happened(each, named=False), standing.study_day(each.day))
            for each in shown.happened
            if each.patient == standing.patient.id and each.day <= shown.on
        ],
        "figure": drawing.events(shown),
        "flags": [said(flag.text) for flag in (standing.finding.flags if standing.finding else ())],
        "what_if": [
            each for each in board.what_if_rows(shown.conduct.advice.what_if) if each["patient"] == standing.patient.id
        ],
        "back": f"{reverse('ladder')}?{shown.with_('id')}",
        "changed": list(board.changed(shown)),
    }
    return answer(request, form, "ladder/subject.html", listing, context)


def _clause_rows(shown: Shown, sheet: Sequence[SheetRow], rows: Sequence[EventLine]) -> Iterator[dict[str, Any]]:
    lines = {clause.id: clause.lines for clause in shown.protocol.file.dlt.clauses}
    for row in sheet:
        yield {
            "row": row,
            "against": row.verdict is Verdict.MET,
            "lines": tuple(dict.fromkeys(lines.get(row.clause, ()))),
            "answers": [line for line in rows if line.row is row and line.answer],
        }


def _facts(shown: Shown, standing: Standing) -> Iterator[dict[str, Any]]:
    patient = standing.patient
    product = f"{PRODUCTS[patient.product.status]}"
    if patient.product.released is not None:
        product += f", {patient.product.released}"
    left = None
    if patient.exit is not None:
        left = f"{patient.exit.day}, {EXITS[patient.exit.reason]}"
    values: tuple[tuple[str, Any, Any], ...] = (
        ("consent", HAPPENED["consent"], patient.consent),
        ("reserved", HAPPENED["reserved"], patient.reserved),
        ("apheresis", HAPPENED["apheresis"], patient.apheresis),
        ("product", _("product"), product),
        ("lymphodepletion", HAPPENED["lymphodepletion"], patient.lymphodepletion),
        ("infusion", HAPPENED["infusion"], patient.infusion),
        ("dose_fraction", _("cells given, of those planned"), board.fraction(standing)),
        ("closing_visit", HAPPENED["closing_visit"], patient.closing_visit),
        ("exit", HAPPENED["exit"], left),
    )
    for key, words, value in values:
        line = shown.file.line_of_patient(patient.id, key)
        shown_value = value.isoformat() if isinstance(value, date) else value
        yield {"words": words, "value": shown_value, "line": line, "href": board.line_address(shown, line)}


def _event(shown: Shown, standing: Standing, event: DltEvent, place: int) -> dict[str, Any]:
    scale = shown.file.rule.scales.get(event.event, "")
    number = next(place for place, each in enumerate(_written_events(shown, standing)) if each.id == event.id)
    line = shown.file.line_of_patient(standing.patient.id, "events", number)
    infusion = standing.patient.infusion
    days = [(None, *entry) for entry in event.grades] if infusion is None else graded_days(event, infusion)
    grades = [
        {
            "day": str(day),
            "study_day": study_day,
            "grade": grade,
            "line": grade_line(scale, event.event, event.term, grade),
        }
        for study_day, day, grade in days
    ]
    return {
        "event": event,
        "anchor": f"event-{place}",
        "words": event.term or EVENTS[event.event],
        "term": event.term,
        "scale": scale,
        "grades": grades,
        "line": line,
        "href": board.line_address(shown, line),
        "related": RELATED[event.related],
    }


def _written_events(shown: Shown, standing: Standing) -> tuple[DltEvent, ...]:
    """Give the events as the file lists them, also those of a later day."""
    return next(each.events for each in shown.file.found.patients if each.id == standing.patient.id)


def _event_lines(shown: Shown, standing: Standing, row: SheetRow) -> Iterator[EventLine]:
    if not row.answers:
        yield EventLine(row, None, None, None, None)
    for each in row.answers:
        event = next((event for event in standing.patient.events if event.id == each.event), None)
        grade = max((grade for _day, grade in event.grades if grade is not None), default=None) if event else None
        scale = shown.file.rule.scales.get(event.event, "") if event else ""
        line = grade_line(scale, event.event, event.term, grade) if event else None
        number = standing.patient.events.index(event) + 1 if event else 0
        yield EventLine(row, each, event, grade, line, f"event-{number}" if number else "")


def _sheet_columns() -> list[Column[EventLine]]:
    def of(name: str) -> Callable[[EventLine], Any]:
        return lambda each: getattr(each.answer, name) if each.answer else None

    def verdict(each: EventLine) -> str | None:
        return each.answer.verdict.value if each.answer else None

    return [
        Column("clause", _("Clause"), lambda each: each.row.clause),
        Column("text", _("Text"), lambda each: each.row.text),
        Column("verdict", _("Verdict"), lambda each: each.row.verdict.value),
        Column("decided_on", _("Decided on"), lambda each: board.iso(each.row.day)),
        Column("event", _("Event"), of("event")),
        Column("highest_grade", _("Highest grade"), lambda each: each.grade, number=True),
        Column("grade_line", _("Grade line"), lambda each: each.line.text if each.line else None),
        Column("event_verdict", _("Of the event"), verdict),
        Column("ground", _("Why"), lambda each: each.answer.ground.value if each.answer else None),
        Column("run_start", _("From"), lambda each: board.iso(each.answer.start) if each.answer else None),
        Column("run_end", _("Until"), lambda each: board.iso(each.answer.end) if each.answer else None),
        Column("event_day", _("Day"), lambda each: board.iso(each.answer.day) if each.answer else None),
    ]
