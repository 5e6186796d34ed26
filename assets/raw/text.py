"""The text of a file in UTF-8, in blocks of whole lines; its encoding is declared, and held against its bytes."""

import codecs
import re
from collections.abc import Callable, Iterator

import polars as pl

from warehouse.errors import DataError

Chunks = Callable[[], Iterator[bytes]]
"""Reads a file from its beginning, piece by piece."""

BOM = b"\xef\xbb\xbf"
SHIFT = b"\x1b$"
"""How ISO-2022-JP turns to Japanese characters."""

SAMPLE = 200_000
"""Characters that tell one encoding from another."""


def blocks(chunks: Chunks, file: str, encoding: str, size: int) -> Iterator[bytes]:
    """UTF-8 without byte order mark, cut after a line end once there are `size` bytes.

    Bytes that do not fit the encoding raise `DataError` with the encoding that does, a file of blanks one, too;
    `file` names it.
    """
    blank: bytes | None = b""
    held: list[bytes] = []
    for piece in _utf8(chunks, file, encoding):
        held.append(piece)
        if sum(map(len, held)) <= size or not (b"\n" in piece or b"\r" in piece):
            continue  # so that a line without an end is put together once
        rest = b"".join(held)
        while len(rest) > size and (cut := _line_end(rest, size)):
            block, rest = rest[:cut], rest[cut:]
            if blank is not None and _is_blank(blank + block):
                blank += block
            else:
                yield blank + block if blank else block
                blank = None
        held = [rest]
    last = b"".join([blank or b"", *held])
    if blank is not None and _is_blank(last):
        raise DataError(f"{file} is empty. Send the file again; if there was nothing to report, with its header alone.")
    if last:
        yield last


def _is_blank(text: bytes) -> bool:
    """Whether the text holds nothing but blanks, whatever their width."""
    return not text[:SAMPLE].decode(errors="ignore").strip() and not text.decode().strip()


def _line_end(text: bytes, size: int) -> int:
    """Where the last line ends that `size` bytes hold, else the first that ends thereafter; 0 if none does."""
    within = text.rfind(b"\n", 0, size) + 1 or text.rfind(b"\r", 0, size) + 1
    cut = within or text.find(b"\n", size) + 1 or text.find(b"\r", size, -1) + 1
    # A carriage return may be half a line end.
    return cut + (text[cut - 1 : cut + 1] == b"\r\n")


def decode(content: bytes, file: str, encoding: str) -> str:
    """The text of a file that is held in memory, as `blocks` gives it."""
    return b"".join(blocks(lambda: iter([content]), file, encoding, len(content) + 1)).decode()


def _utf8(chunks: Chunks, file: str, encoding: str) -> Iterator[bytes]:
    """Pieces of valid UTF-8."""
    recode = _checked if codecs.lookup(encoding).name in ("utf-8", "ascii") else _recoded
    is_first, seam = True, b""
    try:
        for piece in recode(chunks(), encoding):
            # One byte is looked for faster than two.
            seen = (SHIFT[:1] in piece and SHIFT in piece) or seam + piece[:1] == SHIFT
            if seen and (offset := _find(chunks, SHIFT)) is not None:
                # The bytes fit, and stand for something else.
                raise _unreadable(chunks, file, encoding, offset)
            seam = piece[-1:]
            yield piece.removeprefix(BOM) if is_first else piece
            is_first = is_first and not piece
    except UnicodeError as error:
        raise _unreadable(chunks, file, encoding, error.args[0]) from None


def _checked(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """What is UTF-8 as it stands, once it is known to be that; `UnicodeError` holds the offset of what is not."""
    passed, rest = 0, b""
    for chunk, is_last in _and_end(chunks):
        whole = rest + chunk
        cut = len(whole) if is_last else whole.rfind(b"\n") + 1
        piece, rest = whole[:cut], whole[cut:]
        if not _is_valid(piece, encoding):
            try:
                piece.decode(encoding)
            except UnicodeDecodeError as error:
                raise UnicodeError(passed + error.start) from None
        passed += len(piece)
        yield piece


def _recoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """UTF-8 of any other encoding; `UnicodeError` holds the offset of bytes that do not fit it."""
    decoder, passed = codecs.getincrementaldecoder(encoding)(), 0
    for chunk, is_last in _and_end(chunks):
        pending = len(decoder.getstate()[0])
        try:
            piece = decoder.decode(chunk, is_last).encode()
        except UnicodeDecodeError as error:
            raise UnicodeError(passed - pending + error.start) from None
        passed += len(chunk)
        yield piece


def _and_end(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    for chunk in chunks:
        yield chunk, False
    yield b"", True


def _is_valid(text: bytes, encoding: str) -> bool:
    """Whether the text is UTF-8; Polars looks through it twice as fast as Python decodes it."""
    if encoding == "ascii" or text.isascii():
        return text.isascii()
    try:
        pl.Series([text], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        return False
    return True


def _find(chunks: Chunks, wanted: bytes) -> int | None:
    passed, seam = 0, b""
    for chunk in chunks():
        if (found := (seam + chunk).find(wanted)) >= 0:
            return passed - len(seam) + found
        passed += len(chunk)
        seam = chunk[-1:]
    return None


def _unreadable(chunks: Chunks, file: str, encoding: str, offset: int) -> DataError:
    fitting = guess_encoding(chunks)
    cure = f'Write encoding = "{fitting}" in the profile' if fitting else "Write the right encoding in the profile"
    return DataError(
        f"{file} is not readable as {encoding}, the encoding declared in the site's profile: the byte at offset"
        f" {offset} does not fit. {cure}, or export the file as UTF-8."
    )


def guess_encoding(chunks: Chunks) -> str | None:
    """The first of the usual encodings that all bytes fit; null if none does."""
    start = next(chunks(), b"")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in start[:200]:
        return None
    shifts = _find(chunks, SHIFT) is not None
    for encoding in ("iso2022_jp",) if shifts else ("utf-8", "euc_jp", "cp932", "cp1252"):
        sample = _sample(chunks, encoding)
        if sample is None:
            continue
        # An umlaut and the letter behind it pass for one Japanese character, but those stand together.
        runs = re.findall("[^\0-\x7f]+", sample)
        if encoding not in ("euc_jp", "cp932") or sum(map(len, runs)) >= 1.5 * len(runs):
            return encoding
    return None


def _sample(chunks: Chunks, encoding: str) -> str | None:
    """The beginning of the text, if all bytes fit the encoding."""
    decoder, sample = codecs.getincrementaldecoder(encoding)(), ""
    try:
        for chunk, last in _and_end(chunks()):
            text = decoder.decode(chunk, last)
            sample += text[: max(0, SAMPLE - len(sample))]
    except UnicodeDecodeError:
        return None
    return sample
