"""The graph as Dagster serves it: every asset known, described and reached from the landing folder."""

import itertools

import pytest
from dagster import AssetKey

from assets import layers
from expectations.checks import layer_checks
from pipelines.definitions import defs
from pipelines.served import code
from schemas import contract

TABLES = [table for layer in contract.LAYERS for table in contract.contracts(layer)]
GRAPH = defs.resolve_asset_graph()


def names(keys: set[AssetKey]) -> set[str]:
    return {".".join(key.path) for key in keys}


def test_every_table_is_an_asset_and_nothing_else_is() -> None:
    tables = {t.name for layer in contract.LAYERS for t in contract.contracts(layer)} - {"quality.release"}
    others = names(set(GRAPH.get_all_asset_keys())) - tables
    assert tables <= names(set(GRAPH.get_all_asset_keys()))
    assert {name for name in others if name.partition(".")[0] not in ("landing", "raw")} == {
        "release.mucosa",
        "release.report",
    }


def test_only_landing_files_come_from_outside() -> None:
    assert {n.partition(".")[0] for n in names(set(GRAPH.external_asset_keys))} == {"landing"}


def test_every_asset_is_described_owned_and_grouped_by_its_layer() -> None:
    for node in GRAPH.asset_nodes:
        assert node.description, node.key
        assert node.owners, node.key
        name = ".".join(node.key.path)
        made = next((t.step for t in TABLES if t.name == name), node.key.path[0])
        assert str(node.group_name)[2:] == made, node.key
    groups = sorted({str(node.group_name) for node in GRAPH.asset_nodes})
    assert [g[2:] for g in groups] == ["landing", *contract.LAYERS, "release"], "a list of groups reads as the flow"


def test_a_trough_goes_the_whole_way() -> None:
    way = [
        "landing.lab_result",
        "raw.lab_result",
        "staging.lab_result",
        "fhir.observation",
        "omop.measurement",
        "labels.tacrolimus_trough",
        "labels.target_attainment",
        "marts.patient",
        "marts.baseline",
        "marts.paper_comparison",
        "release.mucosa",
    ]
    for parent, child in itertools.pairwise(way):
        assert parent in names(set(GRAPH.get(AssetKey(child.split("."))).parent_keys)), (parent, child)


def test_critical_checks_block_and_warnings_do_not() -> None:
    checks = [GRAPH.get_check_spec(key) for key in GRAPH.asset_check_keys]
    assert {check.name for check in checks} == {"critical", "warning", "freshness"}
    assert all(check.blocking == (check.name == "critical") for check in checks)


def test_the_checks_of_one_table_can_be_asked_alone() -> None:
    assert [layer for layer in layers.STEPS if not layer_checks(layer).can_subset] == []


def test_the_plot_and_the_columns_are_there_to_read() -> None:
    node = GRAPH.get(AssetKey(["marts", "survival_curve"]))
    columns = node.metadata["dagster/column_schema"].columns  # type: ignore[union-attr]
    assert [c.name for c in columns] == list(contract.load("marts.survival_curve").column_names)


@pytest.mark.parametrize(
    ("table", "file"),
    [
        ("staging.lab_result", "warehouse/sql/staging/lab_result.sql"),
        ("raw.lab_result", "schemas/extracts/lab_result.toml"),
        ("marts.survival_curve", "assets/marts/relapse.py"),
        ("marts.baseline", "assets/marts/build.py"),
        ("omop.concept", "assets/omop.py"),
        ("release.mucosa", "pipelines/release.py"),
    ],
)
def test_every_asset_names_the_file_that_makes_it(table: str, file: str) -> None:
    layer, _, name = table.partition(".")
    assert file in {reference.label for reference in code(layer, name).code_references}
