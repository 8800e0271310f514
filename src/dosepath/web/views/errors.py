"""Pages for what went wrong; a part of a page where htmx asked for a part."""

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from dosepath.web.refusals import RefusedError


def refusal(request: HttpRequest, error: RefusedError) -> HttpResponse:
    """Show what was refused, why, and the way out."""
    part = bool(getattr(request, "htmx", False)) and not request.htmx.boosted  # type: ignore[attr-defined]
    template = "components/message.html" if part else "pages/refused.html"
    found = {"heading": _heading(error.status), "reason": error.reason, "way_out": error.way_out, "kind": "error"}
    answer = render(request, template, {**found, "status": error.status}, status=error.status)
    if part:  # the message is put into the part that waits for the answer, which stays for the next one
        answer["HX-Reselect"] = "unset"
        answer["HX-Reswap"] = "innerHTML"
    return answer


def _heading(status: int) -> str:
    return {
        400: _("This cannot be done as asked"),
        403: _("Refused"),
        404: _("There is no such page"),
        413: _("Too large"),
        500: _("Something went wrong on our side"),
    }.get(status, _("This cannot be done as asked"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what Django itself refuses, without repeating what was sent."""
    if isinstance(exception, RequestDataTooBig):
        return refusal(request, RefusedError(_("The form holds more than can be taken."), _("Send less."), status=413))
    if isinstance(exception, TooManyFilesSent):
        error = RefusedError(
            _("More than %(limit)s files were sent.") % {"limit": settings.DATA_UPLOAD_MAX_NUMBER_FILES},
            _("Pack them into a .zip and send that."),
            status=413,
        )
        return refusal(request, error)
    if isinstance(exception, DisallowedHost):
        return refusal(
            request,
            RefusedError(
                _("This server does not answer under the name that the address has."),
                _("Open the address that the terminal printed when dosepath started."),
            ),
        )
    return refusal(
        request,
        RefusedError(
            _("The request is not well formed."), _("Go back to the form and send it again, or start from home.")
        ),
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:  # noqa: ARG001 - by Django
    """Answer what is not allowed."""
    return refusal(request, RefusedError(_("This may not be done from here."), _("Start from home."), status=403))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:  # noqa: ARG001 - Django calls it so
    """Answer an address that is none of ours."""
    return refusal(
        request,
        RefusedError(_("This address is none of ours."), _("Check the address, or choose a screen above."), status=404),
    )


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer a fault of ours: what it was stands in the terminal."""
    return refusal(
        request,
        RefusedError(
            _("This is a fault of the program, not of what you did. Nothing was lost: nothing is recorded here."),
            _("The terminal that runs dosepath says what happened; please report it with what you did."),
            status=500,
        ),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:  # noqa: ARG001 - Django calls it so
    """Answer a form that does not come from a page of ours."""
    return refusal(
        request,
        RefusedError(
            _("The form did not come from a page of this program, or cookies are switched off."),
            _("Open the page again and send the form from there; cookies must be allowed for this address."),
            status=403,
        ),
    )
