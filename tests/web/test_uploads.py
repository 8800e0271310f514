"""What is sent in: limits, archives, names, addresses."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dosepath.web import limits, uploads
from dosepath.web.refusals import AbsentError, RefusedError, TooLargeError

SUFFIXES = (".json", ".json.gz", ".ndjson")


def sent(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def test_files_are_kept_under_our_names_and_found_by_their_content(empty_data: Path) -> None:
    files = [("../../evil<b>.json", b"{}"), ("b.ndjson", b"{}\n")]
    first = uploads.store([sent(*file) for file in files], "cohort", SUFFIXES)
    again = uploads.store([sent(*file) for file in files], "cohort", SUFFIXES)
    assert first == again == uploads.find("cohort", first.id)
    assert [path.name for path in first.paths] == ["00001.json", "00002.ndjson"]
    assert all(path.is_relative_to(empty_data) for path in first.paths)
    assert first.names["00001.json"] == "evil<b>.json"
    assert first.shown(f"{first.paths[1]}:1: not JSON; 00001.json") == "b.ndjson:1: not JSON; evil<b>.json"
    assert [folder.name for folder in (empty_data / "uploads" / "cohort").iterdir()] == [first.id]


def test_an_archive_is_unpacked_and_what_is_not_read_is_left_out(empty_data: Path) -> None:
    members = {"../../../x.json": b"1", "notes.txt": b"?", "/etc/y.json.gz": gzip.compress(b"{}")}
    found = uploads.store([sent("all.zip", archive(members))], "cohort", SUFFIXES)
    assert set(found.names.values()) == {"all.zip/../../../x.json", "all.zip//etc/y.json.gz"}
    assert found.left_out == ("all.zip/notes.txt",)
    kept = {path.relative_to(empty_data).parts[-1] for path in empty_data.rglob("*") if path.is_file()}
    assert kept == {"00001.json", "00002.json.gz", "upload.json"}


def zip_bomb() -> bytes:
    return archive({"a.json": b"0" * 3000})


def lying_zip() -> bytes:
    """Declare less than there is, in both headers."""
    made = bytearray(archive({"a.json": b"0" * 3000}))
    return bytes(made).replace((3000).to_bytes(4, "little"), (10).to_bytes(4, "little"))


def gzip_bomb() -> bytes:
    return gzip.compress(b"0" * 3000)


@pytest.mark.parametrize(
    ("name", "content"), [("a.zip", zip_bomb), ("a.json.gz", gzip_bomb), ("a.json", lambda: b"0" * 3000)]
)
def test_what_unpacks_to_too_much_is_refused_and_nothing_stays(
    name: str, content: Callable[[], bytes], empty_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "EXPANDED_BYTES", 2000)
    with pytest.raises(TooLargeError, match="holds more than"):
        uploads.store([sent(name, content())], "cohort", SUFFIXES)
    assert list((empty_data / "uploads" / "cohort").iterdir()) == []


def test_an_archive_that_lies_about_its_size_is_refused(empty_data: Path) -> None:
    with pytest.raises(RefusedError, match="not an archive that can be read"):
        uploads.store([sent("a.zip", lying_zip())], "cohort", SUFFIXES)
    assert list((empty_data / "uploads" / "cohort").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.exe", b"MZ", "Nothing of this can be read: a.exe"),
        ("a.zip", b"PK not really", "not an archive that can be read"),
        ("a.zip", archive({"readme.txt": b"x"}), "Nothing of this can be read"),
    ],
)
def test_what_cannot_be_read_is_refused(name: str, content: bytes, reason: str, empty_data: Path) -> None:  # noqa: ARG001
    with pytest.raises(RefusedError, match=reason):
        uploads.store([sent(name, content)], "cohort", SUFFIXES)


def test_no_file_at_all_is_refused(empty_data: Path) -> None:  # noqa: ARG001
    with pytest.raises(RefusedError, match="No file was sent") as caught:
        uploads.store([], "cohort", SUFFIXES)
    assert ".zip" in caught.value.way_out


@pytest.mark.parametrize("name", ["0" * 16, "../../etc", "", "x", "0" * 15 + "/"])
def test_an_upload_that_is_not_there_is_absent(name: str, empty_data: Path) -> None:  # noqa: ARG001
    with pytest.raises(AbsentError):
        uploads.find("cohort", name)


def test_the_record_says_what_the_sender_called_it(empty_data: Path) -> None:  # noqa: ARG001
    found = uploads.store([sent("病例.json", b"{}")], "cohort", SUFFIXES)
    assert json.loads((found.folder.parent / "upload.json").read_text(encoding="utf-8"))["names"] == {
        "00001.json": "病例.json"
    }


def test_a_request_beyond_the_limit_is_refused_with_a_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dosepath.web.middleware.REQUEST_BYTES", 1000)
    found = client.post("/preferences/", {"file": sent("a.json", b"0" * 2000)})
    assert found.status_code == 413
    assert b"at most 0 MB can be taken" in found.content
    assert limits.REQUEST_BYTES > limits.FILE_BYTES
