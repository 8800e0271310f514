"""What was not understood in the files of a cohort."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dosepath.mapping.reader import Remark, RemarkKind
from dosepath.web import filters
from dosepath.web.filters import PAGE, Filter
from dosepath.web.jobs import Job
from dosepath.web.lists import Column, Listing, answer
from dosepath.web.refusals import RefusedError
from dosepath.web.views.screening import asked as asking
from dosepath.web.views.screening import cohorts, words
from dosepath.web.views.screening.cohorts import Cohort, Patients
from dosepath.web.waiting import waiting

ALL: Final = "all"
AT_ONCE: Final = 500
"""Rows of one page."""
LONGEST: Final = 9


@dataclass(frozen=True, slots=True)
class Problem:
    """A remark, and the patient whose record it is about; empty for a file."""

    remark: Remark
    patient: str
    key: str
    place: str
    reason: str


@require_GET
def problems(request: HttpRequest, cohort: str, form: str = "") -> HttpResponse:
    """List the remarks on the input, those that matter most first."""
    chosen_cohort = cohorts.find(cohort)
    question = asking.read(request.GET)
    found = cohorts.patients(chosen_cohort, form)
    if isinstance(found, Job):
        return waiting(request, found, form)
    kinds = [(kind.name.lower(), words.REMARKS[kind]) for kind in RemarkKind]
    offered = [Filter("q", _("Search")), Filter("kind", _("Kind"), kinds)]
    chosen = filters.read(request.GET, offered, (*asking.parameters(), PAGE))
    everything = sorted(_all(chosen_cohort, found), key=lambda each: list(RemarkKind).index(each.remark.kind))
    wanted = chosen["q"].casefold()
    rows = [
        each
        for each in everything
        if chosen["kind"] in ("", each.remark.kind.name.lower())
        and (not wanted or wanted in f"{each.patient} {each.place} {each.remark.resource} {each.reason}".casefold())
    ]

    page, pages, rows = _page(request.GET.get(PAGE, ""), rows)

    def sheet(each: Problem) -> str:
        if not each.key:
            return ""
        return reverse("screening-patient", args=[chosen_cohort.id, each.key]) + question.query

    def raw(each: Problem) -> str:
        if not each.key or "/" not in each.remark.resource:
            return ""
        return resource_link(chosen_cohort.id, each.key, each.remark.resource)

    columns: list[Column[Problem]] = [
        Column("place", _("place"), lambda each: each.place),
        Column(
            "kind",
            _("kind"),
            lambda each: each.remark.kind.name.lower(),
            words=lambda each: words.REMARKS[each.remark.kind],
        ),
        Column("patient", _("patient"), lambda each: each.patient, link=sheet),
        Column("resource", _("resource"), lambda each: each.remark.resource, link=raw),
        Column("reason", _("what is wrong"), lambda each: each.reason),
        Column("count", _("how many"), lambda each: each.remark.count, number=True),
    ]
    listing = Listing(
        "problems",
        _("Remarks on the input"),
        columns,
        rows,
        len(everything),
        {"cohort": cohort, "filters": chosen.used},
    )
    context = {
        "cohort": chosen_cohort,
        "filters": chosen,
        "question": question,
        "page": page,
        "pages": range(1, pages + 1) if pages > 1 else (),
    }
    return answer(request, form, "screening/problems.html", listing, context)


def _page(asked: str, rows: list[Problem]) -> tuple[str, int, list[Problem]]:
    """Give the page that is asked for, how many there are, and its rows; `all` gives all rows."""
    pages = max(1, -(-len(rows) // AT_ONCE))
    if asked == ALL:
        return ALL, pages, rows
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < LONGEST else 0 if asked else 1
    if not 1 <= number <= pages:
        raise RefusedError(
            _("page: there is no page '%(page)s'.") % {"page": asked[:LONGEST]},
            _("Pages go from 1 to %(pages)s; 'all' gives all rows.") % {"pages": pages},
        )
    return str(number), pages, rows[(number - 1) * AT_ONCE : number * AT_ONCE]


def resource_link(cohort: str, key: str, resource: str) -> str:
    """Give the address of a resource as it stands in its file."""
    return f"{reverse('screening-resource', args=[cohort, key])}?{urlencode({'source': resource})}"


def _all(cohort: Cohort, found: Patients) -> Iterator[Problem]:
    for remark in found.problems:
        yield Problem(remark, "", "", cohort.shown(remark.place), cohort.shown(remark.reason))
    if cohort.upload:
        for name in cohort.upload.left_out:
            remark = Remark(name, "", _("of no kind that is read"))
            yield Problem(remark, "", "", name, remark.reason)
    for key, each in found.people.items():
        for remark in each.mapped.remarks:
            yield Problem(remark, each.id, key, cohort.shown(remark.place), cohort.shown(remark.reason))
