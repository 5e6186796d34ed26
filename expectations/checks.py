"""Rules as Dagster asset checks: one check for each table and severity, which names the rules that failed."""

import os
import time
from collections.abc import Iterator

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckKey,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    MetadataValue,
    multi_asset_check,
)

from assets import graph
from assets.report import data_docs
from assets.resource import Warehouse
from expectations import run
from expectations.derived import by_table_and_severity
from expectations.drift import before, drift
from expectations.result import blocking_failures, explain, summarise, write_results
from warehouse import verdicts
from warehouse.lock import writer_lock


def docs_link(table: str) -> MetadataValue:
    """Where Data Docs speak of a table: a link where `MUCOSA_REPORT_URL` says, else the place within `data/report`."""
    layer, _, name = table.partition(".")
    place = f"quality/{layer}.html" + (f"#{name}" if name else "")
    base = os.environ.get("MUCOSA_REPORT_URL", "").rstrip("/")
    return MetadataValue.url(f"{base}/{place}") if base else MetadataValue.text(f"report/{place}")


def layer_checks(name: str) -> AssetChecksDefinition:
    """All checks of one layer as one step; a critical one stops whatever lies to the right of its table.

    In the browser those of one table can be asked alone.
    """
    specs = [
        AssetCheckSpec(
            severity,
            asset=graph.key(table),
            blocking=severity == "critical",
            description="\n".join(f"- {rule.sentence}" for rule in asked),
        )
        for (table, severity), asked in by_table_and_severity(name).items()
    ]

    @multi_asset_check(name=f"{name}_checks", specs=specs, pool="warehouse", can_subset=True)
    def step(context: AssetCheckExecutionContext, warehouse: Warehouse) -> Iterator[AssetCheckResult]:
        started, selected = time.monotonic(), context.selected_asset_check_keys
        asked = {key.asset_key for key in selected}
        names = [table for table in run.tables([name]) if graph.key(table) in asked]
        writer, places = f"{name}_checks", warehouse.places
        with warehouse.guarding(writer), writer_lock(places):
            with verdicts.unchanged(places):
                parameters = warehouse.protocol.parameters()
                results = run.evaluate_together(places.build, names, parameters, warehouse.memory_limit)
            with warehouse.writing(writer) as connection:
                results += drift(connection, before(places), names)
                write_results(connection, results)
                if blocking_failures(results):  # nothing after this will write them
                    data_docs.write_docs(connection, places)
        unmet = sum(r.verdict != "passed" for r in results)
        graph.log.info(
            "%s|%d rules, %s|%.1f",
            f"{name} checks",
            len(results),
            f"{unmet} not met" if unmet else "all met",
            time.monotonic() - started,
        )
        for (table, severity), summary in summarise(results).items():
            if AssetCheckKey(graph.key(table), severity) not in selected:
                continue
            yield AssetCheckResult(
                passed=summary.passed,
                asset_key=graph.key(table),
                check_name=severity,
                severity=AssetCheckSeverity.ERROR if severity == "critical" else AssetCheckSeverity.WARN,
                description=explain(r for r in results if (r.table_name, r.severity) == (table, severity)) or None,
                metadata={
                    "rules": summary.rules,
                    "rules not met": summary.text,
                    "rows that break them": summary.failed_rows,
                    "all rules": docs_link(table),
                },
            )

    return step
