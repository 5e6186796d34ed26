"""One night from the command line: run the job, show progress, say what came out or what to do."""

import gc
import logging
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from warehouse import beside
from warehouse.errors import DataError, MucosaError, UsageError
from warehouse.lock import writer_lock
from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult


MOST = 12
"""Paragraphs that somebody reads at night."""


def materialize(places: Places, console: Console) -> None:
    """Run every step in this process. Raises `DataError` with what to do when the night ends red."""
    from assets.raw.landing import find_deliveries

    try:
        find_deliveries(places.landing)  # the usual mistakes are named before anything heavy is loaded
    except MucosaError as error:
        if places.data.is_dir():
            from pipelines.alerts import watch

            with _telling(console):
                watch.refuse(places, str(error))
        raise
    _run("night", places, console)


def publish(places: Places, console: Console) -> None:
    """Publish what is built, after asking every rule that has no verdict on it."""
    if not places.build.exists():
        raise UsageError(f"Nothing has been built in {places.data} yet; run `mucosa materialize` first.")
    missing = _missing(places)
    if missing:
        raise UsageError(f"The build lacks {', '.join(missing)}; run `mucosa materialize` to make the rest.")
    _run("publish", places, console)


def _missing(places: Places) -> list[str]:
    """Layers of which the build does not hold every table."""
    import duckdb

    from schemas import contract
    from warehouse import connection

    try:
        with connection.connect(places.build, read_only=True) as build:
            found = build.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    except duckdb.IOException:
        raise UsageError(
            "The build can't be opened: another night is writing it, or it is damaged. If no night is running, "
            "`mucosa materialize` makes it anew."
        ) from None
    there = {name for (name,) in found}
    layers = contract.LAYERS[: contract.LAYERS.index("quality")]
    return [layer for layer in layers if not {t.name for t in contract.contracts(layer)} <= there]


def _run(job: str, places: Places, console: Console) -> None:
    with console.status("Starting Dagster") as status, writer_lock(places):
        beside.start()
        gc.disable()  # nothing that libraries build while they load is garbage; looking for it took a second
        from pipelines import instance

        instance.prepare(places)
        from pipelines import sensors
        from pipelines.alerts import night as alerts
        from pipelines.alerts.sensor import process_tag
        from pipelines.definitions import defs

        gc.freeze()
        gc.enable()
        gc.set_threshold(50_000, 20, 20)  # Dagster and Great Expectations make many small objects that live long
        logger = logging.getLogger("mucosa")
        logger.setLevel(logging.DEBUG)
        progress = _Progress(console, status)
        logger.addHandler(progress)
        try:
            with instance.opened(places) as history:
                if job == sensors.NIGHT:
                    sensors.register(history, places.landing)
                result = defs.resolve_job_def(job).execute_in_process(
                    instance=history,
                    raise_on_error=False,
                    tags=process_tag(),
                    run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                )
                with _telling(console):
                    alerts.conclude(places, result.run_id, green=result.success, instance=history)
        finally:
            logger.removeHandler(progress)
            gc.freeze()  # the process is about to end: collecting what the libraries built would take seconds
    if not result.success:
        raise DataError(_reason(result))


@contextmanager
def _telling(console: Console) -> Iterator[None]:
    """Let the alerts do their part; what goes wrong there must not hide how the night ended."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - a channel, a file, a lock: the night has ended all the same
        said = str(error) if isinstance(error, MucosaError) else type(error).__name__
        console.print(f"[yellow]Alerts failed:[/yellow] {escape(said)}", soft_wrap=True)


def write_report(places: Places) -> Path:
    """Write report and Data Docs of the published release."""
    from assets.report import data_docs, report
    from warehouse import connection

    if not places.published.exists():
        raise UsageError(f"There is no release in {places.data} yet; run `mucosa materialize` first.")
    with connection.connect(places.published, read_only=True) as release:
        data_docs.write_docs(release, places)
        return report.write_report(release, places)


def point_to_results(places: Places, console: Console) -> None:
    """Say where the results lie and how to go on."""
    here = Path.cwd()
    for name, path in {"Release": places.published, "Report": places.report / "index.html"}.items():
        console.print(f"{name:<8} {path.relative_to(here) if path.is_relative_to(here) else path}", soft_wrap=True)
    in_the_checkout = (here / "Makefile").is_file() and places == Places.of(DEFAULT_LANDING, DEFAULT_DATA)
    folders = ["--landing", str(places.landing), "--data", str(places.data)]
    way = "make ui" if in_the_checkout else shlex.join(["mucosa", "ui", *folders])
    console.print("Lineage ", escape(way), soft_wrap=True)


def _reason(result: "ExecuteInProcessResult") -> str:
    """Why the night ended red: what the failed checks say, else the message of the step that stopped."""
    from pipelines.alerts.night import in_words

    told = [
        check.description or f"{check.check_name} of {check.asset_key.to_user_string()}"
        for check in result.get_asset_check_evaluations()
        if not check.passed and check.blocking
    ]
    for event in result.get_step_failure_events():
        error = event.step_failure_data.error
        if error is not None and not told:
            told.append(in_words(error))
    untouched = "Nothing was published; the last release, if there is one, stays as it was."
    shown = [*dict.fromkeys(told)]
    more = [f"{len(shown) - MOST} more; `quality.results` of the build holds all."] if len(shown) > MOST else []
    return "\n\n".join([*shown[:MOST], *more, untouched])


class _Progress(logging.Handler):
    """Shows one line for each finished step."""

    def __init__(self, console: Console, status: Status) -> None:
        super().__init__()
        self.console, self.status = console, status

    def emit(self, record: logging.LogRecord) -> None:
        step, what, seconds = record.getMessage().split("|")
        if record.levelno < logging.INFO:
            self.status.update(f"{step}: {what}")
            return
        if record.levelno > logging.INFO:
            self.console.print(f"[yellow]…[/yellow] {step:<16} {what}")
            return
        self.console.print(f"[green]✓[/green] {step:<16} {what:<32} {seconds:>6} s")
        self.status.update(f"{step} done, going on")
