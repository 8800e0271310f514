"""What happens to every request: size of uploads, and errors that the user can mend."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _

from dosepath.core.errors import DosepathError
from dosepath.web.limits import DRAINED_BYTES, REQUEST_BYTES, megabytes
from dosepath.web.refusals import RefusedError, TooLargeError
from dosepath.web.views.errors import refusal

Answer = Callable[[HttpRequest], HttpResponse]

BLOCK = 2**20


def upload_limit(answer: Answer) -> Answer:
    """Refuse a request that says it is too large before anything of it is kept."""

    def limited(request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or "0"
        if said.isdigit() and int(said) > REQUEST_BYTES:
            _drain(request)
            error = TooLargeError(
                _("This upload has %(size)s MB; at most %(limit)s MB can be taken.")
                % {"size": megabytes(int(said)), "limit": megabytes(REQUEST_BYTES)},
                _("Send fewer patients at a time, or compress the files (.json.gz, .ndjson.gz, .zip)."),
            )
            return refusal(request, error)
        return answer(request)

    return limited


def _drain(request: HttpRequest) -> None:
    """Read on, so that the browser gets to see the answer; a sender without an end is cut off."""
    left = DRAINED_BYTES
    try:
        while left > 0 and (block := request.read(BLOCK)):
            left -= len(block)
    except (OSError, UnreadablePostError):
        return


class Refusals:
    """Show what the user can mend as a page; anything else stays an error of ours."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn an error into a page where the user can mend it."""
        if isinstance(error, RefusedError):
            return refusal(request, error)
        if isinstance(error, DosepathError):
            return refusal(request, RefusedError(str(error)))
        return None
