"""`marts.trough_heat`: one value a patient and period, bands closed below and open above."""

import pytest

from warehouse import model


def build(study, insert, parameters, troughs):
    for person, day, value, valid in troughs:
        insert("labels.tacrolimus_trough", person_id=person, day=day, trough_ng_ml=value, valid_trough=valid)
    for table in ("marts.patient", "marts.trough_trajectory", "marts.trough_heat"):
        model.build(study, table, parameters)
    return study.execute(
        "select study_group, from_day, to_day, from_ng_ml, to_ng_ml, patients, share"
        " from marts.trough_heat order by all"
    ).fetchall()


def test_the_median_of_a_patient_falls_into_one_band(study, insert, parameters):
    troughs = [(1, 2, 8.0, True), (1, 2, 9.0, True), (1, 3, 14.0, True), (2, 3, 9.9, True), (3, 2, 10.0, True)]
    assert build(study, insert, parameters, troughs) == [
        ("mh", 2, 3, 7.5, 10.0, 2, pytest.approx(2 / 3)), ("mh", 2, 3, 10.0, 12.5, 1, pytest.approx(1 / 3))
    ]  # fmt: skip


def test_the_highest_band_has_no_end_and_few_patients_no_cell(study, insert, parameters):
    troughs = [(1, 2, 20.0, True), (2, 2, 41.0, True), (3, 2, 9.0, False), (5, 2, 8.0, True)]
    assert build(study, insert, parameters, troughs) == [("mh", 2, 3, 20.0, None, 2, 1.0)]
