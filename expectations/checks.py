"""Rules as Dagster asset checks: one check for each table and severity, which names the rules that failed."""

import logging
import time
from collections.abc import Iterator

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetChecksDefinition,
    AssetKey,
    multi_asset_check,
)

from assets.resource import Warehouse
from expectations import rules, run

log = logging.getLogger("mucosa")


def layer(name: str) -> AssetChecksDefinition:
    """All checks of one layer as one step; a critical one stops whatever lies to the right."""
    specs = [
        AssetCheckSpec(
            severity,
            asset=AssetKey(table.split(".")),
            blocking=severity == "critical",
            description="\n".join(f"- {rule.sentence}" for rule in asked),
        )
        for (table, severity), asked in rules.by_table_and_severity(name).items()
    ]

    @multi_asset_check(name=f"{name}_checks", specs=specs, pool="warehouse")
    def step(warehouse: Warehouse) -> Iterator[AssetCheckResult]:
        started = time.monotonic()
        with warehouse.guarding(f"{name}_checks"):
            results = run.evaluate(warehouse.places.build, layer=name)
        with warehouse.writing(f"{name}_checks") as connection:
            run.write_results(connection, results, layer=name)
        failed = [r for r in results if r.verdict != "passed"]
        log.info(
            "%s|%d rules, %d not met|%.1f",
            f"{name} checks",
            len(results),
            len(failed),
            time.monotonic() - started,
        )
        for (table, severity), summary in run.summarise(results).items():
            yield AssetCheckResult(
                passed=summary.passed,
                asset_key=AssetKey(table.split(".")),
                check_name=severity,
                severity=AssetCheckSeverity.ERROR if severity == "critical" else AssetCheckSeverity.WARN,
                metadata={"rules": summary.rules, "failed": summary.failed_text},
            )

    return step
