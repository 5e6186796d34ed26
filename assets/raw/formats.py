"""Which reader reads a file: by its name and what its profile says, else by what its bytes are."""

import polars as pl

from assets.raw import fhir_ndjson, headers, hl7v2, records, workbook
from assets.raw.landing import LandedFile
from assets.raw.unpack import ZIP, unpack
from schemas import extract
from schemas.extract import Feed
from schemas.profile import Profile

MESSAGES = {"fhir": fhir_ndjson.read, "hl7": hl7v2.read}
"""Readers of records that say themselves which feed they belong to."""


def read(content: bytes, file: str, landed: LandedFile, profile: Profile) -> dict[str, pl.DataFrame]:
    """All records of a file by feed, compressed or not, all columns text; `file` names it in errors (`DataError`)."""
    content = unpack(content, file)
    if landed.feed is None:
        return MESSAGES[landed.kind](content, file, profile)
    return {landed.feed: _table(content, file, extract.load(landed.feed), profile)}


def _table(content: bytes, file: str, feed: Feed, profile: Profile) -> pl.DataFrame:
    """The records of a table, without the columns that identify to no purpose."""
    said = profile.feed(feed.feed)
    is_workbook = content.startswith(ZIP) if said.format is None else said.format == "xlsx"
    frame = (workbook if is_workbook else records).read(content, file, feed, profile)
    needless = {headers.plain(name) for name in said.identifies}
    return frame.drop(name for name in frame.columns if headers.plain(name) in needless)
