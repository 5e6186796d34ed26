"""What runs on a worker: one bucket, from its pieces to its tables."""

import functools
import hashlib
import os
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from schemas import contract
from warehouse import shuffle
from warehouse import slice as sliced
from warehouse.connection import UTC

if TYPE_CHECKING:
    import pyarrow as pa

    Batches = Iterator[pa.RecordBatch]

BEGUN, MADE, ERRORS = "begun", "made", "errors"
"""Folders of a run: an empty file for each attempt, a folder for each attempt that ended, texts of errors."""


class Task(NamedTuple):
    """For `mapInArrow`: the pieces of one bucket in, the name of the folder with its tables out."""

    folder: str
    step: str
    make: Callable[[duckdb.DuckDBPyConnection, Mapping[str, object]], Iterable[str]]
    parameters: dict[str, object]
    memory_limit: str
    code: str
    """Digest of the code that the driver runs."""

    def make_bucket(self, batches: "Batches") -> "Batches":
        import pyarrow as pa
        from pyspark import TaskContext

        context = TaskContext.get()
        if context is None:
            raise RuntimeError("a task runs on Spark")
        number = context.partitionId()
        name = f"{number}.{context.taskAttemptId()}"
        first = next(batches, None)
        if first is None and number:
            return  # nobody is in this bucket; the first is made all the same, for the tables that are nobody's
        os.umask(0o077)
        run = Path(self.folder)
        (run / BEGUN / name).touch()
        with _told(run / ERRORS, name):
            if code_digest() != self.code:
                raise OtherCodeError
            part = run / MADE / f".{name}"
            part.mkdir()
            tables = self.make_tables(shuffle.unpacked(_all(first, batches)), part)
            part.rename(run / MADE / name)
        yield pa.RecordBatch.from_arrays(
            [pa.array([number], pa.int32()), pa.array([name]), pa.array([tables])],
            names=["bucket", "folder", "table_names"],
        )

    def make_tables(self, pieces: Iterator[tuple[str, "pa.Table"]], target: Path) -> list[str]:
        """Make the tables and write them; their names, parents first."""
        with tempfile.TemporaryDirectory() as spill, duckdb.connect(config={
            "memory_limit": self.memory_limit, "temp_directory": spill, "threads": 1,
            "preserve_insertion_order": "false", "autoinstall_known_extensions": "false",
        }) as connection:  # fmt: skip
            connection.execute(UTC)
            connection.execute(";\n".join(f"create schema {layer}" for layer in contract.LAYERS))
            for table in sliced.read(self.step):
                connection.execute(table.ddl())
                if table.scope == "global":
                    file = str(Path(self.folder) / "read" / table.name / "all.parquet")
                    connection.execute(f"insert into {table.name} by name from read_parquet($file)", {"file": file})
            for name, rows in pieces:
                connection.register("piece", rows)
                connection.execute(f"insert into {name} by name from piece")
                connection.unregister("piece")
            names = [*self.make(connection, self.parameters)]
            for table in sliced.made(self.step):
                connection.execute(f"copy {table.name} to '{target / table.name}.parquet' (format parquet)")
            return names


class OtherCodeError(Exception):
    """A worker runs another version of Mucosa than the driver: install the same on all of them."""


@functools.cache
def code_digest() -> str:
    """One number for all code, SQL, contracts and code lists that make tables; the same on every machine."""
    digest = hashlib.sha256()
    for package in ("schemas", "warehouse", "assets"):
        for name, file in sorted(_files(resources.files(package), package)):
            digest.update(f"{name}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for child in folder.iterdir():
        if child.is_dir():
            yield from _files(child, f"{path}/{child.name}")
        elif child.name.endswith((".py", ".sql", ".toml", ".csv", ".json")):
            yield f"{path}/{child.name}", child


def _all(first: "pa.RecordBatch | None", rest: "Batches") -> "Batches":
    if first is not None:
        yield first
        yield from rest


@contextmanager
def _told(folder: Path, name: str) -> Iterator[None]:
    """Keep an error's text, which may hold a patient's value, out of Spark's logs."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is
        kind = type(error).__name__
        (folder / f"{name}.{kind}.txt").write_text(traceback.format_exc(), encoding="utf-8")
    else:
        return
    raise RuntimeError(f"bucket {name} stopped on {kind}")
