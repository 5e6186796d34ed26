"""What survives a fair analysis, in sentences that follow the numbers whichever way they point."""

import json
from typing import Any

import duckdb

from assets.report.fair import FOREST, PRIMARY, interval, ratio
from assets.statistics.display import show

AT_EQUAL_AGE = PRIMARY + 1
DOUBTFUL = 0.05
"""Below this p-value of the check a constant hazard ratio is no good summary."""
EVENTS_A_COVARIATE = 10
"""Fewer make a model's coefficients unreliable (Peduzzi et al 1995, J Clin Epidemiol 48:1503)."""
WORST = next(place for place, line in enumerate(FOREST) if line.analysis == "unexamined_worst")


def findings(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Three or four sentences from `marts.estimates`; none where the release does not answer the question."""
    naive, primary, aged, worst = (ratio(connection, FOREST[k]) for k in (0, PRIMARY, AT_EQUAL_AGE, WORST))
    if primary["n"] is None:
        return []
    if primary["estimate"] is None:
        return [f"From the colonoscopy on no hazard ratio can be given ({_words(primary['reason'])})."]
    told = [f"{_counted(connection)} {_clock(naive, primary)}"]
    told += [_age(primary, aged)] if aged["estimate"] is not None else []
    told += [_unexamined(connection, worst)] if worst["estimate"] is not None else []
    return [*told, *_days(connection), *_treatment(connection)]


def _counted(connection: duckdb.DuckDBPyConnection) -> str:
    rows = connection.execute(
        """select study_group, sum(events)::bigint, max(n_at_risk) filter (where t_days = 0)
        from marts.fair_curve where analysis = 'landmark' group by study_group"""
    ).fetchall()
    counts = {group: f"{events} of {n}" for group, events, n in rows}
    healed, others = (counts.get(group, "none of 0") for group in ("mh", "nmh"))
    return (
        f"Counted from the colonoscopy, when the group is known and everybody is free of relapse, {healed} patients "
        f"with healing and {others} without relapsed."
    )


def _excludes_1(found: dict[str, Any]) -> bool:
    return (found["lower"] or 0) > 1 or (found["upper"] is not None and found["upper"] < 1)


def _clock(naive: dict[str, Any], primary: dict[str, Any]) -> str:
    was, now = _excludes_1(naive), _excludes_1(primary)
    verdict = {
        (True, True): "the finding does not hang on where the clock starts",
        (True, False): "what looked clear under the published clock may be chance",
        (False, True): "the fair clock shows a difference that the published one did not",
        (False, False): "under neither clock does the difference exclude chance",
    }[was, now]
    before = f", against {interval(naive)} from remission" if naive["estimate"] is not None else ""
    return f"The hazard ratio of healing is {interval(primary)}{before}: {verdict}."


def _age(primary: dict[str, Any], aged: dict[str, Any]) -> str:
    kept, apart = _excludes_1(primary), _excludes_1(aged)
    verdict = {
        (True, True): "so age does not explain it",
        (True, False): "so age explains part of it, and what is left may be chance",
        (False, True): "so age had hidden a difference",
        (False, False): "which excludes chance no better",
    }[kept, apart]
    few = aged["events"] < 2 * EVENTS_A_COVARIATE
    warning = f"; {aged['events']} relapses are few for two covariates" if few else ""
    return f"At equal age the ratio is {interval(aged)}, {verdict}{warning}."


def _unexamined(connection: duckdb.DuckDBPyConnection, worst: dict[str, Any]) -> str:
    unexamined, needed = connection.execute(
        """select any_value(params) filter (where analysis = 'unexamined_worst'),
            max(estimate) filter (where measure = 'e_value' and term = 'bound' and adjusted_for is null)
        from marts.estimates"""
    ).fetchall()[0]
    verdict = "still excludes 1" if _excludes_1(worst) else "no longer excludes 1"
    hidden = (
        f" A hidden cause would have to go with both healing and relapse by a risk ratio of {show(needed, 'round', 1)} "
        "to take the interval to 1."
        if needed and needed > 1
        else ""
    )
    return (
        f"{json.loads(unexamined)['unexamined']} patients were free of relapse when tacrolimus ended but had no "
        f"colonoscopy; had they healed just as suits the finding worst, the ratio would be {interval(worst)}, which "
        f"{verdict}.{hidden}"
    )


def _days(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        """select
            any_value(struct_pack(t := t_days, e := estimate, lo := lower, hi := upper))
                filter (where measure = 'restricted_mean_difference_days'),
            any_value(p_value) filter (where test = 'proportional_hazards')
        from marts.estimates where analysis = 'landmark'"""
    ).fetchall()[0]
    days, changing = found
    if days is None or days["e"] is None:
        return []
    size, low, high = (show(days[key], "round", 0) for key in ("e", "lo", "hi"))
    doubtful = changing is not None and changing < DOUBTFUL
    why = "The ratio seems to change with time, so days say it better" if doubtful else "In days"
    within = f"within {days['t']} days of the colonoscopy"
    return [f"{why}: {within} healing goes with {size} ({low} to {high}) more days free of relapse."]


def _treatment(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        """select coalesce(study_group, 'ratio'), estimate, lower, upper from marts.estimates
        where analysis = 'on_treatment' and method = 'person_time' and reason is null"""
    ).fetchall()
    rates = {name: (estimate, low, high) for name, estimate, low, high in found}
    if set(rates) != {"on_tacrolimus", "off_tacrolimus", "ratio"}:
        return []
    on, off = (
        "{} ({} to {})".format(*(show(value, "round", 1) for value in rates[name]))
        for name in ("on_tacrolimus", "off_tacrolimus")
    )
    _, low, high = rates["ratio"]
    verdict = "the two differ by more than chance" if low > 1 or high < 1 else "the two may differ by chance"
    return [f"Of 100 patients followed for a year in remission {on} relapse on tacrolimus and {off} off it; {verdict}."]


def _words(code: str | None) -> str:
    return (code or "not estimated").replace("_", " ")
