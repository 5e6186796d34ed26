"""What every calibrated patient obeys in time, dose and score, whatever the printed figures say."""

from collections.abc import Callable
from typing import Any

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

Row = dict[str, Any]
Rule = tuple[Callable[[Row], bool], Callable[[Row], bool]]


def _doses(row: Row) -> list[int]:
    return [int(mg) for mg in row["psl_daily_mg"].split()]


def _analysed(row: Row) -> bool:
    return row["group"] in ("mh", "nmh")


def _criterion_possible(row: Row) -> bool:
    """R4 needs running tacrolimus, R3 an ended course, R2 a distance from the end; R1 comes at any time."""
    gap = row["relapse_or_censor_day"] - row["tac_duration"]
    return {
        "R1": abs(gap) >= QUIET_END,
        "R2": gap >= QUIET_END,
        "R3": gap >= COURSE_GAP,
        "R4": gap <= -QUIET_END,
    }[row["relapse_type"]]


def _steroid_free_consistent(row: Row) -> bool:
    low, high = STEROID_FREE_WINDOW
    relapse_in_window = row["relapse_type"] == "R1" and low - 14 <= row["relapse_or_censor_day"] <= high
    return row["steroid_free_24w"] == int(row["psl_stop_day"] < low and not relapse_in_window)


def _adequate_before_tacrolimus(row: Row) -> bool:
    """Resistant: an adequate dose on each inpatient day before tacrolimus. Dependent: no week of it (D5)."""
    before = _doses(row)[: -int(row["admission_day"])]
    adequate = sum(mg >= ADEQUATE_PSL_MG for mg in before)
    return adequate < 7 if row["steroid_dependent"] else adequate == len(before)


def _remitter(row: Row) -> bool:
    return bool(pd.notna(row["remission_day"]))


def _everybody(row: Row) -> bool:
    return bool(row)


def _dates_agree(row: Row) -> bool:
    start = pd.Timestamp(row["tac_start"])
    days = {"tac_end": "tac_duration", "last_contact": "follow_up_days", "remission_date": "remission_day"}
    return all(
        start + pd.Timedelta(days=row[day]) == pd.Timestamp(row[date])
        for date, day in days.items()
        if pd.notna(row[day])
    )


def _colonoscopy_in_window(row: Row) -> bool:
    low, high = COLONOSCOPY_AROUND_END
    around_end = low <= row["colonoscopy_day"] - row["tac_duration"] <= high
    return around_end and row["remission_day"] < row["colonoscopy_day"] <= row["follow_up_days"]


def _steroid_freedom_known(row: Row) -> bool:
    low, high = STEROID_FREE_WINDOW
    observed = row["follow_up_days"] > high
    return pd.notna(row["steroid_free_24w"]) == observed and not low <= row["follow_up_days"] <= high


def _psl_adds_up(row: Row) -> bool:
    days = row["discharge_day"] - row["admission_day"] + 1
    return sum(_doses(row)) == row["psl_total"] and len(_doses(row)) == days


def _end_scores_agree(row: Row) -> bool:
    mayo, uceis = row["endtac_mayo"], row["endtac_uceis"]
    return not (mayo == 0 and uceis >= 2) and not (mayo >= 2 and uceis <= 1)


def _one_endoscopy(row: Row) -> bool:
    same = all(row[f"prepsl_{score}"] == row[f"pretac_{score}"] for score in ("uceis", "mayo"))
    return same and not row["steroid_dependent"]


# Each rule: which patients it binds, and what must hold for each of them.
RULES: dict[str, Rule] = {
    "first dose inside accrual": (_everybody, lambda r: str(ACCRUAL[0]) <= r["tac_start"] <= str(ACCRUAL[1])),
    "last contact by data lock": (_everybody, lambda r: r["last_contact"] <= str(DATA_LOCK)),
    "dates agree with days": (_everybody, _dates_agree),
    "tacrolimus within follow-up": (_everybody, lambda r: r["tac_duration"] <= r["follow_up_days"]),
    "remission in its window": (_remitter, lambda r: REMISSION[0] <= r["remission_day"] <= REMISSION[1]),
    "remission on treatment": (_remitter, lambda r: r["remission_day"] <= r["tac_duration"] - 7),
    "stay over before remission": (_remitter, lambda r: r["discharge_day"] < r["remission_day"]),
    "T counts from remission": (
        _remitter, lambda r: r["T"] == r["relapse_or_censor_day"] - r["remission_day"] and r["T"] >= 1,
    ),
    "censored at last contact": (
        lambda r: _remitter(r) and not r["relapse"],
        lambda r: r["relapse_or_censor_day"] == r["follow_up_days"],
    ),
    "colectomy ends contact": (
        lambda r: r["sub_reason"] == "colectomy", lambda r: r["tac_duration"] == r["follow_up_days"],
    ),
    "relapse within follow-up": (
        lambda r: r["relapse"] == 1, lambda r: r["relapse_or_censor_day"] <= r["follow_up_days"] - 14,
    ),
    "relapse criterion possible": (lambda r: r["relapse"] == 1, _criterion_possible),
    "colonoscopy around the end": (_analysed, _colonoscopy_in_window),
    "colonoscopy only if analysed": (lambda r: not _analysed(r), lambda r: pd.isna(r["colonoscopy_day"])),
    "analysed seen past 24 weeks": (_analysed, lambda r: r["follow_up_days"] > STEROID_FREE_WINDOW[1]),
    "steroid freedom as dated": (lambda r: pd.notna(r["steroid_free_24w"]), _steroid_free_consistent),
    "steroid freedom known or not": (_everybody, _steroid_freedom_known),
    "stay around the first dose": (
        _everybody, lambda r: r["psl_start_day"] <= r["admission_day"] < 0 < r["discharge_day"],
    ),
    "target trough reached in hospital": (_everybody, lambda r: r["time_to_target"] <= r["discharge_day"]),
    "PSL goes on after discharge": (_everybody, lambda r: r["discharge_day"] < r["psl_stop_day"]),
    "PSL adds up over the stay": (_everybody, _psl_adds_up),
    "PSL only falls": (_everybody, lambda r: _doses(r) == sorted(_doses(r), reverse=True)),
    "PSL fits the steroid response": (_everybody, _adequate_before_tacrolimus),
    "illness begins in life": (_everybody, lambda r: r["age"] >= 18 and r["uc_duration"] <= r["age"] - 10),
    "CAI halved by PSL in nobody": (_everybody, lambda r: r["pretac_cai"] > r["prepsl_cai"] / 2),
    "end Mayo and UCEIS agree": (_analysed, _end_scores_agree),
    "shared endoscopy has one score": (lambda r: r["scope_serves_both"] == 1, _one_endoscopy),
    "a reason for who left": (_everybody, lambda r: pd.isna(r["sub_reason"]) == _analysed(r)),
}  # fmt: skip


def broken_rules(solution: pd.DataFrame) -> dict[str, int]:
    """Rule names with the number of patients that break them; empty when all hold."""
    rows = solution.to_dict("records")
    counts = {name: sum(binds(row) and not holds(row) for row in rows) for name, (binds, holds) in RULES.items()}
    return {name: n for name, n in counts.items() if n}
