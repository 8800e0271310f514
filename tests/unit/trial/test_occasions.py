"""The anchors file: what is read, and what is refused with which words."""

from datetime import date
from pathlib import Path

import pytest

from dosepath.core.errors import InputError
from dosepath.core.facts import Table
from dosepath.trial.occasions import read_anchors, read_date, read_tables


def written(tmp_path: Path, text: str, name: str = "anchors.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "patients: {007: {arm: SLE, consent: 2026-05-29, infusion: null, sources_complete: [conditions]}}"),
        (
            "a.json",
            '{"patients": {"007": {"arm": "SLE", "consent": "2026-05-29", "sources_complete": ["conditions"]}}}',
        ),
        ("a.csv", "patient,arm,consent,infusion,sources_complete\n007,SLE,2026-05-29,,conditions\n"),
        ("b.csv", "\ufeffpatient,arm,consent,sources_complete\n 007,SLE, 2026-05-29,conditions;\n"),
    ],
)
def test_the_same_in_every_form(tmp_path: Path, name: str, text: str) -> None:
    found = read_anchors(written(tmp_path, text, name))["007"]
    assert (found.arm, found.anchors) == ("SLE", {"consent": date(2026, 5, 29)})
    assert found.complete == {Table.CONDITIONS}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.yaml", "patients: {p1: {consent: 2026-02-30}}", "patient p1: consent: '2026-02-30' is not in the calendar"),
        ("a.yaml", "patients: {p1: {consent: 2026-05}}", "'2026-05' is no date; write YYYY-MM-DD"),
        ("a.yaml", "patients: {p1: {consent: 2026-05-29T10:00:00Z}}", "is no date"),
        ("a.yaml", "patients: {p1: {consent: [2026-05-29]}}", "consent: one value is expected"),
        ("a.yaml", "patients: {p1: {consnt: 2026-05-29}}", "did you mean 'consent'"),
        ("a.yaml", "patients: {p1: 2026-05-29}", "a mapping of dates is expected"),
        ("a.yaml", "patients: {p1: {sources_complete: [condition]}}", "did you mean 'conditions'"),
        ("a.yaml", "patients:\n  p1: {arm: SLE}\n  p1: {arm: SS}\n", "a.yaml:3: not YAML or JSON: 'p1' stands twice"),
        ("a.yaml", "patients: [", "not YAML or JSON"),
        ("a.yaml", "patients: {}", "no 'patients'"),
        ("a.yaml", "", "no 'patients'"),
        ("a.csv", "id,arm\np1,SLE\n", "no column 'patient'"),
        ("a.csv", "patient,arm\np1,SLE\np1,SS\n", "a.csv:3: patient p1 stands twice"),
        ("a.csv", "patient,arm\np1,SLE,2026-05-29\n", "more columns than the first line names"),
    ],
)
def test_what_cannot_be_read_says_where_and_how(tmp_path: Path, name: str, text: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        read_anchors(written(tmp_path, text, name))
    assert words in str(error.value)


def test_missing_file_and_wrong_encoding(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_anchors(tmp_path / "none.yaml")
    path = tmp_path / "latin.yaml"
    path.write_bytes("patients: {Zoë: {}}".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8 at byte 13"):
        read_anchors(path)


def test_all_tables_at_once() -> None:
    assert read_tables(["all"], "--source-complete") == frozenset(Table)


def test_a_whole_date() -> None:
    assert read_date("2028-02-29", "--on") == date(2028, 2, 29)
