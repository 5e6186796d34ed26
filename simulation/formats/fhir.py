"""FHIR R4 Bulk Data: one NDJSON file a resource type, one resource a row."""

import json
import re
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from simulation.formats import fhir_clinical, fhir_medication
from simulation.formats.fhir_element import Element
from simulation.formats.tables import Row

RESOURCES: dict[str, tuple[str, Callable[[Row], Element]]] = {
    "patient_link": ("Patient", fhir_clinical.patient_link),
    "patient": ("Patient", fhir_clinical.patient),
    "encounter": ("Encounter", fhir_clinical.encounter),
    "condition": ("Condition", fhir_clinical.condition),
    "medication_request": ("MedicationRequest", fhir_medication.request),
    "medication_administration": ("MedicationAdministration", fhir_medication.administration),
    "monitoring_order": ("ServiceRequest", fhir_medication.trough_target),
    "lab_result": ("Observation", fhir_clinical.lab_result),
    "vital_sign": ("Observation", fhir_clinical.vital_sign),
    "activity_score": ("Observation", fhir_clinical.activity_score),
    "endoscopy": ("DiagnosticReport", fhir_clinical.endoscopy),
    "procedure": ("Procedure", fhir_clinical.procedure),
    "adverse_event": ("AdverseEvent", fhir_clinical.adverse_event),
}
"""Resource type of each feed and what makes a resource of its rows."""


class BulkData:
    """Writes `<folder>/<ResourceType>.ndjson`; a type without resources has no file, as servers do it."""

    site = "fhir"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = ExitStack()
        self._streams: dict[str, IO[str]] = {}

    def write(self, feed: str, rows: Iterable[Row]) -> None:
        """Append rows of a feed as resources."""
        kind, resource = RESOURCES[feed]
        for row in rows:
            if kind not in self._streams:
                stream = (self._folder / f"{kind}.ndjson").open("w", encoding="utf-8", newline="")
                self._streams[kind] = self._files.enter_context(stream)
            self._streams[kind].write(line({"resourceType": kind, **resource(row)}))

    def close(self) -> None:
        self._files.close()


def line(resource: Element) -> str:
    """A resource as a line of NDJSON; numbers marked by `number` keep their digits, what is empty is left out."""
    text = json.dumps(_without_gaps(resource), ensure_ascii=False, separators=(",", ":"))
    return re.sub(r'"\\u0000([^"]*)"', r"\1", text) + "\n"


def _without_gaps(element: object) -> object:
    if isinstance(element, dict):
        kept = {name: _without_gaps(value) for name, value in element.items()}
        return {name: value for name, value in kept.items() if value not in (None, {}, [], "")}
    if isinstance(element, list):
        return [value for value in map(_without_gaps, element) if value not in (None, {}, [], "")]
    return element
