"""A folder of tables is whole or not there: at any moment of a run, and after a kill."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dosepath.core.errors import InputError
from dosepath.population.folders import Draft, check_digests, is_whole, open_whole, writing

WRITER = """
import sys, time
from pathlib import Path
from dosepath.population import folders
def slow(path, done=[0]):
    done[0] += 1
    print("at", done[0], flush=True)
    time.sleep(0.02)
    real(path)
real, folders._to_disk = folders._to_disk, slow
with folders.writing(Path(sys.argv[1]), "facts") as draft:
    for number in range(8):
        (draft.tables / f"t{number}.parquet").write_text(sys.argv[2] * 1000)
        print("wrote", number, flush=True)
        time.sleep(0.02)
print("done", flush=True)
"""


def write(out: Path, text: str, kind: str = "facts") -> None:
    with writing(out, kind) as draft:
        (draft.tables / "t.parquet").write_text(text)


def content(out: Path) -> set[str]:
    whole = open_whole(out, "facts")
    check_digests(whole)
    return {(whole.tables / name).read_text() for name in whole.files}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    with writing(tmp_path / "out", "facts") as draft:
        (draft.tables / "t.parquet").write_text("a")
        draft.about["seed"] = 1
    whole = open_whole(tmp_path / "out", "facts")
    assert (whole.table("t").read_text(), dict(whole.about)) == ("a", {"seed": 1})
    with pytest.raises(InputError, match="no table 'u'"):
        whole.table("u")


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two", "two"):
        write(tmp_path / name, "a")
    one, two = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("one", "two")
    )
    assert one == two


def test_a_run_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    write(tmp_path, "before")

    def fail() -> None:
        with writing(tmp_path, "facts") as draft:
            (draft.tables / "t.parquet").write_text("after")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert content(tmp_path) == {"before"}
    assert sorted(path.name.partition("-")[0] for path in tmp_path.iterdir()) == [".lock", "manifest.json", "tables"]


@pytest.mark.parametrize("line", ["wrote 0", "wrote 3", "wrote 7", "at 1", "at 7", "at 9", "at 10", "at 11"])
@pytest.mark.parametrize("before", [False, True])
def test_a_killed_run_is_never_read_as_whole(line: str, before: bool, tmp_path: Path) -> None:
    if before:
        write(tmp_path, "before")
    command = [sys.executable, "-c", WRITER, str(tmp_path), "after"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        while (said := run.stdout.readline().strip()) != line:
            assert said, f"the run never said '{line}'"
        os.kill(run.pid, signal.SIGKILL)
        assert run.wait() == -signal.SIGKILL
    if is_whole(tmp_path):
        assert content(tmp_path) in ({"before"}, {"after" * 1000})
    else:
        assert not before
        with pytest.raises(InputError, match=r"did not come to its end|no manifest"):
            open_whole(tmp_path)
    subprocess.run(command, check=True, capture_output=True)
    assert content(tmp_path) == {"after" * 1000}
    assert sorted(path.name.partition("-")[0] for path in tmp_path.iterdir()) == [".lock", "manifest.json", "tables"]


def test_a_file_that_was_changed_afterwards_is_noticed(tmp_path: Path) -> None:
    write(tmp_path, "abc")
    file = open_whole(tmp_path).table("t")
    file.write_text("abx")
    with pytest.raises(InputError, match="changed since it was written"):
        check_digests(open_whole(tmp_path))
    file.write_text("ab")
    with pytest.raises(InputError, match="not as the manifest says"):
        open_whole(tmp_path)


def test_two_runs_do_not_write_into_one_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path), "other"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        run.stdout.readline()
        run.send_signal(signal.SIGSTOP)
        time.sleep(0.05)
        with pytest.raises(InputError, match="another run is writing"):
            write(tmp_path, "mine")
        run.send_signal(signal.SIGCONT)
        run.stdout.read()
    assert content(tmp_path) == {"other" * 1000}


def test_folders_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(InputError, match="holds other files"):
        write(tmp_path, "a")
    write(tmp_path / "facts", "a")
    with pytest.raises(InputError, match="holds facts"):
        write(tmp_path / "facts", "a", kind="screening")
    with pytest.raises(InputError, match="holds facts"):
        open_whole(tmp_path / "facts", "screening")
    with pytest.raises(InputError, match="a file; give a folder"):
        write(tmp_path / "thesis.txt", "a")


def test_an_error_of_the_disk_names_the_place(tmp_path: Path) -> None:
    def fail(draft: Draft) -> None:
        raise OSError(28, "No space left on device", str(draft.tables / "t.parquet"))

    with pytest.raises(InputError, match=r"t\.parquet: No space left on device"), writing(tmp_path, "facts") as draft:
        fail(draft)
