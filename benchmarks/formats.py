"""`python -m benchmarks.formats`: records per CPU second in each format, from landing files to raw, staging, OMOP.

The same events in every format; the first, unmeasured run warms caches and loads libraries.
"""

import argparse
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from assets import layers
from assets.resource import Warehouse
from simulation.hospital import simulate_population
from simulation.landing import FORMATS
from warehouse import connection

STEPS = ("raw", "staging", "fhir", "omop")
PEER = 3_400
"""Rows per CPU second from raw to OMOP that ehr2trace reaches, as its authors give it."""


def measure(format_name: str, folder: Path, patients: int) -> tuple[int, list[float]]:
    """Records of a population in one format, and CPU seconds from its files to the end of each step."""
    warehouse = Warehouse(landing=str(folder / "landing"), data=str(folder / "data"))
    records = simulate_population(warehouse.places.landing, folder / "TRUTH.json", patients, 1, format_name)
    warehouse.places.data.mkdir()
    reached = []
    with connection.connect(warehouse.places.build) as build:
        started = time.process_time()
        for step in STEPS:
            layers.BUILDS[step](build, warehouse)
            reached.append(time.process_time() - started)
    return sum(records.values()), reached


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--patients", type=int, default=1000)
    patients = asked.parse_args().patients
    table = Table(
        "format", "records", *(f"to {step}" for step in STEPS), "times the peer", title="Records a CPU second"
    )
    with tempfile.TemporaryDirectory() as folder:
        measure("demo", Path(folder) / "warm", 5)
        for name in FORMATS:
            records, reached = measure(name, Path(folder) / name, patients)
            rates = [records / seconds for seconds in reached]
            table.add_row(name, f"{records:,}", *(f"{rate:,.0f}" for rate in rates), f"{rates[-1] / PEER:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
