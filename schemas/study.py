"""The study protocol: named values with unit, source and bounds.

`schemas/study.toml` is the paper's and complete. Any other protocol, shipped (`schemas/study.<name>.toml`) or a
user's own file, says `extends = "paper"` and lists under `[values]` only what it changes.
"""

import datetime as dt
import difflib
import functools
import hashlib
import json
import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Value = bool | int | float | dt.date | str | tuple[int, ...]
PAPER = "paper"
"""The name of the complete protocol, which others extend."""
IN_ORDER = (
    ("accrual_start_on", "accrual_end_on"),
    ("trough_min_hours", "trough_max_hours"),
    ("trough_morning_from_hour", "trough_morning_until_hour"),
    ("target_trough_min_ng_ml", "target_trough_max_ng_ml"),
    ("maintenance_trough_min_ng_ml", "maintenance_trough_max_ng_ml"),
    ("remission_min_days", "remission_max_days"),
)
"""Pairs of which the first must not exceed the second."""


class ProtocolError(ValueError):
    """A protocol that can't be used; the message names the file and every mistake in it."""


class Parameter(BaseModel):
    """One value of the protocol; a number outside its own bounds is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: Value
    unit: str | None = None
    source: Literal["paper", "guideline", "extension", "vocabulary"]
    rule: str = Field(pattern=r"^D\d+$")
    description: str
    minimum: float | None = None
    maximum: float | None = None

    @model_validator(mode="after")
    def within_bounds(self) -> Self:
        if isinstance(self.value, (int, float)):
            low = self.minimum if self.minimum is not None else self.value
            high = self.maximum if self.maximum is not None else self.value
            if not low <= self.value <= high:
                raise ValueError(f"{self.value} lies outside {self.minimum} to {self.maximum}")
        return self


class Study(BaseModel):
    """The protocol: sections of parameters whose names are unique over all sections."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    title: str
    sections: dict[str, dict[str, Parameter]]

    @model_validator(mode="after")
    def names_are_unique(self) -> Self:
        names = [name for section in self.sections.values() for name in section]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"the same name in two sections: {', '.join(repeated)}")
        return self

    @model_validator(mode="after")
    def values_fit_together(self) -> Self:
        given: dict[str, Any] = dict(self.values())
        crossed = [
            f"{a} ({given[a]}) exceeds {b} ({given[b]})"
            for a, b in IN_ORDER
            if {a, b} <= given.keys() and given[a] > given[b]
        ]
        days = given.get("landmark_days", ())
        if list(days) != sorted(set(days)) or any(day < 1 for day in days):
            crossed.append("landmark_days must rise from day 1 or later")
        if crossed:
            raise ValueError("; ".join(crossed))
        return self

    @property
    def definition_version(self) -> str:
        """Version of the definitions, stamped on every label row."""
        return self.version

    @property
    def parameter_hash(self) -> str:
        """First 16 hex digits of the SHA-256 of all names and values, in order of name."""
        text = json.dumps(self.values(), sort_keys=True, default=str, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def values(self) -> dict[str, Value]:
        """Every parameter's value by name."""
        return {name: p.value for section in self.sections.values() for name, p in section.items()}

    def parameters(self) -> dict[str, object]:
        """Values for the SQL models (`$name`), with the two stamps of the label rows."""
        values: dict[str, object] = {k: list(v) if isinstance(v, tuple) else v for k, v in self.values().items()}
        return values | {"definition_version": self.definition_version, "parameter_hash": self.parameter_hash}


def load(path: Path | None = None) -> Study:
    """The protocol in a TOML file, the paper's by default.

    Raises `ProtocolError`, which names every mistake, where the file is missing, isn't TOML, has a misspelt entry
    or a value out of bounds.
    """
    source: Traversable = path or resources.files("schemas") / "study.toml"
    try:
        return _read(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProtocolError(f"{source.name} can't be read: {error}") from None
    except ValidationError as error:
        mistakes = [f"{'.'.join(map(str, e['loc'][1:])) or 'protocol'}: {_words(e)}" for e in error.errors()]
        raise ProtocolError(f"{source.name}: " + "; ".join(mistakes)) from None
    except ProtocolError as error:
        raise ProtocolError(f"{source.name}: {error}") from None


@functools.cache
def _read(text: str) -> Study:
    content = tomllib.loads(text)
    return _extension(content) if "extends" in content or "values" in content else _complete(content)


def _words(error: Any) -> str:
    return str(error["msg"]).removeprefix("Value error, ")


def _complete(content: dict[str, Any]) -> Study:
    sections = {name: entry for name, entry in content.items() if isinstance(entry, dict)}
    rest = {name: entry for name, entry in content.items() if name not in sections}
    return Study.model_validate({**rest, "sections": sections})


def _extension(content: dict[str, Any]) -> Study:
    """The paper's protocol with the values that the file changes; unknown names and other types are mistakes."""
    base = load()
    mistakes = []
    if content.get("extends") != PAPER:
        mistakes.append(f'extends must be "{PAPER}"')
    mistakes += [f"{name} is missing" for name in ("version", "title") if not isinstance(content.get(name), str)]
    mistakes += [
        f"{name} is no entry of a protocol" for name in content.keys() - {"extends", "version", "title", "values"}
    ]
    known, values = base.values(), dict(content.get("values", {}))
    for name, value in values.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            mistakes.append(f"{name} is no parameter" + (f"; did you mean {close[0]}?" if close else ""))
        elif not _same_kind(value, known[name]):
            mistakes.append(f"{name} must be of the kind of {known[name]!r}")
    if mistakes:
        raise ProtocolError("; ".join(mistakes))
    sections = {
        section: {
            name: {**parameter.model_dump(), "value": values.get(name, parameter.value)}
            for name, parameter in parameters.items()
        }
        for section, parameters in base.sections.items()
    }
    return Study.model_validate({"version": content["version"], "title": content["title"], "sections": sections})


def _same_kind(value: object, example: Value) -> bool:
    if isinstance(example, tuple):
        return isinstance(value, list) and all(type(day) is int for day in value)
    if isinstance(example, float):
        return type(value) in (int, float)
    return type(value) is type(example)


def shipped() -> dict[str, Path | None]:
    """The protocols that come with the project, by name; None is the paper's own file."""
    files = (Path(str(file)) for file in (resources.files("schemas")).iterdir())
    return {PAPER: None} | {f.name.split(".")[1]: f for f in sorted(files) if f.match("study.*.toml")}


def find(name_or_file: str) -> Study:
    """A shipped protocol by its name, or one from a file. Raises `ProtocolError` where there is neither."""
    known = shipped()
    if name_or_file in known:
        return load(known[name_or_file])
    if not Path(name_or_file).is_file():
        raise ProtocolError(
            f"There is no protocol called {name_or_file!r} (shipped: {', '.join(known)}) and no such file."
        )
    return load(Path(name_or_file).absolute())
