"""Build some layers in this process and print what each cost, one JSON line a layer (`python -m benchmarks.layers`)."""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

from assets import layers
from assets.resource import Warehouse
from benchmarks.measure import KILO_PER_MEGA, Cost
from warehouse import connection


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.layers", description=__doc__)
    parser.add_argument("landing", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", default=",".join(layers.BUILDS), help="layers, separated by commas")
    parser.add_argument("--memory", default="8GB", help="DuckDB's limit")
    given = parser.parse_args()
    warehouse = Warehouse(landing=str(given.landing), data=str(given.data), memory_limit=given.memory)
    warehouse.places.data.mkdir(parents=True, exist_ok=True)
    with connection.connect(warehouse.places.build, memory_limit=given.memory) as build:
        for name in given.only.split(","):
            wall, cpu = time.perf_counter(), time.process_time()
            layers.BUILDS[name](build, warehouse)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILO_PER_MEGA
            cost = Cost(name, time.perf_counter() - wall, time.process_time() - cpu, peak)
            sys.stdout.write(json.dumps(cost._asdict()) + "\n")


if __name__ == "__main__":
    main()
