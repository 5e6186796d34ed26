"""Data Docs: what was expected of every table, and what was found, as pages that need nothing else. Counts only."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from assets.report.page import fill, template
from schemas import contract
from schemas.contract import LAYERS, Contract
from warehouse import verdicts
from warehouse.connection import connect
from warehouse.places import Places

PAGES = ("index", *LAYERS[:-1])
"""An overview, and a page for each layer with a section for each of its tables."""

ORDERED = """
from quality.results
order by verdict = 'passed', severity, failed / greatest(evaluated, 1) desc, rule
"""
"""What is not met first: the critical, then what breaks most of its rows."""


def folder(places: Places) -> Path:
    return places.report / "quality"


def write_docs(connection: duckdb.DuckDBPyConnection, places: Places) -> Path:
    """Write the pages of the verdicts that a release or a build holds, in one step; return the overview.

    A build without a release to its name is one that was not published: its pages say so.
    """
    content = gather(connection) | {"lineage": (places.report / "lineage").is_dir()}
    if content["release"] is None:
        known = _known(places)
        for result in content["unmet"]:
            result["since"] = known.get(result["rule"])
    part = folder(places).with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for page in PAGES:
        text = fill("quality.html.jinja", **content, page=page, pages=PAGES, style=template("style.css"))
        (part / f"{page}.html").write_text(text, encoding="utf-8")
    shutil.rmtree(folder(places), ignore_errors=True)
    return part.replace(folder(places)) / "index.html"


def _known(places: Places) -> dict[str, str]:
    """Since when the last release does not meet the rules that it does not meet."""
    if not places.published.exists():
        return {}
    with connect(places.published, read_only=True) as release:
        if not verdicts.there(release):
            return {}
        known = "select rule, since from quality.results where verdict <> 'passed' and since is not null"
        return dict(release.execute(known).fetchall())


def gather(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Rules with their verdicts by table, rows and quarantine by table, and what all of this is about."""
    there = _there(connection)
    results = _records(connection, ORDERED, there)
    shares = _shares(connection, there)
    rows = _rows(connection, there)
    tables = [_table(t, results, rows, shares) for layer in LAYERS[:-1] for t in contract.contracts(layer)]
    release = _records(connection, "from quality.release", there)
    return {
        "release": release[0] if release else None,
        "tables": tables,
        "unmet": [r for r in results if r["verdict"] != "passed"],
        "rules": len(results),
        "layers": [
            {
                "name": layer,
                "tables": len(of_layer := [t for t in tables if t["layer"] == layer]),
                **{key: sum(t[key] or 0 for t in of_layer) for key in ("rows", "asked", "critical", "warning")},
            }
            for layer in LAYERS[:-1]
        ],
    }


def _there(connection: duckdb.DuckDBPyConnection) -> set[str]:
    found = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    return {name for (name,) in found}


def _records(connection: duckdb.DuckDBPyConnection, query: str, there: set[str]) -> list[dict[str, Any]]:
    if query.split()[1] not in there:
        return []
    found = connection.execute(query)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _rows(connection: duckdb.DuckDBPyConnection, there: set[str]) -> Mapping[str, int]:
    names = [t.name for layer in LAYERS[:-1] for t in contract.contracts(layer) if t.name in there]
    counts = " union all ".join(f"select '{name}', count(*) from {name}" for name in names)
    return dict(connection.execute(counts).fetchall()) if names else {}


def _shares(connection: duckdb.DuckDBPyConnection, there: set[str]) -> Mapping[str, float]:
    """Share of quarantined records by feed."""
    query = "select feed, sum(quarantined) / nullif(sum(records), 0) from staging.accounting group by feed"
    return dict(connection.execute(query).fetchall()) if "staging.accounting" in there else {}


def _table(
    made: Contract, results: list[dict[str, Any]], rows: Mapping[str, int], shares: Mapping[str, float]
) -> dict[str, Any]:
    asked = [r for r in results if r["table_name"] == made.name]
    unmet = [r["severity"] for r in asked if r["verdict"] != "passed"]
    return {
        "name": made.name,
        "layer": made.layer,
        "table": made.table,
        "description": made.description,
        "grain": made.grain,
        "rows": rows.get(made.name),
        "share": shares.get(made.table) if made.layer == "staging" else None,
        "results": asked,
        "asked": len(asked),
        "critical": unmet.count("critical"),
        "warning": unmet.count("warning"),
    }
