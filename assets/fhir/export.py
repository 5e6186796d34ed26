"""FHIR Bulk Data of a whole warehouse: NDJSON by resource type and a manifest, written by DuckDB itself."""

import datetime as dt
import json as text
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import duckdb
from duckdb import ColumnExpression, ConstantExpression

from assets.fhir import json, provenance
from warehouse.errors import UsageError

MANIFEST = "manifest.json"
FORMAT = "https://mucosa.example/fhir/export"
"""Extension of the manifest by which an export of a Mucosa warehouse is known."""

COPY = "copy resource_text to '{file}' (format csv, header false, quote '', escape '', delimiter '\x1f'{compression})"
"""Text a line, unchanged: the delimiter is a character that JSON text can't hold."""


class Output(NamedTuple):
    """One file of an export, as the Bulk Data manifest lists it."""

    type: str
    url: str
    resources: int


def export(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    compress: bool = False,
    since: dt.date | None = None,
    said: Mapping[str, object] | None = None,
) -> list[Output]:
    """Write every resource and its Provenance into a new folder, readable by its owner; the files.

    `since`: only what was delivered on that day or later, and the hospitals. `said` goes into the manifest. A folder
    that holds anything raises `UsageError`; a failed export leaves none.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder.name} is there already, and an export replaces nothing: name a new folder.")
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    try:
        outputs = list(_write(connection, part, compress, since))
        manifest = _manifest(outputs, since, said or {})
        (part / MANIFEST).write_text(text.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        if folder.exists():
            folder.rmdir()
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return outputs


def _write(
    connection: duckdb.DuckDBPyConnection, folder: Path, compress: bool, since: dt.date | None
) -> Iterator[Output]:
    """One file for each type and time zone; types without resources have none."""
    cursor = connection.cursor()
    delivered = None if since is None else _delivered(cursor, since)
    for number, (zone, sites) in enumerate(json.zones(cursor).items(), start=1):
        cursor.execute("set TimeZone = $zone", {"zone": zone})
        origins = []
        for table, kind in json.types().items():
            rows = json.of_sites(cursor, table, sites)
            if delivered is not None and "file_id" in rows.columns:
                rows = rows.filter(ColumnExpression("file_id").isin(*map(ConstantExpression, [0, *delivered])))
            if count := rows.shape[0]:
                yield _copy(cursor, json.resources(table, rows), folder, kind, number, compress, count)
                origins.append((table, rows))
        for place, (table, rows) in enumerate(origins):
            made = provenance.resources(cursor, table, rows)
            if made is not None:
                count = rows.shape[0]
                part = number * 100 + place
                yield _copy(cursor, made, folder, "Provenance", part, compress, count)
    cursor.close()


def _copy(
    cursor: duckdb.DuckDBPyConnection,
    rows: duckdb.DuckDBPyRelation,
    folder: Path,
    kind: str,
    number: int,
    compress: bool,
    count: int,
) -> Output:
    name = f"{kind}.{number:03}.ndjson" + (".gz" if compress else "")
    cursor.register("resource_text", json.written(rows))
    compression = ", compression gzip" if compress else ""
    file = str(folder / name).replace("'", "''")
    cursor.execute(COPY.format(file=file, compression=compression))
    cursor.unregister("resource_text")
    return Output(kind, name, count)


def _delivered(cursor: duckdb.DuckDBPyConnection, since: dt.date) -> list[int]:
    query = "select file_id from raw.file where split_part(delivery, '|', 2)::date >= $since order by file_id"
    return [found for (found,) in cursor.execute(query, {"since": since}).fetchall()]


def _manifest(outputs: list[Output], since: dt.date | None, said: Mapping[str, object]) -> dict[str, object]:
    """The manifest of the Bulk Data guide; addresses are file names beside it."""
    request = "mucosa fhir export" + (f" --since {since}" if since else "")
    return {
        "transactionTime": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "request": request,
        "requiresAccessToken": False,
        "output": [{"type": o.type, "url": o.url, "count": o.resources} for o in outputs],
        "error": [],
        "extension": {FORMAT: {"fhirVersion": "4.3.0", **said}},
    }
