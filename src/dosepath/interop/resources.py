"""One resource as it stands in its file: found by the name that facts carry, written line by line for people."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from dosepath.interop.json_text import NotJsonError, decode, parse, parse_bundle, read_bytes, read_lines
from dosepath.interop.sources import SourceFile, find
from dosepath.mapping.record import Located
from dosepath.mapping.shapes import text

INDENT: Final = "  "
MOST: Final = 5
"""Resources of one name that are given; more would be a damaged source."""

READ: Final = (
    *("value", "effective", "onset", "abatement", "performed", "occurrence", "authored", "birthDate", "gender"),
    *("deceased", "medication", "vaccineCode", "dosage", "referenceRange", "interpretation", "component"),
)
"""Beginnings of the members that the mapping looks at."""


@dataclass(frozen=True, slots=True)
class Found:
    """A resource and where it stands."""

    place: str
    resource: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a resource; `used` where the value that was used stands."""

    text: str
    used: bool


def find_resource(paths: Sequence[Path], files: Sequence[str], source: str) -> tuple[Found, ...]:
    """Find a resource in the files of one patient.

    Parameters
    ----------
    paths
        Files and folders as for `read_patients`.
    files
        Names of the files of the patient, as `PatientFile` has them.
    source
        As facts name it, `Observation/x1`.

    Returns
    -------
    tuple
        Usually one; several where a source holds one name more than once; empty where it is gone.
    """
    folders, _problems = find(paths)
    wanted = [file for folder in folders for file in folder.files if file.name in files]
    found: dict[str, Found] = {}
    for file in wanted:
        for each in _in_file(file, source):
            found.setdefault(json.dumps(each.resource, sort_keys=True, default=str), each)
            if len(found) >= MOST:
                return tuple(found.values())
    return tuple(found.values())


def _in_file(file: SourceFile, source: str) -> list[Found]:
    search = _Search(source)
    try:
        if file.lines:
            _in_lines(file, search)
        else:
            whole = parse_bundle(
                decode(read_bytes(file.path)), lambda number, entry: search.entry(number, entry, file.name)
            )
            search.look(whole, file.name)
    except NotJsonError:
        pass  # the list of what was not understood says so
    return search.kept


@dataclass(slots=True)
class _Search:
    """Resources of one name, among those that are looked at."""

    source: str
    kept: list[Found] = field(default_factory=list)

    def look(self, resource: Any, place: str, url: str = "") -> None:
        """Look at one resource; of a bundle, at its entries."""
        if not isinstance(resource, dict):
            return
        kind = text(resource, "resourceType")
        if f"{kind}/{Located(resource, place, url).name}" == self.source:
            self.kept.append(Found(place, resource))
        elif kind == "Bundle":
            entries = resource.get("entry")
            for number, entry in enumerate(entries if isinstance(entries, list) else (), start=1):
                self.entry(number, entry, place)

    def entry(self, number: int, entry: Any, place: str) -> None:
        """Look at one entry of a bundle."""
        if isinstance(entry, dict):
            self.look(entry.get("resource"), f"{place} entry {number}", text(entry, "fullUrl"))


def _in_lines(file: SourceFile, search: _Search) -> None:
    name = search.source.partition("/")[2].encode()
    for number, raw in read_lines(file.path):
        if name in raw or b'"id"' not in raw:
            with suppress(NotJsonError):  # a damaged line never stops the others
                search.look(parse(decode(raw)), f"{file.name}:{number}")


def lines_of(resource: Mapping[str, Any], item: str = "") -> list[Line]:
    """Write a resource as indented JSON, its digits as they came.

    Parameters
    ----------
    resource
        As `find_resource` gives it.
    item
        Of a form, the item whose answer was used; empty to mark the members that the mapping looks at.
    """
    marks = _Marks(item if text(resource, "resourceType") == "QuestionnaireResponse" else "")
    return list(_lines(resource, "", "", marks, used=False))


@dataclass(frozen=True, slots=True)
class _Marks:
    item: str

    def on(self, key: str, value: Any, *, top: bool) -> bool:
        """Answer whether a member was looked at."""
        if self.item:
            return isinstance(value, dict) and value.get("linkId") == self.item
        return top and key.startswith(READ)


def _lines(value: Any, head: str, indent: str, marks: _Marks, *, used: bool, tail: str = "") -> Iterator[Line]:
    members: list[tuple[str, str, Any]]
    if isinstance(value, dict) and value:
        members = [(str(key), f"{_scalar(str(key))}: ", each) for key, each in value.items()]
        ends = "{}"
    elif isinstance(value, list) and value:
        members = [("", "", each) for each in value]
        ends = "[]"
    else:
        yield Line(f"{indent}{head}{_scalar(value)}{tail}", used)
        return
    yield Line(f"{indent}{head}{ends[0]}", used)
    for number, (key, said, each) in enumerate(members, start=1):
        mine = used or marks.on(key, each, top=not indent)
        comma = "," if number < len(members) else ""
        yield from _lines(each, said, indent + INDENT, marks, used=mine, tail=comma)
    yield Line(f"{indent}{ends[1]}{tail}", used)


def _scalar(value: Any) -> str:
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
