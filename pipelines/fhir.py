"""Commands that exchange FHIR: export a warehouse as Bulk Data, load an export, look through a view."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from warehouse.errors import UsageError
from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

app = typer.Typer(
    no_args_is_help=True,
    help="Write the warehouse as FHIR R4B Bulk Data, load such an export, look at resources as flat tables.",
)
console = Console(highlight=False)

Landing = Annotated[Path, typer.Option(envvar="MUCOSA_LANDING", help="Folder that hospitals deliver into.")]
Data = Annotated[Path, typer.Option(envvar="MUCOSA_DATA", help="Folder of everything made.")]


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="A new folder; one that holds anything is never written to.")],
    landing: Landing = Path(DEFAULT_LANDING),
    data: Data = Path(DEFAULT_DATA),
    gzip: Annotated[bool, typer.Option("--gzip", help="Compress every file.")] = False,
    since: Annotated[
        str | None, typer.Option(help="Only what was delivered on this day (YYYY-MM-DD) or later.")
    ] = None,
    birth_days: Annotated[
        bool,
        typer.Option(
            "--birth-days",
            help="From the last build, with days of birth instead of years: to move a warehouse, not to share it.",
        ),
    ] = False,
) -> None:
    """Write every resource of the release as NDJSON, a file a type, with a Bulk Data manifest.

    Pseudonyms, years of birth, no name, no record number: what the release holds, and nothing else.
    """
    from assets.fhir import export as bulk
    from warehouse.connection import connect

    places = Places.of(landing, data)
    file = places.build if birth_days else places.published
    if not file.exists():
        raise UsageError(f"There is nothing to export in {places.data} yet; run `mucosa materialize` first.")
    with connect(file, read_only=True) as connection:
        outputs = bulk.export(
            connection,
            folder.absolute(),
            compress=gzip,
            since=_day(since),
            said={"birthDate": "day" if birth_days else "year"},
        )
    shown = Table("type", "resources", "file", box=None)
    for output in outputs:
        shown.add_row(output.type, f"{output.resources:,}", output.url)
    console.print(shown)


@app.command("import")
def load(
    folder: Annotated[Path, typer.Argument(help="What `mucosa fhir export --birth-days` has written.")],
    landing: Landing = Path(DEFAULT_LANDING),
    data: Data = Path(DEFAULT_DATA),
) -> None:
    """Load an export into an empty data folder, build everything to its right, check it and publish.

    Every resource goes through the gate: what is faulty is quarantined with its rule, the rest loads. Pseudonyms stay
    what they are, so that both warehouses speak of a person by one number.
    """
    from assets import layers
    from assets.fhir import arrive
    from assets.resource import Warehouse
    from pipelines import night

    places = Places.of(landing, data)
    if places.build.exists() or places.published.exists():
        raise UsageError(f"{places.data} holds a warehouse already. Name an empty folder with --data.")
    warehouse = Warehouse(landing=str(landing), data=str(data))
    with warehouse.writing("fhir") as build:
        read = arrive.load(build, folder)
        for layer in ("omop", "cohorts", "labels", "marts"):
            layers.BUILDS[layer](build, warehouse)
        refused = build.execute("select resource, rule, sum(resources) from fhir.quarantine group by all order by all")
        told = refused.fetchall()
    shown = Table("type", "records", "refused", box=None)
    for kind, (records, out) in read.items():
        shown.add_row(kind, f"{records:,}", f"{out:,}" if out else "")
    console.print(shown)
    for kind, rule, number in told:
        console.print(f"{number:,} {kind}: {rule}")
    night.publish(places, console)


@app.command()
def view(
    name: Annotated[
        str | None, typer.Argument(help="A shipped view, or a file with a ViewDefinition. Without it: list them.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the rows go: a new file .csv or .parquet. Without it: its columns.")
    ] = None,
    landing: Landing = Path(DEFAULT_LANDING),
    data: Data = Path(DEFAULT_DATA),
) -> None:
    """Look at the release's resources as a flat table, through a SQL-on-FHIR ViewDefinition."""
    from assets.fhir import view as views
    from warehouse.connection import connect

    if name is None:
        for known in views.names():
            console.print(f"{known:<28}{views.load(known)['title']}")
        return
    if out is not None and (out.exists() or out.suffix not in (".csv", ".parquet")):
        raise UsageError(f"{out} can't be written: name a new file that ends in .csv or .parquet.")
    definition = views.load(name)
    places = Places.of(landing, data)
    if not places.published.exists():
        raise UsageError(f"There is no release in {places.data} yet; run `mucosa materialize` first.")
    with connect(places.published, read_only=True) as release:
        rows = views.run(release, definition)
        if out is None:
            console.print(f"{rows.shape[0]:,} rows: {', '.join(rows.columns)}", soft_wrap=True)
        elif out.suffix == ".csv":
            rows.write_csv(str(out))
        else:
            rows.write_parquet(str(out))


def _day(said: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(said) if said else None
    except ValueError:
        raise UsageError(f"{said} is no day; write it as YYYY-MM-DD.") from None
