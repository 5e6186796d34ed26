"""Dagster's instance of one study: its history lies below the study's own data folder."""

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dagster import DagsterInstance
from rich.console import Console

from pipelines.served import SERVED
from warehouse.errors import UsageError
from warehouse.places import Places

log = logging.getLogger(__name__)
SETTINGS = Path(__file__).parent.parent / "dagster.yaml"


def environment(places: Places) -> dict[str, str]:
    """What a Dagster process must know to work on this study and no other."""
    return {
        "DAGSTER_HOME": str(places.dagster_home),
        "MUCOSA_LANDING": str(places.landing),
        "MUCOSA_DATA": str(places.data),
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }


def prepare(places: Places) -> None:
    """Make the instance's folder with this version's settings; a damaged history makes room for a new one."""
    places.dagster_home.mkdir(parents=True, exist_ok=True)
    for file in places.dagster_home.glob("*.db"):
        if _damaged(file):
            file.replace(file.with_suffix(".damaged"))
            for rest in ("-wal", "-shm"):  # SQLite would play what is left of the old one into the new one
                file.with_name(file.name + rest).unlink(missing_ok=True)
            log.warning("%s was damaged and was put aside: that part of the history of runs begins anew.", file.name)
    shutil.copyfile(SETTINGS, places.dagster_home / "dagster.yaml")
    os.environ.update(environment(places))


def _damaged(file: Path) -> bool:
    """Whether a power cut or a disk left something else than a database: its head and the list of its tables tell."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
            return not database.execute("select name from sqlite_master").fetchall()
    except sqlite3.OperationalError:  # locked: somebody works with it
        return False
    except sqlite3.DatabaseError:
        return True


@contextmanager
def opened(places: Places) -> Iterator[DagsterInstance]:
    """The study's instance, closed again at the end."""
    prepare(places)
    with DagsterInstance.from_config(str(places.dagster_home)) as instance:
        yield instance


def serve(places: Places, port: int, console: Console) -> None:
    """Serve the lineage browser on the loopback address until interrupted."""
    if not places.data.is_dir():
        raise UsageError(f"There is nothing to show in {places.data} yet; run `mucosa run` first.")
    prepare(places)
    console.print(f"Lineage browser: http://127.0.0.1:{port} (Ctrl-C ends it)")
    command = [sys.executable, "-m", "dagster_webserver", "-m", "pipelines.definitions"]
    command += ["-h", "127.0.0.1", "-p", str(port)]
    subprocess.run(command, env={**os.environ, **environment(places), SERVED: "yes"}, check=False)  # noqa: S603 - own command
