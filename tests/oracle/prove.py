"""Oracle against warehouse over many hard histories: `python -m tests.oracle.prove --patients 2000 --seed 1`."""

import argparse
import sys

from tests.oracle.compare import differences, report
from tests.oracle.nasty import ward


def main() -> int:
    """Print disagreements by label; the exit status is 1 where there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=3)
    given = parser.parse_args()
    connection = ward(given.patients, given.seed)
    found, compared = differences(connection)
    lines = [*report(found, given.show)]
    total = sum(map(len, found.values()))
    lines.append(f"{given.patients} hard histories, seed {given.seed}: {compared:,} values, {total} disagreements")
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
