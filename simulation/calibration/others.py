"""The 54 patients outside the analysis: remitters without an end colonoscopy, and patients without remission.

The paper describes none of them, so their values are drawn from the 55 analysed patients and their course
follows the reason for which the funnel drops them (`sub_reason`).
"""

import numpy as np

from simulation.calibration.constraints import (
    COURSE_GAP,
    QUIET_END,
    REMISSION,
    STEROID_FREE_WINDOW,
    generator,
)
from simulation.calibration.patients import Patient

# Remitters without colonoscopy: why, and the relapse criterion that fires (None: none). R4 needs running
# tacrolimus. The colectomy ends tacrolimus and contact at once: T is the same by every rule.
WITHOUT_COLONOSCOPY = (
    *[("refused", "R4")] * 4, *[("lost", "R4")] * 2, *[("refused", "R1")] * 2,
    ("refused", "R2"), ("refused", "R3"), ("colectomy", None),
    *[("refused", None)] * 10, *[("lost", None)] * 10,
)  # fmt: skip
# Patients without remission: CAI above 4 at every visit of days 28-84, or a biologic begun on the day after
# the last tacrolimus dose, which bars remission whatever the CAI does afterwards (D11).
WITHOUT_REMISSION = (*["cai_above_4"] * 14, *["biologic_rescue"] * 9)
RELATED = (  # columns that one patient keeps together
    ("age", "uc_duration"), ("prepsl_cai", "pretac_cai"), ("prepsl_hb", "pretac_hb"),
    ("prepsl_alb", "pretac_alb"), ("prepsl_crp", "pretac_crp"),
    ("prepsl_uceis", "pretac_uceis", "scope_serves_both", "prepsl_mayo", "pretac_mayo", "steroid_dependent"),
    ("time_to_target",), ("male",), ("left_sided",), ("aza",), ("prior_biologic",), ("psl_total",),
    ("ae_tremor",), ("ae_renal_impairment",), ("ae_headache",), ("ae_hypomagnesemia",),
)  # fmt: skip
END_VALUES = ("endtac_hb", "endtac_alb", "endtac_crp", "endtac_cai")
LATEST_WINDOW_CONTACT = 90  # a non-remitter is seen through the whole remission window


def _baseline(analysed: list[Patient], rng: np.random.Generator) -> Patient:
    """Baseline of a new patient: each set of related columns is copied from another analysed patient."""
    drawn: Patient = {}
    for block in RELATED:
        donor = analysed[rng.integers(len(analysed))]
        drawn |= {c: donor[c] for c in block}
    return drawn


def _end_values(analysed: list[Patient], before: Patient, active: bool, rng: np.random.Generator) -> Patient:
    """CAI and laboratory when tacrolimus ends: an analysed patient's, or still active disease."""
    donor = analysed[rng.integers(len(analysed))]
    values = {c: donor[c] for c in END_VALUES}
    if active:
        values["endtac_cai"] = int(np.clip(before["pretac_cai"] - rng.integers(0, 5), 6, 17))
        values["endtac_crp"] = round(before["pretac_crp"] * rng.uniform(0.3, 0.9) + 0.2, 2)
    return values


def _observable(day: int, rng: np.random.Generator) -> int:
    """Move a last contact out of the 24-week window, so that steroid freedom is either known or not."""
    low, high = STEROID_FREE_WINDOW
    return high + int(rng.integers(1, 30)) if low <= day <= high else day


def _remitter(reason: str, code: str | None, rng: np.random.Generator) -> Patient:
    remission = int(rng.integers(REMISSION[0], REMISSION[1] + 1))
    relapse = None
    if code:  # an IV course that begins in or shortly before the 24-week window would blur steroid freedom
        days = int(rng.integers(60, 400))
        after_window = STEROID_FREE_WINDOW[1] + 8 + int(rng.integers(60))
        relapse = max(remission + days, after_window if code == "R1" else 0)
    if relapse is None:
        duration = remission + 7 + int(rng.exponential(150))
    elif code == "R4":
        duration = relapse + QUIET_END + int(rng.integers(10, 120))
    else:
        latest = relapse - (COURSE_GAP if code == "R3" else QUIET_END)
        duration = int(rng.integers(min(remission + 7, latest), latest + 1))
    running = relapse or 0
    later = 20 + int(rng.exponential(60))
    # refusers are seen after tacrolimus ends; the lost while they still take it
    contact = max(duration, running) + later if reason == "refused" else duration
    return {
        "remission_day": remission, "tac_duration": duration,
        "relapse": int(code is not None), "relapse_type": code,
        "relapse_or_censor_day": relapse, "contact_min": _observable(contact, rng),
    }  # fmt: skip


def _non_remitter(reason: str, rng: np.random.Generator) -> Patient:
    low, high = (21, 56) if reason == "biologic_rescue" else (REMISSION[0] + 7, 120)
    duration = int(rng.integers(low, high + 1))
    return {
        "tac_duration": duration,
        "relapse": 0,
        "contact_min": _observable(max(LATEST_WINDOW_CONTACT, duration + 20) + int(rng.exponential(60)), rng),
    }


def without_colonoscopy(analysed: list[Patient]) -> list[Patient]:
    """The 31 remitters without an end-of-treatment colonoscopy; the lost were last seen when it ended."""
    rng = generator("without colonoscopy")
    rows = []
    for reason, code in WITHOUT_COLONOSCOPY:
        row: Patient = {"group": "remission_no_scope", "sub_reason": reason} | _baseline(analysed, rng)
        row |= _remitter(reason, code, rng)
        rows.append(row | _end_values(analysed, row, reason == "colectomy", rng))
    return rows


def without_remission(analysed: list[Patient]) -> list[Patient]:
    """The 23 patients who never reach remission; their disease is still active when tacrolimus ends."""
    rng = generator("without remission")
    rows = []
    for reason in WITHOUT_REMISSION:
        row: Patient = {"group": "no_remission", "sub_reason": reason} | _baseline(analysed, rng)
        row |= _non_remitter(reason, rng)
        rows.append(row | _end_values(analysed, row, True, rng))
    return rows
