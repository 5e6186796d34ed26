"""What others refer to is found by two numbers, and both count."""

import polars as pl

from assets.staging.references import Keys, numbers

VISITS = pl.DataFrame({"pseudonym_site": ["a", "a", "b"], "patient_id": ["P", "Q", "P"], "encounter_id": ["E"] * 3})


def keys(named: pl.DataFrame, accepted: list[bool]) -> Keys:
    told = pl.Series("accepted", accepted), pl.Series("key", range(named.height))
    return Keys(numbers(named.with_columns(*told)))


def test_a_key_is_found_by_all_its_texts() -> None:
    found = keys(VISITS[:2], [True, False]).find(VISITS)
    assert found.rows() == [(True, 0), (False, 1), (None, None)]


def test_one_accepted_version_is_enough() -> None:
    found = keys(pl.concat([VISITS[:1]] * 3), [False, True, False]).find(VISITS[:1])
    assert found["accepted"].to_list() == [True]


def test_two_keys_may_share_their_first_number() -> None:
    (real,) = numbers(VISITS[:1]).rows(named=True)
    types = {"hash": pl.UInt64, "check": pl.UInt64, "accepted": pl.Boolean}
    others = [{**real, "check": real["check"] + step, "accepted": False} for step in (-1, 1)]
    found = Keys(pl.DataFrame([*others, {**real, "accepted": True}], schema=types)).find(VISITS[:1])
    assert found.rows() == [(True,)]
    assert Keys(pl.DataFrame(others, schema=types)).find(VISITS[:1]).rows() == [(None,)]


def test_nobody_is_found_where_nothing_was_delivered() -> None:
    assert keys(VISITS.clear(), []).find(VISITS).rows() == [(None, None)] * 3
