"""The page of all rules is what the rules say."""

from pathlib import Path

from expectations.catalogue import document

PAGE = Path(__file__).parents[2] / "docs" / "expectations.md"


def test_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "python -m expectations.catalogue > docs/expectations.md"
