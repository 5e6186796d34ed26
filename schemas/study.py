"""The study protocol, read from `schemas/study.toml`: named values with unit, source and bounds."""

import datetime as dt
import functools
import hashlib
import json
import tomllib
from importlib import resources
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Value = int | float | dt.date | str | tuple[int, ...]


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


@functools.cache
def load(path: Path | None = None) -> Study:
    """The protocol in a TOML file, the project's own by default.

    Raises `pydantic.ValidationError` where a value is out of bounds or an entry is misspelt.
    """
    source = path or resources.files("schemas") / "study.toml"
    content = tomllib.loads(source.read_text(encoding="utf-8"))
    sections = {name: entry for name, entry in content.items() if isinstance(entry, dict)}
    rest = {name: entry for name, entry in content.items() if name not in sections}
    return Study.model_validate({**rest, "sections": sections})
