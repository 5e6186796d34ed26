"""`python -m benchmarks.mutations`: spoil a valid delivery in every way, and record what was caught and what not."""

import argparse
import datetime as dt
import sys
from pathlib import Path

from benchmarks.mutations.draw import mutations
from benchmarks.mutations.judge import judge
from benchmarks.mutations.landing import small
from benchmarks.mutations.record import page, write
from benchmarks.prove.__main__ import FOLDER, commit

CODE = ("assets/raw", "assets/staging", "benchmarks/mutations", "expectations", "schemas", "simulation", "warehouse")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutations", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the record goes")
    given = parser.parse_args()
    landing = small()
    found = judge(landing, list(mutations(landing)))
    records = sum(map(len, landing.values()))
    text = page(found, records, commit(*CODE), dt.datetime.now(dt.UTC).date())
    write(given.folder, text)
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
