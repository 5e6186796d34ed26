"""The OMOP layer: the built-in vocabulary from its code lists, then the clinical tables from FHIR by SQL."""

import datetime as dt
from importlib import metadata
from pathlib import Path

import duckdb
import polars as pl

from assets.staging.codes import codes
from assets.vocabulary import extend
from schemas import cdm, contract, vocabulary
from warehouse import clock, model

ALWAYS = {"valid_start_date": dt.date(1970, 1, 1), "valid_end_date": dt.date(2099, 12, 31)}
"""Validity of everything built in: OMOP's own convention for "no limit known"."""

VOCABULARY_TABLES = (
    "omop.concept",
    "omop.vocabulary",
    "omop.domain",
    "omop.concept_class",
    "omop.relationship",
    "omop.concept_relationship",
    "omop.concept_ancestor",
    "omop.drug_strength",
    "omop.source_to_concept_map",
)
"""Tables that come from code lists and read no other table."""


def parameters(connection: duckdb.DuckDBPyConnection | None = None) -> dict[str, str | int | None]:
    """What the SQL of this layer asks for: concept ids and URIs of code systems by key, and two versions.

    `connection` knows in which time zone most sites are; which one is named changes no row, only the time it takes.
    """
    query = "select mode(time_zone order by time_zone) from fhir.organization"
    versions = {"etl_version": metadata.version("mucosa"), "fhir_version": vocabulary.FHIR_VERSION}
    return {**vocabulary.concept_ids(), **vocabulary.code_systems(), **versions, **clock.usual(connection, query)}


def build(connection: duckdb.DuckDBPyConnection, folder: Path | None = None) -> dict[str, int]:
    """Make every table of the layer anew, the vocabulary first; return rows by table.

    `folder` keeps what extends the built-in vocabulary. Tables of the CDM that nothing fills are made empty in one
    go; those that labels give back come later.
    """
    return give(connection, folder) | make(connection)


def give(connection: duckdb.DuckDBPyConnection, folder: Path | None = None) -> dict[str, int]:
    """Make what comes from no person: the vocabulary, and the tables of the CDM that nothing fills."""
    connection.execute(";\n".join(table.ddl() for table in cdm.unfilled()))
    return load_vocabulary(connection, folder)


def make(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Make what comes from FHIR resources and the vocabulary anew, also for some persons, in a slice."""
    given = parameters(connection)
    return {name: model.build(connection, name, given) for name in model.models("omop")}


def load_vocabulary(connection: duckdb.DuckDBPyConnection, folder: Path | None = None) -> dict[str, int]:
    """Write the vocabulary tables from the code lists and what `folder` adds to them; return rows by table."""
    rows = {}
    frames = vocabulary_frames()
    for name, frame in frames.items():
        connection.register("frame", frame)
        rows[name] = model.write(connection, contract.load(name), "select * from frame")
        connection.unregister("frame")
    return rows | (extend(connection, frames, folder) if folder and folder.exists() else {})


def vocabulary_frames() -> dict[str, pl.DataFrame]:
    """Every vocabulary table as a frame, from `schemas/codes/*.csv`."""
    concepts = codes("concept").with_columns(pl.col("concept_id", "maps_to").cast(pl.Int32))
    products = codes("product")
    always = [pl.lit(value).alias(name) for name, value in ALWAYS.items()]
    return {
        "omop.concept": concepts.select(contract.load("omop.concept").column_names[:7]).with_columns(always),
        "omop.vocabulary": _vocabularies(),
        "omop.domain": _names(concepts, "domain"),
        "omop.concept_class": _names(concepts, "concept_class"),
        "omop.relationship": _relationships(),
        "omop.concept_relationship": _concept_relationships(concepts).with_columns(always),
        "omop.concept_ancestor": _ancestors(concepts, products),
        "omop.drug_strength": _strengths(concepts, products).with_columns(always),
        "omop.source_to_concept_map": _source_codes(concepts).with_columns(always),
    }


def _vocabularies() -> pl.DataFrame:
    systems = codes("code_system")
    return systems.filter(pl.col("vocabulary_id").is_not_null()).select(
        "vocabulary_id",
        vocabulary_name="name",
        vocabulary_reference="system",
        vocabulary_version="version",
        vocabulary_concept_id=pl.lit(0),
    )


def _names(concepts: pl.DataFrame, table: str) -> pl.DataFrame:
    name = pl.col(f"{table}_id")
    used = concepts.select(name).unique()
    return used.with_columns(name.alias(f"{table}_name"), pl.lit(0).alias(f"{table}_concept_id"))


def _relationships() -> pl.DataFrame:
    pair = ("Maps to", "Mapped from")
    return pl.DataFrame(
        {"relationship_id": pair, "relationship_name": pair, "reverse_relationship_id": pair[::-1]}
    ).with_columns(is_hierarchical=pl.lit("0"), defines_ancestry=pl.lit("0"), relationship_concept_id=pl.lit(0))


def _targets(concepts: pl.DataFrame) -> pl.DataFrame:
    """Each concept with its standard concept: itself where it is standard, null where none was verified."""
    standard = pl.when(pl.col("standard_concept") == "S").then(pl.col("concept_id"))
    return concepts.with_columns(target=pl.coalesce(standard, pl.col("maps_to")))


def _concept_relationships(concepts: pl.DataFrame) -> pl.DataFrame:
    mapped = _targets(concepts).drop_nulls("target")
    there = mapped.select(concept_id_1="concept_id", concept_id_2="target", relationship_id=pl.lit("Maps to"))
    back = mapped.select(concept_id_1="target", concept_id_2="concept_id", relationship_id=pl.lit("Mapped from"))
    return pl.concat([there, back])


def _with_ingredients(concepts: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Products with the concepts of product and ingredient; a product without a concept is an error."""
    product_ids = concepts.filter(pl.col("concept_class_id") == "Clinical Drug").select(
        product_code="concept_code", product="concept_id"
    )
    ingredients = concepts.filter(pl.col("concept_class_id") == "Ingredient").select(
        "concept_key", ingredient_id="concept_id"
    )
    joined = products.join(product_ids, on="product_code", how="left").join(
        ingredients, left_on="ingredient", right_on="concept_key", how="left"
    )
    lacking = joined.filter(pl.col("product").is_null() | pl.col("ingredient_id").is_null())
    if lacking.height:
        raise ValueError(f"product.csv: no concept in concept.csv for {lacking['product_code'].to_list()}")
    return joined


def _ancestors(concepts: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Each standard concept under itself, each systemic product under its ingredient.

    An ointment, enema or foam is not exposure to the drug in the sense of the study, so it stands alone.
    """
    standard = concepts.filter(pl.col("standard_concept") == "S")["concept_id"]
    systemic = _with_ingredients(concepts, products).filter(pl.col("systemic") == "true")
    pairs = {
        "ancestor_concept_id": pl.concat([standard, systemic["ingredient_id"]]),
        "descendant_concept_id": pl.concat([standard, systemic["product"]]),
    }
    levels = pl.concat([standard * 0, systemic["product"] * 0 + 1])
    return pl.DataFrame(pairs).with_columns(min_levels_of_separation=levels, max_levels_of_separation=levels)


def _strengths(concepts: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    milligram = concepts.filter(pl.col("concept_key") == "unit_mg")["concept_id"].item()
    return (
        _with_ingredients(concepts, products)
        .drop_nulls("strength_mg")
        .select(
            drug_concept_id="product",
            ingredient_concept_id="ingredient_id",
            amount_value=pl.col("strength_mg").cast(pl.Float64),
            amount_unit_concept_id=pl.lit(milligram),
        )
    )


def _source_codes(concepts: pl.DataFrame) -> pl.DataFrame:
    """Every concept by its own code, and the codes of FHIR that have no concept of their own."""
    own = _targets(concepts).select(
        source_code="concept_code",
        source_concept_id="concept_id",
        source_vocabulary_id="vocabulary_id",
        source_code_description="concept_name",
        target=pl.col("target"),
    )
    listed = codes("source_to_concept").join(
        concepts.select("concept_key", target="concept_id"), on="concept_key", how="left"
    )
    names = concepts.select(target="concept_id", target_vocabulary_id="vocabulary_id")
    return (
        pl.concat(
            [own, listed.drop("concept_key").with_columns(source_concept_id=pl.lit(0, pl.Int32))],
            how="diagonal",
        )
        .with_columns(target=pl.col("target").fill_null(0))
        .join(names, on="target", how="left")
        .rename({"target": "target_concept_id"})
    )
