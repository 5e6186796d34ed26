"""What a night leaves behind: problems out of its verdicts, or out of its death before any verdict."""

from collections.abc import Iterator

import duckdb
from dagster import DagsterEventType, DagsterExecutionInterruptedError, DagsterInstance, DagsterRun, DagsterRunStatus
from dagster_shared.error import SerializableErrorInfo

from expectations.derived import rules
from expectations.result import Result, read_results
from pipelines.alerts import watch
from pipelines.alerts.delivery import brought
from pipelines.alerts.problem import Problem
from warehouse import connection
from warehouse.places import Places

QUARANTINE = "staging.quarantine"
SHARE = "staging.accounting.quarantine_share"


def conclude(places: Places, run_id: str, *, green: bool, instance: DagsterInstance) -> None:
    """Tell what a run that has ended found. Raises `duckdb.IOException` while somebody else writes the build."""
    began = green or _began(instance, run_id)
    found = judge(places) if began else []
    if not green and not (began and any(problem.level == "critical" for problem in found)):
        found.append(watch.died(reason(instance, run_id)))
    watch.settle_night(places, found, run_id, green=green)


def conclude_run(places: Places, run: DagsterRun, instance: DagsterInstance) -> None:
    """Tell what a run over some of the assets found, as somebody starts one in the browser; one that somebody
    cancelled is told to nobody. Raises `duckdb.IOException` while somebody else writes the build."""
    if run.status == DagsterRunStatus.CANCELED:
        return
    subject = _assets(run)
    found = judge(places) if run.is_success or _began(instance, run.run_id) else []
    if not run.is_success and not any(problem.level == "critical" for problem in found):
        found.append(watch.broke(reason(instance, run.run_id), subject))
    watch.settle_run(places, found, run.run_id, subject if run.is_success else None)


def _assets(run: DagsterRun) -> str:
    """What a run was to make or check: its one asset, or the layers of several."""
    keys = sorted({*(run.asset_selection or ()), *(check.asset_key for check in run.asset_check_selection or ())})
    if len(keys) == 1:
        return ".".join(keys[0].path)
    return ", ".join(sorted({key.path[0] for key in keys})) or run.job_name


def judge(places: Places) -> list[Problem]:
    """Rules that the build does not keep, as far as they were asked of it.

    Raises `duckdb.IOException` while somebody writes.
    """
    if not places.build.exists():
        return []
    with connection.connect(places.build, read_only=True) as build:
        results = read_results(build)
        refused = _refused(build) if any(r.table_name == QUARANTINE for r in results) else {}
        shares = _shares(build) if any(r.rule == SHARE and r.verdict == "failed" for r in results) else []
        unmet = [r for r in results if r.verdict != "passed" and (r.table_name != QUARANTINE or r.rule in refused)]
        # What a hospital can mend comes first, and of that what took the most records.
        unmet.sort(key=lambda r: (r.table_name != QUARANTINE, -r.failed if r.table_name == QUARANTINE else 0))
        deliveries = brought(build, unmet, places)
    return [_problem(r, refused, shares, deliveries.get(r.rule, ())) for r in unmet]


def _refused(build: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """Refused records by rule and delivery, waived ones aside: those are known."""
    counted = "select rule, delivery, count(*) from staging.quarantine where not waived group by all order by all"
    found: dict[str, dict[str, int]] = {}
    for rule, delivery, records in build.execute(counted).fetchall():
        found.setdefault(rule, {})[delivery] = records
    return found


def _shares(build: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int, int, float]]:
    """Files over their quarantine share, the worst first: delivery, feed, counted records, records, allowed share."""
    return build.execute(
        "select delivery, feed, quarantined - waived, records, max_quarantine_share from staging.accounting"
        " where quarantined - waived > max_quarantine_share * records order by 3 / records desc, delivery, feed"
    ).fetchall()


def _problem(
    result: Result,
    refused: dict[str, dict[str, int]],
    shares: list[tuple[str, str, int, int, float]],
    where: tuple[str, ...],
) -> Problem:
    tolerated = {rule.id: rule.tolerated_share for rule in rules(result.table_name)}.get(result.rule, 0)
    allowed = f"{tolerated:.0%} of the rows" if tolerated else "none"
    observed = f"{result.failed:,} of {result.evaluated:,} rows break it"
    if result.verdict == "error":
        observed = "it could not be evaluated, which counts as a failure"
    elif result.table_name == QUARANTINE:
        where = tuple(refused[result.rule])
        records = sum(refused[result.rule].values())
        observed = f"{records:,} of {result.evaluated:,} records of the feed were refused"
    elif result.rule == SHARE and shares:
        where = tuple(dict.fromkeys(delivery for delivery, *_ in shares))
        told = (f"{feed} of {name}: {n:,} of {of:,} records ({n / of:.1%})" for name, feed, n, of, _ in shares[:4])
        observed, allowed = "; ".join(told), f"{min(share for *_, share in shares):.1%} of a file's records"
    return Problem(
        source="night",
        level=result.severity,
        rule=result.rule,
        subject=result.table_name,
        sentence=result.sentence,
        observed=observed,
        allowed=allowed,
        where=where,
        what_to_do=result.what_to_do,
    )


def reason(instance: DagsterInstance, run_id: str) -> str:
    """Why a run failed, in the words of the step that stopped; these hold no value of a patient."""
    run = instance.get_run_by_id(run_id)
    if run is not None and run.status == DagsterRunStatus.CANCELED:
        return "Somebody cancelled the run."
    return "\n".join(dict.fromkeys(_told(instance, run_id))) or (
        "The run ended without a word: its process was killed, the machine stopped or ran out of memory."
    )


def _told(instance: DagsterInstance, run_id: str) -> Iterator[str]:
    for entry in instance.all_logs(run_id, of_type=DagsterEventType.STEP_FAILURE):
        if entry.dagster_event is not None:
            error = entry.dagster_event.step_failure_data.error
            if error is not None:
                yield in_words(error)


def in_words(error: SerializableErrorInfo) -> str:
    """What a step said when it stopped."""
    while error.cause is not None:
        error = error.cause
    if error.cls_name == DagsterExecutionInterruptedError.__name__:
        return (
            "The run was stopped from outside, by Ctrl-C or by a signal as at shutdown."
            " Run it again: nothing needs to be repaired."
        )
    return error.message.partition(": ")[2].strip() or error.message.strip()


def _began(instance: DagsterInstance, run_id: str) -> bool:
    """Whether any step of a run started, so that the verdicts in the build are its own."""
    return bool(instance.all_logs(run_id, of_type=DagsterEventType.STEP_START))
