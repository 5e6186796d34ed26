"""The checks of OHDSI's DataQualityDashboard for CDM 5.4: which table, field or concept has which, facts only.

What follows from the specification comes from `schemas/omop/cdm54_fields.csv`, the rest, with arguments and
thresholds, from `schemas/omop/dqd_checks.csv` (OHDSI/DataQualityDashboard, commit 2f81ca9, defaults of CDM 5.4).
"""

import csv
import functools
from collections.abc import Iterator
from importlib import resources
from typing import NamedTuple

from schemas import cdm

EXCLUDED = {
    "concept", "vocabulary", "concept_ancestor", "concept_relationship", "concept_class", "concept_synonym",
    "relationship", "domain",
}  # fmt: skip
"""Vocabulary tables, which the dashboard leaves out unless told otherwise."""


class Check(NamedTuple):
    """One check of one table, field or concept; it fails above its threshold."""

    check: str
    table: str
    field: str = ""
    concepts: tuple[int, ...] = ()
    argument: str = ""
    threshold_percent: float = 0


@functools.cache
def checks() -> tuple[Check, ...]:
    """Every check of the dashboard for CDM 5.4, in its defaults."""
    return tuple(check for check in (*_specified(), *_listed()) if check.table not in EXCLUDED)


def _specified() -> Iterator[Check]:
    for table, fields in cdm.tables().items():
        yield Check("cdmTable", table)
        for field in fields:
            yield Check("cdmField", table, field.name)
            yield Check("measureValueCompleteness", table, field.name, threshold_percent=0 if field.required else 100)
            if field.required:
                yield Check("isRequired", table, field.name)
            if field.primary_key:
                yield Check("isPrimaryKey", table, field.name)
            if field.fk_table:
                yield Check("isForeignKey", table, field.name, argument=f"{field.fk_table}.{field.fk_field}")


def _listed() -> Iterator[Check]:
    text = (resources.files("schemas") / "omop" / "dqd_checks.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        concepts = tuple(int(concept) for concept in row["concept_id"].split(",") if concept.strip())
        threshold = float(row["threshold_percent"] or 0)
        yield Check(row["check"], row["table"], row["field"], concepts, row["argument"], threshold)
