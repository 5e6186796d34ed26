"""One bad record of each kind of rule goes to quarantine under its file, line and rule; the rest loads."""

from schemas import extract

BAD = [
    ("lab_result", {"status": ""}, "lab_result.status.required"),
    ("patient", {"patient_id": "P2", "birth_date": "2000-02-30"}, "patient.birth_date.type"),
    ("encounter", {"started_at": "2020-01-01T24:00"}, "encounter.started_at.type"),
    ("condition", {"onset_on": "2005-13"}, "condition.onset_on.type"),
    ("endoscopy", {"mayo_endoscopic_subscore": "1~2"}, "endoscopy.mayo_endoscopic_subscore.type"),
    ("medication_request", {"dose": "1,5"}, "medication_request.dose.type"),
    ("condition", {"icd10_code": "山田"}, "condition.icd10_code.pattern"),
    ("condition", {"icd10_code": "YAMADA-TARO-1980"}, "condition.icd10_code.pattern"),
    ("condition", {"icd10_code": "K51.TARO"}, "condition.icd10_code.pattern"),
    ("condition", {"medis_code": "MRN0012345"}, "condition.medis_code.pattern"),
    ("condition", {"medis_code": "19820213"}, "condition.medis_code.pattern"),
    ("procedure", {"code": "see note"}, "procedure.code.pattern"),
    ("procedure", {"code": "09012345678"}, "procedure.code.pattern"),
    ("lab_result", {"code": "KANA/YAMADA_TARO"}, "lab_result.code.pattern"),
    ("lab_result", {"code": "19820213"}, "lab_result.code.pattern"),
    ("vital_sign", {"code": "3A010000002327101"}, "vital_sign.code.pattern"),
    ("medication_request", {"product_code": "090-1234-5678", "dose_unit": "mg"},
     "medication_request.product_code.pattern"),
    ("medication_administration", {"product_code": "yamada@example.jp"},
     "medication_administration.product_code.pattern"),
    ("adverse_event", {"icd10_code": "TanakaHanako"}, "adverse_event.icd10_code.pattern"),
    ("adverse_event", {"suspected_product_code": "DEMO-TANAKA"}, "adverse_event.suspected_product_code.pattern"),
    ("encounter", {"class": "HOME"}, "encounter.class.values"),
    ("endoscopy", {"mayo_endoscopic_subscore": "4"}, "endoscopy.mayo_endoscopic_subscore.range"),
    ("medication_request", {"dose": "-1"}, "medication_request.dose.range"),
    ("lab_result", {"code": "11253-2", "unit": "ng/mL", "value": "1500"}, "lab_result.value.accepted_range"),
    ("vital_sign", {"value": "19.9"}, "vital_sign.value.accepted_range"),
    ("lab_result", {"value": "9" * 30}, "lab_result.value.type"),
    ("lab_result", {"value": "-1"}, "lab_result.value.accepted_range"),
    ("lab_result", {"code": "11253-2", "unit": "ng/dL", "value": "8"}, "lab_result.unit.unit"),
    ("lab_result", {"unit": ""}, "lab_result.unit.unit"),
    ("vital_sign", {"unit": ""}, "vital_sign.unit.required"),
    ("medication_request", {"product_code": "9999999X9999"}, "medication_request.product_code.product"),
    ("medication_request", {"start_on": "2020-07-01"}, "medication_request.start_on.after_delivery"),
    ("condition", {"onset_on": "2020-07"}, "condition.onset_on.after_delivery"),
    ("procedure", {"performed_at": "2020-07-01 00:00"}, "procedure.performed_at.after_delivery"),
    ("lab_result", {"patient_id": "P9"}, "lab_result.patient_id.reference"),
    ("lab_result", {"encounter_id": "E9"}, "lab_result.encounter_id.reference"),
    ("medication_administration", {"request_id": "M9"}, "medication_administration.request_id.reference"),
    ("activity_score", {"total": "9"}, "activity_score.total.sum_of_items"),
    ("endoscopy", {"uceis_total": "5"}, "endoscopy.uceis_total.sum_of_components"),
    ("encounter", {"ended_at": "2020-01-01T08:59"}, "encounter.ended_at.after_start"),
]  # fmt: skip


def key(feed: str) -> str:
    return extract.load(feed).key[0]


def test_each_bad_record_is_quarantined_under_its_rule_and_its_neighbours_load(staged) -> None:
    """One delivery holds every bad record: per feed a valid one, then the bad ones as listed."""
    records: dict[str, list[dict[str, str]]] = {feed: [{}] for feed in extract.FEEDS}
    expected = []
    for feed, change, rule in BAD:
        records[feed].append({key(feed): f"B{len(expected)}"} | change)
        number = len(records[feed])
        expected.append((feed, number, number + 1, rule, rule.split(".")[1]))
    out = staged(**records)
    found = out.sql("select feed, record, line, rule, column_name from staging.quarantine").fetchall()
    assert sorted(found) == sorted(expected)
    tally = out.sql("select feed, records, accepted, quarantined, superseded from staging.accounting").fetchall()
    assert sorted(tally) == sorted((feed, len(r), 1, len(r) - 1, 0) for feed, r in records.items())


def test_further_broken_rules_are_listed_after_the_first_in_column_order(staged) -> None:
    out = staged(lab_result=[{"status": "odd", "reported_at": "", "unit": "mg/gallon"}])
    assert out.sql("select rule, also from staging.quarantine").fetchall() == [
        ("lab_result.reported_at.required", ["lab_result.unit.unit", "lab_result.status.values"])
    ]


def test_a_ragged_record_is_quarantined_without_shifting_its_neighbours(hospital, warehouse) -> None:
    with hospital.file("procedure").open("a", encoding="utf-8") as file:
        file.write("O2,P1,,26390003\nO3,P1,,26390003,2020-01-03T08:00,surplus\nO4,P1,,26390003,2020-01-04T08:00\n")
    hospital.stage(warehouse)
    found = warehouse.sql("select record, line, rule, column_name from staging.quarantine order by record").fetchall()
    assert found == [(2, 3, "procedure.record.fields", None), (3, 4, "procedure.record.fields", None)]
    dates = warehouse.sql("select performed_at::date::varchar from staging.procedure order by all").fetchall()
    assert dates == [("2020-01-02",), ("2020-01-04",)]


def test_a_refused_patient_takes_the_records_that_name_him(staged) -> None:
    out = staged(patient=[{"sex": "?"}], procedure=[{}])
    rules = {rule for (rule,) in out.sql("select rule from staging.quarantine where feed <> 'patient'").fetchall()}
    assert rules == {f"{feed}.patient_id.reference" for feed in (
        "encounter", "condition", "medication_request", "medication_administration", "monitoring_order",
        "lab_result", "vital_sign", "activity_score", "endoscopy", "procedure", "adverse_event")}  # fmt: skip


def test_a_refused_visit_is_forgotten_by_the_records_that_name_it(staged) -> None:
    out = staged(encounter=[{"class": "HOME"}], lab_result=[{"encounter_id": "E1"}])
    assert out.sql("select rule from staging.quarantine").fetchall() == [("encounter.class.values",)]
    assert out.sql("select encounter_key from staging.lab_result").fetchall() == [(None,)]


def test_a_reference_to_another_patients_visit_is_refused(staged) -> None:
    out = staged(patient=[{}, {"patient_id": "P2"}], procedure=[{"patient_id": "P2", "encounter_id": "E1"}])
    assert out.sql("select rule from staging.quarantine").fetchall() == [("procedure.encounter_id.reference",)]


FAULTLESS = [
    ("activity_score", {"total": ""}),
    ("activity_score", {"stool_frequency": ""}),
    ("endoscopy", {"uceis_bleeding": ""}),
    ("endoscopy", {"mayo_endoscopic_subscore": ""}),
    ("endoscopy", {"mayo_endoscopic_subscore": "3.0"}),
    ("lab_result", {"value": "", "unit": "", "reference_low": "0"}),
    ("lab_result", {"code": "9-1", "unit": "cells"}),
    ("lab_result", {"value": "60"}),
    ("medication_request", {"product_code": "9999999X9999", "dose_unit": "mg"}),
    ("medication_request", {"product_code": "DEMO-PSL1", "dose_unit": "tablet"}),
    ("lab_result", {"code": "3A010000002327101"}),
    ("lab_result", {"code": "3A010-0000-023-271"}),
    ("condition", {"icd10_code": "M19"}),
    ("condition", {"icd10_code": "S72.00", "medis_code": "20099999"}),
    ("medication_request", {"start_on": "2020-06-30", "days_supply": "365"}),
    ("condition", {"onset_on": "2020"}),
    ("condition", {"onset_on": ""}),
]


def test_what_is_missing_unknown_or_at_the_limit_is_no_fault(staged) -> None:
    records: dict[str, list[dict[str, str]]] = {}
    for number, (feed, change) in enumerate(FAULTLESS):
        records.setdefault(feed, [{}]).append({key(feed): f"N{number}"} | change)
    out = staged(**records)
    assert out.sql("select feed, record, rule from staging.quarantine").fetchall() == []
