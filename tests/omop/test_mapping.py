"""The mapping beside HL7's guide is what runs."""

from pathlib import Path

import pytest

from assets import mapping
from schemas import cdm

DOCUMENT = Path(__file__).parents[2] / "docs" / "mapping.md"


def test_the_page_is_current() -> None:
    assert mapping.document() == DOCUMENT.read_text(encoding="utf-8")


def test_the_guide_s_fields_are_those_of_the_cdm() -> None:
    known = {f"{field.table}.{field.name}" for fields in cdm.tables().values() for field in fields}
    assert {row["omop"] for row in mapping.guide()} <= known


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ours": "patient.name"}, "person.gender_source_value is not made of patient.name but of patient.gender"),
        ({"ours": "", "note": ""}, "Patient.gender to person.gender_source_value is not explained"),
    ],
)
def test_a_row_that_nothing_follows_must_be_explained(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, str], said: str
) -> None:
    row = next(row for row in mapping.guide() if row["omop"] == "person.gender_source_value")
    monkeypatch.setattr(mapping, "guide", lambda: [row | change])
    with pytest.raises(ValueError, match=said):
        mapping.document()
