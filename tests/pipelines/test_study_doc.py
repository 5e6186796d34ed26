"""The committed result in plain words is the one that the code makes: nobody edits it, and it can't go stale."""

import re
from pathlib import Path

import pytest

from assets.report import study_doc
from warehouse import connection
from warehouse.places import Places

DOCS = Path(__file__).parents[2] / "docs"
AGAIN = "make it anew: python -m assets.report.study_doc data/mucosa.duckdb"


def told(text: str) -> str:
    """All but the name of the release, which is a hash of everything in it."""
    return re.sub(r"^Release \S+,", "Release,", text, flags=re.MULTILINE)


def test_the_document_is_that_of_the_paper_s_cohort(published: Places, tmp_path: Path) -> None:
    with connection.connect(published.published, read_only=True) as release:
        study_doc.write(release, tmp_path)
    for file in (tmp_path / "study.md", *sorted((tmp_path / "pictures").iterdir())):
        kept = (DOCS / file.relative_to(tmp_path)).read_text(encoding="utf-8")
        if told(kept) != told(file.read_text(encoding="utf-8")):
            pytest.fail(f"docs/{file.relative_to(tmp_path)} is not what the release tells; {AGAIN}")
