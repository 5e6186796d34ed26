"""Puts it all together: after a night, and whenever somebody looks, what is wrong is settled, told and sent."""

import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterator

from pipelines.alerts import alive, channel, ledger
from pipelines.alerts.problem import Problem, Seen, ui
from warehouse import retention
from warehouse.places import Places

DIED, STOPPED = "night.failed", "run.failed"
LONGEST = 1500
"""Characters of a reason in one message."""
WATCH_WITHIN = dt.timedelta(hours=1)
"""The watch from outside looks again by then, or is dead itself."""
HEARTBEAT_HOUR = "MUCOSA_HEARTBEAT_HOUR"
"""Hour of the machine's day, 0 to 23, from which on the daily sign of life is sent."""


def refuse(places: Places, reason: str) -> None:
    """Tell of a night that could not even start."""
    settle_night(places, [died(reason)], None, green=False)


def died(reason: str) -> Problem:
    """A night that ended red for no rule's sake; another reason than last time is news."""
    lasting = hashlib.sha256(re.sub(r"\d+", "", reason).encode()).hexdigest()[:6]
    return Problem(
        source="night",
        level="critical",
        rule=DIED,
        subject="release.mucosa",
        sentence=reason if len(reason) <= LONGEST else f"{reason[:LONGEST]} …",
        observed="the night stopped; nothing was published",
        allowed="a night ends with a release",
        where=(f"reason {lasting}",),
        what_to_do="Do what the reason says and start the night again (mucosa materialize, or in the browser).",
    )


def broke(reason: str, subject: str) -> Problem:
    """A run that somebody started over some of the assets and that ended red for no rule's sake."""
    return died(reason).model_copy(
        update={
            "level": "warning",
            "rule": STOPPED,
            "subject": subject,
            "observed": "the run stopped; the build holds what was there before, or nothing, of what it was to make",
            "allowed": "a run makes what it was started for",
            "what_to_do": "Do what the reason says and start the run again, or wait for the night, which makes all.",
        }
    )


def settle_run(places: Places, found: list[Problem], run_id: str, subject: str | None) -> None:
    """Tell what is new after a run over some of the assets. It asked few rules, so of all problems only that an
    earlier run over the same assets stopped (`subject`, of one that did not) has recovered."""
    seen, channels = _seen(places, run_id), channel.urls(places)
    with ledger.opened(places) as state:
        news = ledger.settle(
            state, found, lambda p: (p.rule, p.subject) == (STOPPED, subject), seen, tell=bool(channels)
        )
        channel.post_news(state, channels, news, seen.at)
        _look(places, state, channels, seen)


def settle_night(places: Places, found: list[Problem], run_id: str | None, *, green: bool) -> None:
    """Tell what is new after a night that ended, and what has recovered: only a green one asked every rule."""
    seen = _seen(places, run_id)
    channels = channel.urls(places)
    alive.rest(places, "night")

    with ledger.opened(places) as state:
        state.night = ledger.Night(ended=seen, green=green)
        news = ledger.settle(state, found, lambda p: green and p.source == "night", seen, tell=bool(channels))
        channel.post_news(state, channels, news, seen.at)
        _look(places, state, channels, seen)


def look(places: Places, now: dt.datetime | None = None) -> int:
    """Look at deliveries and signs of life, send what waits; the number of messages that could not be sent."""
    channels = channel.urls(places)
    with ledger.opened(places) as state:
        seen = _seen(places, None, now)
        _heartbeat(state, channels, seen)
        return _look(places, state, channels, seen)


def _look(places: Places, state: ledger.State, channels: list[str], seen: Seen) -> int:
    lasting = [one.problem for one in state.open.values() if one.problem.source == "night"]
    found = [*lasting, *_late(places, seen.at), *_silent(places, seen.at), *_deaf(state, channels)]
    news = ledger.settle(state, found, lambda p: p.source != "night", seen, tell=bool(channels))
    channel.post_news(state, channels, news, seen.at)
    return channel.deliver(state, channels, seen.at)


def _late(places: Places, now: dt.datetime) -> Iterator[Problem]:
    """One problem a site; a further feed that is late is news."""
    from assets.raw.rhythm import Rhythm, rhythms

    by_site: dict[str, list[Rhythm]] = {}
    for rhythm in rhythms(places, now):
        if rhythm.late:
            by_site.setdefault(rhythm.site, []).append(rhythm)
    for site, late in by_site.items():
        worst = min(late, key=lambda rhythm: rhythm.due_on)
        yield Problem(
            source="freshness",
            level="warning",
            rule="landing.freshness",
            subject=f"landing of {site}",
            sentence="Every feed of a site comes as often as its profile promises.",
            observed=f"{worst.feed} last came on {worst.last_on} and was due by {worst.due_on}; {len(late)} feeds late",
            allowed=f"every {worst.every_days} days, and {worst.grace_days} days of grace",
            where=tuple(rhythm.feed for rhythm in late),
            what_to_do="Ask the hospital's data office whether the extract ran and the transfer arrived; if the rhythm"
            " has changed, correct delivery_every_days in the site's profile.",
        )


def _silent(places: Places, now: dt.datetime) -> Iterator[Problem]:
    for sign in alive.signs(places):
        if sign.silent(now):
            yield Problem(
                source="watch",
                level="critical",
                rule="alive",
                subject=sign.name,
                sentence=f"What works by itself gives signs of life; {sign.name} gives none.",
                observed=f"last heard of {sign.at:%Y-%m-%d %H:%M} UTC",
                allowed=f"again by {sign.due:%Y-%m-%d %H:%M} UTC",
                what_to_do=alive.CURES[sign.name],
            )


def _deaf(state: ledger.State, channels: list[str]) -> Iterator[Problem]:
    for number, url in enumerate(channels, 1):
        if since := state.failing.get(channel.mark(url)):
            yield Problem(
                source="watch",
                level="warning",
                rule="alert.channel",
                subject=channel.name(number, url),
                sentence="Every channel of alerts takes messages.",
                observed=f"it has taken none since {since:%Y-%m-%d %H:%M} UTC; they wait",
                allowed="no message waits",
                what_to_do="mucosa alert test shows which channel fails. Look at the server, the password, the URL.",
            )


def _heartbeat(state: ledger.State, channels: list[str], seen: Seen) -> None:
    here = seen.at.astimezone()
    if state.heartbeat_on == here.date() or here.hour < int(os.environ.get(HEARTBEAT_HOUR, "7")):
        return
    state.heartbeat_on = here.date()
    critical = sum(one.problem.level == "critical" for one in state.open.values())
    last = state.night
    ended = f"{'green' if last.green else 'RED'}, ended {last.ended.told()}" if last else "none yet"
    state.outbox = [message for message in state.outbox if message.level != "info"]  # yesterday's is worth nothing
    body = f"Last night: {ended}.\nOpen: {critical} critical, {len(state.open) - critical} warnings.\n{ui()}"
    channel.post(
        state, channels, "alive", f"{body}\nA day without this message means that nobody watches.", "info", seen.at
    )


def _seen(places: Places, run_id: str | None, now: dt.datetime | None = None) -> Seen:
    return Seen(at=now or dt.datetime.now(dt.UTC).replace(microsecond=0), run=run_id, release=retention.current(places))
