"""What is wrong and since when, kept in one owner-only file that night, daemon and watch share."""

import datetime as dt
import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ValidationError

from pipelines.alerts.problem import Problem, Seen
from warehouse.errors import UsageError
from warehouse.places import Places

REMIND_DAYS = "MUCOSA_ALERT_REMIND_DAYS"
"""Days after which a problem that stays is told again."""


class Open(BaseModel):
    """A problem that has not recovered."""

    problem: Problem
    since: Seen
    run: str | None = None
    """The last run that met it."""
    told_at: dt.datetime | None = None
    told_where: tuple[str, ...] = ()


class Message(BaseModel):
    """What still has to reach some channels, named by their marks."""

    title: str
    body: str
    level: str
    made_at: dt.datetime
    pending: list[str]


class Night(BaseModel):
    """How the last night ended."""

    ended: Seen
    green: bool


class State(BaseModel):
    """Everything that is remembered between nights."""

    open: dict[str, Open] = {}
    outbox: list[Message] = []
    failing: dict[str, dt.datetime] = {}
    """Mark of a channel that takes no message -> since when."""
    heartbeat_on: dt.date | None = None
    night: Night | None = None


@dataclass
class News:
    """What changed, and is to be told."""

    opened: list[Open] = field(default_factory=list)
    reminded: list[Open] = field(default_factory=list)
    recovered: list[Open] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.opened or self.reminded or self.recovered)


def folder(places: Places) -> Path:
    """The folder of alerts, made for the owner only."""
    places.alerts.mkdir(parents=True, exist_ok=True, mode=0o700)
    return places.alerts


@contextmanager
def opened(places: Places) -> Iterator[State]:
    """The state, for one process at a time; what the block changes is kept, in one step."""
    file = folder(places) / "state.json"
    with (folder(places) / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = read(places)
        yield state
        beside = file.with_suffix(".new")
        beside.unlink(missing_ok=True)
        beside.touch(mode=0o600)
        beside.write_text(state.model_dump_json(indent=1), encoding="utf-8")
        beside.replace(file)


def read(places: Places) -> State:
    """The state as it was last kept; an empty one before the first night."""
    file = places.alerts / "state.json"
    if not file.is_file():
        return State()
    try:
        return State.model_validate_json(file.read_bytes())
    except ValidationError:
        raise UsageError(
            f"{file} can't be read. Move it away: open problems are then told anew, which is all that is lost."
        ) from None


def settle(
    state: State, found: Sequence[Problem], judged: Callable[[Problem], bool], seen: Seen, *, tell: bool
) -> News:
    """Hold what was found against what was known; open problems that were `judged` and not found have recovered.

    News are new problems, known ones in a new place, those last told too long ago, and recoveries. Without anybody
    to `tell`, problems are remembered and stay news.
    """
    news = News()
    now = {problem.key: problem for problem in found}
    for key, problem in now.items():
        known = state.open.setdefault(key, Open(problem=problem, since=seen))
        known.problem, known.run = problem, seen.run or known.run
        if known.told_at is None or set(problem.where) - set(known.told_where):
            news.opened.append(known)
        elif seen.at - known.told_at >= dt.timedelta(days=float(os.environ.get(REMIND_DAYS, "7"))):
            news.reminded.append(known)
    for key, known in list(state.open.items()):
        if key not in now and judged(known.problem):
            del state.open[key]
            if known.told_at is not None:
                news.recovered.append(known)
    if not tell:
        return News()
    for known in (*news.opened, *news.reminded):
        known.told_at, known.told_where = seen.at, known.problem.where
    return news
