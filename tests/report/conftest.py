"""A release of marts and quality tables, filled by hand, its pictures blank; the page needs no other layer."""

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest

from assets.marts.figures import Ours
from assets.marts.paper_comparison import paper_comparison
from assets.report.pictures import PICTURES
from schemas import contract, published
from schemas.contract import LAYERS, contracts

Insert = Callable[..., None]
STEPS = {
    "tacrolimus": (1, 40), "clinical_remission": (2, 30), "end_of_treatment_colonoscopy": (3, 20),
    "healing_not_judged": (4, 1), "mucosal_healing": (4, 12), "no_mucosal_healing": (4, 7),
}  # fmt: skip


@pytest.fixture
def release() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        for layer in LAYERS:
            opened.execute(f"create schema {layer}")
        for table in contracts("marts"):
            opened.execute(table.ddl().replace(" not null", ""))
        for step, (number, n) in STEPS.items():
            opened.execute(
                "insert into marts.attrition (step_number, step, label, n, left_before, parameter_hash, "
                "definition_version) values (?, ?, ?, ?, 10, 'ab12', '9.9')",
                [number, step, step.capitalize(), n],
            )
        for picture in PICTURES:
            blank = f'<svg id="{picture.name}-blank"></svg>'
            opened.execute("insert into marts.picture (name, svg) values (?, ?)", [picture.name, blank])
        yield opened


@pytest.fixture
def insert(release: duckdb.DuckDBPyConnection) -> Insert:
    def insert(table: str, **values: Any) -> None:
        known = "select 1 from information_schema.tables where table_schema || '.' || table_name = ?"
        if not release.execute(known, [table]).fetchall():
            release.execute(contract.load(table).ddl().replace(" not null", ""))
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" for _ in values)
        release.execute(f"insert into {table} ({names}) values ({marks})", list(values.values()))

    return insert


@pytest.fixture
def filled(release: duckdb.DuckDBPyConnection, insert: Insert) -> duckdb.DuckDBPyConnection:
    """Curves, tables and a comparison in which one figure is exact and all others are not."""
    for group in ("mh", "nmh"):
        for day, rate in ((0, 0.0), (70, 10.0), (800, 20.0)):
            low, high = (rate / 2, rate * 2) if day < 800 else (None, None)
            insert("marts.survival_curve", study_group=group, t_days=day, relapse_percent=rate,
                   lower_percent=low, upper_percent=high)  # fmt: skip
        for day in range(0, 1600, 100):
            insert("marts.at_risk", study_group=group, t_days=day, n_at_risk=12)
        for day in (100, 300):
            insert("marts.relapse_rate", study_group=group, t_days=day, n_at_risk=11, events=1,
                   relapse_percent=None if day == 300 else 7.3171,
                   reason="beyond_follow_up" if day == 300 else None)  # fmt: skip
        for day in (0, 2, 14):
            insert("marts.trough_trajectory", study_group=group, from_day=day, to_day=day + 1, patients=9,
                   lower_quartile_ng_ml=8.0, median_ng_ml=10.0, upper_quartile_ng_ml=12.0)  # fmt: skip
        insert("marts.endoscopic_change", study_group=group, score="uceis_total", before=7, after=1, patients=6)
    insert("marts.test", metric="relapse", test="log_rank", p_value=0.00001, reported=True)
    comparison = paper_comparison(
        published.figures(), {("prepsl_cai", "mh", "mean"): Ours(13.37), ("cohort_mh", "mh", "n"): Ours(12)}, 0.05
    )
    release.register("comparison", comparison)
    release.execute("insert into marts.paper_comparison by name select * from comparison")
    return release
