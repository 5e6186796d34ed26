"""The result in plain words: `python -m assets.report.study_doc RELEASE` writes `docs/study.md` and its pictures.

RELEASE is a published `mucosa.duckdb` of the paper's cohort; a second argument names another folder than `docs`.
"""

import sys
from pathlib import Path
from typing import Any

import duckdb

from assets.report import fair
from assets.report.content import gather
from assets.report.page import fill
from assets.report.pictures import drawn
from warehouse.connection import connect

PICTURES = ("flow", "endoscopy", "relapse", "swimmer", "clocks", "hazard-ratios", "choices")
"""Of the release's pictures, those that the document shows."""


def markdown(connection: duckdb.DuckDBPyConnection) -> str:
    """The document as text, from aggregates of the release alone; the same release gives the same text."""
    ratios = [
        (line.label.removeprefix("… "), line.label.startswith("… "), fair.ratio(connection, line))
        for line in fair.FOREST
    ]
    told = [(name, held, found, fair.interval(found)) for name, held, found in ratios if found["estimate"] is not None]
    return fill("study.md.jinja", **gather(connection), ratios=told, many=_multiplicity(connection))


def write(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write `study.md` and `pictures/*.svg` into the folder."""
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    found = drawn(connection)
    for name in PICTURES:
        (folder / "pictures" / f"{name}.svg").write_text(found[name], encoding="utf-8")
    (folder / "study.md").write_text(markdown(connection), encoding="utf-8")


def _multiplicity(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """How many comparisons the paper's tables make, and how many count alone and together."""
    made, alone, together = connection.execute(
        """select count(*), count(*) filter (where t.p_value < 0.05), count(*) filter (where e.p_value < 0.05)
        from marts.estimates as e join marts.test as t on e.term = t.metric and t.reported
        where e.analysis = 'multiplicity'"""
    ).fetchall()[0]
    return {"made": made, "alone": alone, "together": together}


if __name__ == "__main__":
    with connect(Path(sys.argv[1]), read_only=True) as release:
        write(release, Path(sys.argv[2] if len(sys.argv) > 2 else "docs"))
