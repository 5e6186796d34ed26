"""The profile of a site, read from `schemas/sites/<site>.toml`: everything that differs between hospitals."""

import difflib
import functools
import tomllib
from importlib import resources
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator


class ProfileError(ValueError):
    """A profile is missing or wrong; the message says which key and what to write instead."""


class Profile(BaseModel):
    """How one hospital delivers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    """Short name; the name of the landing folder and of the profile."""
    name: str
    time_zone: str
    """IANA name; every time in the extract is wall-clock time there."""
    encoding: Literal["utf-8"] = "utf-8"
    delimiter: Literal[","] = ","
    max_quarantine_share: float = Field(ge=0, le=1)
    """Share of a feed's records that may be quarantined before the delivery fails."""

    @field_validator("time_zone")
    @classmethod
    def known_time_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (LookupError, ValueError, OSError):
            raise ValueError("is not an IANA time zone such as Asia/Tokyo") from None
        return value


def known() -> tuple[str, ...]:
    """Sites that have a profile, by name."""
    folder = resources.files("schemas") / "sites"
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


@functools.cache
def load(site: str) -> Profile:
    """The profile of one site; a missing or faulty one raises `ProfileError`."""
    if site not in known():
        raise ProfileError(
            f"Site {site} has no profile. Write schemas/sites/{site}.toml (copy schemas/sites/demo.toml), or "
            f"rename the landing folder to a known site: {', '.join(known())}."
        )
    text = (resources.files("schemas") / "sites" / f"{site}.toml").read_text(encoding="utf-8")
    return parse(site, text)


def parse(site: str, text: str) -> Profile:
    """The profile in `text`; the first mistake raises `ProfileError` naming its key and the cure."""
    file = f"schemas/sites/{site}.toml"
    try:
        profile = Profile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{file} is not valid TOML: {error}.") from None
    except ValidationError as error:
        raise ProfileError(f"{file}: {_explain(error)}") from None
    if profile.site != site:
        raise ProfileError(f'{file} calls its site {profile.site}; write site = "{site}".')
    return profile


def _explain(error: ValidationError) -> str:
    mistake = error.errors()[0]
    key = ".".join(str(part) for part in mistake["loc"])
    if mistake["type"] != "extra_forbidden":
        return f"{key}: {mistake['msg'].removeprefix('Value error, ')}."
    close = difflib.get_close_matches(key, Profile.model_fields, n=1)
    cure = f"Did you mean {close[0]}?" if close else f"Keys are {', '.join(Profile.model_fields)}."
    return f"{key} is not a key of a site profile. {cure}"
