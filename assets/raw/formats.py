"""Which reader reads a file: by its name and what its profile says, else by what its bytes are."""

import io
from collections.abc import Iterator
from functools import partial

import polars as pl

from assets.raw import fhir_ndjson, headers, hl7v2, records, text, unpack, workbook
from assets.raw.frame import concat
from assets.raw.landing import LandedFile
from schemas import extract
from schemas.extract import Feed
from schemas.profile import Profile

MESSAGES = {"fhir": fhir_ndjson.blocks, "hl7": hl7v2.blocks}
"""Readers of records that say themselves which feed they belong to."""


def read(content: bytes, file: str, landed: LandedFile, profile: Profile) -> dict[str, pl.DataFrame]:
    """All records of a file that is held in memory by feed, as `tables` gives them."""
    return concat(tables(lambda: io.BytesIO(content), file, landed, profile))


def tables(
    source: unpack.Source, file: str, landed: LandedFile, profile: Profile
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The records of a file with their feed, block by block, compressed or not, all columns text.

    `file` names it in errors (`DataError`).
    """
    chunks = partial(unpack.chunks, source, file)
    if landed.feed is None:
        yield from MESSAGES[landed.kind](chunks, file, profile)
        return
    said = profile.feed(landed.feed)
    needless = {headers.plain(name) for name in said.identifies}
    for table in _of_table(chunks, file, extract.load(landed.feed), profile):
        yield landed.feed, table.drop(name for name in table.columns if headers.plain(name) in needless)


def _of_table(chunks: text.Chunks, file: str, feed: Feed, profile: Profile) -> Iterator[pl.DataFrame]:
    said = profile.feed(feed.feed).format
    if next(chunks(), b"").startswith(unpack.ZIP) if said is None else said == "xlsx":
        yield workbook.read(b"".join(chunks()), file, feed, profile)
    else:
        yield from records.tables(chunks, file, feed, profile, records.BLOCK)
