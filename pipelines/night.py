"""One night from the command line: run the job, show progress, say what came out or what to do."""

import logging
import os
from pathlib import Path

from rich.console import Console

from warehouse.errors import DataError
from warehouse.places import Places

JOB = "night"


def materialize(places: Places, console: Console) -> None:
    """Run every step in this process. Raises `DataError` with what to do when the night ends red."""
    from assets import raw

    raw.find_deliveries(places.landing)  # the usual mistakes are named before anything heavy is loaded
    with console.status("Starting Dagster") as status:
        from pipelines import instance

        progress = _Progress(console, status)
        instance.prepare(places)
        from pipelines.definitions import defs

        logger = logging.getLogger("mucosa")
        logger.setLevel(logging.INFO)
        logger.addHandler(progress)
        try:
            with instance.opened(places) as opened:
                result = defs.resolve_job_def(JOB).execute_in_process(
                    instance=opened,
                    raise_on_error=False,
                    run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                )
        finally:
            logger.removeHandler(progress)
    if not result.success:
        raise DataError(_reason(result, places))


def write_report(places: Places) -> Path:
    """Write the report of the published release."""
    from assets.report import report
    from warehouse import connection

    if not places.published.exists():
        raise DataError(f"There is no release in {places.data} yet; run `mucosa materialize` first.")
    with connection.connect(places.published, read_only=True) as release:
        return report.write_report(release, places)


def point_to_results(places: Places, console: Console) -> None:
    """Say where the results lie and how to go on."""
    here = Path.cwd()
    shown = {
        "Release": places.published,
        "Report": places.report / "index.html",
        "Releases": places.releases,
    }
    for name, path in shown.items():
        near = path.relative_to(here) if path.is_relative_to(here) else path
        console.print(f"{name:<9} {near}")
    console.print("Lineage   make ui")


def _reason(result: object, places: Places) -> str:
    """Why the night ended red: failed rules first, else the message of the step that stopped."""
    from expectations import verdicts

    failed = verdicts.read_failures(places)
    if failed:
        return failed
    messages = []
    for event in result.all_events:  # type: ignore[attr-defined]
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error.cause is not None:
                error = error.cause
            messages.append(error.message.partition(": ")[2].strip() or error.message.strip())
    return os.linesep.join(dict.fromkeys(messages)) or "The night stopped; open `mucosa ui` for its log."


class _Progress(logging.Handler):
    """Shows one line for each finished step."""

    def __init__(self, console: Console, status: object) -> None:
        super().__init__()
        self.console, self.status = console, status

    def emit(self, record: logging.LogRecord) -> None:
        step, what, seconds = record.getMessage().split("|")
        self.console.print(f"[green]✓[/green] {step:<22} {what:<34} {seconds:>5} s")
        self.status.update(f"after {step}")  # type: ignore[attr-defined]
