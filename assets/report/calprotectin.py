"""Faecal calprotectin beside endoscopic healing, as the page shows it."""

from typing import Any

import duckdb

STATISTICS = ("sensitivity", "specificity", "positive_predictive_value", "negative_predictive_value")


def calprotectin(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Areas by target, statistics by assay and cut-off, healing by both; empty where no patient has a result."""
    found = connection.execute("select * from marts.calprotectin where patients > 0").pl().to_dicts()
    areas = {row["target"]: row for row in found if row["statistic"] == "auc" and row["assay"] == "any"}
    if not areas:
        return {}
    healing = [row for row in found if row["target"] == "mucosal_healing"]
    shares = {
        (row["assay"], row["cut_off_ug_g"], row["statistic"]): row for row in healing if row["statistic"] in STATISTICS
    }
    # All results first, then each assay at its own cut-off.
    lines = sorted({key[:2] for key in shares}, key=lambda line: (line[0] != "any", line))
    cut_offs = [
        {"assay": assay, "cut_off": cut_off, "cells": [shares.get((assay, cut_off, name)) for name in STATISTICS]}
        for assay, cut_off in lines
    ]
    both = next((row for row in found if row["statistic"] == "healed_by_both"), None)
    assays = {row["assay"]: row["patients"] for row in healing if row["statistic"] == "auc" and row["assay"] != "any"}
    return {"areas": areas, "cut_offs": cut_offs, "both": both, "assays": assays}
