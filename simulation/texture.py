"""The dirt of real extracts: corrections, duplicates, odd spelling, impossible values.

What carries a study value stays recoverable: it is only spelt oddly, repeated or preceded by a corrected version.
Impossible records are extra ones.
"""

import random

from simulation.chart import Chart
from simulation.render.laboratory import ANALYTES

FULL_WIDTH = str.maketrans("0123456789.<", "０１２３４５６７８９．＜")
CORRECTED, SPELT, DUPLICATED, WORDS = 0.003, 0.006, 0.002, 0.002  # shares of records
IMPOSSIBLE = 0.25  # share of charts with one impossible record
NO_RESULT = ("溶血", "検体不足", "乳び", "測定不能")
UNIT_SPELLINGS = {
    "ng/mL": "ng/ml",
    "g/dL": "g/dl",
    "mg/dL": "mg/dl",
    "mEq/L": "mmol/L",
    "ug/g": "mg/kg",
    "kg": "kg ",
}


def _spell(row: dict[str, object], rng: random.Random) -> None:
    """Full-width digits, stray spaces or another spelling of the unit; the value stays the same."""
    value, unit = str(row["value"]), str(row["unit"])
    how = rng.randrange(3)
    if how == 0:
        row["value"] = value.translate(FULL_WIDTH)
    elif how == 1:
        row["value"] = f" {value}　"
    else:
        row["unit"] = UNIT_SPELLINGS[unit]


def _correct(row: dict[str, object], rng: random.Random) -> dict[str, object]:
    """The version that this result corrects: another value, reported when drawn; the row itself becomes corrected."""
    earlier = dict(row)
    value = str(row["value"]).lstrip("<")
    earlier["value"] = f"{float(value) * rng.choice((0.5, 1.3, 2.0)):.{len(value.partition('.')[2])}f}"
    earlier["reported_at"] = row["collected_at"]
    row["status"] = "corrected"
    return earlier


def _copies(rows: list[dict[str, object]], rng: random.Random) -> list[dict[str, object]]:
    return [dict(row) for row in rows if rng.random() < DUPLICATED]


def _soil_results(chart: Chart) -> None:
    rng, extra = chart.rng, []
    for row in chart.rows["lab_result"]:
        chance = rng.random()
        if chance < CORRECTED:
            extra.append(_correct(row, rng))
        elif chance < CORRECTED + SPELT:
            _spell(row, rng)
        elif chance < CORRECTED + SPELT + WORDS:
            extra.append(_without_result(chart, row))
    chart.rows["lab_result"] += extra
    for row in chart.rows["vital_sign"]:
        if rng.random() < SPELT:
            _spell(row, rng)


def _without_result(chart: Chart, row: dict[str, object]) -> dict[str, object]:
    """A second specimen of the same time that gave words, or was cancelled."""
    number = chart.add("lab_result", **{k: v for k, v in row.items() if k not in ("result_id", "patient_id")})
    twin = chart.rows["lab_result"].pop()
    twin["result_id"] = number
    if chart.rng.random() < 0.5:
        return twin | {"value": chart.rng.choice(NO_RESULT), "unit": None}
    return twin | {"value": None, "status": "cancelled"}


def _impossible(chart: Chart, day: int) -> None:
    """One record that no hospital can mean, on a quiet day."""
    rng = chart.rng
    when, reported = chart.at(day, "07:00"), chart.at(day, "09:00")
    code, name, unit, *_ = ANALYTES["tacrolimus_trough"]
    trough: dict[str, object] = {
        "encounter_id": chart.encounter(day), "code": code, "name": name, "collected_at": when,
        "reported_at": reported, "value": "1500", "unit": unit, "status": "final",
    }  # fmt: skip
    scope: dict[str, object] = {
        "encounter_id": chart.encounter(day), "performed_at": chart.at(day, "13:00"), "reported_at": chart.at(day, "14:00"),
        "examination": "colonoscopy", "mayo_endoscopic_subscore": 1,
    }  # fmt: skip
    parts = {"uceis_vascular_pattern": 1, "uceis_bleeding": 0, "uceis_erosions_ulcers": 0}
    which = rng.randrange(7)
    if which == 0:
        chart.add("lab_result", **trough)
    elif which == 1:
        chart.add("lab_result", **trough | {"value": "8.1", "unit": "ng/dL"})
    elif which == 2:
        chart.add("endoscopy", **scope | parts | {"uceis_total": 5})
    elif which == 3:
        chart.add("endoscopy", **scope | {"mayo_endoscopic_subscore": 9})
    elif which == 4:
        chart.add("activity_score", scored_at=chart.at(day, "09:40"), stool_frequency=7, total=7)
    elif which == 5:
        chart.add("lab_result", **trough | {"value": "5.5", "patient_id": "00000000"})
    else:
        chart.add("lab_result", **trough | {"value": "5.5", "collected_at": "2017-02-30 07:00"})


def soil(chart: Chart, quiet_days: list[int]) -> None:
    """Add the dirt to one chart. `quiet_days` lie in no window of the study; without one, nothing impossible is added."""
    if quiet_days and chart.rng.random() < IMPOSSIBLE:
        _impossible(chart, chart.rng.choice(quiet_days))
    _soil_results(chart)
    for rows in chart.rows.values():
        rows += _copies(rows, chart.rng)
