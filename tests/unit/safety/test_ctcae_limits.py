"""Every limit of the published tables, one step below and above, with and without limits of normal.

The rows of `tests/cases/safety/ctcae_v*_limits.csv` were worked out from the grade texts of the National Cancer
Institute (ranges such as ">3.0 - 5.0 x ULN") in SI and US units, and for terms of version 5 without laboratory units
from the project's reference notes; never from the tables of the product. Each row goes through the reader of files, the
form and the grading of columns.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from dosepath.cli.grade import COLUMNS, EDITIONS, grade_row, read_rows
from dosepath.core.interval import Interval
from dosepath.interop.answers_yaml import answers_of
from dosepath.safety.ctcae_lab import Edition, Missing, Reading, Term
from dosepath.safety.ctcae_lab_form import JUDGEMENTS, form
from dosepath.safety.ctcae_table import NO_GRADE, Measurement, columns_of, grade_columns
from dosepath.trial.catalog import catalog
from tests.conftest import ROOT

FILES = ROOT / "tests" / "cases" / "safety"
VERSIONS = sorted(EDITIONS)

Row = Mapping[str, str]


@lru_cache
def rows(version: str) -> list[tuple[int, dict[str, str]]]:
    return read_rows(Path(FILES / f"ctcae_v{version}_limits.csv"))[1]


def wanted(row: Row) -> int | None:
    return int(row["expected_grade"]) if row["expected_grade"] else None


@pytest.mark.parametrize("version", VERSIONS)
def test_every_row_has_its_grade(version: str) -> None:
    wrong = [
        (row["case_id"], row["term"], found.grade, found.condition)
        for line, row in rows(version)
        if (found := grade_row(row, line)).grade != wanted(row)
    ]
    assert wrong == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_grade_of_every_term_has_a_row(version: str) -> None:
    edition = EDITIONS[version]
    seen = {(grade_row(row, line).term, wanted(row)) for line, row in rows(version)}
    needed = {(term.name, rule.grade) for term in edition.terms.values() for rule in term.rules}
    needed |= {(term.name, 0) for term in edition.terms.values()}
    assert needed - seen == set()


def term_of(edition: Edition, row: Row) -> Term:
    term = edition.term(row["term"])
    assert term is not None
    return term


def answers(edition: Edition, row: Row) -> dict[str, Any]:
    """Write a row as a form: a baseline by its word, else as none was taken where the row has none."""
    term = term_of(edition, row)
    unit = term.unit(row["unit"])
    found: dict[str, Any] = {"term": term.name} | ({"unit": unit.code} if unit is not None else {})
    found |= {name: Decimal(row[column]) for name, column in COLUMNS.items() if row.get(column)}
    if "pchg" in term.numbers and "base" in found and "pchg" not in found:
        found["pchg"] = 100 * (found["value"] - found["base"]) / found["base"]
    found |= {name: row[name] == "yes" for name in JUDGEMENTS if row.get(name)}
    word = row["baseline_indicator"].lower()
    return found | ({"baseline": word} if word else {})


@pytest.mark.parametrize("version", VERSIONS)
def test_the_form_leaves_the_grade_possible_and_decides_it_when_it_is_full(version: str) -> None:
    edition = EDITIONS[version]
    scale = catalog().instruments[f"ctcae_v{version}_lab"]
    decided = 0
    for _, row in rows(version):
        said = answers(edition, row)
        scored = scale.score(answers_of(scale.items, said))
        assert scored.refused == (), row
        grades = scored.values("grade")
        if wanted(row) is not None:
            assert Interval.at(wanted(row) or 0) in grades, row
        measured = set(form(edition, said["term"])) - {clause.flag for clause in term_of(edition, row).clauses}
        if measured <= set(said):
            assert len(grades) <= 1 or wanted(row) is None, row
            decided += 1
    assert decided > len(rows(version)) / 3


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize("version", VERSIONS)
def test_columns_agree_with_the_reader_of_files(version: str, reading: Reading) -> None:
    edition = EDITIONS[version]
    plain = [(line, row) for line, row in rows(version) if not row["baseline_indicator"]]
    found = grade_columns(
        edition, columns_of(edition, [measurement(edition, row) for _, row in plain]), Missing.PASSED_OVER, reading
    )
    for place, (line, row) in enumerate(plain):
        one = grade_row(row, line, reading=reading)
        expected = (NO_GRADE, NO_GRADE) if one.low is None else (one.low, one.high)
        assert (int(found.low[place]), int(found.high[place])) == expected, row


def measurement(edition: Edition, row: Row) -> Measurement:
    """Write a row as numbers, with a baseline beside the limits of the row."""
    term = term_of(edition, row)
    said = answers(edition, row)
    numbers = {name: float(said[name]) for name in COLUMNS if name in said}
    flags = {name: said[name] for name in JUDGEMENTS if name in said}
    if "base" in numbers and "uln" in numbers:
        flags["base_high"] = numbers["base"] > numbers["uln"]
    if "base" in numbers and "lln" in numbers:
        flags["base_low"] = numbers["base"] < numbers["lln"]
    return Measurement(term, term.unit(row["unit"]), numbers, flags)
