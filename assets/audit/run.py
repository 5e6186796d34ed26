"""The whole audit: every finding about one table of printed figures, the gravest first."""

import datetime as dt
import functools
from typing import get_args

from assets.audit import comparisons, numbers, relapse
from assets.audit.figure_table import FigureTable, Printed
from assets.audit.finding import Finding, Verdict
from schemas import published


def audit(table: FigureTable, published_on: dt.date | None = None) -> list[Finding]:
    """All findings; `published_on` bounds the follow-up. Two with one id would be an error and raise `ValueError`."""
    found = [*relapse.audit(table), *numbers.audit(table, published_on), *comparisons.audit(table)]
    ids = [finding.finding_id for finding in found]
    if len(set(ids)) != len(ids):
        raise ValueError(f"two findings with one id: {sorted({i for i in ids if ids.count(i) > 1})}")
    order = get_args(Verdict)
    return sorted(found, key=lambda finding: order.index(finding.verdict))


@functools.cache
def ours() -> FigureTable:
    """The study that this project reproduces."""
    return FigureTable(
        Printed(f.metric_id, f.group, f.statistic, f.printed, f.printed_twin, f.unit, f.compared_as, f.counted_in)
        for f in published.figures()
    )
