"""The resources of a file one by one: a line each in Bulk Data, or the entries of Bundles, wherever those stand."""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from assets.raw.fhir_element import Element
from assets.raw.text import BOM, Chunks

_BLANK = re.compile(r"[\s,:]*")


class Resource(NamedTuple):
    """One record: the line on which it begins, its text, and what it says; nothing where it is no JSON object."""

    line: int
    text: str
    said: Element | None


def resources(chunks: Chunks) -> Iterator[Resource]:
    """Every resource with its line; of a Bundle each entry. Numbers stay the digits they were written with.

    Only an object over several lines is held whole.
    """
    first = next(chunks(), b"").removeprefix(BOM).lstrip()[:100_000].split(b"\n", 1)[0]
    if first.startswith(b"{") and _parsed(first) is None:
        content = b"".join(chunks()).removeprefix(BOM)
        if (whole := _parsed(content)) is not None:
            yield from _spread(content.decode("utf-8"), whole)
            return
    for line, raw in enumerate(_lines(chunks()), start=1):
        said = raw.removeprefix(BOM) if line == 1 else raw
        if said.strip():
            found = Resource(line, said.decode("utf-8", errors="replace").strip(), _parsed(said))
            yield from _entries(found) if _is_bundle(found.said) else [found]


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []
    for piece in pieces:
        first, *more = piece.split(b"\n")
        held.append(first)
        if more:
            yield b"".join(held)
            yield from more[:-1]
            held = more[-1:]
    yield b"".join(held)


def _spread(text: str, whole: Element) -> Iterator[Resource]:
    """One object over several lines: a Bundle's entries each on the line where they begin, another as it is."""
    if not _is_bundle(whole):
        yield Resource(1, text, whole)
        return
    line, before = 1, 0
    for offset, entry in _elements(text, "entry"):
        line += text.count("\n", before, offset)
        before = offset
        yield _of_entry(line, entry)


def _entries(bundle: Resource) -> Iterator[Resource]:
    found = bundle.said["entry"] if bundle.said else []
    return (_of_entry(bundle.line, entry) for entry in found)


def _of_entry(line: int, entry: object) -> Resource:
    """What an entry brings: its resource; a deletion stays an entry, as a Bundle of its own."""
    text = json.dumps(entry, ensure_ascii=False)
    if not isinstance(entry, dict):
        return Resource(line, text, None)
    request = entry.get("request")
    is_deletion = isinstance(request, dict) and request.get("method") == "DELETE"
    resource = entry.get("resource")
    if isinstance(resource, dict) and not is_deletion:
        return Resource(line, text, resource)
    return Resource(line, text, {"resourceType": "Bundle", "entry": [entry]})


def _is_bundle(said: Element | None) -> bool:
    """Whether it is a Bundle that has entries."""
    return said is not None and said.get("resourceType") == "Bundle" and bool(said.get("entry")) and isinstance(
        said["entry"], list
    )  # fmt: skip


def _elements(text: str, wanted: str) -> Iterator[tuple[int, object]]:
    """The elements of one array of a JSON object, each with the place where it begins."""
    place = _after(text, text.index("{") + 1)
    while text[place] != "}":
        key, place = _DECODER.raw_decode(text, place)
        place = _after(text, place)
        if key != wanted:
            _, place = _DECODER.raw_decode(text, place)
            place = _after(text, place)
            continue
        place = _after(text, place + 1)
        while text[place] != "]":
            element, end = _DECODER.raw_decode(text, place)
            yield place, element
            place = _after(text, end)
        return


def _after(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    return found.end() if found else place


def _parsed(raw: bytes) -> Element | None:
    """The object of a text, if it is one in UTF-8 that any table can hold."""
    try:
        said = _DECODER.decode(raw.decode("utf-8").strip())
        # An escaped half of a character pair is no text that any table can hold.
        if b"\\u" in raw:
            json.dumps(said, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_refuse)
