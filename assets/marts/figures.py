"""Our figures under the names of the printed ones, exact where the tables hold sums and counts."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import duckdb

from assets.statistics.display import Number
from schemas.published import Key


class Ours(NamedTuple):
    """One figure; a p-value carries the test that is reported and the p-values of all tests."""

    value: Number
    test: str | None = None
    p_values: dict[str, float] | None = None


def our_figures(connection: duckdb.DuckDBPyConnection) -> dict[Key, Ours]:
    """Every figure that the marts hold, and what the proofs about printed ones need; one without a value is absent."""
    found: dict[Key, Number | None] = {}
    found |= _flow(connection) | _tables(connection) | _adverse_events(connection) | _relapse(connection)
    ours = {key: Ours(value) for key, value in found.items() if value is not None}
    return ours | _p_values(connection)


def _share(count: int, n: int) -> Fraction | None:
    return Fraction(100 * count, n) if n else None


def _flow(connection: duckdb.DuckDBPyConnection) -> dict[Key, Number | None]:
    steps = {
        step: rest
        for step, *rest in connection.execute(
            "select step, n, follow_up_n, follow_up_total_days, follow_up_sd_days from marts.attrition"
        ).fetchall()
    }
    n, followed, total, sd = steps["tacrolimus"]
    return {
        ("cohort_tac_treated", "all", "count"): n,
        ("cohort_clinical_remission", "all", "count"): steps["clinical_remission"][0],
        ("cohort_end_of_tac_colonoscopy", "all", "count"): steps["end_of_treatment_colonoscopy"][0],
        ("cohort_mh", "mh", "n"): steps["mucosal_healing"][0],
        ("cohort_nmh", "nmh", "n"): steps["no_mucosal_healing"][0],
        ("follow_up", "all", "mean"): Fraction(total, followed) if followed else None,
        ("follow_up", "all", "sd"): sd,
    }


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[Key, Number | None]:
    found: dict[Key, Number | None] = {}
    rows = connection.execute(
        """select metric, study_group, n, total, minimum, maximum, count
        from (from marts.baseline union all from marts.end_of_treatment)"""
    ).fetchall()
    for metric, group, n, total, minimum, maximum, count in rows:
        if count is not None:
            found |= {(metric, group, "count"): count, (metric, group, "pct"): _share(count, n)}
            continue
        found[metric, group, "mean"] = Fraction(total) / n if n else None
        found |= {(metric, group, "min"): minimum, (metric, group, "max"): maximum, (metric, group, "n"): n}
        if metric == "prepsl_mayo":
            found["prepsl_endoscopy", group, "n"] = n
    return found


def _adverse_events(connection: duckdb.DuckDBPyConnection) -> dict[Key, Number | None]:
    found: dict[Key, Number | None] = {}
    for event, group, n, count, stopped in connection.execute(
        "select adverse_event, study_group, n, count, led_to_stop from marts.adverse_event"
    ).fetchall():
        found[f"ae_{event}", group, "count"] = count
        found[f"ae_{event}", group, "pct"] = _share(count, n)
        if event == "any":
            found["ae_leading_to_discontinuation", group, "count"] = stopped
    return found


def _relapse(connection: duckdb.DuckDBPyConnection) -> dict[Key, Number | None]:
    found: dict[Key, Number | None] = {}
    for group, day, percent, n_at_risk in connection.execute(
        "select study_group, t_days, relapse_percent, n_at_risk from marts.relapse_rate"
    ).fetchall():
        found[f"relapse_rate_day_{day}", group, "pct"] = percent
        found[f"at_risk_day_{day}", group, "n"] = n_at_risk
    # What the proofs need: how many the curve starts with, and how many relapse on the landmark itself.
    for group, n_at_risk in connection.execute(
        "select study_group, n_at_risk from marts.at_risk where t_days = 0"
    ).fetchall():
        found["at_risk_day_0", group, "n"] = n_at_risk
    for group, day, count in connection.execute(
        """select r.study_group, t_days, r.events - a.events
        from marts.relapse_rate as r join marts.at_risk as a using (study_group, t_days)"""
    ).fetchall():
        found[f"relapse_on_day_{day}", group, "count"] = count
    return found


def _p_values(connection: duckdb.DuckDBPyConnection) -> dict[Key, Ours]:
    found: dict[Key, Ours] = {}
    rows = connection.execute(
        """select metric, max(test) filter (where reported), max(p_value) filter (where reported),
            map_from_entries(list((test, p_value) order by test))
        from marts.test where p_value is not null group by metric order by metric"""
    ).fetchall()
    for metric, test, p_value, all_p in rows:
        if p_value is not None:
            found[metric, "na", "p_value"] = Ours(p_value, test, all_p)
    events = [ours.value for (metric, _, _), ours in found.items() if metric.startswith("ae_")]
    if events:  # the groups differ in adverse events if any single event differs
        found["ae_prevalence", "na", "p_value"] = Ours(min(Decimal(str(p)) for p in events), "fisher")
    return found
