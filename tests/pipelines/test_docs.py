"""What the documents say and ask is true: queries run on a real release, and the shown output is the real one."""

import re
from pathlib import Path

import pytest

from tests.conftest import Mucosa
from tests.pipelines.conftest import folders
from warehouse import connection
from warehouse.places import Places

ROOT = Path(__file__).parents[2]


def blocks(document: str, language: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_readme_shows_the_real_output(published: Places) -> None:
    (example,), (shown,) = blocks("README.md", "python"), blocks("README.md", "text")
    (query,) = re.findall(r'sql\("""(.*?)"""\)', example, re.DOTALL)
    with connection.connect(published.published, read_only=True) as release:
        assert str(release.sql(query)).strip() == shown.strip()


@pytest.mark.parametrize("number", range(len(blocks("docs/analysts.md", "sql"))))
def test_the_analysts_queries_run_and_find_something(published: Places, number: int) -> None:
    with connection.connect(published.published, read_only=True) as release:
        assert release.sql(blocks("docs/analysts.md", "sql")[number]).fetchall()


@pytest.mark.parametrize(
    ("command", "said"),
    [("releases", "2026-06-30-"), ("plan", "all 166 persons"), ("quarantine", "lab_result"), ("report", "index.html")],
)
def test_the_operators_commands_run(mucosa: Mucosa, published: Places, command: str, said: str) -> None:
    done = mucosa(command, *folders(published))
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


def test_every_command_of_the_documents_exists(mucosa: Mucosa) -> None:
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    command = re.compile(r"(?:`|^ {4,}|^)mucosa ([a-z]+)\b", re.MULTILINE)
    named = {word for file in documents for word in command.findall(file.read_text(encoding="utf-8"))}
    known = set(re.findall(r"│ ([a-z]+) ", mucosa("--help").stdout))
    assert {"materialize", "publish"} <= named <= known
