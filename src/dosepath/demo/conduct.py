"""A synthetic escalation: what `dosepath next-dose` and the dose ladder show where no other file is named."""

from importlib.resources import files
from pathlib import Path
from typing import Final

FILE: Final = "conduct.yaml"
"""Name of the file, here and in the folder that it is written to."""


def conduct_text() -> str:
    """Give the synthetic escalation as YAML; it says of itself that nobody in it exists."""
    return files("dosepath.demo").joinpath(FILE).read_text(encoding="utf-8")


def write_conduct(folder: Path) -> Path:
    """Write it into a folder.

    Parameters
    ----------
    folder
        Made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_text(conduct_text(), encoding="utf-8", newline="\n")
    return path
