"""Oracle against warehouse over many hard histories: `python -m tests.oracle.prove --patients 2000 --seed 1`."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.evidence import stamp
from tests.oracle.compare import Difference, differences, report
from tests.oracle.conftest import numbers
from tests.oracle.nasty import ward

CODE = ("tests/oracle", "tests/omop_rows.py", "assets/staging", "warehouse/sql")
JOINED = "select count(distinct person_key) from staging.patient_link semi join staging.patient using (person_key)"
PAGE = """# Every label, computed twice

Recorded by `make prove` on {day} at commit `{commit}`.

* **{told}.**
* **{linked}.**

Each cohort and label of every person is computed a second time in plain Python (`tests/oracle`), written from the
definitions without sight of the SQL. The histories are made to be hard: ties on a day, gaps at the limit and one day
beside it, relapse on the day of the colonoscopy, courses that still run at the data lock, transfers within a stay,
missing scores, calprotectin at every cut-off and limit, by an assay that is named, contradicted or not.

The second line is the whole chain, from files to labels. The same people are sent twice: once each under one record
number, which is what the oracle reads; and once with the records of about a third of them scattered over two to four
numbers that the link feed joins, straight or over a chain, over numbers that have no patient record any more, against
an earlier decision, among links to nobody, to itself and in circles. The labels of the second must be the oracle's.
"""


def main() -> int:
    """Print disagreements by label; the exit status is 1 where there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=3)
    parser.add_argument("--record", type=Path, help="write the result into this file, too")
    given = parser.parse_args()
    found, compared = differences(ward(given.patients, given.seed))
    told = _told(given.patients, "hard histories", given.seed, compared, found, given.show)
    with tempfile.TemporaryDirectory() as folder, numbers(Path(folder), given.patients, given.seed) as both:
        unjoined, compared = differences(*both)
        joined = both[0].execute(JOINED).fetchall()[0][0]
    people = f"hard histories as files, {joined:,} people under several record numbers"
    linked = _told(given.patients, people, given.seed, compared, unjoined, given.show)
    if given.record:
        given.record.write_text(PAGE.format(**stamp(*CODE), told=told, linked=linked), encoding="utf-8")
    return 1 if found or unjoined else 0


def _told(patients: int, what: str, seed: int, compared: int, found: dict[str, list[Difference]], show: int) -> str:
    total = sum(map(len, found.values()))
    told = f"{patients:,} {what}, seed {seed}: {compared:,} values, {total} disagreements"
    sys.stdout.write("\n".join([*report(found, show), told]) + "\n")
    return told


if __name__ == "__main__":
    raise SystemExit(main())
