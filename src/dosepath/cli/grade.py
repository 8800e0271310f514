"""The command `grade labs`: a file of laboratory results to a file of CTCAE grades.

A row is one result: the adverse event it is graded for, its value with unit and limits of normal, what is known of the
baseline, and judgements in columns of their own. What a row says is spelled out here; the grading is
`dosepath.safety.ctcae_lab`.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as Grid

from dosepath.cli.shell import CHECK_FAILED, console
from dosepath.core.errors import InputError, QuantityError
from dosepath.core.quantity import Quantity
from dosepath.rules.wording import counted
from dosepath.safety.ctcae_lab import (
    BASELINE_FLAGS,
    IN_THE_UNIT_OF_THE_VALUE,
    Direction,
    Edition,
    Facts,
    Graded,
    Missing,
    Reading,
    System,
    Term,
    Unit,
    facts_with_baseline,
    grade,
    in_words,
    words,
)
from dosepath.safety.ctcae_lab_form import NUMBERS
from dosepath.safety.ctcae_lab_v4 import V4
from dosepath.safety.ctcae_lab_v5 import V5
from dosepath.safety.ctcae_lab_v6 import V6

EDITIONS: Final[Mapping[str, Edition]] = {"4": V4, "5": V5, "6": V6}
"""Versions of CTCAE, as the option and the column `ctcae_version` name them."""

NEEDED: Final = ("term", "value")
"""Columns that a file must have."""

COLUMNS: Final[Mapping[str, str]] = {
    "base": "baseline",
    "pchg": "pct_change_from_baseline",
    **{name: name for name in NUMBERS if name not in ("base", "pchg")},
}
"""Column of each number."""

KNOWN: Final = frozenset(
    {
        *COLUMNS.values(),
        *(flag for edition in EDITIONS.values() for term in edition.terms.values() for flag in term.flags),
        *("term", "unit", "unit_system", "direction", "ctcae_version", "case_id", "expected_grade"),
        *("baseline_indicator", "high_indicator", "low_indicator"),
    }
)
"""Columns that mean something here; any other is left alone."""

_YES: Final = frozenset({"yes", "true", "y", "1"})
_NO: Final = frozenset({"no", "false", "n", "0"})
_LONG: Final = 5000
"""Rows from which a progress bar is worth its line."""


class RowError(Exception):
    """Why a row is not understood."""


@dataclass(frozen=True, slots=True)
class RowGrade:
    """One row and its grade.

    Parameters
    ----------
    line
        In the file, counted from 1.
    name, term, value, unit
        As the row has them.
    version
        Of CTCAE: a grade means nothing without it.
    low, high
        The mildest and the severest grade that is possible; None where there is none.
    condition
        What decided.
    why
        Why the grade is unknown; empty where it is known.
    """

    line: int
    name: str
    term: str
    value: str
    unit: str
    version: str
    low: int | None
    high: int | None
    condition: str = ""
    why: str = ""

    @property
    def grade(self) -> int | None:
        """The grade, None where it is unknown."""
        return self.low if self.low == self.high else None


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A row that was left out, and why."""

    line: int
    reason: str


def run(path: Path, version: str, reading: str, limit: int, *, as_json: bool) -> int:
    """Grade a file and print.

    Returns
    -------
    int
        0 when every row was understood; 1 when some row was not.

    Raises
    ------
    InputError
        When the file cannot be read or an option is wrong.
    """
    if version and version not in EDITIONS:
        raise InputError(f"--ctcae {version}: no such version; there are {', '.join(EDITIONS)}")
    if reading not in {each.value for each in Reading}:
        raise InputError(f"--reading {reading}: no such reading; there are {', '.join(each.value for each in Reading)}")
    columns, rows = read_rows(path)
    graded: list[RowGrade] = []
    left_out: list[NotUnderstood] = []
    for line, row in _tracked(rows):
        try:
            graded.append(grade_row(row, line, version, Reading(reading)))
        except RowError as error:
            left_out.append(NotUnderstood(line, str(error)))
    if as_json:
        typer.echo(json.dumps(_document(path, reading, graded, left_out), indent=1, ensure_ascii=False))
    else:
        _print(console(), graded, left_out, columns, limit)
    return CHECK_FAILED if left_out else 0


def read_rows(path: Path) -> tuple[tuple[str, ...], list[tuple[int, dict[str, str]]]]:
    """Read the rows of a file with their lines; separated by commas, semicolons or tabs.

    Raises
    ------
    InputError
        When it cannot be read, or lacks a column that is needed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    heading = text.partition("\n")[0]
    separator = max(",;\t", key=heading.count)
    reader = csv.DictReader(StringIO(text), delimiter=separator)
    columns = tuple(name.strip() for name in reader.fieldnames or ())
    absent = [name for name in NEEDED if name not in columns]
    if absent:
        raise InputError(
            f"{path}: no column {' and no column '.join(absent)}; a file of results has {', '.join(NEEDED)}"
        )
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        for raw in reader:
            row = {str(name).strip(): str(cell or "").strip() for name, cell in raw.items() if name is not None}
            if any(row.values()):
                rows.append((reader.line_num, row))
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}: {error}") from None
    return columns, rows


def grade_row(row: Mapping[str, str], line: int, version: str = "", reading: Reading = Reading.TEXT) -> RowGrade:
    """Grade one row.

    Parameters
    ----------
    row
        Column to text.
    line
        In the file.
    version
        Of CTCAE; that of the row where it is empty.
    reading
        How the table is read.

    Raises
    ------
    RowError
        When the row is not understood.

    Examples
    --------
    >>> row = {"term": "anemia", "value": "79", "unit": "g/L"}
    >>> found = grade_row(row, 2, "5")
    >>> found.grade, found.condition
    (3, 'value < 80 g/L')
    """
    edition = _edition(row, version)
    term = _term(row, edition)
    unit = _unit(row, term)
    facts = _facts(row, term, unit)
    shown = (line, row.get("case_id") or f"line {line}", term.name, row.get("value", ""), row.get("unit", ""))
    if "value" in term.numbers and not row.get("value"):
        return RowGrade(*shown, edition.version, None, None, why="no value")
    if unit is None and term.units:
        return RowGrade(*shown, edition.version, None, None, why="no unit")
    graded = grade(term, facts, Missing.PASSED_OVER, reading)
    return RowGrade(
        *shown,
        edition.version,
        graded.low,
        graded.high,
        condition=_condition(graded, term, facts),
        why=_why(graded),
    )


def _edition(row: Mapping[str, str], version: str) -> Edition:
    of_row = row.get("ctcae_version", "").removeprefix("v").removesuffix(".0")
    if version and of_row and of_row != version:
        raise RowError(f"the row is of CTCAE version {of_row}, not {version}")
    chosen = version or of_row
    if not chosen:
        raise RowError("no version of CTCAE; name one with --ctcae or in the column ctcae_version")
    if chosen not in EDITIONS:
        raise RowError(f"no version '{chosen}' of CTCAE; there are {', '.join(EDITIONS)}")
    return EDITIONS[chosen]


def _term(row: Mapping[str, str], edition: Edition) -> Term:
    name = row.get("term", "")
    if not name:
        raise RowError("no term")
    term = edition.term(name)
    if term is None:
        names = {each.casefold(): each for each in edition.terms}
        hint = "".join(f"'{names[each]}'" for each in get_close_matches(name.casefold(), names, n=1))
        more = f"; did you mean {hint}?" if hint else ""
        raise RowError(f"CTCAE v{edition.version} has no measured term '{name}'{more}")
    direction = row.get("direction", "").upper()
    if direction and direction[0] != term.direction.value and term.direction is not Direction.OTHER:
        raise RowError(f"direction {direction}: '{term.name}' is adverse in the other direction")
    return term


def _unit(row: Mapping[str, str], term: Term) -> Unit | None:
    written = row.get("unit", "")
    if not written or not term.units:
        return None
    named = row.get("unit_system", "").upper().replace("+", " ").split()
    systems: frozenset[System] = frozenset(each for each in System if each.value in named)
    tables: list[System | None] = [*systems] or [None]
    found = [unit for system in tables if (unit := term.unit(written, system)) is not None]
    if not found:
        listed = [unit.code for unit in term.units if not systems or systems & unit.systems]
        raise RowError(f"unit '{written}': '{term.name}' has no limits in it; it has them in {' and '.join(listed)}")
    return found[0]


def _facts(row: Mapping[str, str], term: Term, unit: Unit | None) -> Facts:
    times = unit.times if unit is not None else Fraction(1)
    numbers: dict[str, Fraction] = {}
    for name in dict.fromkeys((*term.numbers, "value", "base", "lln", "uln")):
        number = _number(row, COLUMNS[name])
        if number is not None:
            numbers[name] = number * times if times != 1 and name in IN_THE_UNIT_OF_THE_VALUE else number
    flags = {flag: answer for flag in term.flags if (answer := _answer(row, flag)) is not None}
    column = unit.column if unit is not None else 0
    return facts_with_baseline(term, numbers, {**flags, **_baseline(row)}, column)


def _number(row: Mapping[str, str], column: str) -> Fraction | None:
    text = row.get(column, "")
    if not text:
        return None
    try:
        return Quantity.of(text, "1").value
    except QuantityError:
        raise RowError(f"{column} '{text}' is no number") from None


def _answer(row: Mapping[str, str], flag: str) -> bool | None:
    text = row.get(flag, "").casefold()
    if not text or flag in BASELINE_FLAGS:
        return None
    if text not in _YES | _NO:
        raise RowError(f"{flag} '{text}' is neither yes nor no")
    return text in _YES


def _baseline(row: Mapping[str, str]) -> dict[str, bool]:
    """Read the word for the baseline; nothing where the row has none."""
    word = row.get("baseline_indicator", "").casefold()
    if not word:
        return {}
    high, low = row.get("high_indicator") or "HIGH", row.get("low_indicator") or "LOW"
    return {"base_high": word == high.casefold(), "base_low": word == low.casefold()}


def _condition(graded: Graded, term: Term, facts: Facts) -> str:
    if graded.rule is not None:
        return " and ".join(words(each, term, facts) for each in graded.rule.conditions)
    return "no condition of a grade holds" if graded.grade == 0 else ""


def _why(graded: Graded) -> str:
    if graded.grade is not None:
        return ""
    if not graded.possible:
        return "the table has no grade for this value"
    return f"not known: {', '.join(map(in_words, graded.missing))}"


def _tracked(rows: Sequence[tuple[int, dict[str, str]]]) -> Iterator[tuple[int, dict[str, str]]]:
    shown = console(stderr=True)
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal or len(rows) < _LONG) as bar:
        yield from bar.track(rows)


def _document(
    path: Path, reading: str, graded: Iterable[RowGrade], left_out: Iterable[NotUnderstood]
) -> dict[str, Any]:
    return {
        "file": path.name,
        "scale": "CTCAE",
        "reading": reading,
        "rows": [
            {
                "line": row.line,
                "name": row.name,
                "term": row.term,
                "value": row.value,
                "unit": row.unit,
                "ctcae_version": row.version,
                "grade": row.grade,
                "grade_min": row.low,
                "grade_max": row.high,
                "condition": row.condition,
                "why_unknown": row.why,
            }
            for row in graded
        ],
        "not_understood": [{"line": each.line, "reason": each.reason} for each in left_out],
    }


def _print(
    out: Console, graded: Sequence[RowGrade], left_out: Sequence[NotUnderstood], columns: Sequence[str], limit: int
) -> None:
    grid = Grid("line", "row", "term", "value", "grade", "decided by, or why unknown", box=None, padding=(0, 1))
    shown = graded[:limit] if limit else graded
    for row in shown:
        style = "red" if (row.low or 0) >= 3 else "yellow" if row.grade is None else "green" if row.grade == 0 else ""
        word = "?" if row.low is None else str(row.grade) if row.grade is not None else f"{row.low}–{row.high}"
        grid.add_row(
            str(row.line),
            escape(row.name),
            row.term,
            escape(f"{row.value} {row.unit}".strip()),
            f"[{style}]{word}[/]" if style else word,
            escape(row.why or row.condition),
        )
    if shown:
        out.print(grid)
    if len(shown) < len(graded):
        out.print(f"... and {counted(len(graded) - len(shown), 'row')} more (--limit 0 prints all)")
    versions = "".join(f" by CTCAE v{each}" for each in sorted({row.version for row in graded}))
    counts = [sum(row.grade == each for row in graded) for each in range(5)]
    told = ", ".join(f"{count} grade {each}" for each, count in enumerate(counts) if count)
    unknown = sum(row.grade is None for row in graded)
    out.print(f"\n{counted(len(graded), 'row')} graded{versions}: {told or 'no grade'}, {unknown} unknown")
    unused = [name for name in columns if name and name not in KNOWN]
    if unused:
        out.print(f"columns not used: {escape(', '.join(unused))}")
    if left_out:
        out.print(f"[yellow]{counted(len(left_out), 'row')} not understood:[/]")
        for each in left_out:
            out.print(f"  line {each.line}: {each.reason}", markup=False, soft_wrap=True)
