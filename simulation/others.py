"""Patients who must not enter the cohort: other diseases, and tacrolimus for colitis that misses one condition."""

import random
from collections.abc import Callable
from datetime import date, timedelta

from simulation.chart import Chart
from simulation.landing import DATA_LOCK
from simulation.products import (
    ADALIMUMAB,
    AZATHIOPRINE_50_MG,
    GRACEPTOR_1_MG,
    INFLIXIMAB,
    MESALAMINE,
    PREDNISOLONE_1_MG,
    PREDNISOLONE_5_MG,
    PREDNISOLONE_IV,
    PROGRAF_1_MG,
    PROGRAF_HALF_MG,
    TACROLIMUS_OINTMENT,
    product,
)
from simulation.render.endoscopy import examine
from simulation.render.identity import UC_TYPES, born, diagnose, register
from simulation.render.laboratory import NORMAL_MAGNESIUM, panel, result, weigh
from simulation.render.orders import order, prescribe
from simulation.render.relapse import infuse
from simulation.render.scores import score

SYSTEMIC_STEROIDS = (PREDNISOLONE_1_MG, PREDNISOLONE_5_MG, PREDNISOLONE_IV)
FIRST_VISIT = (date(2014, 1, 6), date(2024, 6, 20))
EARLIEST_COURSE = date(2013, 7, 1)
ADULT = 18


def _visits(chart: Chart, every: int) -> tuple[int, ...]:
    return tuple(range(0, chart.last_day + 1, every))


def _colitis(chart: Chart, days: tuple[int, ...]) -> None:
    """Mild ulcerative colitis on mesalamine, never on tacrolimus, some with its ointment on the skin."""
    left = chart.rng.random() < 0.5
    icd10, medis, name = UC_TYPES[left]
    diagnose(chart, 0, icd10, name, medis, onset=chart.on(-30))
    code = chart.rng.choice(MESALAMINE)
    prescribe(chart, 0, chart.last_day, code, 2 * product(code).strength_mg, 2, days)
    for day in days[:6]:
        score(chart, day, chart.rng.randint(0, 7), "09:40")
    examine(chart, days[1], chart.rng.randint(0, 2), chart.rng.randint(0, 4), "E2" if left else "E3")
    if chart.rng.random() < 0.4:
        diagnose(chart, 0, "L20.9", "アトピー性皮膚炎")
        order(chart, days[1], TACROLIMUS_OINTMENT, 5, 2, days[1], 28, "outpatient")


def _crohn(chart: Chart, days: tuple[int, ...]) -> None:
    diagnose(chart, 0, "K50.9", "クローン病", onset=chart.on(-400)[:4])
    diagnose(chart, 0, "K51.9", "潰瘍性大腸炎の疑い", status="suspected")
    infuse(chart, days[1], chart.last_day, chart.rng.choice((INFLIXIMAB, ADALIMUMAB)), "induction")
    prescribe(chart, 0, min(chart.last_day, 400), AZATHIOPRINE_50_MG, 50, 1, days)


def _on_tacrolimus(
    chart: Chart, days: tuple[int, ...], code: str, mg: float, times: float, prednisolone_mg: int
) -> None:
    prescribe(chart, 0, chart.last_day, code, mg, times, days, indication="maintenance")
    prescribe(chart, 0, chart.last_day, PREDNISOLONE_5_MG, prednisolone_mg, 1, days)
    for day in days[1:]:
        result(chart, day, "tacrolimus_trough", chart.rng.uniform(2.5, 9.5), "08:45")


def _arthritis(chart: Chart, days: tuple[int, ...]) -> None:
    diagnose(chart, 0, "M06.9", "関節リウマチ", onset=chart.on(-700)[:7])
    _on_tacrolimus(chart, days, PROGRAF_1_MG, 3, 1, 5)


def _transplant(chart: Chart, days: tuple[int, ...]) -> None:
    diagnose(chart, 0, "Z94.0", "腎移植後", onset=chart.on(-90))
    _on_tacrolimus(chart, days, GRACEPTOR_1_MG, 4, 1, 10)


def _nephritis(chart: Chart, days: tuple[int, ...]) -> None:
    diagnose(chart, 0, "M32.1", "ループス腎炎", onset=chart.on(-200))
    _on_tacrolimus(chart, days, PROGRAF_1_MG, 3, 1, 10)


OTHER_DISEASES: dict[str, Callable[[Chart, tuple[int, ...]], None]] = {
    "no_tacrolimus": _colitis,
    "no_ulcerative_colitis": _crohn,
    "rheumatoid_arthritis": _arthritis,
    "kidney_transplant": _transplant,
    "lupus_nephritis": _nephritis,
}
"""Disease: how it is charted. The name says why the patient is outside."""
PAPER_DISEASES = {"no_tacrolimus": 16, "no_ulcerative_colitis": 10, "rheumatoid_arthritis": 7, "kidney_transplant": 5,
                  "lupus_nephritis": 3}  # fmt: skip


def other_patient(serial: int, why: str, rng: random.Random, every: int) -> Chart:
    """The chart of a patient with another disease or without tacrolimus, seen every `every` days."""
    first = FIRST_VISIT[0] + timedelta(rng.randint(0, (FIRST_VISIT[1] - FIRST_VISIT[0]).days))
    last_day = min(rng.randint(600, 2500), (DATA_LOCK - first).days)
    chart = Chart(serial, first, last_day, rng)
    male = rng.random() < 0.5
    dies = why in ("kidney_transplant", "rheumatoid_arthritis") and rng.random() < 0.2
    register(chart, male, born(rng.randint(20, 78), first, rng), last_day if dies else None)
    days = _visits(chart, every)
    weight = rng.uniform(42, 80)
    for day in days:
        weigh(chart, day, weight + rng.uniform(-1, 1))
        panel(chart, day, {
            "hemoglobin": rng.uniform(10.5, 15.5), "albumin": rng.uniform(3.4, 4.7),
            "crp": max(0.04, round(rng.expovariate(4), 2)), "creatinine": rng.uniform(0.5, 1.1),
            "potassium": rng.uniform(3.7, 4.8), "magnesium": rng.uniform(*NORMAL_MAGNESIUM),
        })  # fmt: skip
    OTHER_DISEASES[why](chart, days)
    return chart


def _only_suspected(chart: Chart) -> None:
    for row in chart.rows["condition"]:
        if str(row["icd10_code"]).startswith("K51"):
            row["status"] = "suspected"


def _polyps(chart: Chart) -> None:
    _rename_colitis(chart, "K51.4", "炎症性ポリープ")


def _other_colitis(chart: Chart) -> None:
    _rename_colitis(chart, "K50.1", "大腸クローン病")


def _rename_colitis(chart: Chart, icd10: str, name: str) -> None:
    for row in chart.rows["condition"]:
        if str(row["icd10_code"]).startswith(("K51", "K50")):
            row |= {"icd10_code": icd10, "medis_code": None, "name": name, "status": "confirmed"}


def _no_prednisolone(chart: Chart) -> None:
    for feed in ("medication_request", "medication_administration"):
        chart.rows[feed] = [r for r in chart.rows[feed] if r["product_code"] not in SYSTEMIC_STEROIDS]


def _earlier_course(chart: Chart) -> None:
    """A course before accrual opened, so that the one inside accrual is the second."""
    first = -chart.rng.randint(1100, 1200)
    prescribe(chart, first, first + 55, PROGRAF_HALF_MG, 1.5, 2, (first + 28,))


NEAR_COHORT: dict[str, Callable[[Chart], None] | None] = {
    "before_accrual": None,
    "after_accrual": None,
    "minor": None,
    "suspected_colitis_only": _only_suspected,
    "inflammatory_polyps_only": _polyps,
    "crohn_disease": _other_colitis,
    "no_prednisolone_before": _no_prednisolone,
    "not_the_first_course": _earlier_course,
}
"""Why a patient treated with tacrolimus is outside: what is changed in a chart that would otherwise be inside."""


def near_row(why: str, row: dict[str, str], rng: random.Random) -> dict[str, str]:
    """A row of the population moved out of the cohort where the reason lies in the course itself."""
    if why == "before_accrual":
        return row | {"tac_start": (EARLIEST_COURSE + timedelta(rng.randint(0, 970))).isoformat()}
    if why == "after_accrual":
        return row | {"tac_start": date(2019, rng.randint(1, 12), rng.randint(1, 28)).isoformat()}
    if why == "minor":
        return row | {"age": str(rng.randint(14, ADULT - 1)), "uc_duration": str(rng.randint(0, 2))}
    return row
