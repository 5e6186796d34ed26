"""Operators on the records of a feed and on its file as bytes."""

import gzip
import io
import zipfile
from collections.abc import Callable
from typing import NamedTuple

import pyarrow as pa

from benchmarks.mutations.landing import Row, text
from schemas.extract import Feed


class Table(NamedTuple):
    """The records of a feed, and the columns of its file in their order."""

    feed: Feed
    rows: list[Row]
    names: list[str]

    @property
    def content(self) -> bytes:
        return text(self.feed, self.rows, self.names).encode()


ColumnOperator = Callable[[Table, str], Table | bytes | None]
FileOperator = Callable[[Table], Table | bytes | None]


def _cells(table: Table, name: str, cells: list[str]) -> Table:
    """The column with other cells."""
    return table._replace(rows=[row | {name: c} for row, c in zip(table.rows, cells, strict=True)])


def _column(table: Table, name: str) -> list[str]:
    return [row.get(name, "") for row in table.rows]


def _neighbour(table: Table, name: str) -> str:
    return table.names[(table.names.index(name) + 1) % len(table.names)]


def _swap_columns(table: Table, name: str) -> Table:
    other = _neighbour(table, name)
    return table._replace(rows=[r | {name: r.get(other, ""), other: r.get(name, "")} for r in table.rows])


def _swap_in_one_record(table: Table, name: str) -> Table:
    swapped = _swap_columns(table._replace(rows=table.rows[:1]), name)
    return table._replace(rows=[*swapped.rows, *table.rows[1:]])


def _swap_between_patients(table: Table, name: str) -> Table | None:
    """The first two records of different patients whose cells differ exchange them."""
    first = table.rows[0]
    for i, row in enumerate(table.rows):
        if row.get("patient_id") != first.get("patient_id") and row.get(name) != first.get(name):
            cells = _column(table, name)
            cells[0], cells[i] = cells[i], cells[0]
            return _cells(table, name, cells)
    return None


def _renamed(table: Table, name: str) -> Table:
    rows = [{("x" + k if k == name else k): v for k, v in row.items()} for row in table.rows]
    return table._replace(rows=rows, names=["x" + n if n == name else n for n in table.names])


def _dropped(table: Table, name: str) -> Table:
    rows = [{k: v for k, v in row.items() if k != name} for row in table.rows]
    return table._replace(rows=rows, names=[n for n in table.names if n != name])


COLUMNS: dict[str, ColumnOperator] = {
    "swap two columns": _swap_columns,
    "swap two cells of a record": _swap_in_one_record,
    "swap between two patients": _swap_between_patients,
    "shift the column by a row": lambda t, n: _cells(t, n, [*_column(t, n)[-1:], *_column(t, n)[:-1]]),
    "fill the column down": lambda t, n: _cells(t, n, [_column(t, n)[0]] * len(t.rows)),
    "sort the column alone": lambda t, n: _cells(t, n, sorted(_column(t, n))),
    "empty the column": lambda t, n: _cells(t, n, [""] * len(t.rows)),
    "drop the column": _dropped,
    "rename the column": _renamed,
    "column twice": lambda t, n: t._replace(names=[*t.names, n]),
    "column moved to the end": lambda t, n: t._replace(names=[*(m for m in t.names if m != n), n]),
}
"""Tried on every column of every feed."""


def _with_lines(table: Table, change: Callable[[list[str]], list[str]]) -> bytes:
    return ("\n".join(change(table.content.decode().rstrip("\n").split("\n"))) + "\n").encode()


def _zipped(table: Table) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("feed.csv", table.content)
    return buffer.getvalue()


def _new_keys(table: Table) -> Table:
    key = table.feed.key[-1]
    return table._replace(rows=[*table.rows, *(row | {key: f"{row[key]}9"} for row in table.rows)])


FILES: dict[str, FileOperator] = {
    "every record twice": lambda t: t._replace(rows=[*t.rows, *t.rows]),
    "a record twice": lambda t: t._replace(rows=[*t.rows, t.rows[0]]),
    "a record twice under another number": lambda t: t._replace(rows=[*t.rows, _new_keys(t).rows[len(t.rows)]]),
    "every record twice under another number": _new_keys,
    "a record lost": lambda t: t._replace(rows=t.rows[1:]),
    "no records": lambda t: t._replace(rows=[]),
    "records in reverse order": lambda t: t._replace(rows=t.rows[::-1]),
    "the second half lost": lambda t: t.content[: len(t.content) // 2],
    "the last line cut": lambda t: t.content[:-8],
    "no newline at the end": lambda t: t.content[:-1],
    "no header": lambda t: _with_lines(t, lambda lines: lines[1:]),
    "header again between the records": lambda t: _with_lines(t, lambda lines: [*lines[:2], lines[0], *lines[2:]]),
    "a title above": lambda t: b"Export of the ward\n" + t.content,
    "a sum below": lambda t: t.content + f"Total: {len(t.rows)} records\n".encode(),
    "empty lines": lambda t: _with_lines(t, lambda lines: [part for line in lines for part in (line, "")]),
    "a cell too many": lambda t: _with_lines(t, lambda lines: [lines[0], lines[1] + ",x", *lines[2:]]),
    "a cell too few": lambda t: _with_lines(t, lambda ls: [ls[0], ls[1].rpartition(",")[0], *ls[2:]]),
    "delimiter behind every line": lambda t: _with_lines(t, lambda lines: [line + "," for line in lines]),
    "quotation mark never closed": lambda t: t.content + b'"',
    "every cell quoted": lambda t: _with_lines(t, lambda ls: ['"' + line.replace(",", '","') + '"' for line in ls]),
    "semicolons": lambda t: t.content.replace(b",", b";"),
    "tabs": lambda t: t.content.replace(b",", b"\t"),
    "CRLF": lambda t: t.content.replace(b"\n", b"\r\n"),
    "CR": lambda t: t.content.replace(b"\n", b"\r"),
    "byte order mark": lambda t: b"\xef\xbb\xbf" + t.content,
    "CP932": lambda t: t.content.decode().encode("cp932", "replace"),
    "EUC-JP": lambda t: t.content.decode().encode("euc_jp", "replace"),
    "UTF-16": lambda t: t.content.decode().encode("utf-16"),
    "UTF-8 twice": lambda t: t.content.decode("latin-1").encode(),
    "a wrong byte": lambda t: t.content.replace(b"\n", b"\xff\n", 2),
    "NUL at the end": lambda t: t.content + b"\0" * 512,
    "gzip": lambda t: gzip.compress(t.content, mtime=0),
    "gzip cut": lambda t: gzip.compress(t.content, mtime=0)[:-12],
    "Zstandard": lambda t: pa.compress(t.content, codec="zstd", asbytes=True),
    "Zstandard cut": lambda t: pa.compress(t.content, codec="zstd", asbytes=True)[:-12],
    "ZIP": _zipped,
    "ZIP cut": lambda t: _zipped(t)[:-40],
    "no bytes": lambda _: b"",
}
"""Tried on every feed."""
