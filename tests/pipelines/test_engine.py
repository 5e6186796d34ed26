"""How much memory a step may take: at the command line, in the environment, and what is no size."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.engine import checked_memory
from tests.pipelines.conftest import Mucosa
from warehouse.errors import UsageError

SERVED = "from pipelines.definitions import defs; print(defs.resources['warehouse'].memory_limit)"


@pytest.mark.parametrize(
    ("said", "taken"), [("2GB", "2GB"), (" 1.5 gib ", "1.5GIB"), ("500MB", "500MB"), ("0.5GB", "0.5GB"), ("1tb", "1TB")]
)
def test_sizes(said: str, taken: str) -> None:
    assert checked_memory(said) == taken


@pytest.mark.parametrize("said", ["", "2", "GB", "two GB", "-2GB", "1e3GB", "2 G B", "2KB", "80%"])
def test_what_is_no_size(said: str) -> None:
    with pytest.raises(UsageError, match=r"is no size of memory\. Write it as --memory 2GB"):
        checked_memory(said)


@pytest.mark.parametrize("said", ["499MB", "0.4GB", "0GB"])
def test_too_little(said: str) -> None:
    with pytest.raises(UsageError, match="too little memory for a night: give it 500 MB"):
        checked_memory(said)


def test_dagster_heeds_the_setting() -> None:
    def served(memory: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", SERVED], env={**os.environ, "MUCOSA_MEMORY": memory}, capture_output=True, text=True
        )

    assert served("").stdout.split() == ["8GB"]
    assert served("1.5GB").stdout.split() == ["1.5GB"]
    assert "is no size of memory" in served("plenty").stderr


def test_a_wrong_size_is_a_mistake_of_usage(mucosa: Mucosa, tmp_path: Path) -> None:
    said = mucosa("materialize", "--memory", "plenty", "--data", str(tmp_path / "data"))
    assert said.returncode == 2
    assert "'plenty' is no size of memory" in said.stderr
    assert not (tmp_path / "data").exists()
