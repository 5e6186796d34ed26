"""A reader of the release, in a process of its own: reads until a file appears, then prints what was wrong as JSON.

`python -m benchmarks.reading RELEASE STOP` opens the release anew for each reading; with `--hold` it opens it once.
"""

import argparse
import json
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

from warehouse.connection import connect
from warehouse.fingerprint import table_hash

PAUSE_SECONDS = 0.03


def read(file: Path, stop: Path, *, hold: bool) -> dict[str, Any]:
    """How many readings there were, which releases they met, and every kind of error, once each time."""
    met: dict[str, int] = {}
    wrong: list[str] = []
    ready = stop.with_name(f"{stop.name}.{'hold' if hold else 'reopen'}")
    for turn in count():
        if stop.exists() and turn:
            return {"readings": turn, "met": met, "wrong": wrong}
        try:
            with connect(file, read_only=True) as opened:
                look(opened, file, turn, met)
                ready.touch()
                while hold and not stop.exists():
                    look(opened, file, turn, met)
                    time.sleep(PAUSE_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever a reader meets is what is counted
            wrong.append(f"{type(error).__name__}: {error}")
        time.sleep(PAUSE_SECONDS)
    raise AssertionError


def look(opened: Any, file: Path, turn: int, met: dict[str, int]) -> None:
    """Read which release this is and one of its tables in full; it must hold what the manifest says."""
    release_id = opened.execute("select release_id from quality.release").fetchall()[0][0]
    manifest = json.loads((file.parent / "releases" / release_id / "manifest.json").read_text(encoding="utf-8"))
    hashes = {name: t["hash"] for name, t in manifest["tables"].items() if t["hash"] and t["rows"]}
    hashes.pop("quality.results", None)  # it also says since when, which no hash covers
    name = sorted(hashes)[(turn + sum(met.values())) % len(hashes)]
    if table_hash(opened, name) != hashes[name]:
        raise ValueError(f"{name} is not what the manifest of {release_id} says")
    met[release_id] = met.get(release_id, 0) + 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=__doc__)
    parser.add_argument("release", type=Path)
    parser.add_argument("stop", type=Path)
    parser.add_argument("--hold", action="store_true", help="keep the first release open")
    given = parser.parse_args()
    sys.stdout.write(json.dumps(read(given.release, given.stop, hold=given.hold)))


if __name__ == "__main__":
    main()
