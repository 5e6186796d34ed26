"""Where the layers from FHIR to labels are made, on this machine or in buckets of persons on Apache Spark, and with how
much memory."""

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from warehouse.errors import UsageError

MASTER, SHARED, BUCKETS = "MUCOSA_SPARK_MASTER", "MUCOSA_SHARED", "MUCOSA_BUCKETS"
MEMORY = "MUCOSA_MEMORY"
"""Settings of a run; Dagster reads them too."""
LOCAL, SPARK = "local", "spark"
LEAST_MB = 500
UNITS_MB = {"MB": 1, "GB": 1_000, "TB": 1_000_000, "MIB": 2**20 / 1e6, "GIB": 2**30 / 1e6, "TIB": 2**40 / 1e6}

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
Memory = Annotated[
    str | None,
    typer.Option(
        "--memory",
        envvar=MEMORY,
        help="What the database may take in one step, as 2GB; what needs more goes to disk. Default: 8GB.",
    ),
]


def choose_memory(memory: str | None) -> None:
    """Check a size of memory and let this process's steps keep to it."""
    if memory is not None:
        os.environ[MEMORY] = checked_memory(memory)


def checked_memory(memory: str) -> str:
    """A size as DuckDB reads it, `2GB` or `1.5GiB`; another text or too little of it is refused."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?([MGT]I?B)", memory.strip().upper())
    if not found:
        raise UsageError(f"{memory!r} is no size of memory. Write it as --memory 2GB (or {MEMORY}=2GB).")
    if float(found[1]) * UNITS_MB[found[2]] < LEAST_MB:
        raise UsageError(f"{memory} is too little memory for a night: give it {LEAST_MB} MB at least.")
    return found[0].replace(" ", "")


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
