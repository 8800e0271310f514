"""The command that serves, as it is met: a process, an address, an end."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dosepath.cli.main import app

COMMAND = [str(Path(sys.executable).with_name("dosepath")), "serve"]
PATIENCE = 90


def test_smoke_starts_fetches_the_first_page_and_ends(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--smoke", "--data", tmp_path / "data"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"the first page came from http://127\.0\.0\.1:\d+/\n", done.stdout)


def test_ctrl_c_ends_cleanly(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "--port", "0", "--no-open", "--data", tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline().startswith("dosepath is at http://127.0.0.1:")
            os.kill(server.pid, signal.SIGINT)
            out, err = server.communicate(timeout=PATIENCE)
        finally:
            server.kill()
    assert (server.returncode, out, err) == (0, "dosepath has ended\n", "")


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = CliRunner().invoke(app, ["serve", "--no-open", "--port", str(port), "--data", str(tmp_path)])
    assert done.exit_code == 2
    assert f"--port {port}: cannot be used at this address" in done.stderr
    assert f"--port {port + 1}" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "0.0.0.0"], "there is no login"),  # noqa: S104 - refused
        (["--host", "192.0.2.1"], "add --without-login"),
        (["--host", "here"], "not an address"),
        (["--host", "192.0.2.1", "--without-login"], "cannot be used at this address"),
    ],
)
def test_an_address_that_others_reach_is_refused_unless_told_twice(options: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["serve", "--no-open", "--port", "0", *options])
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = CliRunner().invoke(app, ["serve", "--no-open", "--port", "0", "--data", str(tmp_path / "file" / "data")])
    assert done.exit_code == 2
    assert "choose another folder" in done.stderr
