"""Profiles of sites, found by name: the operator's own folder (`MUCOSA_SITES`) before `schemas/sites`."""

import csv
import difflib
import functools
import os
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import BaseModel, ValidationError

from schemas import extract
from schemas.profile import KNOWN_COLUMNS, Column, FeedProfile, Profile, Unit

OWN_FOLDER = "MUCOSA_SITES"
"""Environment variable that names a folder of profiles outside the package; they win over the shipped ones."""

_KEYS: dict[str, type[BaseModel]] = {"": Profile, "feeds": FeedProfile, "columns": Column, "units": Unit}


class ProfileError(ValueError):
    """A profile is missing or wrong; the message says which key and what to write instead."""


def known() -> tuple[str, ...]:
    """Sites that have a profile, by name."""
    names = (file.name for folder in _folders() for file in folder.iterdir())
    return tuple(sorted({name.removesuffix(".toml") for name in names if name.endswith(".toml")}))


def load(site: str) -> Profile:
    """The profile of one site; a missing or faulty one raises `ProfileError`."""
    for folder in _folders():
        if (file := folder / f"{site}.toml").is_file():
            profile = parse(site, _read(file), str(file) if isinstance(file, Path) and own_folder() else None)
            for name in {c.codes for f in profile.feeds.values() for c in f.columns.values() if c.codes}:
                code_list(name)
            return profile
    raise ProfileError(
        f"Site {site} has no profile. Write schemas/sites/{site}.toml (mucosa site new {site} FILES… makes a"
        f" beginning), or rename the landing folder to a known site: {', '.join(known())}."
    )


def code_list(name: str) -> tuple[tuple[str, str], ...]:
    """Pairs source, target of a CSV beside the profiles; a missing or misshapen one raises `ProfileError`."""
    for folder in _folders():
        if (file := folder / name).is_file():
            rows = list(csv.reader(_read(file).splitlines()))
            if not rows or rows[0] != ["source", "target"] or any(len(row) != 2 for row in rows):
                raise ProfileError(f"{name} is no code list: write two columns, source,target, with that header.")
            return tuple((source, target) for source, target in rows[1:])
    raise ProfileError(f"The code list {name} doesn't lie beside the profile that names it.")


def own_folder() -> Path | None:
    """The operator's own folder of profiles; one that does not exist raises `ProfileError`."""
    own = os.environ.get(OWN_FOLDER)
    if own and not Path(own).is_dir():
        raise ProfileError(f"The folder of site profiles {own} does not exist. Correct --sites or {OWN_FOLDER}.")
    return Path(own) if own else None


def _folders() -> Iterator[Traversable]:
    if own := own_folder():
        yield own
    yield resources.files("schemas") / "sites"


def _read(file: Traversable) -> str:
    try:
        return file.read_text(encoding="utf-8").removeprefix("\ufeff")
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"{file.name} can't be read as UTF-8 text ({type(error).__name__}).") from None


@functools.lru_cache(maxsize=64)
def parse(site: str, text: str, file: str | None = None) -> Profile:
    """The profile in `text`; the first mistake raises `ProfileError` naming its line, its key and the cure."""
    file = file or f"schemas/sites/{site}.toml"
    try:
        profile = Profile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{file} is not valid TOML: {error}.") from None
    except ValidationError as error:
        mistake = error.errors()[0]
        path = tuple(str(part) for part in mistake["loc"])
        raise ProfileError(f"{file}{_line(text, path)}: {_explain(path, mistake['type'], mistake['msg'])}") from None
    if profile.site != site:
        raise ProfileError(f'{file} calls its site {profile.site}; write site = "{site}".')
    for path, said in _names(profile):
        names = KNOWN_COLUMNS[path[1]] if path[2:3] == ("columns",) else extract.LANDED
        if said not in names:
            cure = _closest(said, names)
            what = f"is not a column of feed {path[1]}" if path[2:3] == ("columns",) else "is not a feed"
            raise ProfileError(f"{file}{_line(text, (*path, said))}: {said} {what}. {cure}")
    return profile


def _names(profile: Profile) -> Iterator[tuple[tuple[str, ...], str]]:
    """Names of feeds and columns in a profile, each with the key that holds it."""
    yield from ((("not_delivered",), feed) for feed in profile.not_delivered)
    for feed, said in profile.feeds.items():
        yield ("feeds",), feed
        yield from ((("feeds", feed, "columns"), column) for column in said.columns)


def _explain(path: tuple[str, ...], kind: str, message: str) -> str:
    key = ".".join(path)
    if kind != "extra_forbidden":
        return f"{key}: {message.removeprefix('Value error, ')}."
    tables = [name for name in path[:-1] if name in _KEYS]
    names = tuple(_KEYS[tables[-1] if tables else ""].model_fields)
    return f"{key} is not a key of a site profile. {_closest(path[-1], names)}"


def _closest(said: str, names: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(said, names, n=1)
    return f"Did you mean {close[0]}?" if close else f"There are: {', '.join(names)}."


def _line(text: str, path: tuple[str, ...]) -> str:
    """` line N`, where a key of the TOML text stands; empty if it can't be told."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+([^\]]+)\]", line):
            table = tuple(part.strip(" \"'") for part in header[1].split("."))
            here = table
        else:
            here = (*table, line.partition("=")[0].strip(" \"'"))
        names = tuple(part for part in path if not part.isdecimal())
        if here and here == names[: len(here)] and (len(here) == len(names) or len(here) > len(table)):
            return f" line {number}"
    return ""
