"""Reads Delta tables with Spark's own reader and prints one JSON object: for each table its rows, count and types.

Started by `test_readers` as a process of its own, since the reader's jars must be there when the JVM starts.
"""

import json
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

PACKAGE = "io.delta:delta-spark_4.1_2.13:4.4.0"


def main(uris: list[str]) -> None:
    """Print what Spark reads from each table, sorted by its first column, times in UTC as text."""
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.jars.packages", PACKAGE)
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.databricks.delta.snapshotPartitions", "1")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    found = {}
    for uri in uris:
        table = spark.read.format("delta").load(uri)
        as_text = table.withColumn("scored_at", F.col("scored_at").cast("string"))
        rows = sorted((row.asDict() for row in as_text.collect()), key=lambda row: [str(value) for value in row.values()])
        found[uri] = {"types": dict(table.dtypes), "rows": rows}
    spark.stop()
    print(json.dumps(found, default=str))


if __name__ == "__main__":
    main(sys.argv[1:])
