"""The data types of FHIR R4 as the synthetic hospital writes them."""

import unicodedata
from typing import Any

from schemas import vocabulary

Element = dict[str, Any]

SYSTEM = vocabulary.code_systems()
UCUM = {"mEq/L": "meq/L", "ng/ml": "ng/mL", "g/dl": "g/dL", "mg/dl": "mg/dL"}
"""UCUM code of a printed unit, where the print is not the code."""


def number(value: object) -> str | None:
    """Marks a number so that the file shows its digits as they are; words and blanks give None."""
    text = unicodedata.normalize("NFKC", str(value)).strip()
    return f"\0{text}" if text.removeprefix("-").replace(".", "", 1).isdigit() else None


def quantity(value: object, unit: object) -> Element:
    """A Quantity; a comparator before the number becomes its own element, full width and blanks are put right."""
    text = unicodedata.normalize("NFKC", "" if value is None else str(value)).strip()
    digits = text.lstrip("<>=")
    if number(digits) is None:
        return {}
    printed = str(unit or "").strip()
    code = UCUM.get(printed, printed)
    return {
        "value": number(digits), "comparator": text.removesuffix(digits), "unit": printed,
        "system": SYSTEM["ucum"] if code else None, "code": code,
    }  # fmt: skip


def concept(system: str, code: object, text: object = None) -> Element:
    """A CodeableConcept of one code, or none."""
    if code in (None, ""):
        return {}
    return {"coding": [{"system": SYSTEM[system], "code": code}], "text": text}


def instant(value: object) -> str | None:
    """Wall-clock time of Japan, which has no summer time, with its offset."""
    return f"{str(value)[:10]}T{str(value)[11:16]}:00+09:00" if value else None


def reference(kind: str, number: object) -> Element:
    return {"reference": f"{kind}/{number}"} if number else {}


def product(code: object, name: object) -> Element:
    """A product: YJ codes have twelve characters, the hospital's own start with its name."""
    return concept("mucosa" if str(code).startswith("DEMO-") else "yj", code, name)


def about(row: Any) -> Element:
    """Whom a resource speaks of, and when it was seen."""
    return {
        "subject": reference("Patient", row.get("patient_id")),
        "encounter": reference("Encounter", row.get("encounter_id")),
    }
