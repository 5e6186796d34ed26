"""What moved since the last release: too much is a warning, too little to compare is silence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.derived import by_table_and_severity
from expectations.drift import drift, rules
from schemas import contract
from warehouse.connection import connect
from warehouse.fingerprint import content_hash
from warehouse.statistics import Statistic, statistics

NAMES = ("staging.lab_result", "staging.accounting", "omop.condition_occurrence", "quality.results")
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A database of so many laboratory results of one value, refused records and mapped diagnoses."""

    def build(name: str, results: int = 100, value: float = 2.0, refused: int = 0, unmapped: int = 0) -> Path:
        file = tmp_path / f"{name}.duckdb"
        with connect(file) as opened:
            for table in NAMES:
                opened.execute(contract.load(table).ddl().replace(" not null", ""))
            opened.execute(
                "insert into staging.lab_result by name "
                "select k as lab_result_key, 'crp' as analyte, $value as value_number from range($results) as t (k)",
                {"results": results, "value": value},
            )
            opened.execute(
                "insert into staging.accounting by name select 1 as file_id, 'lab_result' as feed, "
                "$results as records, $refused as quarantined",
                {"results": results, "refused": refused},
            )
            opened.execute(
                "insert into omop.condition_occurrence by name select k as condition_occurrence_id, "
                "if(k < $unmapped, 0, 81893) as condition_concept_id from range(200) as t (k)",
                {"unmapped": unmapped},
            )
        return file

    return build


def numbers(release: Path) -> tuple[Statistic, ...]:
    with connect(release, read_only=True) as opened:
        return statistics(opened)


def verdicts(build: Path, *earlier: Path) -> dict[str, tuple[int, int, str]]:
    with connect(build) as opened:
        found = drift(opened, [numbers(release) for release in earlier], NAMES)
    return {r.rule.partition("drift_")[2]: (r.evaluated, r.failed, r.verdict) for r in found}


def test_the_same_again_passes_and_the_first_night_says_nothing(make: Make) -> None:
    assert verdicts(make("new"), make("old")) == {
        "rows": (100, 0, "passed"),
        "growth": (100, 0, "passed"),
        "quarantine": (100, 0, "passed"),
        "values": (1, 0, "passed"),
        "mapped": (200, 0, "passed"),
    }
    assert verdicts(make("first")) == {}


@pytest.mark.parametrize(
    ("rule", "within", "beyond"),
    [
        ("rows", {"results": 80}, {"results": 79}),
        ("growth", {"results": 190}, {"results": 191}),
        ("quarantine", {"refused": 1}, {"refused": 2}),
        ("values", {"value": 3.0}, {"value": 3.1}),
        ("values", {"value": 1.4}, {"value": 1.3}),
        ("mapped", {"unmapped": 4}, {"unmapped": 5}),
    ],
)
def test_what_moves_too_far_is_a_warning(
    make: Make, rule: str, within: dict[str, float], beyond: dict[str, float]
) -> None:
    old = make("old")
    assert verdicts(make("within", **within), old)[rule][2] == "passed"
    assert verdicts(make("beyond", **beyond), old)[rule][2] == "failed"


@pytest.mark.parametrize(
    ("earlier", "now", "rule", "verdict"),
    [
        # A bad release in between does not become what is usual.
        ([{}, {}, {"value": 20.0}], {}, "values", "passed"),
        ([{}, {}, {"value": 20.0}], {"value": 20.0}, "values", "failed"),
        ([{}, {}, {"refused": 9}], {"refused": 9}, "quarantine", "failed"),
        ([{}, {}, {"unmapped": 50}], {"unmapped": 50}, "mapped", "failed"),
        ([{}, {}, {"results": 40}], {"results": 79}, "rows", "failed"),
        ([{}, {}, {"results": 40}], {}, "growth", "passed"),
        # What grows night by night is held against the last, not against a week ago.
        ([{"results": 100}, {"results": 140}, {"results": 190}], {"results": 150}, "rows", "failed"),
        ([{"results": 100}, {"results": 140}, {"results": 190}], {"results": 260}, "growth", "passed"),
        # What creeps is held against what was usual.
        ([{"value": 2.0}, {"value": 2.0}, {"value": 2.9}], {"value": 3.1}, "values", "failed"),
    ],
)
def test_one_release_is_no_habit(
    make: Make, earlier: list[dict[str, float]], now: dict[str, float], rule: str, verdict: str
) -> None:
    kept = [make(f"kept{number}", **said) for number, said in enumerate(earlier)]
    assert verdicts(make("now", **now), *kept)[rule][2] == verdict


def test_too_little_is_not_compared(make: Make) -> None:
    found = verdicts(make("new", results=20), make("old", results=20))
    assert set(found) == {"mapped"}


def test_what_speaks_of_an_earlier_release_is_in_no_hash(make: Make) -> None:
    file = make("new")
    before = content_hash(file)
    row = "'warning', 1, 0, 'passed', 's', 'w', 'developer', 's', null)"
    with connect(file) as opened:
        opened.execute(
            f"insert into quality.results values ('staging.lab_result.drift_rows', 'staging.lab_result', {row}"
        )
    assert content_hash(file) == before
    with connect(file) as opened:
        opened.execute(
            f"insert into quality.results values ('staging.lab_result.readable', 'staging.lab_result', {row}"
        )
    assert content_hash(file) != before


def test_every_rule_of_drift_has_a_check_that_shows_it() -> None:
    for layer in ("staging", "omop"):
        shown = by_table_and_severity(layer)
        assert rules(layer)
        assert [rule.id for rule in rules(layer) if (rule.table, rule.severity) not in shown] == []
