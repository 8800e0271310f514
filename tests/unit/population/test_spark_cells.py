"""The same plan on Spark gives the same cells; takes pyspark and Java."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlglot import exp

from dosepath.population.engines import DuckDB, Engine
from dosepath.population.plan import Plan, plan_of
from dosepath.population.spark import engine_named
from dosepath.population.tables import Row
from dosepath.population.values import COLUMNS, value_query
from dosepath.rules.relational import Step
from dosepath.rules.relational.sql import FIRST_DAY
from tests.unit.population.people import demo_people, load, protocol

pytestmark = pytest.mark.slow


@pytest.fixture
def spark(tmp_path: Path) -> Engine:
    pytest.importorskip("pyspark.sql", reason="pyspark is not installed: pip install dosepath[spark]")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    engine = engine_named("local", tmp_path)
    assert engine is not None
    return engine


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
def test_spark_gives_the_cells_of_duckdb(spark: Engine) -> None:
    plan = plan_of(protocol())
    assert cells(spark, plan) == cells(DuckDB(), plan)


@pytest.mark.filterwarnings("ignore")
def test_a_step_that_fails_is_raised_where_it_is_read(spark: Engine) -> None:
    nothing = exp.select("patient").from_("there_is_no_such_table")
    spark.make(Step("first", nothing))
    spark.make(Step("second", exp.select("patient").from_("first")))
    with pytest.raises(Exception, match="there_is_no_such_table"):
        spark.rows(exp.select("patient").from_("second"))


@pytest.mark.filterwarnings("ignore")
def test_days_of_the_first_year_stay_as_they_are(spark: Engine) -> None:
    spark.make(Step("always", exp.select(exp.alias_(FIRST_DAY.copy(), "day"))))
    spark.make(Step("read", exp.select("day").from_("always")))
    assert spark.rows(exp.select("day").from_("read")) == [(date.min,)]
