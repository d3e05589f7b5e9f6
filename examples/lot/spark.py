#!/usr/bin/env python3
"""Judges a lot with Apache Spark: each partition's lines go through a worker (RDD.pipe), and the parts are joined.

    LOT_SECRET=... examples/lot/spark.py DEVICES.ndjson OUT [options of matter-attest lot]

DEVICES is whatever Spark can read; OUT becomes a folder of one file a partition. Locally it runs on all processors; on a
cluster submit it with spark-submit, with matter-attest on every worker's path.
"""
import glob
import os
import shlex
import subprocess
import sys

from pyspark.sql import SparkSession


def main() -> int:
    devices, out, options = sys.argv[1], sys.argv[2], sys.argv[3:]
    secret = os.environ["LOT_SECRET"]  # the same for every part
    spark = SparkSession.builder.master(os.environ.get("SPARK_MASTER", "local[*]")).appName("matter-attest lot").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    worker = shlex.join(["matter-attest", "lot", "--stream", "--jobs", "1", "--part", "env:LOT_SECRET", *options])
    lines = spark.sparkContext.textFile(devices, int(os.environ.get("PARTITIONS", "8")))
    # The worker's exit code is its part's verdict and no failure (checkCode stays off); one that really fails writes no
    # last line, and merge refuses its part.
    lines.pipe(worker, {**os.environ, "LOT_SECRET": secret}).saveAsTextFile(out)
    spark.stop()
    parts = [part for part in sorted(glob.glob(os.path.join(out, "part-*"))) if os.path.getsize(part) > 0]
    return subprocess.run(["matter-attest", "lot", "merge", *parts], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
