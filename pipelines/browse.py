"""What the command line shows of releases: counts and names, never a value."""

from rich.console import Console
from rich.table import Table

from warehouse import manifest
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
