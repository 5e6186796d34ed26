"""A known problem passes visibly: its records stay in quarantine and do not count against the delivery."""

import pytest

from schemas import waiver
from warehouse.errors import UsageError

UNIT = "lab_result.unit.unit"
GOOD = f'[[waiver]]\nrule = "{UNIT}"\nreason = "new analyser"\nowner = "laboratory"\nexpires = 2020-12-31\n'
FAULTY = [{"unit": "furlong"}, {"result_id": "L2"}, {"result_id": "L3", "unit": "furlong", "collected_at": "?"}]


def covered(staged, hospital, text: str) -> tuple[list[tuple[bool, ...]], tuple[int, ...]]:
    """Whether each refused record is waived; quarantined and waived records of the file."""
    hospital.places.data.mkdir(exist_ok=True)
    hospital.places.waivers.write_text(text, encoding="utf-8")
    out = staged(lab_result=FAULTY)
    (tally,) = out.sql("select quarantined, waived from staging.accounting where feed = 'lab_result'").fetchall()
    return out.sql("select record, waived from staging.quarantine order by record").fetchall(), tally


@pytest.mark.parametrize(
    ("text", "waived"),
    [
        ("", [False, False]),
        (GOOD, [True, False]),  # the third record broke another rule too
        (GOOD + GOOD.replace(UNIT, "lab_result.collected_at.*"), [True, True]),
        (GOOD + 'site = "demo"\nfeed = "lab_result"\n', [True, False]),
        (GOOD + 'site = "jp"\n', [False, False]),
        (GOOD + 'feed = "vital_sign"\n', [False, False]),
        (GOOD + "file = 1\n", [False, False]),
        (GOOD.replace("2020-12-31", "2020-06-30"), [True, False]),
        (GOOD.replace("2020-12-31", "2020-06-29"), [False, False]),
    ],
    ids=["none", "rule", "both-rules", "scope", "site", "feed", "file", "last-day", "expired"],
)
def test_a_waiver_covers_its_scope_until_its_last_day(staged, hospital, text: str, waived: list[bool]) -> None:
    listed, tally = covered(staged, hospital, text)
    assert listed == [(1, waived[0]), (3, waived[1])]
    assert tally == (2, sum(waived))


def test_each_waiver_tells_what_it_covers_and_whether_it_has_expired(staged, hospital, warehouse) -> None:
    expired = GOOD.replace("2020-12-31", "2020-06-29")
    covered(staged, hospital, GOOD + GOOD.replace("unit.unit", "value.type") + expired)
    rows = warehouse.sql("select waiver, waived, expired from staging.waiver order by waiver").fetchall()
    assert rows == [(1, 1, False), (2, 0, False), (3, 0, True)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("waiver = 1\n", "Begin each one with a line [[waiver]]"),
        ("[[waiver]\n", "is not valid TOML"),
        (GOOD.replace("owner", "ownr"), "waiver 1 (line 1): ownr is not a key of a waiver. Did you mean owner?"),
        (GOOD + "\n" + GOOD.replace('owner = "laboratory"\n', ""), "waiver 2 (line 7) lacks owner"),
        (GOOD.replace("2020-12-31", "2020-13-31"), "is not valid TOML"),
        (GOOD.replace("2020-12-31", '"soon"'), "expires: Input should be a valid date"),
        (GOOD + 'feed = "lab_results"\n', "lab_results is not a feed. Did you mean lab_result?"),
    ],
)
def test_a_mistake_is_explained(text: str, says: str) -> None:
    with pytest.raises(waiver.WaiverError) as caught:
        waiver.parse(text)
    assert says in str(caught.value)


def test_a_waiver_of_no_rule_is_refused(staged, hospital) -> None:
    with pytest.raises(UsageError, match=r"unti\.unit is not a rule.*mean lab_result\.unit\.unit"):
        covered(staged, hospital, GOOD.replace("unit.unit", "unti.unit"))
