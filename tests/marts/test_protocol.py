"""The protocol as a table: every value as text, in order."""

from assets.marts.protocol import protocol
from schemas.study import find


def test_every_value_stands_with_its_unit():
    strict = find("strict")
    rows = {row["parameter"]: row for row in protocol(strict).to_dicts()}
    assert list(rows) == list(strict.values())
    assert [row["position"] for row in rows.values()] == list(range(1, len(rows) + 1))
    shown = ("relapse_intent_required", "landmark_days", "accrual_start_on", "target_trough_min_ng_ml")
    assert [(rows[name]["value"], rows[name]["unit"]) for name in shown] == [
        ("true", None), ("100, 300, 500, 1000", "d"), ("2016-04-01", None), ("10.0", "ng/mL"),
    ]  # fmt: skip
