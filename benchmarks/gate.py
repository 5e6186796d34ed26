"""`python -m benchmarks.gate`: the gate against the models of fhir.resources on the same Observations, and mutants.

A million Observations are made from staging, one in a hundred is spoiled on its typed columns, and both judge all of
them: who finds what, and at what cost. Then every emitted element of a study's resources is mutated. The record goes to
docs/evidence/fhir_gate.md.
"""

import argparse
import itertools
import json as text
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb

from assets import layers
from assets.fhir import gate, json
from assets.resource import Warehouse
from benchmarks import gate_rows, resource_mutation
from benchmarks.evidence import FOLDER, stamp, write
from benchmarks.resource_mutation import NOTHING, Mutant
from schemas import contract
from simulation import hospital
from warehouse.connection import connect

NAME = "fhir_gate"
CODE = ("assets/fhir", "benchmarks/gate.py", "benchmarks/gate_rows.py", "benchmarks/resource_mutation.py", "schemas")
OBSERVATION = "fhir.observation"
SAMPLE = 20_000
"""Resources that are built as models and dumped: more would take minutes and tell the same."""


class Race(NamedTuple):
    """Both judges on the same Observations; costs in CPU seconds."""

    observations: int
    resources: int
    spoiled: int
    making: float
    gate: float
    models: float
    refused_by_gate: int
    refused_by_models: int
    let_in_against_models: int
    false_alarms: int
    rules: Counter[str]
    exported: float
    dumped: float


def race(folder: Path, rows: int) -> Race:
    """Make, spoil and judge so many Observations, and write them as JSON in both ways."""
    with connect(folder / "race.duckdb") as connection:
        gate_rows.stage(connection, rows)
        resources, making = gate_rows.build(connection)
        spoiled = gate_rows.spoil(connection)
        with_faults = {name: name for name in gate.resource_tables()} | {OBSERVATION: gate_rows.SPOILED}
        connection.execute(contract.load("fhir.quarantine").ddl())
        # What the models see are the very rows that the gate judges: written before it takes any out.
        cursor = connection.cursor()
        lines = folder / "observation.ndjson"
        started = time.process_time()
        gate_rows.copy(cursor, gate_rows.SPOILED, lines)
        exported = time.process_time() - started
        cursor.execute(gate.FAULT)
        started = time.process_time()
        gate.let_in(cursor, with_faults)
        judged = time.process_time() - started
        query = "select id, rule from fhir.quarantine where resource = 'Observation'"
        found = dict(cursor.execute(query).fetchall())
        total = cursor.execute("select count(*) from fhir.observation").fetchall()[0][0]
    started = time.process_time()
    refused = set(_refused_by_models("Observation", lines))
    models = time.process_time() - started
    return Race(
        total, resources, len(spoiled), making, judged, models, len(found), len(refused), len(refused - found.keys()),
        len(found.keys() - spoiled), Counter(found.values()), exported / total, _dump(lines) / SAMPLE,
    )  # fmt: skip


def _refused_by_models(kind: str, lines: Path) -> Iterator[str]:
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    model = get_fhir_model_class(kind)
    with lines.open(encoding="utf-8") as stream:
        for line in stream:
            resource = text.loads(line)
            try:
                model.model_validate(resource)
            except ValidationError:
                yield resource["id"]


def _dump(lines: Path) -> float:
    """CPU seconds of building models and dumping them, for the first valid ones."""
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    model = get_fhir_model_class("Observation")
    with lines.open(encoding="utf-8") as stream:
        resources = [text.loads(line) for line in itertools.islice(stream, SAMPLE)]
    started = time.process_time()
    for resource in resources:
        try:
            text.dumps(model.model_validate(resource).model_dump(mode="json"))
        except ValidationError:
            continue
    return time.process_time() - started


class Recall(NamedTuple):
    """Of the mutants of one operator: made, and refused by the gate and by two other implementations."""

    operator: str
    made: int
    gate: int
    models: int
    fhirkit: int


def recall(folder: Path, each: int) -> tuple[list[Recall], list[Mutant], int, int]:
    """Recall by operator on the paper's cohort, mutants that were let in, right resources, and false alarms."""
    warehouse = Warehouse(landing=str(folder / "landing"), data=str(folder / "data"))
    hospital.simulate_paper(warehouse.places.landing, folder / "TRUTH.json", 20200626)
    warehouse.places.data.mkdir()
    with connect(warehouse.places.build) as build:
        for layer in ("raw", "staging", "fhir"):
            layers.BUILDS[layer](build, warehouse)
        lines = {kind: list(json.lines(build, table)) for table, kind in json.types().items()}
    made = list(resource_mutation.mutants(lines, each))
    judges = {"gate": set[str](), "models": set[str](), "fhirkit": set[str]()}
    with duckdb.connect() as connection:
        connection.execute("create schema fhir")
        caught, missed, alarms = resource_mutation.refused(connection, lines, made, folder)
        doubles = list(resource_mutation.doubled({kind: found[:1000] for kind, found in lines.items()}))
        twice, once, _ = resource_mutation.refused(connection, lines, doubles, folder)
    judges["gate"] = {mutant.line for mutant in caught}
    judges["models"] = {m.line for m in made if not _passes_models(m)}
    judges["fhirkit"] = {m.line for m in made if _issues(m)}
    by_operator = {name: [m for m in made if m.operator == name] for name in dict.fromkeys(m.operator for m in made)}
    found = [
        Recall(name, len(own), *(sum(m.line in judge for m in own) for judge in judges.values()))
        for name, own in by_operator.items()
    ]
    found.append(Recall("duplicate id", len(doubles), len(twice), 0, 0))
    let_in = [m for m in (*missed, *once) if m.operator != NOTHING]
    alarms += sum(mutant.operator == NOTHING for mutant in caught)
    return found, let_in, sum(map(len, lines.values())), alarms


def _passes_models(mutant: Mutant) -> bool:
    from fhir.resources.R4B import get_fhir_model_class

    try:
        get_fhir_model_class(mutant.resource).model_validate_json(mutant.line)
    except ValueError:
        return False
    return True


def _issues(mutant: Mutant) -> bool:
    import fhirkit

    try:
        return any(issue.severity == "error" for issue in fhirkit.validate(mutant.line))
    except ValueError:
        return True


PAGE = """# The gate against the models, and what gets past it

Recorded by `python -m benchmarks.gate` on {day} at commit `{commit}`. **{verdict}**

## The same Observations before both

{observations:,} Observations, {spoiled:,} of them spoiled on their typed columns in {kinds} ways; with the reports and
visits that belong to them {resources:,} resources.

| | CPU s | resources per CPU s |
|---|---|---|
| making the rows of all types | {making:.1f} | {making_rate:,.0f} |
| the gate on all of them | {gate:.1f} | {gate_rate:,.0f} |
| `model_validate` of fhir.resources over each Observation | {models:.0f} | {models_rate:,.0f} |
| export: NDJSON straight from DuckDB | {exported:.1f} | {exported_rate:,.0f} |
| `json.dumps` of the models ({sample:,} of them) | | {dumped_rate:,.0f} |

The gate over all resources takes **1/{ratio:.0f}** of the time that the models take over the Observations alone, and
costs **{share:.2f}** of making the rows; export is **{export_ratio:.0f} times** as fast as dumping models. The gate
refused {refused_by_gate:,} Observations, the models {refused_by_models:,}. Refused by the models and let in by the
gate: **{let_in_against_models}**. Right ones that the gate refused: **{false_alarms}**.

| first rule that a refused Observation broke | refused |
|---|---|
{rules}

## Mutants

Every operator on every element that we emit, on the resources of the paper's cohort ({right:,} right ones, refused
by the gate: **{alarms}**).

| operator | mutants | refused by the gate | by fhir.resources | by fhirkit |
|---|---|---|---|---|
{recall}

{missed}

`nothing` changes the id only: those have to pass. What stands beside a resource (ids, references) no model can see.
fhirkit implements R4, not R4B; for the elements that we emit the two differ in nothing that it looks at.
"""


def page(run: Race, found: list[Recall], let_in: list[Mutant], right: int, alarms: int, **stamped: str) -> str:
    """The record, as Markdown."""
    ratio, share = run.models / run.gate, run.gate / run.making
    low = [r for r in found if r.operator != NOTHING and r.gate < 0.95 * r.made]
    kept = not (low or alarms or run.let_in_against_models or run.false_alarms or ratio < 20 or share > 0.5)
    missed = [f"- {m.operator}: {m.resource}.{m.element}" for m in dict.fromkeys(m._replace(line="") for m in let_in)]
    return PAGE.format(
        **stamped,
        verdict="Holds." if kept else "Does not hold: see the figures.",
        **{name: getattr(run, name) for name in run._fields if name not in ("rules", "exported")},
        exported=run.exported * run.observations,
        making_rate=run.resources / run.making,
        gate_rate=run.resources / run.gate,
        models_rate=run.observations / run.models,
        exported_rate=1 / run.exported,
        dumped_rate=1 / run.dumped,
        sample=SAMPLE,
        kinds=len(gate_rows.FAULTS),
        ratio=ratio,
        share=share,
        export_ratio=run.dumped / run.exported,
        rules=_table((rule.strip(), f"{number:,}") for rule, number in sorted(run.rules.items())),
        right=right,
        alarms=alarms,
        recall=_table(
            (r.operator, f"{r.made:,}", *(f"{n:,} ({100 * n / r.made:.1f} %)" for n in (r.gate, r.models, r.fhirkit)))
            for r in found
        ),
        missed="Let in by the gate:\n\n" + "\n".join(missed) if missed else "The gate let none of them in.",
    )


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="Observations that both judge")
    parser.add_argument("--each", type=int, default=10, help="resources that are mutated at each element")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the record goes")
    given = parser.parse_args()
    stamped = stamp(*CODE)  # of what is about to run
    with tempfile.TemporaryDirectory(prefix="mucosa-gate-") as name:
        run = race(Path(name), given.rows)
        found = recall(Path(name), given.each)
    write(given.folder / f"{NAME}.md", page(run, *found, **stamped))


if __name__ == "__main__":
    main()
