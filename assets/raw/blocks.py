"""Records on disk, block by block: Parquet that its owner alone may read."""

from pathlib import Path

import polars as pl
import pyarrow as pa
from pyarrow import parquet as pq


def save(file: Path, block: pl.DataFrame) -> None:
    """Write one block to a new file."""
    with writer(file, block, statistics=False) as opened:
        write(opened, block)


def writer(file: Path, start: pl.DataFrame, statistics: bool | list[str]) -> pq.ParquetWriter:
    """What writes blocks with the columns of the first one to a new file; each becomes a row group.

    Arrow's writer takes four fifths of the time of Polars' own, which tries a dictionary on every column.
    """
    file.touch(mode=0o600)
    return pq.ParquetWriter(
        file,
        _arrow(start.clear()).schema,
        compression="lz4",
        use_dictionary=_repeating(start),
        write_statistics=statistics,
        store_schema=False,  # without Arrow's own every reader takes the cells for what they are
    )


def write(opened: pq.ParquetWriter, block: pl.DataFrame) -> None:
    """Append a block."""
    opened.write_table(_arrow(block), row_group_size=max(1, block.height))


def rows(file: Path) -> int | None:
    """Rows of a file that was written whole; null where there is none, or less of it, as after a power cut."""
    try:
        return pq.read_metadata(file).num_rows
    except (pa.ArrowInvalid, OSError):
        return None


def _arrow(frame: pl.DataFrame) -> pa.Table:
    return frame.to_arrow(compat_level=pl.CompatLevel.newest())


def _repeating(block: pl.DataFrame) -> list[str]:
    """Columns whose cells come again, as their beginning tells: only these are worth a dictionary."""
    start = block.head(4096)
    flat = [column for column in start if not column.dtype.is_nested()]
    return [column.name for column in flat if column.n_unique() <= start.height / 2]
