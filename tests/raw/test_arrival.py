"""A delivery is read once it is complete, and only again when something about it has changed."""

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assets.raw import arrival
from assets.raw import load as raw
from schemas import extract
from warehouse.errors import DataError, UsageError
from warehouse.places import Places

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
DAY = "2020-06-30"


def deliver(places: Places, day: str = DAY, site: str = "demo") -> Path:
    """A delivery with headers only."""
    folder = places.landing / site / day
    folder.mkdir(parents=True)
    for feed in extract.feeds():
        if feed.required:
            (folder / f"{feed.feed}.csv").write_text(",".join(c.name for c in feed.columns) + "\n", encoding="utf-8")
    return folder


def sign(folder: Path, **changes: object) -> None:
    """Write the manifest of what lies in a delivery, one entry changed."""
    files = [
        {"name": f.name, "bytes": f.stat().st_size, "sha256": hashlib.sha256(f.read_bytes()).hexdigest()}
        for f in sorted(folder.iterdir())
    ]
    (folder / "MANIFEST.json").write_text(json.dumps({"files": [files[0] | changes, *files[1:]]}), encoding="utf-8")


def stored(places: Places) -> dict[str, tuple[int, int]]:
    """Every file of raw with its inode and its time of change."""
    return {str(f): (f.stat().st_ino, f.stat().st_mtime_ns) for f in places.raw.rglob("*.parquet")}


@pytest.mark.parametrize(("minutes", "waits"), [(9, "touched 9 minutes ago, less than 10"), (10, None)])
def test_quiet_for_as_long_as_asked(places: Places, minutes: int, waits: str | None) -> None:
    folder = deliver(places)
    then = (NOW - timedelta(minutes=minutes)).timestamp()
    for path in [*folder.iterdir(), folder]:
        os.utime(path, (then, then))
    found = arrival.waiting_for(folder, 10, NOW)
    assert found is None if waits is None else waits in str(found)


def test_what_arrives_at_this_moment_is_read_if_nobody_asks_for_quiet(places: Places) -> None:
    folder = deliver(places)
    assert arrival.waiting_for(folder, 0, NOW) is None
    assert arrival.waiting_for(folder, 10, NOW) is not None
    (folder / "_SUCCESS").touch()
    assert arrival.waiting_for(folder, 10, NOW) is None


@pytest.mark.parametrize(
    ("change", "waits"),
    [
        ({}, None),
        ({"bytes": 1}, "lists activity_score.csv of 1 bytes, which is not there in that size"),
        ({"name": "procedures.csv"}, "lists procedures.csv"),
        ({"size": 1}, r"files.0.size: Extra inputs are not permitted"),
        ({"sha256": "?"}, "files.0.sha256"),
    ],
    ids=["whole", "half", "lacking", "unknown key", "no hash"],
)
def test_a_manifest_decides_alone(places: Places, change: dict[str, object], waits: str | None) -> None:
    folder = deliver(places)
    sign(folder, **change)
    found = arrival.waiting_for(folder, 10, NOW)
    assert found is None if waits is None else waits in str(found)


def test_a_file_beside_the_manifest_and_one_in_transfer_are_waited_for(places: Places) -> None:
    folder = deliver(places)
    sign(folder)
    (folder / "note.csv").touch()
    assert arrival.waiting_for(folder, 0, NOW) == "MANIFEST.json does not list one of the files"
    (folder / "note.csv").rename(folder / "note.csv.part")
    assert arrival.waiting_for(folder, 0, NOW) == "a file is still being written"


def test_content_other_than_the_manifest_says_is_refused(places: Places) -> None:
    sign(deliver(places), sha256="0" * 64)
    with pytest.raises(DataError, match=r"^\w+\.csv of delivery demo\|2020-06-30 is not what its manifest says"):
        raw.load(places)


def test_an_incomplete_delivery_is_not_read_and_does_not_stop_the_others(places: Places) -> None:
    deliver(places)
    sign(deliver(places, "2020-07-31"), bytes=1)
    raw.load(places)
    assert raw.files(places)["delivery"].unique().to_list() == ["demo|2020-06-30"]


def test_nothing_complete(places: Places) -> None:
    sign(deliver(places), bytes=1)
    with pytest.raises(UsageError, match="No delivery is complete yet"):
        raw.load(places)


def test_a_delivery_sent_anew_stays_as_it_was_until_it_is_complete(places: Places) -> None:
    folder = deliver(places)
    raw.load(places)
    before = raw.files(places)
    (folder / "procedure.csv").write_text("procedure_id,pat", encoding="utf-8")
    (folder / "patient.csv.part").touch()
    raw.load(places)
    assert raw.files(places).equals(before)
    assert len(stored(places)) == before.height


def test_an_unchanged_delivery_is_not_written_again(places: Places) -> None:
    deliver(places)
    changed = deliver(places, "2020-07-31")
    raw.load(places)
    before = stored(places)
    for file in changed.iterdir():
        os.utime(file, (1, 1))  # touched, but of the same content
    raw.load(places)
    assert stored(places) == before
    with (changed / "patient.csv").open("a", encoding="utf-8") as file:
        file.write("P1,,,male,,\n")
    raw.load(places)
    after = stored(places)
    assert {name for name in after if before.get(name) == after[name]} == {n for n in before if "2020-06-30" in n}
    assert len(after) == len(before)


def test_another_way_of_reading_reads_again(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(places)
    raw.load(places)
    before = stored(places)
    monkeypatch.setattr("assets.raw.memory._readers", lambda: "another version of our readers")
    raw.load(places)
    assert all(before[name] != seen for name, seen in stored(places).items())
