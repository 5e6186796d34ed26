"""A night that judges only some records again gives the tables of one that judges all."""

from collections.abc import Callable

import duckdb
import pytest

from assets.raw import load as raw
from assets.staging import again
from assets.staging.build import build
from tests.staging.conftest import Hospital
from tests.staging.test_parts import A, B, C, busy  # noqa: F401 - a fixture
from warehouse import keys
from warehouse.fingerprint import table_hashes


@pytest.fixture
def remembering(busy: Hospital, warehouse: duckdb.DuckDBPyConnection) -> Hospital:  # noqa: F811
    raw.load(busy.places)
    build(warehouse, busy.places, keys.DEMO_KEY, 1.0)
    return busy


def judging(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether records of a feed were judged again, for each feed that a night for few asked about."""
    judged: list[bool] = []
    touch = again.touch
    monkeypatch.setattr(again, "touch", lambda *given: judged.append(touch(*given)) or judged[-1])
    return judged


ONE_BY_ONE = {
    "nothing": lambda _: None,
    "new result": lambda h: h.change("lab_result", [{"result_id": "L90"}], C),
    "number moves to another patient": lambda h: h.change("lab_result", [{"result_id": "L12", "patient_id": "P2"}], C),
    "visit taken away": lambda h: h.change("encounter", [], A),
}
TOGETHER = {
    "visit refused": lambda h: h.change("encounter", [{"encounter_id": "E5", "started_at": "no"}], A),
    "merged patient corrected": lambda h: h.change("patient", [{"patient_id": "P2", "sex": "female"}, {}], C),
    "patient refused": lambda h: h.change("patient", [{"birth_date": "no"}], A),
    "same file twice": lambda h: h.change(
        "lab_result", [{"result_id": f"L{i}", "value": f"0.{i}"} for i in range(1, 9)], B
    ),
}


@pytest.mark.parametrize("changes", [ONE_BY_ONE, TOGETHER], ids=[", ".join(ONE_BY_ONE), ", ".join(TOGETHER)])
def test_nights_for_few_are_equal_to_a_night_for_all(
    remembering: Hospital,
    warehouse: duckdb.DuckDBPyConnection,
    changes: dict[str, Callable[[Hospital], None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged = judging(monkeypatch)
    for name, change in changes.items():
        judged.clear()
        change(remembering)
        raw.load(remembering.places)
        build(warehouse, remembering.places, keys.DEMO_KEY, 1.0)
        assert (name, len(judged), any(judged)) == (name, 12, name != "nothing")
    few = table_hashes(warehouse)
    build(warehouse, remembering.places, keys.DEMO_KEY)
    assert len(judged) == 12  # all of it was judged
    assert {name: few[name] == whole for name, whole in table_hashes(warehouse).items() if few[name] != whole} == {}


def test_links_and_deletions_decide_for_everybody(
    remembering: Hospital, warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = judging(monkeypatch)
    for feed in ("patient_link", "deletion"):
        remembering.change(feed, [], C)
        raw.load(remembering.places)
        build(warehouse, remembering.places, keys.DEMO_KEY, 1.0)
    assert judged == []
