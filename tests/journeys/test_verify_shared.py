"""Every shared file of worked cases passes through `verify`, and a planted error in one does not."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dosepath.cli.main import app

pytestmark = pytest.mark.shared


def verified(*files: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(CliRunner().invoke(app, ["verify", *map(str, files), "--json"]).stdout)
    return found


def test_worked_cases_of_every_instrument(shared_reference: Path) -> None:
    files = sorted((shared_reference / "reference" / "cases").glob("*.yaml"))
    found = verified(*files)
    assert {case["file"] for case in found} == {file.name for file in files}
    assert [case for case in found if not case["passed"]] == []


def test_tables_of_laboratory_grades(shared_reference: Path) -> None:
    files = sorted((shared_reference / "data" / "ctcae").glob("lab_grading_cases_*.csv"))
    found = verified(*files)
    assert len(found) > 1000
    assert [case for case in found if not case["passed"]] == []
