"""The page of all rules, for readers who contest a sentence rather than read a query."""

from expectations import drift
from expectations.derived import rules
from expectations.rule import Rule
from expectations.run import tables
from schemas import contract

HEADER = """# What is expected of every table

Made from the rules in `expectations/` and the contracts in `schemas/`; do not edit. Write it anew with
`python -m expectations.catalogue > docs/expectations.md`.

A **critical** rule that is not met keeps the last release in place; a **warning** informs. A rule that cannot
be asked counts as not met. Verdicts stand in `quality.results`, as counts only. Every table also has the columns
of its contract, a unique key and filled required columns; those rules are critical and not listed here.
"""
DRIFT = (
    "Asked of feeds and of mapped tables from the second night on, against what the manifests of the last seven "
    "releases say of their tables; what is too little to compare has no verdict."
)
IMPLIED = ("columns", "key_unique")


def document() -> str:
    """All rules by table, as Markdown."""
    parts = [HEADER]
    for table in tables():
        if asked := [rule for rule in rules(table) if rule.name not in IMPLIED]:
            parts.append(f"\n## {table}\n\n" + "\n".join(_entry(rule) for rule in asked) + "\n")
    parts.append(f"\n## Drift\n\n{DRIFT}\n\n" + "\n".join(_entry(rule) for rule in _drift()) + "\n")
    return "".join(parts)


def _drift() -> list[Rule]:
    """Each rule of drift once, whatever tables it speaks of."""
    asked = [rule for layer in contract.LAYERS for rule in drift.rules(layer)]
    return list({rule.name: rule for rule in asked}.values())


def _entry(rule: Rule) -> str:
    tolerated = f" Up to {rule.tolerated_share:.0%} may break it." if rule.tolerated_share else ""
    return (
        f"- **{rule.name}** ({rule.severity}, {rule.owner}): {rule.sentence}{tolerated}\n"
        f"  Source: {rule.source}. Not met: {rule.what_to_do}"
    )


if __name__ == "__main__":
    import sys

    sys.stdout.write(document())
