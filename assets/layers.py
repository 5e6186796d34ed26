"""The layers from raw to marts as Dagster assets, in the order of the flow."""

import base64
from collections.abc import Mapping, Sequence

import duckdb
from dagster import AssetsDefinition, AssetSpec, MetadataValue

from assets import by_person, graph
from assets.fhir import tables as fhir_tables
from assets.marts import build as mart_tables
from assets.raw import load as raw_files
from assets.report import pictures
from assets.resource import Warehouse
from assets.staging import build as staging_tables
from schemas import extract
from warehouse import keys

FEEDS = extract.feeds()

LANDING: list[AssetSpec] = [graph.feed_spec(feed, "landing", "csv") for feed in FEEDS]
"""What hospitals deliver: files that Mucosa reads and never writes."""


def _raw(connection: duckdb.DuckDBPyConnection, warehouse: Warehouse) -> dict[str, int]:
    records = raw_files.load(warehouse.places, warehouse.quiet_minutes)
    rows = {f"raw.{feed.feed}": records.get(feed.feed, 0) for feed in FEEDS}
    return {**rows, "raw.file": raw_files.catalogue(connection, warehouse.places)}


def _staging(connection: duckdb.DuckDBPyConnection, warehouse: Warehouse) -> dict[str, int]:
    places = warehouse.places
    secret = keys.load_key(places.key_file, synthetic=raw_files.synthetic(places))
    share = None if warehouse.rebuild == "full" else warehouse.touched_share
    return _named("staging", staging_tables.build(connection, places, secret, share, warehouse.few_persons))


def _by_person(name: str) -> graph.Build:
    return lambda connection, warehouse: by_person.build(connection, warehouse, name)


def _marts(connection: duckdb.DuckDBPyConnection, warehouse: Warehouse) -> dict[str, int]:
    return _named("marts", mart_tables.build(connection, warehouse.protocol))


def _mart_pictures(connection: duckdb.DuckDBPyConnection) -> Mapping[str, Mapping[str, MetadataValue]]:
    drawn = connection.execute("select shows, title, svg from marts.picture order by name").fetchall()
    return {table: {"plot": MetadataValue.md(f"![{title}]({_data_uri(svg)})")} for table, title, svg in drawn}


def _data_uri(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _staging_shares(connection: duckdb.DuckDBPyConnection) -> Mapping[str, Mapping[str, MetadataValue]]:
    shares = connection.execute(
        "select feed, sum(quarantined) / nullif(sum(records), 0) from staging.accounting group by feed"
    ).fetchall()
    return {f"staging.{feed}": {"quarantine share": MetadataValue.float(share or 0.0)} for feed, share in shares}


PICTURES: dict[str, graph.Picture] = {"staging": _staging_shares, "marts": _mart_pictures}


def _named(layer: str, rows: Mapping[str, int]) -> dict[str, int]:
    return {f"{layer}.{table.removeprefix(f'{layer}.')}": count for table, count in rows.items()}


def _staging_parents() -> dict[str, tuple[str, ...]]:
    """A feed reads its own raw files and the feeds that it refers to; the ledgers read all of them."""
    raw = tuple(f"raw.{feed.feed}" for feed in FEEDS)
    parents = {
        f"staging.{feed.feed}": (
            f"raw.{feed.feed}",
            *dict.fromkeys(f"staging.{c.references}" for c in feed.columns if c.references),
        )
        for feed in FEEDS
    }
    for feed in FEEDS[1:]:
        parents[f"staging.{feed.feed}"] += ("staging.deletion",)
    # The references of all other feeds lead to the patient.
    parents["staging.patient"] = ("raw.patient", "staging.deletion", "staging.patient_link")
    parents["staging.patient_link"] = ("raw.patient_link", "raw.patient", "staging.deletion")
    ledgers = {
        "staging.quarantine": raw,
        "staging.waiver": ("raw.file",),
        "staging.accounting": (*raw, "raw.file"),
        "staging.site": ("raw.file",),
    }
    return {**parents, **ledgers}


_MART_PARENTS = {
    "marts.baseline": ("marts.patient",),
    "marts.end_of_treatment": ("marts.patient",),
    "marts.relapse_rate": ("marts.patient",),
    "marts.survival_curve": ("marts.patient",),
    "marts.at_risk": ("marts.patient",),
    "marts.test": ("marts.patient",),
    "marts.sensitivity": ("marts.sensitivity_spell",),
    "marts.sensitivity_choice": ("marts.sensitivity",),
    "marts.estimates": ("marts.patient", "marts.follow_up_spell", "marts.test"),
    "marts.fair_curve": ("marts.patient", "marts.follow_up_spell"),
    "marts.paper_comparison": (
        "marts.attrition",
        "marts.baseline",
        "marts.end_of_treatment",
        "marts.adverse_event",
        "marts.relapse_rate",
        "marts.at_risk",
        "marts.test",
    ),
    "marts.impossible_set": ("marts.paper_comparison",),
    "marts.picture": pictures.READ,
    "marts.calprotectin": ("labels.calprotectin", "labels.mucosal_healing"),
}

RAW = [
    *(graph.feed_spec(feed, "raw", "parquet", [f"landing.{feed.feed}"]) for feed in FEEDS),
    *graph.layer_specs("raw", {"raw.file": ("landing.delivery", *(f"raw.{feed.feed}" for feed in FEEDS))}),
]

BUILDS: dict[str, graph.Build] = {
    "raw": _raw,
    "staging": _staging,
    **{name: _by_person(name) for name in by_person.LAYERS},
    "marts": _marts,
}
"""Layer by layer, what makes its tables."""

_PARENTS: dict[str, Mapping[str, Sequence[str]]] = {
    "staging": _staging_parents(),
    "fhir": fhir_tables.PARENTS,
    "cohorts": {"cohorts.correction": ("omop.person",)},
    "marts": _MART_PARENTS,
}

STEPS: dict[str, AssetsDefinition] = {
    name: graph.layer_step(
        name,
        RAW if name == "raw" else graph.layer_specs(name, _PARENTS.get(name, {})),
        build,
        PICTURES.get(name),
    )
    for name, build in BUILDS.items()
}
"""Layer by layer, the steps that make the warehouse."""
