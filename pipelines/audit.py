"""`mucosa audit`: the checks of a paper's printed figures, for any paper's table."""

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.markup import escape

from warehouse.errors import UsageError

COLORS = {"impossible": "red", "contradiction": "red", "not_reproducible": "yellow", "consistent": "green"}


def audit_figures(file: Path | None, published_on: dt.date | None, *, everything: bool, console: Console) -> None:
    """Print the findings about the figures of a CSV, or of the study's own paper without one."""
    from assets.audit import figure_table, run
    from assets.audit.finding import Verdict
    from schemas.published import PUBLISHED_ON

    if file is None:
        table, published_on = run.ours(), published_on or PUBLISHED_ON
    else:
        try:
            table = figure_table.read(file)
        except (OSError, ValueError) as error:
            raise UsageError(f"{file.name} is no table of figures: {error}. docs/audit.md shows one.") from None
    found = run.audit(table, published_on)
    for finding in found:
        if everything or finding.verdict != "consistent":
            verdict = f"[{COLORS[finding.verdict]}]{finding.verdict.replace('_', ' ')}[/]"
            console.print(f"{verdict}  {escape(finding.finding_id)}\n    {escape(finding.statement)}", soft_wrap=True)
            if finding.computed:
                console.print(f"    [dim]{escape(finding.computed)}[/]", soft_wrap=True)
    counts = Counter(finding.verdict for finding in found)
    summary = ", ".join(f"{counts[v]} {v.replace('_', ' ')}" for v in get_args(Verdict))
    console.print(f"{len(table.figures)} figures, {len(found)} findings: {summary}.", soft_wrap=True)
