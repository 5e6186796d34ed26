"""The lineage browser in a real browser: the graph, a table with its checks, and a check that failed."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.pipelines.conftest import folders
from warehouse.places import Places

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: on Debian and Ubuntu, apt-get install chromium")
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--window-size=1500,1100",
    "--virtual-time-budget=20000", "--dump-dom",
)  # fmt: skip
Page = Callable[[str], str]


@pytest.fixture(scope="module")
def page(published: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Opens a page of the lineage browser, keeps a picture of it, and gives its text as shown."""
    folder = tmp_path_factory.mktemp("browser")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "ui", "--port", str(port)]
    said = (folder / "said.txt").open("w")
    server = subprocess.Popen([*command, *folders(published)], stdout=said, stderr=said, start_new_session=True)

    def show(path: str) -> str:
        picture = folder / f"{len(list(folder.glob('*.png')))}.png"
        browse = [str(CHROMIUM), *OPTIONS, f"--user-data-dir={folder / 'profile'}", f"--screenshot={picture}"]
        done = subprocess.run(
            [*browse, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True, timeout=180
        )
        assert picture.stat().st_size > 20_000, "an empty page"
        return " ".join(re.sub(r"<(?:style|script).*?</(?:style|script)>|<[^>]*>", " ", done.stdout).split())

    try:
        for _ in range(240):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=2):
                    break
            except OSError:
                assert server.poll() is None, Path(said.name).read_text()
                time.sleep(0.5)
        yield show
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=60)
        said.close()


def test_the_graph_lists_the_groups_in_the_order_of_the_flow(page: Page) -> None:
    groups = re.findall(r"\b([0-9])_([a-z]+)", page("/asset-groups"))
    assert list(dict.fromkeys(sorted(groups))) == list(dict.fromkeys(groups))
    assert [name for _, name in dict.fromkeys(groups)][:5] == ["landing", "raw", "staging", "fhir", "omop"]


def test_a_table_shows_what_it_is_and_where_it_is_written_down(page: Page) -> None:
    shown = page("/assets/omop/measurement")
    for wanted in ("Grain: one value", "value_as_number", "clinical-data", "warehouse/sql", "Row count", "DuckDB"):
        assert wanted in shown, wanted


def test_a_failed_check_names_its_rules_and_leads_to_data_docs(page: Page) -> None:
    shown = page("/assets/staging/endoscopy?view=checks&checkDetail=warning")
    for wanted in ("staging.endoscopy.healed_yet_severe", "Read the report again", "quality/staging.html#endoscopy"):
        assert wanted in shown, wanted
