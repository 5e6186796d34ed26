"""`mucosa materialize --from-omop`: the study on a CDM that somebody else made, without any delivery."""

import dataclasses
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from rich.console import Console

from schemas import contract, foreign, study
from warehouse import beside, connection
from warehouse.errors import UsageError
from warehouse.lock import writer_lock
from warehouse.places import Places

FEED = "omop"
RECORDS = "marts.record_flow"
"""Follows records from the landing folder on, of which there are none: empty, and asked nothing."""


def materialize(
    places: Places, source: Path, profile_file: Path | None, protocol: study.Study, console: Console
) -> None:
    """Copy what the study reads, make cohorts, labels and marts, check them, publish and report.

    The rules of the OMOP layer speak about somebody else's work, so here they warn and stop nothing. Raises
    `UsageError` where `source` holds no CDM or the data folder holds a build of deliveries.
    """
    try:
        profile = foreign.load(profile_file)
    except foreign.ProfileError as error:
        raise UsageError(str(error)) from None
    if not source.exists():
        raise UsageError(f"There is no {source}.")
    with writer_lock(places):
        _refuse_deliveries(places)
        beside.start()
        notes = _build(places, source, profile, protocol, console)
        _publish(places, protocol, console)
    for note in notes:
        console.print(f"[yellow]·[/yellow] {note}")
    with connection.connect(places.published, read_only=True) as release:
        flow = release.execute("select label, n from marts.attrition order by step_number, step").fetchall()
    for label, patients in flow:
        console.print(f"{patients:>8,}  {label}")


def _refuse_deliveries(places: Places) -> None:
    if not places.build.exists():
        return
    with connection.connect(places.build, read_only=True) as build:
        made = build.execute("from duckdb_tables() where schema_name = 'raw' and table_name = 'file'").fetchall()
        deliveries = made and build.execute("select 1 from raw.file where feed <> $1 limit 1", [FEED]).fetchall()
    if deliveries or not made:
        raise UsageError(f"{places.data} holds a build of deliveries; name another folder with --data.")


def _build(
    places: Places, source: Path, profile: foreign.Profile, protocol: study.Study, console: Console
) -> tuple[str, ...]:
    from assets import cohorts, labels, results
    from assets import foreign as adopted
    from assets.marts import build as marts

    places.data.mkdir(parents=True, exist_ok=True)
    places.build.unlink(missing_ok=True)
    parameters = protocol.parameters()
    with connection.connect(places.build) as build:
        for layer in ("raw", "staging", "fhir"):
            build.execute(";\n".join(table.ddl() for table in contract.contracts(layer)))
        with _told(console, "omop") as rows:
            made = adopted.build(build, source, profile)
            rows |= made.rows
        _list_source(build, source, sum(rows.values()))
        with _told(console, "cohorts") as rows:
            rows |= cohorts.build(build, parameters, places.adjudication)
        with _told(console, "labels") as rows:
            rows |= labels.build(build, parameters) | results.build(build, parameters)
        with _told(console, "marts") as rows:
            rows |= marts.build(build, protocol)
        build.execute(f"delete from {RECORDS}")
    return made.notes


@contextmanager
def _told(console: Console, layer: str) -> Iterator[dict[str, int]]:
    """Rows by table, to be filled; when the layer is made, one line says so."""
    started = time.monotonic()
    rows: dict[str, int] = {}
    yield rows
    told = f"{len(rows)} tables, {sum(rows.values()):,} rows"
    console.print(f"[green]✓[/green] {layer:<16} {told:<32} {time.monotonic() - started:>6.1f} s")


def _list_source(build: duckdb.DuckDBPyConnection, source: Path, records: int) -> None:
    """The CDM as the one file that this release was made from."""
    files = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    (lock,) = build.execute("select max(source_release_date) from omop.cdm_source").fetchall()[0]
    build.execute(
        "insert into raw.file"
        " values (md5_number_lower($sha256) >> 1, $feed, $delivery, $feed, $sha256, $bytes, $records)",
        {
            "sha256": digest.hexdigest(), "feed": FEED, "delivery": f"{FEED}|{lock}",
            "bytes": sum(path.stat().st_size for path in files), "records": records,
        },
    )  # fmt: skip


def _publish(places: Places, protocol: study.Study, console: Console) -> None:
    from assets.report import report
    from expectations import run
    from expectations.result import write_results
    from warehouse import release

    started = time.monotonic()
    asked = [table for table in run.tables(["omop", "cohorts", "labels", "marts"]) if table != RECORDS]
    found = [
        dataclasses.replace(result, severity="warning") if result.table_name.startswith("omop.") else result
        for result in run.evaluate_together(places.build, asked, protocol.parameters())
    ]
    with connection.connect(places.build) as build:
        write_results(build, found)
    made = release.publish(places, protocol, found)
    with connection.connect(places.published, read_only=True) as opened:
        report.write_report(opened, places)
    unmet = sum(result.verdict != "passed" for result in found)
    told = f"{made.rows:,} rows, {len(found)} rules, {unmet} not met"
    console.print(f"[green]✓[/green] {'release':<16} {told:<32} {time.monotonic() - started:>6.1f} s")
