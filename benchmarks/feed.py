"""`python -m benchmarks.feed`: one laboratory feed as CSV, from landing to its verdicts, against merely reading it.

The feed has the texture of the simulator: seven results a visit, comparators, words, full-width digits, comments (some
quoted), corrections, numbers used twice and refused records. Patients and visits land beside it, because results refer
to them. The floor is DuckDB reading the same files with casts, in the same run.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks.measure import Cost, process

DAY = "2026-06-30"
BYTES_A_RESULT = 113
RESULTS_A_VISIT, VISITS_A_PATIENT = 7, 20
TARGET_RATIO, TARGET_MB = 4.0, 2048.0

PATIENTS = """
select
    (10000000 + patient)::varchar as patient_id,
    '中村　健一' as name,
    'ナカムラ　ケンイチ' as name_kana,
    '千葉県船橋市' || patient % 90 as address,
    if(patient % 2 = 0, 'male', 'female') as sex,
    (date '1940-01-01' + (hash(patient, 1) % 20000)::int)::varchar as birth_date,
    null as death_date
from range($patients) as made (patient)
order by patient
"""
VISITS = """
select
    'E' || lpad((visit::hugeint * 618033988749 % 999999999989)::varchar, 12, '0') as encounter_id,
    (10000000 + visit // $visits)::varchar as patient_id,
    'AMB' as class,
    strftime(started_at, '%Y-%m-%d %H:%M') as started_at,
    strftime(started_at + interval 3 hour, '%Y-%m-%d %H:%M') as ended_at,
    '消化器内科' as department
from (
    select
        visit,
        timestamp '2016-01-01 08:10' + to_minutes(
            1440 * (visit % $visits * 180 + hash(visit, 2) % 150)::int
        ) as started_at
    from range($patients * $visits) as made (visit)
)
order by visit
"""
RESULTS = """
with draw as (
    select
        result,
        result // $results as visit,
        hash(result, $seed) as chance,
        [
            ['2160-0', 'クレアチニン', 'mg/dL', '0.46', '1.07', '0.'],
            ['718-7', 'ヘモグロビン', 'g/dL', '11.6', '16.8', '12.'],
            ['19123-9', 'マグネシウム', 'mg/dL', '1.8', '2.4', '2.'],
            ['1988-5', 'ＣＲＰ', 'mg/dL', '0', '0.14', '3.'],
            ['2823-3', 'カリウム', 'mEq/L', '3.6', '4.8', '4.'],
            ['1751-7', 'アルブミン', 'g/dL', '4.1', '5.1', '4.'],
            ['11253-2', 'タクロリムス', 'ng/mL', '5', '20', '9.']
        ][result % 7 + 1] as analyte
    from range($rows) as made (result)
),

time_visits as (
    select
        *,
        timestamp '2016-01-01 08:50' + to_minutes(
            1440 * (visit % $visits * 180 + hash(visit, 2) % 150)::int
        ) as collected_at
    from draw
)

select
    'L' || lpad(
        (
            (result - if(chance % 300 = 0 or chance % 700 = 1, $results, 0))::hugeint * 414213562373 % 999999999989
        )::varchar,
        12, '0'
    ) as result_id,
    (10000000 + visit // $visits + if(chance % 900 = 2, 80000000, 0))::varchar as patient_id,
    'E' || lpad((visit::hugeint * 618033988749 % 999999999989)::varchar, 12, '0') as encounter_id,
    analyte[1] as code,
    analyte[2] as name,
    strftime(collected_at, '%Y-%m-%d %H:%M') as collected_at,
    strftime(collected_at + to_minutes(if(chance % 1000 = 3, -30, 120)), '%Y-%m-%d %H:%M') as reported_at,
    case
        when chance % 500 = 4 then '溶血'
        when chance % 100 = 5 then '<0.04'
        when chance % 400 = 6 then '０．１１'
        when chance % 800 = 7 then '1O.2'
        else analyte[6] || (10 + chance // 1000 % 90)
    end as value,
    if(chance % 300 = 8, lower(analyte[3]), analyte[3]) as unit,
    case when chance % 300 = 0 then 'corrected' when chance % 900 = 9 then 'preliminary' else 'final' end as status,
    analyte[4] as reference_low,
    analyte[5] as reference_high,
    case when chance % 500 = 10 then '再検' when chance % 1000 = 11 then 'diluted 1:4, "repeat"' end as comment
from time_visits
order by result
"""
FLOOR = {
    "patient": """
        select count(patient_id), count(sex), count(name), count(name_kana), count(address), count(birth_date::date)
        from read_csv($file, all_varchar = true, header = true, delim = ',', quote = '"', escape = '"')""",
    "encounter": """
        select
            count(encounter_id), count(patient_id), count(class), count(department),
            count(try_cast(started_at as timestamp)), count(try_cast(ended_at as timestamp))
        from read_csv($file, all_varchar = true, header = true, delim = ',', quote = '"', escape = '"')""",
    "lab_result": """
        select
            count(result_id), count(patient_id), count(encounter_id), count(code), count(name), count(unit),
            count(status), count(comment),
            count(try_cast(collected_at as timestamp)), count(try_cast(reported_at as timestamp)),
            count(try_cast(value as decimal(18, 6))),
            count(try_cast(reference_low as decimal(18, 6))), count(try_cast(reference_high as decimal(18, 6)))
        from read_csv($file, all_varchar = true, header = true, delim = ',', quote = '"', escape = '"')""",
}
"""Every cell is read and every column cast to its type: DuckDB skips what nobody asks for."""


def make(landing: Path, gigabytes: float, seed: int) -> int:
    """Write one delivery whose `lab_result.csv` has about so many GB (10^9 bytes); its records of all feeds."""
    rows = int(gigabytes * 1e9 / BYTES_A_RESULT)
    patients = -(-rows // (RESULTS_A_VISIT * VISITS_A_PATIENT))
    folder = landing / "demo" / DAY
    folder.mkdir(parents=True)
    (landing / "demo" / "SYNTHETIC").touch()
    given = {"patients": patients, "visits": VISITS_A_PATIENT, "results": RESULTS_A_VISIT, "rows": rows, "seed": seed}
    with duckdb.connect() as connection:
        for feed, query in (("patient", PATIENTS), ("encounter", VISITS), ("lab_result", RESULTS)):
            asked = {name: given[name] for name in duckdb.extract_statements(query)[0].named_parameters}
            (made,) = (connection.execute(f"copy ({query}) to '{folder / feed}.csv' (header, delim ',')", asked),)
            rows += made.fetchall()[0][0] if feed != "lab_result" else 0
    files = [{"name": file.name, "bytes": file.stat().st_size} for file in sorted(folder.iterdir())]
    manifest = {"files": files, "correction": True}  # so that no other feed is asked for
    (folder / "MANIFEST.json").write_text(json.dumps(manifest), encoding="utf-8")
    return rows


def floor(landing: Path) -> None:
    """Read every file of the delivery with casts, nothing else."""
    with duckdb.connect() as connection:
        for feed, query in FLOOR.items():
            connection.execute(query, {"file": str(landing / "demo" / DAY / f"{feed}.csv")}).fetchall()


def main() -> int:
    """Print the table; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feed", description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", default="500MB", help="DuckDB's share; frames and the interpreter come on top")
    parser.add_argument("--floor", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.floor:
        floor(given.floor)
        return 0
    if given.make:
        sys.stdout.write(str(make(given.make, given.gigabytes, given.seed)))
        return 0
    with tempfile.TemporaryDirectory(prefix="mucosa-feed-") as name:
        return measure(Path(name), given.gigabytes, given.seed, given.memory)


def measure(folder: Path, gigabytes: float, seed: int, memory: str) -> int:
    """Make the feed, read it both ways in processes of their own, and once more with nothing new."""
    landing, words = folder / "landing", ["-m", "benchmarks.feed"]
    asked = ["--gigabytes", str(gigabytes), "--seed", str(seed)]
    _, counted = process("make", [*words, *asked, "--make", str(landing)])
    least, _ = process("floor", [*words, "--floor", str(landing)])
    layers = [
        "-m",
        "benchmarks.layers",
        str(landing),
        str(folder / "data"),
        "--memory",
        memory,
        "--only",
        "raw,staging",
    ]
    first, parts = process("landing to verdicts", layers)
    again, repeated = process("once more", layers)
    records, ratio = int(counted), first.cpu_seconds / least.cpu_seconds
    line = "{:<24}{:>8.1f} s wall{:>8.1f} s CPU{:>8.0f} MB".format
    for cost in (least, *costs(parts), first, *costs(repeated), again):
        sys.stdout.write(line(cost.name, cost.wall_seconds, cost.cpu_seconds, cost.peak_mb) + "\n")
    sys.stdout.write(
        f"{gigabytes:g} GB, {records:,} records: {ratio:.1f} times the floor's CPU (target {TARGET_RATIO:g}),"
        f" {first.peak_mb:,.0f} MB (target {TARGET_MB:,.0f}), {records / first.cpu_seconds:,.0f} records a CPU second;"
        f" nothing new: {again.cpu_seconds / first.cpu_seconds:.2f} of that\n"
    )
    return 0 if ratio <= TARGET_RATIO and first.peak_mb <= TARGET_MB else 1


def costs(text: str) -> list[Cost]:
    """What `benchmarks.layers` has printed."""
    return [Cost(**json.loads(row)) for row in text.splitlines()]


if __name__ == "__main__":
    raise SystemExit(main())
