"""The command line. Heavy libraries are imported by the command that needs them, so that `--help` is quick."""

import datetime as dt
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from pipelines import (
    alert,
    backup,
    browse,
    engine,
    explain,
    fhir,
    lineage,
    omop,
    plan,
    provenance,
    service,
    site,
    vocabulary,
)
from pipelines import study as protocols
from pipelines.terminal import Terminal, accept_every_letter
from warehouse.errors import MucosaError, UsageError
from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

app = typer.Typer(
    name="mucosa",
    help="Turn a hospital's extracts into a checked study of mucosal healing and relapse.\n\n"
    "A first look, with a synthetic hospital:  [bold]mucosa run[/bold]\n\n"
    "With your own extracts:  [bold]mucosa materialize --landing FOLDER --data FOLDER[/bold]\n\n"
    "Exit codes: 0 done, 1 the data or a check stopped it, 2 it was called wrongly.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
console = Terminal(highlight=False)
problems = Console(stderr=True, highlight=False)

Landing = Annotated[
    Path,
    typer.Option(envvar="MUCOSA_LANDING", help="Folder that hospitals deliver into: <site>/<date>/<feed>.csv."),
]
Data = Annotated[
    Path, typer.Option(envvar="MUCOSA_DATA", help="Folder of everything made: build, releases, report, history.")
]

NIGHT, LOOK, SETUP, EXCHANGE = "Every night", "Look into it", "Set up", "Exchange with other tools"
SEED = 20200626
"""Of the demonstration; any other would do."""


@app.callback()
def _sites(
    sites: Annotated[
        Path | None, typer.Option(envvar="MUCOSA_SITES", help="Folder of your own site profiles; they win.")
    ] = None,
) -> None:
    if sites is not None:
        os.environ["MUCOSA_SITES"] = str(sites.absolute())


@app.command(rich_help_panel=NIGHT)
def run(
    landing: Landing = Path(DEFAULT_LANDING), data: Data = Path(DEFAULT_DATA), study: protocols.Chosen = "paper"
) -> None:
    """The whole way: make the synthetic hospital if nothing has landed, then materialize, publish and report."""
    from pipelines import night, synthetic
    from warehouse import beside

    protocols.choose(study)
    places = Places.of(landing, data)
    beside.start()  # loads libraries while the hospital is made
    if not synthetic.has_deliveries(places.landing):
        synthetic.make(places, console, patients=None, seed=SEED)
    night.materialize(places, console)
    night.point_to_results(places, console)


@app.command(rich_help_panel=SETUP)
def simulate(
    landing: Landing = Path(DEFAULT_LANDING),
    data: Data = Path(DEFAULT_DATA),
    cohort: Annotated[
        str | None, typer.Option(help="`paper`: the 109 patients calibrated to the published study.")
    ] = None,
    patients: Annotated[
        int | None, typer.Option(min=1, help="Instead: this many patients drawn from the published distributions.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same files.")] = SEED,
    truth: Annotated[
        Path | None,
        typer.Option(
            help="Where the truth goes, for tests; never inside the landing folder. Default: <data>/TRUTH.json."
        ),
    ] = None,
    format_name: Annotated[
        str,
        typer.Option(
            "--format", help="How the files look: demo, jp (CP932), fhir (R4 Bulk Data) or hl7 (v2.5 and tables)."
        ),
    ] = "demo",
) -> None:
    """Write the landing folder of a synthetic hospital: raw events only, no label anywhere."""
    from pipelines import synthetic

    places = Places.of(landing, data)
    if (cohort is None) == (patients is None):
        raise UsageError("Say which hospital to make: either --cohort paper or --patients N.")
    if cohort not in (None, "paper"):
        raise UsageError(f"There is no cohort called {cohort!r}; the one there is: paper.")
    synthetic.make(places, console, patients=patients, seed=seed, truth=truth, format_name=format_name)


@app.command(rich_help_panel=NIGHT)
def materialize(
    landing: Landing = Path(DEFAULT_LANDING),
    data: Data = Path(DEFAULT_DATA),
    study: protocols.Chosen = "paper",
    from_omop: Annotated[
        Path | None,
        typer.Option(help="Instead of deliveries: a CDM 5.4 somebody else made, DuckDB file or folder of Parquet."),
    ] = None,
    profile: Annotated[
        Path | None, typer.Option(help="With --from-omop: TOML that says which of its concepts are the study's.")
    ] = None,
    engine_name: engine.Engine = "local",
    master: engine.Master = "",
    shared: engine.Shared = None,
    buckets: engine.Buckets = None,
    memory: engine.Memory = None,
    full: plan.Full = False,
) -> None:
    """Bring every delivery through all layers, check them, publish a release and write the report.

    A failing critical check leaves the previous release untouched, says which rule failed on which table for
    how many rows and what to do, and exits with 1. With --from-omop only cohorts, labels and marts are made.
    """
    from pipelines import night

    protocols.choose(study)
    engine.choose(engine_name, master, shared, buckets)
    engine.choose_memory(memory)
    plan.choose(full=full)
    places = Places.of(landing, data)
    if from_omop is None:
        night.materialize(places, console)
        return
    from pipelines import from_omop as foreign
    from schemas import study as known

    foreign.materialize(places, from_omop.absolute(), profile, known.find(study), console)


@app.command(rich_help_panel=NIGHT)
def publish(
    landing: Landing = Path(DEFAULT_LANDING),
    data: Data = Path(DEFAULT_DATA),
    study: protocols.Chosen = "paper",
    memory: engine.Memory = None,
) -> None:
    """Publish what is built: ask every rule that has no verdict on it, publish, and write the report."""
    from pipelines import night

    protocols.choose(study)
    engine.choose_memory(memory)
    night.publish(Places.of(landing, data), console)


@app.command(rich_help_panel=NIGHT)
def report(landing: Landing = Path(DEFAULT_LANDING), data: Data = Path(DEFAULT_DATA)) -> None:
    """Write the report of the published release anew."""
    from pipelines import night

    console.print(f"Report: {night.write_report(Places.of(landing, data))}")


@app.command(rich_help_panel=NIGHT)
def docs(landing: Landing = Path(DEFAULT_LANDING), data: Data = Path(DEFAULT_DATA)) -> None:
    """Write Data Docs of the published release, and pages on where every column comes from."""
    from assets import lineage as origins
    from assets.report import lineage_pages
    from pipelines import night

    places = Places.of(landing, data)
    way = lineage_pages.write_lineage(origins.load(places), places)
    night.write_report(places)
    console.print(f"Rules: {places.report / 'quality' / 'index.html'}\nLineage: {way}", soft_wrap=True)


@app.command(rich_help_panel=LOOK)
def releases(landing: Landing = Path(DEFAULT_LANDING), data: Data = Path(DEFAULT_DATA)) -> None:
    """List the releases, newest first."""
    browse.list_releases(Places.of(landing, data), console)


@app.command(rich_help_panel=LOOK)
def audit(
    figures: Annotated[
        Path | None, typer.Argument(help="CSV of printed figures (docs/audit.md); without it, the study's own paper.")
    ] = None,
    published_on: Annotated[
        str | None, typer.Option(help="Day of publication, YYYY-MM-DD: no follow-up goes on after it.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show what is consistent, too.")] = False,
) -> None:
    """Ask a paper's printed figures what they say about each other: impossible, contradictory, not reproducible."""
    from pipelines.audit import audit_figures

    audit_figures(figures, _day(published_on), everything=everything, console=console)


@app.command(rich_help_panel=LOOK)
def ui(
    landing: Landing = Path(DEFAULT_LANDING),
    data: Data = Path(DEFAULT_DATA),
    port: Annotated[int, typer.Option(help="Port on the loopback address.")] = 3000,
) -> None:
    """Open Dagster's lineage browser on this machine only."""
    from pipelines import instance

    instance.serve(Places.of(landing, data), port, console)


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"{text} is no day; write it as YYYY-MM-DD.") from None


app.command(rich_help_panel=NIGHT)(plan.plan)
app.command(rich_help_panel=NIGHT)(service.service)
app.command(rich_help_panel=NIGHT)(backup.backup)
app.command(rich_help_panel=NIGHT)(backup.restore)
app.command(rich_help_panel=LOOK)(provenance.quarantine)
app.command(rich_help_panel=LOOK)(provenance.trace)
app.command(rich_help_panel=LOOK)(lineage.lineage)
app.command(rich_help_panel=LOOK)(explain.explain)
for name, group, panel in (
    ("alert", alert.app, NIGHT),
    ("release", browse.app, LOOK),
    ("site", site.app, SETUP),
    ("study", protocols.app, SETUP),
    ("vocabulary", vocabulary.app, SETUP),
    ("fhir", fhir.app, EXCHANGE),
    ("omop", omop.app, EXCHANGE),
):
    app.add_typer(group, name=name, rich_help_panel=panel)


def main() -> None:
    """Entry point: one paragraph for what went wrong, never a traceback; 2 for usage, 1 for data."""
    accept_every_letter()
    try:
        app()
    except MucosaError as error:
        problems.print("[red]Error:[/red]", escape(str(error)), soft_wrap=True)
        raise SystemExit(error.exit_code) from None
