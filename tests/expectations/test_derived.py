"""Rules that nobody typed: they follow from contracts, extract contracts and code lists."""

from expectations.derived import by_table_and_severity, rules
from schemas import contract, extract
from schemas.contract import LAYERS


def test_every_table_has_its_columns_and_its_key_checked() -> None:
    for layer in LAYERS[:-1]:
        for table in contract.contracts(layer):
            asked = {rule.name: rule for rule in rules(table.name)}
            assert asked["columns"].arguments["column_list"] == list(table.column_names)
            assert ("key_unique" in asked) == bool(table.key)
            assert asked["columns"].severity == "critical"


def test_every_bound_and_row_rule_of_an_extract_is_asked_again() -> None:
    for feed in extract.feeds():
        asked = {rule.name for rule in rules(f"staging.{feed.feed}")}
        assert {f"{c.name}_bounds" for c in feed.columns if c.minimum is not None} <= asked
        assert len([rule for rule in feed.rules if rule.id.split(".", 1)[1].replace(".", "_") in asked]) == len(
            feed.rules
        )


def test_references_are_asked_of_every_table_that_has_them() -> None:
    for layer, column in (("staging", "person_key"), ("fhir", "person_key"), ("omop", "person_id")):
        for table in contract.contracts(layer):
            known = any(rule.name == "person_known" and rule.severity == "critical" for rule in rules(table.name))
            target = table.name in ("staging.patient", "fhir.patient", "omop.person")
            assert known == (column in table.column_names and not target), table.name


def test_checks_group_every_rule_once() -> None:
    groups = by_table_and_severity("labels")
    assert sum(len(group) for group in groups.values()) == sum(
        len(rules(table.name)) for table in contract.made_in("labels")
    )
    assert ("labels.relapse", "critical") in groups
