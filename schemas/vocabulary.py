"""The built-in vocabulary: code systems, concepts and the way from a source code to a concept.

Read from `schemas/codes/*.csv`; SQL gets code systems and concept ids from here as named parameters.
"""

import csv
import functools
from importlib import resources

FHIR_VERSION = "4.3.0"
"""R4B."""


def rows(name: str) -> list[dict[str, str | None]]:
    """One code list, a dictionary a row; an empty cell is None."""
    text = (resources.files("schemas") / "codes" / f"{name}.csv").read_text(encoding="utf-8")
    return [{key: value or None for key, value in row.items()} for row in csv.DictReader(text.splitlines())]


@functools.cache
def code_systems() -> dict[str, str]:
    """URI of every code system, identifier system and extension that FHIR resources use, by its key."""
    return {row["key"]: str(row["system"]) for row in rows("code_system") if row["key"]}


@functools.cache
def concept_ids() -> dict[str, int]:
    """OMOP concept id of every concept that has a key, by that key."""
    return {row["concept_key"]: int(str(row["concept_id"])) for row in rows("concept") if row["concept_key"]}


@functools.cache
def concept_codes() -> dict[str, str]:
    """Code of every concept that has a key, by that key."""
    return {row["concept_key"]: str(row["concept_code"]) for row in rows("concept") if row["concept_key"]}


@functools.cache
def cohort_ids() -> dict[str, int]:
    """Id of every cohort that the study gives back to OMOP, by its key."""
    return {str(row["key"]): int(str(row["cohort_definition_id"])) for row in rows("cohort_definition")}
