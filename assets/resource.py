"""The one resource of the warehouse: where a study's files lie, and the only way a step may write."""

import datetime as dt
import logging
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import duckdb
from dagster import ConfigurableResource, RetryRequested

from assets import mishap
from assets.retry import Wait, wait_for
from schemas import study as protocols
from schemas.contract import LAYERS
from warehouse import connection, remembered, verdicts
from warehouse.errors import BusyError, DataError, UsageError
from warehouse.keep import Keep
from warehouse.lock import writer_lock
from warehouse.places import Places

log = logging.getLogger("mucosa")
BRING_IN = ("raw", "staging", "omop")
"""Steps that may bring far more into the build than was there: deliveries and vocabularies."""


@contextmanager
def _for_the_owner_only() -> Iterator[None]:
    """Whatever is made meanwhile is the owner's alone: the build knows days of birth, and so may what it spills."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


class StepError(Exception):
    """A step failed for a reason that its message may tell: no value of any patient stands in it."""


class Warehouse(ConfigurableResource):
    """The two folders of a study, its protocol (a name or a file) and the memory that one step may take."""

    landing: str
    data: str
    study: str = protocols.PAPER
    memory_limit: str = connection.MEMORY
    quiet_minutes: float = 0
    """How long a delivery must lie untouched before it is read, where neither its profile nor a manifest says it."""

    buckets: int = 1
    """In how many parts persons are taken from FHIR to labels: more take less memory and more time."""
    spark_master: str = ""
    """Where an Apache Spark listens that makes the buckets; empty: this machine does."""

    task_memory: str = "2GB"
    """What DuckDB may take in one task of Spark: the largest bucket, which one person may fill, has to fit."""

    shared: str = ""
    """Folder that driver and workers of Spark share; empty: `spark` in the data folder."""

    rebuild: Literal["touched", "full"] = "touched"
    """Whether the layers from FHIR to labels make only those persons anew who changed, where that is cheaper."""
    few_persons: int = 5_000
    """Fewer than so many are all made anew: looking for those that changed would cost more."""
    touched_share: float = 0.2
    """Share of persons from which on all are made anew."""

    keep_newest: int = Keep().newest
    keep_months: int = Keep().months
    """Releases that stay: the newest ones, and the last of each of so many months; frozen ones always do."""

    @property
    def keep(self) -> Keep:
        return Keep(self.keep_newest, self.keep_months)

    @property
    def places(self) -> Places:
        return Places.of(self.landing, self.data)

    @property
    def shared_folder(self) -> Path:
        return Path(self.shared).absolute() if self.shared else self.places.data / "spark"

    @property
    def protocol(self) -> protocols.Study:
        return protocols.find(self.study)

    @contextmanager
    def writing(self, step: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """The build, open for writing while no other process writes; errors leave here without values.

        If anybody else has touched it since the last writing, every verdict on it is taken back.
        """
        with self.guarding(step), writer_lock(self.places):
            self.places.data.mkdir(parents=True, exist_ok=True)
            if step == LAYERS[0] and mishap.renew_if_damaged(self.places):
                log.warning("build|was damaged and is made anew|0.0")
            known = verdicts.signed(self.places)
            with _for_the_owner_only(), connection.connect(self.places.build, memory_limit=self.memory_limit) as opened:
                if step not in BRING_IN:
                    connection.spare_threads(opened, self.places.build)
                if not known:
                    verdicts.take_back(opened, LAYERS[0])
                    remembered.forget(opened)
                    if remembered.there(opened):
                        remembered.forget_staging(opened)
                yield opened
            verdicts.sign(self.places)

    @contextmanager
    def guarding(self, step: str) -> Iterator[None]:
        """Turn an unforeseen error into a `StepError` that names step, kind and place, but no value.

        Databases and parsers quote the value that they stumbled over; Dagster would store it in its event
        log. The full text goes to the identified zone, which only the owner reads. What may heal by itself
        (`assets.retry`) asks Dagster to try the step again.
        """
        failure: str | None = None
        wait: Wait | None = None
        mischance: DataError | None = None
        try:
            yield
        except (StepError, RetryRequested):  # told already, further inside
            raise
        except Exception as error:  # whatever it is, its text may hold a patient's value
            wait = wait_for(error)
            if wait is None and isinstance(error, (DataError, UsageError)):
                raise
            mischance = mishap.explained(error, self.places)
            if mischance is None:
                failure = str(error) if isinstance(error, BusyError) else self._set_aside(step, error)
        if mischance is not None:
            raise mischance
        if wait is not None:
            log.warning("%s|waits %g s and tries again: %s|0.0", step, wait.seconds, wait.why)
            raise RetryRequested(wait.times, wait.seconds) from StepError(failure)
        if failure is not None:
            raise StepError(failure)

    def _set_aside(self, step: str, error: Exception) -> str:
        folder = self.places.identified / "errors"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}-{step}.txt"
        file = folder / name
        file.touch(mode=0o600)
        file.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return (
            f"Step {step} stopped on {type(error).__name__} in {frame.name}. The error's own text may hold "
            f"patient data, so it lies in the identified zone, identified/errors/{name}. The last release "
            "is untouched."
        )
