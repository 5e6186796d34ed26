"""The swimmer plot: lengths of treatment and follow-up, each sorted on its own, so that no lane is a patient."""

from itertools import groupby

import duckdb

from assets.report.drawing import GRID, GROUPS, INK, MUTED
from assets.report.vector import WIDTH, document, line, text

LEFT, RIGHT = 170, 30
LOOKS = {
    "mh": ("Mucosal healing", GROUPS["mh"]["color"]),
    "nmh": ("No mucosal healing", GROUPS["nmh"]["color"]),
    "not_examined": ("Not examined", MUTED),
}
LAST_DAY, TICK_DAYS = 1500, 100
"""The paper's figure ends here."""
LANE, HEAD, GAP = 5, 30, 20
"""Height of a lane, least height of a group, and what lies between two."""
DIAMOND, ARROW = "l4 4l-4 4l-4-4z", "l6 3l-6 3z"


def swimmer(connection: duckdb.DuckDBPyConnection) -> str:
    """From remission, a lane a length: thick on tacrolimus, thin after it, a diamond where relapse ended it."""
    found = connection.execute(
        """select study_group, on_treatment_days, followed_days, relapse, patients_a_lane
        from marts.swimmer_lane order by study_group, lane"""
    ).fetchall()
    span, body, y = (WIDTH - LEFT - RIGHT) / LAST_DAY, [_key()], 34
    for group, lanes in groupby(found, key=lambda row: row[0]):
        (name, color), listed = LOOKS[group], list(lanes)
        share = listed[0][4]
        said = f"{len(listed)} patients" if share == 1 else f"a lane: {share} patients"
        body += [text(8, y + 7, name, color, weight=700), text(8, y + 22, said, MUTED)]
        for place, (_, treated, followed, relapse, _) in enumerate(listed):
            middle, end = y + place * LANE, LEFT + span * min(followed, LAST_DAY)
            body.append(line(f"M{LEFT} {middle}H{end:.1f}", color, 'opacity="0.45"'))
            body.append(line(f"M{LEFT} {middle}H{LEFT + span * min(treated, LAST_DAY):.1f}", color, 'stroke-width="4"'))
            if followed > LAST_DAY:
                body.append(f'<path d="M{end:.1f} {middle - 3}{ARROW}" fill="{color}" opacity="0.6"/>')
            elif relapse:
                body.append(f'<path d="M{end:.1f} {middle - 4}{DIAMOND}" fill="#fff" stroke="{INK}"/>')
        y += max(LANE * len(listed), HEAD) + GAP
    days = range(0, LAST_DAY + 1, TICK_DAYS)
    grid = [line(f"M{LEFT + span * day:.1f} 26V{y - GAP + 2}", GRID) for day in days]
    marks = [text(LEFT + span * day, y - GAP + 16, str(day), MUTED, "middle") for day in days]
    foot = text(LEFT, y + 14, "Days after remission")
    return document("Treatment and follow-up by length", [*grid, *body, *marks, foot], y + 22)


def _key() -> str:
    return (
        line(f"M{LEFT} 12h26", INK, 'stroke-width="4"') + text(LEFT + 32, 16, "on tacrolimus")
        + line(f"M{LEFT + 130} 12h26", INK, 'opacity="0.5"') + text(LEFT + 162, 16, "free of relapse after it")
        + f'<path d="M{LEFT + 316} 8{DIAMOND}" fill="#fff" stroke="{INK}"/>' + text(LEFT + 328, 16, "relapse")
        + f'<path d="M{LEFT + 400} 9{ARROW}" fill="{INK}"/>' + text(LEFT + 412, 16, "followed longer")
    )  # fmt: skip
