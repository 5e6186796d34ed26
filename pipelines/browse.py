"""What the command line shows of releases and of quarantined records: counts and rule names, never a value."""

from rich.console import Console
from rich.table import Table

from warehouse import connection, manifest
from warehouse.errors import UsageError
from warehouse.places import Places


def list_releases(places: Places, console: Console) -> None:
    """One line a release, newest first."""
    table = Table("release", "made", "rows", "rules", "not met", box=None)
    for release in reversed(manifest.releases(places)):
        table.add_row(
            *(str(getattr(release, name)) for name in ("release_id", "created_at", "rows", "rules", "not_met"))
        )
    if not table.rows:
        raise UsageError(f"There is no release in {places.data} yet; run `mucosa materialize` first.")
    console.print(table)


def list_quarantine(places: Places, console: Console) -> None:
    """Quarantined records of the last build by feed and rule."""
    if not places.build.exists():
        raise UsageError(f"Nothing has been built in {places.data} yet; run `mucosa materialize` first.")
    with connection.connect(places.build, read_only=True) as build:
        if not build.execute(
            "from duckdb_tables() where schema_name = 'staging' and table_name = 'quarantine'"
        ).fetchall():
            raise UsageError("The last build stopped before staging; run `mucosa materialize` and read what it says.")
        rows = build.execute(
            "select feed, rule, any_value(reason), count(*) from staging.quarantine group by all order by 4 desc, 2"
        ).fetchall()
    table = Table("feed", "rule", "reason", "records", box=None)
    for feed, rule, reason, records in rows:
        table.add_row(feed, rule, reason, str(records))
    console.print(table if rows else "No record is in quarantine.")
