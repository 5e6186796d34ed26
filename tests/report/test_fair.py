"""What survives a fair look: sentences follow the numbers, and pictures stand without any."""

import json

import pytest

from assets.report import fair
from assets.report.findings import findings
from assets.report.report import render

UNEXAMINED = json.dumps({"unexamined": 17})
CLEAR, OPEN = (0.2, 0.1, 0.4), (0.4, 0.1, 1.6)


def fill(insert, line, found, reason=None):
    values = dict(zip(("estimate", "lower", "upper"), found or (None, None, None), strict=True))
    _, analysis, method, adjusted_for, measure = line
    insert("marts.estimates", analysis=analysis, method=method, adjusted_for=adjusted_for, measure=measure,
           term="mucosal_healing", n=51, events=14, reason=reason, params=UNEXAMINED, **values)  # fmt: skip


@pytest.mark.parametrize(
    ("naive", "primary", "words"),
    [
        (CLEAR, CLEAR, "does not hang on where the clock starts"),
        (CLEAR, OPEN, "what looked clear under the published clock may be chance"),
        (OPEN, CLEAR, "a difference that the published one did not"),
        (OPEN, OPEN, "under neither clock"),
    ],
)
def test_the_clock_is_judged_by_both_intervals(release, insert, naive, primary, words):
    fill(insert, fair.FOREST[0], naive)
    fill(insert, fair.FOREST[fair.PRIMARY], primary)
    [sentence] = findings(release)
    assert words in sentence
    assert f"{primary[0]:.2f} ({primary[1]:.2f}–{primary[2]:.2f})" in sentence


@pytest.mark.parametrize(
    ("aged", "words"), [(CLEAR, "so age does not explain it"), (OPEN, "what is left may be chance")]
)
def test_age_and_the_unexamined_are_told_where_they_were_estimated(release, insert, aged, words):
    for place, found in ((0, CLEAR), (1, CLEAR), (2, aged), (11, OPEN)):
        fill(insert, fair.FOREST[place], found)
    _, age, unexamined = findings(release)
    assert words in age
    assert age.endswith("; 14 relapses are few for two covariates.")
    assert "17 patients" in unexamined
    assert "no longer excludes 1" in unexamined


def test_days_are_told_and_preferred_where_the_ratio_changes(release, insert):
    fill(insert, fair.FOREST[1], CLEAR)
    insert("marts.estimates", analysis="landmark", measure="restricted_mean_difference_days", t_days=500,
           estimate=141.3, lower=38.1, upper=244.5)  # fmt: skip
    assert findings(release)[-1].startswith("In days: within 500 days of the colonoscopy healing goes with 141 (38 to")
    insert("marts.estimates", analysis="landmark", test="proportional_hazards", p_value=0.04)
    assert findings(release)[-1].startswith("The ratio seems to change with time")


def test_relapses_on_and_off_treatment_are_told_with_their_difference(release, insert):
    fill(insert, fair.FOREST[1], CLEAR)
    for group, rate in (("on_tacrolimus", 22.94), ("off_tacrolimus", 15.09), (None, 1.52)):
        insert("marts.estimates", analysis="on_treatment", method="person_time", study_group=group, estimate=rate,
               lower=rate / 2, upper=rate * 2)  # fmt: skip
    told = findings(release)[-1]
    assert told.startswith("Of 100 patients followed for a year in remission 22.9 (11.5 to 45.9) relapse on tacrolimus")
    assert told.endswith("the two may differ by chance.")


def test_without_an_answer_the_reason_is_told(release, insert):
    fill(insert, fair.FOREST[1], None, reason="no_events")
    assert findings(release) == ["From the colonoscopy on no hazard ratio can be given (no events)."]
    assert "What survives a fair look" in render(release)


def test_without_estimates_there_is_no_section_and_pictures_are_empty(release):
    assert findings(release) == []
    assert "What survives a fair look" not in render(release)
    for draw in (fair.clocks, fair.forest):
        assert draw(release).axes


def test_curves_and_open_limits_are_drawn(release, insert):
    for day, share, low, high in ((0, 0.0, 0.0, 0.0), (70, 0.5, 0.1, 0.9), (800, 1.0, None, None)):
        insert("marts.fair_curve", analysis="landmark", study_group="nmh", t_days=day, relapse_probability=share,
               lower=low, upper=high, events=1, n_at_risk=3)  # fmt: skip
    insert("marts.estimates", analysis="landmark", study_group="nmh", measure="relapse_probability", t_days=300,
           n_at_risk=7)  # fmt: skip
    fill(insert, fair.FOREST[1], (0.1, None, None))
    panel = fair.clocks(release).axes[1]
    assert panel.lines[0].get_ydata().tolist() == [0, 50, 100]
    assert "0.10 (0–∞)" in [text.get_text() for text in fair.forest(release).axes[0].texts]
