"""Where the screen begins: a path, the folders at hand, and a synthetic hospital made by a button."""

from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dosepath.demo.hospital.make import make_hospital
from dosepath.interop.hospital import screen_into
from dosepath.population.folders import is_whole
from dosepath.population.screening import Asked
from dosepath.trial.library import open_trial, shipped
from dosepath.web import filters
from dosepath.web.jobs import Progress, job_id
from dosepath.web.refusals import AbsentError, RefusedError
from dosepath.web.views.hospital.folders import MEMORY, SYNTHETIC, at_hand, base
from dosepath.web.waiting import waiting
from dosepath.web.workspace import workspace

SIZES: Final = (2_000, 10_000, 50_000)
"""How many people a synthetic hospital may have."""

SEED: Final = 1
DAY: Final = date(2026, 6, 1)
"""Day up to which there are records, and on which patients are judged."""


@require_GET
def hospital(request: HttpRequest) -> HttpResponse:
    """Offer the folders at hand, a path, and a synthetic hospital."""
    filters.read(request.GET, ())
    return render(request, "hospital/start.html", {"folders": at_hand(), "sizes": SIZES, "trial": shipped()[0]})


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Begin to make a synthetic hospital, and go to where its progress is shown."""
    said = request.POST.get("patients", "")
    if said not in map(str, SIZES):
        raise RefusedError(
            _("patients: no choice '%(value)s'.") % {"value": said[:40]},
            _("Choose one of: %(choices)s.") % {"choices": ", ".join(map(str, SIZES))},
        )
    patients = int(said)
    if not is_whole(base() / _name(patients)):
        title = _("Making and screening a synthetic hospital of %(count)s people") % {"count": f"{patients:,}"}
        workspace().jobs.ask(_key(patients), title, partial(_made, base(), patients), wait_seconds=0)
    return HttpResponseRedirect(reverse("hospital-made", args=[patients]))


@require_GET
def made(request: HttpRequest, patients: int) -> HttpResponse:
    """Show how far a synthetic hospital is; once it is there, go to it.

    Raises
    ------
    AbsentError
        When nobody has asked for it.
    """
    if patients in SIZES and is_whole(base() / _name(patients)):
        return HttpResponseRedirect(f"{reverse('hospital-arms')}?folder={_name(patients)}")
    job = workspace().jobs.find(job_id(_key(patients)))
    if job is None:
        raise AbsentError(
            _("This synthetic hospital has not been made."), _("Make it at Hospital, by the button there.")
        )
    if job.error is not None:
        raise job.error
    return waiting(request, job)


def _name(patients: int) -> str:
    return f"{SYNTHETIC}{patients}-{SEED}"


def _key(patients: int) -> tuple[object, ...]:
    return ("synthetic hospital", str(base()), patients, SEED)


def _made(place: Path, patients: int, progress: Progress) -> str:
    """Make the tables, screen them into the data folder, and throw the tables away."""
    place.mkdir(parents=True, exist_ok=True)
    out = place / _name(patients)

    def said(what: str, done: int, total: int) -> None:
        progress.say(done, total, what)

    with TemporaryDirectory(prefix=".making-", dir=place) as tables:
        source = Path(tables) / "tables"
        make_hospital(source, patients, SEED, DAY, lambda done, total: said("drawing people", done, total))
        asked = Asked(shipped()[0], open_trial(shipped()[0]), DAY)
        screen_into(out, [source], asked, memory=MEMORY, advance=said)
    return out.name
