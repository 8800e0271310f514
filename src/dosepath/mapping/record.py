"""What goes into the mapping and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from dosepath.core.facts import Fact, PatientRecord, Unclassified
from dosepath.mapping.shapes import plain, text


@dataclass(frozen=True, slots=True)
class Located:
    """A FHIR resource and where it was found.

    Parameters
    ----------
    resource
        The parsed JSON object; numbers as `int` or `Decimal`, so that no digit is lost.
    place
        For people: `a.json entry 12`, `Observation.ndjson.gz:34`.
    url
        Address under which other resources refer to it (`fullUrl`); names a resource that has no id.
    """

    resource: Mapping[str, Any]
    place: str
    url: str = ""

    @property
    def name(self) -> str:
        """What it is called behind its type: its id, else the end of its address, else its place."""
        of_address = self.url.rpartition("/")[2].rpartition(":")[2]
        return plain(text(self.resource, "id")) or plain(of_address) or self.place


class RemarkKind(Enum):
    """How a remark bears on the record."""

    UNUSABLE = "not usable"
    """Something that matters could not be read or cannot be used."""
    DOUBTFUL = "read, but look at it"
    """It was read and counts; a person should look at it."""
    IGNORED = "set aside"
    """Its own status says that it does not count."""
    UNREAD = "not read"
    """It holds nothing that the protocol reads."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that was not understood or not usable, or was left out, and why.

    Parameters
    ----------
    place
        File and entry or line; of the first one where the remark is about several.
    resource
        `Observation/x1`, or what stands for it where a file or many resources are meant.
    reason
        What is wrong, in plain words.
    kind
        How it bears on the record.
    count
        Number of resources that it is about.
    """

    place: str
    resource: str
    reason: str
    kind: RemarkKind = RemarkKind.UNUSABLE
    count: int = 1

    @property
    def concerns_a_file(self) -> bool:
        """Whether a file or a part of one could not be read, and not just one record about a patient."""
        return self.kind is RemarkKind.UNUSABLE and "/" not in self.resource

    def __str__(self) -> str:
        return ": ".join(each for each in (self.place, self.resource, self.reason) if each)


@dataclass(frozen=True, slots=True)
class Mapped:
    """All that was read about one patient."""

    record: PatientRecord
    remarks: tuple[Remark, ...]


Finding: TypeAlias = Fact | Unclassified | Remark
"""What the reader of one resource may give; nothing at all when the protocol does not ask for the resource."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource on its way through the mapping.

    Parameters
    ----------
    resource
        The parsed JSON object.
    type
        Its `resourceType`.
    source
        Name for facts and people, `Observation/x1`.
    place
        Where it was found.
    order
        Place in the source, which settles ties on one day.
    """

    resource: Mapping[str, Any]
    type: str
    source: str
    place: str
    order: int

    def remark(self, reason: str, kind: RemarkKind = RemarkKind.UNUSABLE) -> Remark:
        """Say something about this resource."""
        return Remark(self.place, self.source, reason, kind)

    def ignored(self, status: str) -> Remark:
        """Say that the resource does not count by its own status."""
        return self.remark(f"status {status}", RemarkKind.IGNORED)


def unread(place: str, resource_type: str, count: int) -> Remark:
    """Say that resources of one type hold nothing that the protocol reads."""
    noun = f"{resource_type} resource carries" if count == 1 else f"{resource_type} resources carry"
    return Remark(place, resource_type, f"{count} {noun} nothing that the protocol reads", RemarkKind.UNREAD, count)
