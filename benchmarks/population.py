"""Many patients in OMOP tables from a few: each copied under new keys, so that the study has that much to read."""

import sys
from pathlib import Path

from schemas import contract
from warehouse import connection

STEP = 4_611_686_018_427_388_039
"""Added to a key for each copy, modulo the largest BIGINT."""
SHARED = frozenset({"location_id", "care_site_id", "provider_id"})


def grow(build: Path, copies: int) -> tuple[int, int]:
    """Make every person `copies` times as many in a build's OMOP tables; return persons and rows of all of them.

    Copies share their histories but no key. That suits a measurement of time and memory, nothing else.
    """
    with connection.connect(build) as opened:
        rows = 0
        for table in contract.contracts("omop"):
            if table.scope == "patient":
                columns = ", ".join(
                    f"((o.{c.name}::hugeint + k::hugeint * {STEP}) % 9223372036854775807)::bigint as {c.name}"
                    if c.type.lower() == "bigint" and c.name not in SHARED else f"o.{c.name}"
                    for c in table.columns
                )  # fmt: skip
                opened.execute(
                    f"insert into {table.name} by name "
                    f"select {columns} from {table.name} as o, range(1, {copies}) as t (k)"
                )
                rows += opened.execute(f"select count(*) from {table.name}").fetchall()[0][0]
        persons = opened.execute("select count(*), count(distinct person_id) from omop.person").fetchall()[0]
        opened.execute("checkpoint")
    if persons[0] != persons[1]:
        raise ValueError("two copies got one key")
    return persons[0], rows


if __name__ == "__main__":
    sys.stdout.write("{} {}".format(*grow(Path(sys.argv[1]), int(sys.argv[2]))))
