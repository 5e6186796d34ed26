"""The strongest test there is: the same events in four formats give the same study, table by table."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pytest

from assets import layers
from assets.resource import Warehouse
from schemas import contract, extract
from simulation import hospital
from warehouse import connection, fingerprint
from warehouse.places import Places

SEED = 20200626
PROVENANCE = {"site", "care_site", "delivery", "file_id", "record"}
"""What says where a row came from, and so differs."""

SAID_OTHERWISE = {
    "jp": set(),
    "hl7": set(),
    "fhir": {
        "lab_result.unit_source",
        "lab_result.value_source",
        "vital_sign.value_source",
        "medication_request.meal_timing",
        "medication_request.indication",
    },
}
"""Staging columns that FHIR spells in UCUM and plain digits, or can't say: an `unknown` is left out there."""


LEDGERS = {"staging.quarantine", "staging.accounting", "staging.superseded"}
"""Tables about files and their lines, of which formats have their own."""


@pytest.fixture(scope="module")
def builds(
    published: Places, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, duckdb.DuckDBPyConnection]]:
    """What was built from each format, open for reading."""
    places = {name: build(name, tmp_path_factory.mktemp(name)) for name in SAID_OTHERWISE}
    with ExitStack() as opened:
        yield {
            name: opened.enter_context(connection.connect(each.build, read_only=True))
            for name, each in {"demo": published, **places}.items()
        }


def build(format_name: str, folder: Path) -> Places:
    """The paper's cohort in one format, every layer built."""
    warehouse = Warehouse(landing=str(folder / "landing"), data=str(folder / "data"))
    hospital.simulate_paper(warehouse.places.landing, folder / "TRUTH.json", SEED, format_name)
    warehouse.places.data.mkdir()
    with connection.connect(warehouse.places.build) as opened:
        connection.spare_threads(opened, warehouse.places.build)
        for make in layers.BUILDS.values():
            make(opened, warehouse)
    return warehouse.places


def hashes(opened: duckdb.DuckDBPyConnection, layer: str, without: set[str]) -> dict[str, str]:
    """Hash of every table of a layer without the columns named, by themselves or with their table."""
    found = {}
    for table in contract.contracts(layer):
        kept = [f'"{c.name}"' for c in table.columns if not {c.name, f"{table.table}.{c.name}"} & without]
        found[table.name] = fingerprint.table_hash(opened, f"(select {', '.join(kept)} from {table.name})")
    return found


@pytest.mark.parametrize("layer", ["cohorts", "labels", "marts"])
def test_every_format_gives_the_same_study(builds: dict[str, duckdb.DuckDBPyConnection], layer: str) -> None:
    expected = hashes(builds["demo"], layer, PROVENANCE)
    assert len(expected) > 10
    for name in SAID_OTHERWISE:
        assert hashes(builds[name], layer, PROVENANCE) == expected, name


def test_every_format_gives_the_same_facts(builds: dict[str, duckdb.DuckDBPyConnection]) -> None:
    for name, said_otherwise in SAID_OTHERWISE.items():
        without = PROVENANCE | said_otherwise
        theirs, ours = (hashes(builds[each], "staging", without) for each in (name, "demo"))
        assert {table for table in ours if theirs[table] != ours[table]} <= LEDGERS, name


def test_every_format_accounts_for_the_same_records(builds: dict[str, duckdb.DuckDBPyConnection]) -> None:
    def ledger(name: str) -> list[tuple]:
        return (
            builds[name]
            .execute(
                "select feed, sum(records), sum(accepted), sum(quarantined), sum(superseded) from staging.accounting"
                " where records > 0 group by feed order by feed"
            )
            .fetchall()
        )

    def refused(name: str) -> list[tuple]:
        return (
            builds[name]
            .execute("select feed, rule, count(*) from staging.quarantine group by all order by all")
            .fetchall()
        )

    for name in SAID_OTHERWISE:
        assert ledger(name) == ledger("demo"), name
        assert refused(name) == refused("demo"), name
    assert sum(count for _, _, count in refused("demo")) == 10


def test_every_file_of_every_format_balances(builds: dict[str, duckdb.DuckDBPyConnection]) -> None:
    """Counted from three sides: the reader's records, the ledger, and the rows that stand in the tables."""
    tables = " union all ".join(f"select file_id, record from staging.{feed}" for feed in extract.LANDED)
    standing = f"({tables} union all select file_id, record from staging.quarantine"
    standing += " union all select file_id, record from staging.superseded)"
    for name, opened in builds.items():
        files = opened.execute(
            f"""select a.records, accepted + quarantined + superseded, count(s.record), count(distinct s.record)
            from raw.file as f left join staging.accounting as a using (file_id)
            left join {standing} as s using (file_id) group by file_id, a.records, 2"""
        ).fetchall()
        assert len(files) >= 12, name
        assert [file for file in files if len(set(file)) > 1] == [], name


def test_figures_come_out_as_printed(builds: dict[str, duckdb.DuckDBPyConnection]) -> None:
    for name, opened in builds.items():
        wrong = opened.execute("select metric_id from marts.paper_comparison where not as_expected").fetchall()
        assert wrong == [], name
