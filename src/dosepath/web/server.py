"""The server: one process that answers with several threads, on this machine alone unless told twice."""

import multiprocessing
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from dosepath.core.errors import InputError

LOOPBACK: Final = "127.0.0.1"
THREADS: Final = 8
PATIENCE_SECONDS: Final = 60.0
"""How long the first page may take."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server listens.

    Parameters
    ----------
    host
        Address of this machine.
    port
        From 1 to 65535.
    """

    host: str
    port: int

    @property
    def name(self) -> str:
        """The host as it stands in an address."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def url(self) -> str:
        """Address for a browser."""
        return f"http://{self.name}:{self.port}/"

    @property
    def answers_to(self) -> str:
        """Names of the host that are answered to: any where it listens at all addresses of this machine."""
        return "*" if ip_address(self.host).is_unspecified else self.name


def place(host: str, port: int, *, told_twice: bool) -> Place:
    """Check an address before the server starts; port 0 takes any that is free.

    Raises
    ------
    InputError
        When the address reaches beyond this machine and that was not told twice, is none, or is in use.
    """
    try:
        address = ip_address(host)
    except ValueError:
        raise InputError(f"--host {host}: not an address; write it in numbers, such as {LOOPBACK}") from None
    if not address.is_loopback and not told_twice:
        raise InputError(
            f"--host {host}: there is no login, so others on the network could read and use everything; "
            f"leave --host out, or add --without-login if that is what you want"
        )
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise InputError(f"--port {port}: {_why(error)}; choose another, such as --port {port + 1}") from None
        return Place(host, int(probe.getsockname()[1]))


def _why(error: Exception) -> str:
    return f"cannot be used at this address ({error.strerror})" if isinstance(error, OSError) else "is no port"


def serve(at: Place, data: Path, ready: Callable[[Place], None]) -> bool:
    """Serve until Ctrl-C or a signal to end.

    Parameters
    ----------
    at
        A checked place.
    data
        Folder for what is uploaded; made where it is missing.
    ready
        Called once the first page was fetched.

    Returns
    -------
    bool
        Whether the first page came.

    Raises
    ------
    InputError
        When the folder cannot be written.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--data {data}: {error.strerror}; choose another folder") from None
    os.environ["DOSEPATH_DATA"] = str(data.absolute())
    os.environ["DOSEPATH_HOSTS"] = at.answers_to
    multiprocessing.set_start_method("spawn", force=True)  # a fork would copy the thread that waits for the page
    server = Granian(
        "dosepath.web.wsgi:application",
        address=at.host,
        port=at.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        workers_kill_timeout=5,
        log_level=LogLevels.error,
        websockets=False,
    )
    came = threading.Event()

    def wait() -> None:
        if fetched(at):
            came.set()
            ready(at)
        else:
            stop()

    server.on_startup(threading.Thread(target=wait, daemon=True).start)
    server.serve()
    return came.is_set()


def stop() -> None:
    """End the server of this process, as Ctrl-C would."""
    os.kill(os.getpid(), signal.SIGINT)


def fetched(at: Place) -> bool:
    """Fetch the first page, waiting until the server answers; says whether it came."""
    address = ip_address(at.host)
    home = LOOPBACK if address.version == 4 else "::1"
    reach = Place(home, at.port) if address.is_unspecified else at
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(reach.url, timeout=PATIENCE_SECONDS) as page:  # noqa: S310 - our own address
                return page.status == 200 and b"dosepath" in page.read()
        except urllib.error.HTTPError:
            return False
        except OSError:
            time.sleep(0.05)
    return False
