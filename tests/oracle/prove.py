"""Oracle against warehouse over many hard histories: `python -m tests.oracle.prove --patients 2000 --seed 1`."""

import argparse
import sys
from pathlib import Path

from benchmarks.evidence import stamp
from tests.oracle.compare import differences, report
from tests.oracle.nasty import ward

CODE = ("tests/oracle", "tests/omop_rows.py", "warehouse/sql/cohorts", "warehouse/sql/labels")
PAGE = """# Every label, computed twice

Recorded by `make prove` on {day} at commit `{commit}`. **{told}.**

Each cohort and label of every person is computed a second time in plain Python (`tests/oracle`), written from the
definitions without sight of the SQL. The histories are made to be hard: ties on a day, gaps at the limit and one day
beside it, relapse on the day of the colonoscopy, courses that still run at the data lock, transfers within a stay,
missing scores. That a record number merged into another changes nothing is shown by `tests/study/test_properties.py`.
"""


def main() -> int:
    """Print disagreements by label; the exit status is 1 where there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=3)
    parser.add_argument("--record", type=Path, help="write the result into this file, too")
    given = parser.parse_args()
    connection = ward(given.patients, given.seed)
    found, compared = differences(connection)
    lines = [*report(found, given.show)]
    total = sum(map(len, found.values()))
    told = f"{given.patients:,} hard histories, seed {given.seed}: {compared:,} values, {total} disagreements"
    sys.stdout.write("\n".join([*lines, told]) + "\n")
    if given.record:
        text = PAGE.format(**stamp(*CODE), told=told)
        given.record.write_text(text, encoding="utf-8")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
