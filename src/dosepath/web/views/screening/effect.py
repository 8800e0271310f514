"""What another reading would change for a whole cohort."""

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dosepath.core.verdict import Verdict
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
from dosepath.web.words import OVERALL, VERDICTS, Words
from dosepath.web.workspace import workspace

VALUES: Final[Mapping[Verdict, Words]] = {verdict: verdict.value for verdict in Verdict}

Effect = tuple[str, Moved]
"""Key of the patient in addresses, and what differs."""


def effects(
    cohort: Cohort, found: Patients, question: Question, trial: Trial, form: str
) -> "tuple[Effect, ...] | Job[tuple[Effect, ...]]":
    """Give what differs, or the job that judges everybody twice."""
    plan = question.plan(found)
    tried = plan.under(trial.readings)
    said = _("patients judged")

    def work(progress: Progress) -> tuple[Effect, ...]:
        rows: list[Effect] = []
        for done, (key, person) in enumerate(found.people.items(), start=1):
            before, after = (each.screen(person.mapped.record) for each in (plan, tried))
            rows += [(key, each) for each in moved([before], [after], plan.gate)]
            progress.say(done, len(found.people), said)
        return tuple(sorted(rows, key=lambda row: (row[1].before is row[1].after, row[1].patient, row[1].arm)))

    title = _("Screening: %(cohort)s") % {"cohort": cohort.title}
    key = ("effect", cohort.id, cohort.signature, question.key, tuple(sorted(trial.readings.items())))
    return workspace().jobs.ask(key, title, work, seconds(form))


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
        for row in done
        if kinds.get(chosen["what"], row[1].before is not row[1].after) is (row[1].before is not row[1].after)
        and (not wanted or wanted in f"{row[1].patient} {_criteria(row[1])}".casefold())
    ]
    plan = question.plan(found)
    tried = [(key, option) for key, option in trial.readings.items()]
    state = question.with_more((trying.TRY, f"{key}={option}") for key, option in tried)

    def sheet(row: Effect) -> str:
        return reverse("screening-sheet", args=[chosen_cohort.id, row[0], row[1].arm]) + state

    columns: list[Column[Effect]] = [
        Column("patient", _("patient"), lambda row: row[1].patient, link=sheet),
        Column("arm", _("disease"), lambda row: row[1].arm),
        Column("before", _("before"), lambda row: row[1].before.value, words=lambda row: OVERALL[row[1].before]),
        Column("after", _("after"), lambda row: row[1].after.value, words=lambda row: OVERALL[row[1].after]),
        Column(
            "criteria",
            _("criteria that change"),
            lambda row: _criteria(row[1]),
            words=lambda row: _criteria(row[1], VERDICTS),
        ),
    ]
    about = {"cohort": cohort, "try": [f"{key}={option}" for key, option in tried], "filters": chosen.used}
    listing = Listing("effect", _("Patients for whom something changes"), columns, rows, len(done), about)
    readings = dict(plan.protocol.readings())
    context = {
        "cohort": chosen_cohort,
        "filters": chosen,
        "patients": len(found.people),
        "outcomes": sum(row[1].before is not row[1].after for row in done),
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


def _criteria(each: Moved, words: Mapping[Verdict, Words] = VALUES) -> str:
    return "; ".join(f"{one.id}: {words[one.before.verdict]} → {words[one.after.verdict]}" for one in each.changed)
