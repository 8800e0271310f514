"""Files of plots and reports: which suffixes there are, and writing."""

from pathlib import Path

from dosepath.core.errors import InputError

SUFFIXES = (".svg", ".png", ".json", ".html")
"""Formats of plots."""


def suffix_of(path: Path) -> str:
    """Give the suffix of a file for a plot.

    Raises
    ------
    InputError
        When it is none of the four.

    Examples
    --------
    >>> suffix_of(Path("plot.SVG"))
    '.svg'
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{path}: a plot ends in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    return suffix


def report_file(path: Path) -> Path:
    """Take a file for a report.

    Raises
    ------
    InputError
        When it does not end in .html.
    """
    if path.suffix.lower() != ".html":
        raise InputError(f"{path}: a report ends in .html")
    return path


def write(path: Path, content: bytes) -> None:
    """Write a file.

    Raises
    ------
    InputError
        When that is not possible.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
