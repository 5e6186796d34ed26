"""Some of the mutations of `python -m benchmarks.mutations`: every operator and every column at least once."""

import random

import pytest

from benchmarks.mutations.draw import Mutation, mutations
from benchmarks.mutations.judge import Verdict, judge
from benchmarks.mutations.landing import Landing, small
from benchmarks.mutations.reasons import reason
from benchmarks.mutations.record import page
from schemas import extract

KNOWN = [
    ("drop the value", "lab_result", "status", "quarantined"),
    ("drop the value", "lab_result", "encounter_id", "missed"),
    ("drop the value", "endoscopy", "mayo_endoscopic_subscore", "warned"),
    ("full width", "medication_request", "product_code", "harmless"),
    ("neighbours transposed", "procedure", "code", "quarantined"),
    ("unit slip", "lab_result", "unit", "quarantined"),
    ("times 10", "medication_request", "dose", "warned"),
    ("decimal comma", "lab_result", "value", "warned"),
    ("a month later", "medication_administration", "given_at", "warned"),
    ("in the future", "encounter", "started_at", "quarantined"),
    ("a day later", "patient", "birth_date", "missed"),
    ("swap between two patients", "encounter", "patient_id", "quarantined"),
    ("drop the column", "condition", "status", "error"),
    ("first character lost", "deletion", "key", "warned"),
    ("every record twice", "lab_result", None, "harmless"),
    ("every record twice under another number", "medication_administration", None, "warned"),
    ("UTF-16", "patient", None, "error"),
    ("Zstandard", "patient", None, "harmless"),
]


@pytest.fixture(scope="module")
def landing() -> Landing:
    return small()


@pytest.fixture(scope="module")
def verdicts(landing: Landing) -> list[Verdict]:
    """The known ones, then others drawn until every operator and every column has had its turn."""
    drawn = list(mutations(landing))
    wanted = [next(m for m in drawn if (m.operator, m.feed, m.column) == known[:3]) for known in KNOWN]
    operators, columns = ({place(m) for m in drawn} for place in (_operator, _column))
    for mutation in random.Random(20200626).sample(drawn, len(drawn)):
        if _operator(mutation) in operators or _column(mutation) in columns:
            wanted.append(mutation)
            operators.discard(_operator(mutation))
            columns.discard(_column(mutation))
    return judge(landing, wanted)


def _operator(mutation: Mutation) -> str:
    return mutation.operator


def _column(mutation: Mutation) -> tuple[str, str | None]:
    return mutation.feed, mutation.column


def test_known_mutations_come_to_what_they_should(verdicts: list[Verdict]) -> None:
    told = [(v.mutation.operator, v.mutation.feed, v.mutation.column, v.outcome) for v in verdicts[: len(KNOWN)]]
    assert told == KNOWN


def test_what_is_missed_can_t_be_known(verdicts: list[Verdict]) -> None:
    missed = [v.mutation for v in verdicts if v.outcome == "missed"]
    assert all(reason(mutation) for mutation in missed)
    assert len(missed) < 0.15 * len(verdicts)
    with pytest.raises(LookupError, match="missed for no known reason"):
        reason(Mutation("every cell quoted", "lab_result", None, b""))


def test_every_column_of_every_feed_is_spoiled(landing: Landing, verdicts: list[Verdict]) -> None:
    spoiled = {(v.mutation.feed, v.mutation.column) for v in verdicts}
    assert {(f.feed, c.name) for f in extract.feeds() for c in f.columns} <= spoiled
    assert all(any(row.get(c.name) for row in landing[f.feed]) for f in extract.feeds() for c in f.columns)


def test_no_word_quotes_a_patient(landing: Landing, verdicts: list[Verdict]) -> None:
    identified = {
        row[c.name]
        for feed in extract.feeds()
        for c in feed.columns
        for row in landing[feed.feed]
        if (c.identifies or c.name in feed.key) and len(row.get(c.name, "")) > 3 and row[c.name] != "text"
    }
    assert not [v for v in verdicts if any(cell in v.word for cell in identified - {"procedure", "observation"})]


def test_the_page_counts_them(verdicts: list[Verdict]) -> None:
    text = page(verdicts, 80, day="2026-01-02", commit="abc1234")
    assert f"on 2026-01-02 at commit `abc1234`: {len(verdicts)} mutations of a valid delivery of\n80 records" in text
    assert "| Zstandard |" in text
