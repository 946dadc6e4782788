"""The Spark session of a process, set up so that results do not depend on cluster, cores or time zone."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from overnight.settings import ROOT, Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CONF = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.shuffle.partitions": "32",
    # A driver lists a year of daily folders faster than a Spark job does.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "2000",
    "spark.sql.adaptive.coalescePartitions.minPartitionSize": "4MB",
    # Two attempts of one task must never write at once.
    "spark.speculation": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile=file://{ROOT}/overnight/runs/log4j2.properties",
    "spark.executorEnv.PYTHONPATH": str(ROOT),
    "spark.executorEnv.PYTHONSAFEPATH": "1",
    "spark.executorEnv.OMP_NUM_THREADS": "1",
}


@contextmanager
def spark_session(name: str) -> Iterator["SparkSession"]:
    """A session that ends with the block. Under spark-submit the master is the submit's, else the settings' one."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]))
    builder = SparkSession.builder.appName(name)
    if "PYSPARK_GATEWAY_PORT" not in os.environ:
        builder = builder.master(Settings.from_env().spark_master)
        builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
    for key, value in CONF.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    try:
        yield session
    finally:
        session.stop()
