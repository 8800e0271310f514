"""The board as the page shows it: cards of the places, what needs somebody, days to jump to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dosepath.dosefinding.design import Action
from dosepath.safety.dlt_finding import OF_LADDER
from dosepath.trial.ladder.advice import WhatIf
from dosepath.trial.ladder.counting import PatientState, Standing
from dosepath.trial.ladder.history import Happening
from dosepath.trial.ladder.places import Place, PlaceKind, Rung, rungs
from dosepath.web.views.ladder.asked import Shown
from dosepath.web.views.ladder.words import (
    DECISIONS,
    HAPPENED,
    LEVELS,
    LOCKS,
    NOT_INFUSED,
    PLACES,
    SETTINGS,
    STATES,
    advised,
    said,
)
from dosepath.web.words import Words

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Card:
    """One place of a level.

    Parameters
    ----------
    word, icon, tone
        The state.
    subject, arm, href
        Who stands there; empty for a free place.
    lines
        What else is to be said.
    day, window
        Study day, and the day on which the window can close, where somebody is observed.
    """

    word: Words
    icon: str
    tone: str
    kind: str
    subject: str = ""
    arm: str = ""
    href: str = ""
    lines: tuple[str, ...] = ()
    day: int | None = None
    window: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One level of the ladder."""

    rung: Rung
    dose: str
    cells: str
    word: Words
    icon: str
    tone: str
    counts: str
    cards: tuple[Card, ...]


def rows(shown: Shown) -> list[Row]:
    """Give the levels from the highest to the lowest."""
    return [_row(shown, rung) for rung in rungs(shown.conduct.ladder, shown.conduct.advice)]


def _row(shown: Shown, rung: Rung) -> Row:
    word, icon, tone = LEVELS[rung.state]
    cells = "" if rung.dose is None else f"{rung.dose * MILLION:,.0f}"
    cards = tuple(_card(shown, place) for place in rung.places)
    dose = "" if rung.dose is None else f"{rung.dose.normalize():f}"
    return Row(rung, dose, cells, word, icon, tone, _counts(rung), cards)


def _counts(rung: Rung) -> str:
    count = rung.count
    said_so_far = _("%(dlt)s DLT in %(evaluable)s evaluable") % {"dlt": count.dlt, "evaluable": count.evaluable}
    if count.pending:
        said_so_far += _(", %(pending)s observed") % {"pending": count.pending}
    if count.inevaluable:
        said_so_far += _(", %(replaced)s replaced") % {"replaced": count.inevaluable}
    return said_so_far


def subject_address(shown: Shown, patient: str) -> str:
    """Give the address of a patient under the same day, settings and readings."""
    return f"{reverse('ladder-subject')}?{shown.with_('id', patient)}"


def line_address(shown: Shown, line: int) -> str:
    """Give the address of a line of the conduct file."""
    query = f"?file={shown.source.id}" if shown.source.id else ""
    return f"{reverse('ladder-file')}{query}#L{line}"


def _card(shown: Shown, place: Place) -> Card:
    word, icon, tone = PLACES[place.kind]
    if place.standing is None:
        return Card(word, icon, tone, place.kind.value, lines=tuple(_of_free(shown, place)))
    patient = place.standing.patient
    pending = place.kind is PlaceKind.PENDING
    return Card(
        word,
        icon,
        tone,
        place.kind.value,
        patient.id,
        patient.arm,
        subject_address(shown, patient.id),
        tuple(_of_patient(shown, place.standing)),
        place.day if pending else None,
        shown.file.rule.first_closing_day if pending else None,
    )


def _of_free(shown: Shown, place: Place) -> Iterator[str]:
    if place.lock is not None:
        yield str(LOCKS[place.lock])
    if place.open_from is not None:
        days = (place.open_from - shown.on).days
        yield _("from %(day)s") % {"day": place.open_from} if days else _("from today on")
        if days:
            yield ngettext("in %(days)s day, by the stagger rule", "in %(days)s days, by the stagger rule", days) % {
                "days": days
            }
    if place.offered:
        yield _("offered to %(patient)s") % {"patient": place.offered}


def _of_patient(shown: Shown, each: Standing) -> Iterator[str]:
    finding, patient = each.finding, each.patient
    if patient.infusion is None:
        yield _("since %(day)s") % {"day": patient.reserved}
        return
    if finding is None:
        return
    if finding.first is not None and finding.known_on is not None:
        event = next((event.event.value for event in patient.events if event.id == finding.first.event), _("death"))
        day = (finding.known_on - patient.infusion).days
        yield _("%(event)s, certain on day %(day)s") % {"event": event, "day": day}
    elif each.state is PatientState.NO_DLT and finding.final_on is not None:
        yield _("final on day %(day)s") % {"day": (finding.final_on - patient.infusion).days}
    for still in finding.undecided:
        if still.decides_on is not None:
            yield _("%(event)s decides by %(day)s") % {"event": _named(each, still.event), "day": still.decides_on}
    yield from (said(question.text) for question in finding.questions)
    if each.state is PatientState.INEVALUABLE:
        yield from _why_inevaluable(shown, each)


def _named(each: Standing, event: str) -> str:
    """Name an event by its term, or its kind."""
    return next((found.term or found.event.value for found in each.patient.events if found.id == event), event)


def _why_inevaluable(shown: Shown, each: Standing) -> Iterator[str]:
    rule, fraction = shown.file.rule, each.patient.dose_fraction
    if fraction is not None and not rule.least_dose <= fraction <= rule.most_dose:
        yield _("%(fraction)s of the cells planned; %(least)s to %(most)s count") % {
            "fraction": fraction,
            "least": rule.least_dose,
            "most": rule.most_dose,
        }
    elif each.patient.exit is not None:
        yield _("left on %(day)s") % {"day": each.patient.exit.day}


def why(shown: Shown, each: Standing, *, flags: bool = True) -> str:
    """Say in one line how a patient stands, with its flags or without."""
    if each.patient.infusion is None and each.patient.reserved is None:
        return _("waits for a slot") if each.patient.is_candidate else ""
    raised = each.finding.flags if flags and each.finding else ()
    return "; ".join([*_of_patient(shown, each), *(said(flag.text) for flag in raised if flag not in OF_LADDER)])


def state_of(each: Standing) -> tuple[Words, str, str]:
    """Give word, icon and tone of a patient."""
    if each.state in STATES:
        return PLACES[STATES[each.state]]
    return PLACES[PlaceKind.HELD] if each.patient.holds_slot else NOT_INFUSED


# What is to be done ---------------------------------------------------------------------------------------------------


def needs(shown: Shown) -> Iterator[tuple[str, str]]:
    """Give what needs somebody, with where to go for it."""
    advice = shown.conduct.advice
    if "board_review_due" in advice.flags:
        yield _("The board has to decide: %(action)s.") % {"action": advised(advice.action, advice.level)}, "#trace"
    if "board_hold" in advice.flags:
        yield _("The board holds dosing; it has to resume before anybody is infused."), "#trace"
    if "level_unset" in advice.flags:
        yield _("The dose of level %(level)s has to be set.") % {"level": advice.level}, "#settings"
    for each in advice.standings:
        finding = each.finding
        for question in finding.questions if finding is not None else ():
            yield f"{each.patient.id}: {said(question.text)}", subject_address(shown, each.patient.id)
        for still in finding.undecided if finding is not None else ():
            if still.decides_on is not None and each.state is PatientState.PENDING:
                yield (
                    _("%(patient)s: watch %(event)s, which decides by %(day)s.")
                    % {"patient": each.patient.id, "event": _named(each, still.event), "day": still.decides_on},
                    subject_address(shown, each.patient.id),
                )
        if finding is not None and each.state is PatientState.PENDING and not finding.window_closed:
            visit = finding.first_closing_day
            yield (
                _("%(patient)s: closing visit from %(day)s on.") % {"patient": each.patient.id, "day": visit},
                subject_address(shown, each.patient.id),
            )
    for name in advice.offer:
        yield (
            _("%(patient)s: offer the place at level %(level)s, infusion from %(day)s on.")
            % {"patient": name, "level": advice.level, "day": advice.may_infuse_next_from},
            subject_address(shown, name),
        )


# Days to jump to ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Jump:
    """A day to go to, with what happens on it."""

    day: date
    what: str
    href: str


def jumps(shown: Shown) -> dict[str, Jump | None]:
    """Give the days before and after this one, and the last and next day on which something happens."""
    days = _days_with_words(shown)
    before = max((day for day in days if day < shown.on), default=None)
    after = min((day for day in days if day > shown.on), default=None)
    one = timedelta(days=1)
    return {
        "event_before": _jump(shown, before, days),
        "day_before": _jump(shown, shown.on - one if shown.on > shown.first else None, days),
        "day_after": _jump(shown, shown.on + one if shown.on < shown.last else None, days),
        "event_after": _jump(shown, after if after is not None and after <= shown.last else None, days),
        "cut": _jump(shown, shown.cut if shown.on != shown.cut else None, days),
    }


def _jump(shown: Shown, day: date | None, days: Mapping[date, list[str]]) -> Jump | None:
    if day is None:
        return None
    query = shown.with_("on", "" if day == shown.cut else day.isoformat())
    what = days.get(day, [])
    words = "; ".join(what[:MOST_WORDS]) + (" …" if len(what) > MOST_WORDS else "")
    return Jump(day, words, f"{reverse('ladder')}?{query}")


MOST_WORDS: Final = 3


def _days_with_words(shown: Shown) -> dict[date, list[str]]:
    found: dict[date, list[str]] = {}
    for each in shown.happened:
        found.setdefault(each.day, []).append(happened(each))
    advice = shown.conduct.advice
    if advice.may_infuse_next_from is not None and advice.may_infuse_next_from > shown.on:
        found.setdefault(advice.may_infuse_next_from, []).append(_("the next infusion is possible"))
    for standing in advice.standings:
        finding = standing.finding
        if finding is None or standing.state is not PatientState.PENDING:
            continue
        name = standing.patient.id
        if finding.first_closing_day is not None:
            found.setdefault(finding.first_closing_day, []).append(
                _("%(patient)s: window can close") % {"patient": name}
            )
        for still in finding.undecided:
            if still.decides_on is not None:
                words = _("%(patient)s: %(event)s decides") % {"patient": name, "event": _named(standing, still.event)}
                found.setdefault(still.decides_on, []).append(words)
    return found


def happened(each: Happening, *, named: bool = True) -> str:
    """Word one record, with the name of the patient or without."""
    who = f"{each.patient}: " if named else ""
    if each.entry is not None:
        words = f"{HAPPENED['board']}: {DECISIONS[each.entry.decision]}"
        level = each.entry.level
        return words if level is None else _("%(words)s, level %(level)s") % {"words": words, "level": level}
    if each.what == "grade":
        grade = _("not graded") if each.grade is None else _("grade %(grade)s") % {"grade": each.grade}
        return f"{who}{each.event}, {grade if each.grade != 0 else _('resolved')}"
    return f"{who}{HAPPENED[each.what]}"


def sentence(shown: Shown) -> str:
    """Say the decision in one sentence."""
    advice = shown.conduct.advice
    return advised(advice.action, advice.level if advice.action is not Action.STOP else None)


# Words of several pages -----------------------------------------------------------------------------------------------


def iso(day: date | None) -> str | None:
    """Write a day for a file."""
    return None if day is None else day.isoformat()


def fraction(each: Standing) -> str | None:
    """Write the cells given as a fraction of those planned; None before the infusion."""
    return None if not each.patient.infusions or each.patient.dose_fraction is None else str(each.patient.dose_fraction)


def what_if_rows(found: tuple[WhatIf, ...]) -> Iterator[dict[str, Any]]:
    """Give the decision for each verdict of each pending patient."""
    by_patient: dict[str, dict[PatientState, str]] = {}
    for each in found:
        by_patient.setdefault(each.patient, {})[each.state] = advised(each.action, each.level)
    for patient, then in by_patient.items():
        yield {"patient": patient, "dlt": then[PatientState.DLT], "no_dlt": then[PatientState.NO_DLT]}


def changed(shown: Shown) -> Iterator[str]:
    """Say what of the settings and readings is not that of the file."""
    for name, new, old in shown.what_if:
        words = SETTINGS["levels" if name == "rungs" else name]
        yield _("%(setting)s: %(new)s instead of %(old)s") % {"setting": words, "new": new, "old": old}
    for key, new, old in shown.read_otherwise:
        yield _("reading %(key)s: %(new)s instead of %(old)s") % {"key": key, "new": new, "old": old}
