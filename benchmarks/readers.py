"""`make prove`: readers open, read and hold the release without pause while it is replaced 50 times."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks import evidence
from warehouse.places import Places

PUBLISHES = 50
PATIENTS = 4
PAGE = """# Readers while releases are replaced

Recorded by `make prove` on {day} at commit `{commit}`. **{verdict}**

A release of {patients} patients was replaced {publishes} times by one of other content, in {seconds:.0f} s, while two
processes read it without pause. One opened the file anew for every reading, the other kept the first release open.
Each reading takes a whole table and compares its hash with the manifest of the release that the file says it is.

| reader | readings | releases met | errors |
|---|---|---|---|
| opens anew | {anew[readings]} | {anew_met} | {anew_wrong} |
| keeps one open | {held_readings} | {held_met} | {held_wrong} |
"""


class Watched(NamedTuple):
    """What the two readers met."""

    anew: dict
    held: dict
    seconds: float

    @property
    def wrong(self) -> list[str]:
        return [*self.anew["wrong"], *self.held["wrong"]]


def watch(places: Places, publish: Callable[[int], object], publishes: int) -> Watched:
    """Publish so many times under two readers. A release must be there already."""
    stop = places.data / "stop"
    command = [sys.executable, "-m", "benchmarks.reading", str(places.published), str(stop)]
    readers = [
        subprocess.Popen([*command, *more], stdout=subprocess.PIPE, text=True, cwd=evidence.ROOT)  # noqa: S603 - ours
        for more in ([], ["--hold"])
    ]
    started = time.monotonic()
    try:
        while len(list(places.data.glob("stop.*"))) < len(readers) and all(r.poll() is None for r in readers):
            time.sleep(0.02)
        for number in range(publishes):
            publish(number)
    finally:
        stop.touch()
        said = [reader.communicate(timeout=60)[0] for reader in readers]
    return Watched(json.loads(said[0]), json.loads(said[1]), time.monotonic() - started)


def replace(places: Places, number: int) -> None:
    """Change one cell of the build and publish it with the verdicts that it has."""
    from expectations.result import read_results
    from schemas import study
    from warehouse import release
    from warehouse.connection import connect

    with connect(places.build) as build:
        build.execute("update raw.file set bytes = $1", [number])
        results = read_results(build)
    release.publish(places, study.load(), results)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readers", description=__doc__)
    parser.add_argument("--publishes", type=int, default=PUBLISHES)
    parser.add_argument("--folder", type=Path, default=evidence.FOLDER, help="where the record goes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mucosa-readers-") as name:
        places = evidence.night(Path(name), PATIENTS)
        seen = watch(places, lambda number: replace(places, number), given.publishes)
    held = seen.held
    evidence.write(given.folder / "readers.md", PAGE.format(
        **evidence.stamp("warehouse", "benchmarks"), verdict="Holds: 0 errors." if not seen.wrong else "Does not hold.",
        patients=PATIENTS, publishes=given.publishes, seconds=seen.seconds, anew=seen.anew,
        anew_met=len(seen.anew["met"]), anew_wrong=len(seen.anew["wrong"]), held_readings=sum(held["met"].values()),
        held_met=len(held["met"]), held_wrong=len(held["wrong"]),
    ))  # fmt: skip
    return 1 if seen.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
