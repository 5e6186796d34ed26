"""Lineage as pages that link column to column, and the way of a trough drawn; written when somebody asks."""

from pathlib import Path as File
from typing import Any

from assets.lineage import Origins
from assets.report.column_map import draw
from assets.report.page import fill, template
from schemas.contract import LAYERS
from warehouse.columns import Path
from warehouse.places import Places

PAGES = ("landing", *LAYERS[:-1])
SHOWN = ("marts.trough_trajectory", "median_ng_ml")
"""The way that is drawn."""


def write_lineage(origins: Origins, places: Places) -> File:
    """One page a layer; return that of the marts, where questions begin."""
    folder = places.report / "lineage"
    folder.mkdir(parents=True, exist_ok=True)
    for page in PAGES:
        tables = [
            (table, [_column(origins, (table, name)) for name in made])
            for table, made in origins.tables.items()
            if table.startswith(f"{page}.")
        ]
        ways = [{"name": ".".join(SHOWN), "svg": draw(origins.ways(SHOWN), SHOWN)}]
        text = fill(
            "lineage.html.jinja", page=page, pages=PAGES, tables=tables, ways=ways if page == "marts" else [],
            style=template("style.css"),
        )  # fmt: skip
        (folder / f"{page}.html").write_text(text, encoding="utf-8")
    return folder / f"{PAGES[-1]}.html"


def _column(origins: Origins, column: Path) -> dict[str, Any]:
    found = origins.of(column)
    return {
        "name": column[1],
        "value": [_source(source) for source in sorted(found.value)],
        "condition": [_source(source) for source in sorted(found.condition - found.value)],
    }


def _source(source: Path) -> dict[str, str | None]:
    table, path = source
    layer = table.partition(".")[0]
    if layer not in PAGES:
        return {"page": None, "name": f"${path}" if table == "$" else path}
    name = f"rows of {table}" if path == "*" else f"{table}.{path}"
    return {"page": layer, "name": name, "anchor": table if path == "*" else f"{table}.{path.partition('.')[0]}"}
