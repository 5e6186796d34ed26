"""The channels that alerts leave by: URLs of apprise, kept secret, and an outbox that nothing leaves unsent."""

import datetime as dt
import hashlib
import logging
import os
import socket
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from pipelines.alerts.ledger import Message, News, Open, State
from pipelines.alerts.problem import paragraph
from warehouse.errors import UsageError
from warehouse.places import Places

VARIABLE = "MUCOSA_ALERT_URLS"
FILE = "urls"
"""In the folder of alerts: one URL a line."""
SHOWN = 8
"""Problems that one message tells in full."""
KEPT = 200
"""Messages that wait at most; the oldest go first."""


def urls(places: Places) -> list[str]:
    """The channels, from the environment or from the owner-only file; none where alerts are not wanted."""
    if said := os.environ.get(VARIABLE):
        return said.split()
    file = places.alerts / FILE
    if not file.is_file():
        return []
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(f"{file} holds secrets and may be read by others. Run: chmod 600 {file}")
    lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def mark(url: str) -> str:
    """What stands for a URL in the state, so that its secret does not."""
    return hashlib.sha256(url.encode()).hexdigest()[:8]


def name(number: int, url: str) -> str:
    """How messages call a channel: its number and kind, because the rest of a URL may be secret."""
    return f"channel {number} ({url.partition(':')[0]})"


def check(places: Places) -> list[str]:
    """The channels, each one understood by apprise; else `UsageError`, which does not repeat the URL."""
    found = urls(places)
    for number, url in enumerate(found, 1):
        with _apprise() as apprise:
            known = apprise.Apprise.instantiate(url, suppress_exceptions=True) is not None
        if not known:
            raise UsageError(
                f"Alert {name(number, url)} is no URL that apprise understands. Look its form up in apprise's list of"
                f" services, then correct {VARIABLE} or {places.alerts / FILE}."
            )
    return found


def post(state: State, channels: list[str], title: str, body: str, level: str, now: dt.datetime) -> None:
    """Put a message for all channels into the outbox."""
    title = f"Mucosa on {socket.gethostname()}: {title}"
    pending = [mark(url) for url in channels]
    if pending:
        state.outbox.append(Message(title=title, body=body, level=level, made_at=now, pending=pending))
        del state.outbox[:-KEPT]


def post_news(state: State, channels: list[str], news: News, now: dt.datetime) -> None:
    """One message for all that changed at once: the critical first, what recovered last."""
    if not news:
        return
    bad = sorted((*news.opened, *news.reminded), key=lambda one: (one.problem.level, not one.problem.where))
    parts = [paragraph(one.problem, one.since, one.run) for one in bad[:SHOWN]]
    if bad[SHOWN:]:
        parts.append("\n".join(["AND", *(_line(one) for one in bad[SHOWN:])]))
    if news.recovered:
        parts.append("\n".join(["RECOVERED", *(_recovery(one) for one in news.recovered)]))
    level = "failure" if bad and bad[0].problem.level == "critical" else "warning" if bad else "success"
    post(state, channels, _title(bad, news), "\n\n".join(parts), level, now)


def _recovery(one: Open) -> str:
    return f"{one.problem.rule} on {one.problem.subject} (since {one.since.told()})"


def _line(one: Open) -> str:
    where = one.problem.where
    found_in = f" ({where[0]}{f' and {len(where) - 1} more' if where[1:] else ''})" if where else ""
    return f"{one.problem.level} {one.problem.rule} on {one.problem.subject}: {one.problem.observed}{found_in}"


def _title(bad: list[Open], news: News) -> str:
    """What is bad and what has recovered, the graver first."""
    well = sorted(news.recovered, key=lambda one: one.problem.level)
    parts = [(one[0].problem.level, name, one) for name, one in (("bad", bad), ("well", well)) if one]
    return "; ".join(_summary(name, one, news) for _, name, one in sorted(parts, key=lambda part: part[:2]))


def _summary(name: str, several: list[Open], news: News) -> str:
    worst, more = several[0].problem, len(several) - 1
    head = "recovered" if name == "well" else worst.level if news.opened else f"still {worst.level}"
    return f"{head}: {worst.rule}{f' and {more} more' if more else ''}"


def deliver(state: State, channels: list[str], now: dt.datetime) -> int:
    """Send what waits in the outbox, in order; the number of messages that still wait."""
    by_mark = {mark(url): url for url in channels}
    state.failing = {key: since for key, since in state.failing.items() if key in by_mark}
    silent: set[str] = set()
    for message in state.outbox:
        for key in [key for key in message.pending if key not in silent]:
            if key not in by_mark or send(by_mark[key], message):
                message.pending.remove(key)
                state.failing.pop(key, None)
            else:  # what follows must not overtake it
                silent.add(key)
                state.failing.setdefault(key, now)
    state.outbox = [message for message in state.outbox if message.pending]
    return len(state.outbox)


def send(url: str, message: Message) -> bool:
    """Whether the channel took the message."""
    with _apprise() as apprise:
        channel = apprise.Apprise()
        kind = apprise.NotifyType(message.level)
        return bool(channel.add(url)) and bool(channel.notify(title=message.title, body=message.body, notify_type=kind))


@contextmanager
def _apprise() -> Iterator[ModuleType]:
    """The library, with its log silenced, which may quote parts of a URL, and the warnings meant for its authors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise

        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        yield apprise
