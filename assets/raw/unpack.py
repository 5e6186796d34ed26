"""Compressed files: what is inside a gzip, Zstandard or ZIP file, told by its first bytes, not by its name."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, BinaryIO

import pyarrow as pa

from warehouse.errors import DataError

Source = Callable[[], BinaryIO]
"""Opens a landed file at its beginning; nobody holds a whole file in memory."""

GZIP, ZSTANDARD, ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"
WORKBOOK_PART = "[Content_Types].xml"
"""Every Office document is a ZIP file with this member."""
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError)
"""What the libraries raise over bytes that are not what their beginning says."""
CHUNK = 1 << 20
"""Bytes that are read at a time."""


def unpack(content: bytes, file: str) -> bytes:
    """The bytes inside, as `chunks` gives them."""
    return b"".join(chunks(lambda: io.BytesIO(content), file))


def chunks(source: Source, file: str) -> Iterator[bytes]:
    """The bytes inside piece by piece; a file that is not compressed, or is a workbook, comes as it is.

    `file` names it in errors (`DataError`): a damaged file, or a ZIP file that holds not exactly one file.
    """
    with source() as stream:
        start = stream.read(len(ZIP))
        stream.seek(0)
        if start.startswith(GZIP):
            yield from _inside(gzip.GzipFile(fileobj=stream), file, "gzip")
        elif start == ZSTANDARD:
            yield from _inside(pa.input_stream(stream, compression="zstd"), file, "Zstandard")
        elif start == ZIP:
            yield from _inside(_only_member(stream, file), file, "ZIP")
        else:
            yield from iter(lambda: stream.read(CHUNK), b"")


def _inside(stream: IO[bytes] | gzip.GzipFile, file: str, kind: str) -> Iterator[bytes]:
    try:
        yield from iter(lambda: stream.read(CHUNK), b"")
    except DAMAGE:
        raise _damaged(file, kind) from None


def _only_member(stream: BinaryIO, file: str) -> IO[bytes]:
    try:
        archive = zipfile.ZipFile(stream)
        members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
        if any(member.filename == WORKBOOK_PART for member in members):
            stream.seek(0)
            return stream
        if len(members) != 1:
            raise DataError(
                f"{file} is a ZIP file that holds {len(members)} files. Pack one file into each, or deliver the"
                " files themselves."
            )
        if members[0].flag_bits & 1:
            raise DataError(f"{file} is a ZIP file with a password. Deliver it without one.")
        return archive.open(members[0])
    except DAMAGE:
        raise _damaged(file, "ZIP") from None


def _damaged(file: str, kind: str) -> DataError:
    return DataError(f"{file} is a damaged or truncated {kind} file. Send it again.")
