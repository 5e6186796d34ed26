"""The result in plain words: whole, with its pictures, and without a patient."""

import re
from pathlib import Path

from assets.report import study_doc

DOCS = Path(__file__).parents[2] / "docs"
SECTIONS = [
    "The question", "Who was studied", "What the published analysis shows", "Why that may flatter the answer",
    "What survives a fair look", "How much hangs on the choices", "How far our figures are the printed ones",
    "What is uncertain", "To see it yourself",
]  # fmt: skip
LARGEST = 300_000


def sections(text):
    return re.findall(r"^## (.*)$", text, re.MULTILINE)


def test_the_committed_document_is_whole():
    text = (DOCS / "study.md").read_text(encoding="utf-8")
    assert sections(text) == SECTIONS
    assert "**The patients are synthetic.**" in text
    assert "This release gives no answer" not in text
    pictures = re.findall(r"\]\((pictures/[a-z-]+\.svg)\)", text)
    assert pictures == [f"pictures/{name}.svg" for name in study_doc.PICTURES]
    for picture in pictures:
        drawn = (DOCS / picture).read_text(encoding="utf-8")
        assert drawn.startswith("<svg")
        assert len(drawn) < LARGEST


def test_a_release_gives_the_document_and_its_pictures(filled, tmp_path):
    study_doc.write(filled, tmp_path)
    text = (tmp_path / "study.md").read_text(encoding="utf-8")
    assert sections(text) == SECTIONS
    assert text == study_doc.markdown(filled)
    assert "| 100 | 7.3 (" in text
    assert "{" not in text
    assert {path.stem for path in (tmp_path / "pictures").iterdir()} == set(study_doc.PICTURES)


def test_no_patient_is_read(filled, insert):
    insert("marts.patient", person_id=770011223344, age_years=93, study_group="mh")
    assert "770011223344" not in study_doc.markdown(filled)


def test_comparisons_are_counted_alone_and_together(filled, insert):
    for metric, alone, together in (("age", 0.01, 0.02), ("sex", 0.04, 0.08), ("extent", 0.8, 1.0)):
        insert("marts.test", metric=metric, test="pearson", p_value=alone, reported=True)
        insert("marts.test", metric=metric, test="fisher", p_value=alone, reported=False)
        insert("marts.estimates", analysis="multiplicity", term=metric, p_value=together)
    assert "make 3; 2 have P below 0.05 each alone, 1 when" in study_doc.markdown(filled)
