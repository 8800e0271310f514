"""Cohorts: where the files of patients lie, how they are named in addresses, and the patients read from them."""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from dosepath.core.errors import InputError
from dosepath.demo.cohort import read_labels
from dosepath.interop.fhir import PatientFile, read_patients
from dosepath.interop.sources import DOCUMENTS, LINES
from dosepath.mapping.reader import ConceptIndex, Remark
from dosepath.protocol.protocol import Protocol
from dosepath.trial.library import open_trial, shipped
from dosepath.trial.occasions import PatientDates, read_anchors
from dosepath.trial.plan import check_arms
from dosepath.web import uploads
from dosepath.web.jobs import Job, Progress
from dosepath.web.refusals import AbsentError, RefusedError
from dosepath.web.uploads import Upload
from dosepath.web.waiting import seconds
from dosepath.web.workspace import workspace

DEMO: Final = "demo"
KIND: Final = "cohort"
ANCHORS: Final = ("anchors.yaml", "anchors.csv")
SUFFIXES: Final = (*DOCUMENTS, *LINES, *ANCHORS)
"""Endings of files that are taken in: patients, and the dates of each."""

MOST_FILES: Final = 20_000
MOST_ENTRIES: Final = 200_000
"""Most files of patients, and most names that are looked at to find them, below a folder that is pointed to."""

_FOLDER_ID = re.compile(r"folder-[0-9a-f]{16}")


@dataclass(frozen=True)
class Cohort:
    """Files of patients.

    Parameters
    ----------
    id
        Name in addresses.
    title
        Name for the reader.
    paths
        Files and folders to read.
    anchors
        File with the dates of each patient; None without one.
    signature
        Changes with the files.
    synthetic
        Whether it is the demonstration cohort, whose labels say what each patient was made to show.
    upload
        What was sent in; None for a folder.
    """

    id: str
    title: str
    paths: tuple[Path, ...]
    anchors: Path | None
    signature: str
    synthetic: bool = False
    upload: Upload | None = None

    def shown(self, text: str) -> str:
        """Name files as their owner does."""
        return self.upload.shown(text) if self.upload else text


def protocol_in_force() -> Protocol:
    """Give the protocol that is screened for."""
    return open_trial(shipped()[0])


def find(name: str) -> Cohort:
    """Give a cohort by its id.

    Raises
    ------
    AbsentError
        When there is none, or its folder is gone.
    """
    if name == DEMO:
        title = _("Demonstration cohort: synthetic patients")
        return replace(_folder(DEMO, title, workspace().demo_cohort()), synthetic=True)
    if _FOLDER_ID.fullmatch(name):
        path = _pointed(name)
        return _folder(name, str(path), path)
    upload = uploads.find(KIND, name)
    files = [path for path in upload.paths if not path.name.endswith(ANCHORS)]
    anchors = [path for path in upload.paths if path.name.endswith(ANCHORS)]
    first = next(iter(upload.names.values()))
    title = first if len(files) <= 1 else _("%(name)s and %(count)s more") % {"name": first, "count": len(files) - 1}
    return Cohort(name, title, tuple(files), anchors[0] if anchors else None, upload.id, upload=upload)


def _folder(name: str, title: str, path: Path) -> Cohort:
    if not path.exists():
        raise AbsentError(
            _("%(path)s: no such file or folder.") % {"path": path},
            _("Write the whole path of a folder on this machine, such as /home/me/patients."),
        )
    anchors = [path / file for file in ANCHORS if path.is_dir() and (path / file).is_file()]
    return Cohort(name, title, (path,), anchors[0] if anchors else None, _signature(path, anchors))


def _signature(path: Path, beside: Sequence[Path]) -> str:
    digest = sha256()
    files = 0
    for file in (*_patient_files(path), *beside):
        files += 1
        if files > MOST_FILES:
            raise RefusedError(
                _("%(path)s holds more than %(most)s files of patients.") % {"path": path, "most": MOST_FILES},
                _("Name a folder below it, or screen a whole hospital with 'dosepath population screen'."),
            )
        try:
            said = file.stat()
        except OSError:
            continue  # gone in between; the reader says so
        digest.update(f"{file}\0{said.st_size}\0{said.st_mtime_ns}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()[:16]


def _patient_files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    looked_at = 0
    for place, folders, names in os.walk(path):
        folders.sort()
        looked_at += len(names) + len(folders)
        if looked_at > MOST_ENTRIES:
            raise RefusedError(
                _("%(path)s: too many files and folders below it.") % {"path": path},
                _("Name the folder that holds the patients."),
            )
        yield from (Path(place, name) for name in sorted(names) if name.lower().endswith((*DOCUMENTS, *LINES)))


def point_to(written: str) -> str:
    """Remember a folder or file on this machine, and give the id of its cohort.

    Raises
    ------
    RefusedError
        When there is no such place, or a file of no kind that is read.
    """
    written = written.strip()
    if not written or "\0" in written or len(written) > os.pathconf("/", "PC_PATH_MAX"):
        raise RefusedError(
            _("No path was given."), _("Write the whole path of a folder on this machine, such as /home/me/patients.")
        )
    try:
        path = Path(written).expanduser()
    except RuntimeError:  # nobody of that name has a home here
        path = Path(written)
    if not path.is_absolute():
        raise RefusedError(
            _("'%(path)s' is not a whole path.") % {"path": written},
            _("Write the whole path of a folder on this machine, such as /home/me/patients."),
        )
    try:
        path = path.resolve()
        there = path.is_dir() or path.is_file()
    except (OSError, RuntimeError) as error:
        raise RefusedError(_("'%(path)s' cannot be opened: %(why)s.") % {"path": written, "why": error}) from error
    if not there:
        raise RefusedError(
            _("%(path)s: no such file or folder.") % {"path": written}, _("Check the spelling; capitals matter.")
        )
    if path.is_file() and not path.name.lower().endswith((*DOCUMENTS, *LINES)):
        raise RefusedError(
            _("%(path)s: not a kind of file that is read.") % {"path": written},
            _("Point to files that end in %(suffixes)s.") % {"suffixes": ", ".join((*DOCUMENTS, *LINES))},
        )
    name = f"folder-{sha256(str(path).encode(errors='surrogateescape')).hexdigest()[:16]}"
    _folder(name, written, path)
    base = _pointers()
    base.mkdir(parents=True, exist_ok=True)
    (base / f"{name}.json").write_text(json.dumps({"path": str(path)}), encoding="utf-8")
    return name


def _pointers() -> Path:
    return workspace().root / "folders"


def _pointed(name: str) -> Path:
    record = _pointers() / f"{name}.json"
    try:
        found: Mapping[str, Any] = json.loads(record.read_text(encoding="utf-8"))
        return Path(found["path"])
    except (OSError, ValueError, KeyError) as error:
        raise AbsentError(
            _("There is no folder '%(name)s' in the data folder.") % {"name": name}, _("Point to the folder again.")
        ) from error


def forget(name: str) -> None:
    """Delete the copies of an upload, or the note of a folder; what lies in the folder stays.

    Raises
    ------
    AbsentError
        When there is none; the synthetic cohort stays.
    """
    if _FOLDER_ID.fullmatch(name):
        _pointed(name)
        (_pointers() / f"{name}.json").unlink(missing_ok=True)
    else:
        uploads.forget(KIND, name)


def known() -> list[tuple[str, str]]:
    """Give id and title of what was sent in or pointed to before, the latest first."""
    places = [*workspace().uploads.glob(f"{KIND}/*/upload.json"), *_pointers().glob("folder-*.json")]
    newest = sorted(places, key=lambda place: -place.stat().st_mtime_ns)
    found: list[tuple[str, str]] = []
    for place in newest:
        name = place.parent.name if place.name == "upload.json" else place.stem
        try:
            title = str(_pointed(name)) if place.name != "upload.json" else find(name).title
        except RefusedError:
            continue
        found.append((name, title))
    return found


@dataclass(frozen=True)
class Patients:
    """What was read.

    Parameters
    ----------
    people
        By their key in addresses, in the order of the files.
    problems
        What concerns files rather than one patient.
    dates
        Arms, dates and complete tables of single patients, by their own id.
    dates_problem
        Why the file of the dates cannot be used; empty when it can, or there is none.
    labels
        Of the synthetic cohort, what each patient was made to show, by their own id.
    """

    people: Mapping[str, PatientFile]
    problems: tuple[Remark, ...]
    dates: Mapping[str, PatientDates] = field(default_factory=dict)
    dates_problem: str = ""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def person(self, key: str) -> PatientFile:
        """Give one patient.

        Raises
        ------
        AbsentError
            When there is none.
        """
        if key not in self.people:
            raise AbsentError(
                _("There is no patient '%(key)s' in this cohort.") % {"key": key}, _("Choose one from the worklist.")
            )
        return self.people[key]


def key_of(cohort: str, patient: str) -> str:
    """Name a patient in addresses, so that no id of a hospital stands there."""
    return sha256(f"{cohort}\0{patient}".encode(errors="surrogateescape")).hexdigest()[:10]


def patients(cohort: Cohort, form: str = "") -> "Patients | Job[Patients]":
    """Give the patients of a cohort, or the job that reads them."""
    words = _("files read")

    def work(progress: Progress) -> Patients:
        index = ConceptIndex(protocol_in_force().file.concepts)
        reading = read_patients(cohort.paths, index, lambda done, total: progress.say(done, total, words))
        people = {key_of(cohort.id, each.id): each for each in reading}
        dates, problem = _dates(cohort)
        labels = read_labels(cohort.paths[0]) if cohort.synthetic else {}
        return Patients(people, tuple(reading.problems), dates, problem, labels)

    title = _("Reading: %(cohort)s") % {"cohort": cohort.title}
    return workspace().jobs.ask(("patients", cohort.id, cohort.signature), title, work, seconds(form))


def _dates(cohort: Cohort) -> tuple[Mapping[str, PatientDates], str]:
    if cohort.anchors is None:
        return {}, ""
    try:
        dates = read_anchors(cohort.anchors)
        check_arms(dates, protocol_in_force(), cohort.anchors.name)
    except InputError as error:
        return {}, cohort.shown(str(error))
    return dates, ""
