"""Engines by name: a Spark session of this machine or of a cluster is started where one is asked for."""

from pathlib import Path
from typing import Any, Final

from dosepath.core.errors import InputError
from dosepath.population.engines import Engine, Spark

DUCKDB: Final = "duckdb"
LOCAL: Final = "local"
_CLUSTERS: Final = ("spark://", "local[", "k8s://", "yarn", "mesos://")
_SETTINGS: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",
    # Bases are wider than the hundred columns up to which Spark reads in batches and compiles stages.
    "spark.sql.codegen.maxFields": "2000",
    # A plan compiles some thousand classes; the next chunk finds them again.
    "spark.sql.codegen.cache.maxEntries": "10000",
}
"""Settings for this machine and for clusters alike."""
_LOCAL_SETTINGS: Final = {
    "spark.sql.shuffle.partitions": "8",
    "spark.driver.memory": "4g",
    # Most classes live for seconds: the second, dear compiler of Java takes more time than it saves, and the first one
    # needs room for all of them and leave to take long methods.
    "spark.driver.defaultJavaOptions": (
        "-XX:TieredStopAtLevel=1 -XX:-DontCompileHugeMethods -XX:ReservedCodeCacheSize=512m -XX:+UseParallelGC"
    ),
}
"""Settings where driver and workers are one process of this machine; a cluster has its own."""
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
    settings = {**_SETTINGS, **(_LOCAL_SETTINGS if master.startswith(LOCAL) else {})}
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        session = builder.master(master).appName("dosepath").getOrCreate()
    except Exception as error:  # noqa: BLE001  # whatever the Java side has to say
        said = str(error).strip().partition("\n")[0]
        raise InputError(f"--engine {master}: Spark does not start: {said}; is a Java runtime installed?") from None
    # What fails is raised; what is written beside that is how Spark came to do without a class too long to compile.
    session.sparkContext.setLogLevel("FATAL")
    return session
