"""The document of the extract contract is complete and up to date."""

from pathlib import Path

from schemas.extract import feeds
from schemas.extract_doc import markdown

DOCUMENT = Path(__file__).parents[2] / "docs" / "extracts.md"


def test_the_committed_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == markdown(), "run: python -m schemas.extract_doc"


def test_every_feed_column_and_rule_is_documented() -> None:
    text = markdown()
    for feed in feeds():
        section = text.partition(f"### {feed.feed}\n")[2].partition("###")[0]
        assert all(f"| `{column.name}` |" in section for column in feed.columns)
        assert all(f"`{rule.id}`" in section for rule in feed.rules)


def test_the_traps_of_diagnoses_are_told_apart() -> None:
    rows = {line.split("`")[1]: line for line in markdown().splitlines() if "| ICD10 |" in line or "| MEDIS |" in line}
    assert rows["20094618"].endswith("| E2 |")
    assert rows["20094620"].endswith("| E3 |")
    assert rows["20092805"].endswith("| dependent |")
    assert rows["K51.0"].endswith("|  |")
    assert "Ulcerative colitis |" not in rows["K51.4"]
