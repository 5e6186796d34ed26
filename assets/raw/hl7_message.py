"""HL7 v2 syntax: messages in a file, their character set, delimiters, escapes and times (v2.5, chapter 2).

Written here because the one maintained library for it reads about 13,000 results a CPU second; it judges this
module in the tests instead.
"""

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

CHARSETS = {
    "": "ascii",
    "ASCII": "ascii",
    "8859/1": "latin-1",
    "8859/15": "iso8859-15",
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "ISO IR6": "ascii",
    "ISO IR13": "iso2022_jp_ext",
    "ISO IR14": "iso2022_jp_ext",
    "ISO IR87": "iso2022_jp_ext",
    "ISO IR159": "iso2022_jp_ext",
}
"""HL7 table 0211 -> Python's codec. An empty MSH-18 is ASCII; a repetition names what escape sequences bring in."""

_SEGMENT_END = re.compile(r"\r\n|\r|\n")
_MESSAGE_START = re.compile(rb"(?:^|(?<=[\r\n]))[\x0b ]*(?=MSH.)")
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}")
_TIME = re.compile(r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?)?)?(?:\.\d+)?([+-]\d{4})?")
_FRAME = "\x0b\x1c"


class Segment(NamedTuple):
    """One segment: its fields by their number in the standard, its physical line and its text."""

    name: str
    fields: list[str]
    line: int
    text: str
    marks: str
    """Field, component, repetition, escape and subcomponent delimiter."""

    def field(self, number: int) -> str:
        """A field as written; an explicit null (`""`) is empty."""
        found = self.fields[number] if number < len(self.fields) else ""
        return "" if found == '""' else found

    def repetitions(self, number: int) -> list[list[str]]:
        """Repetitions of a field, each split into components, escapes put right."""
        return [self.components(repetition) for repetition in self.field(number).split(self.marks[2])]

    def components(self, text: str) -> list[str]:
        parts = text.split(self.marks[1])
        return [self._unescape(part) for part in parts] if self.marks[3] in text else parts

    def component(self, number: int, position: int = 1) -> str | None:
        """A component of a field's first repetition; null when empty."""
        parts = self.repetitions(number)[0]
        return (parts[position - 1] or None) if position <= len(parts) else None

    def _unescape(self, text: str) -> str:
        field, component, repetition, escape, subcomponent = tuple(self.marks)
        known = {"F": field, "S": component, "R": repetition, "E": escape, "T": subcomponent, ".br": "\n"}
        mark = re.escape(escape)
        return re.sub(f"{mark}([^{mark}]*){mark}", lambda found: known.get(found[1], ""), text)


def messages(pieces: Iterator[bytes], fallback: str) -> Iterator[list[Segment]]:
    """Messages of a file, each from its MSH on; what stands before the first has a name that is no segment's.

    A message that does not say its character set is read in `fallback`. Bytes that do not fit become U+FFFD.
    """
    line = 1
    for message in _messages(pieces):
        header = _SEGMENT_END.split(message[:1000].decode("latin-1"), maxsplit=1)[0]
        marks = _marks(header)
        declared = header.split(marks[0])[17:18] if header.startswith("MSH") else []
        lines = _SEGMENT_END.split(message.decode(_codec(declared[0] if declared else "", marks, fallback), "replace"))
        yield list(_segments(lines, line, marks))
        line += len(lines) - 1


def _messages(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes of each message; the last of a piece may go on in the next."""
    held: list[bytes] = []
    seam = b""
    for piece in pieces:
        held.append(piece)
        if b"MSH" in seam + piece:
            whole = b"".join(held)
            starts = [0, *(found.end() for found in _MESSAGE_START.finditer(whole) if found.end())]
            yield from (whole[start:end] for start, end in itertools.pairwise(starts))
            held = [whole[starts[-1] :]]
        seam = piece[-4:]
    if last := b"".join(held):
        yield last


def iso_time(text: str | None) -> str | None:
    """An HL7 time stamp in ISO 8601, as exact as it was written; anything else as it is."""
    found = _TIME.fullmatch(text or "")
    if not text or not found:
        return text
    year, month, day, hour, minute, second, offset = found.groups()
    when = "-".join(part for part in (year, month, day) if part)
    if not hour:
        return when
    return f"{when}T{hour}:{minute}:{second or '00'}{f'{offset[:3]}:{offset[3:]}' if offset else ''}"


def _marks(header: str) -> str:
    """The delimiters that MSH-1 and MSH-2 set; the standard's own where a message leaves one out."""
    if not header.startswith("MSH") or len(header) < 8:
        return "|^~\\&"
    given = header[3] + header[4:8].partition(header[3])[0]
    return given + "|^~\\&"[len(given) :]


def _codec(declared: str, marks: str, fallback: str) -> str:
    names = [CHARSETS.get(name.strip().upper()) for name in declared.split(marks[2])]
    extended = [name for name in names if name not in (None, "ascii")]
    return extended[0] or fallback if extended else fallback


def _segments(lines: list[str], first: int, marks: str) -> Iterator[Segment]:
    for line, raw in enumerate(lines, start=first):
        text = raw.strip(_FRAME)
        if not text.strip():
            continue
        fields = text.split(marks[0])
        name = fields[0] if _SEGMENT.fullmatch(fields[0]) else ""
        # MSH-1 is the delimiter itself, so that the header counts one field more.
        yield Segment(name, [name, marks[0], *fields[1:]] if name == "MSH" else fields, line, text, marks)
