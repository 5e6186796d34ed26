"""`mucosa alert`: who hears of a bad night, what is open, and the watch from outside."""

import datetime as dt
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from warehouse.errors import DataError, UsageError
from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

app = typer.Typer(
    help="Alerts by mail, chat or webhook. Channels are URLs of apprise (https://appriseit.com/services), in"
    " MUCOSA_ALERT_URLS or, one a line, in the owner-only file <data>/alerts/urls:\n\n"
    "mailtos://user:password@mail.example.org?to=oncall@example.org\n\n"
    "slack://token/#channel   msteams://…   jsons://hook.example.org/path",
    no_args_is_help=True,
)
console = Console(highlight=False)

Landing = Annotated[Path, typer.Option(envvar="MUCOSA_LANDING", help="Folder that hospitals deliver into.")]
Data = Annotated[Path, typer.Option(envvar="MUCOSA_DATA", help="Folder of everything made.")]


@app.command()
def test(data: Data = Path(DEFAULT_DATA)) -> None:
    """Send one message through every channel, and say which took it (exit code 1 if one did not)."""
    from pipelines.alerts import channel
    from pipelines.alerts.ledger import Message

    channels = channel.check(Places.of(DEFAULT_LANDING, data))
    if not channels:
        raise UsageError(f"No channel is known. Set {channel.VARIABLE}, or see mucosa alert --help.")
    now = dt.datetime.now(dt.UTC)
    trial = Message(title="Mucosa: a test", body="Alerts arrive here.", level="info", made_at=now, pending=[])
    deaf = []
    for number, url in enumerate(channels, 1):
        taken = channel.send(url, trial)
        console.print(f"{'[green]✓[/green]' if taken else '[red]✗[/red]'} {channel.name(number, url)}")
        deaf += [] if taken else [channel.name(number, url)]
    if deaf:
        raise DataError(f"{', '.join(deaf)} took no message: look at the server, the user and password, the address.")


@app.command()
def status(data: Data = Path(DEFAULT_DATA)) -> None:
    """What is open and since when, who is told, what waits to be sent, and the last signs of life."""
    from pipelines.alerts import alive, channel, ledger
    from pipelines.alerts.problem import paragraph

    places = Places.of(DEFAULT_LANDING, data)
    state = ledger.read(places)
    for one in sorted(state.open.values(), key=lambda one: (one.problem.level, one.problem.key)):
        console.print(escape(paragraph(one.problem, one.since, one.run)), "\n", soft_wrap=True)
    night = state.night
    console.print(
        f"{len(state.open)} open. Last night: "
        + (f"{'green' if night.green else 'red'}, ended {night.ended.told()}." if night else "none yet.")
    )
    now = dt.datetime.now(dt.UTC)
    for sign in alive.signs(places):
        color = "red" if sign.silent(now) else "green"
        console.print(f"[{color}]{sign.name}[/]: last heard of {sign.at:%Y-%m-%d %H:%M} UTC")
    for number, url in enumerate(channel.urls(places), 1):
        mark = channel.mark(url)
        waiting = sum(mark in message.pending for message in state.outbox)
        console.print(f"{channel.name(number, url)}: {waiting} waiting")
    if not channel.urls(places):
        console.print("No channel: nobody is told.")


@app.command()
def watch(
    landing: Landing = Path(DEFAULT_LANDING),
    data: Data = Path(DEFAULT_DATA),
    every: Annotated[float, typer.Option(help="Minutes until it looks again; 0 looks once, for cron and timers.")] = 0,
) -> None:
    """Look from outside: silent parts, late deliveries, the daily sign of life; send what waits.

    It needs no daemon, so that a dead one is noticed. Exit code 1 while messages can't be delivered.
    """
    from pipelines.alerts import alive, channel
    from pipelines.alerts import watch as watching

    places = Places.of(landing, data)
    if not places.data.is_dir():
        raise UsageError(f"There is nothing to watch: {places.data} does not exist. Name it with --data.")
    channel.check(places)
    while True:
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        alive.sign(places, "watch", now, now + max(watching.WATCH_WITHIN, 3 * dt.timedelta(minutes=every)))
        waiting = watching.look(places, now)
        if waiting:
            console.print(f"{waiting} messages could not be delivered; they are kept and sent again.")
        if not every:
            break
        time.sleep(60 * every)
    if waiting:
        raise DataError("Alerts do not arrive: mucosa alert test shows which channel fails.")
