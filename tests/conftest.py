"""Fixtures that every layer's tests share."""

import fcntl
import multiprocessing
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import forkserver
from pathlib import Path

import pytest

from warehouse import beside
from warehouse.places import Places

Mucosa = Callable[..., subprocess.CompletedProcess[str]]
Once = Callable[[str, Callable[[Path], None]], Path]
beside.LOADED += ["assets.layers", "expectations.checks", *beside.NEXT]
"""What every call needs and none changes; loaded once, it is ready in each process that follows."""

HANGS_AFTER_SECONDS, MOST_CPU_SECONDS = 1800, 300
"""A busy machine makes a night long, but not its work, so the work is limited; the time only for what does nothing."""

LONGEST = ("test_nights", "test_canary", "test_one_value", "test_four_formats", "test_synthea", "test_add_a_hospital")
"""Files of tests that take half a minute each; the second needs nothing that the first makes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no process waits for another in the end."""
    rank = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


@pytest.fixture(scope="session")
def mucosa(tmp_path_factory: pytest.TempPathFactory) -> Mucosa:
    """The command line as an operator calls it, in a process of its own; `alerts` is a channel's URL."""
    processes = multiprocessing.get_context("forkserver")
    beside.start()
    told = tmp_path_factory.mktemp("told")

    def call(*words: str, alerts: str = "") -> subprocess.CompletedProcess[str]:
        process = processes.Process(target=_called, args=(words, told, alerts))
        process.start()
        process.join(timeout=HANGS_AFTER_SECONDS)
        assert process.exitcode is not None, f"mucosa {words[0]} did not end"
        out, err = ((told / name).read_text(encoding="utf-8") for name in ("out", "err"))
        return subprocess.CompletedProcess(words, process.exitcode, out, err)

    return call


def _called(words: tuple[str, ...], told: Path, alerts: str) -> None:
    beside.start = lambda: None  # its helpers come from the server that it came from
    forkserver._forkserver.ensure_running = beside.start  # noqa: SLF001
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(told / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    os.environ["MUCOSA_ALERT_URLS"] = alerts
    sys.argv = ["mucosa", *words]
    from pipelines.cli import main

    main()


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Once:
    """Makes a folder on first demand, once for all processes that run tests."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent

    def once(name: str, make: Callable[[Path], None]) -> Path:
        folder, done = base / name, base / f"{name}.done"
        with (base / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return once


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """An empty landing folder and an empty data folder."""
    return Places.of(tmp_path / "landing", tmp_path / "data")
