"""Build some layers in this process and print what each cost, one JSON line a layer (`python -m benchmarks.layers`).

Beside the layers there are `checks` (every rule), `export` (FHIR as NDJSON) and `publish` (release and report): a night
without Dagster.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb

from assets import layers
from assets.resource import Warehouse
from benchmarks.measure import Cost, stretch
from warehouse import connection


def export(build: duckdb.DuckDBPyConnection, warehouse: Warehouse) -> int:
    """Write all FHIR resources as NDJSON; how many there are."""
    from assets.fhir.export import export as written

    return sum(output.resources for output in written(build, warehouse.places.data / "export"))


def checks(warehouse: Warehouse) -> int:
    """Ask every rule of a build that its writer has closed, layer by layer as a night does; how many there are."""
    from expectations import result, run

    places, parameters = warehouse.places, warehouse.protocol.parameters()
    asked = [run.tables([layer]) for layer in layers.BUILDS]
    found = [
        answer
        for names in asked
        if names
        for answer in run.evaluate_together(places.build, names, parameters, warehouse.memory_limit)
    ]
    with connection.connect(places.build, memory_limit=warehouse.memory_limit) as build:
        result.write_results(build, found)
    return len(found)


def publish(warehouse: Warehouse) -> int:
    """Release and report of a build that its writer has closed; rows of the release."""
    from assets.report import data_docs, report
    from expectations.result import read_results
    from warehouse import release

    with connection.connect(warehouse.places.build, read_only=True) as build:
        found = read_results(build)
    made = release.publish(warehouse.places, warehouse.protocol, found, memory_limit=warehouse.memory_limit)
    with connection.connect(warehouse.places.published, read_only=True) as opened:
        data_docs.write_docs(opened, warehouse.places)
        report.write_report(opened, warehouse.places)
    return made.rows


CLOSED: dict[str, Callable[[Warehouse], int]] = {"checks": checks, "publish": publish}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.layers", description=__doc__)
    parser.add_argument("landing", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", default=",".join(layers.BUILDS), help="layers, separated by commas")
    parser.add_argument("--memory", default="8GB", help="DuckDB's limit")
    parser.add_argument("--buckets", type=int, default=1, help="in how many the persons are taken from FHIR to labels")
    parser.add_argument("--rebuild", default="touched", help="`full`: make every person anew")
    given = parser.parse_args()
    folders = {"landing": str(given.landing), "data": str(given.data)}
    warehouse = Warehouse(**folders, memory_limit=given.memory, buckets=given.buckets, rebuild=given.rebuild)
    warehouse.places.data.mkdir(parents=True, exist_ok=True)
    names, found, data = given.only.split(","), list[Cost](), warehouse.places.data
    with connection.connect(warehouse.places.build, memory_limit=given.memory) as build:
        for name in (n for n in names if n not in CLOSED):
            with stretch(name, data, found) as said:
                if name == "export":
                    said["rows"] = export(build, warehouse)
                else:
                    said["rows"] = sum(layers.BUILDS[name](build, warehouse).values())
            sys.stdout.write(json.dumps(found[-1]._asdict()) + "\n")
    for name in (n for n in CLOSED if n in names):
        with stretch(name, data, found) as said:
            said["rows"] = CLOSED[name](warehouse)
        sys.stdout.write(json.dumps(found[-1]._asdict()) + "\n")


if __name__ == "__main__":
    main()
