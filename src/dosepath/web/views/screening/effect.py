"""What another reading would change for a whole cohort."""

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dosepath.core.facts import PatientRecord
from dosepath.core.verdict import Verdict
from dosepath.eligibility.report import Overall
from dosepath.trial.journeys import PatientScreening, screen_patient
from dosepath.trial.plan import Plan
from dosepath.trial.what_if import Moved, moved
from dosepath.web import filters
from dosepath.web.filters import Filter
from dosepath.web.jobs import Job, Progress
from dosepath.web.lists import Column, Listing, answer
from dosepath.web.refusals import RefusedError
from dosepath.web.views.screening import asked as asking
from dosepath.web.views.screening import cohorts, trying
from dosepath.web.views.screening.asked import Question
from dosepath.web.views.screening.cohorts import Cohort, Patients
from dosepath.web.views.screening.trying import Trial
from dosepath.web.waiting import seconds, waiting
from dosepath.web.words import OVERALL, VERDICTS
from dosepath.web.workspace import workspace

Effects = tuple[tuple[str, Moved], ...]
"""Key of the patient in addresses, and what differs."""


def effects(cohort: Cohort, found: Patients, question: Question, trial: Trial, form: str) -> "list[Effects] | Job[Any]":
    """Give what differs, or the job that judges everybody twice."""
    plan = question.plan(found)
    tried = plan.under(trial.readings)
    said = _("patients judged")

    def work(progress: Progress) -> list[Effects]:
        rows: list[tuple[str, Moved]] = []
        for done, (key, person) in enumerate(found.people.items(), start=1):
            before, after = (_judged(person.mapped.record, person.id, each) for each in (plan, tried))
            rows += [(key, each) for each in moved([before], [after], plan.gate)]
            progress.say(done, len(found.people), said)
        return [tuple(sorted(rows, key=lambda row: (row[1].before is row[1].after, row[1].patient, row[1].arm)))]

    title = _("Screening: %(cohort)s") % {"cohort": cohort.title}
    key = ("effect", cohort.id, cohort.signature, question.key, tuple(sorted(trial.readings.items())))
    return workspace().jobs.ask(key, title, work, seconds(form))


def _judged(record: PatientRecord, patient: str, plan: Plan) -> PatientScreening:
    return screen_patient(record, plan.protocol, plan.occasion(patient), plan.arm_of(patient), (plan.gate,))


@require_GET
def effect(request: HttpRequest, cohort: str, form: str = "") -> HttpResponse:
    """List the patients for whom other readings make a difference."""
    short = asking.settled(request)
    if short is not None:
        return short
    chosen_cohort = cohorts.find(cohort)
    question = asking.read(request.GET)
    trial = trying.read(request.GET)
    if not trial.readings:
        raise RefusedError(_("No reading is tried."), _("Choose one on the worklist or on a sheet."))
    if trial.values:
        raise RefusedError(_("A value is tried for one patient, not for a cohort."), _("Leave 'if' out."))
    found = cohorts.patients(chosen_cohort, form)
    if isinstance(found, Job):
        return waiting(request, found, form)
    done = effects(chosen_cohort, found, question, trial, form)
    if isinstance(done, Job):
        return waiting(request, done, form)
    offered = [
        Filter("q", _("Patient or criterion")),
        Filter("what", _("What changes"), [("outcome", _("the outcome")), ("criterion", _("only criteria"))]),
    ]
    chosen = filters.read(request.GET, offered, (*asking.parameters(), trying.TRY))
    wanted = chosen["q"].casefold()
    kinds = {"outcome": True, "criterion": False}
    rows = [
        row
        for row in done[0]
        if kinds.get(chosen["what"], row[1].before is not row[1].after) is (row[1].before is not row[1].after)
        and (not wanted or wanted in f"{row[1].patient} {_criteria(row[1], 'csv')}".casefold())
    ]
    plan = question.plan(found)
    tried = [(key, option) for key, option in trial.readings.items()]
    state = question.with_more((trying.TRY, f"{key}={option}") for key, option in tried)

    def sheet(row: tuple[str, Moved]) -> str:
        return reverse("screening-sheet", args=[chosen_cohort.id, row[0], row[1].arm]) + state

    columns: list[Column[tuple[str, Moved]]] = [
        Column("patient", _("patient"), lambda row: row[1].patient, link=sheet),
        Column("arm", _("disease"), lambda row: row[1].arm),
        Column("before", _("before"), lambda row: _outcome(row[1].before, form)),
        Column("after", _("after"), lambda row: _outcome(row[1].after, form)),
        Column("criteria", _("criteria that change"), lambda row: _criteria(row[1], form)),
    ]
    about = {"cohort": cohort, "try": [f"{key}={option}" for key, option in tried], "filters": chosen.used}
    listing = Listing("effect", _("Patients for whom something changes"), columns, rows, len(done[0]), about)
    readings = dict(plan.protocol.readings())
    context = {
        "cohort": chosen_cohort,
        "filters": chosen,
        "patients": len(found.people),
        "outcomes": sum(row[1].before is not row[1].after for row in done[0]),
        "moves": Counter((OVERALL[row[1].before], OVERALL[row[1].after]) for row in done[0]).most_common(),
        "tried": [
            (key, readings[key], readings[key].options[option].text, plan.protocol.in_force(key, readings[key]), option)
            for key, option in _full(plan, trial)
        ],
        "worklist": reverse("screening-worklist", args=[chosen_cohort.id]) + question.query,
    }
    return answer(request, form, "screening/effect.html", listing, context)


def _full(plan: Plan, trial: Trial) -> list[tuple[str, str]]:
    """Give the readings that are tried by their full keys."""
    under = plan.protocol.under(trial.readings).chosen
    return [(key, option) for key, option in under.items() if plan.protocol.chosen.get(key) != option]


def _outcome(overall: Overall, form: str) -> str:
    return str(overall.value) if form else str(OVERALL[overall])


def _criteria(each: Moved, form: str) -> str:
    def word(verdict: Verdict) -> str:
        return verdict.value if form else str(VERDICTS[verdict])

    return "; ".join(f"{one.id}: {word(one.before.verdict)} → {word(one.after.verdict)}" for one in each.changed)
