"""Result folders: which there are, how an address names one, and what is asked of it in the background."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from dosepath.core.errors import DosepathError
from dosepath.population.connection import EngineError, connected
from dosepath.population.folders import Whole, check_digests, is_whole, open_whole
from dosepath.population.results import Screening, open_screening
from dosepath.population.screening import SCREENING
from dosepath.web.jobs import Job, Progress
from dosepath.web.refusals import AbsentError, RefusedError
from dosepath.web.waiting import seconds
from dosepath.web.workspace import workspace

T = TypeVar("T")

MEMORY: Final = "1GB"
"""What the engine may hold for one question."""

LONGEST: Final = 500
SYNTHETIC: Final = "synthetic-"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


@dataclass(frozen=True)
class Folder:
    """A folder that holds a finished screening.

    Parameters
    ----------
    named
        As the address names it: a name in the data folder, or a path of this machine.
    whole
        What the manifest says.
    """

    named: str
    whole: Whole

    @property
    def synthetic(self) -> bool:
        """Whether it was made here, of people who do not exist."""
        return self.named.startswith(SYNTHETIC) and self.whole.out.parent == base()

    @property
    def about(self) -> dict[str, Any]:
        """What the run wrote down about itself."""
        return dict(self.whole.about)

    @property
    def arms(self) -> list[str]:
        """Arms that were judged."""
        return list(self.whole.about["arms"])

    def link(self, view: str, **query: str) -> str:
        """Give an address about this folder."""
        asked = {"folder": self.named, **{name: value for name, value in query.items() if value}}
        return f"{reverse(view)}?{urlencode(asked)}"


def base() -> Path:
    """Give the place in the data folder for result folders."""
    return workspace().root / "hospital"


def at_hand() -> list[Folder]:
    """List the finished screenings in the data folder, the newest first; what is broken is left out."""
    found = []
    places = base().iterdir() if base().is_dir() else ()
    for place in sorted(places, key=lambda each: each.stat().st_mtime, reverse=True):
        if _NAME.fullmatch(place.name) and is_whole(place):
            try:
                found.append(_opened(place.name, place))
            except RefusedError:
                continue
    return found


def folder_of(request: HttpRequest) -> Folder:
    """Open the folder that an address names.

    Raises
    ------
    RefusedError
        When it names none, or the folder holds no finished screening.
    """
    named = request.GET.get("folder", "").strip()
    if not named:
        raise RefusedError(_("folder: the address names no result folder."), _("Choose one at Hospital."))
    if len(named) > LONGEST or not named.isprintable():
        raise RefusedError(_("folder: not a path."), _("Give the path of the folder that `--out` named."))
    if _NAME.fullmatch(named):
        place = base() / named
        if not place.is_dir():
            raise AbsentError(
                _("There is no result folder '%(name)s' in the data folder.") % {"name": named},
                _("Choose one at Hospital, or give a whole path, which begins with /."),
            )
        return _opened(named, place)
    place = Path(named).expanduser() if named.startswith("~/") else Path(named)
    if not place.is_absolute() or ".." in place.parts:
        raise RefusedError(
            _("folder: '%(name)s' is not a whole path.") % {"name": named}, _("Write it from / on, without '..'.")
        )
    return _opened(str(place), place)


def _opened(named: str, place: Path) -> Folder:
    return guarded(place, lambda: Folder(named, _checked(open_whole(place, SCREENING))))


def _checked(whole: Whole) -> Whole:
    about = whole.about
    for name, kind in {
        "protocol": dict,
        "readings": dict,
        "arms": list,
        "columns": list,
        "on": str,
        "trial": str,
    }.items():
        if not isinstance(about[name], kind):
            raise TypeError(name)
    return whole


def guarded(place: Path, work: Callable[[], T]) -> T:
    """Turn what a foreign or spoilt folder does to its reader into a message.

    Raises
    ------
    RefusedError
        When the folder is not as a run writes it.
    """
    try:
        return work()
    except (DosepathError, RefusedError):
        raise
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise RefusedError(
            _("%(place)s: not as a run writes it (%(why)s).") % {"place": place, "why": repr(error)[:200]},
            _("Run `dosepath population screen` again into a new folder."),
        ) from error


def ask(folder: Folder, what: tuple[object, ...], title: str, work: Callable[[Screening], T], form: str) -> T | Job[T]:
    """Ask a folder something in the background; the answer is kept as long as the folder stays as it is.

    Parameters
    ----------
    folder
        The folder.
    what
        Says what is asked, beside the folder.
    title
        For the reader who waits.
    work
        Asks the opened screening.
    form
        Empty for a page, else the name of the file format, which waits longer.
    """
    place, root = folder.whole.out, workspace().root

    def run(progress: Progress) -> T:
        progress.say(0, 0)
        root.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="spill-", dir=root) as spill, connected(Path(spill), memory=MEMORY) as engine:
            try:
                return guarded(place, lambda: work(open_screening(engine, place)))
            except EngineError:
                check_digests(folder.whole)  # says so where a file was changed; else it is a fault of ours
                raise

    key = ("hospital", str(place), folder.whole.digest, *what)
    return workspace().jobs.ask(key, title, run, seconds(form))
