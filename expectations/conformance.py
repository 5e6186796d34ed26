"""Validity of FHIR resources as verdicts: what `fhir.validation` holds, one rule for each kind of fault."""

import re

import duckdb

from expectations.result import Result
from schemas import r4b

REFUSED = "fhir.quarantine"
"""The table that the verdicts speak of: what they count stands there."""
WHAT_TO_DO = (
    "The faulty ones are in fhir.quarantine with the rule and the element, and nothing to the right reads them."
    " Correct the model that makes them and build again."
)
SENTENCES = {
    "required": "Every {resource} has the elements that R4B requires.",
    "empty": "No element of a {resource} is there without holding anything.",
    "value": "Every primitive of a {resource} is written as R4B has it.",
    "date": "Every date of a {resource} is a FHIR date that exists.",
    "choice": "Of the elements of one choice a {resource} has one.",
    "value-set": "Every code of a {resource} with a required value set is of that set.",
    "target": "Every reference of a {resource} names a type that may stand there.",
    "ids": "Every {resource} has an id of its own.",
    "references": "Everything that a {resource} refers to exists.",
}


def conformance(connection: duckdb.DuckDBPyConnection) -> list[Result]:
    """One verdict for each resource type and rule: how many resources, how many the gate refused for it.

    A warning: what was refused is out of the way. That it is not too much is a critical rule of `fhir.ledger`.
    """
    judged = connection.execute("select resource, rule, evaluated, failed from fhir.validation order by all").fetchall()
    found = []
    for resource, rule, evaluated, failed in judged:
        name = re.sub(r"(?<!^)(?=[A-Z])|[^A-Za-z0-9]+", "_", f"{resource}_{rule}").lower().replace("__", "_")
        sentence = SENTENCES.get(rule) or f"{r4b.sentence(rule)} ({rule}, {{resource}})"
        found.append(
            Result(
                rule=f"{REFUSED}.{name}",
                table_name=REFUSED,
                severity="warning",
                evaluated=evaluated,
                failed=failed,
                verdict="failed" if failed else "passed",
                sentence=sentence.format(resource=resource),
                what_to_do=WHAT_TO_DO,
                owner="developer",
                source="HL7 FHIR R4B (4.3.0)",
            )
        )
    return found
