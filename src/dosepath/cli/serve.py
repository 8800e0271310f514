"""The command `serve`: the web application on this machine."""

import webbrowser
from pathlib import Path

import typer

from dosepath.web.server import Place, place, serve, stop

NO_PAGE = 1
"""Exit code when the server did not give its first page."""


def run(host: str, port: int, data: Path, *, told_twice: bool, open_browser: bool, smoke: bool) -> int:
    """Serve until Ctrl-C; the exit code says whether the first page came."""
    at = place(host, 0 if smoke else port, told_twice=told_twice)

    def ready(there: Place) -> None:
        if smoke:
            typer.echo(f"the first page came from {there.url}")
            stop()
            return
        typer.echo(f"dosepath is at {there.url}   (single user, nothing is recorded; Ctrl-C ends it)")
        if open_browser:
            webbrowser.open(there.url)

    came = serve(at, data, ready)
    if not came:
        typer.echo("dosepath: the first page did not come; what happened stands above", err=True)
        return NO_PAGE
    if not smoke:
        typer.echo("dosepath has ended")
    return 0
