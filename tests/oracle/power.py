"""Would the comparison notice? Moves each number of the protocol for the warehouse alone and counts disagreements.

Run by hand: `python -m tests.oracle.power --patients 500 --seed 1`. A value whose moves nobody notices is one
that no hard history lies close to.
"""

import argparse
import datetime as dt
import sys
from collections.abc import Iterator

import duckdb

from schemas import study
from tests.oracle.compare import differences
from tests.oracle.facts import DAY
from tests.oracle.nasty import ward
from warehouse import model

NEAR = 0.04


def moved(value: object) -> list[object]:
    """The value a little higher and a little lower; of a list nothing."""
    if isinstance(value, dt.date):
        return [value + DAY, value - DAY]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, float):
        return [value * (1 + NEAR), value * (1 - NEAR)]
    return [f"no {value}"] if isinstance(value, str) else []


def noticed(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, list[int]]]:
    """Each protocol value that a model asks for, and the disagreements after each of its moves."""
    names = [*model.models("cohorts"), *model.models("labels")]
    asked = {name: duckdb.extract_statements(model.sql(name))[0].named_parameters for name in names}
    protocol = study.load()
    for key, value in protocol.values().items():
        later = next((names[i:] for i, name in enumerate(names) if key in asked[name]), [])
        if key in protocol.sections["concepts"] or not later:
            continue
        counts = []
        for changed in moved(value):
            for name in later:
                model.build(connection, name, protocol.parameters() | {key: changed})
            counts.append(sum(map(len, differences(connection)[0].values())))
        for name in later:
            model.build(connection, name, protocol.parameters())
        yield key, counts


def main() -> None:
    """Print one line a protocol value."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for key, counts in noticed(ward(given.patients, given.seed)):
        sys.stdout.write(f"{'noticed' if all(counts) else 'MISSED '} {key}: {', '.join(map(str, counts))}\n")


if __name__ == "__main__":
    main()
