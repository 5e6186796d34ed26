"""`make prove`: kill a night at a random moment, 200 times, and look at what is left; seeded, to be repeated.

Each round the landing folder changes, a night starts and is killed (SIGKILL). Then the release must open and equal the
old or the new one, byte by byte of content; the next night must end well with nobody's help and give exactly what a
night never disturbed gives, so no row is lost or doubled, and leave nothing lying about.
"""

import argparse
import importlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from assets import layers
from assets.report import data_docs
from assets.resource import Warehouse
from benchmarks import evidence
from expectations.result import read_results, write_results
from simulation import hospital
from warehouse import beside, model, release, retention, verdicts
from warehouse.connection import connect
from warehouse.fingerprint import content_hash
from warehouse.keep import Keep
from warehouse.places import Places

KILLS, SEED, PATIENTS = 200, 20200626, 3
NEWEST_ONLY = Keep(newest=1, months=0)
"""So that every publishing has a folder to write."""
PAGE = """# Nights killed at any moment

Recorded by `make prove` on {day} at commit `{commit}`. **{verdict}**

A night over {patients} patients (every layer, publishing, retention, Data Docs; {night:.1f} s undisturbed) was
started {kills} times on a landing folder that had changed, and killed with SIGKILL after a random time (seed {seed}).
{ended} of them were too late: the night had ended. Great Expectations and Dagster were left out; they write nothing but
verdicts and history. After each kill:

| | |
|---|---|
| the release opens and is the old one | {old} |
| the release opens and is the new one | {new} |
| anything else | {broken} |
| next nights that did not end well by themselves | {stuck} |
| next nights whose release is not what an undisturbed night gives | {lost} |
| next nights that left temporary files | {litter} |

Where the nights were when they were killed: {steps}.
"""


class Round(NamedTuple):
    """What one kill came to: `left` is old, new or what was wrong; `healed` and so on speak of the next night."""

    step: str
    left: str
    stuck: bool
    lost: bool
    litter: bool


def night(places: Places, tell: Callable[[str], object]) -> None:
    """Every writing of a night in its order, without the rules; `tell` hears the name of each step."""
    folders = {"landing": str(places.landing), "data": str(places.data)}
    warehouse = Warehouse(**folders, few_persons=0, touched_share=1.0)  # as with many: only who changed is made anew
    for name, build in layers.BUILDS.items():
        tell(name)
        with warehouse.writing(name) as connection:
            verdicts.take_back(connection, name)
            build(connection, warehouse)
            write_results(connection, [])
            results = read_results(connection)
    tell("publish")
    release.publish(places, warehouse.protocol, results)
    tell("retention")
    retention.prune(places, NEWEST_ONLY)
    tell("docs")
    with connect(places.published, read_only=True) as published:
        data_docs.write_docs(published, places)


def apart(work: Callable[[Callable[[str], object]], object], kill_after: float | None = None) -> tuple[list[str], bool]:
    """Run in a process of its own, forked before anything is open; what it told, and whether it ended well."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(lambda word: os.write(writing, f"{word}\n".encode()))
        except BaseException:  # noqa: BLE001 - the process ends here, whatever it was
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(writing)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, encoding="utf-8") as told:
        words = told.read().split()
    return words, os.waitpid(child, 0)[1] == 0


def content(places: Places) -> str:
    """The content of the release that analysts open, or what hinders reading it."""

    def look(tell: Callable[[str], object]) -> None:
        try:
            tell(content_hash(places.published))
        except Exception as error:  # noqa: BLE001 - whatever hinders a reader is the finding
            tell(type(error).__name__)

    return apart(look)[0][0]


def litter(places: Places) -> list[str]:
    """Files and folders that only a night under way may have."""
    patterns = ("**/*.part", "releases/.*", "*.new", "*.wal")
    return [str(path.relative_to(places.data)) for pattern in patterns for path in places.data.glob(pattern)]


def land(landed: Path, places: Places, side: int) -> None:
    """Let the landing folder be what was delivered, or the same without its last laboratory result."""
    (delivered,) = landed.rglob("lab_result.csv")
    lines = delivered.read_bytes().splitlines(keepends=True)
    target = places.landing / delivered.relative_to(landed)
    target.write_bytes(b"".join(lines[: len(lines) - side]))


def warm() -> None:
    """Load what every night needs before the first fork: a killed process must not have spent its time on it."""
    beside.MOST = 0  # helpers would have to be loaded anew for every fork
    importlib.import_module("lifelines")
    importlib.import_module("matplotlib.figure")
    importlib.import_module("scipy.stats")
    for layer in layers.BUILDS:
        model.models(layer)


def rounds(folder: Path, kills: int, seed: int) -> Iterator[tuple[float, Round]]:
    """One round after the other; with each the seconds that an undisturbed night takes."""
    warm()
    landed = folder / "landed"
    apart(lambda _: hospital.simulate_population(landed, folder / "TRUTH.json", PATIENTS, seed))
    places = Places.of(folder / "landing", folder / "data")
    expected, seconds = [], 0.0
    for side in (0, 1):
        clean = Places.of(folder / f"clean{side}", folder / f"data{side}")
        shutil.copytree(landed, clean.landing)
        land(landed, clean, side)
        started = time.monotonic()
        if not apart(lambda tell, clean=clean: night(clean, tell))[1]:
            raise RuntimeError("a night nobody disturbed did not end well")
        seconds = time.monotonic() - started
        expected.append(content(clean))
    shutil.copytree(landed, places.landing)
    if not apart(lambda tell: night(places, tell))[1]:
        raise RuntimeError("a night nobody disturbed did not end well")
    chance = random.Random(seed)  # noqa: S311 - which moment, not a secret
    for number in range(kills):
        side = (number + 1) % 2
        land(landed, places, side)
        words, ended = apart(lambda tell: night(places, tell), chance.uniform(0, seconds))
        found = content(places)
        left = {expected[1 - side]: "old", expected[side]: "new"}.get(found, found)
        started = time.monotonic()
        _, healed = apart(lambda tell: night(places, tell))
        seconds = time.monotonic() - started  # the machine is not always as fast
        step = "ended" if ended else words[-1] if words else "start"
        yield seconds, Round(step, left, not healed, content(places) != expected[side], bool(litter(places)))


def holds(done: list[Round]) -> bool:
    """Whether nothing was broken, stuck, lost or left lying about."""
    return all(r.left in ("old", "new") and not (r.stuck or r.lost or r.litter) for r in done)


def page(done: list[Round], undisturbed: float, seed: int) -> str:
    """The record of these rounds."""
    steps = Counter(r.step for r in done)
    order = ("start", *layers.BUILDS, "publish", "retention", "docs")
    return PAGE.format(
        **evidence.stamp("warehouse", "assets", "benchmarks"),
        verdict="Holds: 0 broken releases, 0 lost rows." if holds(done) else "Does not hold.",
        kills=len(done), seed=seed, night=undisturbed, patients=PATIENTS, ended=steps.pop("ended", 0),
        old=sum(r.left == "old" for r in done), new=sum(r.left == "new" for r in done),
        broken=sum(r.left not in ("old", "new") for r in done), stuck=sum(r.stuck for r in done),
        lost=sum(r.lost for r in done), litter=sum(r.litter for r in done),
        steps=", ".join(f"{step} {steps[step]}" for step in order if steps[step]),
    )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--minutes", type=float, help="end after so many minutes with the rounds done by then")
    parser.add_argument("--folder", type=Path, default=evidence.FOLDER, help="where the record goes")
    given = parser.parse_args()
    done: list[Round] = []
    started, undisturbed = time.monotonic(), 0.0
    with tempfile.TemporaryDirectory(prefix="mucosa-kills-") as name:
        for seconds, result in rounds(Path(name), given.kills, given.seed):
            done.append(result)
            undisturbed = seconds
            sys.stderr.write(f"{len(done)} {json.dumps(result._asdict())}\n")
            if given.minutes and time.monotonic() - started > 60 * given.minutes:
                break
    evidence.write(given.folder / "kills.md", page(done, undisturbed, given.seed))
    return 0 if holds(done) else 1


if __name__ == "__main__":
    raise SystemExit(main())
