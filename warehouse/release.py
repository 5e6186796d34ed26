"""Write, audit, publish: the build becomes a release only when no blocking rule failed, and in one step."""

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import duckdb

from schemas import cdm, contract
from schemas.contract import LAYERS, Contract
from schemas.study import Study
from warehouse import fingerprint, freeze, published
from warehouse.connection import MEMORY, connect, side_by_side
from warehouse.errors import DataError
from warehouse.lock import writer_lock
from warehouse.manifest import Input, Manifest, Table, code_version, load_manifest, newest
from warehouse.places import Places
from warehouse.statistics import statistics

METADATA = "quality.release"


class CheckResult(Protocol):
    """What publishing asks of a rule's result, a row of `quality.results`."""

    @property
    def rule(self) -> str: ...
    @property
    def table_name(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def failed(self) -> int: ...
    @property
    def verdict(self) -> str: ...
    @property
    def what_to_do(self) -> str: ...


def publish(
    places: Places,
    protocol: Study,
    results: Sequence[CheckResult],
    tables: Sequence[Contract] | None = None,
    memory_limit: str = MEMORY,
) -> Manifest:
    """Make the build a release and put it where analysts open it; until the last step the old one stays.

    `results` are those of every rule on this very build; `tables` are all contracts unless given. The writer
    must have closed the build. Raises `DataError` when a critical rule was not met. The same content gets the
    same id, and what is already kept under that id stays as it is. Returns the manifest of what is kept.
    """
    _refuse_failures(results)
    with writer_lock(places):
        part = places.releases / ".part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        try:
            manifest = _write(places, protocol, results, _published(tables), part, memory_limit)
            folder = places.releases / manifest.release_id
            if not folder.exists():
                freeze.freeze(part)
                part.rename(folder)
                freeze.sync(places.releases)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        freeze.point(folder / places.published.name, places.published)
    return load_manifest(places, manifest.release_id)


def _published(tables: Sequence[Contract] | None) -> list[Contract]:
    known = [table for layer in LAYERS for table in contract.contracts(layer)] if tables is None else tables
    return [table for table in known if table.release == "keep" and table.name != METADATA]


def _refuse_failures(results: Sequence[CheckResult]) -> None:
    failures = [r for r in results if r.severity == "critical" and r.verdict != "passed"]
    if failures:
        told = "\n".join(
            f"  {r.rule} on {r.table_name}: {r.verdict}, {r.failed:,} rows. {r.what_to_do}"
            for r in sorted(failures, key=lambda r: (r.table_name, r.rule))
        )
        raise DataError(f"Critical rules are not met, so the build was not published:\n{told}")


def _write(
    places: Places,
    protocol: Study,
    results: Sequence[CheckResult],
    tables: list[Contract],
    folder: Path,
    memory_limit: str,
) -> Manifest:
    """Write database, Parquet and manifest of the release into a folder that nobody looks at yet."""
    with (
        connect(places.build, read_only=True, memory_limit=memory_limit) as connection,
        ThreadPoolExecutor(1) as pool,
    ):
        connection.execute("set preserve_insertion_order = true")
        build = connection.execute("select current_database()").fetchall()[0][0]
        file = _quoted(folder / places.published.name)
        connection.execute(f"attach {file} as next (read_write, storage_version 'v1.0.0')")
        manifest = _manifest(connection, protocol, results, after=newest(places))
        lasting = {t.name: fingerprint.lasting(t, published.source(build, t)) for t in tables if not t.volatile}
        hashing = pool.submit(fingerprint.hashes, connection.cursor(), lasting)
        connection.execute("use next")
        connection.execute("begin")  # one commit is one wait for the disk
        for layer in LAYERS:
            connection.execute(f"create schema {layer}")
        rows = {table.name: published.copy(connection, build, table) for table in tables}
        connection.execute(";\n".join(line for table in cdm.unfilled() for line in (table.ddl(), table.comments()[0])))
        connection.execute("commit")
        hashes = hashing.result()
        content_hash = fingerprint.combined(hashes)
        manifest = manifest.model_copy(
            update={
                "release_id": f"{manifest.data_lock}-{content_hash[:12]}",
                "content_hash": content_hash,
                "tables": {name: Table(rows=rows[name], hash=hashes.get(name)) for name in sorted(rows)},
            }
        )
        _describe(connection, manifest)
        _say_since(connection, places, manifest.release_id)
        if not (places.releases / manifest.release_id).exists():  # else all of it is kept already
            empty = [table.name for table in cdm.unfilled()]
            _write_parquet(connection, [*rows, *empty, METADATA], folder / "parquet")
        connection.execute("checkpoint next")
        connection.execute(f"use {build}")
        connection.execute("detach next")  # closes the file, so that no write-ahead log stays beside it
    (folder / "manifest.json").write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return manifest


def _write_parquet(connection: duckdb.DuckDBPyConnection, names: Sequence[str], folder: Path) -> None:
    def write(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
        target = folder / name.replace(".", "/")
        target.parent.mkdir(parents=True, exist_ok=True)
        parquet = _quoted(target.with_name(f"{target.name}.parquet"))
        cursor.execute(f"copy {name} to {parquet} (format parquet, compression zstd, compression_level 1)")

    side_by_side(connection, names, write)


def _manifest(
    connection: duckdb.DuckDBPyConnection, protocol: Study, results: Sequence[CheckResult], after: dt.datetime | None
) -> Manifest:
    """What is known before a table is copied; id, hash and tables follow.

    Releases are ordered by the time of publishing, so a clock that was put back must not make the new one look old.
    """
    now = dt.datetime.now(dt.UTC)
    data_lock, vocabulary = connection.execute(
        "select source_release_date, vocabulary_version from omop.cdm_source"
    ).fetchall()[0]
    files = connection.execute(
        "select file_id, delivery, feed, sha256, records from raw.file order by delivery, feed, file_id"
    ).fetchall()
    verdicts = Counter((result.severity, result.verdict) for result in results)
    checks: dict[str, dict[str, int]] = {}
    for (severity, verdict), number in sorted(verdicts.items()):
        checks.setdefault(severity, {})[verdict] = number
    return Manifest(
        release_id="",
        created_at=now if after is None or now > after else after + dt.timedelta(seconds=1),
        data_lock=data_lock,
        code_version=code_version(),
        definition_version=protocol.definition_version,
        parameter_hash=protocol.parameter_hash,
        vocabulary_version=vocabulary,
        content_hash="",
        fingerprint=fingerprint.VERSION,
        inputs=tuple(Input(**dict(zip(Input.model_fields, file, strict=True))) for file in files),
        tables={},
        checks=checks,
        statistics=statistics(connection),
    )


def _describe(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> None:
    """Write the one row that says what this release is."""
    table = contract.load(METADATA)
    for statement in (table.ddl(), *table.comments()):
        connection.execute(statement)
    facts = manifest.model_dump(include=set(table.column_names)) | {
        "created_at": manifest.created_at.replace(tzinfo=None)
    }
    names = ", ".join(f"${name}" for name in table.column_names)
    connection.execute(f"insert into {table.name} values ({names})", facts)


def _say_since(connection: duckdb.DuckDBPyConnection, places: Places, release_id: str) -> None:
    """Beside each rule that is not met the first release in which it was not, without a break until this one."""
    unmet: dict[str, str] = {}
    if places.published.exists():
        connection.execute(f"attach {_quoted(places.published)} as previous (read_only)")
        known = connection.execute(
            "select column_name from duckdb_columns()"
            " where database_name = 'previous' and schema_name = 'quality' and table_name = 'results'"
        ).fetchall()
        if known:  # a release of an earlier version doesn't say since when: at least since that one
            since = "since" if ("since",) in known else "(select release_id from previous.quality.release)"
            query = f"select rule, {since} from previous.quality.results where verdict <> 'passed'"
            unmet = dict(connection.execute(query).fetchall())
        connection.execute("detach previous")
    connection.execute(
        "update quality.results set since = coalesce("
        "map_extract_value(map($rules::varchar[], $since::varchar[]), rule), $this) where verdict <> 'passed'",
        {"rules": list(unmet), "since": list(unmet.values()), "this": release_id},
    )


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
