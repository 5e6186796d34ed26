"""The dirt of real extracts: corrections, duplicates, odd spelling, impossible values.

What carries a study value stays recoverable: it is only spelt oddly, repeated, or preceded by a corrected version.
Impossible records are extra ones.
"""

import random
from collections.abc import Callable

from simulation.chart import Chart
from simulation.render.laboratory import ANALYTES

Row = dict[str, object]
FULL_WIDTH = str.maketrans("0123456789.<", "０１２３４５６７８９．＜")
CORRECTED, SPELT, DUPLICATED, NO_RESULT = 0.003, 0.006, 0.002, 0.002  # shares of records
REVISED_REPORT = 0.03  # share of endoscopy reports
WORDS = ("溶血", "検体不足", "乳び", "測定不能")
UNIT_SPELLINGS = {"ng/mL": "ng/ml", "g/dL": "g/dl", "mg/dL": "mg/dl", "mEq/L": "mmol/L", "ug/g": "mg/kg", "kg": " kg"}


def _spell(row: Row, rng: random.Random) -> None:
    """Full-width digits, stray spaces or another spelling of the unit; the value stays the same."""
    value, unit = str(row["value"]), str(row["unit"])
    how = rng.randrange(3)
    if how == 0:
        row["value"] = value.translate(FULL_WIDTH)
    elif how == 1:
        row["value"] = f" {value}　"
    else:
        row["unit"] = UNIT_SPELLINGS[unit]


def _correct(row: Row, rng: random.Random) -> Row:
    """The version that this result corrects: another value, reported when drawn. The row becomes corrected."""
    value = str(row["value"]).lstrip("<")
    decimals = len(value.partition(".")[2])
    factor = 2.0 if row["code"] == ANALYTES["crp"][0] else rng.choice((1.2, 1.3, 1.4))  # wrong, yet possible
    wrong = f"{float(value) * factor:.{decimals}f}"
    earlier = row | {"value": wrong, "reported_at": row["collected_at"]}
    row["status"] = "corrected"
    return earlier


def _without_result(chart: Chart, row: Row) -> None:
    """A second specimen of the same time that gave words, or was cancelled."""
    fields = {k: v for k, v in row.items() if k not in ("result_id", "patient_id")}
    if chart.rng.random() < 0.5:
        chart.add("lab_result", **fields | {"value": chart.rng.choice(WORDS), "unit": None})
    else:
        chart.add("lab_result", **fields | {"value": None, "status": "cancelled"})


def _soil_results(chart: Chart) -> None:
    rng = chart.rng
    for row in list(chart.rows["lab_result"]):
        chance = rng.random()
        if chance < CORRECTED:
            chart.rows["lab_result"].append(_correct(row, rng))
        elif chance < CORRECTED + SPELT:
            _spell(row, rng)
        elif chance < CORRECTED + SPELT + NO_RESULT:
            _without_result(chart, row)
    for row in chart.rows["vital_sign"]:
        if rng.random() < SPELT:
            _spell(row, rng)


def _revise_reports(chart: Chart) -> None:
    """Earlier versions of endoscopy reports and of orders, each with something that was put right later."""
    rng = chart.rng
    for row in list(chart.rows["endoscopy"]):
        if row["mayo_endoscopic_subscore"] is not None and rng.random() < REVISED_REPORT:
            wrong = (int(str(row["mayo_endoscopic_subscore"])) + 1) % 4
            chart.rows["endoscopy"].append(
                row | {"mayo_endoscopic_subscore": wrong, "reported_at": row["performed_at"]}
            )
    for row in list(chart.rows["medication_request"]):
        if rng.random() < CORRECTED:
            written = f"{str(row['authored_at'])[:10]} 07:05"
            chart.rows["medication_request"].append(row | {"times_per_day": "4", "authored_at": written})


def _result(chart: Chart, day: int, **differs: object) -> None:
    code, name, unit, *_ = ANALYTES["tacrolimus_trough"]
    chart.add(
        "lab_result",
        **{
            "encounter_id": chart.encounter(day), "code": code, "name": name, "collected_at": chart.at(day, "07:00"),
            "reported_at": chart.at(day, "09:00"), "value": "5.5", "unit": unit, "status": "final",
        } | differs,
    )  # fmt: skip


def _endoscopy(chart: Chart, day: int, **differs: object) -> None:
    chart.add(
        "endoscopy",
        **{
            "encounter_id": chart.encounter(day), "performed_at": chart.at(day, "13:00"),
            "reported_at": chart.at(day, "14:00"), "examination": "colonoscopy", "mayo_endoscopic_subscore": 1,
            "uceis_vascular_pattern": 1, "uceis_bleeding": 0, "uceis_erosions_ulcers": 0, "uceis_total": 1,
        } | differs,
    )  # fmt: skip


IMPOSSIBLE: dict[str, Callable[[Chart, int], None]] = {
    "trough_of_1500": lambda chart, day: _result(chart, day, value="1500"),
    "uceis_total_is_not_the_sum": lambda chart, day: _endoscopy(chart, day, uceis_total=5),
    "score_out_of_bounds": lambda chart, day: _score_out_of_bounds(chart, day),
    "trough_in_ng_per_dl": lambda chart, day: _result(chart, day, unit="ng/dL"),
    "mayo_subscore_of_9": lambda chart, day: _endoscopy(chart, day, mayo_endoscopic_subscore=9),
    "unknown_patient": lambda chart, day: _result(chart, day, patient_id="00000000"),
    "thirtieth_of_february": lambda chart, day: _result(chart, day, collected_at="2017-02-30 07:00"),
}
"""Extra records that no hospital can mean, by what is wrong with them."""


def _score_out_of_bounds(chart: Chart, day: int) -> None:
    when = chart.at(day, "09:40")
    chart.add("activity_score", encounter_id=chart.encounter(day), scored_at=when, stool_frequency=7, total=7)


def soil(chart: Chart, impossible: str | None = None, quiet_day: int | None = None) -> None:
    """Add the dirt to one chart. An impossible record needs a day that lies in no window of the study."""
    _soil_results(chart)
    _revise_reports(chart)
    if impossible is not None and quiet_day is not None:
        IMPOSSIBLE[impossible](chart, quiet_day)
    for rows in chart.rows.values():
        rows += [dict(row) for row in rows if chart.rng.random() < DUPLICATED]
