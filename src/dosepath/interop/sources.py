"""Find the FHIR files below the paths that a user names."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dosepath.mapping.record import Remark

DOCUMENTS: Final = (".json", ".json.gz")
LINES: Final = (".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")

_COMPANIONS: Final = frozenset({"anchors.yaml", "conduct.yaml", "labels.yaml"})
"""Files that lie beside patients by right and hold none."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to read.

    Parameters
    ----------
    path
        Where it is.
    name
        What it is called in reports: its path below the folder that the user named.
    lines
        Whether it holds one resource a line.
    """

    path: Path
    name: str
    lines: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """Files of one folder; resources outside bundles belong together across them."""

    name: str
    files: tuple[SourceFile, ...]


def find(paths: Sequence[Path]) -> tuple[tuple[Folder, ...], tuple[Remark, ...]]:
    """List the files to read by folder, in the order of names, and what cannot be read."""
    problems: list[Remark] = []
    folders: dict[Path, list[SourceFile]] = {}
    seen: set[Path] = set()
    for path in paths:
        for file, name in _below(path, problems):
            kind = _kind(file)
            if kind is None:
                problems.append(Remark(name, "", f"ending not known; {_expected()} are read"))
            elif file.resolve() not in seen:
                seen.add(file.resolve())
                folders.setdefault(file.parent, []).append(SourceFile(file, name, lines=kind == "lines"))
    return tuple(Folder(str(place), tuple(files)) for place, files in folders.items()), tuple(problems)


def _below(path: Path, problems: list[Remark]) -> list[tuple[Path, str]]:
    if path.is_file():
        return [(path, path.name)]
    if not path.is_dir():
        problems.append(Remark(str(path), "", "no such file or folder"))
        return []
    files = sorted(file for file in path.rglob("*") if file.is_file() and not _is_companion(file, path))
    if not any(map(_kind, files)):
        problems.append(Remark(str(path), "", f"no FHIR file in this folder; {_expected()} are read"))
    return [(file, file.relative_to(path).as_posix()) for file in files]


def _is_companion(file: Path, top: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(top).parts)
    return hidden or file.name in _COMPANIONS or file.name.upper().startswith("README")


def _kind(file: Path) -> str | None:
    name = file.name.lower()
    if name.endswith(LINES):
        return "lines"
    return "document" if name.endswith(DOCUMENTS) else None


def _expected() -> str:
    return ", ".join((*DOCUMENTS, *LINES))
