"""Faecal calprotectin beside endoscopic healing, as the page shows it."""

from typing import Any

import duckdb

STATISTICS = ("sensitivity", "specificity", "positive_predictive_value", "negative_predictive_value")


def calprotectin(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Areas by target, statistics by cut-off, healing by both; empty where no patient has a result."""
    found = connection.execute("select * from marts.calprotectin where patients > 0").pl().to_dicts()
    areas = {row["target"]: row for row in found if row["statistic"] == "auc"}
    if not areas:
        return {}
    healing = {
        (row["cut_off_ug_g"], row["statistic"]): row
        for row in found
        if row["target"] == "mucosal_healing" and row["statistic"] in STATISTICS
    }
    cut_offs = [
        {"cut_off": cut_off, "cells": [healing.get((cut_off, statistic)) for statistic in STATISTICS]}
        for cut_off in sorted({cut_off for cut_off, _ in healing})
    ]
    both = next((row for row in found if row["statistic"] == "healed_by_both"), None)
    return {"areas": areas, "cut_offs": cut_offs, "both": both}
