"""Conduct files: opened, shown with their lines, and what is wrong with them."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dosepath.interop.ladder_text import ConductFileError
from dosepath.web import uploads
from dosepath.web.filters import Filter, read
from dosepath.web.lists import file_of
from dosepath.web.refusals import RefusedError, TooLargeError
from dosepath.web.views.ladder.asked import KIND, LARGEST_BYTES, SUFFIXES, source_of

View = Callable[..., HttpResponse]


def with_problems(view: View) -> View:
    """Show the problems of a conduct file as a list with lines; leave empty parameters out of the address."""

    @wraps(view)
    def shown(request: HttpRequest, form: str = "", **kwargs: Any) -> HttpResponse:
        full = [(name, value) for name, values in request.GET.lists() for value in values[-1:] if value]
        if len(full) != len(request.GET) and request.method == "GET":
            query = QueryDict(mutable=True)
            query.update(dict(full))
            return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")
        try:
            return view(request, form, **kwargs)
        except ConductFileError as error:
            if form:
                raise RefusedError(str(error)) from error
            return _problems(request, error)

    return shown


def _problems(request: HttpRequest, error: ConductFileError) -> HttpResponse:
    source = source_of(request.GET.get("file", ""))
    lines = source.text.splitlines()
    found = [
        {
            "line": each.line,
            "place": each.place,
            "reason": each.reason,
            "text": lines[each.line - 1].strip() if each.line and each.line <= len(lines) else "",
        }
        for each in error.problems
    ]
    what_if = sorted(set(request.GET) - {"file", "on", "id"})
    context = {"problems": found, "source": source, "what_if": what_if, **opening()}
    return render(request, "ladder/problems.html", context, status=400)


def opening() -> dict[str, Any]:
    """Give what the form that opens a file needs."""
    return {"suffixes": ",".join(SUFFIXES), "largest_mb": LARGEST_BYTES // 2**20}


@require_GET
def conduct_file(request: HttpRequest) -> HttpResponse:
    """Show a conduct file with the numbers of its lines."""
    chosen = read(request.GET, (Filter("file", _("file")),))
    source = source_of(chosen["file"])
    return render(request, "ladder/file.html", {"source": source, "lines": source.text.splitlines()})


@require_GET
def conduct_yaml(request: HttpRequest) -> HttpResponse:
    """Give a conduct file as it was sent."""
    chosen = read(request.GET, (Filter("file", _("file")),))
    source = source_of(chosen["file"])
    return file_of(source.text.encode(), "conduct.yaml", "application/yaml; charset=utf-8")


@require_POST
def open_file(request: HttpRequest) -> HttpResponse:
    """Keep a conduct file that is sent, pasted or pointed to, and go to its ladder."""
    sent = [*request.FILES.getlist("conduct"), *_pasted(request), *_pointed(request)]
    if len(sent) != 1:
        raise RefusedError(
            _("No file, or more than one, was named.") if sent else _("No file was named."),
            _("Choose a file, or paste its text, or give its path: one of the three."),
        )
    if (sent[0].size or 0) > LARGEST_BYTES:
        raise TooLargeError(_("A conduct file of more than 1 MB is none."), _("Send one file with one escalation."))
    upload = uploads.store(sent, KIND, SUFFIXES)
    if len(upload.paths) != 1:
        raise RefusedError(_("The archive holds more than one file."), _("Send one conduct file."))
    return HttpResponseRedirect(f"{reverse('ladder')}?file={upload.id}")


def _pasted(request: HttpRequest) -> "list[UploadedFile[bytes]]":
    text = request.POST.get("text", "")
    if not text.strip():
        return []
    return [SimpleUploadedFile(_("pasted") + ".yaml", text.replace("\r\n", "\n").encode("utf-8", "replace"))]


def _pointed(request: HttpRequest) -> "list[UploadedFile[bytes]]":
    name = request.POST.get("path", "").strip()
    if not name:
        return []
    way_out = _("Give the whole path of a file on this machine that ends in %(suffixes)s.") % {
        "suffixes": ", ".join(SUFFIXES)
    }
    try:
        path = Path(name).expanduser() if "\0" not in name else Path()
        if not path.is_absolute() or path.suffix.lower() not in SUFFIXES or not path.is_file():
            raise RefusedError(_("%(path)s: there is no such conduct file.") % {"path": name}, way_out)
        if path.stat().st_size > LARGEST_BYTES:
            raise TooLargeError(_("A conduct file of more than 1 MB is none."), way_out)
        return [SimpleUploadedFile(path.name, path.read_bytes())]
    except (OSError, RuntimeError) as error:
        raise RefusedError(
            _("%(path)s: it cannot be read (%(why)s).") % {"path": name, "why": type(error).__name__}, way_out
        ) from None
