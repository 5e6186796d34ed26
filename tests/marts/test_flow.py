"""`marts.attrition` and `marts.attrition_reason`: everybody is somewhere, and nobody twice."""

from warehouse import model


def test_every_step_counts_those_who_reached_it(study, parameters):
    model.build(study, "marts.patient", parameters)
    model.build(study, "marts.attrition", parameters)
    found = study.execute(
        "select step, n, left_before, follow_up_total_days from marts.attrition order by step_number, step"
    ).fetchall()
    assert found == [
        ("tacrolimus", 8, 0, 5960),
        ("clinical_remission", 7, 1, 5900),
        ("end_of_treatment_colonoscopy", 7, 0, 5900),
        ("healing_not_judged", 1, 0, 500),
        ("mucosal_healing", 4, 0, 4400),
        ("no_mucosal_healing", 2, 0, 1000),
    ]


def test_an_empty_study_still_has_its_steps(connection, parameters):
    model.build(connection, "marts.patient", parameters)
    assert model.build(connection, "marts.attrition", parameters) == 6
    found = connection.execute("select distinct n, left_before, follow_up_mean_days from marts.attrition").fetchall()
    assert found == [(0, 0, None)]


def test_reasons_are_counted_by_step(study, parameters):
    model.build(study, "marts.patient", parameters)
    model.build(study, "marts.attrition_reason", parameters)
    found = study.execute("select step, reason, patients from marts.attrition_reason order by step").fetchall()
    assert found == [("clinical_remission", "cai_missing", 1), ("tacrolimus", "other_indication", 2)]
