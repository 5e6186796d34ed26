"""`marts.adverse_event`: patients, not events, and a row for what nobody had."""

from warehouse import model


def test_patients_are_counted_once_and_only_in_the_judged_groups(study, parameters):
    model.build(study, "marts.patient", parameters)
    assert model.build(study, "marts.adverse_event", parameters) == 15
    found = {
        tuple(row[:2]): tuple(row[2:])
        for row in study.execute(
            "select adverse_event, study_group, n, count, recorded, laboratory, led_to_stop from marts.adverse_event"
        ).fetchall()
    }
    assert found["tremor", "mh"] == (4, 1, 1, 0, 0)
    assert found["tremor", "nmh"] == (2, 1, 0, 1, 0)
    assert found["tremor", "all"] == (6, 2, 1, 1, 0)
    assert found["headache", "mh"] == (4, 1, 1, 0, 1)
    assert found["any", "mh"] == (4, 1, 1, 0, 1)
    assert found["hypomagnesemia", "all"] == (6, 0, 0, 0, 0)


def test_without_patients_there_is_no_percentage(connection, parameters):
    model.build(connection, "marts.patient", parameters)
    model.build(connection, "marts.adverse_event", parameters)
    assert connection.execute("select distinct n, count, percent from marts.adverse_event").fetchall() == [(0, 0, None)]
