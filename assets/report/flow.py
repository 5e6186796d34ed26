"""The cohort flow as a picture: every landed record and delivered patient, step by step, laid out for the template."""

from itertools import groupby
from typing import Any

import duckdb

from assets.report.page import fill

LABELS = {
    "landed": "Records landed", "accepted": "Records accepted", "fhir": "Records as FHIR resources",
    "omop": "Records in OMOP tables", "delivered": "Patients delivered", "person": "Persons",
    "any_tacrolimus": "Any tacrolimus", "tacrolimus": "Treated with tacrolimus, in the study",
    "clinical_remission": "Clinical remission", "end_of_treatment_colonoscopy": "Colonoscopy at the end of tacrolimus",
    "mucosal_healing": "Mucosal healing", "no_mucosal_healing": "No mucosal healing",
    "healing_not_judged": "Healing not judged",
}  # fmt: skip
GROUPS = {
    "mucosal_healing": (20, "#0072b2"),
    "no_mucosal_healing": (260, "#d55e00"),
    "healing_not_judged": (500, "#5d6b79"),
}
"""Left edge and colour of the boxes that the flow ends in."""
BOX, GAP, LINE = 58, 26, 18
"""Height of a box, least distance to the next, height of a line of reasons."""


def flow(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Boxes with their place and who left before them; no stages where the release holds no flow."""
    rows = connection.execute(
        """select 1 as part, position, step, reason, records from marts.record_flow
        where (select sum(records) from marts.record_flow) > 0 -- an adopted CDM has no landing files
        union all select 2, position, step, reason, patients from marts.patient_flow
        order by 1, 2, 5 desc, 3, 4"""
    ).fetchall()
    stages: list[dict[str, Any]] = []
    ends = dict.fromkeys(GROUPS, 0)
    y = 10
    for _, found in groupby(rows, key=lambda row: row[:2]):
        members = list(found)
        step = members[0][2]
        if step in GROUPS:
            for _, _, group, _, n in members:
                ends[group] += n
            continue
        leavers = [
            (reason.replace("refused_", "refused: ").replace("_", " "), n)
            for *_, reason, n in members
            if reason is not None
        ]
        reached = sum(n for *_, reason, n in members if reason is None)
        side = 34 + LINE * len(leavers) if leavers else 0
        if stages:
            y += BOX + max(GAP, side + 24 if side else 0)
        stages.append(
            {"label": LABELS[step], "n": reached, "y": y, "leavers": leavers, "left": sum(n for _, n in leavers),
             "side": y - side - 14}
        )  # fmt: skip
    split = y + BOX
    groups = [
        {"label": LABELS[group], "n": ends[group], "x": x, "color": color}
        for group, (x, color) in GROUPS.items()
        if ends[group] or group != "healing_not_judged"
    ]
    return {"stages": stages, "groups": groups, "split": split, "ends": split + 54, "height": split + 54 + BOX + 12}


def picture(connection: duckdb.DuckDBPyConnection) -> str:
    """The flow alone, as SVG; outside the page it brings its own letters."""
    page = fill("flow.jinja", flow=flow(connection), steps={"tacrolimus": None}, corrections=[])
    drawn = page[page.index("<svg") : page.index("</svg>") + len("</svg>")]
    return drawn.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="13"', 1)
