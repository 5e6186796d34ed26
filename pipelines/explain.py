"""`mucosa explain`: one patient's timeline, or the condition that kept the patient from a step, for whoever asks."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from pipelines.provenance import Data, Landing, opened
from warehouse.errors import UsageError
from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

if TYPE_CHECKING:
    import duckdb

    from assets.explain.story import Event, Record

console = Console(highlight=False)

COLORS = {"remission": "green", "healing": "blue", "relapse": "red", "rescue": "red", "course": "bold", "end": "bold"}
MARKS = {True: "[red]✗[/]", False: "[green]✓[/]", None: "[dim]not asked[/]"}


def explain(
    patient: Annotated[str, typer.Argument(help="The patient's pseudonym: person_id in every table of the release.")],
    landing: Landing = Path(DEFAULT_LANDING),
    data: Data = Path(DEFAULT_DATA),
    why_not: Annotated[
        str | None,
        typer.Option(
            metavar="STEP",
            help="Instead: which condition kept the patient from `tacrolimus` (entry), `clinical_remission`, "
            "`end_of_treatment_colonoscopy`, `mucosal_healing` or `relapse`.",
        ),
    ] = None,
    svg: Annotated[Path | None, typer.Option(help="Draw the timeline into this file, too (SVG).")] = None,
    release: Annotated[Path | None, typer.Option(help="A release file from elsewhere, instead of --data.")] = None,
) -> None:
    """Tell one patient's story: what happened when, by which rule, from which records; or why a step was not reached.

    Each line names its rule (D1 to D21, `mucosa study show`) and the records behind it as file:record. File and
    line are added for whom the operating system lets read the identified zone; that they were looked up is written
    to identified/access.log.
    """
    places = Places.of(landing, data)
    from assets.explain import story

    if why_not is not None and why_not not in story.STEPS:
        raise UsageError(f"There is no step called {why_not}. Steps: {', '.join(story.STEPS)}.")
    with opened(places, [release] if release else [places.published, places.build]) as database:
        person = story.person(database, patient)
        if why_not is not None:
            _conditions(database, why_not, person)
            return
        events = story.timeline(database, person)
        if svg is not None:
            _draw(svg, events, database, person)
        _timeline(places if release is None else None, events, story.records(database, events))


def _conditions(database: "duckdb.DuckDBPyConnection", step: str, person: int) -> None:
    from assets.explain import story

    stopped_at, conditions = story.why_not(database, step, person)
    failed = next((c for c in conditions if c.failed), None)
    if failed is None:
        console.print(f"Nothing kept the patient from {step}: every condition is met.")
    else:
        before = "" if stopped_at == step else f" So {step} was never asked."
        console.print(f"[red]Stopped at {stopped_at}[/]: {failed.condition} ({failed.reason}).{before}")
    shown = Table(
        "", "rule", "condition", Column("needed", overflow="fold"), Column("found", overflow="fold"), box=None
    )
    for c in conditions:
        shown.add_row(MARKS[c.failed], c.rule, c.condition, escape(c.needed), escape(c.found))
    console.print(shown)


def _timeline(places: Places | None, events: Sequence["Event"], records: Mapping[int, Sequence["Record"]]) -> None:
    from assets.raw import look

    asked = sorted({record for found in records.values() for record in found})
    lines = look.lines(places, asked) if places is not None else {}
    zero = min((e.occurred_on for e in events if e.kind == "course"), default=None)
    shown = Table("date", Column("day", justify="right"), "until", "what", "rule", "record", box=None)
    if lines:
        shown.add_column("line", overflow="fold")
    for event in events:
        found = [record for row in event.row_ids for record in records.get(row, ())]
        color = COLORS.get(event.kind)
        what = f"[{color}]{escape(event.found)}[/]" if color else escape(event.found)
        cells = [
            str(event.occurred_on),
            "" if zero is None else str((event.occurred_on - zero).days),
            str(event.until_on or ""),
            what,
            event.rule,
            "\n".join(f"{file_id}:{number}" for file_id, number in found),
        ]
        where = [lines[record] for record in found if record in lines]
        shown.add_row(*cells, *(["\n".join(f"{path}:{line}" for path, line in where)] if lines else []))
    (console if console.is_terminal else Console(highlight=False, width=250)).print(shown)


def _draw(file: Path, events: Sequence["Event"], database: "duckdb.DuckDBPyConnection", person: int) -> None:
    """The picture is the owner's alone, as it shows one patient."""
    from assets.explain import picture, story

    text = picture.draw(events, story.doses(database, person), story.remission_cai(database))
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise UsageError(f"{file} can't be written: {error.strerror}.") from None
    console.print(f"Picture: {escape(str(file))}", soft_wrap=True)
