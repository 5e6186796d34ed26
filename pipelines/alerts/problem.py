"""A problem as an alert tells it: counts and names of rules, tables, feeds and deliveries, never a value."""

import datetime as dt
import os
from typing import Literal

from pydantic import BaseModel, ConfigDict

Source = Literal["night", "freshness", "watch"]
"""Who looks for it: the end of a night, the rhythm of deliveries, or the watch over all that works by itself."""


class Problem(BaseModel):
    """One rule that one table or one part of the machinery does not keep."""

    model_config = ConfigDict(frozen=True)

    source: Source
    level: Literal["critical", "warning"]
    rule: str
    subject: str
    """Table, asset, feed or part that it speaks of."""
    sentence: str
    observed: str = ""
    allowed: str = ""
    where: tuple[str, ...] = ()
    """Deliveries, or whatever else it was seen in; a new one is news."""
    what_to_do: str

    @property
    def key(self) -> str:
        return f"{self.rule} {self.subject}"


class Seen(BaseModel):
    """When a problem was first met: the run, and the release that analysts had then."""

    model_config = ConfigDict(frozen=True)

    at: dt.datetime
    run: str | None = None
    release: str | None = None

    def told(self) -> str:
        parts = [f"{self.at:%Y-%m-%d %H:%M} UTC"]
        parts += [f"run {self.run[:8]}"] if self.run else []
        parts += [f"release {self.release}"] if self.release else []
        return ", ".join(parts)


def paragraph(problem: Problem, since: Seen, run: str | None) -> str:
    """Everything that somebody needs who is called at night."""
    facts = {
        "Observed": problem.observed,
        "Allowed": problem.allowed,
        "Since": since.told(),
        "Where": ", ".join(problem.where[:8]) + (f" and {len(problem.where) - 8} more" if problem.where[8:] else ""),
        "What to do": problem.what_to_do,
        "Run": f"{ui()}/runs/{run}" if run else "",
    }
    head = f"{problem.level.upper()} {problem.rule} on {problem.subject}"
    return "\n".join([head, problem.sentence, *(f"{name}: {fact}" for name, fact in facts.items() if fact)])


def ui() -> str:
    """Where people reach the lineage browser, for links."""
    return os.environ.get("MUCOSA_UI_URL", "http://127.0.0.1:3000").rstrip("/")
