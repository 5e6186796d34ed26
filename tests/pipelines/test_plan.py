"""What the next night will make anew, and that it says so before it runs."""

from pathlib import Path

from assets.resource import Warehouse
from pipelines import plan
from warehouse.places import Places


def test_a_new_delivery_is_read_for_the_plan_and_forgotten(published: Places, tmp_path: Path) -> None:
    (first,) = published.landing.glob("*/????-??-??")
    new = tmp_path / first.parent.name / "2099-12-31"
    new.mkdir(parents=True)
    (new.parent / "SYNTHETIC").touch()
    for file in first.glob("*.csv"):
        header = file.read_text(encoding="utf-8").partition("\n")[0]
        (new / file.name).write_text(f"{header}\n", encoding="utf-8")
    (new / "monitoring_order.csv").write_text(
        "order_id,patient_id,ordered_at,target_low,target_high,target_unit\n"
        "o1,nobody known,2099-12-30T10:00,5,10,ng/mL\no2,nobody known,2099-12-30T11:00,5,10,ng/mL\n",
        encoding="utf-8",
    )
    warehouse = Warehouse(landing=str(tmp_path), data=str(published.data), few_persons=10)
    before = sorted(published.identified.rglob("*"))
    told = {layer: (who, why) for layer, who, why in plan.rows(warehouse)}
    assert sorted(published.identified.rglob("*")) == before
    assert told["raw"] == ("deliveries: 1", "1 new or changed, 1 withdrawn")
    assert told["staging"][0] == "all records"
    who, why = told["fhir"]
    assert who.startswith("all ") and "nothing is known of an earlier night" in why
    assert "nobody known" not in str(told)
