"""A landing folder that changes from night to night as hospitals change theirs; seeded, to be repeated."""

import csv
import datetime as dt
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl

from assets import adjudication
from assets.resource import Warehouse
from schemas import extract
from simulation import hospital as simulated
from warehouse.connection import connect

Row = dict[str, str]
Feeds = dict[str, list[Row]]
SITE, KEYS = "demo", ("", "a secret of forty characters, and one more")
HELD_BACK = 0.2
"""Share of the records that the first delivery lacks: they come new, or late."""


class Hospital:
    """Deliveries by day, and everything else that a night reads; `write` brings a warehouse's folders into line."""

    def __init__(self, folder: Path, patients: int, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - which event, not a secret
        simulated.simulate_population(folder / "drawn", folder / "TRUTH.json", patients, seed)
        (delivered,) = (folder / "drawn" / SITE).glob("????-??-??")
        self.headers, whole = {}, {}
        for feed in extract.feeds():
            self.headers[feed.feed] = [column.name for column in feed.columns]
            file = delivered / f"{feed.feed}.csv"
            lines = file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else []
            whole[feed.feed] = list(csv.DictReader(lines))
        self.day = dt.date.fromisoformat(delivered.name)
        self.held: Feeds = {feed: [r for r in rows if self.chance.random() < HELD_BACK] for feed, rows in whole.items()}
        first = {feed: [row for row in rows if row not in self.held[feed]] for feed, rows in whole.items()}
        self.deliveries: dict[dt.date, Feeds] = {self.day: first}
        self.study, self.key, self.zone, self.mapped = "paper", 0, "Asia/Tokyo", False
        self.corrections: list[str] = []
        self.people: list[int] = []

    def happens(self) -> str:
        """One thing, drawn; its name."""
        event = self.chance.choices([*EVENTS], weights=[weight for _, weight in EVENTS.values()])[0]
        EVENTS[event][0](self)
        return event

    def deliver(self, rows: Feeds, *, late: bool = False) -> None:
        """Send some records in a delivery of their own: of a new day, or of one that has passed."""
        if late:
            day = self.day - dt.timedelta(days=self.chance.randint(1, 40))
        else:
            day = max(self.deliveries) + dt.timedelta(days=self.chance.randint(1, 40))
        feeds = self.deliveries.setdefault(day, {})
        for feed, some in rows.items():
            feeds.setdefault(feed, []).extend(dict(row) for row in some)

    def feed(self) -> str:
        """A feed of which something was delivered."""
        return self.chance.choice(
            sorted(feed for feed, rows in self.deliveries[self.day].items() if rows) or ["patient"]
        )

    def rows(self, feed: str, most: int = 4) -> list[Row]:
        """Some delivered records of a feed."""
        known = [row for feeds in self.deliveries.values() for row in feeds.get(feed, [])]
        return [dict(row) for row in self.chance.sample(known, min(len(known), self.chance.randint(1, most)))]

    def write(self, warehouse: Warehouse) -> None:
        """Let the folders of a warehouse say what the hospital says now; files that did not change stay untouched."""
        landing, data = warehouse.places.landing / SITE, warehouse.places.data
        data.mkdir(parents=True, exist_ok=True)
        wanted = {landing / "SYNTHETIC": ""}
        for day, feeds in self.deliveries.items():
            for feed, header in self.headers.items():
                if feed in feeds or extract.load(feed).required:
                    lines = [header, *([row.get(name, "") for name in header] for row in feeds.get(feed, []))]
                    wanted[landing / day.isoformat() / f"{feed}.csv"] = "".join(map(_line, lines))
        for file in [*landing.glob("*/*.csv")]:
            if file not in wanted:
                file.unlink()
        for file, text in wanted.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                file.write_text(text, encoding="utf-8")
        for folder in [f for f in landing.iterdir() if f.is_dir() and not any(f.iterdir())]:
            folder.rmdir()
        self._write_profile(data)
        shutil.rmtree(warehouse.places.vocabulary, ignore_errors=True)
        if self.mapped:
            (warehouse.places.vocabulary / "local").mkdir(parents=True)
            MAPPING.write_parquet(warehouse.places.vocabulary / "local" / "Mucosa.parquet")
        lines = [",".join(adjudication.COLUMNS), *self.corrections, ""]
        warehouse.places.adjudication.write_text("\n".join(lines), encoding="utf-8")

    def _write_profile(self, data: Path) -> None:
        sites = data / "sites"
        sites.mkdir(exist_ok=True)
        told = f'site = "{SITE}"\nname = "A hospital"\ntime_zone = "{self.zone}"\nmax_quarantine_share = 0.5\n'
        (sites / f"{SITE}.toml").write_text(told, encoding="utf-8")
        os.environ["MUCOSA_SITES"] = str(sites)
        os.environ.pop("MUCOSA_PSEUDONYM_KEY", None)
        if KEYS[self.key]:
            os.environ["MUCOSA_PSEUDONYM_KEY"] = KEYS[self.key]

    def look(self, warehouse: Warehouse) -> None:
        """Learn the pseudonyms of a night, as clinicians do who correct its labels."""
        with connect(warehouse.places.build, read_only=True) as build:
            query = "select person_id from cohorts.index_course union select person_id from omop.person order by all"
            self.people = [person for (person,) in build.execute(query).fetchall()]


MAPPING = pl.DataFrame(
    {
        "source_vocabulary_id": ["ICD10", "ICD10"],
        "source_code": ["K51.9", "K51.0"],
        "source_code_description": ["colitis", "colitis"],
        "target_concept_id": [201606, 201606],
    },
    schema_overrides={"target_concept_id": pl.Int32},
)
"""A hospital's own mapping, wrong on purpose: of colitis to Crohn's disease."""


def _line(cells: list[str]) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n') else cell for cell in cells) + "\n"


def _new(h: Hospital, *, late: bool = False) -> None:
    feed = h.chance.choice(sorted(feed for feed, rows in h.held.items() if rows) or ["patient"])
    some, h.held[feed] = h.held[feed][:6], h.held[feed][6:]
    h.deliver({feed: some}, late=late)


def _corrected(h: Hospital) -> None:
    feed = h.feed()
    rows, others = h.rows(feed), h.rows(feed, 1)
    name = h.chance.choice([column.name for column in extract.load(feed).columns])
    for row in rows:
        row[name] = h.chance.choice([others[0][name], others[0][name], "", "?"])
    h.deliver({feed: rows}, late=h.chance.random() < 0.2)


def _admitted(h: Hospital) -> None:
    """A stay that goes on: every delivery of a later day makes it longer."""
    stays = [row for row in h.deliveries[h.day]["encounter"] if row["class"] == "IMP"]
    h.deliver({"encounter": [dict(row, ended_at="") for row in stays[:1]]})


def _edited(h: Hospital) -> None:
    """The same delivery, sent again with other content."""
    feeds = h.deliveries[h.chance.choice(sorted(h.deliveries))]
    feed = h.chance.choice(sorted(feeds))
    if feeds[feed]:
        name = h.chance.choice(h.headers[feed])
        one, other = h.chance.choice(feeds[feed]), h.chance.choice(feeds[feed])
        one[name] = other[name]


def _deleted(h: Hospital) -> None:
    feed = h.feed()
    key = extract.load(feed).key[0]
    h.deliver({"deletion": [{"feed": feed, "key": row[key]} for row in h.rows(feed, 2)]})


def _duplicated(h: Hospital) -> None:
    feed = h.feed()
    h.deliver({feed: h.rows(feed)}, late=h.chance.random() < 0.5)


def _reordered(h: Hospital) -> None:
    feeds = h.deliveries[h.chance.choice(sorted(h.deliveries))]
    h.chance.shuffle(feeds[h.chance.choice(sorted(feeds))])


def _merged(h: Hospital) -> None:
    numbers = [row["patient_id"] for _ in range(2) for row in h.rows("patient", 1)]
    if len(numbers) == 2:  # all deliveries with patients may have been withdrawn
        link = dict(zip(("patient_id", "surviving_patient_id"), numbers, strict=True))
        h.deliver({"patient_link": [{**link, "linked_on": h.day.isoformat()}]})


def _withdrawn(h: Hospital) -> None:
    later = sorted(set(h.deliveries) - {h.day})
    if later:
        del h.deliveries[h.chance.choice(later)]


def _profile(h: Hospital) -> None:
    h.zone = "Europe/Paris" if h.zone == "Asia/Tokyo" else "Asia/Tokyo"


def _protocol(h: Hospital) -> None:
    h.study = "strict" if h.study == "paper" else "paper"


def _vocabulary(h: Hospital) -> None:
    h.mapped = not h.mapped


def _key(h: Hospital) -> None:
    h.key = 1 - h.key


def _adjudicated(h: Hospital) -> None:
    if h.corrections and h.chance.random() < 0.3:
        h.corrections.pop(h.chance.randrange(len(h.corrections)))
        return
    label, values = h.chance.choice([("remission", ["none", h.day.isoformat()]), ("mucosal_healing", ["yes", "no"])])
    person = h.chance.choice([*h.people, 1])
    h.corrections.append(f"{person},{label},{h.chance.choice(values)},AB,{h.day.isoformat()},{REASON}")


REASON = "chart_review"
EVENTS: dict[str, tuple[Callable[[Hospital], None], int]] = {
    "new": (_new, 6),
    "late": (lambda h: _new(h, late=True), 4),
    "corrected": (_corrected, 6),
    "admitted": (_admitted, 2),
    "edited": (_edited, 2),
    "deleted": (_deleted, 4),
    "duplicated": (_duplicated, 3),
    "re-ordered": (_reordered, 2),
    "merged": (_merged, 3),
    "withdrawn": (_withdrawn, 2),
    "nothing": (lambda _: None, 1),
    "profile": (_profile, 1),
    "protocol": (_protocol, 1),
    "vocabulary": (_vocabulary, 1),
    "key": (_key, 1),
    "adjudicated": (_adjudicated, 3),
}
"""What can happen between two nights, and how often."""
