"""A record as it stands in its file, on a page of its own and beside the sheet."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dosepath.interop.fhir import PatientFile
from dosepath.interop.resources import find_resource, lines_of
from dosepath.web import filters
from dosepath.web.jobs import Job
from dosepath.web.refusals import AbsentError
from dosepath.web.views.screening import cohorts, trying
from dosepath.web.views.screening.cohorts import Cohort
from dosepath.web.waiting import waiting

ITEM = "item"
"""Parameter that names, of a form, the item that was used."""


def raw(cohort: Cohort, person: PatientFile, source: str, item: str) -> dict[str, Any]:
    """Give a record line by line, under its name."""
    found = find_resource(cohort.paths, person.files, source)
    return {
        "source": source,
        "found": [(cohort.shown(each.place), lines_of(each.resource, item)) for each in found],
    }


@require_GET
def resource(request: HttpRequest, cohort: str, row: str) -> HttpResponse:
    """Show a resource as it stands in its file."""
    chosen = cohorts.find(cohort)
    filters.read(request.GET, [], ("source", ITEM))
    found = cohorts.patients(chosen)
    if isinstance(found, Job):
        return waiting(request, found)
    person = found.person(row)
    source = request.GET.get("source", "")
    beside = raw(chosen, person, source, request.GET.get(ITEM, ""))
    if getattr(request, "htmx", False):
        beside["close"] = "./"
    if not beside["found"]:
        raise AbsentError(
            _("The files of this patient hold no '%(source)s'.") % {"source": source[: trying.LONGEST]},
            _("Open a source from the sheet of the patient."),
        )
    context = {"cohort": chosen, "person": person, "row": row, "beside": beside}
    return render(request, "screening/resource.html", context)
