"""One CSV file as text: every record with its number and its first physical line, nothing interpreted."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Literal

import polars as pl

from assets.raw import headers
from schemas.extract import Feed
from schemas.profile import Profile
from warehouse.errors import DataError


def read(content: bytes, file: str, feed: Feed, profile: Profile) -> pl.DataFrame:
    """All records of a file, all columns text; `file` names it in errors (`DataError`).

    Empty lines are no records. A quoted field may span lines.
    """
    said = profile.feed(feed.feed)
    text = decode(content, file, said.encoding or profile.encoding)
    # Without quotes a line is a record, which lets the whole file be split without Python per row.
    plain = (not profile.quote or profile.quote not in text) and text.count("\r") == text.count("\r\n")
    delimiter = said.delimiter or profile.delimiter
    header, body = _split_lines(text, delimiter) if plain else _parse_records(text, file, delimiter, profile.quote)
    header = [name.strip() for name in header]
    headers.check(header, file, feed, profile)
    fields = pl.col("fields")
    fits = fields.list.len() == len(header)
    return body.with_row_index("record", offset=1).select(
        pl.col("record").cast(pl.Int32),
        pl.col("line").cast(pl.Int32),
        pl.when(~fits).then("text").alias("malformed"),
        pl.when(~fits).then(pl.lit("fields")).alias("fault"),
        *(pl.when(fits).then(fields.list.get(i, null_on_oob=True)).alias(name) for i, name in enumerate(header)),
    )


SHIFT = b"\x1b$"
"""How ISO-2022-JP turns to Japanese characters."""

SAMPLE = 200_000
"""Characters that tell one encoding from another."""


def decode(content: bytes, file: str, encoding: str) -> str:
    """The text of a file; bytes that do not fit its encoding raise `DataError` with the encoding that does."""
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise _unreadable(content, file, encoding, error.start) from None
    if SHIFT in content and "\x1b$" in text:
        # The bytes fit, and stand for something else.
        raise _unreadable(content, file, encoding, content.index(SHIFT))
    if not text.strip():
        raise DataError(f"{file} is empty. Send the file again; if there was nothing to report, with its header alone.")
    return text


def _unreadable(content: bytes, file: str, encoding: str, offset: int) -> DataError:
    fitting = guess_encoding(content)
    cure = f'Write encoding = "{fitting}" in the profile' if fitting else "Write the right encoding in the profile"
    return DataError(
        f"{file} is not readable as {encoding}, the encoding declared in the site's profile: the byte at offset"
        f" {offset} does not fit. {cure}, or export the file as UTF-8."
    )


def guess_encoding(content: bytes) -> str | None:
    """The first of the usual encodings that all bytes fit; null if none does."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in content[:200]:
        return None
    for encoding in ("iso2022_jp",) if SHIFT in content else ("utf-8", "euc_jp", "cp932", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # An umlaut and the letter behind it pass for one Japanese character, but those stand together.
        runs = re.findall("[^\0-\x7f]+", text[:SAMPLE])
        if encoding not in ("euc_jp", "cp932") or sum(map(len, runs)) >= 1.5 * len(runs):
            return encoding
    return None


def _split_lines(text: str, delimiter: str) -> tuple[list[str], pl.DataFrame]:
    lines = (
        pl.DataFrame({"text": pl.Series([text], dtype=pl.String).str.split("\n").explode()})
        .with_row_index("line", offset=1)
        .with_columns(pl.col("text").str.strip_suffix("\r"))
        .filter(pl.col("text") != "")
        .with_columns(fields=pl.col("text").str.split(delimiter))
    )
    return lines["fields"][0].to_list(), lines[1:]


def _parse_records(text: str, file: str, delimiter: str, quote: str) -> tuple[list[str], pl.DataFrame]:
    end = "end of file"
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text if text.endswith(("\n", "\r")) else text + "\n", newline=""):
            taken.append(line)
            yield line
        yield end

    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    reader = csv.reader(lines(), delimiter=delimiter, quotechar=quote or None, quoting=quoting)
    rows: list[tuple[int, str, list[str]]] = []
    first = 1
    try:
        for fields in reader:
            if fields:
                rows.append((first, "".join(taken).rstrip("\r\n"), fields))
            taken.clear()
            first = reader.line_num + 1
    except csv.Error:
        raise DataError(
            f"{file} can't be read beyond line {reader.line_num}: a field is longer than 131,072 characters,"
            " most likely because a quotation mark is never closed. Double quotation marks inside a quoted"
            " field."
        ) from None
    # The line after the last must stand alone; else an open quotation mark has swallowed it.
    opened, _, last = rows.pop()
    if last != [end]:
        raise DataError(
            f"{file} opens a quotation mark in or after the record of line {opened} and never closes it."
            " Double quotation marks inside a quoted field, and close every field that opens one."
        )
    columns = [("line", pl.Int64()), ("text", pl.String()), ("fields", pl.List(pl.String))]
    return rows[0][2], pl.DataFrame(rows[1:], schema=columns, orient="row")
