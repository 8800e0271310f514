"""The command that serves, as it is met: a process, an address, an end."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from typer.testing import CliRunner

from dosepath.cli.main import app
from dosepath.web.server import Place

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


def test_ctrl_c_ends_cleanly_and_what_was_refused_is_not_in_the_terminal(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "--port", "0", "--no-open", "--data", tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"dosepath is at (http://127\.0\.0\.1:\d+/)", server.stdout.readline())
            assert found
            with pytest.raises(HTTPError, match="400"):
                urlopen(Request(found[1], headers={"Host": "evil.example"}), timeout=PATIENCE)  # noqa: S310 - our own address
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


def test_told_twice_it_answers_under_every_name_of_this_machine(tmp_path: Path) -> None:
    options = ["--port", "0", "--no-open", "--host", "0.0.0.0", "--without-login"]  # noqa: S104 - told twice
    with subprocess.Popen([*COMMAND, *options, "--data", tmp_path], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://0\.0\.0\.0:(\d+)/", server.stdout.readline())
            assert found
            asked = Request(f"http://127.0.0.1:{found[1]}/", headers={"Host": "trial-office.example"})
            with urlopen(asked, timeout=PATIENCE) as page:  # noqa: S310
                assert page.status == 200
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(PATIENCE)


@pytest.mark.parametrize(
    ("host", "names"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("192.0.2.1", "192.0.2.1"), ("::", "*")]
)
def test_a_server_at_one_address_answers_under_it_alone(host: str, names: str) -> None:
    assert Place(host, 8300).answers_to == names


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = CliRunner().invoke(app, ["serve", "--no-open", "--port", "0", "--data", str(tmp_path / "file" / "data")])
    assert done.exit_code == 2
    assert "choose another folder" in done.stderr
