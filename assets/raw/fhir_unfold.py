"""From the nested elements of a FHIR resource to the flat cells of a feed; codes are looked up, nothing is judged.

Element paths follow FHIR R4 (hl7.org/fhir/R4); what has no standard element stands in the extensions and local
codes of `schemas/codes`. An element that is missing leaves its cell empty.
"""

from assets.raw import fhir_element as element
from assets.raw.fhir_element import SYSTEM, Element
from assets.raw.frame import Cells
from schemas import vocabulary

CODE = vocabulary.concept_codes()
ROUTES = {CODE[f"route_{route}"]: route for route in ("oral", "iv", "sc", "rectal", "topical")}
ITEMS = {
    CODE["lichtiger_diarrhea"]: "stool_frequency",
    CODE["lichtiger_nocturnal"]: "nocturnal_diarrhea",
    CODE["lichtiger_blood"]: "visible_blood",
    CODE["lichtiger_incontinence"]: "fecal_incontinence",
    CODE["lichtiger_pain"]: "abdominal_pain",
    CODE["lichtiger_wellbeing"]: "general_wellbeing",
    CODE["lichtiger_tenderness"]: "abdominal_tenderness",
    CODE["lichtiger_antidiarrheal"]: "antidiarrheal_use",
}
FINDINGS = {
    CODE["mayo_endoscopic_subscore"]: "mayo_endoscopic_subscore",
    CODE["uceis_total"]: "uceis_total",
    CODE["uceis_vascular"]: "uceis_vascular_pattern",
    CODE["uceis_bleeding"]: "uceis_bleeding",
    CODE["uceis_erosions"]: "uceis_erosions_ulcers",
    CODE["uc_extent"]: "extent",
    CODE["colonoscopy_complete"]: "complete",
}
ASSAYS = {CODE[f"assay_{row['assay'].lower()}"]: row["assay"] for row in vocabulary.rows("assay") if row["assay"]}
EXAMINATIONS = {CODE["colonoscopy"]: "colonoscopy", CODE["sigmoidoscopy"]: "sigmoidoscopy"}
SUSPECTED = ("unconfirmed", "provisional", "differential")
RESULT_STATUS = {"amended": "corrected", "entered-in-error": "cancelled"}


def patient(r: Element) -> Cells:
    """Patient; a name written in syllables is the kana name (ISO 21090 representation SYL)."""
    names = r.get("name", [])
    return {
        "patient_id": r.get("id"),
        "name": next((element.name(n) for n in names if not _syllabic(n)), None),
        "name_kana": next((element.name(n) for n in names if _syllabic(n)), None),
        "address": element.first(r.get("address")).get("text"),
        "sex": r.get("gender"),
        "birth_date": r.get("birthDate"),
        "death_date": r.get("deceasedDateTime"),
    }


def replaced_by(r: Element) -> str | None:
    """The record number for which a Patient's own was given up."""
    return next((element.target(k.get("other")) for k in r.get("link", []) if k.get("type") == "replaced-by"), None)


def patient_link(r: Element) -> Cells:
    """Patient that was merged into another; what it says of the person is the other's to say."""
    decided = r.get("meta", {}).get("lastUpdated")
    return {"patient_id": r.get("id"), "surviving_patient_id": replaced_by(r), "linked_on": decided}


def encounter(r: Element) -> Cells:
    """Encounter."""
    period = r.get("period", {})
    return {
        "encounter_id": r.get("id"),
        "patient_id": element.target(r.get("subject")),
        "class": r.get("class", {}).get("code"),
        "started_at": period.get("start"),
        "ended_at": period.get("end"),
        "department": element.text(r.get("serviceType")),
    }


def condition(r: Element) -> Cells:
    """Condition; a verification status short of confirmed is a suspicion."""
    verified = element.code(r.get("verificationStatus"))
    return {
        "condition_id": r.get("id"),
        **_who(r),
        "icd10_code": element.code(r.get("code"), "icd10"),
        "medis_code": element.code_in(r.get("code"), "medis"),
        "name": element.text(r.get("code")),
        "status": "suspected" if verified in SUSPECTED else verified,
        "onset_on": r.get("onsetDateTime"),
        "recorded_on": r.get("recordedDate"),
    }


def medication_request(r: Element) -> Cells:
    """MedicationRequest; the end of its period is a stop only where the order says that it was stopped."""
    dosage = element.first(r.get("dosageInstruction"))
    repeat = dosage.get("timing", {}).get("repeat", {})
    supply = r.get("dispenseRequest", {})
    bounds = repeat.get("boundsPeriod", {})
    dose, unit = element.quantity(element.first(dosage.get("doseAndRate")).get("doseQuantity"))
    return {
        "request_id": r.get("id"),
        **_who(r),
        "setting": element.code(element.first(r.get("category"))),
        "authored_at": r.get("authoredOn"),
        **_product(r),
        "dose": dose,
        "dose_unit": unit,
        "times_per_day": element.times_per_day(repeat),
        "start_on": bounds.get("start") or supply.get("validityPeriod", {}).get("start"),
        "days_supply": element.days(supply.get("expectedSupplyDuration") or repeat.get("boundsDuration")),
        "route": _route(dosage.get("route")),
        "meal_timing": element.meal(repeat.get("when", [])),
        "indication": element.code_in(element.first(r.get("reasonCode")), "mucosa"),
        "status": r.get("status"),
        "stopped_on": bounds.get("end") if r.get("status") == "stopped" else None,
        "stop_reason": element.code(r.get("statusReason"), "mucosa"),
    }


def medication_administration(r: Element) -> Cells:
    """MedicationAdministration."""
    dosage = r.get("dosage", {})
    dose, unit = element.quantity(dosage.get("dose"))
    return {
        "administration_id": r.get("id"),
        **_who(r),
        "encounter_id": element.target(r.get("context")),
        "request_id": element.target(r.get("request")),
        **_product(r),
        "given_at": r.get("effectiveDateTime") or r.get("effectivePeriod", {}).get("start"),
        "dose": dose,
        "dose_unit": unit,
        "route": _route(dosage.get("route")),
        "status": r.get("status"),
    }


def monitoring_order(r: Element) -> Cells:
    """ServiceRequest that says in which range a drug level shall lie; without the range it is refused later."""
    ranges = (e.get("valueRange") for e in r.get("extension", []) if e.get("url") == SYSTEM["trough_target"])
    target = next(ranges, None) or {}
    low, unit = element.quantity(target.get("low"))
    high, _ = element.quantity(target.get("high"))
    return {
        "order_id": r.get("id"),
        **_who(r),
        "ordered_at": r.get("authoredOn"),
        "target_low": low,
        "target_high": high,
        "target_unit": unit,
    }


def feed_of_observation(r: Element) -> str | None:
    """Feed of an Observation by its category; without one it is the laboratory's, of another nobody's."""
    categories = {c.get("code") for concept in r.get("category", []) for c in concept.get("coding", [])}
    if "vital-signs" in categories:
        return "vital_sign"
    if "survey" in categories:
        return "activity_score" if element.code(r.get("code")) == CODE["lichtiger_cai_total"] else None
    return "lab_result" if not categories or "laboratory" in categories else None


def lab_result(r: Element) -> Cells:
    """Observation of the laboratory; one without a value has the unit of its reference range."""
    value, unit = element.value(r)
    normal = element.first(r.get("referenceRange"))
    (low, low_unit), (high, high_unit) = element.quantity(normal.get("low")), element.quantity(normal.get("high"))
    status = r.get("status")
    return {
        "result_id": r.get("id"),
        **_who(r),
        "code": element.code(r.get("code"), "loinc", "jlac10"),
        "name": element.text(r.get("code")),
        "collected_at": element.observed_at(r),
        "reported_at": r.get("issued"),
        "value": value,
        "unit": unit or low_unit or high_unit,
        "status": RESULT_STATUS.get(status, status) if isinstance(status, str) else status,
        "reference_low": low,
        "reference_high": high,
        "method": _assay(r.get("method")),
        "comment": element.first(r.get("note")).get("text"),
    }


def vital_sign(r: Element) -> Cells:
    """Observation of a vital sign."""
    value, unit = element.value(r)
    code = element.code(r.get("code"), "loinc")
    when = element.observed_at(r)
    return {"vital_id": r.get("id"), **_who(r), "code": code, "measured_at": when, "value": value, "unit": unit}


def activity_score(r: Element) -> Cells:
    """Observation of the Lichtiger index, its items as components."""
    items = {element.code(c.get("code")): element.value(c)[0] for c in r.get("component", [])}
    return {
        "score_id": r.get("id"),
        **_who(r),
        "scored_at": element.observed_at(r),
        **{column: items.get(code) for code, column in ITEMS.items()},
        "total": element.value(r)[0],
    }


def endoscopy(r: Element) -> Cells:
    """DiagnosticReport of a lower endoscopy, its scores as contained Observations."""
    contained = [c for c in r.get("contained", []) if c.get("resourceType") == "Observation"]
    found = {}
    for finding in [*contained, *(part for c in contained for part in c.get("component", []))]:
        code = element.code(finding.get("code"))
        if code in FINDINGS:
            concept = element.code(finding.get("valueCodeableConcept"))
            word = concept.removeprefix(f"{CODE['colonoscopy_complete']}-") if concept else None
            found[FINDINGS[code]] = word or element.value(finding)[0]
    examination = element.code(r.get("code"), "snomed")
    return {
        "endoscopy_id": r.get("id"),
        **_who(r),
        "performed_at": element.observed_at(r),
        "reported_at": r.get("issued"),
        "examination": EXAMINATIONS.get(examination or "", examination),
        **found,
        "findings": r.get("conclusion"),
    }


def procedure(r: Element) -> Cells:
    """Procedure."""
    when = r.get("performedDateTime") or r.get("performedPeriod", {}).get("start")
    return {"procedure_id": r.get("id"), **_who(r), "code": element.code(r.get("code"), "snomed"), "performed_at": when}


def adverse_event(r: Element) -> Cells:
    """AdverseEvent; the suspect is named by a logical reference."""
    taken = (e.get("valueCode") for e in r.get("extension", []) if e.get("url") == SYSTEM["action_taken"])
    action = next(taken, None)
    suspect = element.first(r.get("suspectEntity")).get("instance", {})
    return {
        "adverse_event_id": r.get("id"),
        **_who(r),
        "icd10_code": element.code(r.get("event"), "icd10"),
        "name": element.text(r.get("event")),
        "occurred_on": r.get("date"),
        "suspected_product_code": suspect.get("identifier", {}).get("value"),
        "action": action.removeprefix("action-").replace("-", "_") if action else None,
    }


def _who(r: Element) -> Cells:
    return {"patient_id": element.target(r.get("subject")), "encounter_id": element.target(r.get("encounter"))}


def _product(r: Element) -> Cells:
    concept = r.get("medicationCodeableConcept") or {}
    if reference := r.get("medicationReference", {}).get("reference", ""):
        concept = next((c.get("code") for c in r.get("contained", []) if f"#{c.get('id')}" == reference), None) or {}
    return {"product_code": element.code(concept, "yj"), "product_name": element.text(concept)}


def _assay(concept: Element | None) -> str | None:
    """The study's own code in the words of the extract contract; any other code or text is the profile's to know."""
    found = element.code(concept, "mucosa", "snomed") or element.text(concept)
    return ASSAYS.get(found, found) if found else None


def _route(concept: Element | None) -> str | None:
    code = element.code(concept, "snomed")
    return ROUTES.get(code, code) if code else None


def _syllabic(name: Element) -> bool:
    return any(e.get("valueCode") == "SYL" for e in name.get("extension", []))
