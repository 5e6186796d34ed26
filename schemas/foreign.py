"""A profile of somebody else's CDM: which of its concepts mean what the study's concepts mean."""

import difflib
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas import study


class ProfileError(ValueError):
    """A profile that can't be used; the message names the file and every mistake in it."""


class Profile(BaseModel):
    """Names of the study's concepts, each with the ids that this CDM uses in addition."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    concepts: dict[str, tuple[int, ...]] = {}


def load(file: Path | None) -> Profile:
    """The profile in a TOML file; without one, a CDM that uses the study's own concepts.

    Raises `ProfileError` where the file can't be read, a concept isn't the study's, or an id stands for two.
    """
    if file is None:
        return Profile(name="a CDM of the study's own concepts")
    try:
        profile = Profile.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(f"{file.name} can't be read: {error}") from None
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ProfileError(f"{file.name}: {told}") from None
    known = concepts()
    mistakes = []
    for name in profile.concepts.keys() - known.keys():
        close = difflib.get_close_matches(name, known, 1)
        mistakes.append(f"{name} is no concept of the study" + (f"; did you mean {close[0]}?" if close else ""))
    ids = [concept for listed in profile.concepts.values() for concept in listed]
    mistakes += [f"{concept} stands for two concepts" for concept in sorted({i for i in ids if ids.count(i) > 1})]
    if mistakes:
        raise ProfileError(f"{file.name}: " + "; ".join(mistakes))
    return profile


def concepts() -> dict[str, int]:
    """The study's concepts by name."""
    values = study.load().sections["concepts"]
    return {name: parameter.value for name, parameter in values.items() if isinstance(parameter.value, int)}
