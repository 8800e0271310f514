"""Which resources of a file or folder belong to which patient."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from dosepath.mapping.medications import reference_key
from dosepath.mapping.reader import READ_TYPES
from dosepath.mapping.record import Located, Remark, RemarkKind, unread
from dosepath.mapping.shapes import SHAPES, Node, part, plain, text

_KEPT_KEYS: Final = frozenset(SHAPES)


@dataclass(frozen=True, slots=True)
class Person:
    """One patient of a source and everything that is on record there."""

    id: str
    resources: tuple[Located, ...]
    files: tuple[str, ...]


@dataclass(slots=True)
class Unread:
    """Resources of types that no protocol reads, counted by type with the first place of each."""

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, resource_type: str, place: str) -> None:
        """Count one."""
        self.counts[resource_type] = self.counts.get(resource_type, 0) + 1
        self.first.setdefault(resource_type, place)

    def remarks(self) -> tuple[Remark, ...]:
        """Give one remark for each type."""
        return tuple(unread(self.first[kind], kind, count) for kind, count in sorted(self.counts.items()))


class _Kept(NamedTuple):
    """A resource to be read, with its type, its name, and the reference to the person it is about."""

    located: Located
    file: str
    type: str
    id: str
    subject: str

    @property
    def source(self) -> str:
        return f"{self.type}/{self.id}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The references under which others may name it, the most exact first."""
        url = self.located.url
        return tuple(dict.fromkeys(key for key in (url, reference_key(url), f"{self.type}/{self.id}") if key))


@dataclass(slots=True)
class Gathering:
    """Resources as they are read from one bundle, or from one folder of single resources.

    Parameters
    ----------
    bundle
        Whether it is one bundle: with a single patient in it, a resource that names nobody is that patient's.
    unread
        Where resources are counted that no protocol reads.
    file
        Name of the file that is being read.
    problems
        What could not be taken.
    """

    bundle: bool
    unread: Unread
    file: str = ""
    problems: list[Remark] = field(default_factory=list)
    _kept: list[_Kept] = field(default_factory=list)

    def add(self, resource: Any, place: str, url: str = "") -> None:
        """Take one resource; of a bundle inside, its entries."""
        if not isinstance(resource, dict):
            self.problems.append(Remark(place, "", "not a FHIR resource but another JSON value"))
            return
        resource_type = text(resource, "resourceType")
        if resource_type in READ_TYPES:
            slim = {key: value for key, value in resource.items() if key in _KEPT_KEYS}
            located = Located(slim, place, url)
            self._kept.append(_Kept(located, self.file, resource_type, located.name, _subject(slim)))
        elif resource_type == "Bundle":
            self._add_entries(resource.get("entry"), place)
        elif resource_type:
            self.unread.add(plain(resource_type), place)
        else:
            self.problems.append(Remark(place, "", "not a FHIR resource: 'resourceType' is missing"))

    def _add_entries(self, entries: Any, place: str) -> None:
        if entries is not None and not isinstance(entries, list):
            self.problems.append(Remark(place, "Bundle", "its entries are not a list"))
            return
        for number, entry in enumerate(entries or (), start=1):
            self.add_entry(number, entry, place)

    def add_entry(self, number: int, entry: Any, place: str) -> None:
        """Take one entry of a bundle."""
        where = f"{place} entry {number}"
        if not isinstance(entry, dict) or "resource" not in entry:
            self.problems.append(Remark(where, "Bundle", "the entry holds no resource"))
            return
        self.add(entry["resource"], where, text(entry, "fullUrl"))

    def people(self) -> Iterator[Person]:
        """Give each patient with all that refers to them, in the order of the source."""
        patients: dict[str, _Kept] = {}
        for each in self._kept:
            if each.type == "Patient":
                patients.setdefault(each.keys[0], each)
        known = _names(patients)
        only = next(iter(patients)) if self.bundle and len(patients) == 1 else ""
        medications = {key: each for each in self._kept if each.type == "Medication" for key in each.keys}
        theirs: dict[str, list[_Kept]] = {key: [] for key in patients}
        homeless: dict[str, list[_Kept]] = {}
        for each in self._kept:
            if each.type == "Medication":
                continue
            owner = _owner(each, known, only)
            if not owner:
                homeless.setdefault(each.subject, []).append(each)
                continue
            theirs[owner].append(each)
            if not each.subject and each.type != "Patient":
                reason = "names no patient; taken for the only one of the bundle"
                self.problems.append(Remark(each.located.place, each.source, reason, RemarkKind.DOUBTFUL))
        self.problems += [_homeless(subject, some) for subject, some in homeless.items()]
        for key, some in theirs.items():
            everything = [*some, *_needed(some, medications)]
            files = tuple(dict.fromkeys(each.file for each in everything))
            yield Person(patients[key].id, tuple(each.located for each in everything), files)


def _subject(resource: Node) -> str:
    subject = part(resource, "subject") or part(resource, "patient")
    reference = text(subject, "reference")
    if reference:
        return reference
    return "a patient by identifier only" if "identifier" in subject else ""


def _names(patients: Mapping[str, _Kept]) -> dict[str, str]:
    """Map every unambiguous reference to the patient it means."""
    names: dict[str, set[str]] = {}
    for patient, each in patients.items():
        for key in each.keys:
            names.setdefault(key, set()).add(patient)
    return {key: next(iter(meant)) for key, meant in names.items() if len(meant) == 1}


def _owner(each: _Kept, known: Mapping[str, str], only: str) -> str:
    if each.type == "Patient":
        return next((known[key] for key in each.keys if key in known), "")
    if not each.subject:
        return only
    if each.subject in known:
        return known[each.subject]
    # A relative reference is meant below the address of the resource itself.
    url, own = each.located.url, f"{each.type}/{each.id}"
    below = f"{url.removesuffix(own)}{each.subject}" if url.startswith("http") and url.endswith(own) else ""
    return known.get(below) or known.get(reference_key(each.subject)) or ""


def _homeless(subject: str, some: list[_Kept]) -> Remark:
    noun = "resource" if len(some) == 1 else "resources"
    first = f"the first is {some[0].source}" if len(some) > 1 else f"it is {some[0].source}"
    if subject:
        reason = f"{len(some)} {noun} about {plain(subject)}, and no single patient here has that name; {first}"
    else:
        reason = f"{len(some)} {noun} without a subject; {first}"
    return Remark(some[0].located.place, plain(subject), reason, count=len(some))


def _needed(resources: list[_Kept], medications: Mapping[str, _Kept]) -> list[_Kept]:
    """Give the medications that the resources of one patient refer to, each once."""
    needed: dict[str, _Kept] = {}
    for each in resources:
        reference = text(part(each.located.resource, "medicationReference"), "reference")
        found = medications.get(reference) or medications.get(reference_key(reference)) if reference else None
        if found is not None:
            needed.setdefault(found.keys[0], found)
    return list(needed.values())
