"""The paper's audit from its figures alone, each search at its boundary, and another paper's table."""

import re
from pathlib import Path

import numpy as np
import pytest

from assets.audit import comparisons, curve, numbers
from assets.audit.comparisons import Scores
from assets.audit.figure_table import FigureTable, Printed, read, sums
from assets.audit.finding import Finding
from assets.audit.run import audit, ours
from assets.statistics.rank import wilcoxon
from schemas.published import PUBLISHED_ON

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def found() -> dict[str, Finding]:
    return {finding.finding_id: finding for finding in audit(ours(), PUBLISHED_ON)}


def test_what_no_data_can_show(found: dict[str, Finding]) -> None:
    assert {name for name, finding in found.items() if finding.verdict == "impossible"} == {
        "curve:relapse_rate:nmh",
        "at_risk:relapse_rate_day_100:mh",
        "at_risk:relapse_rate_day_300:mh",
        "at_risk:relapse_rate_day_100:nmh",
        "at_risk:relapse_rate_day_300:nmh",
        "at_risk:relapse_rate_day_1000:nmh",
        "spread:follow_up:all",
        "rank_test:endtac_mayo",
        "rank_test:endtac_uceis",
    }
    assert (found["curve:relapse_rate:nmh"].lower, found["curve:relapse_rate:nmh"].upper) == (23, 24)
    assert found["at_risk:relapse_rate_day_300:nmh"].upper == pytest.approx(21.43, abs=0.005)
    assert found["rank_test:endtac_uceis"].upper == pytest.approx(4.8e-7, rel=0.02)


def test_what_contradicts_itself(found: dict[str, Finding]) -> None:
    assert {name for name, finding in found.items() if finding.verdict == "contradiction"} == {
        "twin:relapse_rate_day_1000:nmh",
        "unit:trough",
        "one_test:counts",
    }
    assert found["unit:trough"].upper == 100


def test_what_no_test_gives(found: dict[str, Finding]) -> None:
    names = {name for name, finding in found.items() if finding.verdict == "not_reproducible"}
    assert {name for name in names if not name.startswith("proportion")} == {
        "table_test:sex", "table_test:steroid_responsiveness", "rank_test:prepsl_mayo", "rank_test:pretac_mayo",
    }  # fmt: skip
    assert len(names) == 8  # and the four rates that are no proportion


def test_what_holds(found: dict[str, Finding]) -> None:
    assert found["curve:relapse_rate:mh"].verdict == "consistent"
    assert found["table_test:aza"].statement.endswith("by pearson.")
    assert found["table_test:steroid_free_24w"].statement.endswith("by fisher.")
    assert found["grim:endtac_uceis:nmh"].computed == "round: none, truncate: [62]"
    assert found["display:all"].statement == "All 8 figures that tell can only have been truncated."
    assert "1 give P <0.05; it depends on the test" in found["crude_test:relapse_rate_day_300"].statement


@pytest.mark.parametrize(
    ("patients", "rates", "possible"),
    [
        (4, ["25", "50"], True),
        (4, ["25", "62.5"], True),  # one event, one censoring, then one of two
        (4, ["25", "60"], False),
        (14, ["8", "43", "75", "81"], False),
        (23, ["8", "43", "75", "81"], True),
        (3, ["50", "40"], False),  # never falls
        (3, ["0", "33"], True),
    ],
)
def test_a_curve_is_an_order_of_events_and_censorings(patients: int, rates: list[str], possible: bool) -> None:
    windows = [list(curve.windows(rate).values()) for rate in rates]
    assert curve.feasible(patients, windows) is possible


def test_a_mean_of_whole_numbers() -> None:
    assert sums("1.19", 41) == {"round": [], "truncate": [49]}
    assert sums("0.63", 41) == {"round": [26], "truncate": [26]}
    assert sums("3.48", 20) == {"round": [], "truncate": []}


def test_mean_and_deviation_need_a_highest_value() -> None:
    """Half at 0 and half at 10: mean 5, and no wider spread is possible."""
    assert numbers._needed("5.2705", "5.0000", 0.0, 10) == pytest.approx(10, abs=0.01)  # noqa: SLF001 - the bound itself


def test_all_score_distributions_and_their_p_values() -> None:
    """Three patients, scores 0 to 2 with both ends taken, sum 3: only 0, 1, 2."""
    ways = comparisons._distributions(0, 2, 3, [3])  # noqa: SLF001 - the search itself
    assert ways is not None
    assert ways.tolist() == [[1, 1, 1]]
    results = comparisons._wilcoxon(Scores(0, ways), Scores(1, np.array([[2, 0, 1]])))  # noqa: SLF001
    expected = wilcoxon([0, 1, 2], [1, 1, 3])
    assert [results[r.test][0] for r in expected] == pytest.approx([r.p_value for r in expected])


def test_another_paper_s_table(tmp_path: Path) -> None:
    """The example of the documentation."""
    example = re.findall(r"```csv\n(.*?)```", (ROOT / "docs" / "audit.md").read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "figures.csv"
    file.write_text(example[0], encoding="utf-8")
    verdicts = {finding.finding_id: finding.verdict for finding in audit(read(file))}
    assert verdicts == {
        "at_risk:relapse_day_200:drug": "impossible",
        "grim:pain:drug": "impossible",
        "curve:relapse:drug": "consistent",
        "proportion:relapse_day_100:drug": "consistent",
        "proportion:relapse_day_200:drug": "not_reproducible",
        "table_test:sex": "consistent",
    }


@pytest.mark.parametrize(
    ("text", "fault"),
    [("metric_id,group\nage,all\n", "statistic, printed"), ("", "no rows"),
     ("metric_id,group,statistic,printed\nage,,mean,4\n", "line 2 has no group")],
)  # fmt: skip
def test_a_table_that_is_none_says_why(tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=fault):
        read(file)


def test_nothing_to_compare_is_no_finding() -> None:
    assert audit(FigureTable([Printed("age", "all", "mean", "40.2", unit="years")])) == []


def test_a_curve_that_starts_at_nothing_is_a_curve() -> None:
    table = FigureTable(
        [Printed("cohort_a", "a", "n", "3"), Printed("r_day_1", "a", "pct", "0"), Printed("r_day_2", "a", "pct", "33")]
    )
    assert {f.finding_id: f.verdict for f in audit(table)}["curve:r:a"] == "consistent"
