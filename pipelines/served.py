"""What only those see who open Dagster's graph: column lineage and the files in which an asset is written down."""

import functools
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dagster import (
    AssetsDefinition,
    AssetSpec,
    CodeReferencesMetadataValue,
    LocalFileCodeReference,
    TableColumnDep,
    TableColumnLineage,
    UrlCodeReference,
    map_asset_specs,
)
from dagster_shared.utils.warnings import BetaWarning

from assets import graph, lineage
from warehouse.columns import Value
from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

SERVED = "MUCOSA_SERVED"
"""Set where Dagster's graph is served; a night loads its definitions without all this."""
SOURCES = "MUCOSA_SOURCE_URL"
"""Where the sources can be read, such as the address of their folder on a git server; without it, paths are told."""
ROOT = Path(__file__).parents[1]


def explained(assets: Sequence[AssetsDefinition | AssetSpec]) -> Sequence[AssetsDefinition | AssetSpec]:
    """The same assets; where they are served, each with its code and the lineage of its columns."""
    if not os.environ.get(SERVED):
        return assets
    folders = os.environ.get("MUCOSA_LANDING", DEFAULT_LANDING), os.environ.get("MUCOSA_DATA", DEFAULT_DATA)
    tables = lineage.load(Places.of(*folders)).tables

    def told(spec: AssetSpec) -> AssetSpec:
        metadata: dict[str, Any] = {"dagster/code_references": code(*spec.key.path)}
        if made := tables.get(".".join(spec.key.path)):
            metadata["dagster/column_lineage"] = of_table(dict(made))
        return spec.merge_attributes(metadata=metadata)

    return list(map_asset_specs(told, assets))


def of_table(made: dict[str, Value]) -> TableColumnLineage:
    """The columns that each column's value comes from; an element of a struct is told by its column."""
    return TableColumnLineage(
        {
            column: [
                TableColumnDep(graph.key(table), name)
                for table, name in sorted({(t, path.partition(".")[0]) for t, path in value.all_values})
                if "." in table and name != "*"
            ]
            for column, value in made.items()
        }
    )


@functools.cache
def _modules(layer: str) -> tuple[tuple[str, str], ...]:
    """The Python files of a layer and what stands in them: a table that no SQL makes has a function of its name."""
    files = sorted((ROOT / "assets" / layer).glob("*.py"))
    return tuple((str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")) for file in files)


def code(layer: str, name: str) -> CodeReferencesMetadataValue:
    """The files that say what an asset is, as links, or as paths within the sources: never those of this machine."""
    feed = layer if layer in ("landing", "raw") else ""
    written = (f"warehouse/sql/{layer}/{name}.sql", f"assets/{layer}/{name}.py", f"schemas/{layer}/{name}.toml")
    files = [file for file in (*written, f"schemas/extracts/{name}.toml" if feed else "") if (ROOT / file).is_file()]
    if not feed and not any(file.endswith((".sql", ".py")) for file in files):
        builders = (f"assets/{layer}/build.py", f"assets/{layer}.py", f"pipelines/{layer}.py")
        files += [file for file, text in _modules(layer) if f"def {name}(" in text] or [
            file for file in builders if (ROOT / file).is_file()
        ]
    base = os.environ.get(SOURCES, "").rstrip("/")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BetaWarning)
        return CodeReferencesMetadataValue(
            code_references=[
                UrlCodeReference(url=f"{base}/{f}", label=f) if base else LocalFileCodeReference(file_path=f, label=f)
                for f in files or ["pipelines/definitions.py"]
            ]
        )
