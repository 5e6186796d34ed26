"""Compressed files: what is inside a gzip, Zstandard or ZIP file, told by its first bytes, not by its name."""

import gzip
import io
import zipfile
import zlib

import pyarrow as pa

from warehouse.errors import DataError

GZIP, ZSTANDARD, ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"
WORKBOOK_PART = "[Content_Types].xml"
"""Every Office document is a ZIP file with this member."""


def unpack(content: bytes, file: str) -> bytes:
    """The bytes inside; a file that is not compressed, or is a workbook, comes back as it is.

    `file` names it in errors (`DataError`): a damaged file, or a ZIP file that holds not exactly one file.
    """
    if content.startswith(GZIP):
        try:
            return gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            raise _damaged(file, "gzip") from None
    if content.startswith(ZSTANDARD):
        try:
            return pa.input_stream(io.BytesIO(content), compression="zstd").read()
        except OSError:
            raise _damaged(file, "Zstandard") from None
    if content.startswith(ZIP):
        return _only_member(content, file)
    return content


def _only_member(content: bytes, file: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
            if any(member.filename == WORKBOOK_PART for member in members):
                return content
            if len(members) != 1:
                raise DataError(
                    f"{file} is a ZIP file that holds {len(members)} files. Pack one file into each, or deliver the"
                    " files themselves."
                )
            if members[0].flag_bits & 1:
                raise DataError(f"{file} is a ZIP file with a password. Deliver it without one.")
            return archive.read(members[0])
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
        raise _damaged(file, "ZIP") from None


def _damaged(file: str, kind: str) -> DataError:
    return DataError(f"{file} is a damaged or truncated {kind} file. Send it again.")
