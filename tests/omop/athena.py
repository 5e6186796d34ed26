"""A small download in the layout that Athena publishes: tab-separated, nothing quoted, dates as eight digits."""

from pathlib import Path

PANCOLITIS, HYPERTENSION, SODIUM = 90_000_001, 90_000_002, 90_000_003
"""Standard concepts that the built-in vocabulary lacks; ids made up for the tests."""
ALWAYS = "19700101\t20991231\t"
FILES = {
    "CONCEPT": [
        "concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_class_id\tstandard_concept\tconcept_code"
        "\tvalid_start_date\tvalid_end_date\tinvalid_reason",
        f"81893\tUlcerative colitis\tCondition\tSNOMED\tDisorder\tS\t64766004\t{ALWAYS}",
        f'{PANCOLITIS}\tUlcerative "pan"colitis, \'total\tCondition\tSNOMED\tDisorder\tS\t444548001\t{ALWAYS}',
        f"{HYPERTENSION}\tEssential hypertension\tCondition\tSNOMED\tDisorder\tS\t59621000\t{ALWAYS}",
        f"{SODIUM}\tNA\tMeasurement\tLOINC\tLab Test\tS\tNA\t{ALWAYS}",
        f"91000001\tUlcerative (chronic) pancolitis\tCondition\tICD10\tICD10 code\t\tK51.0\t{ALWAYS}",
        f"91000002\tEssential (primary) hypertension\tCondition\tICD10\tICD10 code\t\tI10\t{ALWAYS}",
        f"91000003\tLeft-sided colitis\tCondition\tICD10\tICD10 code\t\tK51.5\t{ALWAYS}",
        '91000004\t5" needle\tDevice\tSNOMED\tPhysical Object\t\tx\t19700101\t20200101\tD',
    ],
    "CONCEPT_RELATIONSHIP": [
        "concept_id_1\tconcept_id_2\trelationship_id\tvalid_start_date\tvalid_end_date\tinvalid_reason",
        f"91000001\t{PANCOLITIS}\tMaps to\t{ALWAYS}",
        f"{PANCOLITIS}\t91000001\tMapped from\t{ALWAYS}",
        f"91000002\t{HYPERTENSION}\tMaps to\t{ALWAYS}",
        "91000003\t91000004\tMaps to\t19700101\t20200101\tD",  # no longer valid, and not standard
    ],
    "CONCEPT_ANCESTOR": [
        "ancestor_concept_id\tdescendant_concept_id\tmin_levels_of_separation\tmax_levels_of_separation",
        "81893\t81893\t0\t0",
        f"81893\t{PANCOLITIS}\t1\t1",
        f"{PANCOLITIS}\t{PANCOLITIS}\t0\t0",
    ],
    "VOCABULARY": [
        "vocabulary_id\tvocabulary_name\tvocabulary_reference\tvocabulary_version\tvocabulary_concept_id",
        "None\tOMOP Standardized Vocabularies\tOMOP generated\tv5.0 TEST\t44819096",
        "ICD10\tInternational Classification of Diseases\thttp://example.org/icd10\t2021 Release\t44819125",
    ],
    "DOMAIN": ["domain_id\tdomain_name\tdomain_concept_id", "Condition\tCondition\t19"],
    "CONCEPT_CLASS": [
        "concept_class_id\tconcept_class_name\tconcept_class_concept_id",
        "ICD10 code\tICD10 code\t44819150",
    ],
    "RELATIONSHIP": [
        "relationship_id\trelationship_name\tis_hierarchical\tdefines_ancestry\treverse_relationship_id"
        "\trelationship_concept_id",
        "Maps to\tNon-standard to Standard map (OMOP)\t0\t0\tMapped from\t44818977",
    ],
    "CONCEPT_SYNONYM": ["concept_id\tconcept_synonym_name\tlanguage_concept_id"],
    "DRUG_STRENGTH": [
        "drug_concept_id\tingredient_concept_id\tamount_value\tamount_unit_concept_id\tnumerator_value"
        "\tnumerator_unit_concept_id\tdenominator_value\tdenominator_unit_concept_id\tbox_size\tvalid_start_date"
        "\tvalid_end_date\tinvalid_reason"
    ],
}


def write(folder: Path, **replaced: list[str]) -> Path:
    """The download in a folder; `replaced` gives other lines for a file, none of them leaves it out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in (FILES | replaced).items():
        if lines:
            (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
