"""Which reader reads a file: by what its profile says, else by what its bytes are."""

import polars as pl

from assets.raw import headers, records, workbook
from assets.raw.unpack import ZIP, unpack
from schemas.extract import Feed
from schemas.profile import Profile


def read(content: bytes, file: str, feed: Feed, profile: Profile) -> pl.DataFrame:
    """All records of a file, compressed or not, all columns text, those that identify to no purpose left out.

    `file` names it in errors (`DataError`).
    """
    content = unpack(content, file)
    said = profile.feed(feed.feed)
    is_workbook = content.startswith(ZIP) if said.format is None else said.format == "xlsx"
    frame = (workbook if is_workbook else records).read(content, file, feed, profile)
    needless = {headers.plain(name) for name in said.identifies}
    return frame.drop(name for name in frame.columns if headers.plain(name) in needless)
