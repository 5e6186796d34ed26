"""`make prove`: run the null studies, draw them, and record what came out with date and commit."""

import argparse
import datetime as dt
import sys
from pathlib import Path

from benchmarks.evidence import FOLDER, stamp
from benchmarks.prove.record import write
from benchmarks.prove.rejection import SCENARIOS, holds, reject

CODE = ("benchmarks/prove", "assets/statistics", "simulation/population.py")
SEED = 20200626
RUNS = 500


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.prove", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="simulated studies a scenario")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the record goes")
    given = parser.parse_args()
    rates = reject(SCENARIOS, given.runs, given.seed)
    page = write(given.folder, rates, given.runs, given.seed, stamp(*CODE)["commit"], dt.datetime.now(dt.UTC).date())
    sys.stdout.write(page.read_text(encoding="utf-8"))
    return 0 if holds(rates, given.runs) else 1


if __name__ == "__main__":
    raise SystemExit(main())
