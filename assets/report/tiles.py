"""Counted tiles: troughs by period, and scores before and after treatment; the darker, the more patients."""

from itertools import groupby

import duckdb

from assets.report.drawing import GROUPS, INK, MUTED
from assets.report.vector import WIDTH, document, line, rect, text

LEFT, RIGHT, ROW, BAND_NG_ML = 170, 30, 15, 2.5
TARGETS_NG_ML = (5, 10, 15)
"""Ends of the two targets."""
SCORES = {"mayo_endoscopic_subscore": ("Mayo subscore", 3), "uceis_total": ("UCEIS", 8)}
TILE, PANEL_GAP = 24, 58


def trough_heat(connection: duckdb.DuckDBPyConnection) -> str:
    """Share of a group's patients by trough (upwards) and period (across); the targets are ruled off."""
    found = connection.execute(
        """select study_group, from_day, to_day, from_ng_ml, to_ng_ml, patients, share
        from marts.trough_heat order by study_group, from_day, from_ng_ml"""
    ).fetchall()
    periods = sorted({row[1] for row in found})
    lowest, highest = (end((row[3] for row in found), default=0.0) for end in (min, max))
    rows, wide = round((highest - lowest) / BAND_NG_ML) + 1, (WIDTH - LEFT - RIGHT) / max(len(periods), 1)
    body, y = [], 14
    for group, cells in groupby(found, key=lambda row: row[0]):
        look, floor = GROUPS[group], y + ROW * rows
        body += [text(8, y + 12, look["label"], look["color"], weight=700), text(8, y + 27, "trough, ng/mL", MUTED)]
        for _, day, last, low, high, patients, share in cells:
            x, top = LEFT + wide * periods.index(day), floor - ROW * ((low - lowest) / BAND_NG_ML + 1)
            band = f"{low:g} to {high:g} ng/mL" if high else f"{low:g} ng/mL and more"
            words = f"days {day} to {last}, {band}: {patients} patients, {100 * share:.0f} %"
            body.append(rect(x, top, wide - 0.6, ROW - 0.6, look["color"], share, words))
        for target in TARGETS_NG_ML:
            ruled = floor - ROW * (target - lowest) / BAND_NG_ML
            body.append(line(f"M{LEFT} {ruled:.1f}H{WIDTH - RIGHT}", INK, 'stroke-dasharray="5 4"'))
            body.append(text(LEFT - 6, ruled + 4, str(target), MUTED, "end"))
        every = max(1, round(34 / wide))
        body += [
            text(LEFT + wide * (place + 0.5), floor + 14, str(periods[place]), MUTED, "middle")
            for place in range(0, len(periods), every)
        ]
        y = floor + 34
    foot = text(LEFT, y + 4, "First day of the period, counted from the start of tacrolimus")
    return document("Troughs by period", [*body, foot], y + 14)


def endoscopic_change(connection: duckdb.DuckDBPyConnection) -> str:
    """Pairs of scores before (across) and at the end of tacrolimus (upwards), a panel a group and score."""
    tall, x, body = TILE * (SCORES["uceis_total"][1] + 1), 40, []
    for score, (name, top) in SCORES.items():
        for group, look in GROUPS.items():
            rows = connection.execute(
                """select "before", "after", patients from marts.endoscopic_change
                where score = $1 and study_group = $2 order by all""",
                [score, group],
            ).fetchall()
            floor, size = 44 + tall, TILE * (top + 1)
            body += [
                text(x, floor - size - 22, name),
                text(x, floor - size - 8, look["label"], look["color"], weight=700),
            ]
            most = max((patients for *_, patients in rows), default=1)
            for before, after, patients in rows:
                left, high = x + TILE * before, floor - TILE * (after + 1)
                words = f"{name} {before} before, {after} after: {patients} patients"
                body.append(rect(left + 0.5, high + 0.5, TILE - 1, TILE - 1, look["color"], patients / most, words))
                ink = "#fff" if patients / most > 0.55 else INK
                body.append(text(left + TILE / 2, high + TILE / 2 + 4, str(patients), ink, "middle"))
            body.append(line(f"M{x} {floor}v{-size}", MUTED) + line(f"M{x} {floor}h{size}", MUTED))
            body.append(line(f"M{x} {floor}l{size} {-size}", MUTED, 'stroke-dasharray="2 4"'))
            for value in range(top + 1):
                middle = TILE * (value + 0.5)
                body.append(text(x + middle, floor + 15, str(value), MUTED, "middle"))
                body.append(text(x - 6, floor - middle + 4, str(value), MUTED, "end"))
            x += size + PANEL_GAP
    foot = text(40, 44 + tall + 36, "Across: before tacrolimus. Upwards: at its end.")
    return document("Endoscopic change", [*body, foot], 44 + tall + 46)
