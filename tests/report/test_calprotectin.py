"""Calprotectin on the page: areas and cut-offs where somebody has a result, no word of it otherwise."""

import duckdb

from assets.report.report import render
from tests.report.conftest import Insert


def test_a_section_only_where_there_are_results(filled: duckdb.DuckDBPyConnection, insert: Insert) -> None:
    for target in ("mucosal_healing", "mayo_0"):
        insert("marts.calprotectin", assay="any", target=target, statistic="auc", patients=0, reason="empty_group")
    assert "calprotectin" not in render(filled).lower()
    filled.execute("delete from marts.calprotectin")
    for target, estimate, lower in (("mucosal_healing", 0.875, 0.75), ("mayo_0", 0.5, None)):
        insert("marts.calprotectin", assay="any", target=target, statistic="auc", patients=31, estimate=estimate,
               lower=lower, upper=lower and 1.0)  # fmt: skip
    insert("marts.calprotectin", assay="any", target="mucosal_healing", statistic="sensitivity", cut_off_ug_g=250,
           patients=20, count=17, estimate=0.85, lower=0.64, upper=0.95)  # fmt: skip
    assert "named the assay of none" in render(filled)
    insert("marts.calprotectin", assay="FEIA", target="mucosal_healing", statistic="auc", patients=4, estimate=1.0)
    insert("marts.calprotectin", assay="FEIA", target="mucosal_healing", statistic="specificity", cut_off_ug_g=300,
           patients=4, count=4, estimate=1.0, lower=0.5, upper=1.0)  # fmt: skip
    page = " ".join(render(filled).split())
    assert "for Mayo 0 or 1: 0.88 (0.75–1.00), 31 patients. Area under the curve for Mayo 0: 0.50, 31 patients." in page
    assert "85.0 %<small>17 of 20; 64.0–95.0</small>" in page
    table = page.partition("Faecal calprotectin")[2].partition("</table>")[0]
    assert table.count('<td class="number">–</td>') == 3 + 3
    assert "named the assay of 4 of 31 results (FEIA 4)" in page
    assert '<td>FEIA</td><td class="number">300</td>' in table
