"""Faecal calprotectin at the end-of-treatment colonoscopy (D20)."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.oracle.facts import Measurement, P, Person
from tests.oracle.healing import Endoscopy

ASSAYS = {P[f"assay_{name.lower()}"]: name for name in ("FEIA", "ELISA", "LA", "GCA", "POCT")}
CUT_OFFS = {"FEIA": P["calprotectin_cut_off_feia_ug_g"], "ELISA": P["calprotectin_cut_off_elisa_ug_g"]}
ABOVE = (P["operator_greater"], P["operator_greater_or_equal"])
SIGNS = {
    P["operator_less"]: "<", P["operator_less_or_equal"]: "<=", P["operator_greater"]: ">",
    P["operator_greater_or_equal"]: ">=",
}  # fmt: skip


def at_the_end(person: Person, scope: Endoscopy | None) -> Measurement | None:
    """The result nearest to the colonoscopy: before it at most 30 days, after it at most 7; of two the earlier."""
    if scope is None:
        return None
    window = range(-P["calprotectin_before_days"], P["calprotectin_after_days"] + 1)
    usable = [m for m in person.values("calprotectin") if (m.on - scope.on).days in window]
    return min(usable, key=lambda m: (abs((m.on - scope.on).days), m.on, m.at or dt.datetime.max, m.id), default=None)


def assay(person: Person, result: Measurement) -> tuple[str | None, str | None]:
    """What the laboratory named, once or in agreement; else the reason."""
    named = {
        o.value_concept for o in person.observations
        if o.concept == P["assay"] and o.event == result.id and o.event_field == P["event_field_measurement"]
    } - {None}  # fmt: skip
    if len(named) > 1:
        return None, "assay_ambiguous"
    found = ASSAYS.get(next(iter(named), None) or 0)
    return found, None if found else "assay_not_recorded"


def below(result: Measurement, cut_off: int | None) -> bool | None:
    """Every value that the print allows lies below, none does, or some do."""
    if cut_off is None or result.value is None:
        return None
    limit, cut = result.value, Decimal(cut_off)
    if result.operator in ABOVE:
        return False if limit >= cut else None
    if result.below:
        exclusive = result.operator == P["operator_less"]
        return True if limit < cut or (exclusive and limit == cut) else None
    return limit < cut


def calprotectin(person: Person, scope: Endoscopy | None, healed: bool | None) -> dict[str, Any]:
    """The row of a person of the study."""
    result = at_the_end(person, scope)
    if result is None or scope is None:
        nothing = dict.fromkeys(("measurement_id", "days_from_colonoscopy", "calprotectin_ug_g", "operator", "assay",
                                 "assay_reason", "below_assay_cut_off", "healed_by_both"))  # fmt: skip
        # Who is not healed is not healed by both.
        return nothing | {
            "healed_by_both": False if healed is False else None,
            "reason": "no_colonoscopy" if scope is None else "no_calprotectin",
        }
    named, unnamed = assay(person, result)
    low = below(result, P["calprotectin_healed_max_ug_g"])
    return {
        "measurement_id": result.id, "days_from_colonoscopy": (result.on - scope.on).days,
        "calprotectin_ug_g": result.value, "operator": SIGNS.get(result.operator or 0), "assay": named,
        "assay_reason": unnamed, "below_assay_cut_off": below(result, CUT_OFFS.get(named or "")),
        "healed_by_both": False if False in (healed, low) else None if None in (healed, low) else True,
        "reason": None,
    }  # fmt: skip
