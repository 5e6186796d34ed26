"""`marts.trough_trajectory`: periods, one value a patient, and no quartile of too few."""

import pytest

from warehouse import model


def build(study, insert, parameters, troughs):
    for person, day, value, valid in troughs:
        insert("labels.tacrolimus_trough", person_id=person, day=day, trough_ng_ml=value, valid_trough=valid)
    model.build(study, "marts.patient", parameters)
    model.build(study, "marts.trough_trajectory", parameters)
    return study.execute(
        """select study_group, from_day, to_day, patients, troughs, median_ng_ml, reason
        from marts.trough_trajectory order by all"""
    ).fetchall()


@pytest.mark.parametrize(
    ("day", "period"),
    [(0, (0, 1)), (1, (0, 1)), (13, (12, 13)), (14, (14, 20)), (55, (49, 55)), (56, (56, 83)), (84, (84, 111))],
)
def test_periods_widen_with_time(study, insert, parameters, day, period):
    [row] = build(study, insert, parameters, [(1, day, 12.0, True)])
    assert row[1:3] == period


def test_a_patient_counts_once_however_often_blood_was_drawn(study, insert, parameters):
    troughs = [(1, 2, 8.0, True), (1, 2, 10.0, True), (1, 3, 12.0, True), (2, 3, 14.0, True)]
    assert build(study, insert, parameters, troughs) == [("mh", 2, 3, 2, 4, 12.0, None)]


def test_few_patients_and_other_levels_show_nothing(study, insert, parameters):
    troughs = [(5, 2, 8.0, True), (6, 2, 40.0, False), (7, 2, 9.0, True)]
    assert build(study, insert, parameters, troughs) == [("nmh", 2, 3, 1, 1, None, "too_few_patients")]
