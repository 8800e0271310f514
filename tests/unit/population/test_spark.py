"""The plan on Spark gives the files that the embedded engine gives."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dosepath.cli.bench.cells import compared
from dosepath.cli.main import app
from dosepath.core.errors import InputError
from dosepath.population.folders import open_whole
from dosepath.population.spark import engine_named

INSTALLED = find_spec("pyspark") is not None


def run(*arguments: str | Path) -> None:
    done = CliRunner().invoke(app, ["population", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output


@pytest.mark.skipif(INSTALLED, reason="Spark is installed")
def test_without_spark_the_way_to_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"pip install dosepath\[spark\]"):
        engine_named("local", tmp_path)


def test_the_embedded_engine_needs_nothing(tmp_path: Path) -> None:
    assert engine_named("duckdb", tmp_path) is None


@pytest.mark.slow
@pytest.mark.skipif(not INSTALLED, reason="pyspark is not installed; `make spark` brings it")
@pytest.mark.filterwarnings("ignore")
def test_both_engines_write_the_same_bytes(tmp_path: Path) -> None:
    run("make", tmp_path / "hospital", "--patients", "10000", "--seed", "4")
    asked = ("--trial", "NCT06680388", "--on", "2026-06-01", "--chunk", "5000")
    run("screen", tmp_path / "hospital", *asked, "--out", tmp_path / "embedded")
    run("screen", tmp_path / "embedded", *asked, "--out", tmp_path / "spark", "--engine", "local")
    found = compared(tmp_path / "embedded", tmp_path / "spark")
    assert {name: (beside.only_first, beside.only_second) for name, beside in found.items()} == {
        "verdicts": (0, 0),
        "overall": (0, 0),
        "evidence": (0, 0),
    }
    embedded, spark = open_whole(tmp_path / "embedded"), open_whole(tmp_path / "spark")
    assert {"verdicts/00000.parquet", "verdicts/00001.parquet"} <= set(embedded.files)
    differing = {name for name in embedded.files if embedded.files[name] != spark.files.get(name)}
    assert differing == set()
    assert spark.about == embedded.about
