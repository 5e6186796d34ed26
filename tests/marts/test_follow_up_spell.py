"""`marts.follow_up_spell` at its boundaries: what begins on a day holds from its end."""

import datetime as dt

import pytest

from warehouse import model

REMISSION = dt.date(2017, 1, 29)


def day(number):
    return None if number is None else REMISSION + dt.timedelta(number)


@pytest.mark.parametrize(
    ("patient", "expected"),
    [
        pytest.param(  # end of tacrolimus, colonoscopy, end of follow-up
            (60, 90, 200), [(0, 60, True, None), (60, 90, False, None), (90, 200, False, "mh")], id="in order"
        ),
        pytest.param((90, 60, 200), [(0, 60, True, None), (60, 90, True, "mh"), (90, 200, False, "mh")], id="on drug"),
        pytest.param((60, 60, 200), [(0, 60, True, None), (60, 200, False, "mh")], id="same day"),
        pytest.param((60, 200, 200), [(0, 60, True, None), (60, 200, False, None)], id="colonoscopy on the last day"),
        pytest.param((-3, 0, 200), [(0, 200, False, "mh")], id="both over at remission"),
        pytest.param((None, None, 200), [(0, 200, True, None)], id="still running, not examined"),
        pytest.param((60, 90, 0), [], id="no follow-up"),
        pytest.param((60, 90, None), [], id="no remission"),
    ],
)
def test_stretches_of_one_patient(connection, insert, parameters, patient, expected):
    off, scope, end = patient
    insert("cohorts.index_course", person_id=1, course_id=11, end_on=day(off))
    group = None if scope is None else "mh"
    insert("labels.mucosal_healing", person_id=1, study_group=group, colonoscopy_on=day(scope))
    insert("labels.follow_up", person_id=1, course_id=11, time_zero_on=None if end is None else REMISSION,
           time_days=end, event=None if end is None else True, end_reason="relapse")  # fmt: skip
    insert("omop.person", person_id=1, care_site_id=5)
    insert("omop.care_site", care_site_id=5, care_site_name="demo")
    assert model.build(connection, "marts.follow_up_spell", parameters) == len(expected)
    found = connection.execute(
        "select start_days, stop_days, on_treatment, known_group, relapse, end_reason, care_site "
        "from marts.follow_up_spell order by start_days"
    ).fetchall()
    assert [row[:4] for row in found] == expected
    assert [row[4:] for row in found] == [
        (n == len(found), "relapse" if n == len(found) else None, "demo") for n in range(1, len(found) + 1)
    ]


def test_a_colonoscopy_without_judgement_tells_no_group(connection, insert, parameters):
    insert("cohorts.index_course", person_id=1, course_id=11, end_on=day(60))
    insert("labels.mucosal_healing", person_id=1, study_group=None, colonoscopy_on=day(90))
    insert("labels.follow_up", person_id=1, course_id=11, time_zero_on=REMISSION, time_days=200, event=False)
    insert("omop.person", person_id=1)
    model.build(connection, "marts.follow_up_spell", parameters)
    assert connection.execute("select stop_days, known_group, care_site from marts.follow_up_spell").fetchall() == [
        (60, None, None), (200, None, None)
    ]  # fmt: skip
