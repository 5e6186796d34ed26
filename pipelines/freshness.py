"""Whether feeds still come, as asset checks: the lineage browser shows them on what hospitals deliver."""

import datetime as dt
from collections.abc import Iterator

from dagster import AssetCheckEvaluation, AssetCheckResult, AssetCheckSeverity, AssetCheckSpec, multi_asset_check

from assets import graph
from assets.raw.rhythm import rhythms
from assets.resource import Warehouse
from schemas import extract
from warehouse.places import Places


@multi_asset_check(
    name="freshness",
    specs=[
        AssetCheckSpec(
            "freshness",
            asset=graph.key(f"landing.{feed}"),
            additional_deps=[graph.key("raw.file")],
            description="The feed comes as often as the profile of every site promises (delivery_every_days).",
        )
        for feed in extract.FEEDS
    ],
)
def freshness(warehouse: Warehouse) -> Iterator[AssetCheckResult]:
    """One result a feed: late sites make it a warning, which stops nothing."""
    for result in evaluations(warehouse.places):
        yield AssetCheckResult(
            asset_key=result.asset_key,
            check_name=result.check_name,
            passed=result.passed,
            severity=result.severity,
            description=result.description,
            metadata=result.metadata,
        )


def evaluations(places: Places) -> list[AssetCheckEvaluation]:
    """The same as events of a sensor, so that no run is needed to show them."""
    found = rhythms(places, dt.datetime.now(dt.UTC))
    results = []
    for feed in extract.FEEDS:
        of_feed = [rhythm for rhythm in found if rhythm.feed == feed]
        late = [f"{r.site}: last on {r.last_on}, due by {r.due_on}" for r in of_feed if r.late]
        results.append(
            AssetCheckEvaluation(
                asset_key=graph.key(f"landing.{feed}"),
                check_name="freshness",
                passed=not late,
                severity=AssetCheckSeverity.WARN,
                description="; ".join(late) or None,
                metadata={"sites with a promised rhythm": len(of_feed), "late": len(late)},
            )
        )
    return results
