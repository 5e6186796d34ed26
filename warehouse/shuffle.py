"""Rows of many tables as they travel through Spark to the task that makes their bucket.

What Spark moves is a piece: the rows of one table for one bucket, as a compressed Arrow stream. So it neither sorts
nor translates anything, and no type of a table has to exist in its SQL, too. A row that is nobody's goes to every
bucket.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from warehouse import slice as sliced

if TYPE_CHECKING:
    import pyarrow as pa

    Batches = Iterator[pa.RecordBatch]

PIECE = "bucket int, table_name string, piece binary"
"""Schema of the shuffle in Spark's words."""
ROWS = 200_000
"""Rows of a file that are divided among the buckets at a time."""


class Divide(NamedTuple):
    """For `mapInArrow`: the numbers of files in, their rows out as pieces. Runs on the workers."""

    files: tuple[tuple[str, str], ...]
    """Table and Parquet file, whose rows carry their person in the column `sliced.OWNER`."""
    given: Mapping[str, object]
    """Values of `sliced.bucket`."""

    def pieces(self, batches: "Batches") -> "Batches":
        query = f"select *, {sliced.bucket(sliced.OWNER)}::integer as bucket from read_parquet($file)"
        for batch in batches:
            for number in batch.column(0).to_pylist():
                table, file = self.files[number]
                with duckdb.connect(config={"threads": 1}) as connection:
                    connection.execute("set TimeZone = 'UTC'")
                    rows = connection.execute(query, {"file": file, **self.given}).to_arrow_reader(ROWS)
                    for found in rows:
                        yield _split(found, table, int(str(self.given["buckets"])))


def unpacked(batches: "Batches") -> Iterator[tuple[str, "pa.Table"]]:
    """The pieces of one bucket again: table and rows of each."""
    import pyarrow as pa

    for batch in batches:
        for table, piece in zip(batch.column(1).to_pylist(), batch.column(2), strict=True):
            with pa.ipc.open_stream(piece.as_buffer()) as stream:
                yield table, stream.read_all()


def _split(rows: "pa.RecordBatch", table: str, buckets: int) -> "pa.RecordBatch":
    import numpy as np
    import pyarrow as pa

    numbers = rows["bucket"].fill_null(buckets).to_numpy()
    order = np.argsort(numbers, kind="stable")
    found, starts = np.unique(numbers[order], return_index=True)
    sorted_rows = rows.drop_columns(["bucket", sliced.OWNER]).take(pa.array(order))
    ends = [*starts[1:], len(order)]
    pieces = []
    for number, start, end in zip(found.tolist(), starts, ends, strict=True):
        piece = _packed(sorted_rows.slice(start, end - start))
        pieces += [(n, table, piece) for n in (range(buckets) if number == buckets else (number,))]
    columns = list(zip(*pieces, strict=True)) or [(), (), ()]
    types = (pa.int32(), pa.string(), pa.binary())
    return pa.RecordBatch.from_arrays(
        [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)],
        names=["bucket", "table_name", "piece"],
    )


def _packed(rows: "pa.RecordBatch") -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as stream:
        stream.write_batch(rows)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed
