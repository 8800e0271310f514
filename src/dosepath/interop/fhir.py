"""FHIR R4 patients from files: bundles, single resources and bulk exports, plain or gzip-compressed.

One damaged file, line or patient never stops the others; each is a remark that names file, place and reason.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from dosepath.interop.gathering import Gathering, Person, Unread
from dosepath.interop.json_text import NotJsonError, decode, parse, parse_bundle, read_bytes, read_lines
from dosepath.interop.sources import Folder, SourceFile, find
from dosepath.mapping.reader import READ_TYPES, ConceptIndex, Mapped, Remark, RemarkKind, map_resources
from dosepath.mapping.shapes import parts, plain, text

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the number of files read and of all files."""


@dataclass(frozen=True, slots=True)
class PatientFile:
    """One patient as read from files.

    Parameters
    ----------
    id
        Id of the patient, unique within one reading.
    mapped
        Facts, records that were not understood, and remarks.
    files
        Names of the files that the record comes from.
    """

    id: str
    mapped: Mapped
    files: tuple[str, ...]


@dataclass(slots=True)
class Reading:
    """Patients as a stream: iterate once; `problems` fills on the way.

    Parameters
    ----------
    paths, index, progress
        As for `read_patients`.
    problems
        What concerns files rather than one patient.
    """

    paths: Sequence[Path]
    index: ConceptIndex
    progress: Progress | None = None
    problems: list[Remark] = field(default_factory=list)
    _ids: dict[str, str] = field(default_factory=dict)
    _unread: Unread = field(default_factory=Unread)
    _done: int = 0

    def __iter__(self) -> Iterator[PatientFile]:
        folders, problems = find(self.paths)
        self.problems += problems
        total = sum(len(folder.files) for folder in folders)
        for folder in folders:
            yield from self._read_folder(folder, total)
        self.problems += self._unread.remarks()

    def _read_folder(self, folder: Folder, total: int) -> Iterator[PatientFile]:
        loose = Gathering(False, self._unread)
        for file in folder.files:
            loose.file = file.name
            try:
                if file.lines:
                    self._read_lines(file, loose)
                else:
                    yield from self._read_document(file, loose)
            except NotJsonError as error:
                self.problems.append(Remark(file.name, "", str(error)))
            self._done += 1
            if self.progress is not None:
                self.progress(self._done, total)
        yield from self._patients(loose)

    def _read_document(self, file: SourceFile, loose: Gathering) -> Iterator[PatientFile]:
        written = decode(read_bytes(file.path))
        if not written.strip():
            raise NotJsonError("the file is empty")
        bundle = Gathering(True, self._unread, file.name)
        document = parse_bundle(written, lambda number, entry: bundle.add_entry(number, entry, file.name))
        del written
        kind = text(document, "resourceType") if isinstance(document, dict) else ""
        if kind == "Bundle":
            yield from self._read_bundle(file, document, bundle)
        elif kind in READ_TYPES:
            loose.add(document, file.name)
        elif kind:
            reason = f"a {plain(kind)} holds nothing that the protocol reads; a Bundle or a resource of a patient does"
            self.problems.append(Remark(file.name, plain(kind), reason))
        elif isinstance(document, list):
            self.problems.append(
                Remark(file.name, "", "a list; put the resources into a Bundle, or one a line as NDJSON")
            )
        else:
            self.problems.append(Remark(file.name, "", "not a FHIR resource: 'resourceType' is missing"))

    def _read_bundle(self, file: SourceFile, document: dict[str, Any], bundle: Gathering) -> Iterator[PatientFile]:
        if not isinstance(document.get("entry", []), list):
            self.problems.append(Remark(file.name, "Bundle", "its entries are not a list"))
        if any(text(link, "relation") == "next" for link in parts(document, "link")):
            reason = "one page of a longer answer: the next pages are not in this file"
            self.problems.append(Remark(file.name, "Bundle", reason, RemarkKind.DOUBTFUL))
        if text(document, "type") == "history":
            reason = "a history: earlier versions of a resource count beside the last one"
            self.problems.append(Remark(file.name, "Bundle", reason, RemarkKind.DOUBTFUL))
        found = list(self._patients(bundle))
        if not found:
            self.problems.append(Remark(file.name, "Bundle", "no Patient in this bundle"))
        yield from found

    def _read_lines(self, file: SourceFile, loose: Gathering) -> None:
        number = 0
        for number, raw in read_lines(file.path):
            place = f"{file.name}:{number}"
            try:
                loose.add(parse(decode(raw)), place)
            except NotJsonError as error:
                self.problems.append(Remark(place, "", str(error)))
        if not number:
            raise NotJsonError("the file is empty")

    def _patients(self, gathering: Gathering) -> Iterator[PatientFile]:
        for person in gathering.people():
            yield self._patient(person)
        self.problems += gathering.problems

    def _patient(self, person: Person) -> PatientFile:
        name = self._unique(person.id, person.files[0])
        return PatientFile(name, map_resources(person.resources, self.index, patient=name), person.files)

    def _unique(self, name: str, file: str) -> str:
        if name not in self._ids:
            self._ids[name] = file
            return name
        other = f"{name}@{file}"
        while other in self._ids:
            other += "+"
        self._ids[other] = file
        reason = f"patient id also in {self._ids[name]}; not taken for the same person, listed as '{other}'"
        self.problems.append(Remark(file, f"Patient/{name}", reason, RemarkKind.DOUBTFUL))
        return other


def read_patients(paths: Sequence[Path], index: ConceptIndex, progress: Progress | None = None) -> Reading:
    """Read every patient from files and folders.

    Parameters
    ----------
    paths
        Files and folders; folders are searched to any depth. Endings .json, .ndjson and .jsonl, each also with .gz.
    index
        Concepts of the protocol.
    progress
        Called after each file.

    Returns
    -------
    Reading
        To be iterated once; its `problems` are complete afterwards.
    """
    return Reading(paths, index, progress)
