"""`mucosa omop`: how a CDM stands to OHDSI's own checks."""

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from warehouse.errors import UsageError
from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

app = typer.Typer(help="The OMOP tables: ask OHDSI's checks of them.", no_args_is_help=True)


@app.callback()
def _omop() -> None:
    """Keeps `check` a command of its own."""


@app.command()
def check(
    source: Annotated[
        Path | None,
        typer.Argument(help="A CDM 5.4: DuckDB file or folder of Parquet. Default: the published release."),
    ] = None,
    data: Annotated[Path, typer.Option(envvar="MUCOSA_DATA", help="Folder of the release.")] = Path(DEFAULT_DATA),
) -> None:
    """Ask the checks of OHDSI's DataQualityDashboard: how many apply, pass and fail, and which fail.

    The dashboard's own list and thresholds for CDM 5.4, asked inside DuckDB. Counts only, no value of a patient.
    """
    import duckdb

    from expectations import dqd
    from warehouse import foreign

    console = Console(highlight=False)
    places = Places.of(DEFAULT_LANDING, data)
    if source is None and not places.published.exists():
        raise UsageError(f"There is no release in {places.data} yet; run `mucosa materialize` or name a CDM.")
    with duckdb.connect() as connection:
        connection.execute("create schema omop")
        for table in foreign.show(connection, source or places.published):
            connection.execute(f"create view omop.{table} as from theirs_{table}")
        verdicts = dqd.run(connection, dt.datetime.now(dt.UTC).date())
    counted = Counter(verdict.status for verdict in verdicts)
    console.print(f"{len(verdicts):,} checks: " + ", ".join(f"{counted[s]:,} {s}" for s in sorted(counted)))
    for verdict in verdicts:
        if verdict.status == "failed":
            asked = verdict.check
            console.print(
                f"{asked.check} {asked.table}{'.' if asked.field else ''}{asked.field}: {verdict.violated:,} of"
                f" {verdict.rows_asked:,}, {verdict.percent:.1f} % (allowed {asked.threshold_percent:g} %)",
                soft_wrap=True,
            )
