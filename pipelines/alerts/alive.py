"""Signs of life: whatever works by itself says when it will be heard of again at the latest."""

import datetime as dt
from dataclasses import dataclass

from pipelines.alerts import ledger
from warehouse.places import Places

CURES = {
    "landing_sensor": "Look at Automation in the lineage browser: is landing_sensor running, and when did it last tick?"
    " If nothing ticks, start the service again.",
    "alert_sensor": "Is the service running (systemctl status mucosa)? If it is, look at Automation in the lineage"
    " browser: does alert_sensor run?",
    "nightly": "Look at Automation in the lineage browser: does the schedule nightly run? If nothing ticks, start the"
    " service again.",
    "night": "Look at Runs in the lineage browser: a night waits in the queue, hangs, or never started.",
    "watch": "Nobody looks from outside any more: systemctl status mucosa-watch.timer, or the cron entry of"
    " mucosa alert watch.",
}
"""Whatever is watched, and what to do when it is silent."""


@dataclass(frozen=True)
class Sign:
    """The last sign of one part."""

    name: str
    at: dt.datetime
    due: dt.datetime

    def silent(self, now: dt.datetime) -> bool:
        return now > self.due


def sign(places: Places, name: str, now: dt.datetime, due: dt.datetime) -> None:
    """Say that a part lives, and when it will say so again at the latest."""
    folder = ledger.folder(places) / "alive"
    folder.mkdir(exist_ok=True, mode=0o700)
    beside = folder / f".{name}"
    beside.write_text(f"{now.isoformat()} {due.isoformat()}", encoding="ascii")
    beside.replace(folder / name)


def expect(places: Places, name: str, now: dt.datetime, due: dt.datetime) -> None:
    """Await the first sign of a part that should have started; a later one counts for itself."""
    if not (places.alerts / "alive" / name).exists():
        sign(places, name, now, due)


def rest(places: Places, name: str) -> None:
    """Nothing more is awaited of a part until somebody expects it again."""
    (places.alerts / "alive" / name).unlink(missing_ok=True)


def signs(places: Places) -> list[Sign]:
    """The last sign of every part that ever gave one."""
    found = []
    for name in CURES:
        file = places.alerts / "alive" / name
        if file.is_file():
            at, due = map(dt.datetime.fromisoformat, file.read_text(encoding="ascii").split())
            found.append(Sign(name, at, due))
    return found
