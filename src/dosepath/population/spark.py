"""Engines by name: a Spark session of this machine or of a cluster is started where one is asked for."""

from pathlib import Path
from typing import Any, Final

from dosepath.core.errors import InputError
from dosepath.population.engines import Engine, Spark

DUCKDB: Final = "duckdb"
LOCAL: Final = "local"
_CLUSTERS: Final = ("spark://", "local[", "k8s://", "yarn", "mesos://")
_NOT_INSTALLED: Final = "Spark is not installed; `pip install dosepath[spark]` and a Java runtime bring it"


def engine_named(name: str, scratch: Path) -> Engine | None:
    """Give the engine that was asked for; None for the embedded one.

    Raises
    ------
    InputError
        When there is no such engine, or Spark is not installed.
    """
    if name == DUCKDB:
        return None
    if name == LOCAL or name.startswith(_CLUSTERS):
        return Spark(_started("local[*]" if name == LOCAL else name), scratch)
    raise InputError(f"--engine {name}: no such engine; write duckdb, local or spark://host:port")


def _started(master: str) -> Any:
    try:
        from pyspark.sql import SparkSession as Session  # noqa: PLC0415  # only where it is asked for
    except ImportError:
        raise InputError(f"--engine {master}: {_NOT_INSTALLED}") from None
    builder: Any = Session.builder
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "false",
        "spark.sql.shuffle.partitions": "8",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        session = builder.master(master).appName("dosepath").getOrCreate()
    except Exception as error:  # noqa: BLE001  # whatever the Java side has to say
        said = str(error).strip().partition("\n")[0]
        raise InputError(f"--engine {master}: Spark does not start: {said}; is a Java runtime installed?") from None
    session.sparkContext.setLogLevel("ERROR")
    return session
