"""`python -m benchmarks.skew`: buckets of very different sizes, each made as a worker of a cluster makes it.

Ten thousand persons have a hundred results each, one has ten million; one of two hospitals has half of all. A bucket
is divided by person, so the hospital is spread over all of them; the one person is not, and shows what the largest
bucket costs under the memory that a task may take.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from assets import by_person
from benchmarks.measure import Cost, process, stretch
from schemas import contract
from warehouse import connection
from warehouse import slice as sliced
from warehouse.bucket_task import Task, code_digest

PERSONS, RESULTS, BUCKETS = 10_000, 100, 16
STAGE = """
insert into staging.site by name
select
    site,
    'Asia/Tokyo' as time_zone,
    true as synthetic,
    date '2021-06-30' as latest_delivery
from (values ('large'), ('small')) as known (site);

insert into staging.patient by name
select
    k + 1 as person_key,
    if(k % 2 = 0, 'large', 'small') as site,
    'female' as sex,
    date '1980-01-01' as birth_date,
    'd' as delivery,
    1 as file_id,
    k + 1 as record
from range(getvariable('persons')) as t (k);

insert into staging.lab_result by name
select
    1000000 + k as lab_result_key,
    if(k < getvariable('heavy'), 1, 2 + k % (getvariable('persons') - 1)) as person_key,
    if((person_key - 1) % 2 = 0, 'large', 'small') as site,
    '1988-5' as code,
    timestamp '2001-01-01' + interval (k) minute as collected_at,
    timestamp '2001-01-01' + interval (k + 90) minute as reported_at,
    'crp' as analyte,
    (k % 1000) / 100.0 as value_number,
    'mg/dL' as unit,
    ((k % 1000) / 100.0)::varchar as value_source,
    'mg/dl' as unit_source,
    'final' as status,
    0 as reference_low,
    0.14 as reference_high,
    'd' as delivery,
    1 as file_id,
    (k % 2000000000)::integer as record
from range(getvariable('heavy') + getvariable('rows')) as t (k)
"""


def stage(build: duckdb.DuckDBPyConnection, heavy: int) -> None:
    """Fill staging: so many results of one person beside the others'."""
    for table in contract.contracts("staging"):
        build.execute(table.ddl())
    for name, value in (("persons", PERSONS), ("rows", PERSONS * RESULTS), ("heavy", heavy)):
        build.execute(f"set variable {name} = {value}")
    build.execute(STAGE)
    by_person.LAYERS["fhir"].give(build, None)  # type: ignore[arg-type]


def pieces(build: duckdb.DuckDBPyConnection, step: str, bucket: int) -> Iterator[tuple[str, Any]]:
    """What the shuffle would bring to one bucket."""
    given = {"salt": sliced.SALT, "buckets": BUCKETS, "number": bucket}
    for table in (t for t in sliced.read(step) if t.scope == "patient"):
        query = f"from ({sliced.owned(table)}) select * exclude ({sliced.OWNER})"
        query += f" where {sliced.bucket(sliced.OWNER)} = $number"
        for batch in build.execute(query, given).to_arrow_reader(100_000):
            yield table.name, pa.Table.from_batches([batch])


def one(folder: Path, bucket: int, memory: str) -> Cost:
    """Make the FHIR layer of one bucket in this process, as a task does."""
    found: list[Cost] = []
    with connection.connect(folder / "build.duckdb", read_only=True, memory_limit="1GB") as build:
        for table in (t for t in sliced.read("fhir") if t.scope == "global"):
            (folder / "read" / table.name).mkdir(parents=True, exist_ok=True)  # where a task looks for it
            build.execute(f"copy {table.name} to '{folder / 'read' / table.name / 'all.parquet'}'")
        task = Task(str(folder), "fhir", partial(by_person.make, "fhir"), {}, memory, code_digest())
        (rows,) = build.execute(
            f"select count(*) from staging.lab_result where {sliced.bucket('person_key')} = $number",
            {"salt": sliced.SALT, "buckets": BUCKETS, "number": bucket},
        ).fetchall()[0]
        with tempfile.TemporaryDirectory(dir=folder) as target, stretch("fhir", folder, found) as said:
            tempfile.tempdir = str(folder)
            task.make_tables(pieces(build, "fhir", bucket), Path(target))
            said["rows"] = rows
    return found[0]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.skew", description=__doc__)
    parser.add_argument("--heavy", type=int, default=10_000_000, help="results of the one person")
    parser.add_argument("--memory", default="2GB", help="what DuckDB may take in a task")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one is not None:
        sys.stdout.write(json.dumps(one(given.folder, given.one, given.memory)._asdict()))
        return 0
    with tempfile.TemporaryDirectory(prefix="mucosa-skew-") as name:
        folder = Path(name)
        with connection.connect(folder / "build.duckdb", memory_limit="2GB") as build:
            stage(build, given.heavy)
            values = {"salt": sliced.SALT, "buckets": BUCKETS}
            query = f"select {sliced.bucket('person_key')}::integer as bucket, count(*) as results, "
            query += "100 * count(*) filter (where site = 'large') / count(*) as large_percent "
            spread = build.execute(f"{query} from staging.lab_result group by bucket order by 2", values).fetchall()
        for number, results, large in (spread[len(spread) // 2], spread[-1]):
            words = ["-m", "benchmarks.skew", "--one", str(number), "--folder", name, "--memory", given.memory]
            _, text = process("bucket", words)
            cost = Cost(**json.loads(text))
            sys.stdout.write(
                f"{results:>12,} results, {large:.0f} % of the large hospital: {cost.cpu_seconds:.1f} CPU s,"
                f" {cost.wall_seconds:.1f} s, {results / cost.cpu_seconds:,.0f} results/CPU s, {cost.peak_mb:,.0f} MB\n"
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
