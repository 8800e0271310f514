"""Files of laboratory results with the CTCAE grade that is expected, one case a row.

The expected grades are those of the open implementation admiral, so its reading is used: open judgements count as the
worse grade. A blank stands for a result that cannot be graded: unknown, never 0.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from dosepath.cli.grade import RowError, grade_row
from dosepath.cli.verify.outcome import CaseResult
from dosepath.safety.ctcae_lab import Reading

COLUMNS: Final = frozenset({"case_id", "ctcae_version", "term", "value", "unit", "expected_grade"})
"""Columns by which such a file is known."""


def verify(rows: list[tuple[int, dict[str, str]]]) -> Iterator[CaseResult]:
    """Run every row."""
    for line, row in rows:
        difference = _difference(row, line)
        yield CaseResult(row["case_id"] or f"line {line}", (difference,) if difference else ())


def _difference(row: Mapping[str, str], line: int) -> str:
    wanted = row["expected_grade"]
    if wanted not in {"", "0", "1", "2", "3", "4"}:
        return f"expected_grade '{wanted}' is none of 0 to 4"
    try:
        found = grade_row(row, line, reading=Reading.ADMIRAL)
    except RowError as error:
        return f"grade: expected {wanted}, got none: {error}" if wanted else ""
    got = "" if found.grade is None else str(found.grade)
    if got == wanted:
        return ""
    return f"grade: expected {wanted or 'unknown'}, got {got or 'unknown'} ({found.condition or found.why})"
