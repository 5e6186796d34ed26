"""Releases that are kept: named, compared, brought back, let go; and readers who never notice."""

import datetime as dt
import re

import pytest
from typer.testing import CliRunner

from benchmarks.readers import watch
from pipelines.browse import app
from schemas import study
from tests.warehouse.test_release import TABLES, Checked, ask, build, release
from warehouse import difference, retention
from warehouse.connection import connect
from warehouse.errors import DataError, UsageError
from warehouse.keep import Keep, reasons
from warehouse.places import Places
from warehouse.release import publish


def test_the_newest_the_last_of_a_month_and_those_in_use_stay() -> None:
    days = ("2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02", "2026-03-01", "2026-03-02")
    made = [(day, dt.datetime.fromisoformat(day)) for day in days]
    assert reasons(made, [], Keep(newest=1, months=0)) == {"2026-03-02": "newest"}
    assert reasons(made, ["2026-01-30"], Keep(newest=2, months=3)) == {
        "2026-03-02": "newest",
        "2026-03-01": "newest",
        "2026-02-02": "last of 2026-02",
        "2026-01-31": "last of 2026-01",
        "2026-01-30": "in use",
    }
    assert reasons([], [], Keep()) == {}


def test_a_frozen_release_has_its_name_for_good_and_stays(places: Places) -> None:
    old, new = release(places, "female"), release(places, "male")
    retention.name(places, "ito-2026", old.release_id)
    retention.name(places, "ito-2026", old.release_id)
    assert ask(places.frozen / "ito-2026" / "mucosa.duckdb", "select release_id from quality.release") == [
        (old.release_id,)
    ]
    with pytest.raises(UsageError, match="already"):
        retention.name(places, "ito-2026", new.release_id)
    for word in ("current", "Ito 2026", "../x"):
        with pytest.raises(UsageError, match="can't be a name"):
            retention.name(places, word, new.release_id)
    newest = release(places, "other")
    assert retention.old(places, Keep(1, 0)) == [new.release_id]
    (places.releases / ".left by a crash").mkdir()
    assert retention.prune(places, Keep(1, 0)) == [new.release_id]
    assert sorted(f.name for f in places.releases.iterdir()) == sorted([old.release_id, newest.release_id])


def test_a_release_is_found_by_what_people_write(places: Places) -> None:
    with pytest.raises(UsageError, match="no release current"):
        retention.find(places, "current")
    old, new = release(places, "female"), release(places, "male")
    retention.name(places, "ito-2026", old.release_id)
    assert retention.find(places, "ito-2026") == retention.find(places, old.release_id) == old
    assert retention.find(places, "current") == new
    assert retention.find(places, new.release_id[:14]) == new
    with pytest.raises(UsageError, match="may mean"):
        retention.find(places, "2026-06-30")


def test_a_release_comes_back_only_as_its_manifest_says(places: Places) -> None:
    old, new = release(places, "female"), release(places, "male")
    retention.restore(places, old.release_id)
    assert retention.current(places) == old.release_id
    file = places.releases / new.release_id / "mucosa.duckdb"
    file.chmod(0o644)
    with connect(file) as tampered:
        tampered.execute("delete from staging.patient")
    with pytest.raises(DataError, match="not restored"):
        retention.restore(places, new.release_id)
    assert retention.current(places) == old.release_id


def test_since_when_a_rule_is_not_met(places: Places) -> None:
    def night(sex: str, *failing: str) -> str:
        build(places, sex)
        with connect(places.build) as opened:
            for rule in ("a", "b"):
                verdict = "failed" if rule in failing else "passed"
                row = [rule, "omop.person", "warning", 9, 1, verdict, "Sentence.", "Do.", "clinician", "Source"]
                opened.execute("insert into quality.results values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null)", row)
        return publish(places, study.load(), [Checked()], TABLES).release_id

    def since() -> dict[str, str]:
        return dict(ask(places.published, "select rule, since from quality.results"))  # type: ignore[arg-type]

    first = night("female", "a")
    assert since() == {"a": first, "b": None}
    second = night("male", "a", "b")
    assert since() == {"a": first, "b": second}
    third = night("other", "b")
    assert since() == {"a": None, "b": second}
    fourth = night("unknown", "a", "b")
    assert since() == {"a": fourth, "b": second}
    assert night("male", "a", "b") == second  # what is kept under an id stays as it is
    assert len({first, second, third, fourth}) == 4


def test_what_differs_between_two_releases(places: Places) -> None:
    old, new = release(places, "female"), release(places, "male")
    found = difference.compare(places, old, new)
    assert found.causes == ()
    assert found.first_layer == "staging"
    assert found.tables == (difference.TableChange("staging.patient", (2, 2), (1, 1), ()),)
    wider = new.model_copy(update={"parameter_hash": "x", "code_version": "2", "inputs": ()})
    assert difference.compare(places, old, wider).causes == (
        "delivery demo|2026-06-30 withdrawn: -patient",
        f"code: {old.code_version} → 2",
    )
    assert difference.compare(places, old, old) == ((), (), ())


def test_a_release_that_was_hashed_in_another_way(places: Places) -> None:
    """It is compared by what it holds, and restored by nobody who can't say whether it is whole."""
    old, new = release(places, "female"), release(places, "male")
    tables = {name: table.model_copy(update={"hash": table.hash and "0" * 32}) for name, table in old.tables.items()}
    former = old.model_copy(update={"tables": tables, "content_hash": "0" * 64, "fingerprint": 1})
    assert [change.table for change in difference.compare(places, former, new).tables] == ["staging.patient"]
    assert difference.compare(places, former, old) == ((), (), ())
    file = places.releases / old.release_id / "manifest.json"
    file.chmod(0o644)
    file.write_text(former.model_dump_json(exclude={"fingerprint"}))  # as the earlier version wrote it
    with pytest.raises(UsageError, match=f"hashed in another way.*version that made it, {re.escape(old.code_version)}"):
        retention.restore(places, old.release_id)
    assert retention.current(places) == new.release_id


def test_the_commands_say_what_they_did(places: Places) -> None:
    old, new = release(places, "female").release_id, release(places, "male").release_id

    def said(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--landing", str(places.landing), "--data", str(places.data)])
        assert done.exit_code == 0, done.output
        return done.output

    assert f"ito-2026 is release {old}" in said("freeze", "ito-2026", old)
    shown = said("show", "ito-2026")
    assert "demo|2026-06-30" in shown
    assert "Every rule is met" in shown
    assert "Everything to the left of staging is equal" in said("diff", "ito-2026", "latest")
    release(places, "other")
    assert f"{new}\n1 would go; 3 lie there" in said("prune", "--newest", "1", "--months", "0", "--dry-run")
    assert f"{new}\n1 gone; 2 lie there" in said("prune", "--newest", "1", "--months", "0")


def test_readers_do_not_notice_ten_publishes(places: Places) -> None:
    release(places, "0")
    seen = watch(places, lambda number: release(places, str(number + 1)), 10)
    assert seen.wrong == []
    assert len(seen.anew["met"]) > 2
    assert len(seen.held["met"]) == 1
