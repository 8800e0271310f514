"""Folders of tables that are either whole or not there.

A run writes into a folder of its own. When everything is on disk that folder gets its final name, and last of all the
manifest, which names it, is replaced in one step of the file system. Killed at any moment, a run leaves the folder
with the tables that it had before, or with none; what it left half-written is removed by the next run.

::

    OUT/manifest.json      what the folder holds, under which protocol, and the digest of every file
    OUT/tables-<digest>/   the tables
    OUT/.lock              held while a run writes
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Final

from dosepath.core.errors import InputError

try:
    import fcntl
except ImportError:  # where there is no such lock, two runs into one folder are the user's to avoid
    fcntl = None  # type: ignore[assignment]

MANIFEST: Final = "manifest.json"
SCHEMA: Final = "dosepath-population/1"
_TABLES: Final = "tables-"
_PART: Final = ".part-"
_LOCK: Final = ".lock"
_SHOWN_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Whole:
    """A folder whose manifest says that everything is there.

    Parameters
    ----------
    out
        The folder that the user named.
    tables
        The folder inside it that holds the tables.
    kind
        What it holds: `facts` or `screening`.
    about
        What else the run wrote down about itself.
    files
        Size and digest of each file, by its path below `tables`.
    """

    out: Path
    tables: Path
    kind: str
    about: Mapping[str, Any]
    files: Mapping[str, tuple[int, str]]

    def table(self, name: str) -> Path:
        """Give the file or folder of one table.

        Raises
        ------
        InputError
            When the run wrote no such table.
        """
        for path in (self.tables / f"{name}.parquet", self.tables / name):
            if path.exists():
                return path
        raise InputError(f"{self.out}: no table '{name}'; the folder holds {', '.join(sorted(self.files))}")

    def has(self, name: str) -> bool:
        """Tell whether the run wrote a table."""
        return (self.tables / f"{name}.parquet").exists() or (self.tables / name).exists()

    @property
    def digest(self) -> str:
        """The digest over all files: equal for equal content."""
        return _digest_of_all(self.files)


@dataclass(slots=True)
class Draft:
    """A folder that is being written.

    Parameters
    ----------
    tables
        Where to write; nobody reads it before the run is done.
    about
        What to write down about the run; nothing that changes from one run to the next on the same input.
    kept
        Size and digest of files that were taken over from a whole folder and need not be read again.
    """

    tables: Path
    about: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, tuple[int, str]] = field(default_factory=dict)


@contextmanager
def writing(out: Path, kind: str) -> Iterator[Draft]:
    """Write tables into a folder, all of them or none.

    Parameters
    ----------
    out
        The folder; made when it is not there. What it held before stays until the new tables are whole.
    kind
        What it will hold.

    Raises
    ------
    InputError
        When the folder holds something else, cannot be written, or another run is writing into it.
    """
    _refuse_foreign(out, kind)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with _locked(out):
            _sweep(out)
            part = out / f"{_PART}{os.getpid()}"
            part.mkdir()
            draft = Draft(part)
            try:
                yield draft
                _publish(out, kind, draft)
            finally:
                shutil.rmtree(part, ignore_errors=True)
                _sweep(out)
    except OSError as error:
        raise InputError(f"{error.filename or out}: {error.strerror}; give another folder or make room") from error


def open_whole(out: Path, kind: str = "") -> Whole:
    """Open a folder that was written to its end.

    Parameters
    ----------
    out
        The folder.
    kind
        What it must hold; empty for anything.

    Raises
    ------
    InputError
        When there is no manifest, the manifest cannot be read, or a file is not as the manifest says.
    """
    whole = read_manifest(out, kind)
    for name, (size, _) in whole.files.items():
        found = whole.tables / name
        if not found.is_file() or found.stat().st_size != size:
            raise InputError(f"{found}: not as the manifest says; it was changed or lost after the run, run again")
    return whole


def read_manifest(out: Path, kind: str = "") -> Whole:
    """Read what a folder is said to hold, without a look at its tables.

    Raises
    ------
    InputError
        When there is no manifest, it cannot be read, or it names another kind.
    """
    place = out / MANIFEST
    try:
        written = json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{out}: {_why_not_whole(out)}") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{place}: cannot be read ({error}); run again to write it anew") from None
    if not isinstance(written, dict) or written.get("schema") != SCHEMA:
        raise InputError(f"{place}: not a manifest that this version reads; it reads '{SCHEMA}'")
    if kind and written["kind"] != kind:
        raise InputError(f"{out}: holds {written['kind']}, and {kind} is asked for")
    files = {name: (int(size), str(digest)) for name, (size, digest) in written["files"].items()}
    return Whole(out, out / written["tables"], written["kind"], written["about"], files)


def differences(whole: Whole, told: Callable[[int, int], object] | None = None) -> dict[str, str]:
    """Read every file and say which are not as the manifest says.

    Parameters
    ----------
    whole
        What the manifest says.
    told
        Is told how many files were read, and of how many.

    Returns
    -------
    dict
        By the path of the file below `tables`, what is wrong; empty when every byte is as it was written.
    """
    found: dict[str, str] = {}
    for done, (name, (size, digest)) in enumerate(whole.files.items(), 1):
        path = whole.tables / name
        if not path.is_file():
            found[name] = "lost since it was written"
        elif path.stat().st_size != size:
            found[name] = f"changed since it was written: {path.stat().st_size:,} bytes instead of {size:,}"
        elif _digest(path) != digest:
            found[name] = "changed since it was written: the same size, other content"
        if told is not None:
            told(done, len(whole.files))
    there = (path.relative_to(whole.tables).as_posix() for path in whole.tables.rglob("*") if path.is_file())
    found.update((name, "not written by the run") for name in sorted(set(there) - set(whole.files)))
    return found


def check_digests(whole: Whole) -> None:
    """Read every file and compare its digest with the manifest.

    Raises
    ------
    InputError
        When a file was changed or lost since it was written, or put there by somebody else; all are named.
    """
    wrong = [f"{whole.tables / name}: {reason}" for name, reason in differences(whole).items()]
    if wrong:
        raise InputError("\n".join([*wrong, f"{whole.out}: run again to write it anew"]))


def is_whole(out: Path) -> bool:
    """Tell whether a folder has a manifest."""
    return (out / MANIFEST).is_file()


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name; where the file system cannot, copy it. Files of whole folders are never changed."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _why_not_whole(out: Path) -> str:
    if not out.is_dir():
        return "no such folder"
    if any(out.glob(f"{_PART}*")):
        return "the run that wrote here did not come to its end; nothing in it is used, run it again"
    return f"no {MANIFEST}, so this is no folder of tables that dosepath wrote"


def _refuse_foreign(out: Path, kind: str) -> None:
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: a file; give a folder")
    if is_whole(out):
        before = open_whole(out).kind
        if before != kind:
            raise InputError(f"{out}: holds {before}; give another folder for {kind}")
    elif out.is_dir() and any(not _own(item.name) for item in out.iterdir()):
        raise InputError(f"{out}: holds other files; give an empty or a new folder")


def _own(name: str) -> bool:
    return name.startswith((_PART, _TABLES)) or name in {_LOCK, MANIFEST, f"{MANIFEST}.new"}


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    with (out / _LOCK).open("w") as lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError(f"{out}: another run is writing here; wait for it or give another folder") from None
        yield


def _sweep(out: Path) -> None:
    """Remove what no manifest names: the rest of runs that did not come to their end, and tables that were replaced."""
    try:
        named = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["tables"]
    except (OSError, ValueError, KeyError):
        named = ""
    for item in out.iterdir():
        if item.is_dir() and item.name.startswith((_PART, _TABLES)) and item.name != named:
            shutil.rmtree(item, ignore_errors=True)
    (out / f"{MANIFEST}.new").unlink(missing_ok=True)


def _publish(out: Path, kind: str, draft: Draft) -> None:
    part = draft.tables
    files: dict[str, tuple[int, str]] = {}
    for path in sorted(path for path in part.rglob("*") if path.is_file()):
        name = path.relative_to(part).as_posix()
        files[name] = draft.kept.get(name) or (path.stat().st_size, _digest(path))
        _to_disk(path)
    # The name also says what the run was about, so that equal tables under another protocol do not meet.
    said = json.dumps(draft.about, sort_keys=True, ensure_ascii=False)
    name = f"{_TABLES}{sha256((_digest_of_all(files) + said).encode()).hexdigest()[:_SHOWN_DIGITS]}"
    final = out / name
    manifest = {
        "schema": SCHEMA,
        "kind": kind,
        "about": draft.about,
        "tables": name,
        "files": {key: list(value) for key, value in files.items()},
    }
    if final.exists():
        if is_whole(out) and open_whole(out).tables == final:
            return  # the same input again: the same bytes are there already
        shutil.rmtree(final)
    part.rename(final)
    _to_disk(final)
    new = out / f"{MANIFEST}.new"
    new.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    _to_disk(new)
    new.replace(out / MANIFEST)
    _to_disk(out)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{file_digest(file, 'sha256').hexdigest()}"


def _digest_of_all(files: Mapping[str, tuple[int, str]]) -> str:
    listed = "\n".join(f"{name} {digest}" for name, (_, digest) in sorted(files.items()))
    return f"sha256:{sha256(listed.encode()).hexdigest()}"


def _to_disk(path: Path) -> None:
    """Wait until a file or the names in a folder are on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # a file system that has nothing to wait for
        pass
    finally:
        os.close(handle)
