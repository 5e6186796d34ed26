"""The paper's cohort, once as landing files and once as a published release, for all tests of the whole way."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulation import hospital
from tests.pipelines.hook import Hook
from warehouse.places import Places

Mucosa = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def mucosa() -> Mucosa:
    """The command line as an operator calls it, in a process of its own; `alerts` is a channel's URL."""

    def call(*words: str, alerts: str = "") -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-c", "from pipelines.cli import main; main()"]
        env = os.environ | {"MUCOSA_ALERT_URLS": alerts}
        return subprocess.run([*program, *words], capture_output=True, text=True, check=False, timeout=300, env=env)

    return call


def folders(places: Places) -> tuple[str, str, str, str]:
    """The two folders as options of the command line."""
    return "--landing", str(places.landing), "--data", str(places.data)


@pytest.fixture(scope="session")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The landing folder of the paper's cohort; nobody writes to it."""
    folder = tmp_path_factory.mktemp("landed")
    hospital.simulate_paper(folder / "landing", folder / "TRUTH.json", seed=20200626)
    return folder / "landing"


@pytest.fixture(scope="session")
def hook() -> Iterator[Hook]:
    """What the one night of `published` told."""
    with Hook() as hook:
        yield hook


@pytest.fixture(scope="session")
def published(mucosa: Mucosa, landed: Path, tmp_path_factory: pytest.TempPathFactory, hook: Hook) -> Places:
    """The paper's cohort after one night; nobody writes to it."""
    places = Places.of(landed, tmp_path_factory.mktemp("published"))
    done = mucosa("materialize", *folders(places), alerts=hook.url)
    assert done.returncode == 0, done.stderr
    return places
