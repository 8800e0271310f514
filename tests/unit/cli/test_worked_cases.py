"""Worked cases of our own in the schema of `dosepath verify`: what its conventions leave out is spelled out rightly."""

from pathlib import Path

import pytest

from dosepath.cli.verify.reference import verify
from dosepath.interop.answers_yaml import load_exact
from tests.conftest import ROOT

FILES = sorted((ROOT / "tests" / "cases" / "verify").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_worked_cases(file: Path) -> None:
    results = list(verify(load_exact(file.read_text(encoding="utf-8"), file.name)))
    assert results
    assert [result for result in results if not result.passed] == []
