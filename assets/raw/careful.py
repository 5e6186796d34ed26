"""Lines of a CSV file that the columnar reader might mistake, read by Python until their record ends."""

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from warehouse.errors import DataError

FEW = 0.02
"""Share of lines with quotation marks up to which each is read with care: looking for well-formed ones costs more."""
BLANK = frozenset({"\n", "\r\n", "\r"})


def count(text: bytes | memoryview, sign: str) -> int:
    """How often an ASCII character stands in a long text; Python would look for each by itself."""
    signs, step = np.frombuffer(text, np.uint8), 1 << 20
    return sum(int(np.count_nonzero(signs[at : at + step] == ord(sign))) for at in range(0, len(signs), step))


class Mended(NamedTuple):
    """Records as well-formed lines, and what of a block they are."""

    text: bytes
    starts: np.ndarray | None
    """The line each record starts on, from 0; none where each line is one and no mark stands in them."""
    torn: dict[int, str]
    """By place the texts of records that do not fit; they are not among the lines."""
    lines: int
    """Lines and bytes that were used."""
    used: int
    within: int | None = 0
    """Delimiters that stand in quoted fields; none where the cells of each line have been counted."""


class CarefulReader:
    """Knows on which line the next record of a file stands."""

    def __init__(self, file: str, delimiter: str, quote: str) -> None:
        self.file, self.delimiter, self.quote = file, delimiter, quote
        self.header: list[str] = []
        self.line = 1
        mark, self.sign = (f"\\x{{{ord(c):x}}}" for c in (quote or '"', delimiter))
        self.field = f"(?:{mark}(?:[^{mark}]|{mark}{mark})*{mark}|[^{mark}{self.sign}\\r\\n]*)"
        self.well_formed = f"^{self.field}(?:{self.sign}{self.field})*\\r?\\n?$"

    def take_header(self, whole: bytes, is_last: bool) -> int:
        """Read the first record, if it ends here, as the names of the columns; bytes used."""
        lines = io.TextIOWrapper(io.BytesIO(whole), "utf-8", newline="")
        passed: list[str] = []
        fields: list[str] | None = []
        while fields == []:
            first = len(passed)
            fields, taken = self._record(lines, first)
            passed += taken
        if fields is None:
            return self._unfinished(first, is_last)
        self.header = [name.strip() for name in fields]
        self.line += len(passed)
        return len("".join(passed).encode())

    def lines_are_records(self, whole: bytes, is_last: bool) -> Mended | None:
        """The records of a block in which every line seems to be one but for few that hold a mark.

        Nobody has looked for empty lines: who counts what stands in the lines finds them.
        """
        marks = count(whole, self.quote) if self.quote else 0
        lines = count(whole, "\n")
        if not self.delimiter.isascii() or self._returns(whole):
            return None
        if marks > FEW * lines:
            return Mended(whole, np.arange(lines), {}, lines, len(whole), None) if self._all_fit(whole) else None
        return self._past_marks(whole, is_last) if marks else Mended(whole, None, {}, lines, len(whole))

    def _all_fit(self, whole: bytes) -> bool:
        """Whether each line is well-formed, with as many fields as the header."""
        lines = pl.Series([whole.removesuffix(b"\n")], dtype=pl.Binary).cast(pl.String).str.split("\n").explode()
        fits = lines.str.contains(f"^{self.field}(?:{self.sign}{self.field}){{{len(self.header) - 1}}}\\r?$")
        return bool((fits & (lines.str.len_bytes() <= csv.field_size_limit())).all())

    def mended(self, whole: bytes, is_last: bool) -> Mended:
        """The records that end in these lines, so that the columnar reader takes them for what they are."""
        marked = bool(self.quote) and self.quote.encode() in whole
        if not marked and self.has_plain_lines(whole):
            return Mended(whole, None, {}, count(whole, "\n"), len(whole))
        return self._line_by_line(whole, is_last)

    def has_plain_lines(self, whole: bytes) -> bool:
        """Whether each line is a record but for quotation marks, and each delimiter one."""
        return not (
            not self.delimiter.isascii()
            or b"\n\n" in whole
            or b"\n\r" in whole
            or whole.startswith((b"\n", b"\r"))
            or self._returns(whole)
        )

    @staticmethod
    def _returns(whole: bytes) -> bool:
        """Whether a carriage return ends a line by itself."""
        return b"\r" in whole and whole.count(b"\r") != whole.count(b"\r\n")

    def _past_marks(self, whole: bytes, is_last: bool) -> Mended:
        """Where every record is a line but for few that hold a mark: no other is looked at."""
        kept: list[bytes | memoryview] = []
        starts: list[np.ndarray] = []
        torn: dict[int, str] = {}
        seen = memoryview(whole)
        at = line = record = within = 0
        sign = self.delimiter.encode()
        while at < len(whole):
            mark = whole.find(self.quote.encode(), at)
            first = len(whole) if mark < 0 else whole.rfind(b"\n", at, mark) + 1 or at
            kept.append(seen[at:first])
            clean = count(kept[-1], "\n")
            starts.append(np.arange(line, line + clean))
            record, line, at = record + clean, line + clean, first
            if mark < 0:
                break
            fields, taken = self._record(_lines(whole, first), line)
            if fields is None:
                self._unfinished(line, is_last)
                break
            if len(fields) == len(self.header):
                kept.append(mended := self._line(fields).encode())
                within += mended.count(sign) - len(fields) + 1
            else:
                torn[record] = "".join(taken).rstrip("\r\n")
            starts.append(np.array([line]))
            record, line = record + 1, line + len(taken)
            at += len("".join(taken).encode())
        return Mended(b"".join(kept), np.concatenate([[], *starts]).astype(int), torn, line, at, within)

    def _line_by_line(self, whole: bytes, is_last: bool) -> Mended:
        lines = list(io.StringIO(whole.decode(), newline=""))
        kept: list[str] = []
        starts: list[int] = []
        torn: dict[int, str] = {}
        at = 0
        for i in self.odd(lines):
            if i < at:
                continue
            kept += lines[at:i]
            starts += range(at, i)
            at = i
            if lines[i] in BLANK:
                at += 1
                continue
            fields, taken = self._record(map(lines.__getitem__, range(i, len(lines))), i)
            if fields is None:
                self._unfinished(i, is_last)
                break
            if len(fields) == len(self.header):
                kept.append(self._line(fields))
            else:
                torn[len(starts)] = "".join(taken).rstrip("\r\n")
            starts.append(i)
            at += len(taken)
        else:
            kept += lines[at:]
            starts += range(at, len(lines))
            at = len(lines)
        used = len(whole) if at == len(lines) else len("".join(lines[:at]).encode())
        return Mended("".join(kept).encode(), np.array(starts, int), torn, at, used)

    def odd(self, lines: list[str]) -> list[int]:
        """Lines that the columnar reader might take for something else."""
        if not self.delimiter.isascii():
            return list(range(len(lines)))
        quote = self.quote or "\n\n"
        odd = [i for i, line in enumerate(lines) if quote in line or line in BLANK]
        if len(odd) <= FEW * len(lines):
            return odd
        texts = pl.Series([lines[i] for i in odd], dtype=pl.String)
        fine = (
            texts.str.contains(self.well_formed)
            & (texts.str.len_chars() <= csv.field_size_limit())
            & ~texts.is_in(list(BLANK))
        )
        return [i for i, is_fine in zip(odd, fine, strict=True) if not is_fine]

    def _record(self, lines: Iterator[str], first: int) -> tuple[list[str] | None, list[str]]:
        """The fields of the record that `lines` begin with, and its lines; no fields where it does not end in them."""
        taken: list[str] = []
        ends = True

        def following() -> Iterator[str]:
            nonlocal ends
            for line in lines:
                taken.append(line)
                yield line
            ends = False

        reader = csv.reader(
            following(),
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
        )
        try:
            fields = next(reader)
        except csv.Error:
            raise DataError(
                f"{self.file} can't be read beyond line {self.line + first + reader.line_num - 1}: a field is longer"
                f" than {csv.field_size_limit():,} characters, most likely because a quotation mark is never closed."
                " Double quotation marks inside a quoted field."
            ) from None
        return (fields if ends else None), taken

    def _unfinished(self, first: int, is_last: bool) -> int:
        if is_last:
            raise DataError(
                f"{self.file} opens a quotation mark in or after the record of line {self.line + first} and never"
                " closes it. Double quotation marks inside a quoted field, and close every field that opens one."
            )
        return 0

    def _line(self, fields: list[str]) -> str:
        line = io.StringIO()
        sign = self.delimiter if self.delimiter.isascii() else ","
        csv.writer(
            line, delimiter=sign, quotechar=self.quote or '"', quoting=csv.QUOTE_ALL, lineterminator="\n"
        ).writerow(fields)
        return line.getvalue()


def _lines(whole: bytes, at: int) -> Iterator[str]:
    while at < len(whole):
        end = whole.find(b"\n", at) + 1 or len(whole)
        yield whole[at:end].decode()
        at = end
