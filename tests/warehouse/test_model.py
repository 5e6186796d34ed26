"""SQL models: parents from the text, results kept to the contract, one way of opening DuckDB."""

import weakref
from pathlib import Path

import duckdb
import polars as pl
import pytest
import sqlglot

from schemas import contract
from schemas.contract import LAYERS, STUDY_LAYERS, Column, Contract
from warehouse import keys, model
from warehouse.connection import connect

VISIT = Contract(
    name="staging.visit",
    description="A visit's table.",
    grain="one visit",
    key=("visit",),
    columns=(
        Column(name="visit", type="bigint", nullable=False, description="Visit."),
        Column(name="crp", type="decimal(18, 6)", unit="mg/dL", description="C-reactive protein."),
    ),
)


def test_every_model_comes_after_its_parents() -> None:
    for layer in LAYERS:
        made = model.models(layer)
        for position, name in enumerate(made):
            assert not set(model.parents(name)) & set(made[position:]), name


@pytest.mark.parametrize("layer", LAYERS)
def test_parents_are_what_a_parser_finds(layer: str) -> None:
    for name in model.models(layer):
        read = sqlglot.parse_one(model.sql(name), dialect="duckdb").find_all(sqlglot.exp.Table)
        assert model.parents(name) == tuple(sorted({f"{t.db}.{t.name}" for t in read if t.db in LAYERS})), name


def test_columns_are_matched_by_name_and_types_are_the_contract_s(tmp_path: Path) -> None:
    with connect(tmp_path / "build.duckdb") as connection:
        assert model.write(connection, VISIT, "select 0.04 as crp, 7 as visit") == 1
        assert model.write(connection, VISIT, "select 8 as visit, null as crp") == 1
        rows = connection.execute("select visit, crp, typeof(crp) from staging.visit").fetchall()
    assert rows == [(8, None, "DECIMAL(18,6)")]


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("select null as visit, 1 as crp", duckdb.ConstraintException),
        ("select 1 as visit, 1 as crp, 2 as extra", duckdb.BinderException),
        ("select 1 as visit, 'high' as crp", duckdb.ConversionException),
    ],
    ids=["a required column is null", "a column of no contract", "a word for a number"],
)
def test_what_breaks_the_contract_raises(tmp_path: Path, query: str, error: type[Exception]) -> None:
    with connect(tmp_path / "build.duckdb") as connection:
        model.write(connection, VISIT, "select 7 as visit, 0.04 as crp")
        with pytest.raises(error):
            model.write(connection, VISIT, query)
        assert connection.execute("select visit from staging.visit").fetchall() == [(7,)], "the table before"


def test_a_parameter_that_nobody_gives_raises() -> None:
    asking = next(name for name in model.models("labels") if "$" in model.sql(name))
    with duckdb.connect() as connection, pytest.raises(KeyError):
        model.build(connection, asking, {})


def test_every_table_of_the_study_carries_both_stamps() -> None:
    stamps = ("definition_version", "parameter_hash")
    for layer in STUDY_LAYERS:
        for table in contract.contracts(layer):
            assert table.column_names[-2:] == stamps, table.name
        for name in model.models(layer):
            assert not [stamp for stamp in stamps if stamp in model.sql(name)], f"{name} stamps itself"


def test_a_connection_speaks_utc_and_fetches_nothing(tmp_path: Path) -> None:
    with connect(tmp_path / "build.duckdb") as connection:
        zone, install = connection.execute(
            "select current_setting('TimeZone'), current_setting('autoinstall_known_extensions')"
        ).fetchall()[0]
        schemas = {row[0] for row in connection.execute("select schema_name from duckdb_schemas()").fetchall()}
    assert (zone, install) == ("UTC", False)
    assert set(LAYERS) <= schemas
    assert not list(tmp_path.glob("*.wal"))


def test_a_part_that_was_written_is_not_kept_until_the_end(tmp_path: Path) -> None:
    """What is registered DuckDB keeps until the transaction ends: a feed in parts would be held whole."""
    with connect(tmp_path / "a.duckdb") as connection:
        keys.install(connection, keys.DEMO_KEY)
        with model.filling(connection, "staging.deletion") as fill:
            for number in range(2):
                rows = pl.DataFrame({"pseudonym_site": "demo", "site": "demo", "feed": "patient", "key": str(number)})
                rows = rows.with_columns(delivery=pl.lit("demo|2020-01-01"), file_id=1, record=number).to_arrow()
                held = weakref.ref(rows)
                fill(rows)
                del rows
                assert held() is None
        assert connection.execute("select count(*) from staging.deletion").fetchall() == [(2,)]
