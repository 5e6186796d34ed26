"""CSV files as text: every record with its number and its first physical line, nothing interpreted.

A file is read in blocks of whole lines. Clean lines go to the columnar reader as they are; a line with a quotation
mark goes there too if it is plainly well-formed, else Python reads it with care until its record ends.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import csv as columnar

from assets.raw import headers, text
from assets.raw.careful import CarefulReader
from assets.raw.text import BOM, Chunks
from schemas.extract import Feed
from schemas.profile import Profile

BLOCK = 1 << 25
"""Bytes of text that are read together."""
TEXT = pa.string()
REPEATING = pa.dictionary(pa.int32(), TEXT)
"""Each distinct text of a block once, and a number a cell: a tenth of the work for whoever reads it."""


def read(content: bytes, file: str, feed: Feed, profile: Profile, block: int = BLOCK) -> pl.DataFrame:
    """All records of a file that is held in memory, as `tables` gives them."""
    parts = [plain(part) for part in tables(lambda: iter([content]), file, feed, profile, block)]
    return pl.DataFrame(pa.concat_tables(parts))


def plain(table: pa.Table) -> pa.Table:
    """The table with every text written out."""
    fields = [f.with_type(TEXT) if f.type == REPEATING else f for f in table.schema]
    return table.cast(pa.schema(fields))


def tables(chunks: Chunks, file: str, feed: Feed, profile: Profile, block: int = BLOCK) -> Iterator[pa.Table]:
    """The records of a file block by block, all columns text; `file` names it in errors (`DataError`).

    Empty lines are no records. A quoted field may span lines. The columns are `headers.PROVENANCE` and the file's.
    """
    said = profile.feed(feed.feed)
    reader = Reader(file, said.delimiter or profile.delimiter, profile.quote)
    rest = b""
    for piece, is_last in _and_last(text.blocks(chunks, file, said.encoding or profile.encoding, block)):
        whole = rest + piece
        if is_last and not whole.endswith((b"\n", b"\r")):
            whole += b"\n"
        if not reader.header:
            whole = whole[reader.take_header(whole, is_last) :]
            if reader.header:
                headers.check(reader.header, file, feed, profile)
        rest = whole
        if reader.header:
            table, used = reader.table(whole, is_last)
            rest = whole[used:]
            yield table


def _and_last(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    before = next(pieces)
    for piece in pieces:
        yield before, False
        before = piece
    yield before, True


class Reader(CarefulReader):
    """Where the next record of a file stands, and how to read on from there."""

    def __init__(self, file: str, delimiter: str, quote: str) -> None:
        super().__init__(file, delimiter, quote)
        self.record = 1
        self.types: dict[str, pa.DataType] = {}

    def table(self, whole: bytes, is_last: bool) -> tuple[pa.Table, int]:
        """The records that end in these lines, and how many bytes they take."""
        if self._is_clean(whole):
            starts, torn, lines, used = None, dict[int, str](), whole.count(b"\n"), len(whole)
            parsed, ragged = self._parse(whole)
        else:
            careful, starts, torn, lines, used = self.mended(whole, is_last)
            parsed, ragged = self._parse(careful, with_care=True)
        count = parsed.num_rows + len(ragged) + len(torn)
        whole_records = np.ones(count, bool)
        whole_records[list(torn)] = False
        places = np.flatnonzero(whole_records)
        torn |= {int(places[number - 1]): line for number, line in ragged}
        whole_records[list(torn)] = False
        if torn:
            parsed = parsed.take(pa.array(np.cumsum(whole_records) - 1, mask=~whole_records))
        texts = pa.array([torn[place] for place in sorted(torn)], TEXT)
        malformed = texts.take(pa.array(np.cumsum(~whole_records) - 1, mask=whole_records))
        provenance = {
            "record": pa.array(np.arange(self.record, self.record + count), pa.int32()),
            "line": pa.array(self.line + (np.arange(count) if starts is None else np.array(starts, int)), pa.int32()),
            "malformed": malformed,
            "fault": pa.array(["fields"]).take(pa.array(np.zeros(count, int), mask=whole_records)),
        }
        self.line += lines
        self.record += count
        cells = dict(zip(parsed.column_names, parsed.columns, strict=True))
        return pa.table(provenance | cells), used

    def _is_clean(self, whole: bytes) -> bool:
        """Whether each line is a record, and each delimiter one."""
        return not (self.quote and self.quote.encode() in whole) and self.has_plain_lines(whole)

    def _parse(self, body: bytes, *, with_care: bool = False) -> tuple[pa.Table, list[tuple[int, str]]]:
        """The cells of records that have as many as the header; number and text of the others."""
        ragged: list[tuple[int, str]] = []

        def skip(row: columnar.InvalidRow) -> str:
            ragged.append((row.number, row.text))
            return "skip"

        types = self.types or dict.fromkeys(self.header, REPEATING)
        if not body:
            return pa.schema(list(types.items())).empty_table(), ragged
        parsed = columnar.read_csv(
            pa.BufferReader(BOM + body if body.startswith(BOM) else body),  # it takes the first one away
            columnar.ReadOptions(use_threads=False, block_size=len(body) + 4, column_names=self.header),
            columnar.ParseOptions(
                delimiter=self.delimiter if self.delimiter.isascii() else ",",
                quote_char=(self.quote or '"') if with_care and self._is_quoted else False,
                newlines_in_values=with_care,
                invalid_row_handler=skip,
            ),
            columnar.ConvertOptions(column_types=types, strings_can_be_null=False, check_utf8=False),
        )
        if not self.types:
            rows = parsed.num_rows
            distinct = {name: len(parsed[name].chunk(0).dictionary) if rows else 0 for name in self.header}
            self.types = {name: TEXT if distinct[name] > rows / 2 else REPEATING for name in self.header}
            parsed = parsed.cast(pa.schema(list(self.types.items())))
        return parsed, ragged

    @property
    def _is_quoted(self) -> bool:
        return bool(self.quote) or not self.delimiter.isascii()
