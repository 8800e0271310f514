"""Files that are sent in: kept under generated names, unpacked with care, found again by their content.

An upload is a folder `uploads/<kind>/<id>` with `files/00001.json` and so on, and `upload.json`, which says what the
sender called them. The id is a digest of the content, so that the same files have the same address.
"""

import gzip
import json
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import IO, Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from dosepath.web.limits import EXPANDED_BYTES, FILE_BYTES, MEMBERS, megabytes
from dosepath.web.refusals import AbsentError, RefusedError, TooLargeError
from dosepath.web.workspace import workspace

BLOCK: Final = 2**20
_ID = re.compile(r"[0-9a-f]{16}")
_RECORD = "upload.json"


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent in.

    Parameters
    ----------
    id
        Digest of the content.
    folder
        Holds the files and nothing else.
    names
        What the sender called each file, by the name it has now.
    left_out
        Names of what was sent and not kept, for it is of no kind that is read.
    """

    id: str
    folder: Path
    names: Mapping[str, str]
    left_out: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files in the order of their names."""
        return tuple(self.folder / name for name in sorted(self.names))

    def shown(self, text: str) -> str:
        """Put the names of the sender into a text that names stored files."""
        for stored, name in self.names.items():
            text = text.replace(str(self.folder / stored), name).replace(stored, name)
        return text


def store(files: "Sequence[UploadedFile[bytes]]", kind: str, suffixes: Sequence[str]) -> Upload:
    """Keep what was sent.

    Parameters
    ----------
    files
        As the form has them; archives (.zip) are unpacked.
    kind
        Name of the folder under `uploads`.
    suffixes
        What is kept, such as `.json` and `.ndjson.gz`.

    Raises
    ------
    RefusedError
        When nothing is left to keep, or an archive cannot be read.
    TooLargeError
        When a file, or what it unpacks to, is beyond the limits.
    """
    base = workspace().uploads / kind
    base.mkdir(parents=True, exist_ok=True)
    made = Path(mkdtemp(dir=base, prefix="incoming-"))
    try:
        intake = _Intake(made / "files", tuple(suffixes))
        intake.folder.mkdir()
        for file in files:
            intake.take(file)
        return _settle(made, base, intake)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def find(kind: str, name: str) -> Upload:
    """Give an upload by its id.

    Raises
    ------
    AbsentError
        When there is none.
    """
    folder = workspace().uploads / kind / name
    if not _ID.fullmatch(name) or not (folder / _RECORD).is_file():
        raise AbsentError(
            _("There is no upload '%(name)s' in the data folder.") % {"name": name},
            _("Send the files again; the same files get the same address."),
        )
    record: Mapping[str, Any] = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    return Upload(name, folder / "files", record["names"], tuple(record["left_out"]))


def forget(kind: str, name: str) -> None:
    """Delete an upload.

    Raises
    ------
    AbsentError
        When there is none.
    """
    shutil.rmtree(find(kind, name).folder.parent, ignore_errors=True)


def _settle(made: Path, base: Path, intake: "_Intake") -> Upload:
    if not intake.names:
        reason = _("No file was sent.")
        if intake.left_out:
            reason = _("Nothing of this can be read: %(names)s.") % {"names": ", ".join(intake.left_out[:5])}
        raise RefusedError(reason, _("Send files that end in %(suffixes)s.") % {"suffixes": ", ".join(intake.accepted)})
    digest = sha256()
    for stored, name in sorted(intake.names.items()):
        digest.update(f"{stored}\0{name}\0{intake.digests[stored]}\0".encode())
    name = digest.hexdigest()[:16]
    record = {"names": intake.names, "left_out": intake.left_out}
    (made / _RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    try:
        made.rename(base / name)
    except OSError:
        if not (base / name / _RECORD).is_file():
            raise
    return find(base.name, name)


class _Intake:
    """Files on their way into a folder."""

    def __init__(self, folder: Path, suffixes: tuple[str, ...]) -> None:
        self.folder = folder
        self.suffixes = tuple(sorted(suffixes, key=len, reverse=True))
        self.names: dict[str, str] = {}
        self.digests: dict[str, str] = {}
        self.left_out: list[str] = []
        self.left_bytes = EXPANDED_BYTES

    @property
    def accepted(self) -> tuple[str, ...]:
        """Endings that are taken, archives included."""
        return (*sorted(self.suffixes), ".zip")

    def take(self, file: "UploadedFile[bytes]") -> None:
        """Take one file of a form."""
        name = file.name or "file"
        if (file.size or 0) > FILE_BYTES:
            raise TooLargeError(
                _("%(name)s has %(size)s MB; at most %(limit)s MB can be taken.")
                % {"name": name, "size": megabytes(file.size or 0), "limit": megabytes(FILE_BYTES)},
                _("Send fewer patients at a time, or compress the files (.json.gz, .ndjson.gz, .zip)."),
            )
        if name.lower().endswith(".zip"):
            self._unpack(name, file)
        else:
            self._keep(name, file)

    def _keep(self, name: str, stream: "IO[bytes] | UploadedFile[bytes]") -> None:
        suffix = next((each for each in self.suffixes if name.lower().endswith(each)), "")
        if not suffix:
            self.left_out.append(name)
            return
        stored = f"{len(self.names) + 1:05d}{suffix}"
        digest = sha256()
        with (self.folder / stored).open("wb") as out:
            for block in _blocks(stream):
                self._spend(len(block), name)
                digest.update(block)
                out.write(block)
        if suffix.endswith(".gz"):
            self._weigh(name, self.folder / stored)
        self.names[stored] = name
        self.digests[stored] = digest.hexdigest()

    def _spend(self, count: int, name: str) -> None:
        self.left_bytes -= count
        if self.left_bytes < 0:
            raise TooLargeError(
                _("%(name)s: unpacked, this holds more than %(limit)s MB.")
                % {"name": name, "limit": megabytes(EXPANDED_BYTES)},
                _("Send fewer patients at a time."),
            )

    def _weigh(self, name: str, path: Path) -> None:
        """Unpack a file to nowhere, to see how much it holds; what is no gzip file is for its reader to report."""
        try:
            with gzip.open(path) as stream:
                for block in _blocks(stream):
                    self._spend(len(block), name)
        except (OSError, EOFError, zlib.error):
            return

    def _unpack(self, name: str, file: "UploadedFile[bytes]") -> None:
        try:
            with zipfile.ZipFile(file) as archive:
                members = [each for each in archive.infolist() if not each.is_dir() and not _is_link(each)]
                self._check(name, members)
                for member in members:
                    with archive.open(member) as stream:
                        self._keep(f"{name}/{member.filename}", stream)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error) as error:
            raise RefusedError(
                _("%(name)s: not an archive that can be read (%(why)s).") % {"name": name, "why": error},
                _("Pack the files again as a plain .zip without a password."),
            ) from error

    def _check(self, name: str, members: Sequence[zipfile.ZipInfo]) -> None:
        if len(members) > MEMBERS:
            raise TooLargeError(
                _("%(name)s: more than %(limit)s files.") % {"name": name, "limit": MEMBERS},
                _("Send fewer patients at a time."),
            )
        said = sum(member.file_size for member in members)
        if said > self.left_bytes:
            self._spend(said, name)


def _is_link(member: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(member.external_attr >> 16)


def _blocks(stream: "IO[bytes] | UploadedFile[bytes] | gzip.GzipFile") -> Iterator[bytes]:
    while block := stream.read(BLOCK):
        yield block
