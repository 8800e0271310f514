"""The same plan on Spark gives the same cells; takes pyspark and Java."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp

from dosepath.population.engines import DuckDB, Engine, Spark
from dosepath.population.plan import Plan, plan_of
from dosepath.population.tables import Row
from dosepath.population.values import COLUMNS, value_query
from tests.unit.population.people import demo_people, load, protocol

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed: pip install dosepath[spark]")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    builder = sql.SparkSession.builder.master("local[1]").config("spark.sql.shuffle.partitions", "1")
    builder = builder.config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", "UTC")
    builder = builder.config("spark.sql.codegen.wholeStage", "false")
    made = builder.getOrCreate()
    yield made
    made.stop()


def cells(engine: Engine, plan: Plan) -> tuple[list[Row], list[Row]]:
    """Give the verdicts of each patient, and what each question compared."""
    load(engine, demo_people()[::10])
    for step in (*plan.steps, plan.evidence, plan.values):
        engine.make(step)
    names = [column.name for column in plan.columns]
    verdicts = sorted(engine.rows(exp.select("patient", *names).from_("verdicts")))
    values: list[Row] = []
    for place, each in enumerate(plan.compared.values()):
        query = exp.select("patient", *COLUMNS).from_(value_query(each).subquery("q"))
        values += ((place, *row) for row in sorted(engine.rows(query), key=lambda row: row[0]))
    return verdicts, values


@pytest.mark.filterwarnings("ignore")
def test_spark_gives_the_cells_of_duckdb(session: Any, tmp_path: Path) -> None:
    plan = plan_of(protocol())
    assert cells(Spark(session, tmp_path), plan) == cells(DuckDB(), plan)
