"""What all commands share: errors without a traceback, words for verdicts, reading of options."""

import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.text import Text

from dosepath.core.errors import DosepathError, InputError, ProtocolError
from dosepath.core.verdict import Verdict

P = ParamSpec("P")
R = TypeVar("R")

CHECK_FAILED = 1
"""Exit code when a protocol file has problems, all of which were printed."""

WRONG_USE = 2
"""Exit code when the command could not be carried out."""

ICONS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.MET: ("✔", "met"),
    Verdict.NOT_MET: ("✘", "not met"),
    Verdict.UNKNOWN: ("?", "unknown"),
}


def examples(*lines: str) -> str:
    """Word the examples at the end of a help text."""
    return "\n\n".join(["Examples:", *lines])  # an empty line keeps each on a line of its own


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Show what the user can mend in plain words; anything else keeps its traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except ProtocolError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(CHECK_FAILED) from None
        except DosepathError as error:
            typer.echo(f"dosepath: {error}", err=True)
            raise typer.Exit(WRONG_USE) from None
        except BrokenPipeError:
            sys.stderr.close()
            raise typer.Exit(0) from None

    return run


def console(*, stderr: bool = False) -> Console:
    """Make a console; wide enough for tables where the output is no terminal."""
    made = Console(stderr=stderr, highlight=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, width=160)


def rates(text: str, option: str) -> tuple[float, ...]:
    """Read rates of DLT, apart by commas.

    Raises
    ------
    InputError
        When one is no rate from 0 to 1.

    Examples
    --------
    >>> rates("0.1,0.25, 0.4", "--truth")
    (0.1, 0.25, 0.4)
    """
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"{option} '{text}': write rates as 0.1,0.25,0.4") from None
    if not all(0 <= rate <= 1 for rate in found):
        raise InputError(f"{option} '{text}': rates lie between 0 and 1")
    return found


def verdict_text(verdict: Verdict, *, against: bool) -> Text:
    """Give icon and word of a verdict; red where it keeps the patient out."""
    icon, word = ICONS[verdict]
    style = "yellow" if verdict is Verdict.UNKNOWN else "red" if against else "green"
    return Text(f"{icon} {word}", style=style)
