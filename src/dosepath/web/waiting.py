"""The page of a computation that goes on, and what it asks for while it waits."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dosepath.web.jobs import SOON_SECONDS, Job
from dosepath.web.refusals import RefusedError
from dosepath.web.workspace import workspace

EXPORT_SECONDS = 120.0
"""How long a file waits for what it exports."""


def seconds(form: str) -> float:
    """Give how long a view waits for its answer: long for a file, shortly for a page."""
    return EXPORT_SECONDS if form else SOON_SECONDS


def waiting(request: HttpRequest, job: Job[Any], form: str = "") -> HttpResponse:
    """Show how far a computation is; the page loads itself again once it is done.

    Raises
    ------
    RefusedError
        When a file is asked for: it has waited long enough.
    """
    if getattr(request, "htmx", False):
        answer = HttpResponse()
        answer["HX-Redirect"] = request.get_full_path()  # a part of a page cannot wait; the page can
        return answer
    if form:
        raise RefusedError(_("This is still being computed."), _("Ask for the file again in a minute."), status=429)
    return render(request, "pages/waiting.html", {"job": job}, status=202)


@require_GET
def progress(request: HttpRequest, name: str) -> HttpResponse:
    """Give the progress as a part of a page, or as JSON where a program asks."""
    job = workspace().jobs.find(name)
    if not getattr(request, "htmx", False):
        done, total, text = job.progress.now if job else (0, 0, "")
        running = job is not None and not job.ended.is_set()
        return JsonResponse({"job": name, "running": running, "done": done, "total": total, "text": text})
    if job is None or job.ended.is_set():
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"  # the page itself gives the answer, or says why there is none
        return answer
    return render(request, "components/progress.html", {"job": job})
