"""Data Docs: complete, self-contained, counts only, and honest about a build that was not published."""

import re
import shutil
from pathlib import Path

import pytest

from assets.report import data_docs
from expectations import run
from expectations.drift import before, drift
from tests.pipelines.conftest import Mucosa, folders
from warehouse import connection, retention
from warehouse.places import Places


@pytest.fixture(scope="module")
def docs(published: Places) -> dict[str, str]:
    """The pages that the night wrote."""
    pages = {file.stem: file.read_text(encoding="utf-8") for file in data_docs.folder(published).glob("*.html")}
    assert set(pages) == set(data_docs.PAGES)
    return pages


def test_every_rule_stands_on_the_page_of_its_layer(published: Places, docs: dict[str, str]) -> None:
    with connection.connect(published.published, read_only=True) as release:
        results = release.execute("select rule, table_name, verdict, since from quality.results").fetchall()
        (release_id,) = release.execute("select release_id from quality.release").fetchall()[0]
    assert len(results) > 500
    for rule, table, verdict, since in results:
        page = docs[table.partition(".")[0]]
        assert rule.removeprefix(f"{table}.") in page, rule
        if verdict != "passed":
            assert since == release_id
            assert f"{since}</td>" in page
    assert f"<b>{len(results):,}</b>" in docs["index"]
    assert "Not published" not in docs["index"]


def test_the_pages_need_nothing_else_and_link_to_what_exists(published: Places, docs: dict[str, str]) -> None:
    for name, page in docs.items():
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page), name
        for target, anchor in re.findall(r'href="([^"#]*)#?([^"]*)"', page):
            file = data_docs.folder(published) / target if target else None
            assert file is None or file.is_file(), (name, target)
            if anchor:
                assert f'id="{anchor}"' in (file.read_text(encoding="utf-8") if file else page), (name, anchor)
    report = (published.report / "index.html").read_text(encoding="utf-8")
    assert 'href="quality/index.html"' in report


def test_a_build_that_is_not_published_says_so(published: Places, tmp_path: Path) -> None:
    places = Places.of(published.landing, tmp_path)
    shutil.copy(published.build, places.build)
    shutil.copy(published.published, places.published)
    with connection.connect(places.build) as build:
        build.execute("update quality.results set verdict = 'failed', failed = 7 where rule = 'omop.person.key_unique'")
        page = data_docs.write_docs(build, places)
    text = page.read_text(encoding="utf-8")
    assert "Not published" in text
    assert re.search(r"key_unique.*?failed</span>.*?<td class=\"number\">7</td>.*?this build", text, re.DOTALL)
    known = retention.current(published)  # what the release did not meet either, it has not met since then
    assert re.search(rf"healed_yet_severe.*?{known}</td>", text, re.DOTALL)


def test_a_second_night_is_compared_with_the_release(published: Places) -> None:
    with connection.connect(published.build, read_only=True) as build:
        found = drift(build, before(published), run.tables())
    assert len(found) > 20
    assert {result.verdict for result in found} == {"passed"}


def test_the_command_writes_them_with_the_lineage(mucosa: Mucosa, published: Places, tmp_path: Path) -> None:
    places = Places.of(published.landing, tmp_path)
    shutil.copy(published.published, places.published)
    done = mucosa("docs", *folders(places))
    assert done.returncode == 0, done.stderr
    marts = (places.report / "lineage" / "marts.html").read_text(encoding="utf-8")
    assert 'href="labels.html#labels.tacrolimus_trough.trough_ng_ml"' in marts
    labels = (places.report / "lineage" / "labels.html").read_text(encoding="utf-8")
    assert 'id="labels.tacrolimus_trough.trough_ng_ml"' in labels
    assert "../lineage/marts.html" in (data_docs.folder(places) / "index.html").read_text(encoding="utf-8")
