"""Validity of FHIR resources as verdicts: what `fhir.validation` holds, one rule for each kind of fault."""

import re

import duckdb

from expectations.result import Result

WHAT_TO_DO = "Correct the model that makes the resource, or its code binding, and build again."
SENTENCES = {
    "shape": "Every {resource} passes the R4B models of fhir.resources.",
    "strings": "No {resource} holds an empty or padded string.",
    "dates": "Every date of a {resource} is a FHIR date that exists.",
    "ids": "Every {resource} has an id of its own, in FHIR's form.",
    "references": "Everything that a {resource} refers to exists.",
}


def conformance(connection: duckdb.DuckDBPyConnection) -> list[Result]:
    """One critical verdict for each resource type and rule: how many resources, how many at fault."""
    judged = connection.execute("select resource, rule, evaluated, failed from fhir.validation order by all").fetchall()
    found = []
    for resource, rule, evaluated, failed in judged:
        table = "fhir." + re.sub(r"(?<!^)(?=[A-Z])", "_", resource).lower()
        binding = f"Every {{resource}} takes its {rule.removeprefix('binding ')} from the bound codes."
        found.append(
            Result(
                rule=f"{table}.valid_{re.sub(r'[^a-z0-9]+', '_', rule.lower()).strip('_')}",
                table_name=table,
                severity="critical",
                evaluated=evaluated,
                failed=failed,
                verdict="failed" if failed else "passed",
                sentence=SENTENCES.get(rule, binding).format(resource=resource),
                what_to_do=WHAT_TO_DO,
            )
        )
    return found
