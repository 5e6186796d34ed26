"""Waivers: known problems of the data that may pass, visibly, until a day: `<data>/waivers.toml`."""

import difflib
import re
import tomllib
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from schemas import extract


class WaiverError(ValueError):
    """The waiver file is wrong; the message says where and what to write instead."""


class Waiver(BaseModel):
    """One known problem. What of `site`, `feed` and `file` is not said is meant everywhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str
    """Rule of `staging.quarantine`; `*` stands for any text, as in `lab_result.unit.*`."""
    site: str | None = None
    feed: str | None = None
    file: int | None = None
    """`file_id` of one file."""
    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    """Who answers for it."""
    expires: date
    """Last day of delivery that it covers."""

    @field_validator("feed")
    @classmethod
    def known_feed(cls, value: str | None) -> str | None:
        if value is not None and value not in extract.LANDED:
            raise ValueError(f"{value} is not a feed. {closest(value, extract.LANDED)}")
        return value


def parse(text: str, file: str = "waivers.toml") -> tuple[Waiver, ...]:
    """The waivers in a TOML text, `[[waiver]]` each; the first mistake raises `WaiverError`."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WaiverError(f"{file} is not valid TOML: {error}.") from None
    listed = said.pop("waiver", [])
    if said or not isinstance(listed, list):
        raise WaiverError(f"{file} holds something else than waivers. Begin each one with a line [[waiver]].")
    lines = [n for n, line in enumerate(text.splitlines(), start=1) if re.match(r"\s*\[\[\s*waiver\s*\]\]", line)]
    return tuple(
        _waiver(entry, f"{file}, waiver {number}" + (f" (line {lines[number - 1]})" if number <= len(lines) else ""))
        for number, entry in enumerate(listed, start=1)
    )


def load(file: Path) -> tuple[Waiver, ...]:
    """The waivers in a file; none where there is no file."""
    if not file.exists():
        return ()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WaiverError(f"{file.name} can't be read as UTF-8 text ({type(error).__name__}).") from None
    return parse(text.removeprefix("\ufeff"), file.name)


def closest(said: str, names: tuple[str, ...]) -> str:
    """A hint at the name that was meant."""
    close = difflib.get_close_matches(said, names, n=1)
    return f"Did you mean {close[0]}?" if close else f"There are: {', '.join(names)}."


def _waiver(entry: object, where: str) -> Waiver:
    try:
        return Waiver.model_validate(entry)
    except ValidationError as error:
        # A misspelt key is also a missing one; its name says more.
        mistake = sorted(error.errors(), key=lambda m: m["type"] != "extra_forbidden")[0]
    key = ".".join(map(str, mistake["loc"]))
    if mistake["type"] == "extra_forbidden":
        raise WaiverError(f"{where}: {key} is not a key of a waiver. {closest(key, tuple(Waiver.model_fields))}")
    if mistake["type"] == "missing":
        raise WaiverError(f"{where} lacks {key}. Every waiver says its rule, reason, owner and expires = YYYY-MM-DD.")
    raise WaiverError(f"{where}: {key}: {mistake['msg'].removeprefix('Value error, ').rstrip('.')}.")
