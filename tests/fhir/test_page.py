"""docs/fhir.md says what runs."""

from pathlib import Path

from assets.fhir.page import document


def test_the_page_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "fhir.md"
    assert page.read_text(encoding="utf-8") == document(), "run: python -m assets.fhir.page > docs/fhir.md"
