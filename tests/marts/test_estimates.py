"""`marts.estimates`: each analysis on patients written down by hand, and reasons instead of crashes."""

import datetime as dt

import polars as pl
import pytest

from assets.marts.estimates import estimates
from assets.marts.estimation.row import Analysis
from schemas.study import load

REMISSION = dt.date(2017, 1, 29)
TESTS = pl.DataFrame({"metric": ["sex", "age", "relapse"], "test": ["pearson", "wilcoxon", "log_rank"],
                      "p_value": [0.2, 0.03, 0.01], "reported": True, "n_mh": 3, "n_nmh": 2})  # fmt: skip
# group, colonoscopy, end of tacrolimus, end of follow-up (days after remission), why it ended, age, centre
MIXED = [
    ("mh", 100, 110, 900, "last_contact", 50, "a"),
    ("mh", 200, 190, 950, "data_lock", 40, "a"),
    ("mh", 150, 150, 400, "relapse", 30, "b"),
    ("mh", 300, 290, 700, "colectomy", 45, "b"),
    ("nmh", 30, 30, 130, "relapse", 25, "a"),
    ("nmh", 40, 45, 340, "relapse", 35, "b"),
    ("nmh", 60, 50, 800, "last_contact", 55, "a"),
    ("nmh", 90, 80, 90, "relapse", 28, "b"),  # on the day of the colonoscopy: not free of relapse after it
    (None, None, 70, 500, "relapse", 33, "a"),
    (None, None, 120, 600, "last_contact", 60, "b"),
    (None, None, None, 300, "relapse", 48, "b"),  # tacrolimus still runs
]


def make(rows):
    """`marts.patient` and `marts.follow_up_spell` of these patients."""
    patients, spells = [], []
    for person, (group, scope, off, end, why, age, centre) in enumerate(rows):
        day = {"scope": scope, "off": off}
        patients.append({
            "person_id": person, "study_group": group, "relapse": why == "relapse", "end_reason": why,
            "time_days": end, "remission_on": REMISSION, "age_years": age, "uc_duration_years": person % 4,
            "colonoscopy_on": None if scope is None else REMISSION + dt.timedelta(scope),
            "tac_end_on": None if off is None else REMISSION + dt.timedelta(off),
            "steroid_response": "resistant" if person % 2 else "dependent", "before_tac_cai": 10 + person % 3,
            "tac_duration_days": 28 + (off or end),
        })  # fmt: skip
        cuts = sorted({0, *(d for d in day.values() if d is not None and d < end)})
        for start, stop in zip(cuts, [*cuts[1:], end], strict=True):
            spells.append({
                "person_id": person, "care_site": centre, "start_days": start, "stop_days": stop,
                "relapse": why == "relapse" and stop == end, "end_reason": why if stop == end else None,
                "on_treatment": off is None or start < off,
                "known_group": group if scope is not None and start >= scope else None,
            })  # fmt: skip
    return (
        pl.DataFrame(patients, schema={
            "person_id": pl.Int64, "study_group": pl.String, "relapse": pl.Boolean, "end_reason": pl.String,
            "time_days": pl.Int32, "remission_on": pl.Date, "age_years": pl.Int32, "uc_duration_years": pl.Int32,
            "colonoscopy_on": pl.Date, "tac_end_on": pl.Date, "steroid_response": pl.String,
            "before_tac_cai": pl.Decimal(18, 6), "tac_duration_days": pl.Int32}),
        pl.DataFrame(spells, schema={
            "person_id": pl.Int64, "care_site": pl.String, "start_days": pl.Int32, "stop_days": pl.Int32,
            "relapse": pl.Boolean, "end_reason": pl.String, "on_treatment": pl.Boolean, "known_group": pl.String}),
    )  # fmt: skip


def answer(rows, **parameters):
    found, curves = estimates(*make(rows), TESTS, load().parameters() | {"landmark_days": [100, 300]} | parameters)
    assert found.filter(pl.all_horizontal(pl.col("estimate", "p_value", "reason").is_null())).is_empty()
    return found, curves


@pytest.fixture(scope="module")
def mixed():
    return answer(MIXED, restricted_mean_days=300)


def one(found, **wanted):
    found = found.filter(*(pl.col(column).eq_missing(value) for column, value in wanted.items()))
    assert len(found) == 1
    return found.row(0, named=True)


def test_the_landmark_starts_at_the_colonoscopy_and_leaves_out_who_relapsed_by_then(mixed):
    row = one(mixed[0], analysis="landmark", study_group="nmh", measure="relapse_probability", t_days=100)
    assert (row["n"], row["events"], row["estimate"]) == (3, 1, pytest.approx(1 / 3))
    assert row["time_zero_kind"] == "end_of_treatment_colonoscopy"
    assert '"left_out": {"event_before_landmark": 1}' in row["params"]
    row = one(mixed[0], analysis="naive", study_group="nmh", measure="relapse_probability", t_days=100)
    assert (row["n"], row["events"], row["n_at_risk"], row["estimate"]) == (4, 1, 3, 0.25)


def test_late_entry_counts_nobody_before_the_group_is_known(mixed):
    row = one(mixed[0], analysis="delayed_entry", study_group="mh", measure="relapse_probability", t_days=100)
    assert (row["n"], row["n_at_risk"], row["events"]) == (4, 0, 0)
    row = one(mixed[0], analysis="delayed_entry", study_group="nmh", measure="relapse_probability", t_days=300)
    assert (row["n_at_risk"], row["events"], row["estimate"]) == (2, 1, pytest.approx(1 / 3))


def test_simon_makuch_moves_the_healed_over_on_the_day_they_are_seen(mixed):
    curve = mixed[1].filter(analysis="simon_makuch", study_group="not_mh_so_far")
    assert curve.filter(t_days=100).select("n_at_risk", "events", "moved_on").row(0) == (10, 0, 1)
    row = one(mixed[0], analysis="simon_makuch", study_group="not_mh_so_far", t_days=100)
    assert (row["n"], row["events"], row["n_at_risk"]) == (11, 1, 10)


def test_those_without_a_judged_colonoscopy_have_a_curve_of_their_own(mixed):
    row = one(mixed[0], analysis="not_examined", t_days=300)
    assert (row["study_group"], row["n"], row["events"], row["n_at_risk"]) == ("not_examined", 3, 1, 3)


def test_each_model_says_what_it_holds_equal(mixed):
    held = mixed[0].filter(analysis="time_dependent", measure="hazard_ratio", term="mucosal_healing")
    assert held["adjusted_for"].to_list() == [
        None, "examined", "examined, on_treatment", "examined, on_treatment, age_decades"
    ]  # fmt: skip
    assert set(held["n"]) == {11}
    assert set(held["events"]) == {6}


def test_days_free_of_relapse_are_an_area_with_an_error_of_the_estimate(mixed):
    row = one(mixed[0], analysis="landmark", measure="restricted_mean_days", study_group="nmh")
    # 100 days all, 200 days two of three, relapse on the last day adds nothing
    assert (row["t_days"], row["estimate"]) == (300, pytest.approx(100 + 200 * 2 / 3))
    assert answer(MIXED, restricted_mean_days=5000)[0].filter(measure="restricted_mean_days")["reason"].to_list() == [
        "beyond_follow_up"
    ] * 4  # fmt: skip


def test_colectomy_competes_and_is_no_relapse(mixed):
    row = one(mixed[0], analysis="competing_risks", study_group="mh", measure="colectomy_probability", t_days=300)
    assert (row["events"], row["reason"]) == (0, "no_events")
    found, _ = answer(MIXED, landmark_days=[500])
    row = one(found, analysis="competing_risks", study_group="mh", measure="colectomy_probability")
    assert (row["events"], row["estimate"]) == (1, pytest.approx(0.25))  # one of four left after a relapse of four
    assert one(found, analysis="competing_risks", method="fine_gray", measure="death_subdistribution_hazard_ratio")[
        "reason"
    ] == "no_events"  # fmt: skip


def test_relapses_per_100_patient_years_on_and_off_tacrolimus(mixed):
    rates = mixed[0].filter(analysis="on_treatment", measure="events_per_100_patient_years")
    # days on: 110 190 150 290 30 45 50 80 70 120 300; off: to the end of follow-up
    assert rates.select("study_group", "n", "events", "params").rows() == [
        ("on_tacrolimus", 11, 1, '{"confidence_level": 0.95, "patient_days": 1435}'),
        ("off_tacrolimus", 10, 5, '{"confidence_level": 0.95, "patient_days": 4275}'),
    ]
    assert rates["estimate"].to_list() == pytest.approx([36525 / 1435, 5 * 36525 / 4275])
    row = one(mixed[0], analysis="on_treatment", measure="rate_ratio")
    assert row["estimate"] == pytest.approx(4275 / 1435 / 5)


def test_the_unexamined_bound_the_ratio_from_both_sides(mixed):
    models = mixed[0].filter(pl.col("adjusted_for").is_null(), method="firth_cox", term="mucosal_healing")
    ratio = {name: one(models, analysis=name) for name in ("landmark", "unexamined_best", "unexamined_worst")}
    assert ratio["unexamined_best"]["estimate"] < ratio["landmark"]["estimate"] < ratio["unexamined_worst"]["estimate"]
    # the one on running tacrolimus never reaches the end of treatment
    assert (ratio["landmark"]["n"], ratio["unexamined_best"]["n"]) == (7, 9)


def test_centres_are_pooled_where_there_are_two(mixed):
    centre = mixed[0].filter(analysis="centre", measure="hazard_ratio")
    assert centre.select("care_site", "n").rows() == [("a", 4), ("b", 3), (None, 7)]
    alone, _ = answer([(*row[:-1], "a") for row in MIXED])
    assert alone.filter(analysis="centre", method="inverse_variance")["reason"].to_list() == ["one_centre"] * 2


def test_holm_multiplies_the_smallest_by_all_and_never_falls(mixed):
    holm = mixed[0].filter(analysis="multiplicity")
    assert holm["term"].to_list() == ["relapse", "age", "sex"]
    assert holm["p_value"].to_list() == pytest.approx([0.03, 0.06, 0.2])


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        pytest.param([], "no_events", id="nobody"),
        pytest.param([MIXED[0]], "no_events", id="one patient"),
        pytest.param([MIXED[2]], "no_variation", id="one patient with relapse"),
        pytest.param([MIXED[0], MIXED[6], MIXED[9]], "no_events", id="all censored"),
        pytest.param(MIXED[:4], "no_variation", id="one group"),
        pytest.param(MIXED[8:], "no_events", id="nobody examined"),
        pytest.param([(*row[:5], None, None) for row in MIXED], None, id="ages and centres missing"),
    ],
)
def test_where_nothing_can_be_compared_there_is_a_reason(rows, reason):
    found, _ = answer(rows)
    primary = found.filter(analysis="landmark", method="firth_cox", term="mucosal_healing")
    assert primary["reason"].to_list() == [reason, reason or "no_events"]
    assert set(found["analysis"]) >= {"naive", "landmark", "examination_weights", "unmeasured_confounding"}


def test_a_column_that_the_table_lacks_is_an_error():
    with pytest.raises(ValueError, match="no column hazard"):
        Analysis("naive", "remission", "mes_0_to_1", {}).row("cox", 1, 0, hazard=1.0)
