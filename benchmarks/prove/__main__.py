"""`make prove`: run the null studies, draw them, and record what came out with date and commit."""

import argparse
import datetime as dt
import subprocess
import sys
from pathlib import Path

from benchmarks.prove.record import write
from benchmarks.prove.rejection import SCENARIOS, holds, reject

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "evidence"
CODE = ("benchmarks/prove", "assets/statistics", "simulation/population.py")
SEED = 20200626
RUNS = 500


def commit() -> str:
    """The commit that ran, marked where the code of the proof differs from it; `unknown` outside a checkout."""
    short = _git("rev-parse", "--short=10", "HEAD")
    changed = _git("status", "--porcelain", "--", *CODE)
    return f"{short}, changed" if short and changed else short or "unknown"


def _git(*words: str) -> str:
    command = ["git", "-C", str(ROOT), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603 - fixed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.prove", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="simulated studies a scenario")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the record goes")
    given = parser.parse_args()
    rates = reject(SCENARIOS, given.runs, given.seed)
    page = write(given.folder, rates, given.runs, given.seed, commit(), dt.datetime.now(dt.UTC).date())
    sys.stdout.write(page.read_text(encoding="utf-8"))
    return 0 if holds(rates, given.runs) else 1


if __name__ == "__main__":
    raise SystemExit(main())
