"""`make prove`: random sequences of deliveries, each night for those only who changed, compared with one for all.

A small hospital sends, corrects, deletes, merges and withdraws; profile, protocol, vocabulary, key and clinicians'
corrections change. After each night every table from raw to labels must equal, by content, what a warehouse gives that
makes everything anew from the same landing folder; after the last night of some sequences marts and release id too.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from assets import by_person, layers, touched
from assets.resource import Warehouse
from benchmarks import evidence
from benchmarks.nights.hospital import EVENTS, Hospital
from expectations.result import write_results
from warehouse import fingerprint, release, verdicts
from warehouse.connection import connect
from warehouse.errors import DataError, MucosaError

SEQUENCES, SEED, PATIENTS, NIGHTS, PUBLISHED = 300, 20200626, 5, 2, 10
"""Of the last: one sequence of so many goes on to marts and a release, and reads its files anew."""
STOPPED = 0.25
"""Share of nights before which one ended after some step."""
BUCKETS = (1, 1, 3, 1, 1, 7)
"""In how many parts the nights for all take their persons, sequence by sequence."""
STEPS = ("raw", "staging", *by_person.LAYERS)
PAGE = """# Nights for those only who changed

Recorded by `python -m benchmarks.nights` on {day} at commit `{commit}`. **{verdict}**

{sequences} sequences of {nights} nights over {patients} drawn patients each (seeds from {seed}), {happened} events
between them. After each of the {compared} nights all tables from raw to labels were compared, by content, with those of
a warehouse that makes every table anew from the same landing folder (one sequence of ten reads and types its files
anew, too; one of six takes persons in 3 buckets, one in 7); in {released} of them marts and the id of the release as
well.

| | |
|---|---|
| nights with a table that differs | {different} |
| nights that only one of the two could end | {stuck} |
| releases with another id | {other_release} |
| nights that both refused for the same reason | {refused} |

Layers made for some persons only: {touched} ({shares}); for all: {for_all} ({why}).

What happened: {events}.
"""


class Night(NamedTuple):
    """One night, made in two ways."""

    events: tuple[str, ...]
    refused: bool
    stuck: bool
    different: tuple[str, ...]
    other_release: bool | None
    choices: tuple[touched.Choice, ...]


def build(warehouse: Warehouse, steps: tuple[str, ...]) -> str | None:
    """Some layers, each in a writing of its own as at night; why it was refused, if it was."""
    try:
        for step in steps:
            with warehouse.writing(step) as connection:
                connection.execute("set threads = 1")  # a few rows: threads would only wait for each other
                layers.BUILDS[step](connection, warehouse)
    except MucosaError as error:
        return str(error)
    return None


@contextmanager
def stopped(after: int) -> Iterator[None]:
    """Let a night die inside the layer that makes its slice of this number; later ones, and none, may be the last."""
    make_slice, left = touched.make_slice, iter(range(after))

    def perhaps(*given: Any) -> Iterable[str]:
        if next(left, None) is None:
            raise DataError("stopped")
        return make_slice(*given)

    touched.make_slice = perhaps
    try:
        yield
    finally:
        touched.make_slice = make_slice


def hashes(warehouse: Warehouse) -> dict[str, str]:
    """Content of every table that the layers so far have made."""
    with connect(warehouse.places.build, read_only=True) as connection:
        return fingerprint.table_hashes(connection)


def published(warehouse: Warehouse) -> str:
    """Id of the release of what is built."""
    build(warehouse, ("marts",))
    with warehouse.writing("marts") as connection:
        write_results(connection, [])
    return release.publish(warehouse.places, warehouse.protocol, []).release_id


def sequence(
    folder: Path, seed: int, nights: int, patients: int, *, to_release: bool, buckets: int = 1
) -> Iterator[Night]:
    """One hospital, night after night; the first is made for all and remembered. `buckets`: of the nights for all."""
    hospital = Hospital(folder, patients, seed)
    chosen: list[touched.Choice] = []

    def warehouse(name: str, rebuild: str) -> Warehouse:
        return Warehouse(
            landing=str(folder / "landing"), data=str(folder / name / "data"), study=hospital.study,
            rebuild=rebuild, few_persons=0, touched_share=1.0, buckets=buckets if rebuild == "full" else 1,
        )  # fmt: skip

    choose = touched.choose
    touched.choose = lambda *given: chosen.append(choose(*given)) or chosen[-1]
    try:
        for number in range(nights + 1):
            happened = tuple(hospital.happens() for _ in range(hospital.chance.randint(1, 3) if number else 0))
            ours, anew = warehouse("ours", "touched"), warehouse("anew", "full")
            hospital.write(ours)
            if number and hospital.chance.random() < STOPPED:  # a night that ends early, and more that happens
                with stopped(hospital.chance.randint(0, 6)):
                    build(ours, STEPS[: hospital.chance.randint(1, len(STEPS))])
                # As after a kill that finds all of it in the log beside the file: nothing says that it was stopped.
                verdicts.sign(ours.places)
                happened += ("stopped", hospital.happens())
                ours, anew = warehouse("ours", "touched"), warehouse("anew", "full")
                hospital.write(ours)
            chosen.clear()
            refused = build(ours, STEPS)
            choices = tuple(chosen)
            if not number:
                hospital.look(ours)
                continue
            shutil.rmtree(folder / "anew", ignore_errors=True)
            if not to_release:  # else what is kept of files is made anew, too
                shutil.copytree(ours.places.identified, anew.places.identified, copy_function=os.link)
            hospital.write(anew)
            refused_anew = build(anew, STEPS)
            found: dict[str, str] = {} if refused else hashes(ours)
            expected = {} if refused_anew else hashes(anew)
            tables = sorted(found.keys() | expected.keys())
            last = to_release and number == nights and not refused and not refused_anew
            yield Night(
                happened,
                refused is not None,
                refused != refused_anew,
                tuple(name for name in tables if found.get(name) != expected.get(name)),
                published(ours) != published(anew) if last else None,
                choices,
            )
            if refused:
                return
            hospital.look(ours)
    finally:
        touched.choose = choose


def holds(done: list[Night]) -> bool:
    """Whether no night came out otherwise."""
    return not any(night.stuck or night.different or night.other_release for night in done)


def page(done: list[Night], sequences: int, given: argparse.Namespace) -> str:
    """The record of these nights."""
    choices = [choice for night in done for choice in night.choices]
    some_only = [choice for choice in choices if choice.why_all is None]
    why = Counter((choice.why_all or "").partition(":")[0] for choice in choices if choice.why_all)
    some = Counter(min(4, 4 * choice.persons // max(1, choice.of)) for choice in some_only)
    shares = ("under a quarter of persons", "under half", "under three quarters", "under all", "all or more")
    events = Counter(event for night in done for event in night.events)
    return PAGE.format(
        **evidence.stamp("warehouse", "assets", "benchmarks"),
        verdict="Holds: no table differs." if holds(done) else "Does not hold.",
        sequences=sequences, nights=given.nights, patients=given.patients, seed=given.seed, compared=len(done),
        happened=sum(events.values()), different=sum(bool(night.different) for night in done),
        released=sum(night.other_release is not None for night in done),
        stuck=sum(night.stuck for night in done), refused=sum(night.refused for night in done),
        other_release=sum(bool(night.other_release) for night in done), touched=len(some_only),
        shares=", ".join(f"{some[n]} {shares[n]}" for n in sorted(some)), for_all=len(choices) - len(some_only),
        why=", ".join(f"{number} {reason}" for reason, number in why.most_common()),
        events=", ".join(f"{event} {events[event]}" for event in (*EVENTS, "stopped") if events[event]),
    )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nights", description=__doc__)
    parser.add_argument("--sequences", type=int, default=SEQUENCES)
    parser.add_argument("--nights", type=int, default=NIGHTS)
    parser.add_argument("--patients", type=int, default=PATIENTS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--minutes", type=float, help="end after so many minutes with the sequences done by then")
    parser.add_argument("--folder", type=Path, default=evidence.FOLDER, help="where the record goes")
    parser.add_argument(
        "--journal", type=Path, help="file of sequences that are done; a further call goes on after them"
    )
    given = parser.parse_args()
    lines = given.journal.read_text(encoding="utf-8").splitlines() if given.journal and given.journal.exists() else []
    done, sequences = [_night(row) for line in lines for row in json.loads(line)], len(lines)
    started = time.monotonic()
    while sequences < given.sequences and not (given.minutes and time.monotonic() - started > 60 * given.minutes):
        sequences += 1
        seed = given.seed + sequences
        with tempfile.TemporaryDirectory(prefix="mucosa-nights-") as name:
            drawn = sequence(
                Path(name),
                seed,
                given.nights,
                given.patients,
                to_release=not sequences % PUBLISHED,
                buckets=BUCKETS[sequences % len(BUCKETS)],
            )
            nights = list(drawn)
        done += nights
        for night in nights:
            if night.different or night.stuck or night.other_release:
                sys.stderr.write(f"seed {seed}: {json.dumps(night, default=list)}\n")
        sys.stderr.write(f"{sequences} sequences, {len(done)} nights, {time.monotonic() - started:.0f} s\n")
        if given.journal:
            with given.journal.open("a", encoding="utf-8") as journal:
                journal.write(json.dumps(nights, default=list) + "\n")
    evidence.write(given.folder / "incremental.md", page(done, sequences, given))
    return 0 if holds(done) else 1


def _night(row: list[Any]) -> Night:
    *others, choices = row
    return Night(*others, tuple(touched.Choice(*choice) for choice in choices))


if __name__ == "__main__":
    raise SystemExit(main())
