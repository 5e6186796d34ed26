"""`mucosa audit` on a table of one's own."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from warehouse.errors import UsageError

TABLE = """metric_id,group,statistic,printed,unit
cohort_a,a,n,20,patients
pain,a,mean,3.48,score
recovered,a,pct,35,%
recovered,a,count,7,patients
"""


def test_what_is_consistent_shows_on_request_only(tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(TABLE, encoding="utf-8")
    short, whole = (CliRunner().invoke(app, ["audit", str(file), *words]).output for words in ([], ["--all"]))
    assert "impossible  grim:pain:a" in short
    assert "share:recovered:a" not in short
    assert "consistent  share:recovered:a" in whole
    assert "4 figures, 2 findings: 1 impossible, 0 contradiction, 0 not reproducible, 1 consistent." in whole


@pytest.mark.parametrize("words", [["absent.csv"], ["--published-on", "yesterday"]])
def test_a_wrong_call_is_a_usage_error(words: list[str]) -> None:
    result = CliRunner().invoke(app, ["audit", *words])
    assert isinstance(result.exception, UsageError)
