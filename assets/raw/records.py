"""CSV files as text: every record with its number and its first physical line, nothing interpreted.

A file is read in blocks of whole lines. Where every line is a record, but for few that hold a quotation mark, Polars
reads the block, and counts of lines and delimiters prove that it took each for what it is. Any other block is looked
through line by line; a record that a columnar reader might mistake is read by Python.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
import pyarrow as pa
from pyarrow import csv as columnar

from assets.raw import headers, text
from assets.raw.careful import CarefulReader, Mended, count
from assets.raw.text import BOM, Chunks
from schemas.extract import Feed
from schemas.profile import Profile

BLOCK = 1 << 24
"""Bytes of text that are read together."""


def read(content: bytes, file: str, feed: Feed, profile: Profile, block: int = BLOCK) -> pl.DataFrame:
    """All records of a file that is held in memory, as `tables` gives them."""
    return pl.concat(tables(lambda: iter([content]), file, feed, profile, block))


def tables(chunks: Chunks, file: str, feed: Feed, profile: Profile, block: int = BLOCK) -> Iterator[pl.DataFrame]:
    """The records of a file block by block, all columns text; `file` names it in errors (`DataError`).

    Empty lines are no records. A quoted field may span lines. The columns are `headers.PROVENANCE` and the file's.
    """
    said = profile.feed(feed.feed)
    reader = Reader(file, said.delimiter or profile.delimiter, profile.quote)
    rest = b""
    for piece, is_last in _and_last(text.blocks(chunks, file, said.encoding or profile.encoding, block)):
        whole = rest + piece if rest else piece
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

    def table(self, whole: bytes, is_last: bool) -> tuple[pl.DataFrame, int]:
        """The records that end in these lines, and how many bytes they take."""
        ragged: list[tuple[int, str]] = []
        mended = self.lines_are_records(whole, is_last)
        parsed = self._counted(mended) if mended else None
        if parsed is None or mended is None:
            mended = self.mended(whole, is_last)
            parsed, ragged = self._parse(mended.text)
        height = parsed.height + len(ragged) + len(mended.torn)
        starts = np.arange(height) if mended.starts is None else mended.starts
        malformed = fault = pl.repeat(None, height, dtype=pl.String, eager=True)
        if mended.torn or ragged:
            parsed, malformed, fault = _apart(parsed, mended.torn, ragged, height)
        parsed = parsed.select(
            pl.Series("record", np.arange(self.record, self.record + height, dtype=np.int32)),
            pl.Series("line", (self.line + starts).astype(np.int32)),
            malformed.alias("malformed"),
            fault.alias("fault"),
            pl.all(),
        )
        self.line += mended.lines
        self.record += height
        return parsed, mended.used

    def _counted(self, mended: Mended) -> pl.DataFrame | None:
        """The cells of records that are a line each; nothing where the counts do not prove it.

        Polars refuses a record with more cells than the header has, and fills one with fewer: delimiters tell those.
        """
        rows = mended.lines if mended.starts is None else len(mended.starts) - len(mended.torn)
        width = len(self.header)
        if width == 1 or not rows:
            return None
        if mended.within is not None:
            expected = rows * (width - 1) + mended.within
            if count(mended.text, self.delimiter) != expected:
                return None
        try:
            parsed = pl.read_csv(
                BOM + mended.text if mended.text.startswith(BOM) else mended.text,  # it takes the first one away
                has_header=False,
                schema=dict.fromkeys(self.header, pl.String),
                separator=self.delimiter,
                quote_char=None if mended.starts is None else self.quote,
                empty_string_is_null=False,
            )
        except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
            return None
        return parsed if parsed.height == rows else None

    def _parse(self, body: bytes) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
        """The cells of records that have as many as the header; number and text of the others."""
        ragged: list[tuple[int, str]] = []

        def skip(row: columnar.InvalidRow) -> str:
            ragged.append((row.number, row.text))
            return "skip"

        if not body:
            return pl.DataFrame(schema=dict.fromkeys(self.header, pl.String)), ragged
        parsed = columnar.read_csv(
            pa.BufferReader(BOM + body if body.startswith(BOM) else body),  # it takes the first one away
            columnar.ReadOptions(use_threads=False, block_size=len(body) + 4, column_names=self.header),
            columnar.ParseOptions(
                delimiter=self.delimiter if self.delimiter.isascii() else ",",
                quote_char=(self.quote or '"') if self._is_quoted else False,
                newlines_in_values=True,
                invalid_row_handler=skip,
            ),
            columnar.ConvertOptions(
                column_types=dict.fromkeys(self.header, pa.large_string()), strings_can_be_null=False, check_utf8=False
            ),
        )
        return pl.DataFrame(parsed), ragged

    @property
    def _is_quoted(self) -> bool:
        return bool(self.quote) or not self.delimiter.isascii()


def _apart(
    parsed: pl.DataFrame, torn: dict[int, str], ragged: list[tuple[int, str]], height: int
) -> tuple[pl.DataFrame, pl.Series, pl.Series]:
    """Records that could not be split stand where they stood, with their text and no cells."""
    whole = np.ones(height, bool)
    whole[list(torn)] = False
    places = np.flatnonzero(whole)
    torn = torn | {int(places[number - 1]): line for number, line in ragged}
    whole[list(torn)] = False
    place = pl.select(pl.when(pl.Series(whole)).then(pl.Series(np.cumsum(whole) - 1))).to_series()
    at = pl.Series(list(torn), dtype=pl.Int64)
    malformed, fault = (pl.repeat(None, height, dtype=pl.String, eager=True) for _ in range(2))
    malformed.scatter(at, pl.Series(list(torn.values()), dtype=pl.String))
    fault.scatter(at, "fields")
    return parsed.select(pl.all().gather(place)), malformed, fault
