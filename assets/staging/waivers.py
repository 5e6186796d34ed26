"""The waivers of a night, held against the rules that there are."""

from fnmatch import fnmatchcase

import polars as pl

from assets.staging.rules import rules
from schemas import extract, waiver
from warehouse.errors import UsageError
from warehouse.places import Places

SCHEMA = {
    "number": pl.Int32,
    "rule": pl.String,
    "site": pl.String,
    "feed": pl.String,
    "file_id": pl.Int64,
    "expires_on": pl.Date,
}


def read(places: Places) -> pl.DataFrame:
    """One row a waiver: `number` in the file from 1, its rule and scope, `expires_on`; reason and owner stay there.

    A waiver that is written wrongly, or names no rule, raises `UsageError`: it would protect nothing.
    """
    try:
        found = waiver.load(places.waivers)
    except waiver.WaiverError as error:
        raise UsageError(str(error)) from None
    known = tuple(dict.fromkeys(rule.id for feed in extract.feeds() for rule in rules(feed)))
    for number, said in enumerate(found, start=1):
        if not any(fnmatchcase(rule, said.rule) for rule in known):
            near = tuple(r for r in known if r.partition(".")[0] == said.rule.partition(".")[0]) or known[:3]
            raise UsageError(
                f"{places.waivers.name}, waiver {number}: {said.rule} is not a rule of any feed."
                f" {waiver.closest(said.rule, near)} `mucosa quarantine` lists the rules that refuse records."
            )
    rows = [(n, w.rule, w.site, w.feed, w.file, w.expires) for n, w in enumerate(found, start=1)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
