"""The extract contract: what a hospital's feed holds, read from `schemas/extracts/<feed>.toml`."""

import functools
import tomllib
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict

FieldType = Literal["identifier", "code", "text", "date", "partial_date", "datetime", "integer", "decimal", "result"]
"""`result` is a measured value as printed: a number, perhaps with a comparator, or words."""


class Field(BaseModel):
    """One column of a feed. `references` names the feed whose key it holds; `person` means patient_id."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: FieldType
    meaning: str
    required: bool = False
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    pattern: str | None = None
    """Regular expression that the whole cell of a code column fits. A code is published as it stands, so a name
    or a number of a person must not pass for one."""
    code_list: str | None = None
    """Code list in `schemas/codes` whose codes (`<list>_code`) need not fit the pattern."""
    check_digit: Literal["loinc", "snomed"] | None = None
    """Whether codes of this column end in a check digit; others, JLAC10 beside LOINC, are told by their shape."""
    references: str | None = None
    identifies: bool = False
    """Identifies a person or is free text: it stops at raw."""
    column: Literal["required", "optional"] = "required"
    """Whether the file must have the column at all."""


class RowRule(BaseModel):
    """A rule over several columns of one record; a record for which `check` is false is quarantined."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    check: str
    """SQL expression over the typed columns; null counts as passed."""
    reason: str


class Feed(BaseModel):
    """One feed. Of records with the same `key`, the one with the latest `version` column is current."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    feed: str
    description: str
    row: str
    key: tuple[str, ...]
    version: str | None = None
    required: bool = True
    """Whether a delivery without this feed is an error."""
    columns: tuple[Field, ...]
    rules: tuple[RowRule, ...] = ()

    def column(self, name: str) -> Field:
        return next(c for c in self.columns if c.name == name)


FEEDS = (
    "patient_link",
    "patient",
    "encounter",
    "condition",
    "medication_request",
    "medication_administration",
    "monitoring_order",
    "lab_result",
    "vital_sign",
    "activity_score",
    "endoscopy",
    "procedure",
    "adverse_event",
)
"""Feeds of facts in reading order: who is who, when, what was found, what was given, what was measured."""
LANDED = ("deletion", *FEEDS)
"""All feeds that may land: before the facts, what is taken back of them."""


@functools.cache
def load(feed: str) -> Feed:
    """The extract contract of one feed."""
    text = (resources.files("schemas") / "extracts" / f"{feed}.toml").read_text(encoding="utf-8")
    return Feed.model_validate(tomllib.loads(text))


def feeds() -> tuple[Feed, ...]:
    """All feeds in reading order."""
    return tuple(load(name) for name in LANDED)
