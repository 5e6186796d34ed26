"""What every calibrated patient obeys in time, dose and score, whatever the printed figures say."""

from collections.abc import Callable

import pandas as pd

from simulation.calibration.constraints import (
    ACCRUAL,
    ADEQUATE_PSL_MG,
    COLONOSCOPY_AROUND_END,
    COURSE_GAP,
    DATA_LOCK,
    QUIET_END,
    REMISSION,
    STEROID_FREE_WINDOW,
)

Row = pd.Series
ON_TREATMENT_CODES = ("R1", "R4")


def _doses(row: Row) -> list[int]:
    return [int(mg) for mg in row["psl_daily_mg"].split()]


def _analysed(row: Row) -> bool:
    return row["group"] in ("mh", "nmh")


def _criterion_possible(row: Row) -> bool:
    """R4 needs running tacrolimus, R3 an ended course, R2 a distance from the end; R1 may come at any time."""
    gap = row["relapse_or_censor_day"] - row["tac_duration"]
    return {"R1": abs(gap) >= QUIET_END, "R2": gap >= QUIET_END, "R3": gap >= COURSE_GAP, "R4": gap <= -QUIET_END}[
        row["relapse_type"]
    ]


def _steroid_free_consistent(row: Row) -> bool:
    low, high = STEROID_FREE_WINDOW
    relapse_in_window = row["relapse_type"] == "R1" and low - 14 <= row["relapse_or_censor_day"] <= high
    return row["steroid_free_24w"] == int(row["psl_stop_day"] < low and not relapse_in_window)


def _adequate_before_tacrolimus(row: Row) -> bool:
    """Resistant: an adequate dose on each inpatient day before tacrolimus. Dependent: never a week of it (D5)."""
    before = _doses(row)[: -int(row["admission_day"])]
    adequate = sum(mg >= ADEQUATE_PSL_MG for mg in before)
    return adequate < 7 if row["steroid_dependent"] else adequate == len(before)


# Each rule: which patients it binds, and what must hold for each of them.
RULES: dict[str, tuple[Callable[[Row], bool], Callable[[Row], bool]]] = {
    "first dose inside accrual": (
        lambda r: True, lambda r: str(ACCRUAL[0]) <= r["tac_start"] <= str(ACCRUAL[1])),
    "last contact not after data lock": (lambda r: True, lambda r: r["last_contact"] <= str(DATA_LOCK)),
    "dates agree with days": (
        lambda r: True,
        lambda r: pd.Timestamp(r["tac_start"]) + pd.Timedelta(days=r["follow_up_days"]) == pd.Timestamp(r["last_contact"])
        and pd.Timestamp(r["tac_start"]) + pd.Timedelta(days=r["tac_duration"]) == pd.Timestamp(r["tac_end"])),
    "tacrolimus within follow-up": (lambda r: True, lambda r: r["tac_duration"] <= r["follow_up_days"]),
    "remission in its window": (
        lambda r: pd.notna(r["remission_day"]), lambda r: REMISSION[0] <= r["remission_day"] <= REMISSION[1]),
    "remission on treatment": (
        lambda r: pd.notna(r["remission_day"]), lambda r: r["remission_day"] <= r["tac_duration"] - 7),
    "T counts from remission": (
        lambda r: pd.notna(r["remission_day"]),
        lambda r: r["T"] == r["relapse_or_censor_day"] - r["remission_day"] and r["T"] >= 1),
    "censored at last contact": (
        lambda r: r["relapse"] == 0, lambda r: r["relapse_or_censor_day"] == r["follow_up_days"]),
    "relapse within follow-up": (
        lambda r: r["relapse"] == 1, lambda r: r["relapse_or_censor_day"] <= r["follow_up_days"] - 14),
    "relapse criterion possible": (lambda r: r["relapse"] == 1, _criterion_possible),
    "colonoscopy around the end": (
        _analysed,
        lambda r: COLONOSCOPY_AROUND_END[0] <= r["colonoscopy_day"] - r["tac_duration"] <= COLONOSCOPY_AROUND_END[1]
        and r["remission_day"] < r["colonoscopy_day"] <= r["follow_up_days"]),
    "colonoscopy only in the analysed": (lambda r: not _analysed(r), lambda r: pd.isna(r["colonoscopy_day"])),
    "analysed seen beyond 24 weeks": (_analysed, lambda r: r["follow_up_days"] > STEROID_FREE_WINDOW[1]),
    "steroid freedom as dated": (lambda r: pd.notna(r["steroid_free_24w"]), _steroid_free_consistent),
    "steroid freedom known or not": (
        lambda r: True,
        lambda r: pd.notna(r["steroid_free_24w"]) == (r["follow_up_days"] > STEROID_FREE_WINDOW[1])
        and not STEROID_FREE_WINDOW[0] <= r["follow_up_days"] <= STEROID_FREE_WINDOW[1]),
    "PSL before admission, stay around the first dose": (
        lambda r: True,
        lambda r: r["psl_start_day"] <= r["admission_day"] < 0 < r["discharge_day"] < r["psl_stop_day"]),
    "stay over before remission": (
        lambda r: pd.notna(r["remission_day"]), lambda r: r["discharge_day"] < r["remission_day"]),
    "PSL adds up over the stay": (
        lambda r: True,
        lambda r: sum(_doses(r)) == r["psl_total"]
        and len(_doses(r)) == r["discharge_day"] - r["admission_day"] + 1),
    "PSL only falls": (lambda r: True, lambda r: _doses(r) == sorted(_doses(r), reverse=True)),
    "PSL before tacrolimus fits the response": (lambda r: True, _adequate_before_tacrolimus),
    "illness begins in life": (lambda r: True, lambda r: r["age"] >= 18 and r["uc_duration"] <= r["age"] - 10),
    "CAI halved by PSL in nobody": (lambda r: True, lambda r: r["pretac_cai"] > r["prepsl_cai"] / 2),
    "end Mayo and UCEIS agree": (_analysed, lambda r: not (r["endtac_mayo"] == 0 and r["endtac_uceis"] >= 2)
                                 and not (r["endtac_mayo"] >= 2 and r["endtac_uceis"] <= 1)),
    "shared endoscopy has one score": (
        lambda r: r["scope_serves_both"] == 1,
        lambda r: not r["steroid_dependent"] and r["prepsl_uceis"] == r["pretac_uceis"]
        and r["prepsl_mayo"] == r["pretac_mayo"]),
    "a reason for who left the funnel": (lambda r: True, lambda r: pd.isna(r["sub_reason"]) == _analysed(r)),
}  # fmt: skip


def broken_rules(solution: pd.DataFrame) -> dict[str, int]:
    """Rule names with the number of patients that break them; empty when all hold."""
    counts = {
        name: sum(binds(row) and not holds(row) for _, row in solution.iterrows())
        for name, (binds, holds) in RULES.items()
    }
    return {name: n for name, n in counts.items() if n}
