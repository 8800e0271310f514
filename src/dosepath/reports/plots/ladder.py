"""A running escalation drawn: a swimmer plot of its patients, and what the cohort that is being filled can come to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Final, TypeAlias

import altair as alt

from dosepath.core.errors import InputError
from dosepath.dosefinding.design import Action
from dosepath.reports.plots.parts import Chart, Row, data, framed
from dosepath.reports.plots.theme import LIGHT, Theme
from dosepath.reports.words import Caption, percent, rate
from dosepath.safety.dlt_course import graded_days
from dosepath.safety.dlt_finding import DltEvent
from dosepath.safety.dlt_rule import DltRule
from dosepath.trial.ladder.conduct import Conduct
from dosepath.trial.ladder.counting import PatientState, Standing

Say: TypeAlias = Callable[[str], str]
"""Gives a text of a plot in the language of its reader; `str` leaves it as it is."""

WIDTH, LANE = 620, 30
FIRST_DAY, LAST_DAY = -14, 42
"""Study days that are drawn: from before the lymphodepletion to about two weeks after the window."""

STATES: Final[Mapping[PatientState, str]] = {
    PatientState.DLT: "DLT",
    PatientState.NO_DLT: "no DLT",
    PatientState.PENDING: "pending",
    PatientState.INEVALUABLE: "not evaluable",
    PatientState.NOT_INFUSED: "not infused",
}


def swimmer_plot(conduct: Conduct, theme: Theme = LIGHT, say: Say = str) -> Chart:
    """Plot each infused patient as a lane of study days: window, events by grade, DLT, closing visit, exit.

    Parameters
    ----------
    conduct
        The escalation.
    theme, say
        Colours, and the language of the texts.

    Raises
    ------
    InputError
        When nobody was infused yet.
    """
    lanes = lane_rows(conduct, say)
    if not lanes:
        raise InputError("nobody was infused yet, so there is no swimmer plot")
    events = event_rows(conduct, say)
    marks = mark_rows(conduct, say)
    order = [str(row["patient"]) for row in lanes]
    window = [conduct.rule.first_closing_day, conduct.rule.last_closing_day]
    layers = [
        *_lanes(lanes, order, theme, say),
        *_window(window, theme, say),
        *_events(events, order, theme, say),
        *_marks(marks, order, theme, say),
    ]
    chart = alt.layer(*layers).properties(width=WIDTH, height=LANE * len(order))
    lines = (
        say(f"as of {conduct.advice.on}; infusion is day 0; the window closes on day {window[0]} to {window[1]}"),
        say(f"boxes: the worst event of the day with its grade; dashed: the window; lanes are cut at day {LAST_DAY}"),
    )
    return framed(chart, Caption(say("Patients by day after infusion"), lines), theme)


def lane_rows(conduct: Conduct, say: Say = str) -> list[Row]:
    """Give one row a patient: the lane from the infusion to the last day seen, highest level first."""
    on = conduct.advice.on
    found = sorted(
        (each for each in conduct.advice.standings if each.patient.infusion is not None),
        key=lambda each: (-(each.level or 0), each.infusion, each.patient.id),
    )
    return [_lane(each, on, say) for each in found]


def _lane(each: Standing, on: date, say: Say) -> Row:
    patient = each.patient
    last = _last_seen(each, on)
    begun = patient.lymphodepletion or each.infusion
    return {
        "patient": lane_name(each, say),
        "state": STATES[each.state],
        "from": max((begun - each.infusion).days, FIRST_DAY),
        "to": min(last + 1, LAST_DAY),
        "last": last,
        "goes_on": patient.exit is None and last > LAST_DAY,
        "label": say(f"{STATES[each.state]}, day {last}") + ("" if patient.exit is None else f", {say('left')}"),
    }


def lane_name(each: Standing, say: Say = str) -> str:
    """Name the lane of a patient."""
    return f"{say(f'level {each.level}')} · {each.patient.id} · {each.patient.arm}"


def event_rows(conduct: Conduct, say: Say = str) -> list[Row]:
    """Give one row for each stretch of days on which the worst event of a patient and its grade were the same."""
    return [row for each in conduct.advice.standings for row in _worst(each, conduct.advice.on, say)]


def _last_seen(each: Standing, on: date) -> int:
    left = each.patient.exit.day if each.patient.exit is not None else on
    return (min(on, left) - each.infusion).days


def _worst(each: Standing, on: date, say: Say) -> Iterator[Row]:
    if each.patient.infusion is None:
        return
    worst: dict[int, tuple[int, str]] = {}
    for event in each.patient.events:
        for first, end, grade in stretches(event, each.infusion, _last_seen(each, on)):
            for day in range(max(first, FIRST_DAY), min(end, LAST_DAY)):
                if grade and grade > worst.get(day, (0, ""))[0]:
                    worst[day] = (grade, event.event.value)
    for (grade, kind), days in groupby(sorted(worst), key=lambda day: worst[day]):
        for first, end in _unbroken(list(days)):
            yield _stretch(lane_name(each, say), kind, grade, first, end, say)


def _unbroken(days: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Part days into stretches without a gap: first day, the day after the last one."""
    start = 0
    for place, day in enumerate(days):
        if place + 1 == len(days) or days[place + 1] != day + 1:
            yield days[start], day + 1
            start = place + 1


ROOM_FOR_NAME = 5
"""Days that a stretch must have to name its event."""


def _stretch(lane: str, kind: str, grade: int, first: int, end: int, say: Say) -> Row:
    return {
        "patient": lane,
        "event": kind,
        "grade": grade,
        "severity": say(GRADES[min(grade, 4) - 1]),
        "from": first,
        "to": end,
        "middle": (first + end) / 2,
        "text": f"{kind} {grade}" if end - first >= ROOM_FOR_NAME else str(grade),
    }


def stretches(event: DltEvent, infusion: date, last: int) -> list[tuple[int, int, int | None]]:
    """Give the stretches of an event: first study day, the day after the last one, grade.

    Examples
    --------
    >>> from dosepath.safety.dlt_rule import EventType
    >>> event = DltEvent("e1", EventType.CRS, ((date(2027, 1, 6), 2), (date(2027, 1, 8), 0)))
    >>> stretches(event, date(2027, 1, 4), 28)
    [(2, 4, 2), (4, 29, 0)]
    """
    entries = graded_days(event, infusion)
    ends = [*(day for day, _written, _grade in entries[1:]), last + 1]
    return [(day, max(end, day), grade) for (day, _written, grade), end in zip(entries, ends, strict=True)]


def mark_rows(conduct: Conduct, say: Say = str) -> list[Row]:
    """Give the single days of each patient: the DLT, the closing visit, the exit."""
    found: list[Row] = []
    for each in conduct.advice.standings:
        if each.patient.infusion is None:
            continue
        known = each.finding.known_on if each.finding is not None else None
        left = each.patient.exit.day if each.patient.exit is not None else None
        for what, day in (("DLT certain", known), ("closing visit", each.patient.closing_visit), ("left", left)):
            study_day = None if day is None else each.study_day(day)
            if study_day is not None and FIRST_DAY <= study_day <= LAST_DAY:
                found.append({"patient": lane_name(each, say), "what": say(what), "day": study_day})
    return found


def _y(order: Sequence[str]) -> alt.Y:
    return alt.Y("patient:N", sort=list(order), axis=alt.Axis(title=None, domain=False, ticks=False))


def _x(say: Say, name: str = "from:Q") -> alt.X:
    axis = alt.Axis(title=say("study day"), values=list(range(FIRST_DAY, LAST_DAY + 1, 7)), grid=True)
    return alt.X(name, axis=axis, scale=alt.Scale(domain=[FIRST_DAY, LAST_DAY + 12], nice=False))


def _window(days: Sequence[int], theme: Theme, say: Say) -> list[Chart]:
    ends = alt.Chart(data([{"from": days[0]}, {"from": days[1] + 1}])).mark_rule(color=theme.mark, strokeDash=[4, 3])
    start = alt.Chart(data([{"from": 0}])).mark_rule(color=theme.muted, strokeWidth=1.5)
    return [ends.encode(x=_x(say)), start.encode(x=_x(say))]


def _lanes(rows: Sequence[Row], order: Sequence[str], theme: Theme, say: Say) -> list[Chart]:
    base = alt.Chart(data(rows)).encode(y=_y(order))
    return [
        base.mark_bar(color=theme.grid, height=LANE - 8).encode(x=_x(say), x2="to:Q"),
        base.mark_text(align="left", dx=8, color=theme.ink).encode(x=_x(say, "to:Q"), text="label:N"),
        base.transform_filter("datum.goes_on")
        .mark_point(shape="triangle-right", color=theme.muted, fill=theme.muted, size=60, opacity=1)
        .encode(x=_x(say, "to:Q")),
    ]


GRADES: Final = ("grade 1", "grade 2", "grade 3", "grade 4 or 5")


def _events(rows: Sequence[Row], order: Sequence[str], theme: Theme, say: Say) -> list[Chart]:
    if not rows:
        return []
    colours = [theme.escalate, theme.stay, theme.de_escalate, theme.eliminate]
    base = alt.Chart(data(rows)).encode(y=_y(order))
    colour = alt.Color(
        "severity:N",
        scale=alt.Scale(domain=[say(name) for name in GRADES], range=colours),
        legend=alt.Legend(title=None, orient="bottom", direction="horizontal"),
    )
    text = alt.condition("datum.grade > 3", alt.value(theme.on_dark), alt.value(theme.on_light))
    bar = base.mark_bar(height=LANE - 14, stroke=theme.background, strokeWidth=1)
    written = base.mark_text(fontSize=11)
    return [
        bar.encode(x=_x(say), x2="to:Q", color=colour),
        written.encode(x=_x(say, "middle:Q"), text="text:N", color=text),
    ]


SHAPES: Final[Mapping[str, str]] = {"DLT certain": "cross", "closing visit": "diamond", "left": "square"}


def _marks(rows: Sequence[Row], order: Sequence[str], theme: Theme, say: Say) -> list[Chart]:
    if not rows:
        return []
    shape = alt.Shape(
        "what:N",
        scale=alt.Scale(domain=[say(name) for name in SHAPES], range=list(SHAPES.values())),
        legend=alt.Legend(title=None, orient="bottom", direction="horizontal", symbolFillColor=theme.ink),
    )
    base = alt.Chart(data(rows)).encode(y=_y(order), x=_x(say, "day:Q"), shape=shape)
    return [base.mark_point(size=130, fill=theme.ink, stroke=theme.background, strokeWidth=1.5, opacity=1)]


def subject_plot(standing: Standing, rule: DltRule, on: date, theme: Theme = LIGHT, say: Say = str) -> Chart:
    """Plot the events of one patient, a lane each, with their grades by study day.

    Raises
    ------
    InputError
        When the patient was not infused, or has no graded event.
    """
    rows = subject_rows(standing, on, say)
    if not rows:
        raise InputError(f"patient {standing.patient.id} has no graded event after an infusion")
    order = list(dict.fromkeys(str(row["patient"]) for row in rows))
    window = [rule.first_closing_day, rule.last_closing_day]
    chart = alt.layer(*_window(window, theme, say), *_events(rows, order, theme, say))
    lines = (say(f"as of {on}; infusion is day 0; the window closes on day {window[0]} to {window[1]}"),)
    caption = Caption(say(f"Events of {standing.patient.id} by day after infusion"), lines)
    return framed(chart.properties(width=WIDTH, height=(LANE + 6) * len(order)), caption, theme)


def subject_rows(standing: Standing, on: date, say: Say = str) -> list[Row]:
    """Give one row for each stretch of each event at one grade."""
    found: list[Row] = []
    if standing.patient.infusion is None:
        return found
    for event in standing.patient.events:
        lane = f"{event.id} · {event.term or event.event.value}"
        for first, end, grade in stretches(event, standing.infusion, _last_seen(standing, on)):
            if grade and first < LAST_DAY and end > FIRST_DAY and end > first:
                kind = event.event.value
                found.append(_stretch(lane, kind, grade, max(first, FIRST_DAY), min(end, LAST_DAY), say))
    return found


# What the cohort can come to -----------------------------------------------------------------------------------------

ACTION_WORDS: Final[Mapping[Action, str]] = {
    Action.ESCALATE: "escalate",
    Action.STAY: "stay",
    Action.EXPAND: "expand",
    Action.DE_ESCALATE: "de-escalate",
    Action.COMPLETE: "end with a level",
    Action.STOP: "stop",
    Action.WAIT: "wait",
}


def way_rows(conduct: Conduct, say: Say = str) -> list[Row]:
    """Give one row for each assumed rate and each thing the rule can come to, from the left to the right."""
    rows: list[Row] = []
    for place, assumed in enumerate(conduct.rates):
        left = 0.0
        chances: dict[tuple[Action, int | None], float] = {}
        for way in conduct.ways:
            key = (way.action, way.level)
            chances[key] = chances.get(key, 0.0) + way.probabilities[place]
        for number, ((action, level), chance) in enumerate(chances.items()):
            words = say(ACTION_WORDS[action] if level is None else f"{ACTION_WORDS[action]}, level {level}")
            rows.append(
                {
                    "rate": rate(assumed),
                    "then": words,
                    "probability": chance,
                    "from": left,
                    "to": left + chance,
                    "middle": left + chance / 2,
                    "label": percent(chance, 0) if chance >= SMALLEST else "",
                    "order": number,
                    "action": action.value,
                }
            )
            left += chance
    return rows


SMALLEST = 0.07
"""Parts below this have no room for their number."""


def ways_plot(conduct: Conduct, theme: Theme = LIGHT, say: Say = str) -> Chart:
    """Plot what the cohort that is being filled can come to, for each assumed rate of DLT.

    Raises
    ------
    InputError
        When no cohort is being filled or awaited.
    """
    rows = way_rows(conduct, say)
    if not rows:
        raise InputError("no cohort is being filled or awaited, so there is no way on to draw")
    named = list(dict.fromkeys(str(row["then"]) for row in rows))
    by_action = {str(row["then"]): str(row["action"]) for row in rows}
    colours = [getattr(theme, _COLOURS[by_action[name]]) for name in named]
    base = alt.Chart(data(rows)).encode(
        y=alt.Y("rate:N", sort=None, axis=alt.Axis(title=say("rate of DLT, if it is"), ticks=False, domain=False))
    )
    x = alt.X("from:Q", axis=alt.Axis(title=say("probability"), format="%"), scale=alt.Scale(domain=[0, 1]))
    colour = alt.Color(
        "then:N",
        scale=alt.Scale(domain=named, range=colours),
        legend=alt.Legend(title=None, orient="bottom", direction="horizontal"),
    )
    dark = alt.condition("datum.action == 'stop'", alt.value(theme.on_dark), alt.value(theme.on_light))
    chart = alt.layer(
        base.mark_bar(height=26, stroke=theme.background).encode(x=x, x2="to:Q", color=colour),
        base.mark_text().encode(x="middle:Q", text="label:N", color=dark),
    ).properties(width=420, height=38 * len(conduct.rates))
    advice = conduct.advice
    lines = (say(f"level {advice.level}, cohort of {advice.places}; exact, each open place alike and apart"),)
    return framed(chart, Caption(say("What the cohort can come to"), lines), theme)


_COLOURS: Final[Mapping[str, str]] = {
    "escalate": "escalate",
    "stay": "no_dose",
    "expand": "stay",
    "de_escalate": "de_escalate",
    "complete": "de_escalate",
    "stop": "eliminate",
    "wait": "no_dose",
}
