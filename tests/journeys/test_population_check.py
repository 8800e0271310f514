"""`dosepath population check`: every byte of a folder is as it was written, or each file that is not is named."""

import json
from pathlib import Path
from shutil import copytree

import pytest
from typer.testing import CliRunner, Result

from dosepath.cli.main import app
from dosepath.population.folders import open_whole


def run(*arguments: str | Path) -> Result:
    done = CliRunner().invoke(app, ["population", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "hospital"
    assert run("make", out, "--patients", "30", "--seed", "3").exit_code == 0
    return out


@pytest.fixture
def hospital(made: Path, tmp_path: Path) -> Path:
    return Path(copytree(made, tmp_path / "hospital"))


def test_a_folder_as_it_was_written_passes(hospital: Path) -> None:
    whole = open_whole(hospital)
    done = run("check", hospital)
    assert done.exit_code == 0
    size = sum(path.stat().st_size for path in whole.tables.rglob("*") if path.is_file())
    said = f"{hospital}: {len(whole.files)} files, {size:,} bytes, {whole.digest}: all as written\n"
    assert done.output == said


def test_every_file_that_differs_is_named(hospital: Path) -> None:
    whole = open_whole(hospital)
    first, second, third = sorted(whole.files)[:3]
    bytes_ = bytearray((whole.tables / first).read_bytes())
    bytes_[len(bytes_) // 2] ^= 1
    (whole.tables / first).write_bytes(bytes_)
    (whole.tables / second).write_bytes(b"short")
    (whole.tables / third).unlink()
    (whole.tables / "mine.parquet").write_bytes(b"")
    done = run("check", hospital)
    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert lines[0] == f"{whole.tables / first}: changed since it was written: the same size, other content"
    assert lines[1].startswith(f"{whole.tables / second}: changed since it was written: 5 bytes instead of ")
    assert lines[2] == f"{whole.tables / third}: lost since it was written"
    assert lines[3] == f"{whole.tables / 'mine.parquet'}: not written by the run"
    assert lines[4].endswith(": 4 differences; run again to write it anew")


def test_the_same_as_json(hospital: Path) -> None:
    whole = open_whole(hospital)
    name = min(whole.files)
    assert json.loads(run("check", hospital, "--json").output)["differences"] == []
    (whole.tables / name).write_bytes(b"")
    done = run("check", hospital, "--json")
    assert done.exit_code == 1
    said = json.loads(done.output)
    assert (said["holds"], said["files"], said["digest"]) == (whole.kind, len(whole.files), whole.digest)
    assert [item["file"] for item in said["differences"]] == [name]


def test_a_folder_of_others_is_wrong_use(tmp_path: Path) -> None:
    done = run("check", tmp_path)
    assert done.exit_code == 2
    assert "no manifest.json, so this is no folder of tables that dosepath wrote" in done.output
    assert "no such folder" in run("check", tmp_path / "nowhere").output
