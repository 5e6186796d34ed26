"""The paper's cohort, once as landing files and once as a published release, for all tests of the whole way."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.alerts import channel
from simulation import hospital
from tests.conftest import Mucosa, Once
from tests.pipelines.hook import Hook
from warehouse.places import Places


def folders(places: Places) -> tuple[str, str, str, str]:
    """The two folders as options of the command line."""
    return "--landing", str(places.landing), "--data", str(places.data)


@pytest.fixture(scope="session")
def landed(once: Once) -> Path:
    """The landing folder of the paper's cohort; nobody writes to it."""

    def make(folder: Path) -> None:
        hospital.simulate_paper(folder / "landing", folder / "TRUTH.json", seed=20200626)

    return once("landed", make) / "landing"


@pytest.fixture(scope="session")
def first_night(mucosa: Mucosa, landed: Path, once: Once) -> Path:
    """The folder of one night over the paper's cohort: its data and what it told its channel; nobody writes to it."""

    def make(folder: Path) -> None:
        with Hook() as hook:
            done = mucosa("materialize", *folders(Places.of(landed, folder / "data")), alerts=hook.url)
        assert done.returncode == 0, done.stderr
        (folder / "told.json").write_text(json.dumps(hook.received), encoding="utf-8")

    return once("night", make)


@pytest.fixture(scope="session")
def published(landed: Path, first_night: Path) -> Places:
    """The paper's cohort after that night."""
    return Places.of(landed, first_night / "data")


@pytest.fixture(scope="session")
def told(first_night: Path) -> list[dict[str, str]]:
    """The alerts of that night."""
    return json.loads((first_night / "told.json").read_text(encoding="utf-8"))


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    """A real receiver of alerts, the only channel of this process."""
    monkeypatch.setenv("MUCOSA_HEARTBEAT_HOUR", "24")  # never
    with Hook() as receiver:
        monkeypatch.setenv(channel.VARIABLE, receiver.url)
        yield receiver
