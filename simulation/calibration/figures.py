"""Every printed figure computed anew from the 109 rows of a solution, independently of the search."""

import pandas as pd
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test
from scipy import stats

from simulation.calibration.constraints import LANDMARKS, MEASURED

Key = tuple[str, str, str]
ADVERSE_EVENTS = ("ae_tremor", "ae_renal_impairment", "ae_headache", "ae_hypomagnesemia")
SPLITS = {  # column -> (metric, its complement): how a 0/1 column is printed
    "male": ("sex_male", "sex_female"),
    "left_sided": ("extent_left_sided", "extent_total"),
    "steroid_dependent": ("steroid_dependent", "steroid_resistant"),
    "aza": ("aza_yes", "aza_no"),
    "steroid_free_24w": ("steroid_free_24w", ""),
}
TWO_BY_TWO = {  # column -> metric and test (audit B2)
    "male": ("sex", "pearson"),
    "left_sided": ("extent", "pearson"),
    "steroid_dependent": ("steroid_responsiveness", "pearson"),
    "aza": ("aza", "pearson"),
    "steroid_free_24w": ("steroid_free_24w", "fisher"),
}
COMPARED = {v.column: v.metric_id for v in MEASURED} | {
    c: c for c in ("prepsl_mayo", "pretac_mayo", "endtac_mayo", "endtac_uceis")
}


def _two_by_two(mh: pd.Series, nmh: pd.Series, test: str) -> float:
    table = [[int(g.sum()), int(len(g) - g.sum())] for g in (mh, nmh)]
    if test == "fisher":
        return float(stats.fisher_exact(table).pvalue)
    return float(stats.chi2_contingency(table, correction=False).pvalue)


def _curves(mh: pd.DataFrame, nmh: pd.DataFrame) -> dict[Key, float]:
    figures: dict[Key, float] = {}
    for group, rows in (("mh", mh), ("nmh", nmh)):
        curve = KaplanMeierFitter().fit(rows["T"], rows["relapse"])
        for day in LANDMARKS:
            figures[f"relapse_rate_day_{day}", group, "pct"] = 100 * (1 - float(curve.predict(day)))
            figures[f"at_risk_day_{day}", group, "n"] = int((rows["T"] >= day).sum())
    for day in LANDMARKS:
        times = [g["T"].clip(upper=day) for g in (mh, nmh)]
        events = [g["relapse"].where(g["T"] <= day, 0) for g in (mh, nmh)]
        figures[f"relapse_rate_day_{day}", "na", "p_value"] = float(logrank_test(*times, *events).p_value)
    return figures


def computed_figures(solution: pd.DataFrame) -> dict[Key, float]:
    """Every figure of the paper that patients can have, from the solution alone; unformatted."""
    groups = {g: solution[solution["group"] == g] for g in ("mh", "nmh")}
    analysed = pd.concat(groups.values())
    colectomy = solution["sub_reason"] == "colectomy"
    after_remission = solution["tac_duration"] > solution["remission_day"]
    stopped_by_event = solution["sub_reason"] == "adverse_event"
    figures: dict[Key, float] = {
        ("cohort_tac_treated", "all", "count"): len(solution),
        ("cohort_clinical_remission", "all", "count"): int(solution["remission_day"].notna().sum()),
        ("cohort_end_of_tac_colonoscopy", "all", "count"): int(solution["colonoscopy_day"].notna().sum()),
        ("cohort_psl_before_tac", "all", "count"): int((analysed["psl_start_day"] < 0).sum()),
        ("cohort_prior_biologic", "all", "count"): int(analysed["prior_biologic"].sum()),
        ("prepsl_endoscopy", "all", "n"): int(analysed["prepsl_mayo"].notna().sum()),
        ("surgery_during_induction", "all", "count"): int((colectomy & ~after_remission).sum()),
        ("ae_leading_to_discontinuation", "all", "count"): int(stopped_by_event.sum()),
        ("follow_up", "all", "mean"): float(solution["follow_up_days"].mean()),
        ("follow_up", "all", "sd"): float(solution["follow_up_days"].std(ddof=1)),
    }
    for group, rows in groups.items():
        healed = rows["endtac_mayo"] <= 1
        figures[f"cohort_{group}", group, "n"] = int((healed if group == "mh" else ~healed).sum())
        figures["prepsl_endoscopy", group, "n"] = int(rows["prepsl_mayo"].notna().sum())
        for column, (metric, complement) in SPLITS.items():
            figures[metric, group, "count"] = int(rows[column].sum())
            if complement:
                figures[complement, group, "count"] = int(len(rows) - rows[column].sum())
        figures["steroid_free_24w", group, "pct"] = 100 * float(rows["steroid_free_24w"].mean())
        for event in ADVERSE_EVENTS:
            figures[event, group, "count"] = int(rows[event].sum())
            figures[event, group, "pct"] = 100 * float(rows[event].mean())
            figures[event, "all", "count"] = int(analysed[event].sum())
        for column, metric in COMPARED.items():
            for statistic in ("mean", "min", "max"):
                figures[metric, group, statistic] = float(rows[column].agg(statistic))
    mh, nmh = groups["mh"], groups["nmh"]
    for column, metric in COMPARED.items():
        ranks = stats.mannwhitneyu(mh[column].dropna(), nmh[column].dropna(), use_continuity=True, method="asymptotic")
        figures[metric, "na", "p_value"] = float(ranks.pvalue)
    for column, (metric, test) in TWO_BY_TWO.items():
        figures[metric, "na", "p_value"] = _two_by_two(mh[column], nmh[column], test)
    figures["ae_prevalence", "na", "p_value"] = min(
        _two_by_two(mh[event], nmh[event], "fisher") for event in ADVERSE_EVENTS
    )
    return figures | _curves(mh, nmh)
