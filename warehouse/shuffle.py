"""Rows of many tables as they travel through Spark to the task that makes their bucket.

A row of the shuffle is a piece of one table for one bucket: a compressed Arrow stream. So Spark moves bytes and sorts
nothing, and no type of a table has to exist in Spark's SQL twice.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    Batches = Iterator[pa.RecordBatch]

PIECE = "bucket int, table_name string, piece binary"
"""Schema of the shuffle in Spark's words."""
ROWS = 200_000
"""Of one table that a task gathers before it divides them among the buckets."""


def pieces(table: str, bucket: str) -> Callable[["Batches"], "Batches"]:
    """A function for `mapInArrow`: rows of one table into pieces; `bucket` is SQL that numbers the row's bucket."""

    def divide(batches: "Batches") -> "Batches":
        import duckdb

        with duckdb.connect(config={"threads": 1}) as connection:
            for gathered in _gathered(batches):
                connection.register("gathered", gathered)
                numbers = connection.execute(f"select ({bucket})::integer as number from gathered").to_arrow_table()
                connection.unregister("gathered")
                yield _split(gathered, numbers["number"], table)

    return divide


def unpacked(batches: "Batches") -> Iterator[tuple[str, "pa.Table"]]:
    """The pieces of one bucket again: table and rows of each."""
    import pyarrow as pa

    for batch in batches:
        for table, piece in zip(batch["table_name"].to_pylist(), batch["piece"], strict=True):
            with pa.ipc.open_stream(piece.as_buffer()) as stream:
                yield table, stream.read_all()


def _gathered(batches: "Batches") -> Iterator["pa.Table"]:
    import pyarrow as pa

    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(b.num_rows for b in held) >= ROWS:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


def _split(rows: "pa.Table", numbers: "pa.ChunkedArray", table: str) -> "pa.RecordBatch":
    import numpy as np
    import pyarrow as pa

    bucket = numbers.to_numpy()
    order = np.argsort(bucket, kind="stable")
    found, starts = np.unique(bucket[order], return_index=True)
    sorted_rows = rows.take(order)
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    made = []
    for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema, options=options) as stream:
            stream.write_table(sorted_rows.slice(start, end - start).combine_chunks())
        made.append(sink.getvalue().to_pybytes())
    return pa.RecordBatch.from_arrays(
        [pa.array(found, pa.int32()), pa.array([table] * len(found)), pa.array(made, pa.binary())],
        names=["bucket", "table_name", "piece"],
    )
