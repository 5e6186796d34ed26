"""The course of one patient on tacrolimus: everything that will be found, before it becomes raw events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

BASELINES = ("prepsl", "pretac", "endtac")
"""Before prednisolone, before tacrolimus, at the end of tacrolimus (D8)."""
LABORATORY = {"hb": "hemoglobin", "alb": "albumin", "crp": "crp"}
ADVERSE_EVENTS = ("tremor", "renal_impairment", "headache", "hypomagnesemia")
GROUPS = ("mh", "nmh", "remission_no_scope", "no_remission")


@dataclass(frozen=True)
class Baseline:
    """What is known at one of the three baselines; scores without unit, Hb and Alb in g/dL, CRP in mg/dL."""

    cai: int
    hemoglobin: float
    albumin: float
    crp: float
    mayo: int | None
    uceis: int | None


@dataclass(frozen=True)
class Course:
    """One patient's treatment. All days count from the first tacrolimus dose, which is day 0."""

    group: str
    tac_start: date
    age: int
    male: bool
    uc_duration: int
    left_sided: bool
    steroid_dependent: bool
    prior_biologic: bool
    azathioprine: bool
    adverse_events: tuple[str, ...]
    baselines: Mapping[str, Baseline]
    scope_serves_both: bool
    time_to_target: int | None
    """Day of the first trough of 10 ng/mL or more; None when it is never reached."""
    tac_duration: int
    remission_day: int | None
    colonoscopy_day: int | None
    relapse_day: int | None
    relapse_type: str | None
    colectomy_day: int | None
    biologic_rescue: bool
    """Whether a biologic follows on the day after tacrolimus that failed."""
    last_contact: int
    psl_start: int
    psl_stop: int
    psl_daily_mg: tuple[int, ...]
    """One dose for each day from admission to discharge."""
    admission: int
    discharge: int
    steroid_free_24w: bool

    def __post_init__(self) -> None:
        checks = {
            "admitted before the first dose": self.admission <= 0 < self.discharge,
            "one dose a day of the stay": len(self.psl_daily_mg) == self.discharge - self.admission + 1,
            "prednisolone before tacrolimus": self.psl_start <= self.admission and self.psl_start < 0,
            "observed through the stay": self.discharge <= self.last_contact,
            "observed to the end": max(self.tac_duration, self.relapse_day or 0) <= self.last_contact,
            "relapse after remission": self.relapse_day is None
            or (self.remission_day is not None and self.relapse_day > self.remission_day),
            "escalation while treated": self.relapse_type != "R4" or (self.relapse_day or 0) <= self.tac_duration,
            "a new course needs a gap": self.relapse_type != "R3" or (self.relapse_day or 0) > self.tac_duration + 14,
        }
        if broken := [name for name, holds in checks.items() if not holds]:
            raise ValueError(f"impossible course: {'; '.join(broken)}")

    def date_of(self, day: int | None) -> date | None:
        return None if day is None else self.tac_start + timedelta(days=day)


def _whole(row: Mapping[str, str], name: str) -> int | None:
    return None if row[name] == "" else int(float(row[name]))


def _needed(row: Mapping[str, str], name: str) -> int:
    value = _whole(row, name)
    if value is None:
        raise ValueError(f"a course needs {name}")
    return value


def _baseline(row: Mapping[str, str], at: str) -> Baseline:
    return Baseline(
        cai=_needed(row, f"{at}_cai"),
        hemoglobin=float(row[f"{at}_hb"]),
        albumin=float(row[f"{at}_alb"]),
        crp=float(row[f"{at}_crp"]),
        mayo=_whole(row, f"{at}_mayo"),
        uceis=_whole(row, f"{at}_uceis"),
    )


def from_row(row: Mapping[str, str]) -> Course:
    """The course that a complete row of the calibrated solution describes (columns as in solution.csv, text)."""
    end_of_observation = _whole(row, "relapse_or_censor_day")
    relapsed = _needed(row, "relapse") == 1
    return Course(
        group=row["group"],
        tac_start=date.fromisoformat(row["tac_start"]),
        age=_needed(row, "age"),
        male=_needed(row, "male") == 1,
        uc_duration=_needed(row, "uc_duration"),
        left_sided=_needed(row, "left_sided") == 1,
        steroid_dependent=_needed(row, "steroid_dependent") == 1,
        prior_biologic=_needed(row, "prior_biologic") == 1,
        azathioprine=_needed(row, "aza") == 1,
        adverse_events=tuple(a for a in ADVERSE_EVENTS if _needed(row, f"ae_{a}") == 1),
        baselines={at: _baseline(row, at) for at in BASELINES},
        scope_serves_both=_whole(row, "scope_serves_both") == 1,
        time_to_target=_whole(row, "time_to_target"),
        tac_duration=_needed(row, "tac_duration"),
        remission_day=_whole(row, "remission_day"),
        colonoscopy_day=_whole(row, "colonoscopy_day"),
        relapse_day=end_of_observation if relapsed else None,
        relapse_type=row["relapse_type"] or None,
        colectomy_day=end_of_observation if row.get("sub_reason") == "colectomy" and not relapsed else None,
        biologic_rescue=row.get("sub_reason") == "biologic_rescue",
        last_contact=_needed(row, "follow_up_days"),
        psl_start=_needed(row, "psl_start_day"),
        psl_stop=_needed(row, "psl_stop_day"),
        psl_daily_mg=tuple(int(float(d)) for d in row["psl_daily_mg"].split()),
        admission=_needed(row, "admission_day"),
        discharge=_needed(row, "discharge_day"),
        steroid_free_24w=_needed(row, "steroid_free_24w") == 1,
    )
