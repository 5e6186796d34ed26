"""What the command line shows and does with releases: counts, names and aggregates, never a patient's value."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from warehouse.errors import UsageError
from warehouse.keep import Keep
from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

app = typer.Typer(
    no_args_is_help=True,
    help="Look at releases, compare two, freeze one for a study, bring one back, let old ones go.",
)
console = Console(highlight=False)

Landing = Annotated[Path, typer.Option(envvar="MUCOSA_LANDING", help="Folder that hospitals deliver into.")]
Data = Annotated[Path, typer.Option(envvar="MUCOSA_DATA", help="Folder of everything made.")]
Release = Annotated[
    str, typer.Argument(help="Its id or how the id begins, a frozen name, `latest` (made) or `current` (opened).")
]
Newest = Annotated[int, typer.Option(envvar="MUCOSA_KEEP_NEWEST", min=1, help="Newest releases that stay.")]
Months = Annotated[int, typer.Option(envvar="MUCOSA_KEEP_MONTHS", min=0, help="Months whose last one stays.")]
MOST = 30
"""Figures that somebody reads on a terminal."""


def list_releases(places: Places, console: Console) -> None:
    """One line a release, newest first."""
    from warehouse import manifest, retention

    names = {release_id: name for name, release_id in retention.frozen(places).items()}
    opened = retention.current(places)
    table = _table("release", "made (UTC)", "rows", "rules", "not met", "")
    for release in reversed(manifest.releases(places)):
        marks = ["current"] * (release.release_id == opened) + [*filter(None, [names.get(release.release_id)])]
        table.add_row(
            release.release_id,
            f"{release.created_at:%Y-%m-%d %H:%M}",
            *(f"{count:,}" for count in (release.rows, release.rules, release.not_met)),
            ", ".join(marks),
        )
    if not table.rows:
        raise UsageError(f"There is no release in {places.data} yet; run `mucosa materialize` first.")
    console.print(table)


@app.command()
def show(
    release: Release = "current", landing: Landing = Path(DEFAULT_LANDING), data: Data = Path(DEFAULT_DATA)
) -> None:
    """What one release was made from, what it holds, and which rules it does not meet."""
    from warehouse import retention
    from warehouse.connection import connect

    places = Places.of(landing, data)
    found = retention.find(places, release)
    facts = found.model_dump(exclude={"inputs", "tables", "checks", "statistics"})
    names = [name for name, release_id in retention.frozen(places).items() if release_id == found.release_id]
    shown = Table("", "", box=None, show_header=False)
    for name, value in {**facts, "frozen_as": ", ".join(names) or None}.items():
        shown.add_row(name.replace("_", " "), str(value if value is not None else "–"))
    console.print(shown)
    feeds = Table("delivery", "files", "records", box=None)
    for delivery in sorted({i.delivery for i in found.inputs}):
        read = [i for i in found.inputs if i.delivery == delivery]
        feeds.add_row(delivery, str(len(read)), f"{sum(i.records for i in read):,}")
    layers = Table("layer", "tables", "rows", box=None)
    tables = Counter(name.partition(".")[0] for name in found.tables)
    for layer, number in tables.items():
        rows = sum(t.rows for name, t in found.tables.items() if name.startswith(f"{layer}."))
        layers.add_row(layer, str(number), f"{rows:,}")
    console.print(feeds, layers, sep="\n")
    with connect(places.releases / found.release_id / places.published.name, read_only=True) as database:
        unmet = database.execute(
            "select rule, severity, failed, evaluated from quality.results where verdict <> 'passed' order by 2, 1"
        ).fetchall()
    rules = Table(Column("rule not met", no_wrap=True), "severity", "rows", "of", box=None)
    for rule, severity, failed, evaluated in unmet:
        rules.add_row(rule, severity, f"{failed:,}", f"{evaluated:,}")
    console.print(rules if unmet else "Every rule is met.")


@app.command()
def diff(
    older: Release,
    newer: Annotated[str, typer.Argument(help="The other one, in the same words.")] = "latest",
    landing: Landing = Path(DEFAULT_LANDING),
    data: Data = Path(DEFAULT_DATA),
    everything: Annotated[bool, typer.Option("--all", help=f"Show every figure, not only {MOST}.")] = False,
) -> None:
    """What differs from OLDER to NEWER and why: deliveries, protocol, code; tables by content; figures that moved."""
    from warehouse import difference, retention

    places = Places.of(landing, data)
    old, new = retention.find(places, older), retention.find(places, newer)
    console.print(f"From {old.release_id} to {new.release_id}")
    found = difference.compare(places, old, new)
    if not any(found):
        console.print("Both hold the same.")
        return
    for cause in found.causes:
        console.print(f"  {escape(cause)}", soft_wrap=True)
    if not found.causes:
        console.print("  Deliveries, protocol, code and vocabulary are the same: corrections, waivers or a site's")
        console.print("  profile differ, or the pseudonym key.")
    if found.first_layer:
        console.print(f"Everything to the left of {found.first_layer} is equal.")
    tables = _table("table", "rows before", "after", "only before", "only after", "columns")
    for t in found.tables:
        counts = (*t.rows, *(t.only or (None, None)))
        tables.add_row(t.table, *("–" if n is None else f"{n:,}" for n in counts), escape(", ".join(t.columns)))
    figures = _table("figure that moved", "row", "column", "before", "after")
    for f in found.figures if everything else found.figures[:MOST]:
        figures.add_row(f.table, escape(f.row), f.column, escape(_short(f.old)), escape(_short(f.new)))
    wide = Console(highlight=False, width=max(console.width, 140))
    wide.print(tables)
    wide.print(figures if found.figures else "No figure of the marts moved.")
    if len(found.figures) > MOST and not everything:
        console.print(f"{len(found.figures) - MOST:,} more; --all shows them.")


def _table(*heads: str) -> Table:
    return Table(*(Column(head, no_wrap=True) for head in heads), box=None)


def _short(cell: str | None) -> str:
    """A figure as people compare it; words stay words."""
    try:
        return f"{float(cell):.6g}" if cell is not None else "–"
    except ValueError:
        return str(cell)


@app.command()
def freeze(
    name: Annotated[str, typer.Argument(help="How the study calls it, such as ito-2026.")],
    release: Release = "current",
    landing: Landing = Path(DEFAULT_LANDING),
    data: Data = Path(DEFAULT_DATA),
) -> None:
    """Give a release a name to cite: data/frozen/NAME leads to it, and it is never let go."""
    from warehouse import retention

    places = Places.of(landing, data)
    found = retention.find(places, release)
    retention.name(places, name, found.release_id)
    console.print(f"{name} is release {found.release_id}, content {found.content_hash}", soft_wrap=True)


@app.command()
def restore(release: Release, landing: Landing = Path(DEFAULT_LANDING), data: Data = Path(DEFAULT_DATA)) -> None:
    """Let analysts open a kept release again and write its report; the next night publishes anew."""
    from pipelines import night
    from warehouse import retention

    places = Places.of(landing, data)
    found = retention.restore(places, retention.find(places, release).release_id)
    night.write_report(places)
    console.print(f"{places.published.name} is release {found.release_id} again, and so is the report.")


@app.command()
def prune(
    landing: Landing = Path(DEFAULT_LANDING),
    data: Data = Path(DEFAULT_DATA),
    newest: Annotated[
        int, typer.Option(envvar="MUCOSA_KEEP_NEWEST", min=1, help="Newest releases that stay.")
    ] = Keep().newest,
    months: Annotated[
        int, typer.Option(envvar="MUCOSA_KEEP_MONTHS", min=0, help="Months whose last one stays.")
    ] = Keep().months,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which would go.")] = False,
) -> None:
    """Let old releases go, as every night does: frozen ones, the current one and the last of a month stay."""
    from warehouse import manifest, retention

    places, keep = Places.of(landing, data), Keep(newest, months)
    gone = retention.old(places, keep) if dry_run else retention.prune(places, keep)
    for release_id in gone:
        console.print(release_id)
    console.print(f"{len(gone)} {'would go' if dry_run else 'gone'}; {len(manifest.releases(places))} lie there.")
