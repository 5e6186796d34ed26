"""The machinery of the bias proof: a small run, and the studies that it draws."""

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.prove.null_study import ANALYSES, analyse, draw
from benchmarks.prove.record import write
from benchmarks.prove.rejection import SCENARIOS, Rejections, expected, holds, reject


def test_whoever_was_examined_was_free_of_relapse_until_then() -> None:
    study = draw(np.random.default_rng(1), examined=400)
    assert len(study) == 400
    assert (study["time_days"] > study["landmark_days"]).all()
    waited = dict(study.group_by("healed").agg(pl.col("landmark_days").mean()).iter_rows())
    assert waited[True] > 1.5 * waited[False]


def test_twenty_runs_from_simulation_to_page(tmp_path: Path) -> None:
    found = reject(SCENARIOS[:2], runs=20, seed=3)
    assert [set(r.rejected) for r in found] == [set(ANALYSES)] * 2
    assert found[1].rejected["naive"] > found[1].rejected["landmark"]
    page = write(tmp_path, found, 20, 3, "abc1234", dt.date(2026, 1, 2)).read_text(encoding="utf-8")
    assert "on 2026-01-02 at commit `abc1234`: 20 simulated studies" in page
    assert (tmp_path / "immortal_time.svg").read_text(encoding="utf-8").startswith("<svg")


def test_an_analysis_starts_when_the_group_is_known() -> None:
    """One event on each side after the colonoscopy: from there days 10 and 20, from remission 110 and 30."""
    study = pl.DataFrame(
        {"healed": [True, False], "time_days": [110, 30], "event": [True, True], "landmark_days": [100, 10]}
    )
    p = {name: result.p_value for name, result in analyse(study).items()}
    assert p["landmark"] == pytest.approx(p["naive"])  # the order differs, the distance is the same
    assert analyse(study)["late_entry"].reason == "no_variation"  # never at risk together


@pytest.mark.parametrize(("naive", "landmark", "expected_verdict"), [(60, 25, True), (40, 25, False), (60, 40, False)])
def test_the_verdict(naive: int, landmark: int, expected_verdict: bool) -> None:
    found = Rejections(SCENARIOS[0], {"naive": naive, "landmark": landmark, "late_entry": 25}, pl.DataFrame())
    assert holds([found], runs=500) is expected_verdict
    assert expected(500) == pytest.approx((0.0309, 0.0691), abs=1e-4)
