"""Writes docs/mapping.md: what goes where from FHIR to OMOP, read from the SQL that runs, beside HL7's guide.

Run as `python -m assets.mapping > docs/mapping.md`. The guide's rows are in `schemas/omop/hl7_guide.csv`
(HL7/fhir-omop-ig, commit 49cff19): one line an element and an OMOP field, with the element of ours that must be found
in that field (in a field that carries the code, where the field itself is a concept), or why there is none.
"""

import csv
import sys
from importlib import resources

from assets import lineage
from assets.lineage import Origins
from schemas import cdm, contract

HEAD = """# From FHIR to OMOP

Written by `python -m assets.mapping > docs/mapping.md` from the SQL that runs (`warehouse/sql/omop/<table>.sql`);
a test compares. `mucosa lineage omop.measurement.value_as_number` follows one field down to the landing files.

Codes become concepts through `omop.source_to_concept_map`, built from `schemas/codes/`: standard concepts whose
ids were verified, local ones from 2 000 000 000 on. A code without a verified standard concept gets concept 0 and
keeps its source value; [vocabulary.md](vocabulary.md) says how a hospital's own vocabulary extends it. Ids of
records are 63-bit BIGINT (CDM: integer), equal to the FHIR id. Datetimes are local to the hospital.

Rules that no row shows:

* **Observation period:** from the first to the last recorded event of a person (visit, exposure, procedure,
  measurement, observation, day of entry of a diagnosis). An onset lies before it, and a person without any event
  has none.
* **Doses:** every product has a concept and, where one unit has a strength, a `drug_strength` row. mg = quantity ×
  amount_value, a day's mg that divided by days_supply. Only systemic products stand below their ingredient in
  `concept_ancestor`; ointments, enemas and foams stand alone, so they make no era.
* **Eras:** OHDSI's algorithms, 30 days of tolerance, nothing carried over. A dose era joins exposures of equal
  daily dose.
* **Assay:** CDM has no field for the method of a measurement. It is an observation of its own (local concept `assay`,
  the value a local concept of `schemas/codes/assay.csv`) that points at the measurement by `observation_event_id` and
  `obs_event_field_concept_id`. A result whose assay nobody named has none.
* **What the study gives back:** `episode` and `episode_event` hold its courses of tacrolimus, `cohort` and
  `cohort_definition` its steps; they are written after the labels.
* **Not mapped:** DiagnosticReport (its findings are observations of their own), inpatient MedicationRequest (what
  was given stands in the administrations), cancelled results and orders, doses that were held, text of any kind.

## Beside HL7's FHIR-to-OMOP guide

| guide: element | OMOP field | here | note |
|---|---|---|---|"""
MADE_HERE = {"concept", "vocabulary", "source_to_concept_map", "drug_strength"}
"""Vocabulary tables, at which the way back to FHIR ends."""


def document() -> str:
    """The page. Raises `ValueError` where a row of the guide is neither followed nor explained."""
    origins = lineage.load()
    lines = [HEAD, *(_guide_row(origins, row) for row in guide())]
    lines += ["", "## Every field that is filled", "", "| OMOP field | from |", "|---|---|"]
    for table in contract.contracts("omop"):
        if f"omop.{table.table}" not in _vocabulary():
            for column in table.columns:
                if found := sources(origins, table.name, column.name):
                    told = ", ".join(f"`{source}`" for source in sorted(found))
                    lines.append(f"| `{table.table}.{column.name}` | {told} |")
    empty = ", ".join(f"`{table.table}`" for table in cdm.unfilled())
    return "\n".join([*lines, "", f"Fields that are not listed stay null. Empty tables: {empty}.", ""])


def guide() -> list[dict[str, str]]:
    """The rows of the guide, with what they are here."""
    text = (resources.files("schemas") / "omop" / "hl7_guide.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _guide_row(origins: Origins, row: dict[str, str]) -> str:
    table, _, field = row["omop"].partition(".")
    found = sources(origins, f"omop.{table}", row["witness"] or field)
    followed = bool(row["ours"]) and row["ours"] in found
    if row["ours"] and not followed:
        raise ValueError(f"hl7_guide.csv: {row['omop']} is not made of {row['ours']} but of {', '.join(sorted(found))}")
    if not followed and not row["note"]:
        raise ValueError(f"hl7_guide.csv: {row['resource']}.{row['element']} to {row['omop']} is not explained")
    told = "as the guide" if followed else "otherwise"
    return f"| {row['resource']}.{row['element']} | `{row['omop']}` | {told} | {row['note']} |"


def sources(
    origins: Origins, table: str, column: str, seen: frozenset[tuple[str, str]] = frozenset()
) -> frozenset[str]:
    """What one field is made of: elements of FHIR as `resource.element`, concepts by name, tables of the study."""
    found: set[str] = set()
    for source, path in origins.of((table, column)).value:
        layer, _, name = source.partition(".")
        step = (source, path.partition(".")[0])
        if layer == "fhir":
            found.add(f"{name}.{path}")
        elif source == "$":
            found.add(f"${path}")
        elif layer == "omop" and name not in MADE_HERE and step not in seen:
            found |= sources(origins, *step, seen | {step})
        elif layer != "file":
            found.add(f"{source}.{path}")
    return frozenset(found)


def _vocabulary() -> set[str]:
    from assets.omop import VOCABULARY_TABLES

    return {*VOCABULARY_TABLES, "omop.cohort_definition"}


if __name__ == "__main__":
    sys.stdout.write(document())
