"""Orders, doses given and trough targets as FHIR R4 resources."""

from schemas import vocabulary
from simulation.formats.fhir_element import (
    SYSTEM,
    Element,
    about,
    concept,
    instant,
    number,
    product,
    quantity,
    reference,
)
from simulation.formats.tables import Row

CODE = vocabulary.concept_codes()
MEAL = {"before": ["AC"], "after": ["PC"]}


def _dose(value: object, unit: object) -> Element:
    """Milligrams have a UCUM code; tablets and capsules are counted."""
    if unit == "mg":
        return quantity(value, unit)
    return {"value": number(value), "unit": unit, "system": SYSTEM["ucum"], "code": f"{{{unit}}}"}


def request(row: Row) -> Element:
    indication = row.get("indication")
    return {
        "id": row["request_id"],
        "status": row["status"],
        "statusReason": concept("mucosa", row.get("stop_reason")),
        "intent": "order",
        "category": [concept("request_category", row["setting"])],
        "medicationCodeableConcept": product(row["product_code"], row.get("product_name")),
        **about(row),
        "authoredOn": instant(row["authored_at"]),
        "reasonCode": [concept("mucosa", None if indication == "unknown" else indication)],
        "dosageInstruction": [{
            "timing": {"repeat": {
                "boundsPeriod": {"start": row["start_on"], "end": row.get("stopped_on")},
                "frequency": number(row["times_per_day"]),
                "period": number(1),
                "periodUnit": "d",
                "when": MEAL.get(str(row.get("meal_timing")), []),
            }},
            "route": concept("snomed", CODE[f"route_{row['route']}"]),
            "doseAndRate": [{"doseQuantity": _dose(row["dose"], row["dose_unit"])}],
        }],
        "dispenseRequest": {"expectedSupplyDuration": quantity(row["days_supply"], "d")},
    }  # fmt: skip


def administration(row: Row) -> Element:
    return {
        "id": row["administration_id"],
        "status": row["status"],
        "medicationCodeableConcept": product(row["product_code"], row.get("product_name")),
        "subject": about(row)["subject"],
        "context": about(row)["encounter"],
        "effectiveDateTime": instant(row["given_at"]),
        "request": reference("MedicationRequest", row.get("request_id")),
        "dosage": {
            "route": concept("snomed", CODE[f"route_{row['route']}"]),
            "dose": _dose(row["dose"], row["dose_unit"]),
        },
    }


def trough_target(row: Row) -> Element:
    unit = row["target_unit"]
    ends = {"low": quantity(row["target_low"], unit), "high": quantity(row["target_high"], unit)}
    return {
        "id": row["order_id"],
        "extension": [{"url": SYSTEM["trough_target"], "valueRange": ends}],
        "status": "unknown",
        "intent": "order",
        "code": concept("loinc", CODE["tacrolimus_trough"]),
        "subject": about(row)["subject"],
        "authoredOn": instant(row["ordered_at"]),
    }
