"""The built-in vocabulary holds together, and nothing uses a concept that it lacks."""

import re

import duckdb
import pytest

from assets import omop
from assets.fhir import tables
from schemas import contract, vocabulary

CONCEPT_COLUMNS = [
    (table.name, column.name)
    for table in contract.contracts("omop")
    for column in table.columns
    if table.name != "omop.concept" and table.step == "omop"
    if column.name.endswith("concept_id") or re.fullmatch(r"concept_id_\d", column.name)
]
OFFICIAL_EVIDENCE = {"VERIFIED_SNAPSHOT", "VERIFIED_SECONDARY", "VERIFIED_OMOP_ID_ONLY", "WEAK_SINGLE_SOURCE"}


@pytest.mark.parametrize(("table", "column"), CONCEPT_COLUMNS)
def test_every_concept_in_use_exists(hospital: duckdb.DuckDBPyConnection, table: str, column: str) -> None:
    lacking = f'select distinct "{column}" from {table} anti join omop.concept c on c.concept_id = "{column}"'
    assert hospital.execute(f'{lacking} where "{column}" is not null').fetchall() == []


def test_parameters_have_one_meaning() -> None:
    assert not vocabulary.concept_ids().keys() & vocabulary.code_systems().keys()
    assert tables.parameters()["tacrolimus_trough"] == "11253-2"
    assert omop.parameters()["tacrolimus_trough"] == 3026250


def test_local_concepts_are_told_apart_by_their_ids() -> None:
    """An id below two billion belongs to OHDSI, so it has to have been verified."""
    for row in vocabulary.rows("concept"):
        official = int(str(row["concept_id"])) < 2_000_000_000
        assert official == (row["verified"] in OFFICIAL_EVIDENCE), row["concept_id"]


def test_a_source_code_has_one_target(hospital: duckdb.DuckDBPyConnection) -> None:
    twice = "select source_vocabulary_id, source_code from omop.source_to_concept_map group by all having count(*) > 1"
    assert hospital.execute(twice).fetchall() == []
    unknown = """select distinct source_vocabulary_id from omop.source_to_concept_map
        where source_vocabulary_id not in (select vocabulary_id from omop.vocabulary)"""
    assert hospital.execute(unknown).fetchall() == []


@pytest.mark.parametrize(
    ("code", "ingredient", "strength_mg"),
    [
        ("3999014M2029", "tacrolimus", 0.5),  # capsule
        ("2399402F1026", "infliximab", 100),
        ("2699709M1036", None, None),  # ointment: no strength a unit, and no systemic exposure
        ("2456700X1025", None, 20),  # enema: its strength is known, yet it is no systemic exposure
    ],
)
def test_products_stand_under_their_ingredient(
    hospital: duckdb.DuckDBPyConnection, code: str, ingredient: str | None, strength_mg: float | None
) -> None:
    found = hospital.execute(
        """select a.concept_name, s.amount_value
        from omop.concept as p
        left join omop.concept_ancestor as ca
            on ca.descendant_concept_id = p.concept_id and ca.min_levels_of_separation = 1
        left join omop.concept as a on a.concept_id = ca.ancestor_concept_id
        left join omop.drug_strength as s on s.drug_concept_id = p.concept_id
        where p.concept_code = $code""",
        {"code": code},
    ).fetchall()
    assert [(name and name.lower(), strength) for name, strength in found] == [(ingredient, strength_mg)]
