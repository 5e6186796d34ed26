"""What a site profile may say: how a hospital's own files become the columns of the extract contract."""

import codecs
import re
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas import date_format, extract, unit

FormatName = Literal["csv", "xlsx"]
"""Kinds of file that are read."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Model):
    """Where one column of the contract comes from and how its cells are put into the contract's words."""

    headers: tuple[str, ...] = ()
    """Names of the source column, the first that the file has; case, width and outer blanks do not matter."""
    join: tuple[str, ...] = ()
    """Source columns put together with a blank: a day and a time of day."""
    constant: str | None = None
    """Text of every cell, where the file has no such column."""
    values: dict[str, str] = {}
    """Source text -> contract text; the key "" says what an empty cell means; others pass unchanged."""
    codes: str | None = None
    """CSV beside the profile with columns source, target; `?` in a source is any character, `*` any text."""
    rewrite: dict[str, str] = {}
    """Regular expression -> replacement (`$1` is the first group), the first that matches."""
    pattern: str | None = None
    """Regular expression of the hospital's own codes, for a code column, beside the contract's; make it so narrow
    that no name and no record number fits it, because codes are published."""
    missing: tuple[str, ...] = ()
    """Texts that stand for nothing in this column."""
    sentinels: tuple[float, ...] = ()
    """Numbers that stand for nothing in this column, however written (999 is 999.0)."""
    formats: tuple[str, ...] = ()
    """Date or time formats instead of the site's."""
    time_of_day: str | None = Field(default=None, pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")
    """Of a time whose cells hold only the day."""
    digits: int | None = Field(default=None, ge=1)
    """Length of a number that a spreadsheet has stripped of its leading noughts."""

    @model_validator(mode="after")
    def one_source(self) -> "Column":
        if sum(map(bool, (self.headers, self.join, self.constant is not None))) > 1:
            raise ValueError("say where the column comes from once: headers, join or constant")
        return self

    @field_validator("formats")
    @classmethod
    def known_formats(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return date_format.check(value)

    @field_validator("rewrite", "pattern")
    @classmethod
    def valid_expressions(cls, value: dict[str, str] | str | None) -> dict[str, str] | str | None:
        for expression in [value] if isinstance(value, str) else value or ():
            if "(?" in expression:
                raise ValueError(f"{expression} looks around or sets flags; write a plain expression with groups")
            try:
                re.compile(expression)
            except re.error as error:
                raise ValueError(f"{expression} is not a regular expression ({error})") from None
        return value


class Unit(_Model):
    """What a unit means at this site; where `code` is given, for that analyte alone (code of the contract)."""

    written: str
    """As printed; "" is a result without a unit."""
    means: str
    """A spelling in `schemas/codes/unit.csv`."""
    factor: float | None = Field(default=None, gt=0)
    """How many of `means` one of `written` is. Without it the unit is another spelling, or was printed wrongly."""
    code: str | None = None

    @model_validator(mode="after")
    def can_be_true(self) -> "Unit":
        unit.check(self.written, self.means, self.factor, self.code)
        return self


class FeedProfile(_Model):
    """How one feed is delivered; what is not said is as the extract contract has it."""

    files: tuple[str, ...] = ()
    """Patterns of file names, `*` and `?` as in a shell. Default: `<feed>.csv`, `.csv.gz`, `.xlsx` and so on."""
    format: FormatName | None = None
    """Default: by the file's name."""
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    """Sheet of a workbook; default: the first."""
    columns: dict[str, Column] = {}
    """By contract column; a column not named is looked for under its contract name."""
    units: tuple[Unit, ...] = ()
    identifies: tuple[str, ...] = ()
    """Source columns that identify a person and serve nothing: not even raw keeps them."""
    max_quarantine_share: float | None = Field(default=None, ge=0, le=1)
    delivery_every_days: int | None = Field(default=None, ge=1)
    """How often the feed is due, where it is not as often as the site's others."""
    late_after_days: int | None = Field(default=None, ge=0)

    @field_validator("encoding")
    @classmethod
    def known_encoding(cls, value: str | None) -> str | None:
        return value and check_encoding(value)

    @field_validator("columns", mode="before")
    @classmethod
    def short_form(cls, value: object) -> object:
        """`sex = "性別"` and `sex = ["性別", "性"]` are short for `sex = {headers = [...]}`."""
        if not isinstance(value, dict):
            return value
        listed = {name: [cell] if isinstance(cell, str) else cell for name, cell in value.items()}
        return {name: {"headers": cell} if isinstance(cell, list) else cell for name, cell in listed.items()}


class Profile(_Model):
    """How one hospital delivers."""

    site: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    """Short name; the name of the landing folder and of the profile."""
    name: str
    time_zone: str
    """IANA name; every time in the extract is wall-clock time there."""
    encoding: str = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: Literal['"', "'", ""] = '"'
    """Quotation mark of CSV files; "" where a mark is a character like any other."""
    decimal_comma: bool = False
    date_formats: tuple[str, ...] = ()
    """Ways to write a day, month or year beside the contract's, tried in this order."""
    datetime_formats: tuple[str, ...] = ()
    """Ways to write a time. 24:00 is the next midnight; with %z the wall clock of `time_zone` is kept."""
    max_quarantine_share: float = Field(ge=0, le=1)
    """Share of a feed's records that may be quarantined before the delivery fails."""
    delivery_every_days: int | None = Field(default=None, ge=1)
    """How often a delivery is due."""
    late_after_days: int = Field(default=0, ge=0)
    """Days of grace before a due delivery is late."""
    quiet_minutes: float | None = Field(default=None, ge=0)
    """How long a delivery without manifest must lie untouched before it is read. Default: not at all when you run
    `mucosa materialize`, ten minutes when a delivery is read by itself."""
    not_delivered: tuple[str, ...] = ()
    """Required feeds that this hospital does not have."""
    ignore: tuple[str, ...] = ()
    """Patterns of files in a delivery that are no feed."""
    fhir_files: tuple[str, ...] = ("*.ndjson", "*.ndjson.gz", "*.ndjson.zst")
    """Patterns of files of FHIR R4 Bulk Data, one resource a line, of any feed."""
    hl7_files: tuple[str, ...] = ("*.hl7", "*.hl7.gz", "*.hl7.zst")
    """Patterns of files of HL7 v2 messages: ADT holds patients, ORU laboratory results."""
    pseudonym_site: str = Field(default="", pattern=r"^([a-z][a-z0-9-]*)?$")
    """Site whose patient and record numbers these are, if not its own: the same numbers give the same pseudonyms."""
    feeds: dict[str, FeedProfile] = {}

    @field_validator("time_zone")
    @classmethod
    def known_time_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (LookupError, ValueError, OSError):
            raise ValueError("is not an IANA time zone such as Asia/Tokyo") from None
        return value

    @field_validator("encoding")
    @classmethod
    def known_encoding(cls, value: str) -> str:
        return check_encoding(value)

    @field_validator("date_formats", "datetime_formats")
    @classmethod
    def known_formats(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return date_format.check(value)

    @cached_property
    def _defaults(self) -> FeedProfile:
        return FeedProfile()

    def feed(self, feed: str) -> FeedProfile:
        """What the profile says about a feed; nothing, where it is delivered as the contract has it."""
        return self.feeds.get(feed, self._defaults)

    def column(self, feed: str, column: str) -> Column:
        """What the profile says about a column; nothing, where its cells are the contract's."""
        return self.feed(feed).columns.get(column, _PLAIN)

    def headers(self, feed: str, column: str) -> tuple[str, ...]:
        """Names under which a contract column may stand in the file; empty for a constant."""
        said = self.column(feed, column)
        if said.constant is not None:
            return ()
        return said.join or (*said.headers, column)

    def quarantine_share(self, feed: str) -> float:
        """Share of a feed's records that may be quarantined before the delivery fails."""
        own = self.feed(feed).max_quarantine_share
        return self.max_quarantine_share if own is None else own

    def rhythm_days(self, feed: str) -> tuple[int, int] | None:
        """Every how many days a feed is due, and the days of grace; none where nothing is promised."""
        own = self.feed(feed)
        every = own.delivery_every_days or self.delivery_every_days
        grace = self.late_after_days if own.late_after_days is None else own.late_after_days
        return None if every is None else (every, grace)


def check_encoding(name: str) -> str:
    """The name, if Python reads that encoding; raises `ValueError`."""
    try:
        "".encode(name)
        codecs.lookup(name)
    except LookupError:
        raise ValueError(f"{name} is no encoding that Python reads, such as utf-8, cp932 or cp1252") from None
    return name


_PLAIN = Column()

KNOWN_COLUMNS = {feed.feed: tuple(column.name for column in feed.columns) for feed in extract.feeds()}
