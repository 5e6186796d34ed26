"""`mucosa service`: lineage browser, schedule, sensors and the watch over them, under one supervisor."""

import fcntl
import logging
import os
import re
import sys
import tempfile
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, Annotated

import typer

from pipelines.supervisor import Child, Supervisor
from warehouse.errors import BusyError, UsageError
from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

STAMPED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ - dagster")
WATCH_MINUTES = "5"
LOCATION = "mucosa"
"""Name of our own code server."""


def service(
    landing: Annotated[Path, typer.Option(envvar="MUCOSA_LANDING", help="Folder that hospitals deliver into.")] = Path(
        DEFAULT_LANDING
    ),
    data: Annotated[Path, typer.Option(envvar="MUCOSA_DATA", help="Folder of everything made.")] = Path(DEFAULT_DATA),
    port: Annotated[int, typer.Option(envvar="MUCOSA_PORT", help="Port of the lineage browser.")] = 3000,
    host: Annotated[
        str, typer.Option(help="Address of the lineage browser. It knows no passwords: leave it on loopback.")
    ] = "127.0.0.1",
    workspace: Annotated[
        Path | None,
        typer.Option(envvar="MUCOSA_WORKSPACE", help="A workspace.yaml that names running code servers instead."),
    ] = None,
) -> None:
    """Serve the nights: schedule, landing sensor, alerts and lineage browser, until Ctrl-C or SIGTERM.

    Whatever ends is started again; the log goes to the terminal and to <data>/dagster/service.log.
    """
    from pipelines import instance
    from pipelines.served import SERVED

    places = Places.of(landing, data)
    if not places.landing.is_dir():
        raise UsageError(f"The landing folder {places.landing} does not exist. Make it, or name it with --landing.")
    if workspace is not None and not workspace.is_file():
        raise UsageError(f"There is no workspace file {workspace}; deploy/workspace.yaml shows one.")
    instance.prepare(places)
    environment = {**os.environ, **instance.environment(places), SERVED: "yes", "PYTHONUNBUFFERED": "1"}
    lock = _only_one(places)
    _write_log(places)
    with tempfile.TemporaryDirectory(prefix="mucosa-") as folder:
        children = _children(Path(folder), port, host, workspace)
        Supervisor(children, environment, (lock.fileno(),)).run()


def heal() -> None:
    """Fail runs that a code server or machine left behind when it stopped: they would bar every night to come.

    On a history that others share, these are the runs of our own code server; a command line that lives goes on.
    """
    from dagster import DagsterInstance, RunsFilter

    from pipelines.alerts.sensor import PROCESS, RUNNING, reap
    from pipelines.history import VARIABLE

    with DagsterInstance.get() as history:
        reap(history)
        for record in history.get_run_records(RunsFilter(statuses=RUNNING)):
            run, origin = record.dagster_run, record.dagster_run.remote_job_origin
            ours = origin.repository_origin.code_location_origin.location_name == LOCATION if origin else False
            if PROCESS not in run.tags and (ours or not os.environ.get(VARIABLE)):
                history.report_run_failed(run, "What ran it was stopped.")


def _children(folder: Path, port: int, host: str, workspace: Path | None) -> list[Child]:
    python, children, code_server = [sys.executable, "-m"], [], None
    if workspace is None:
        workspace, code_server = folder / "workspace.yaml", folder / "code.sock"
        said = f"load_from:\n  - grpc_server: {{host: localhost, socket: {code_server}, location_name: {LOCATION}}}\n"
        workspace.write_text(said, encoding="ascii")
        code = [*python, "dagster", "code-server", "start", "-m", "pipelines.definitions", "-s", str(code_server)]
        clear_up = [sys.executable, "-c", "from pipelines.service import heal; heal()"]
        children.append(Child("code", code, keeps=_is_dagster_s_own, before=clear_up))
    where = ["-w", str(workspace.absolute())]
    watch = [sys.executable, "-c", "from pipelines.cli import main; main()", "alert", "watch", "--every", WATCH_MINUTES]
    return [
        *children,
        Child("daemon", [*python, "dagster._daemon", "run", *where], after=code_server),
        Child("webserver", [*python, "dagster_webserver", *where, "-h", host, "-p", str(port)], after=code_server),
        Child("watch", watch),
    ]


def _is_dagster_s_own(line: str) -> bool:
    """Whether a line of the process that runs nights may be kept: a library might print a patient's value."""
    return STAMPED.match(line) is not None and " - DEBUG - " not in line


def _only_one(places: Places) -> IO[str]:
    """The service's lock; its children hold it too, so that none of them outlives it unseen."""
    file = (places.dagster_home / "service.lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise BusyError(
            f"A service, or a part of one that was killed, runs for {places.data} already. Stop it first; fuser"
            f" {file.name} names its processes."
        ) from None
    return file


def _write_log(places: Places) -> None:
    file = places.dagster_home / "service.log"
    file.touch(mode=0o600)
    form = logging.Formatter("%(asctime)s %(message)s")
    log = logging.getLogger("mucosa.service")
    log.setLevel(logging.INFO)
    for handler in (logging.StreamHandler(), RotatingFileHandler(file, maxBytes=2_000_000, backupCount=5)):
        handler.setFormatter(form)
        log.addHandler(handler)
