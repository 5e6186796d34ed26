"""`mucosa vocabulary`: bring in a download from Athena and local mappings, see what is still unmapped."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from warehouse.errors import DataError, UsageError
from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

if TYPE_CHECKING:
    import polars as pl

app = typer.Typer(
    help="The OMOP vocabulary: extend the built-in one, list what is unmapped.\n\n"
    "What is loaded is used from the next [bold]mucosa materialize[/bold] on.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
console = Console(highlight=False)
MOST = 40
"""Lines that somebody reads."""

Data = Annotated[Path, typer.Option(envvar="MUCOSA_DATA", help="Folder that keeps the vocabulary.")]


@app.command()
def load(
    folder: Annotated[Path, typer.Argument(help="Unpacked download from OHDSI Athena: CONCEPT.csv and eight others.")],
    data: Data = Path(DEFAULT_DATA),
) -> None:
    """Keep a download from Athena, and say which codes in use it maps otherwise than before.

    A code never loses its concept: where the download knows no standard one, the built-in one stays. A missing or
    empty file, or one of another format, changes nothing.
    """
    from warehouse import athena

    places = Places.of(DEFAULT_LANDING, data)
    rows = athena.load(folder, places.vocabulary / "athena")
    console.print(f"{sum(rows.values()):,} rows of {len(rows)} tables kept, {rows['concept']:,} concepts.")
    _tell_changes(places)


@app.command(name="map")
def map_codes(
    file: Annotated[Path, typer.Argument(help="Mapping saved in OHDSI Usagi (CSV); only approved rows are taken.")],
    vocabulary: Annotated[str, typer.Option(help="Vocabulary of the source codes, such as ICD10, YJ or LOINC.")],
    data: Data = Path(DEFAULT_DATA),
) -> None:
    """Keep the mappings of one vocabulary's codes; they win over Athena and over what is built in."""
    from assets import omop
    from warehouse import usagi

    places = Places.of(DEFAULT_LANDING, data)
    frames = omop.vocabulary_frames()
    known = frames["omop.vocabulary"]["vocabulary_id"].to_list()
    if vocabulary not in known:
        raise UsageError(f"There is no vocabulary {vocabulary}; known are {', '.join(sorted(known))}.")
    mapped = usagi.read(file, vocabulary)
    if unknown := sorted(set(mapped["target_concept_id"]) - _standard(places, frames["omop.concept"])):
        listed = ", ".join(str(concept) for concept in unknown[:MOST])
        raise DataError(
            f"{file.name} maps to {listed}, which is no standard concept of the vocabulary in use. Load a download"
            " from Athena that holds it first (`mucosa vocabulary load`)."
        )
    target = places.vocabulary / "local" / f"{vocabulary}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    mapped.write_parquet(target)
    console.print(f"{mapped.height:,} mappings of {vocabulary} kept.")
    _tell_changes(places)


@app.command()
def gaps(
    data: Data = Path(DEFAULT_DATA),
    out: Annotated[Path | None, typer.Option(help="Write all of them as CSV for Usagi: code, name, frequency.")] = None,
) -> None:
    """List the source codes of the release that lead to no concept, the most frequent first: counts only."""
    from warehouse import model
    from warehouse.connection import connect

    places = Places.of(DEFAULT_LANDING, data)
    if not places.published.exists():
        raise UsageError(f"There is no release in {places.data} yet; run `mucosa materialize` first.")
    with connect(places.published, read_only=True) as release:
        found = release.execute(model.sql("vocabulary.gap")).fetchall()
    for table, code, records, persons in found[:MOST]:
        console.print(f"{records:>8,} records of {persons:>6,} persons  {table}  {code or 'no code'}")
    console.print(f"{len(found)} codes are unmapped.")
    if out is not None:
        with out.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["sourceCode", "sourceName", "sourceFrequency"])
            writer.writerows([code, table, records] for table, code, records, _ in found if code)
        console.print(f"Written for Usagi: {out}", soft_wrap=True)


def _standard(places: Places, built_in: "pl.DataFrame") -> set[int]:
    """Concepts that a code may be mapped to."""
    import duckdb

    with duckdb.connect() as connection:
        connection.register("built_in", built_in)
        query = "select concept_id from built_in where standard_concept = 'S'"
        if (places.vocabulary / "athena" / "concept.parquet").exists():
            file = str(places.vocabulary / "athena" / "concept.parquet")
            query += " union select concept_id from read_parquet($file) where standard_concept = 'S'"
            return {concept for (concept,) in connection.execute(query, {"file": file}).fetchall()}
        return {concept for (concept,) in connection.execute(query).fetchall()}


def _tell_changes(places: Places) -> None:
    """Codes in use whose concept changes, before and after, by the build of the last night."""
    from assets import omop
    from assets.vocabulary import changes
    from warehouse.connection import connect

    if not places.build.exists():
        console.print("Nothing has been built yet, so no code is in use.")
        return
    with connect(places.build, read_only=True) as build:
        found = changes(build, omop.vocabulary_frames(), places.vocabulary)
    changed = [line for line in found if line[2] != line[3]]
    before, after = (sum(1 for line in found if line[place]) for place in (2, 3))
    for vocabulary_id, code, old, new, records in changed[:MOST]:
        console.print(f"  {vocabulary_id} {code}: {old} -> {new} ({records:,} records)")
    more = f" ({len(changed) - MOST} more)" if len(changed) > MOST else ""
    console.print(
        f"{len(found)} codes in use: {before} had a concept, {after} have one now, {len(changed)} change{more}."
        " `mucosa materialize` applies it.",
        soft_wrap=True,
    )
