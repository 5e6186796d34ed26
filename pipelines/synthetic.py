"""The synthetic hospital, as the command line offers it."""

from pathlib import Path

from rich.console import Console

from warehouse.errors import UsageError
from warehouse.places import Places


def has_deliveries(landing: Path) -> bool:
    """Whether any hospital has delivered anything."""
    return landing.is_dir() and any(path.is_file() for path in landing.rglob("*.csv"))


def simulate_paper(places: Places, console: Console, *, seed: int = 1, truth: Path | None = None) -> None:
    """Write the landing files of the calibrated cohort, and their truth outside of them."""
    from simulation import hospital

    with console.status("Making the synthetic hospital: the paper's cohort"):
        made = hospital.simulate_paper(places.landing, seed=seed)
    _write_truth(made, places, truth)
    console.print(f"Synthetic hospital with the paper's cohort: {places.landing}")


def simulate_population(
    places: Places, console: Console, *, patients: int, seed: int, truth: Path | None = None
) -> None:
    """Write the landing files of a population drawn from the published distributions."""
    from simulation import hospital

    with console.status(f"Making the synthetic hospital: {patients:,} patients"):
        made = hospital.simulate_population(places.landing, patients=patients, seed=seed)
    _write_truth(made, places, truth)
    console.print(f"Synthetic hospital with {patients:,} patients: {places.landing}")


def _write_truth(made: object, places: Places, truth: Path | None) -> None:
    from simulation import truth as truths

    target = (truth or places.data / "TRUTH.json").absolute()
    if target.is_relative_to(places.landing):
        raise UsageError("The truth must not lie inside the landing folder: the pipeline has to find it.")
    target.parent.mkdir(parents=True, exist_ok=True)
    truths.write(made, target)
