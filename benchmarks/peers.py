"""What others reach on the same rows, in the same run: the models of fhir.resources, and lifelines."""

from pathlib import Path

from benchmarks.line import Measured
from benchmarks.measure import process

OBSERVATIONS = 100_000


def gate(folder: Path) -> list[Measured]:
    """Judging Observations with our gate and with `model_validate`; both find the same ones."""
    from benchmarks.gate import race

    run = race(folder, OBSERVATIONS)
    ours, theirs = run.observations / run.gate, run.observations / run.models
    return [
        Measured("gate: Observations judged", ours, "a CPU s"),
        Measured("model_validate: the same Observations", theirs, "a CPU s"),
        Measured("gate over model_validate", ours / theirs, "x"),
        Measured("gate: refused by the models, let in by us", float(run.let_in_against_models), "", 0.0),
    ]


def curves(patients: int) -> list[Measured]:
    """Curve and log-rank test, ours over lifelines."""
    _, text = process("curves", ["-m", "benchmarks.curves", str(patients)])
    ours, theirs = map(float, text.split())
    return [Measured(f"curve and log-rank of {patients:,} over lifelines alone", ours / theirs, "x", 1.2)]
