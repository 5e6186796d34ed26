"""FHIR R4: the resources of Bulk Data or of Bundles, unfolded into the columns of the feed that takes them."""

from collections.abc import Callable, Iterable, Iterator

import polars as pl

from assets.raw import fhir_bundle, fhir_unfold
from assets.raw.fhir_element import Element
from assets.raw.frame import BLOCK, Cells, Frames, concat
from assets.raw.text import Chunks
from schemas.profile import Profile
from warehouse.errors import DataError

SUFFIX = ".ndjson"

UNFOLD: dict[str, Callable[[Element], Cells]] = {
    "patient_link": fhir_unfold.patient_link,
    "patient": fhir_unfold.patient,
    "encounter": fhir_unfold.encounter,
    "condition": fhir_unfold.condition,
    "medication_request": fhir_unfold.medication_request,
    "medication_administration": fhir_unfold.medication_administration,
    "monitoring_order": fhir_unfold.monitoring_order,
    "lab_result": fhir_unfold.lab_result,
    "vital_sign": fhir_unfold.vital_sign,
    "activity_score": fhir_unfold.activity_score,
    "endoscopy": fhir_unfold.endoscopy,
    "procedure": fhir_unfold.procedure,
    "adverse_event": fhir_unfold.adverse_event,
}
"""What makes the cells of each feed."""

FEED_OF = {
    "Patient": "patient",
    "Encounter": "encounter",
    "Condition": "condition",
    "MedicationRequest": "medication_request",
    "MedicationAdministration": "medication_administration",
    "ServiceRequest": "monitoring_order",
    "Observation": "lab_result",
    "DiagnosticReport": "endoscopy",
    "Procedure": "procedure",
    "AdverseEvent": "adverse_event",
    "Bundle": "deletion",
}
"""Feed of each resource type; observations go by their category, a merged patient is a link, and Bundles say what is
deleted."""


def read(content: bytes, file: str, profile: Profile) -> dict[str, pl.DataFrame]:
    """All resources of a file that is held in memory by feed, as `blocks` gives them."""
    return concat(blocks(lambda: iter([content]), file, profile))


def blocks(chunks: Chunks, file: str, profile: Profile, size: int = BLOCK) -> Iterator[tuple[str, pl.DataFrame]]:
    """The resources of a file by feed, `size` at a time, every cell text; `file` names it in errors (`DataError`).

    What is no resource, or one that no feed takes, is a faulty record of the feed that the file's first good resource
    belongs to. Numbers keep the digits they were written with.
    """
    frames = Frames(profile.time_zone)
    strays: list[tuple[int, int, str, str]] = []
    home: str | None = None
    record = 0
    for record, (line, text, said) in enumerate(fhir_bundle.resources(chunks), start=1):
        feed, cells, fault = _unfold(said)
        home = home or feed
        if feed is None:
            strays.append((record, line, fault, text))
        elif fault:
            frames.refuse(feed, record, line, fault, text)
        else:
            frames.add(feed, record, line, cells)
        if home and record % size == 0:
            yield from _finish(frames, strays, home)
            frames, strays = Frames(profile.time_zone), []
    if home is None:
        raise DataError(_explain(file, record))
    yield from _finish(frames, strays, home)


def _finish(frames: Frames, strays: list[tuple[int, int, str, str]], home: str) -> Iterable[tuple[str, pl.DataFrame]]:
    for number, line, fault, text in strays:
        frames.refuse(home, number, line, fault, text)
    return frames.finish().items()


def _unfold(resource: Element | None) -> tuple[str | None, Cells, str]:
    """Feed, cells and fault of one resource; no feed where none takes it."""
    if resource is None:
        return None, {}, "json"
    kind = resource.get("resourceType")
    feed = FEED_OF.get(kind) if isinstance(kind, str) else None
    if feed is None:
        return None, {}, "resource"
    try:
        feed = _refined(feed, resource)
        if feed is None:
            return None, {}, "resource"
        cells = _deletion(resource) if feed == "deletion" else UNFOLD[feed](resource)
    except (AttributeError, KeyError, TypeError, ValueError, ArithmeticError):
        return feed, {}, "shape"
    if all(cell is None or isinstance(cell, str) for cell in cells.values()):
        return feed, cells, ""
    return feed, {}, "shape"


def _refined(feed: str, resource: Element) -> str | None:
    """The feed, where its resource type alone does not tell it."""
    if feed == "lab_result":
        return fhir_unfold.feed_of_observation(resource)
    if feed == "patient" and fhir_unfold.replaced_by(resource):
        return "patient_link"
    if feed == "deletion" and not any(entry.get("request") for entry in resource.get("entry", [])):
        return None
    return feed


def _deletion(bundle: Element) -> Cells:
    """A Bundle of one entry that says what is gone: `DELETE` and the address of the resource."""
    (entry,) = bundle["entry"]
    method, url = entry["request"]["method"], entry["request"]["url"]
    kind, _, resource_id = url.rpartition("/")
    kind = kind.rpartition("/")[2]
    feed = "observation" if kind == "Observation" else FEED_OF.get(kind)
    if method != "DELETE" or feed is None:
        raise ValueError("no deletion of a resource that a feed takes")
    return {"feed": feed, "key": resource_id}


def _explain(file: str, records: int) -> str:
    if records == 0:
        return f"{file} is empty. Send the file again, or leave it out if there was nothing to report."
    return (
        f"{file} holds no resource that a feed takes ({', '.join(FEED_OF)}). Take the file out of the delivery,"
        " or check that it has one resource a line, or is a Bundle."
    )
