"""The way in: the synthetic cohort, files that are sent in, a folder on this machine, and what was there before."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dosepath.trial.library import shipped
from dosepath.web import filters, uploads
from dosepath.web.limits import EXPANDED_BYTES, FILE_BYTES, megabytes
from dosepath.web.refusals import RefusedError
from dosepath.web.views.screening import cohorts


@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Offer the cohorts."""
    filters.read(request.GET, [])
    protocol = cohorts.protocol_in_force()
    context = {
        "demo": cohorts.DEMO,
        "known": cohorts.known(),
        "accepted": ",".join(_endings((*cohorts.SUFFIXES, ".zip"))),
        "largest": megabytes(FILE_BYTES),
        "unpacked": megabytes(EXPANDED_BYTES),
        "protocol": protocol,
        "trial": shipped()[0],
    }
    return render(request, "screening/choose.html", context)


def _endings(suffixes: Iterable[str]) -> dict[str, None]:
    """Give what the browser may offer: the last part of each ending, once, for it knows no longer ones."""
    return dict.fromkeys(f".{suffix.rpartition('.')[2]}" for suffix in suffixes)


@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Keep files that were sent, and lead to their worklist."""
    sent = [*request.FILES.getlist("files"), *request.FILES.getlist("folder")]
    kept = uploads.store(sent, cohorts.KIND, cohorts.SUFFIXES)
    if all(path.name.endswith(cohorts.ANCHORS) for path in kept.paths):
        raise RefusedError(_("These files hold dates and no patient."), _("Send them together with the patients."))
    return HttpResponseRedirect(reverse("screening-worklist", args=[kept.id]))


@require_POST
def point(request: HttpRequest) -> HttpResponse:
    """Lead to the worklist of a folder on this machine."""
    return HttpResponseRedirect(reverse("screening-worklist", args=[cohorts.point_to(request.POST.get("path", ""))]))


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Delete what was sent in, or forget a folder, and lead back to the choice."""
    cohorts.forget(request.POST.get("cohort", ""))
    return HttpResponseRedirect(reverse("screening"))
