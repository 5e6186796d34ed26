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


def test_every_landed_record_is_somewhere(connection, insert, parameters):
    insert("raw.file", records=11)
    insert("staging.accounting", feed="lab_result", accepted=9, superseded=1)
    insert("staging.quarantine", rule="lab_result.value.accepted_range")
    insert("fhir.patient", id="1")
    insert("omop.person", person_id=1)
    for number, status in ((2, "active"), (3, "cancelled"), (4, "active")):
        insert("fhir.medication_request", id=str(number), status=status)
    insert("fhir.medication_administration", id="5")
    insert("omop.drug_exposure", drug_exposure_id=2)
    for number, status in ((6, "final"), (7, "final"), (8, "cancelled")):
        insert("fhir.observation", id=str(number), status=status)
    insert("fhir.observation", id="9", partOf=[{"reference": "Procedure/10"}])  # a finding of the same record
    insert("fhir.procedure", id="10")
    insert("omop.procedure_occurrence", procedure_occurrence_id=10)
    for number in (6, 7):
        insert("omop.measurement", measurement_id=number)
    model.build(connection, "marts.record_flow", parameters)
    found = connection.execute(
        "select step, reason, records from marts.record_flow order by position, reason"
    ).fetchall()
    assert found == [
        ("landed", None, 11),
        ("accepted", "refused_accepted_range", 1), ("accepted", "superseded", 1), ("accepted", None, 9),
        ("fhir", None, 9),
        ("omop", "dose_not_given", 1), ("omop", "order_cancelled", 1), ("omop", "order_stands_as_doses_given", 1),
        ("omop", "result_cancelled", 1), ("omop", None, 5),
    ]  # fmt: skip


def test_every_delivered_patient_is_somewhere(study, insert, parameters):
    insert("staging.accounting", feed="patient", accepted=13, quarantined=1)
    for person in range(12):
        insert("omop.person", person_id=100 + person)
    for person in range(10):
        insert("cohorts.eligibility", person_id=100 + person)
    model.build(study, "marts.patient_flow", parameters)
    found = study.execute(
        "select step, reason, patients from marts.patient_flow order by position, step, reason"
    ).fetchall()
    assert found == [
        ("delivered", None, 14),
        ("person", "record_refused", 1), ("person", "same_person", 1), ("person", None, 12),
        ("any_tacrolimus", "no_tacrolimus", 2), ("any_tacrolimus", None, 10),
        ("tacrolimus", "other_indication", 2), ("tacrolimus", None, 8),
        ("clinical_remission", "cai_missing", 1), ("clinical_remission", None, 7),
        ("end_of_treatment_colonoscopy", None, 7),
        ("healing_not_judged", None, 1), ("mucosal_healing", None, 4), ("no_mucosal_healing", None, 2),
    ]  # fmt: skip
