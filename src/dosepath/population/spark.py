"""The plan on Spark: a session of this machine or of a cluster, and the way of its tables in and out.

Spark reads the facts from the same Parquet files; its workers must see them under the same path. What it leaves behind
comes back as Parquet and is written out by the embedded engine, so that a folder looks the same whatever judged it.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from dosepath.core.errors import InputError
from dosepath.population.engine import Connection, literal, save
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
        return SparkSession("local[*]" if name == LOCAL else name, scratch)
    raise InputError(f"--engine {name}: no such engine; write duckdb, local or spark://host:port")


class SparkSession(Spark):
    """A Spark session that reads chunks of patients from files.

    Parameters
    ----------
    master
        `local[*]`, or the address of a cluster.
    scratch
        Folder for what goes between Spark and the embedded engine.
    """

    def __init__(self, master: str, scratch: Path) -> None:
        super().__init__(_started(master))
        self.scratch = scratch
        self._read = 0

    def open_chunk(self, connection: Connection, files: Mapping[str, Path]) -> None:
        """Make views of the facts of a chunk, and of its patients, who stand in the embedded engine."""
        self.session.catalog.clearCache()
        self._read += 1
        patients = self.scratch / f"patients_{self._read}.parquet"
        save(connection, "FROM patients ORDER BY patient", patients)
        for name, path in {**files, "patients": patients}.items():
            self.session.read.parquet(str(path.absolute())).createOrReplaceTempView(name)

    def bring_back(self, connection: Connection, name: str) -> None:
        """Copy a table of Spark into the embedded engine."""
        target = self.scratch / f"spark_{name}"
        shutil.rmtree(target, ignore_errors=True)
        self.session.table(name).write.parquet(str(target.absolute()))
        read = f"read_parquet({literal(str(target / '*.parquet'))})"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM {read}")


def _started(master: str) -> Any:
    try:
        from pyspark.sql import SparkSession as Session  # noqa: PLC0415  # only where it is asked for
    except ImportError:
        raise InputError(f"--engine {master}: {_NOT_INSTALLED}") from None
    builder: Any = Session.builder
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "false",
        "spark.sql.shuffle.partitions": "8",
        # Unions of the same view several times make it look for columns that are not there (NoSuchElementException).
        "spark.sql.constraintPropagation.enabled": "false",
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
