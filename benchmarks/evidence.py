"""What the long proofs share: a small hospital after one night, and the page that records date and commit."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import process
from warehouse.places import Places

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "evidence"
CLI = ("-c", "from pipelines.cli import main; main()")


def stamp(*code: str) -> dict[str, str]:
    """Day and commit, marked where the code of the proof differs from the commit; `unknown` outside a checkout."""
    short = _git("rev-parse", "--short=10", "HEAD")
    changed = _git("status", "--porcelain", "--", *code)
    commit = f"{short}, changed" if short and changed else short or "unknown"
    return {"day": str(dt.datetime.now(dt.UTC).date()), "commit": commit}


def _git(*words: str) -> str:
    command = ["git", "-C", str(ROOT), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603 - fixed


def options(places: Places) -> tuple[str, ...]:
    """The two folders as options of the command line."""
    return "--landing", str(places.landing), "--data", str(places.data)


def night(folder: Path, patients: int) -> Places:
    """A landing folder of so many drawn patients after one night."""
    places = Places.of(folder / "landing", folder / "data")
    process("simulate", [*CLI, "simulate", "--patients", str(patients), *options(places)])
    process("night", [*CLI, "materialize", *options(places)])
    return places


def write(page: Path, text: str) -> None:
    """Record a proof and show it."""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
