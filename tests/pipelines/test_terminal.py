"""What the command line reports to may know few letters, and may close."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import night
from pipelines.terminal import Terminal
from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

CALLED = [sys.executable, "-c", "from pipelines.cli import main; main()"]
WATCHED = """
import sys
from pathlib import Path
from pipelines.terminal import Terminal
terminal = Terminal()
for line in range(1000):
    terminal.print(line)
Path(sys.argv[1]).write_text("done")
"""


@pytest.mark.parametrize("encoding", ["ascii", "euc_jp", "cp932"])
def test_a_letter_that_the_terminal_lacks(encoding: str) -> None:
    said = subprocess.run(
        [*CALLED, "study", "check", "paper"],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    ).stdout.decode(encoding)
    assert said.splitlines()[-1].startswith("? ")


def test_work_goes_on_when_nobody_watches_any_more(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WATCHED, tmp_path / "file"], stdout=subprocess.PIPE) as worker:
        assert worker.stdout
        worker.stdout.close()
        assert worker.wait(timeout=60) == 0
    assert (tmp_path / "file").read_text() == "done"


def test_the_way_on_can_be_called_where_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(landing: str, data: str) -> list[str]:
        with (terminal := Terminal(width=80)).capture() as said:
            night.point_to_results(Places.of(landing, data), terminal)
        return said.get().splitlines()

    monkeypatch.chdir(tmp_path)
    assert told("in", "out")[0] == "Release  out/mucosa.duckdb"
    assert told("in", "out")[2] == f"Lineage  mucosa ui --landing {tmp_path}/in --data {tmp_path}/out"
    monkeypatch.chdir(Path(__file__).parents[2])  # where the Makefile is
    assert told(DEFAULT_LANDING, DEFAULT_DATA)[2] == "Lineage  make ui"
