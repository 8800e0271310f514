"""Tables -> CSV that a spreadsheet opens without taking a text for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

Cell = str | int | float | bool | None

# No id that FHIR allows looks like this.
_FORMULA: Final = re.compile(r"[=+@\t\r]|-.*[^A-Za-z0-9.-]")


def guarded(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula.

    Examples
    --------
    >>> guarded("=1+1"), guarded("demo-sle-01"), guarded("-5")
    ("'=1+1", 'demo-sle-01', '-5')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Write a table; missing cells are empty, truth is yes or no."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return written.getvalue()


def _cell(cell: Cell) -> str | int | float:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case str():
            return guarded(cell)
    return cell
