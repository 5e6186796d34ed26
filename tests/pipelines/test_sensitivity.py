"""The grid over the paper's cohort: its naive cell is the study's own analysis, and the audit stands beside it."""

import pytest

from warehouse import connection
from warehouse.places import Places


def test_the_naive_combination_is_the_study_s_own_analysis(published: Places) -> None:
    with connection.connect(published.published, read_only=True) as release:
        [naive] = release.execute(
            """select n_mh, n_nmh, events_mh, events_nmh, relapse_percent_300_mh, relapse_percent_300_nmh, log_rank_p
            from marts.sensitivity where reading = 'naive'"""
        ).fetchall()
        rates = release.execute(
            """select relapse_percent from marts.relapse_rate
            where t_days = 300 and study_group <> 'all' order by study_group"""
        ).fetchall()
        [p_value] = release.execute(
            "select p_value from marts.test where metric = 'relapse' and test = 'log_rank'"
        ).fetchall()
        [combinations] = release.execute("select count(*), count(hazard_ratio) from marts.sensitivity").fetchall()
    assert naive[:4] == (41, 14, 7, 11)
    assert naive[4:6] == pytest.approx([rate for (rate,) in rates])
    assert naive[6] == pytest.approx(p_value[0])
    assert combinations == (216, 216)


def test_the_audit_of_the_printed_figures_is_published(published: Places) -> None:
    with connection.connect(published.published, read_only=True) as release:
        verdicts = dict(release.execute("select verdict, count(*) from marts.paper_audit group by 1").fetchall())
    assert verdicts == {"impossible": 9, "contradiction": 3, "not_reproducible": 8, "consistent": 46}
