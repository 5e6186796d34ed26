"""What the page says, read from the release: plain dictionaries for the template, aggregates only."""

from collections import Counter
from importlib.metadata import version
from itertools import groupby
from typing import Any

import duckdb

from assets.report.calprotectin import calprotectin
from assets.report.findings import findings
from assets.report.flow import flow
from assets.report.verdicts import QUIET, VERDICTS, Cells, merge, side_by_side
from schemas.metric import Metric, metrics

COUNTS = ("records", "accepted", "quarantined", "superseded")


def gather(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Everything that the template shows; tables that the release does not hold leave their section empty."""
    comparison = _records(connection, "marts.paper_comparison", "order by position")
    cells = {(r["metric_id"], r["study_group"], r["statistic"]): r for r in comparison}
    return {
        "provenance": _provenance(connection),
        "synthetic": any(s["synthetic"] for s in _records(connection, "staging.site")),
        "steps": {s["step"]: s for s in _records(connection, "marts.attrition", "order by step_number")},
        "leavers": _leavers(connection),
        "flow": flow(connection),
        "corrections": _corrections(connection),
        "calprotectin": calprotectin(connection),
        "tables": {section: _metric_rows(connection, section, cells) for section in ("baseline", "end_of_treatment")},
        "relapse": _relapse_rows(connection, cells),
        "tests": _records(connection, "marts.test", "where metric = 'relapse' order by test desc"),
        "findings": findings(connection),
        "sensitivity": _sensitivity(connection),
        "adverse_events": _adverse_event_rows(connection, cells),
        "verdicts": [
            {"name": v, "meaning": words, "figures": n}
            for v, words in VERDICTS.items()
            if (n := sum(r["verdict"] == v for r in comparison))
        ],
        "figures": len(comparison),
        "came_out": sum(r["verdict"] in ("exact", "exact_p") for r in comparison),
        "differ": sum(r["verdict"] == "different" for r in comparison),
        "constants": sum(r["verdict"] == "stated" for r in comparison),
        "unexpected": sum(not r["as_expected"] for r in comparison),
        "exceptions": [
            r | {"name": _name(r["metric_id"])} for r in comparison if r["verdict"] not in QUIET or not r["as_expected"]
        ],
        "impossible": _records(connection, "marts.impossible_set", "order by set_id"),
        "accounting": _accounting(connection),
        "quarantine": _quarantine(connection),
        "quality": _records(connection, "quality.results", "order by verdict = 'passed', severity, rule"),
    }


def _records(connection: duckdb.DuckDBPyConnection, table: str, rest: str = "") -> list[dict[str, Any]]:
    """Rows of a table as dictionaries; none where the release does not hold the table."""
    schema, _, name = table.partition(".")
    known = connection.execute(
        "select 1 from information_schema.tables where table_schema = $1 and table_name = $2", [schema, name]
    ).fetchall()
    if not known:
        return []
    found = connection.execute(f"select * from {table} {rest}")
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _name(metric_id: str) -> str:
    """A figure in words: as its table calls it, or as its id says."""
    for metric in metrics():
        if metric_id in (metric.metric, metric.compared_as):
            return f"{metric.label}, {metric.block.lower()}"
    return metric_id.replace("_", " ").capitalize()


def _provenance(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    found = {}
    for release in _records(connection, "quality.release"):
        found["Release"] = release["release_id"]
        found["Data lock"] = str(release["data_lock"])
        found["Code"] = release["code_version"]
        found["Vocabulary"] = release["vocabulary_version"] or "none"
    for step in _records(connection, "marts.attrition", "limit 1"):
        found["Study protocol"] = f"{step['definition_version']} ({step['parameter_hash']})"
    found["Computed with"] = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "lifelines", "scipy"))
    return found


def _leavers(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for row in _records(connection, "marts.attrition_reason", "order by step, patients desc, reason"):
        found.setdefault(row["step"], []).append((row["reason"].replace("_", " "), row["patients"]))
    return found


def _corrections(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """How many corrections by clinicians there are, by label and what became of them."""
    found = Counter((r["label"], r["verdict"]) for r in _records(connection, "labels.adjudication"))
    return [{"label": label, "verdict": verdict, "n": n} for (label, verdict), n in sorted(found.items(), key=str)]


def _metric_rows(
    connection: duckdb.DuckDBPyConnection, section: str, cells: Cells
) -> list[tuple[str, list[dict[str, Any]]]]:
    summary = {(r["metric"], r["study_group"]): r for r in _records(connection, f"marts.{section}")}
    chosen = [m for m in metrics() if m.section == section]
    return [
        (block, [_metric_row(m, summary, cells) for m in members])
        for block, members in groupby(chosen, key=lambda m: m.block)
    ]


def _metric_row(metric: Metric, summary: dict, cells: Cells) -> dict[str, Any]:
    groups = {}
    for group in ("mh", "nmh", "all"):
        if metric.scale == "continuous":
            cell = side_by_side(cells, metric.metric, group, ("mean", "min", "max"), "{} ({}–{})")
        else:
            both = ("count", "pct") if (metric.metric, group, "pct") in cells else ("count",)
            cell = side_by_side(cells, metric.metric, group, both, "{} ({} %)" if len(both) == 2 else "{}")
        mart = summary.get((metric.metric, group), {})
        if cell["ours"] is None and metric.scale == "binary":
            cell["ours"] = str(mart.get("count", 0))
        groups[group] = cell | {"n": mart.get("n", 0), "missing": mart.get("missing", 0)}
    p_value = side_by_side(cells, metric.compared_as, "na", ("p_value",), "{}")
    return {"metric": metric, **groups, "p": p_value, "verdicts": merge(*groups.values(), p_value)}


def _relapse_rows(connection: duckdb.DuckDBPyConnection, cells: Cells) -> list[dict[str, Any]]:
    rates = {(r["t_days"], r["study_group"]): r for r in _records(connection, "marts.relapse_rate")}
    tests = {(t["metric"], t["test"]): t["p_value"] for t in _records(connection, "marts.test")}
    rows = []
    for day in sorted({day for day, _ in rates}):
        metric = f"relapse_rate_day_{day}"
        groups = {
            g: {
                "rate": rates[day, g],
                "printed": side_by_side(cells, metric, g, ("pct",), "{}"),
                "at_risk": side_by_side(cells, f"at_risk_day_{day}", g, ("n",), "{}"),
            }
            for g in ("mh", "nmh")
        }
        p_value = side_by_side(cells, metric, "na", ("p_value",), "{}")
        parts = [c for g in groups.values() for c in (g["printed"], g["at_risk"])]
        rows.append(
            {"day": day, **groups, "p": p_value, "verdicts": merge(*parts, p_value),
             "p_values": {test: tests.get((metric, test)) for test in ("log_rank", "gehan_wilcoxon")}}
        )  # fmt: skip
    return rows


def _adverse_event_rows(connection: duckdb.DuckDBPyConnection, cells: Cells) -> list[dict[str, Any]]:
    counts = {(r["adverse_event"], r["study_group"]): r for r in _records(connection, "marts.adverse_event")}
    tests = {t["metric"]: t["p_value"] for t in _records(connection, "marts.test", "where reported")}
    rows = []
    for metric in (m for m in metrics() if m.section == "adverse_event"):
        everybody = counts.get((metric.metric.removeprefix("ae_"), "all"))
        if everybody is None:
            continue
        groups = {g: side_by_side(cells, metric.metric, g, ("count", "pct"), "{} ({} %)") for g in ("mh", "nmh")}
        both = side_by_side(cells, metric.metric, "all", ("count",), "{}")
        rows.append(
            {"metric": metric, **groups, "all": both, "counts": everybody, "p": tests.get(metric.compared_as),
             "verdicts": merge(*groups.values(), both)}
        )  # fmt: skip
    return rows


def _sensitivity(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The grid in few numbers, its options by choice, and its two named analyses."""
    grid = _records(connection, "marts.sensitivity")
    estimated = [row["hazard_ratio"] for row in grid if row["hazard_ratio"] is not None]
    order = "order by variance_share desc nulls last, choice, hazard_ratio_mean, option"
    options = _records(connection, "marts.sensitivity_choice", order)
    return {
        "combinations": len(grid),
        "estimated": len(estimated),
        "below_1": sum(ratio < 1 for ratio in estimated),
        "significant": sum(row["significant"] for row in options if row["choice"] == "time_zero"),
        "choices": [(choice, list(rows)) for choice, rows in groupby(options, key=lambda row: row["choice"])],
        **{row["reading"]: row for row in grid if row["reading"] != "alternative"},
    }


def _accounting(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Records by feed over all files: what arrived and where it went."""
    feeds: dict[str, dict[str, Any]] = {}
    for row in _records(connection, "staging.accounting", "order by feed"):
        feed = feeds.setdefault(row["feed"], {"feed": row["feed"], **dict.fromkeys(COUNTS, 0)})
        for count in COUNTS:
            feed[count] += row[count]
    return list(feeds.values())


def _quarantine(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int]]:
    """Rule, reason and number of refused records, the most frequent first."""
    found = Counter((r["rule"], r["reason"]) for r in _records(connection, "staging.quarantine"))
    return [(*key, n) for key, n in sorted(found.items(), key=lambda item: (-item[1], item[0]))]
