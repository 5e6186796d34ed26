"""Patients drawn from the published distributions, and the gaps of a partly known patient filled the same way.

A row has the columns of the calibrated solution, as text; an empty text is unknown.
"""

import random
from datetime import date, timedelta

from simulation.course import ADVERSE_EVENTS, BASELINES, GROUPS
from simulation.landing import DATA_LOCK

Row = dict[str, str]
PATIENTS = {"mh": 41, "nmh": 14, "remission_no_scope": 31, "no_remission": 23}
"""How the 109 patients of the paper divide (L159-L163)."""
ACCRUAL = (date(2016, 4, 1), date(2018, 12, 31))
MEAN_FOLLOW_UP_DAYS = 819
RELAPSED_BY = {  # share relapsed by 100, 300, 500 and 1000 days after remission (Table 3, nearest feasible curve)
    "mh": ((100, 0.073), (300, 0.171), (500, 0.171), (1000, 0.171)),
    "nmh": ((100, 0.071), (300, 0.429), (500, 0.750), (1000, 0.833)),
    "remission_no_scope": ((100, 0.07), (300, 0.25), (500, 0.35), (1000, 0.40)),
}
RELAPSE_TYPES = ("R1", "R2", "R3", "R4")
MEASURES = {  # measure: (low, mode, high), decimals, at the three baselines; ranges of Tables 1 and 2
    "prepsl_cai": ((9, 13, 19), 0), "pretac_cai": ((7, 13, 19), 0), "endtac_cai": ((1, 3, 4), 0),
    "prepsl_hb": ((7.5, 11.2, 15.1), 1), "pretac_hb": ((7.5, 12.4, 15.1), 1), "endtac_hb": ((9.6, 11.8, 15.8), 1),
    "prepsl_alb": ((2.0, 3.5, 4.6), 1), "pretac_alb": ((1.7, 3.4, 4.6), 1), "endtac_alb": ((2.9, 4.0, 4.7), 1),
    "prepsl_crp": ((0.04, 0.3, 15.0), 2), "pretac_crp": ((0.04, 0.1, 14.0), 2), "endtac_crp": ((0.04, 0.05, 0.6), 2),
}  # fmt: skip
END_MAYO = {"mh": (0, 0, 0, 1, 1, 1, 1, 1), "nmh": (2, 2, 2, 2, 3)}
END_UCEIS = {"mh": (0, 0, 1, 1, 1, 2, 2, 3), "nmh": (4, 4, 4, 5, 5)}
DURATION_DAYS = {  # days on tacrolimus: (low, mode, high) around the printed means 297 and 136
    "mh": (58, 150, 680), "nmh": (70, 95, 245), "remission_no_scope": (60, 120, 500), "no_remission": (14, 30, 80),
}  # fmt: skip
LONG_ENOUGH_FOR_A_BIOLOGIC = 2  # years of disease
ADVERSE_EVENT_SHARES = dict(zip(ADVERSE_EVENTS, (7 / 55, 5 / 55, 3 / 55, 3 / 55), strict=True))  # Table 4
COURSE_GAP = 21  # D6: more than 14 days between two courses


def _flag(chance: float, rng: random.Random) -> int:
    return int(rng.random() < chance)


def draw_group(rng: random.Random) -> str:
    """One of the four groups, as often as in the paper."""
    return rng.choices(GROUPS, [PATIENTS[g] for g in GROUPS])[0]


def _history(known: Row, rng: random.Random) -> dict[str, object]:
    age = int(known.get("age") or rng.triangular(18, 79, 40))
    duration = int(known.get("uc_duration") or rng.triangular(0, min(33, age - 12), 3))
    return {
        "age": age,
        "male": _flag(0.53, rng),
        "uc_duration": duration,
        "left_sided": _flag(0.6, rng),
        "steroid_dependent": _flag(0.44, rng),
        "aza": _flag(0.82, rng),
        "prior_biologic": _flag(0.11, rng) if duration >= LONG_ENOUGH_FOR_A_BIOLOGIC else 0,
        **{f"ae_{event}": _flag(chance, rng) for event, chance in ADVERSE_EVENT_SHARES.items()},
    }  # fmt: skip


def _scores(group: str, rng: random.Random) -> dict[str, object]:
    row: dict[str, object] = {}
    for name, ((low, mode, high), decimals) in MEASURES.items():
        row[name] = round(rng.triangular(low, high, mode), decimals)
    if group == "no_remission":
        row["endtac_cai"] = rng.randint(5, 12)
    for at in BASELINES[:2]:
        row[f"{at}_mayo"] = 2 if rng.random() < 0.06 else 3
        row[f"{at}_uceis"] = rng.randint(4, 5) if row[f"{at}_mayo"] == 2 else rng.randint(5, 8)
    if rng.random() < 0.24:  # 42 of 55 had an endoscopy before prednisolone
        row["prepsl_mayo"] = row["prepsl_uceis"] = ""
    if group in END_MAYO:
        row["endtac_mayo"], row["endtac_uceis"] = rng.choice(END_MAYO[group]), rng.choice(END_UCEIS[group])
    row["scope_serves_both"] = 0
    return row


def _relapse(group: str, remission: int, rng: random.Random) -> int | None:
    """Day of a relapse by the group's published curve, None when there is none within 1000 days."""
    chance, earlier, before = rng.random(), 14, 0.0
    for days, share in RELAPSED_BY[group]:
        if before <= chance < share:
            return remission + rng.randint(earlier, days)
        earlier, before = days + 1, share
    return None


def _timing(known: Row, group: str, rng: random.Random) -> dict[str, object]:
    """Days of treatment, remission, relapse and last contact that the definitions allow together."""
    accrual_days = (ACCRUAL[1] - ACCRUAL[0]).days
    start = date.fromisoformat(
        known.get("tac_start") or (ACCRUAL[0] + timedelta(rng.randint(0, accrual_days))).isoformat()
    )
    remits = group != "no_remission"
    remission = int(float(known.get("remission_day") or rng.randint(28, 63))) if remits else None
    low, mode, high = DURATION_DAYS[group]
    duration = int(float(known.get("tac_duration") or rng.triangular(low, high, mode)))
    if remission is not None and not known.get("tac_duration"):
        duration = max(duration, remission + 8)
    given_contact = known.get("follow_up_days")
    if given_contact:
        last = int(float(given_contact))
        duration = duration if known.get("tac_duration") else min(duration, last)
    else:
        last = min(max(int(rng.expovariate(1 / MEAN_FOLLOW_UP_DAYS)), duration + 35, 200), (DATA_LOCK - start).days)
    relapse, kind = None, ""
    if known.get("relapse") == "1":
        relapse, kind = int(float(known["relapse_or_censor_day"])), known["relapse_type"]
    elif not known.get("relapse") and remission is not None:
        relapse = _relapse(group, remission, rng)
        if relapse is not None and relapse + 14 < last:
            kind = _relapse_type(relapse, duration, rng)
        else:
            relapse = None
    row: dict[str, object] = {
        "tac_start": start, "tac_duration": duration, "remission_day": "" if remission is None else remission,
        "relapse": int(relapse is not None), "relapse_type": kind,
        "relapse_or_censor_day": last if relapse is None else relapse, "follow_up_days": last,
        "colonoscopy_day": "",
        "sub_reason": "biologic_rescue" if not remits and duration < last and rng.random() < 0.4 else "",
    }  # fmt: skip
    if group in END_MAYO:
        row["colonoscopy_day"] = max(duration - rng.randint(-10, 12), (remission or 0) + 1)
    return row


def _relapse_type(relapse: int, duration: int, rng: random.Random) -> str:
    """The criterion that can fire on that day: escalation only on treatment, a new course only well after its end."""
    if relapse <= duration:
        return rng.choice(("R1", "R4")) if relapse > 40 else "R1"
    return rng.choice(("R1", "R2", "R3")) if relapse - duration >= COURSE_GAP else rng.choice(("R1", "R2"))


def _steroids(row: Row, rng: random.Random, longest_stay: int) -> dict[str, object]:
    """A stay with one falling prednisolone dose a day, and the taper after it."""
    dependent = row["steroid_dependent"] in ("1", "1.0")
    admission = -rng.randint(1, 6 if dependent else 8)
    limit = min(longest_stay, int(row["follow_up_days"]), int(row["tac_duration"]))
    if row["remission_day"]:
        limit = min(limit, int(float(row["remission_day"])) - 1)
    discharge = rng.randint(min(9, limit), limit)
    first = rng.choice((20, 25, 30) if dependent else (40, 50, 60))
    hold, step = -admission + rng.randint(0, 3), rng.randint(2, 6)
    days = discharge - admission + 1
    doses = [max(5, first - 5 * max(0, -(-(d - hold) // step))) for d in range(days)]
    steroid_free = row.get("steroid_free_24w") or str(_flag(0.76, rng))
    if row.get("psl_stop_day"):
        steroid_free = row.get("steroid_free_24w") or str(int(int(float(row["psl_stop_day"])) < 154))
    stop = min(discharge + rng.randint(40, 90), 145) if steroid_free == "1" else rng.randint(190, 320)
    relapse = int(row["relapse_or_censor_day"]) if row["relapse_type"] == "R1" else None
    if relapse is not None and 140 <= relapse <= 182:  # the steroids of the relapse decide
        steroid_free = "0"
    start = -rng.randint(95, 170) if dependent else admission - rng.randint(7, 12)
    total_days = min(int(float(row["remission_day"] or 9999)), discharge) - admission + 1
    return {
        "admission_day": admission, "discharge_day": discharge, "psl_start_day": start, "psl_stop_day": stop,
        "psl_daily_mg": " ".join(map(str, doses)), "psl_total": sum(doses[:total_days]),
        "steroid_free_24w": steroid_free,
    }  # fmt: skip


def complete(row: Row, rng: random.Random, longest_stay: int = 40) -> Row:
    """A copy of a row with every empty column drawn from the published distributions of its group.

    Left empty where nothing is there to know: an examination not done, a remission or target not reached.
    """
    group = row["group"]
    known = {name: value for name, value in row.items() if value != ""}
    filled: dict[str, object] = {}
    filled |= _history(known, rng)
    if group in END_MAYO and "tac_duration" in known:  # a calibrated patient: empty scores are examinations not done
        filled |= dict.fromkeys(("prepsl_mayo", "prepsl_uceis", "scope_serves_both"), "")
    else:
        filled |= _scores(group, rng)
    filled |= {"time_to_target": rng.randint(1, 10)}
    if group == "no_remission" and rng.random() < 0.35:
        filled["time_to_target"] = ""
    filled |= _timing(known, group, rng)
    merged = {name: str(value) for name, value in (filled | known).items()}
    steroids = _steroids(merged, rng, longest_stay)
    merged |= {name: str(value) for name, value in steroids.items() if name not in known}
    return {**dict.fromkeys(row, ""), **dict.fromkeys(_OPTIONAL, ""), **merged}


_OPTIONAL = (
    "endtac_mayo",
    "endtac_uceis",
    "time_to_target",
    "remission_day",
    "colonoscopy_day",
    "relapse_type",
)
