"""Patients, visits, diagnoses, findings and events as FHIR R4 resources."""

from schemas import vocabulary
from simulation.formats.fhir_element import SYSTEM, Element, about, concept, instant, number, quantity, reference
from simulation.formats.tables import Row

CODE = vocabulary.concept_codes()
ITEMS = {
    "stool_frequency": "lichtiger_diarrhea", "nocturnal_diarrhea": "lichtiger_nocturnal",
    "visible_blood": "lichtiger_blood", "fecal_incontinence": "lichtiger_incontinence",
    "abdominal_pain": "lichtiger_pain", "general_wellbeing": "lichtiger_wellbeing",
    "abdominal_tenderness": "lichtiger_tenderness", "antidiarrheal_use": "lichtiger_antidiarrheal",
}  # fmt: skip
UCEIS = {
    "uceis_vascular_pattern": "uceis_vascular", "uceis_bleeding": "uceis_bleeding",
    "uceis_erosions_ulcers": "uceis_erosions",
}  # fmt: skip
SNOMED_ELISA = "76978006"
SYLLABIC = [{"url": "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation", "valueCode": "SYL"}]


def patient(row: Row) -> Element:
    return {
        "id": row["patient_id"],
        "name": [{"text": row.get("name")}, {"extension": SYLLABIC, "text": row["name_kana"]}],
        "gender": row["sex"],
        "birthDate": row["birth_date"],
        "deceasedDateTime": row.get("death_date"),
        "address": [{"text": row.get("address")}],
    }


def patient_link(row: Row) -> Element:
    """A record number that was given up for another."""
    return {
        "id": row["patient_id"],
        "meta": {"lastUpdated": instant(f"{row['linked_on']} 00:00")},
        "active": False,
        "link": [{"other": reference("Patient", row["surviving_patient_id"]), "type": "replaced-by"}],
    }


def encounter(row: Row) -> Element:
    return {
        "id": row["encounter_id"],
        "status": "finished" if row.get("ended_at") else "in-progress",
        "class": {"system": SYSTEM["encounter_class"], "code": row["class"]},
        "serviceType": {"text": row.get("department")},
        "subject": reference("Patient", row["patient_id"]),
        "period": {"start": instant(row["started_at"]), "end": instant(row.get("ended_at"))},
    }


def condition(row: Row) -> Element:
    suspected = row["status"] == "suspected"
    code = concept("medis", row.get("medis_code")).get("coding", []) + concept("icd10", row["icd10_code"])["coding"]
    return {
        "id": row["condition_id"],
        "verificationStatus": concept("verification_status", "provisional" if suspected else row["status"]),
        "code": {"coding": code, "text": row.get("name")},
        **about(row),
        "onsetDateTime": row.get("onset_on"),
        "recordedDate": row["recorded_on"],
    }


def _observation(row: Row, category: str, when: str) -> Element:
    return {
        "status": row.get("status", "final"),
        "category": [concept("observation_category", category)],
        **about(row),
        "effectiveDateTime": instant(row[when]),
    }


def lab_result(row: Row) -> Element:
    value, unit, method = row.get("value"), row.get("unit"), row.get("method")
    measured = quantity(value, unit)
    return {
        "id": row["result_id"],
        **_observation(row, "laboratory", "collected_at"),
        "issued": instant(row["reported_at"]),
        "code": concept("loinc", row["code"], row.get("name")),
        "valueQuantity": measured,
        "valueString": None if measured else value,
        "dataAbsentReason": {} if measured or value else concept("absent_reason", "not-performed"),
        "referenceRange": [
            {"low": quantity(row.get("reference_low"), unit), "high": quantity(row.get("reference_high"), unit)}
        ],
        "method": concept("snomed", SNOMED_ELISA) if method == "ELISA" else {"text": method},
    }


def vital_sign(row: Row) -> Element:
    return {
        "id": row["vital_id"],
        **_observation(row, "vital-signs", "measured_at"),
        "code": concept("loinc", row["code"]),
        "valueQuantity": quantity(row["value"], row["unit"]),
    }


def _score(key: str, points: object) -> Element:
    return {"code": concept("mucosa", CODE[key]), "valueInteger": None if points is None else number(points)}


def activity_score(row: Row) -> Element:
    return {
        "id": row["score_id"],
        **_observation(row, "survey", "scored_at"),
        **_score("lichtiger_cai_total", row.get("total")),
        "component": [_score(key, row[item]) for item, key in ITEMS.items() if row.get(item) is not None],
    }


def endoscopy(row: Row) -> Element:
    """The report with its scores inside: they have no life of their own."""
    examination = row["examination"]
    complete = {"yes": CODE["colonoscopy_complete_yes"], "no": CODE["colonoscopy_complete_no"]}.get(
        str(row.get("complete"))
    )
    uceis = [_score(key, row[part]) for part, key in UCEIS.items() if row.get(part) is not None]
    findings: list[Element] = []
    if row.get("mayo_endoscopic_subscore") is not None:
        findings.append(_score("mayo_endoscopic_subscore", row["mayo_endoscopic_subscore"]))
    if uceis or row.get("uceis_total") is not None:
        findings.append({**_score("uceis_total", row.get("uceis_total")), "component": uceis})
    for key, code in (("uc_extent", row.get("extent")), ("colonoscopy_complete", complete)):
        if code:
            findings.append({"code": concept("mucosa", CODE[key]), "valueCodeableConcept": concept("mucosa", code)})
    return {
        "id": row["endoscopy_id"],
        "contained": [
            {"resourceType": "Observation", "id": str(place), "status": "final", **finding}
            for place, finding in enumerate(findings, start=1)
        ],
        "status": "final",
        "code": concept("snomed" if examination == "colonoscopy" else "mucosa", CODE[str(examination)]),
        **about(row),
        "effectiveDateTime": instant(row["performed_at"]),
        "issued": instant(row["reported_at"]),
        "result": [{"reference": f"#{place}"} for place, _ in enumerate(findings, start=1)],
        "conclusion": row.get("findings"),
    }


def procedure(row: Row) -> Element:
    return {
        "id": row["procedure_id"],
        "status": "completed",
        "code": concept("snomed", row["code"]),
        **about(row),
        "performedDateTime": instant(row["performed_at"]),
    }


def adverse_event(row: Row) -> Element:
    action, suspect = row.get("action"), row.get("suspected_product_code")
    return {
        "id": row["adverse_event_id"],
        "extension": [
            {"url": SYSTEM["action_taken"], "valueCode": f"action-{action}".replace("_", "-")}
            for _ in range(action not in (None, "", "unknown"))
        ],
        "actuality": "actual",
        "event": concept("icd10", row["icd10_code"], row.get("name")),
        **about(row),
        "date": row["occurred_on"],
        "suspectEntity": [{"instance": {"type": "Medication", "identifier": {
            "system": SYSTEM["yj"], "value": suspect
        }}}] if suspect else [],
    }  # fmt: skip
