"""What a verdict means to a reader, and the verdicts of a table's cell and row."""

from typing import Any

Cells = dict[tuple[str, str, str], dict[str, Any]]
"""Rows of `marts.paper_comparison` by metric, group and statistic."""
VERDICTS = {
    "exact": "our figure prints exactly as published",
    "exact_p": "our p-value prints exactly as published",
    "worded": "the published words hold",
    "twin": "published in two forms; ours explains both",
    "nearest": "proven unattainable as printed; ours is the nearest under the named test, or with the printed relapses",
    "conditional": "reproduced, but only under a condition that the paper does not state",
    "stated": "a constant of the paper; nothing to reproduce",
    "different": "ours differs, and no proof that holds for this cohort says why",
}
QUIET = {"exact", "exact_p", "stated"}
"""Verdicts that need no explanation in a list of exceptions."""


def side_by_side(cells: Cells, metric: str, group: str, statistics: tuple[str, ...], pattern: str) -> dict[str, Any]:
    """Ours and printed in one format, with the verdicts of the parts; None where the paper prints nothing."""
    parts = [cells.get((metric, group, s)) for s in statistics]
    if None in parts:
        return {"ours": None, "printed": None, "verdicts": []}
    rows = [p for p in parts if p is not None]
    ours = [r["ours"] for r in rows]
    return {
        "ours": None if None in ours else pattern.format(*ours),
        "printed": pattern.format(*(r["printed"] for r in rows)),
        "verdicts": [r["verdict"] for r in rows],
    }


def merge(*found: dict[str, Any]) -> list[str]:
    """The distinct verdicts of a row that need a word, the gravest first, or else those that it has."""
    present = {v for part in found for v in part["verdicts"]}
    return [v for v in reversed(VERDICTS) if v in present - QUIET] or [v for v in VERDICTS if v in present]
