"""The whole way of ever more patients, layer by layer, beside the floor: what each size costs, what follows of it."""

import json
import math
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.landing import landed
from benchmarks.line import Measured
from benchmarks.measure import Cost, process

TO_OMOP = ("raw", "staging", "fhir", "omop")
WHOLE = (*TO_OMOP, "cohorts", "labels", "marts", "checks")
ALL = (*WHOLE, "export")
SMALL_MEMORY, SMALL_BUCKETS = "2GB", 16
INTERPRETER_MB = 600.0
"""What Python, its libraries and a block of a file take beside what DuckDB is allowed."""
LARGE = 10_000_000
"""Rows from which on rates are promised."""


class Size(NamedTuple):
    """One size: its patients and landed records, what each layer cost, and the floor on the same files."""

    patients: int
    records: int
    parts: dict[str, Cost]
    floor: Cost

    def cpu(self, names: Sequence[str]) -> float:
        """CPU seconds of some layers together."""
        return sum(self.parts[name].cpu_seconds for name in names)


def measure(folder: Path, patients: int, memory: str = "8GB", buckets: int = 1, names: Sequence[str] = ALL) -> Size:
    """Land so many patients, build everything, read the same files with DuckDB alone; then throw all of it away."""
    try:
        landing, records = landed(folder, patients)
        words = [str(landing), str(folder / "data"), "--memory", memory, "--buckets", str(buckets)]
        _, text = process("layers", ["-m", "benchmarks.layers", *words, "--only", ",".join(names)])
        floor, _ = process("floor", ["-m", "benchmarks.floor", str(landing), str(folder / "floor")])
        parts = {part.name: part for part in (Cost(**json.loads(row)) for row in text.splitlines())}
        return Size(patients, records, parts, floor)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def lines(size: Size) -> list[Measured]:
    """What one size shows; judged where it has as many rows as the promises speak of."""
    name, judged = f"{size.patients:,} patients, {size.records:,} records", size.records >= LARGE
    staged = size.records / (size.cpu(("fhir", "omop")))
    whole, floor = size.cpu(WHOLE), size.floor.cpu_seconds
    return [
        _at_least(f"{name}: landing to OMOP", size.records / size.cpu(TO_OMOP), 100_000, judged),
        _at_least(f"{name}: and NDJSON", size.records / size.cpu((*TO_OMOP, "export")), 40_000, judged),
        _at_least(f"{name}: typed staging to OMOP", staged, 700_000, judged),
        Measured(f"{name}: of it OMOP alone", size.records / size.cpu(("omop",)), "records/CPU s"),
        Measured(f"{name}: whole build and checks over the floor", whole / floor, "x", 10.0 if judged else None),
        Measured(f"{name}: highest memory", max(p.peak_mb for p in size.parts.values()), "MB", 8192.0),
    ]


def parts(size: Size) -> list[Cost]:
    """Each layer's cost, the floor last, under names that say the size."""
    found = (*size.parts.values(), size.floor._replace(rows=size.records))
    return [part._replace(name=f"{size.patients:,} patients: {part.name}") for part in found]


def exponent(sizes: Sequence[Size]) -> list[Measured]:
    """By which power of the patients the cost of a whole build grows, over the sizes measured."""
    if len(sizes) < 2:
        return []
    points = [(math.log(s.patients), math.log(s.cpu(WHOLE))) for s in sizes]
    middle = [sum(axis) / len(points) for axis in zip(*points, strict=True)]
    slope = sum((x - middle[0]) * (y - middle[1]) for x, y in points) / sum((x - middle[0]) ** 2 for x, _ in points)
    return [Measured(f"cost grows by the power of patients, {len(sizes)} sizes", slope, "", 1.05)]


def bounded(folder: Path, patients: int) -> list[Measured]:
    """The same build with a quarter of the memory, in buckets."""
    size = measure(folder, patients, SMALL_MEMORY, SMALL_BUCKETS, WHOLE)
    most = max((size.parts[name] for name in WHOLE), key=lambda part: part.peak_mb)
    name = f"{patients:,} patients with {SMALL_MEMORY} and {SMALL_BUCKETS} buckets"
    return [
        Measured(f"{name}: highest memory ({most.name})", most.peak_mb, "MB", 2 * 1024 + INTERPRETER_MB),
        Measured(f"{name}: whole build and checks", size.cpu(WHOLE), "CPU s"),
        Measured(f"{name}: spilled at most", max(part.spilled_mb for part in size.parts.values()), "MB"),
    ]


def _at_least(what: str, reached: float, target: float, judged: bool) -> Measured:
    return Measured(what, reached, "records/CPU s", target if judged else None, at_least=True)
