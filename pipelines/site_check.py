"""A dry run of a profile on some files: which columns were found, what would be refused and why. No values."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl

from assets.raw import formats, headers
from assets.raw.landing import Delivery, LandedFile
from assets.staging.columns import read_columns
from assets.staging.rules import rules
from assets.staging.settle import Known, keys_of, stage
from assets.staging.translate import translate
from assets.staging.verdicts import explain
from schemas import extract, site
from schemas.extract import Feed
from schemas.profile import Profile
from warehouse.errors import MucosaError, UsageError

CURES = {
    "fields": "The lines have more or fewer cells than the header: a delimiter inside a cell needs quotation marks.",
    "required": "Name the column under headers, or say what an empty cell means under values.",
    "type": "Say how it is written (date_formats, datetime_formats, formats of the column, decimal_comma), or name"
    " words for nothing under missing.",
    "values": "Give the hospital's words for it under values.",
    "pattern": "Map the hospital's codes under values, codes or rewrite, or describe them by pattern.",
    "unit": "Say what the unit means under units, for the code if need be.",
    "reference": "Give the file with those records too, and look whether both write the number alike (digits).",
    "check_digit": "Look for codes that a spreadsheet or a typist changed; map local ones under values or codes.",
    "number": "Give each record its own number: join several columns where there is none.",
    "product": "Give the dose in mg, or have the product added to schemas/codes/product.csv.",
    "after_delivery": "A day lies in the future: look whether day and month change places in the format.",
    "accepted_range": "Look whether the unit or the decimal sign is read rightly.",
    "range": "Look whether the unit or the decimal sign is read rightly, or name the number under sentinels.",
}
"""What to do about a kind of rule."""


class Problem(NamedTuple):
    """Records of one file under one rule; `first` is the line of the first of them."""

    rule: str
    records: int
    first: int
    reason: str
    cure: str


class FileCheck(NamedTuple):
    """What a profile makes of one file."""

    file: str
    feed: str
    records: int
    accepted: int
    columns: list[tuple[str, str]]
    """Contract column, and where it comes from."""
    absent: list[str]
    unused: list[str]
    problems: list[Problem]
    error: str | None = None


def open_profile(name: str) -> Profile:
    """A profile by the name of a site or by the path of its file; a faulty one is a `UsageError`."""
    try:
        if name.endswith(".toml"):
            path = Path(name).absolute()
            if not path.is_file():
                raise UsageError(f"There is no profile {name}. Make one with: mucosa site new NAME FILES…")
            os.environ[site.OWN_FOLDER] = str(path.parent)
            return site.load(path.stem)
        return site.load(name)
    except site.ProfileError as error:
        raise UsageError(str(error)) from None


def check(profile: Profile, files: list[Path]) -> Iterator[FileCheck]:
    """Each file as the loader would take it, in reading order of the feeds.

    References are judged only where the file with the records they name is among `files`.
    """
    known: Known = {}
    day = datetime.now(UTC).date()
    delivery = Delivery(Path(), profile, day, synthetic=False)
    landed = [(file, found) for file in files if (found := _landed(delivery, file))]
    for file in files:
        if file not in [path for path, _ in landed]:
            yield _failed(file.name, "The profile takes it for no feed: name it under files, or under ignore.")
    tables: dict[str, list[tuple[str, pl.DataFrame]]] = {}
    for file, found in landed:
        try:
            frames = formats.read(file.read_bytes(), file.name, found, profile)
        except (MucosaError, OSError) as error:
            yield _failed(file.name, str(error) if isinstance(error, MucosaError) else "It can't be read.", found)
            continue
        for feed, frame in frames.items():
            tables.setdefault(feed, []).append((file.name, frame))
    for contract in extract.feeds():
        for name, frame in tables.get(contract.feed, []):
            yield _judge(name, frame, contract, profile, known)


def _landed(delivery: Delivery, file: Path) -> LandedFile | None:
    try:
        return delivery.landed(file)
    except MucosaError:
        return None


def _failed(name: str, error: str, landed: LandedFile | None = None) -> FileCheck:
    return FileCheck(name, (landed and landed.feed) or "", 0, 0, [], [], [], [], error)


def _judge(name: str, frame: pl.DataFrame, feed: Feed, profile: Profile, known: Known) -> FileCheck:
    read = translate(frame.lazy(), feed, profile).collect()
    provenance = {"site": profile.site, "pseudonym_site": profile.site, "delivery": profile.site}
    read = read.with_columns(
        **{key: pl.lit(value) for key, value in provenance.items()},
        delivered_on=pl.lit(datetime.now(UTC).date()),
        file_id=pl.lit(0, pl.Int64),
    )
    absent_feeds = {c.references for c in feed.columns if c.references} - known.keys()
    judged = feed.model_copy(
        update={"columns": tuple(c.model_copy(update={"references": None}) if c.references in absent_feeds else c
                                 for c in feed.columns)}
    )  # fmt: skip
    if feed.feed == "patient_link":
        known = {"patient": read.select("pseudonym_site", patient_id="surviving_patient_id")}
    verdicts = stage(read, judged, known)
    if feed.feed not in ("deletion", "patient_link"):
        known[feed.feed] = keys_of(verdicts, feed)
    asked = rules(judged)
    reasons = {rule.id: rule.reason for rule in asked}
    broken = (
        explain(verdicts.quarantined, judged, asked)
        .select("line", rule=pl.concat_list("rule", "also"))  # one problem must not hide another
        .explode("rule")
        .group_by("rule")
        .agg(pl.len(), pl.col("line").min())
        .sort("len", "rule", descending=[True, False])
    )
    problems = [
        Problem(rule, records, first, reasons[rule], CURES.get(rule.rsplit(".", 1)[1], "Ask the hospital."))
        for rule, records, first in broken.select("rule", "len", "line").iter_rows()
    ]
    return FileCheck(
        name, feed.feed, frame.height, frame.height - verdicts.quarantined.height,
        *_columns(frame, feed, profile), [*problems, *_silent(verdicts.accepted, feed)],
    )  # fmt: skip


def _columns(frame: pl.DataFrame, feed: Feed, profile: Profile) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    header = [name for name in frame.columns if name not in headers.PROVENANCE]
    found, absent = [], []
    used: set[str] = set()
    for column in feed.columns:
        sources = headers.sources(header, profile, feed.feed, column.name)
        used.update(sources)
        if sources:
            found.append((column.name, " + ".join(sources)))
        elif profile.column(feed.feed, column.name).constant is not None:
            found.append((column.name, "the same in every record"))
        elif column in read_columns(feed):
            absent.append(column.name)
    return found, absent, [name for name in header if name not in used]


def _silent(accepted: pl.DataFrame, feed: Feed) -> Iterator[Problem]:
    """What is accepted, and yet of no use to the study: unknown codes, results that are no number."""
    if "value_absent_reason" not in accepted.columns:
        return
    cases = (
        ("code", pl.col("analyte").is_null(), "The code is none of the study's: kept, not used.",
         "Map the hospital's codes to LOINC under codes or values of the column code."),
        ("value", pl.col("value_absent_reason") == "not_a_number", "The result is neither number nor known word.",
         "Look at such results in the file; decimal_comma, missing and sentinels may help."),
    )  # fmt: skip
    for column, condition, reason, cure in cases:
        found = accepted.filter(condition)
        if found.height:
            line = found["line"].min()
            yield Problem(f"{feed.feed}.{column} (no refusal)", found.height, int(str(line)), reason, cure)
