"""A small feed of `python -m benchmarks.feed`: what is measured is what a hospital sends, dirt included."""

from pathlib import Path

from assets.raw import load
from assets.resource import Warehouse
from assets.staging import build
from benchmarks import feed
from warehouse import connection, keys


def test_every_kind_of_record_is_in_the_feed_and_gets_its_verdict(tmp_path: Path) -> None:
    records = feed.make(tmp_path / "landing", 0.002, seed=1)
    feed.floor(tmp_path / "landing")
    places = Warehouse(landing=str(tmp_path / "landing"), data=str(tmp_path / "data")).places
    places.data.mkdir()
    assert sum(load.load(places).values()) == records
    with connection.connect(places.build) as opened:
        load.catalogue(opened, places)
        build.build(opened, places, keys.DEMO_KEY)
        query = "select sum(records), sum(accepted + quarantined + superseded) from staging.accounting"
        assert opened.execute(query).fetchall() == [(records, records)]
        refused = opened.execute("select distinct rule from staging.quarantine order by rule").fetchall()
        assert [rule for (rule,) in refused] == [
            "lab_result.patient_id.reference",
            "lab_result.reported_at.after_collection",
            "lab_result.status.values",
            "lab_result.unit.unit",
            "lab_result.value.accepted_range",
        ]
        reasons = "select distinct why from staging.superseded order by why"
        assert opened.execute(reasons).fetchall() == [("later version",)]
        words = "select distinct value_absent_reason from staging.lab_result where value_absent_reason is not null"
        assert sorted(word for (word,) in opened.execute(words).fetchall()) == ["hemolysed", "not_a_number"]
        operators = "select distinct value_operator from staging.lab_result where value_operator is not null"
        assert opened.execute(operators).fetchall() == [("<",)]
