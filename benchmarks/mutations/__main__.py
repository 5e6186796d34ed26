"""`python -m benchmarks.mutations`: spoil a valid delivery in every way, and record what was caught and what not."""

import argparse
from pathlib import Path

from benchmarks.evidence import FOLDER, stamp, write
from benchmarks.mutations.draw import mutations
from benchmarks.mutations.judge import judge
from benchmarks.mutations.landing import small
from benchmarks.mutations.record import NAME, page

CODE = ("assets/raw", "assets/staging", "benchmarks/mutations", "expectations", "schemas", "simulation", "warehouse")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutations", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the record goes")
    given = parser.parse_args()
    landing = small()
    found = judge(landing, list(mutations(landing)))
    records = sum(map(len, landing.values()))
    write(given.folder / f"{NAME}.md", page(found, records, **stamp(*CODE)))


if __name__ == "__main__":
    main()
