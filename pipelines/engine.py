"""Where the layers from FHIR to labels are made: on this machine, or in buckets of persons on Apache Spark."""

import os
from pathlib import Path
from typing import Annotated

import typer

from warehouse.errors import UsageError

MASTER, SHARED, BUCKETS = "MUCOSA_SPARK_MASTER", "MUCOSA_SHARED", "MUCOSA_BUCKETS"
"""Settings of a run; Dagster reads them too."""
LOCAL, SPARK = "local", "spark"

Engine = Annotated[
    str, typer.Option("--engine", help="Where FHIR to labels are made: `local`, or `spark` with --master.")
]
Master = Annotated[
    str,
    typer.Option(envvar=MASTER, help="With --engine spark: spark://host:7077, yarn, k8s://..., or sc:// for Connect."),
]
Shared = Annotated[
    Path | None,
    typer.Option(envvar=SHARED, help="Folder that this machine and Spark's workers share. Default: <data>/spark."),
]
Buckets = Annotated[
    int | None,
    typer.Option(
        envvar=BUCKETS,
        min=1,
        help="In how many buckets persons are taken from FHIR to labels: more take less memory, and more time.",
    ),
]


def choose(engine: str, master: str, shared: Path | None, buckets: int | None) -> None:
    """Check the engine before anything heavy is loaded, and let this process's steps use it."""
    if engine not in (LOCAL, SPARK):
        raise UsageError(f"There is no engine called {engine!r}; there are: {LOCAL}, {SPARK}.")
    if engine == SPARK and not master:
        raise UsageError("Say where Spark listens: --master spark://host:7077 (or yarn, k8s://, sc://).")
    if engine == SPARK:
        from importlib.util import find_spec

        if find_spec("pyspark") is None:
            raise UsageError("The engine spark needs PySpark: pip install 'mucosa[spark]', and Java 17.")
    os.environ[MASTER] = master if engine == SPARK else ""
    os.environ[SHARED] = str(shared.absolute()) if shared else ""
    if buckets is not None:
        os.environ[BUCKETS] = str(buckets)
