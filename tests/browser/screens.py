"""`make screens` takes the pictures of docs/screens: each test file of a screen names its own in `SHOTS`."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from playwright.sync_api import Page

from tests.conftest import ROOT

HERE = Path(__file__).parent
OUT = ROOT / "docs" / "screens"
LARGEST_BYTES = 200_000


@dataclass(frozen=True)
class Shot:
    """One picture.

    Parameters
    ----------
    name
        Of the file, without a suffix.
    place
        Address on the server.
    before
        What to do on the page first.
    width, height
        Of the window, in pixels.
    whole
        The whole page instead of what the window shows.
    """

    name: str
    place: str
    before: Callable[[Page], object] | None = None
    width: int = 1280
    height: int = 900
    theme: str = "light"
    language: str = "en"
    whole: bool = False


def shots() -> Iterator[Shot]:
    """Give the pictures that the test files name."""
    for file in sorted(HERE.glob("test_*.py")):
        yield from getattr(import_module(f"tests.browser.{file.stem}"), "SHOTS", ())


if __name__ == "__main__":
    command = [sys.executable, "-m", "pytest", "-q", "-m", "screens", str(HERE / "take_screens.py"), *sys.argv[1:]]
    sys.exit(subprocess.run(command, check=False).returncode)
