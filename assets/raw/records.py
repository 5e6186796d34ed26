"""One CSV file as text: every record with its number and its first physical line, nothing interpreted."""

import csv
import difflib
import io
from collections.abc import Iterator

import polars as pl

from schemas.extract import Feed
from schemas.site import Profile
from warehouse.errors import DataError

PROVENANCE = ("record", "line", "malformed")
"""Columns added to the file's own: data record number, physical line (both from 1) and, where a record does
not have as many fields as the header, its text; its cells are then null."""


def read(content: bytes, file: str, feed: Feed, profile: Profile) -> pl.DataFrame:
    """All records of a file, all columns text; `file` names it in errors (`DataError`).

    Empty lines are no records. A quoted field may span lines.
    """
    text = _decode(content, file, profile)
    # Without quotes a line is a record, which lets the whole file be split without Python per row.
    plain = '"' not in text and text.count("\r") == text.count("\r\n")
    header, body = (_split_lines if plain else _parse_records)(text, file, profile.delimiter)
    _check_header(header, file, feed)
    fields = pl.col("fields")
    fits = fields.list.len() == len(header)
    return body.with_row_index("record", offset=1).select(
        pl.col("record").cast(pl.Int32),
        pl.col("line").cast(pl.Int32),
        pl.when(~fits).then("text").alias("malformed"),
        *(pl.when(fits).then(fields.list.get(i, null_on_oob=True)).alias(name) for i, name in enumerate(header)),
    )


def _decode(content: bytes, file: str, profile: Profile) -> str:
    try:
        text = content.decode(profile.encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{file} is not readable as {profile.encoding}, the encoding declared in"
            f" schemas/sites/{profile.site}.toml: the byte at offset {error.start} does not fit. Export the"
            " file as UTF-8."
        ) from None
    if not text.strip():
        raise DataError(f"{file} is empty. Send the file again; if there was nothing to report, with its header alone.")
    return text


def _split_lines(text: str, file: str, delimiter: str) -> tuple[list[str], pl.DataFrame]:
    del file
    lines = (
        pl.DataFrame({"text": pl.Series([text], dtype=pl.String).str.split("\n").explode()})
        .with_row_index("line", offset=1)
        .with_columns(pl.col("text").str.strip_suffix("\r"))
        .filter(pl.col("text") != "")
        .with_columns(fields=pl.col("text").str.split(delimiter))
    )
    return lines["fields"][0].to_list(), lines[1:]


def _parse_records(text: str, file: str, delimiter: str) -> tuple[list[str], pl.DataFrame]:
    end = "end of file"
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text if text.endswith(("\n", "\r")) else text + "\n", newline=""):
            taken.append(line)
            yield line
        yield end

    reader = csv.reader(lines(), delimiter=delimiter)
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


def _check_header(header: list[str], file: str, feed: Feed) -> None:
    """Refuse a header that leaves a column unnamed, names one twice or lacks one.

    A file without a header shows its first record here, so only names of the contract are ever quoted.
    """
    header[:] = [name.strip() for name in header]
    contract = [column.name for column in feed.columns]
    quoted = [name for name in header if name in contract]
    for position, name in enumerate(header, start=1):
        if name == "":
            raise DataError(f"{file} has no name for column {position}. Name every column in the first line.")
        if name in PROVENANCE:
            raise DataError(f"{file} names a column {name}, which is reserved. Rename column {position}.")
        if header.index(name) + 1 < position:
            raise DataError(
                f"{file} names columns {header.index(name) + 1} and {position} alike"
                f"{f' ({name})' if name in contract else ''}. Give each column its own name."
            )
    for column in feed.columns:
        if column.column == "required" and column.name not in header:
            others = sorted(set(header) - set(contract))
            close = difflib.get_close_matches(column.name, others, n=1, cutoff=0.8)
            raise DataError(
                f"{file} lacks the column {column.name} ({column.meaning.rstrip('.').lower()}). Its first"
                f" line holds {', '.join(quoted) or 'no column of the contract'} and {len(others)} others"
                f"{f', one of them {close[0]}' if close else ''}. Name the columns as docs/extracts.md does."
            )
