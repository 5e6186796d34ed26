"""Writes docs/fhir.md: what every emitted element is, which rules bind it and what it is made of.

Run as `python -m assets.fhir.page > docs/fhir.md`; a test compares.
"""

import sys

from assets import lineage
from assets.fhir import gate, rules
from assets.lineage import Origins
from schemas import r4b
from schemas.contract import Contract

HEAD = """# FHIR R4B: out, in, and the gate between

Written by `python -m assets.fhir.page > docs/fhir.md`; a test compares.

    mucosa fhir export FOLDER                  the release: pseudonyms, years of birth
    mucosa fhir export FOLDER --gzip --since 2026-01-01
    mucosa fhir export FOLDER --birth-days     the last build, to move a warehouse
    mucosa fhir import FOLDER --data NEW       what --birth-days has written, into an empty folder
    mucosa fhir view                           the SQL-on-FHIR views there are
    mucosa fhir view laboratory --out laboratory.parquet

**Export** writes NDJSON by resource type, a Provenance for every resource (file_id and record) and the manifest of the
Bulk Data guide, into a new folder that its owner alone may open. `--since` asks for the day of delivery.

**Import** takes exports of a Mucosa warehouse only: its ids are pseudonyms already and stay what they are, so that
`omop`, `cohorts`, `labels` and `marts` come out equal, hash by hash (flows of landed records apart: nothing landed).
FHIR of a hospital lands as a delivery under a profile ([formats.md](formats.md)), where its numbers become pseudonyms.

**The gate** asks every rule below of every resource, on typed columns, before any JSON exists. What breaks one goes to
`fhir.quarantine` with the rule and the element; what refers to it then refers to nothing and follows. Nothing is
repaired. More than one resource in twenty of a type stops the night. On import the same gate also names what is no
JSON (`json`), no resource of its file (`resource`: a Bundle, too), an unknown element (`unknown`), a wrong JSON type
(`type`) and an id that is no key of ours (`key`). [evidence/fhir_gate.md](evidence/fhir_gate.md) holds it against the
models of fhir.resources and counts what gets past it.

**Views** are ViewDefinitions (SQL on FHIR, version 2) in `schemas/fhir/views/`; a file of your own runs, too. Of the
specification: `resource`, `constant`, `where`, `select`, `column`, `forEach`, `forEachOrNull`. Of FHIRPath: names,
`ofType()`, `first()`, `[n]`, `where()`, `exists()`, `empty()`, `not()`, `getResourceKey()`, `getReferenceKey()`,
comparisons, `and`, `or`. Anything else is refused by name. Without: `unionAll`, `repeat`.

What is not here, and why: no Practitioner and no MedicationDispense, because no extract names a person who treats or
a dispensing; no Condition.clinicalStatus, because no extract says whether a diagnosis has ended; no names, texts or
displays, because they stop at raw. An endoscopy corrected by a later report is kept in its latest version, as `final`.
`interpretation` is H, L or N where a result and its own reference range decide it. Results that were drawn from one
patient at one time and reported at one time are one laboratory report.

Invariants that can't be broken here, because what they speak of is not emitted: con-4, con-5 (no end, no clinical
status), dom-2 to dom-5 (nothing is contained), pat-1, prr-1. dom-6 (a narrative) is advice. vs-2 and vs-3 are the
vital signs profile's and are asked of every Observation.

Between R4 and R4B no element that we emit differs; fhirkit-rs, which knows R4, takes every resource as well.

## Invariants

| key | type | rule |
|---|---|---|
{invariants}

## Elements

`1` in *times*: required. *From*: columns of `staging`, or a code list (`$name`).
"""


def document() -> str:
    """The page."""
    origins = lineage.load()
    emitted = {kind for table in gate.resource_tables().values() for kind in _types(table)}
    invariants = [
        f"| {rule.key} | {rule.type} | {rule.sentence} |"
        for kind in sorted(emitted)
        for rule in r4b.invariants(kind)
        if rule.breakable in r4b.elements(kind)
    ]
    parts = [HEAD.format(invariants="\n".join(invariants))]
    for name, table in gate.resource_tables().items():
        kind = rules.resource_type(table)
        parts += [f"### {kind}\n", "| element | type | times | codes or targets | from |", "|---|---|---|---|---|"]
        parts += [_row(origins, name, path, said) for path, said in _leaves(kind, dict(rules.element_types(table)), "")]
        parts.append("")
    return "\n".join(parts)


def _types(table: Contract) -> set[str]:
    """The types that a resource table is made of."""
    kind = rules.resource_type(table)
    return {kind, *(said.fhir_type for _, said in _places(kind, dict(rules.element_types(table)), "") if said)}


def _places(type_name: str, fields: dict[str, rules.Type], path: str) -> list[tuple[str, r4b.Element]]:
    found = []
    for name, kind in fields.items():
        said = r4b.elements(type_name)[name]
        inner = rules.children(kind)["child"] if kind.id == "list" else kind
        found.append((path + name, said))
        if inner.id == "struct":
            found += _places(said.fhir_type, rules.children(inner), f"{path}{name}.")
    return found


def _leaves(type_name: str, fields: dict[str, rules.Type], path: str) -> list[tuple[str, r4b.Element]]:
    """Elements that hold a value, and those that a value set binds."""
    places = _places(type_name, fields, path)
    inner = {found.rpartition(".")[0] for found, _ in places}
    return [(found, said) for found, said in places if found not in inner or said.value_set]


def _row(origins: Origins, table: str, path: str, said: r4b.Element) -> str:
    found = sorted({_told(source) for source in origins.of((table, path)).value})
    codes = f"{said.value_set.name} ({said.value_set.strength})" if said.value_set else ", ".join(said.targets)
    times = f"{'1' if said.required else '0'}..{'*' if said.many else '1'}"
    return f"| {path} | {said.fhir_type} | {times} | {codes} | {', '.join(found)} |"


def _told(source: tuple[str, str]) -> str:
    table, column = source
    return f"${column}" if table == "$" else f"`{table.removeprefix('staging.')}.{column}`"


if __name__ == "__main__":
    sys.stdout.write(document())
