"""The data types that FHIR R4 builds resources from, each as the text of one cell; what is missing is null."""

from decimal import Decimal
from typing import Any

from schemas import vocabulary

Element = dict[str, Any]

SYSTEM = vocabulary.code_systems()
DAYS_OF_UNIT = {"d": Decimal(1), "wk": Decimal(7), "h": Decimal(1) / 24}
BEFORE_MEAL, AFTER_MEAL = ("AC", "ACM", "ACD", "ACV"), ("PC", "PCM", "PCD", "PCV")


def first(elements: list[Element] | None) -> Element:
    """The first of a repeating element."""
    return elements[0] if elements else {}


def code_in(concept: Element | None, system: str) -> str | None:
    """Code of a CodeableConcept in one code system, named by its key."""
    codings = (concept or {}).get("coding", [])
    return next((c.get("code") for c in codings if c.get("system") == SYSTEM[system]), None)


def code(concept: Element | None, *systems: str) -> str | None:
    """Code in the first of the preferred systems, else the first code of all: a hospital's own."""
    preferred = (code_in(concept, system) for system in systems)
    own = (c.get("code") for c in (concept or {}).get("coding", []))
    return next((found for found in (*preferred, *own) if found is not None), None)


def text(concept: Element | None) -> str | None:
    """What a CodeableConcept says in words."""
    concept = concept or {}
    return concept.get("text") or first(concept.get("coding")).get("display")


def target(reference: Element | None) -> str | None:
    """Id of the resource that a Reference names: the end of its address, else its business identifier."""
    reference = reference or {}
    address = reference.get("reference")
    if address is None:
        return reference.get("identifier", {}).get("value")
    return address.partition("/_history/")[0].rpartition("/")[2].rpartition(":")[2]


def quantity(element: Element | None) -> tuple[str | None, str | None]:
    """Number, with its comparator before it, and unit; a UCUM code says more than a unit in words."""
    element = element or {}
    unit_code = element.get("code", "")
    ucum = element.get("system") == SYSTEM["ucum"] and unit_code[:1] not in ("", "{", "1")
    unit = unit_code if ucum else element.get("unit")
    number = element.get("value")
    return (number if number is None else element.get("comparator", "") + number), unit


def value(element: Element) -> tuple[str | None, str | None]:
    """`value[x]` of an Observation or a component: number or words, and unit."""
    if "valueQuantity" in element:
        return quantity(element["valueQuantity"])
    words = element.get("valueString") or text(element.get("valueCodeableConcept"))
    return element.get("valueInteger") or words, None


def observed_at(r: Element) -> str | None:
    """`effective[x]` as an instant: the start of a period."""
    return r.get("effectiveDateTime") or r.get("effectiveInstant") or r.get("effectivePeriod", {}).get("start")


def name(element: Element) -> str | None:
    """A HumanName in one line."""
    return element.get("text") or " ".join([element.get("family", ""), *element.get("given", [])]).strip() or None


def times_per_day(repeat: Element) -> str | None:
    """Doses a day of a Timing: `frequency` in each `period`; up to six decimals."""
    days = DAYS_OF_UNIT.get(repeat.get("periodUnit", ""))
    if days is None or "frequency" not in repeat or "period" not in repeat:
        return None
    return f"{Decimal(repeat['frequency']) / (Decimal(repeat['period']) * days):.6f}".rstrip("0").rstrip(".")


def days(duration: Element | None) -> str | None:
    """A Duration in days."""
    duration = duration or {}
    length = DAYS_OF_UNIT.get(duration.get("code") or duration.get("unit", ""))
    if length is None or "value" not in duration:
        return None
    return format((Decimal(duration["value"]) * length).normalize(), "f")


def meal(when: list[str]) -> str | None:
    """Whether a dose is timed before or after a meal."""
    if any(event in BEFORE_MEAL for event in when):
        return "before"
    return "after" if any(event in AFTER_MEAL for event in when) else None
