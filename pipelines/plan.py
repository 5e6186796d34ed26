"""`mucosa plan`: what the next night makes anew, for how many persons and why, before it runs."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipelines import study as protocols
from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from assets.resource import Warehouse
    from assets.touched import Choice

REBUILD = "MUCOSA_REBUILD"
"""`full` makes every person anew; Dagster reads it too."""
Full = Annotated[bool, typer.Option("--full", help="Make every person anew, whatever is known of the last night.")]
Row = tuple[str, str, str]
DATA_LOCK = {
    "omop": frozenset({"fhir.organization.latest_delivery"}),
    "cohorts": frozenset({"omop.cdm_source.source_release_date"}),
    "labels": frozenset({"omop.cdm_source.source_release_date"}),
}
"""What a delivery of a new day moves: the end of stays that go on, of courses that run and of observation."""


def choose(*, full: bool) -> None:
    """Let this process's steps make every person anew, if that is asked for."""
    if full:
        os.environ[REBUILD] = "full"


def plan(
    landing: Annotated[Path, typer.Option(envvar="MUCOSA_LANDING", help="Folder that hospitals deliver into.")] = Path(
        DEFAULT_LANDING
    ),
    data: Annotated[Path, typer.Option(envvar="MUCOSA_DATA", help="Folder of everything made.")] = Path(DEFAULT_DATA),
    study: protocols.Chosen = "paper",
    full: Full = False,
    few: Annotated[
        int, typer.Option("--few-persons", envvar="MUCOSA_FEW_PERSONS", help="Fewer than so many are all made anew.")
    ] = 5_000,
) -> None:
    """Say what the next night makes anew, for how many persons and why; nothing is made.

    Deliveries that are new or changed are read for it, into a folder that goes again; only numbers are shown.
    """
    from assets.resource import Warehouse

    protocols.choose(study)
    places = Places.of(landing, data)
    warehouse = Warehouse(
        landing=str(places.landing),
        data=str(places.data),
        study=os.environ[protocols.VARIABLE],
        rebuild="full" if full else "touched",
        few_persons=few,
    )
    table = Table("layer", "for", "why", box=None, header_style="bold")
    for row in rows(warehouse):
        table.add_row(*row)
    Console(highlight=False).print(table)


def rows(warehouse: "Warehouse") -> Iterable[Row]:
    """Layer by layer, for whom it is made and why."""
    from assets.raw import load
    from warehouse import remembered

    places = warehouse.places
    new, gone = load.changes(places, warehouse.quiet_minutes)
    names = {delivery.name for delivery in new}
    withdrawn = [name for name in gone["delivery"].unique(maintain_order=True) if name not in names]
    told = [f"{len(found)} {what}" for what, found in (("new or changed", new), ("withdrawn", withdrawn)) if found]
    yield "raw", f"deliveries: {len(new)}", ", ".join(told) or "none is new, changed or withdrawn"
    persons = named_in(places, new, gone)
    choices = _choices(warehouse, persons, bool(new or withdrawn))
    yield _staging(warehouse, known=None not in choices)
    for step, choice in zip(remembered.STEPS, choices, strict=True):
        if choice is None:
            yield step, "all", "there is no build to go on with, or another program wrote to it"
        elif choice.why_all is not None:
            yield step, f"all {choice.of:,} persons", choice.why_all
        else:
            changed = "their records changed" if choice.persons else "no record changed"
            more = f"; others for whom {' or '.join(sorted(choice.moved))} makes a difference" if choice.moved else ""
            yield step, f"about {choice.persons:,} of {choice.of:,} persons", f"{changed}{more}"
    yield "marts", "all", "they count over all persons; checks and release follow"


def _staging(warehouse: "Warehouse", *, known: bool) -> Row:
    """Which records are judged; those of files that did not change are typed already."""
    from assets.touched import FEW
    from warehouse import connection, remembered

    if not known:
        return "staging", "all records", "there is no build to go on with, or another program wrote to it"
    if warehouse.rebuild == "full":
        return "staging", "all records", "asked for"
    with connection.connect(warehouse.places.build, read_only=True) as build:
        if build.table("staging.patient").shape[0] < warehouse.few_persons:
            return "staging", "all records", FEW
        differing = remembered.differing(build, remembered.STAGING, remembered.program(remembered.STAGING))
    if differing is None:
        return "staging", "all records", "nothing is known of an earlier night"
    if differing := differing - {remembered.LINKS}:
        return "staging", "all records", f"changed: {', '.join(sorted(differing))}"
    why = f"of files that came or went, of the same keys, or naming one; all if {remembered.LINKS} are others"
    return "staging", "some records", why


def _choices(warehouse: "Warehouse", named: "pl.Series", moves: bool) -> "list[Choice | None]":
    """What each layer will be made for, as far as that can be known before staging."""
    from assets import touched
    from warehouse import connection, remembered, verdicts

    if not verdicts.signed(warehouse.places):
        return [None] * len(remembered.STEPS)
    with connection.connect(warehouse.places.build, read_only=True) as build:
        if not build.execute(
            "from duckdb_tables() where table_name = 'patient' and schema_name = 'staging'"
        ).fetchall():
            return [None] * len(remembered.STEPS)
        persons, of = _count(build, named)
        found: list[Choice | None] = []
        for step in remembered.STEPS:
            choice = touched.decide(build, warehouse, step, persons, of)
            before = found[-1] if found else None
            if choice.why_all is None and before is not None and before.why_all is not None:
                choice = touched.Choice(of, of, f"{remembered.STEPS[len(found) - 1]} is made anew for all")
            if choice.why_all is None and moves and step in DATA_LOCK:
                choice = choice._replace(moved=choice.moved | DATA_LOCK[step])
            found.append(choice)
    return found


def _count(build: "duckdb.DuckDBPyConnection", named: "pl.Series") -> tuple[int, int]:
    """Persons named in what changed, or left behind by a night that was stopped; and all persons, new ones included."""
    from warehouse import remembered

    build.register("named", named.to_frame("person_key"))
    behind = "select person_key from night.behind" if remembered.there(build) else "select null limit 0"
    query = (
        f"select (select count(*) from (from named union {behind})),"
        " (select count(*) from (from named union select person_key from staging.patient))"
    )
    found = build.execute(query).fetchall()[0]
    build.unregister("named")
    return found


def named_in(places: Places, new: "list", gone: "pl.DataFrame") -> "pl.Series":
    """Pseudonyms of everybody named in a record of a delivery that will be read anew or let go."""
    import duckdb
    import polars as pl

    from assets.raw import load
    from assets.staging import typed
    from schemas import extract
    from warehouse import keys

    if not new and gone.is_empty():
        return pl.Series("person_key", [], pl.Int64)
    load.private_folder(places.identified, places.data)
    with tempfile.TemporaryDirectory(prefix="plan-", dir=places.identified) as name, duckdb.connect() as reader:
        aside = Places.of(places.landing, name)
        read = [(aside, load.ingest(aside, delivery)) for delivery in new] + [(places, gone)]
        synthetic = all(files["synthetic"].all() for _, files in read)
        keys.install(reader, keys.load_key(places.key_file, synthetic=synthetic))
        found = [pl.DataFrame(schema={"pseudonym_site": pl.String, "patient_id": pl.String})]
        for where, files in read:
            for file in files.iter_rows(named=True):
                named = {c.name for c in extract.load(file["feed"]).columns} & {"patient_id", "surviving_patient_id"}
                for block in typed.of_file(typed.Shelf(where, reader), file) if named else ():
                    found += [block.select("pseudonym_site", pl.col(column).alias("patient_id")) for column in named]
        return keys.of_persons(reader, pl.concat(found).drop_nulls().unique()).unique()
