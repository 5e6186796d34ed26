"""The supervisor: what ends is started again with longer and longer waits, and all end together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRunStatus, job

from pipelines import instance, service
from pipelines.alerts.sensor import process_tag
from warehouse.errors import BusyError
from warehouse.places import Places

FEW = "import pathlib, sys; f = pathlib.Path(sys.argv[1]); f.open('a').write('x'); print('KANARIE'); sys.exit(3)"
LONG = """
import pathlib, signal, subprocess, sys, time
def end(*_):
    pathlib.Path(sys.argv[1]).write_text('ended well')
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
grandchild = subprocess.Popen(['sleep', '60'])
pathlib.Path(sys.argv[1]).write_text(str(grandchild.pid))
time.sleep(60)
"""
SUPERVISE = """
import logging, os, sys
from pathlib import Path
from pipelines import supervisor
from pipelines.supervisor import Child, Supervisor
supervisor.FIRST_WAIT = 0.1
logging.basicConfig(level=logging.INFO, format='%(message)s')
few, long, folder = sys.argv[1:]
Supervisor([
    Child('long', [sys.executable, '-c', long, folder + '/long']),
    Child('few', [sys.executable, '-c', few, folder + '/few'], keeps=lambda line: False, wait=0.1),
    Child('late', ['true'], after=Path(folder + '/never')),
], os.environ).run()
"""


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_ends_is_started_again_and_all_end_together(tmp_path: Path) -> None:
    few, long = tmp_path / "few", tmp_path / "long"
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, FEW, LONG, str(tmp_path)], stderr=subprocess.PIPE, text=True
    ) as running:
        until(lambda: few.exists() and few.stat().st_size >= 3 and long.exists())
        grandchild = int(long.read_text())
        running.send_signal(signal.SIGTERM)
        _, log = running.communicate(timeout=20)
    assert running.returncode == 0
    assert long.read_text() == "ended well"
    until(lambda: not Path(f"/proc/{grandchild}").exists() or " Z " in Path(f"/proc/{grandchild}/stat").read_text())
    waits = [line for line in log.splitlines() if line.startswith("few ended with 3")]
    assert [line.partition("again in ")[2] for line in waits[:2]] == ["0.2 s", "0.4 s"]
    assert "KANARIE" not in log
    assert "late runs" not in log
    assert log.splitlines()[-2:] == ["SIGTERM: ending", "all ended"]


def test_only_one_service_runs_for_a_data_folder(places: Places) -> None:
    places.dagster_home.mkdir(parents=True)
    with service._only_one(places), pytest.raises(BusyError, match="already"):  # noqa: SLF001
        service._only_one(places)  # noqa: SLF001
    with service._only_one(places):  # noqa: SLF001
        pass


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("2026-11-22 19:16:51 +0000 - dagster.code_server - INFO - Started Dagster code server", True),
        ("2026-11-22 19:16:51 +0000 - dagster - DEBUG - night - 4d8908e8 - labels - STEP_OUTPUT", False),
        ("Could not convert KANARIE", False),
        ("  2026-11-22 a line of a table", False),
    ],
)
def test_of_the_process_that_runs_nights_only_dagster_s_own_lines_are_kept(line: str, kept: bool) -> None:
    assert service._is_dagster_s_own(line) is kept  # noqa: SLF001


@job(name="night")
def left_night() -> None:
    """A night of which only the record is left."""


def test_runs_that_a_stopped_service_left_do_not_bar_the_next(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in instance.environment(places):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    with instance.opened(places) as history:
        left = history.create_run_for_job(left_night, status=DagsterRunStatus.STARTED)
        lives = history.create_run_for_job(left_night, status=DagsterRunStatus.STARTED, tags=process_tag())
    service.heal()
    with DagsterInstance.get() as history:
        states = [history.get_run_by_id(run.run_id).status for run in (left, lives)]
    assert states == [DagsterRunStatus.FAILURE, DagsterRunStatus.STARTED]
