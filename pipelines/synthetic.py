"""The synthetic hospital, as the command line offers it."""

from pathlib import Path

from rich.console import Console

from warehouse.errors import UsageError
from warehouse.places import Places


def has_deliveries(landing: Path) -> bool:
    """Whether any hospital has delivered anything."""
    return landing.is_dir() and any(path.is_file() for path in landing.glob("*/*/*"))


def make(
    places: Places,
    console: Console,
    *,
    patients: int | None,
    seed: int,
    truth: Path | None = None,
    format_name: str = "demo",
) -> None:
    """Write the landing files of a synthetic hospital, and their truth outside of them.

    Without `patients` it is the paper's cohort, else a population of that size from the published distributions.
    `format_name` says which kind of hospital sends them.
    """
    from simulation import hospital
    from simulation.landing import FORMATS

    if format_name not in FORMATS:
        raise UsageError(f"There is no format called {format_name!r}; there are: {', '.join(FORMATS)}.")
    target = (truth or places.data / "TRUTH.json").absolute()
    if target.is_relative_to(places.landing):
        raise UsageError("The truth must not lie inside the landing folder: the pipeline has to find it.")
    target.parent.mkdir(parents=True, exist_ok=True)
    name = "the paper's cohort" if patients is None else f"{patients:,} patients"
    with console.status(f"Making the synthetic hospital with {name}"):
        if patients is None:
            records = hospital.simulate_paper(places.landing, target, seed, format_name)
        else:
            records = hospital.simulate_population(places.landing, target, patients, seed, format_name)
    console.print(f"Synthetic hospital with {name}: {sum(records.values()):,} records of {len(records)} feeds landed.")
