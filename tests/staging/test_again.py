"""A night that judges only some records again gives the tables of one that judges all."""

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


CHANGES = {
    "nothing": lambda _: None,
    "new result": lambda h: h.change("lab_result", [{"result_id": "L90"}], C),
    "number moves to another patient": lambda h: h.change("lab_result", [{"result_id": "L12", "patient_id": "P2"}], C),
    "visit taken away": lambda h: h.change("encounter", [], A),
    "visit refused": lambda h: h.change("encounter", [{"encounter_id": "E5", "started_at": "no"}], A),
    "patient refused": lambda h: h.change("patient", [{"birth_date": "no"}], A),
    "merged patient corrected": lambda h: h.change("patient", [{"patient_id": "P2", "sex": "female"}, {}], C),
    "link withdrawn": lambda h: h.change("patient_link", [], C),
    "deletion withdrawn": lambda h: h.change("deletion", [], C),
    "same file twice": lambda h: h.change(
        "lab_result", [{"result_id": f"L{i}", "value": f"0.{i}"} for i in range(1, 9)], B
    ),
}


FOR_ALL = ("link withdrawn", "deletion withdrawn")


@pytest.mark.parametrize("change", CHANGES)
def test_equal_to_a_night_for_all(
    remembering: Hospital, warehouse: duckdb.DuckDBPyConnection, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = []
    touch = again.touch
    monkeypatch.setattr(again, "touch", lambda *given: judged.append(touch(*given)) or judged[-1])
    CHANGES[change](remembering)
    raw.load(remembering.places)
    build(warehouse, remembering.places, keys.DEMO_KEY, 1.0)
    assert (len(judged), any(judged)) == {"nothing": (12, False), **dict.fromkeys(FOR_ALL, (0, False))}.get(
        change, (12, True)
    )
    few, asked = table_hashes(warehouse), len(judged)
    build(warehouse, remembering.places, keys.DEMO_KEY)
    assert len(judged) == asked  # all of it was judged
    assert {name: few[name] == whole for name, whole in table_hashes(warehouse).items() if few[name] != whole} == {}
