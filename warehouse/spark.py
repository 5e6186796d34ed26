"""Slices made on Apache Spark: it divides the persons among buckets, one task makes one, with the same SQL inside.

Driver and workers share a folder. The driver writes there what a step reads, Spark shuffles its rows to the buckets,
each task writes its tables under a name of its own, and the driver takes those of the attempts that Spark counts: one
that was repeated, overtaken or killed harms nothing.
"""

import os
import shutil
import sys
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from warehouse import shuffle
from warehouse import slice as sliced
from warehouse.bucket_task import BEGUN, ERRORS, MADE, OtherCodeError, Task, code_digest
from warehouse.errors import DataError, UsageError

if TYPE_CHECKING:
    from pyspark.sql import Row, SparkSession

FILE_BYTES = "64MB"
"""About the size of the files that workers divide, one at a time."""
LOOK_SECONDS = 0.5

Make = Callable[[duckdb.DuckDBPyConnection, Mapping[str, object]], Iterable[str]]
Tell = Callable[[str, bool], None]
"""Hears of progress: counts in words, and whether it is worth a warning."""


class Cluster(NamedTuple):
    """Where Spark listens (`spark://`, `yarn`, `k8s://`, `local[2]`, or `sc://` for Connect), and the folder."""

    master: str
    shared: Path
    memory_limit: str = "2GB"
    """What DuckDB may take in one task; more is spilled to the worker's disk."""

    def session(self) -> "SparkSession":
        """The session of this process, opened where there is none; no PySpark or no answer raises `UsageError`."""
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        try:
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession
        except ImportError:
            raise UsageError("This engine needs PySpark: pip install 'mucosa[spark]', and Java 17.") from None
        builder = SparkSession.builder.appName("mucosa")
        if self.master.startswith("sc://"):
            builder = builder.remote(self.master)
        else:
            builder = builder.master(self.master).config("spark.ui.showConsoleProgress", "false")
        try:
            return builder.getOrCreate()
        except (PySparkException, OSError, RuntimeError) as error:
            raise UsageError(f"Spark at {self.master} can't be reached ({type(error).__name__}).") from None


def in_buckets(
    connection: duckdb.DuckDBPyConnection,
    cluster: Cluster,
    step: str,
    make: Make,
    parameters: Mapping[str, object],
    buckets: int,
    tell: Tell,
    salt: str = sliced.SALT,
) -> list[str]:
    """Make a step's tables of scope `patient` anew on the cluster, and return their names, parents first.

    The old ones stand until all buckets are done.

    `make` is pickled, so it has to be importable on the workers. A step that Spark gives up raises `DataError` and
    leaves the texts of the errors in the shared folder, for the owner only. Whatever else stops it cancels the job.
    """
    run = cluster.shared / f"{step}-{uuid.uuid4().hex[:12]}"
    for folder in (BEGUN, MADE, ERRORS):
        (run / folder).mkdir(parents=True, mode=0o700)
    given = {"buckets": buckets, "salt": salt}
    files = _hand_out(connection, run, step)
    task = Task(str(run), step, make, dict(parameters), cluster.memory_limit, code_digest())
    try:
        found = _run(cluster.session(), shuffle.Divide(files, given), task, buckets, tell)
        made = sliced.made(step)
        sliced.begin(connection, made)
        sliced.gather(connection, made, [run / MADE / row.folder for row in found])
        sliced.finish(connection, made)
        return list(found[0].table_names)
    finally:
        if not any((run / ERRORS).iterdir()):
            shutil.rmtree(run)


def _hand_out(connection: duckdb.DuckDBPyConnection, run: Path, step: str) -> tuple[tuple[str, str], ...]:
    """Write what the step reads: tables of persons as files for the shuffle, the others whole; the former."""
    files: list[tuple[str, str]] = []
    for table in sliced.read(step):
        target = run / "read" / table.name
        target.mkdir(parents=True, mode=0o700)
        if table.scope == "patient":
            options = f"format parquet, compression lz4, file_size_bytes '{FILE_BYTES}'"
            connection.execute(f"copy ({sliced.owned(table)}) to '{_quoted(target)}' ({options})")
            files += [(table.name, str(file)) for file in sorted(target.iterdir())]
        else:
            connection.execute(f"copy {table.name} to '{_quoted(target / 'all.parquet')}' (format parquet)")
    return tuple(files)


def _run(spark: "SparkSession", divide: shuffle.Divide, task: Task, buckets: int, tell: Tell) -> "list[Row]":
    """Shuffle and make; of each bucket the attempt that counts: its folder, and the names of the tables."""
    tag, run = f"mucosa-{uuid.uuid4().hex}", Path(task.folder)
    numbers = spark.range(0, len(divide.files), 1, len(divide.files))
    pieces = numbers.mapInArrow(divide.pieces, shuffle.PIECE)
    rows = pieces.repartitionById(buckets, "bucket").mapInArrow(
        task.make_bucket, "bucket int, folder string, table_names array<string>"
    )
    outcome: list[list[Row] | BaseException] = []

    def work() -> None:
        try:
            spark.addTag(tag)
            outcome.append(sorted(rows.collect(), key=lambda row: row.bucket))
        except BaseException as error:  # noqa: BLE001 - it is raised again where somebody waits
            outcome.append(error)

    thread = threading.Thread(target=work, name=tag, daemon=True)
    thread.start()
    try:
        _watch(thread, run, task.step, buckets, tell)
    except BaseException:  # whoever stops this step stops the cluster's work on it
        spark.interruptTag(tag)
        raise
    if isinstance(outcome[0], BaseException):
        raise _explained(run, outcome[0])
    return outcome[0]


def _watch(thread: threading.Thread, run: Path, step: str, buckets: int, tell: Tell) -> None:
    """Tell how many buckets are done, and of each that was begun more than once."""
    said, again = -1, 0
    while thread.is_alive():
        thread.join(LOOK_SECONDS)
        begun = [file.name.partition(".")[0] for file in (run / BEGUN).iterdir()]
        done = len({file.name.partition(".")[0] for file in (run / MADE).glob("[0-9]*")})
        if done != said:
            tell(f"{step}: {done} of {buckets} buckets made", False)
            said = done
        if len(begun) - len(set(begun)) > again:
            again = len(begun) - len(set(begun))
            tell(f"{step}: {again} buckets begun again", True)


def _explained(run: Path, error: BaseException) -> BaseException:
    """An error of the tasks without its text, which may hold a patient's value; another one as it is."""
    kinds = sorted({file.stem.partition(".")[2] for file in (run / ERRORS).iterdir()})
    if not kinds:
        return error
    if kinds == [OtherCodeError.__name__]:
        return UsageError("Spark's workers run another version of Mucosa than this machine: install the same on all.")
    return DataError(
        f"Spark gave up: tasks stopped on {', '.join(kinds)}. Their texts may hold patient data, so they lie in the"
        f" shared folder for the owner only: {run.name}/{ERRORS}. Nothing of this step was kept."
    )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
