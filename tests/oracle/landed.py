"""Hard histories as a hospital would send them: OMOP rows of a ward as records of the extract, a file a feed.

What the extract can't say stays behind: a dose that is not known, a time of day that is not known.
"""

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from schemas import extract, vocabulary
from tests.omop_rows import LOCK, on
from tests.oracle.facts import P
from tests.oracle.nasty import Ward

Record = dict[str, Any]
Records = dict[str, list[Record]]
CODES = {int(str(row["concept_id"])): str(row["concept_code"]) for row in vocabulary.rows("concept")}
ASSAYS = {P[f"assay_{name.lower()}"]: name for name in ("FEIA", "ELISA", "LA", "GCA", "POCT")}
SEX = {P["gender_male"]: "male", P["gender_female"]: "female"}
ROUTES = {4132161: "oral", 4171047: "iv", 4142048: "sc", 4290759: "rectal", 4263689: "topical"}
EVENTS = {P["tremor"]: "R25.1", P["renal_impairment"]: "N28.9", P["headache"]: "R51", P["hypomagnesemia"]: "E83.4"}
ACTIONS = {2000000181: "none", 2000000182: "dose_reduced", 2000000183: "stopped"}
INDICATIONS = {2000000153: "induction", 2000000154: "maintenance"}
EXTENTS = {P["extent_e1"]: "E1", P["extent_e2"]: "E2", P["extent_e3"]: "E3"}
SIGNS = {
    P["operator_less"]: "<",
    P["operator_less_or_equal"]: "<=",
    P["operator_greater"]: ">",
    P["operator_greater_or_equal"]: ">=",
}
ANALYTES = {
    P[name]: next(row for row in vocabulary.rows("analyte") if row["analyte"] == analyte)
    for name, analyte in (
        ("tacrolimus_level", "tacrolimus_trough"), ("hemoglobin", "hemoglobin"), ("albumin", "albumin"),
        ("c_reactive_protein", "crp"), ("creatinine", "creatinine"), ("magnesium", "magnesium"),
        ("calprotectin", "calprotectin"), ("body_weight", "body_weight"),
    )
}  # fmt: skip


def records(ward: Ward) -> Records:
    """Every record of every feed, by the number of its patient; the ward's rows are not written."""
    waiting, found = ward.waiting, defaultdict(list)
    said: dict[int, dict[int, Any]] = defaultdict(dict)
    for row in waiting["observation"]:
        if row.get("observation_event_id") is not None:
            said[row["observation_event_id"]][row["observation_concept_id"]] = row["value_as_concept_id"]
    died = {row["person_id"]: row["death_date"] for row in waiting["death"]}
    for row in waiting["person"]:
        born = dt.date(row["year_of_birth"], row["month_of_birth"], row["day_of_birth"])
        sex = SEX.get(row["gender_concept_id"], "unknown")
        found["patient"].append(_of(row, sex=sex, birth_date=born, death_date=died.get(row["person_id"])))
    for row in waiting["visit_occurrence"]:
        stay = "IMP" if row["visit_concept_id"] == P["inpatient_visit"] else "AMB"
        times = {"started_at": f"{row['visit_start_date']} 00:00", "ended_at": f"{row['visit_end_date']} 23:59"}
        found["encounter"].append(_of(row, encounter_id=row["visit_occurrence_id"], **{"class": stay}, **times))
    for feed, record in (
        *_conditions(waiting["condition_occurrence"], said), *_drugs(ward, waiting["drug_exposure"], said),
        *_measurements(waiting["measurement"], said), *_procedures(waiting, said),
    ):  # fmt: skip
        found[feed].append(record)
    for row in waiting["observation"]:
        if row["observation_concept_id"] == P["trough_target_low"]:
            low, at = row["value_as_number"], f"{row['observation_date']} 09:00"
            ends = {"target_low": low, "target_high": low + 5, "target_unit": "ng/mL"}
            found["monitoring_order"].append(_of(row, order_id=row["observation_id"], ordered_at=at, **ends))
    return found


def write(landing: Path, sent: Mapping[str, list[Record]]) -> None:
    """One delivery on the day of the data lock."""
    folder = landing / "demo" / on(LOCK).isoformat()
    folder.mkdir(parents=True)
    (landing / "demo" / "SYNTHETIC").touch()
    for feed in extract.FEEDS:
        with (folder / f"{feed}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [c.name for c in extract.load(feed).columns], restval="")
            writer.writeheader()
            writer.writerows(sent.get(feed, []))


def _of(row: Record, **cells: object) -> Record:
    return {"patient_id": f"P{row['person_id']}", **cells}


def _conditions(rows: list[Record], said: dict[int, dict[int, Any]]) -> Iterator[tuple[str, Record]]:
    for row in rows:
        key, day = row["condition_occurrence_id"], row["condition_start_date"]
        code = EVENTS.get(row["condition_concept_id"], row["condition_source_value"])
        suspected = row["condition_status_concept_id"] == P["condition_status_suspected"]
        if row["condition_concept_id"] in EVENTS and not suspected:
            action = ACTIONS.get(said[key].get(P["adverse_event_action"]))
            yield "adverse_event", _of(row, adverse_event_id=key, icd10_code=code, occurred_on=day, action=action)
            continue
        source = CODES.get(row["condition_source_concept_id"], "")
        yield "condition", _of(
            row, condition_id=key, encounter_id=row["visit_occurrence_id"], icd10_code=code, onset_on=day,
            recorded_on=day, medis_code=source if source.startswith("20") else "",
            status="suspected" if suspected else "confirmed",
        )  # fmt: skip


def _drugs(ward: Ward, rows: list[Record], said: dict[int, dict[int, Any]]) -> Iterator[tuple[str, Record]]:
    for row in rows:
        if row.get("quantity") is None:
            continue
        key, product, day = row["drug_exposure_id"], row["drug_source_value"], row["drug_exposure_start_date"]
        mg = round(row["quantity"] * ward.strength(product) / row["days_supply"], 6)
        drug = {"product_code": product, "dose": mg, "dose_unit": "mg", "route": ROUTES[row["route_concept_id"]]}
        order = {
            **drug, "authored_at": f"{day} 00:00", "start_on": day, "days_supply": row["days_supply"],
            "times_per_day": 1, "indication": INDICATIONS.get(said[key].get(P["medication_indication"])),
        }  # fmt: skip
        if row["drug_type_concept_id"] == P["type_administration"]:
            ordered = f"R{key}" if order["indication"] else None
            yield "medication_administration", _of(
                row, administration_id=key, encounter_id=row["visit_occurrence_id"], request_id=ordered,
                given_at=row["drug_exposure_start_datetime"], status="completed", **drug,
            )  # fmt: skip
            if ordered:
                asked = _of(row, request_id=ordered, setting="inpatient", status="active", **order)
                yield "medication_request", asked
        else:
            stopped = row["verbatim_end_date"]
            yield "medication_request", _of(
                row, request_id=key, setting="outpatient", status="stopped" if stopped else "active",
                stopped_on=stopped, stop_reason=row["stop_reason"], **order,
            )  # fmt: skip


def _measurements(rows: list[Record], said: dict[int, dict[int, Any]]) -> Iterator[tuple[str, Record]]:
    for row in rows:
        key, concept, value = row["measurement_id"], row["measurement_concept_id"], row["value_as_number"]
        at = row.get("measurement_datetime") or f"{row['measurement_date']} 00:00"
        if concept == P["clinical_activity_index"]:
            yield "activity_score", _of(row, score_id=key, scored_at=at, total=value)
        elif analyte := ANALYTES.get(concept):
            sign = SIGNS.get(row.get("operator_concept_id"), "")
            printed = {"code": analyte["loinc"], "value": "" if value is None else f"{sign}{value}"}
            printed["unit"] = analyte["unit"]
            if analyte["feed"] == "vital_sign":
                yield "vital_sign", _of(row, vital_id=key, measured_at=at, **printed)
                continue
            yield "lab_result", _of(
                row, result_id=key, collected_at=at, reported_at=at, status="final", reference_low=row.get("range_low"),
                method=ASSAYS.get(said[key].get(P["assay"])), **printed,
            )  # fmt: skip


def _procedures(waiting: Mapping[str, list[Record]], said: dict[int, dict[int, Any]]) -> Iterator[tuple[str, Record]]:
    seen: dict[int, Record] = defaultdict(dict)
    columns = {P["mayo_endoscopic_subscore"]: "mayo_endoscopic_subscore", P["uceis_total"]: "uceis_total"}
    for row in waiting["measurement"]:
        if (key := row.get("measurement_event_id")) is not None:
            extent = EXTENTS.get(row.get("value_as_concept_id"))
            seen[key] |= (
                {"extent": extent} if extent else {columns[row["measurement_concept_id"]]: row["value_as_number"]}
            )
    kinds = {P["colonoscopy"]: "colonoscopy", P["sigmoidoscopy"]: "sigmoidoscopy"}
    for row in waiting["procedure_occurrence"]:
        key, concept, day = row["procedure_occurrence_id"], row["procedure_concept_id"], row["procedure_date"]
        if concept not in kinds:
            yield "procedure", _of(row, procedure_id=key, code=CODES[concept], performed_at=f"{day} 10:00")
            continue
        partly = said[key].get(P["colonoscopy_complete"]) == P["colonoscopy_complete_no"]
        yield "endoscopy", _of(
            row, endoscopy_id=key, performed_at=f"{day} 10:00", reported_at=f"{day} 12:00",
            examination=kinds[concept], complete="no" if partly else "yes", **seen[key],
        )  # fmt: skip
