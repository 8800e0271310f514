"""The trials that come with dosepath."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from dosepath.core.errors import InputError
from dosepath.protocol.protocol import Protocol
from dosepath.protocol.read import read
from dosepath.rules.parse import suggest
from dosepath.trial.catalog import catalog

FILE = "protocol.yaml"


def shipped() -> tuple[str, ...]:
    """Give the registry numbers of the shipped trials."""
    folder = files("dosepath.trial")
    return tuple(sorted(item.name.upper() for item in folder.iterdir() if (item / FILE).is_file()))


@lru_cache(maxsize=8)
def open_trial(name: str) -> Protocol:
    """Open a shipped trial by its registry number, or any protocol file by its path.

    Raises
    ------
    InputError
        When there is no such trial and no such file.
    ProtocolError
        When the file cannot be used; holds every problem.
    """
    if name.upper() in shipped():
        source = files("dosepath.trial") / name.lower() / FILE
        return read(source.read_text(encoding="utf-8"), catalog(), f"{name.lower()}/{FILE}")
    path = Path(name)
    if not path.is_file():
        raise InputError(f"no trial '{name}'; {suggest(name.upper(), shipped())}, or give the path of a protocol file")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    return read(text, catalog(), path.name)
