"""The worklist: a row for each patient and arm, those that ask for work first."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dosepath.core.facts import Table
from dosepath.core.verdict import Verdict
from dosepath.eligibility.gaps import Order
from dosepath.eligibility.report import Overall
from dosepath.mapping.reader import RemarkKind
from dosepath.protocol.model import GateName
from dosepath.trial.journeys import RANK
from dosepath.trial.occasions import ANCHORS
from dosepath.trial.plan import Plan
from dosepath.trial.worklist import SHOWN_CRITERIA, Decisive, Line, lines
from dosepath.web import filters
from dosepath.web.filters import Filter, Filters
from dosepath.web.jobs import Job, Progress
from dosepath.web.lists import Column, Listing, answer
from dosepath.web.templatetags.components import overall_badge
from dosepath.web.views.screening import asked as asking
from dosepath.web.views.screening import cohorts, words
from dosepath.web.views.screening.asked import Question
from dosepath.web.views.screening.cohorts import Cohort, Patients
from dosepath.web.waiting import seconds, waiting
from dosepath.web.words import GATES, OVERALL
from dosepath.web.workspace import workspace

SHOWN_PROBLEMS: Final = 5
"""Files that could not be read, named on the worklist itself."""


@dataclass(frozen=True, slots=True)
class Row:
    """One patient and arm, as the list shows it.

    Parameters
    ----------
    key
        Of the patient in addresses.
    doubtful
        Whether no target disease is on record; then the arm is the one least far off.
    decisive, order
        What decides; of an undecided patient the cheapest next order.
    expires
        Last screening day on which all results in use still count.
    urgency
        Place in the list.
    labels
        Of a synthetic patient, what it was made to show.
    """

    key: str
    patient: str
    arm: str
    doubtful: bool
    on: date
    overall: Overall
    met: int
    not_met: int
    unknown: int
    decisive: tuple[Decisive, ...]
    order: Order | None
    expires: date | None
    alerts: tuple[str, ...]
    labels: tuple[str, ...]
    urgency: tuple[bool, bool, int, int, str]

    @property
    def said(self) -> tuple[Decisive, ...]:
        """The first criteria that decide."""
        return self.decisive[:SHOWN_CRITERIA]

    @property
    def more(self) -> int:
        """How many more decide."""
        return max(0, len(self.decisive) - SHOWN_CRITERIA)

    @property
    def decisive_text(self) -> str:
        """All criteria that decide, as one text."""
        return "; ".join(map(str, self.decisive))


@dataclass(frozen=True)
class Screened:
    """The rows of a cohort, with where its dates and its patients do not fit together."""

    rows: tuple[Row, ...]
    patients: int
    not_read: tuple[str, ...]
    without_dates: tuple[str, ...]


def screened(cohort: Cohort, found: Patients, question: Question, form: str = "") -> "Screened | Job[Screened]":
    """Give the rows, or the job that judges the patients."""
    plan = question.plan(found)
    title = _("Screening: %(cohort)s") % {"cohort": cohort.title}
    said = _("patients judged")

    def work(progress: Progress) -> Screened:
        return judge(found, plan, progress, said)

    return workspace().jobs.ask(_key(cohort, question), title, work, seconds(form))


def _key(cohort: Cohort, question: Question) -> tuple[object, ...]:
    return "screened", cohort.id, cohort.signature, question.key


def beside(cohort: Cohort, question: Question, key: str, arm: str) -> tuple[int, int, Row | None, Row | None] | None:
    """Give the place of a row, how many there are, and its neighbours; None where the worklist is not computed."""
    done: Screened | None = workspace().jobs.kept(_key(cohort, question))
    rows = done.rows if done else ()
    place = next((number for number, row in enumerate(rows) if (row.key, row.arm) == (key, arm)), None)
    if place is None:
        return None
    following = rows[place + 1] if place + 1 < len(rows) else None
    return place + 1, len(rows), rows[place - 1] if place else None, following


def judge(found: Patients, plan: Plan, progress: Progress, said: str) -> Screened:
    """Judge every patient of a cohort."""
    keys = {each.id: key for key, each in found.people.items()}
    kept: list[Row] = []
    for done, each in enumerate(found.people.values(), start=1):
        kept += [_row(line, keys[each.id], found) for line in lines([plan.screen(each.mapped.record)], plan.gate)]
        progress.say(done, len(found.people), said)
    named = set(plan.by_patient)
    return Screened(
        rows=tuple(sorted(kept, key=lambda row: row.urgency)),
        patients=len(found.people),
        not_read=tuple(sorted(named - set(keys))),
        without_dates=tuple(sorted(set(keys) - named)) if named else (),
    )


def _row(line: Line, key: str, found: Patients) -> Row:
    report, gate = line.report, line.found
    met, not_met, unknown = (gate.count(verdict) for verdict in (Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN))
    return Row(
        key=key,
        patient=report.patient,
        arm=report.arm,
        doubtful=line.screening.no_target_disease,
        on=report.on,
        overall=gate.overall,
        met=met,
        not_met=not_met,
        unknown=unknown,
        decisive=line.decisive,
        order=line.orders[0] if line.orders else None,
        expires=gate.expires,
        alerts=report.alerts,
        labels=found.labels.get(report.patient, ()),
        urgency=line.urgency,
    )


# The page ---------------------------------------------------------------------------------------------------------

SORTS: Final[Mapping[str, Callable[[Row], Any]]] = {
    "patient": lambda row: (row.patient, row.arm),
    "unknown": lambda row: (row.unknown, row.urgency),
    "expires": lambda row: (row.expires is None, row.expires or date.max, row.urgency),
}
"""Other orders of the rows than by urgency, by their name in the address."""


@require_GET
def worklist(request: HttpRequest, cohort: str, form: str = "") -> HttpResponse:
    """List patients and arms."""
    short = asking.settled(request)
    if short is not None:
        return short
    chosen_cohort = cohorts.find(cohort)
    question = asking.read(request.GET)
    found = cohorts.patients(chosen_cohort, form)
    if isinstance(found, Job):
        return waiting(request, found, form)
    plan = question.plan(found)
    done = screened(chosen_cohort, found, question, form)
    if isinstance(done, Job):
        return waiting(request, done, form)
    chosen = filters.read(request.GET, _filters(done, plan), asking.parameters())
    rows = _left(done.rows, chosen)
    listing = Listing(
        "worklist",
        _("Patients and diseases"),
        _columns(question),
        rows,
        len(done.rows),
        _about(chosen_cohort, plan, chosen),
    )
    context = {
        "cohort": chosen_cohort,
        "question": question,
        "plan_gate": GATES[plan.gate],
        "filters": chosen,
        "counts": _counts(done.rows),
        "shown_rows": _shown(rows, question.query) if not form else (),
        "screened": done,
        "problems": _problems(found, chosen_cohort),
        "settings": _settings(question, plan, found),
    }
    return answer(request, form, "screening/worklist.html", listing, context)


def _filters(done: Screened, plan: Plan) -> list[Filter]:
    labels = {row.order.label for row in done.rows if row.order}
    return [
        Filter("q", _("Patient or criterion")),
        Filter("overall", _("Outcome"), [(each.value, OVERALL[each]) for each in RANK]),
        Filter("disease", _("Disease"), [(arm, arm) for arm in plan.protocol.file.arms]),
        Filter("order", _("Next order"), [(label, words.order_words(label)) for label in sorted(labels)]),
        Filter(
            "sort",
            _("Sorted by"),
            [("patient", _("patient")), ("unknown", _("unknown")), ("expires", _("good until"))],
            unset=_("urgency"),
        ),
    ]


def _left(rows: Sequence[Row], chosen: Filters) -> list[Row]:
    """Give the rows that the filters leave, in the order that was chosen."""
    wanted = chosen["q"].casefold()
    left = [
        row
        for row in rows
        if (not wanted or wanted in row.patient.casefold() or wanted in row.decisive_text.casefold())
        and chosen["overall"] in ("", row.overall.value)
        and chosen["disease"] in ("", row.arm)
        and (not chosen["order"] or (row.order is not None and row.order.label == chosen["order"]))
    ]
    return sorted(left, key=SORTS[chosen["sort"]]) if chosen["sort"] else left


def _columns(question: Question) -> list[Column[Row]]:
    return [
        Column("patient", "patient", lambda row: row.patient, link=lambda row: f"{row.key}/{row.arm}/{question.query}"),
        Column("arm", "arm", lambda row: row.arm),
        Column("disease_on_record", "disease_on_record", lambda row: "no" if row.doubtful else "yes"),
        Column("overall", "overall", lambda row: row.overall.value),
        Column("met", "met", lambda row: row.met, number=True),
        Column("not_met", "not_met", lambda row: row.not_met, number=True),
        Column("unknown", "unknown", lambda row: row.unknown, number=True),
        Column("decisive", "decisive", lambda row: row.decisive_text),
        Column("next_order", "next_order", lambda row: row.order.label if row.order else ""),
        Column("settles", "settles", lambda row: len(row.order.settles) if row.order else None, number=True),
        Column("good_until", "good_until", lambda row: row.expires.isoformat() if row.expires else ""),
        Column("evaluated_on", "evaluated_on", lambda row: row.on.isoformat()),
        Column("alerts", "alerts", lambda row: "; ".join(row.alerts)),
    ]


def _about(cohort: Cohort, plan: Plan, chosen: Filters) -> dict[str, Any]:
    protocol = plan.protocol
    return {
        "cohort": cohort.id,
        "protocol": {"id": protocol.id, "version": protocol.file.version, "digest": protocol.digest},
        "readings_chosen": dict(protocol.chosen),
        "gate": plan.gate.value,
        "filters": chosen.used,
    }


def _counts(rows: Sequence[Row]) -> list[tuple[Overall, int]]:
    counted = Counter(row.overall for row in rows)
    return [(each, counted[each]) for each in RANK]


def _shown(rows: Sequence[Row], query: str) -> Iterator[dict[str, Any]]:
    """Give the rows as they are drawn; badges and orders once each, for a list has hundreds of rows."""
    badges: dict[Overall, SafeString] = {
        each: render_to_string("components/verdict_badge.html", overall_badge(each)) for each in Overall
    }
    orders: dict[tuple[str, int], str] = {}
    no_target = _("no target disease on record")
    for row in rows:
        order = ""
        if row.order is not None:
            key = (row.order.label, len(row.order.settles))
            order = orders.get(key) or f"{words.order_words(row.order.label)}: {words.settles_words(row.order)}"
            orders[key] = order
        yield {
            "key": row.key,
            "patient": row.patient,
            "labels": row.labels,
            "doubtful": row.doubtful,
            "arm": row.arm,
            "badge": badges[row.overall],
            "met": row.met,
            "not_met": row.not_met,
            "unknown": row.unknown,
            "decisive": _decisive(row, query, no_target),
            "order": order,
            "expires": row.expires.isoformat() if row.expires else "",
        }


def _decisive(row: Row, query: str, no_target: str) -> SafeString:
    """Name the criteria that decide, each as a link into the sheet."""
    said = format_html_join(
        "; ",
        '<a href="{}/{}/{}#{}">{}</a> <span lang="en">{}</span>',
        ((row.key, row.arm, query, each.id, each.id, each.title) for each in row.said),
    )
    more = format_html(" +{}", row.more) if row.more else ""
    return format_html("{}{}{}", f"{no_target}; " if row.doubtful else "", said, more)


def _problems(found: Patients, cohort: Cohort) -> dict[str, Any]:
    """Count what was not understood, and name the files that could not be read."""
    on_files = [problem for problem in found.problems if problem.concerns_a_file]
    worth = (RemarkKind.UNUSABLE, RemarkKind.DOUBTFUL)
    everything = [*found.problems, *(remark for each in found.people.values() for remark in each.mapped.remarks)]
    return {
        "files": [cohort.shown(str(problem)) for problem in on_files[:SHOWN_PROBLEMS]],
        "more_files": max(0, len(on_files) - SHOWN_PROBLEMS),
        "worth": sum(remark.kind in worth for remark in everything),
        "all": len(everything),
        "left_out": cohort.upload.left_out if cohort.upload else (),
    }


def _settings(question: Question, plan: Plan, found: Patients) -> dict[str, Any]:
    """Give what the form of the question offers, with what is chosen."""
    given = dict(question.pairs)
    file = plan.protocol.file
    own = plan.protocol
    return {
        "on": given.get("on", ""),
        "gates": [(gate.value, GATES[gate], gate is plan.gate) for gate in GateName],
        "arms": [(name, arm.label, name == plan.arm) for name, arm in file.arms.items()],
        "anchors": [(name, words.ANCHORS[name], given.get(name, "")) for name in ANCHORS],
        "tables": [(table.value, words.TABLES[table], table in plan.complete) for table in Table],
        "numbers": [
            (f"{asking.SETTING}{name}", file.settings[name], given.get(f"{asking.SETTING}{name}", ""), name)
            for name in asking.settings_offered()
        ],
        "readings": [
            (key, reading, own.in_force(key, reading), reading.in_force)
            for key, reading in own.readings()
            if reading.options and key.partition("#")[0] in own.criteria
        ],
        "has_dates": bool(found.dates) or bool(found.dates_problem),
        "own_dates": question.own_dates,
    }
