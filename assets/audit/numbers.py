"""Means, percentages, spreads and units: what whole numbers of patients and bounded values allow."""

import datetime as dt
import math
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from assets.audit.figure_table import FigureTable, Mode, decimals, modes, number, sums
from assets.audit.finding import Finding, Verdict, joined
from assets.audit.relapse import BY_DAY

WHOLE_UNITS = frozenset({"score", "years", "days", "points"})
"""Units of values that are whole numbers in every patient."""
VOLUMES = {"mL": 1, "dL": 100, "L": 1000}
CONCENTRATION = re.compile(r"(?P<mass>[a-zµ]+)/(?P<volume>mL|dL|L)")
START, FOLLOW_UP = "study_period_start", "follow_up"


def audit(table: FigureTable, published_on: dt.date | None) -> Iterator[Finding]:
    """Findings about single figures and about the way in which all are printed."""
    ways: list[tuple[str, set[Mode]]] = []
    for name, found, finding in [*_means(table), *_shares(table)]:
        ways.append((name, found))
        yield finding
    yield from _display(ways)
    yield from _spreads(table, published_on)
    yield from _twins(table)
    yield from _totals(table)
    yield from _units(table)


def _means(table: FigureTable) -> Iterator[tuple[str, set[Mode], Finding]]:
    """GRIM (Brown and Heathers 2017, Soc Psychol Personal Sci 8:363), for both ways of printing."""
    for figure in table.of("mean"):
        n = table.patients(figure)
        if n is None or figure.unit not in WHOLE_UNITS or 10 ** decimals(figure.printed) <= n / 2:
            continue
        found = sums(figure.printed, n)
        ways = {mode for mode, totals in found.items() if totals}
        shown = joined(f"{mode}: {totals or 'none'}" for mode, totals in found.items())
        statement = f"Sums of {n} whole numbers whose mean prints as {figure.printed}."
        if not ways:
            statement = f"No sum of {n} whole numbers has a mean that prints as {figure.printed}."
        finding = Finding(
            "grim", figure.metric_id, figure.group, statement, "consistent" if ways else "impossible",
            figure.printed, shown,
        )  # fmt: skip
        yield figure.name, ways, finding


def _shares(table: FigureTable) -> Iterator[tuple[str, set[Mode], Finding]]:
    """Percentages beside their counts."""
    for figure in table.of("pct"):
        count, n = table.number(figure.metric_id, figure.group, "count"), table.patients(figure)
        if count is None or n is None or BY_DAY.fullmatch(figure.metric_id):
            continue
        share = Fraction(100 * int(count), n)
        ways = modes(share, figure.printed)
        statement = f"{count}/{n} is {float(share):.3f} %, printed {figure.printed} %."
        verdict: Verdict = "consistent" if ways else "contradiction"
        finding = Finding(
            "share", figure.metric_id, figure.group, statement, verdict, figure.printed, joined(sorted(ways)) or None
        )
        yield figure.name, ways, finding


def _display(ways: list[tuple[str, set[Mode]]]) -> Iterator[Finding]:
    telling = [(name, next(iter(found))) for name, found in ways if len(found) == 1]
    if not telling:
        return
    cut = [name for name, mode in telling if mode == "truncate"]
    one_way = len(cut) in (0, len(telling))
    statement = f"{len(cut)} of {len(telling)} figures can only have been truncated, the others only rounded."
    if one_way:
        statement = f"All {len(telling)} figures that tell can only have been {'truncated' if cut else 'rounded'}."
    yield Finding(
        "display", "all", None, statement, "consistent" if one_way else "contradiction", str(len(telling)),
        joined(name for name, _ in telling), float(len(cut)), float(len(telling)),
    )  # fmt: skip


def _spreads(table: FigureTable, published_on: dt.date | None) -> Iterator[Finding]:
    """Bhatia and Davis 2000, Am Math Mon 107:353: variance <= (mean - low)(high - mean), here of n patients."""
    for figure in table.of("sd"):
        low = table.number(figure.metric_id, figure.group, "min") or Decimal(0)
        mean_figure, sd = table.get(figure.metric_id, figure.group, "mean"), number(figure.printed)
        mean = number(mean_figure.printed) if mean_figure else None
        if mean_figure is None or mean is None or sd is None or mean <= low:
            continue
        n = table.patients(figure) or sum(table.groups.values())
        needed = _needed(figure.printed, mean_figure.printed, float(low), n)
        printed = f"{mean} ± {sd} {figure.unit or ''}".strip()
        highest = table.number(figure.metric_id, figure.group, "max")
        most, source = (None, "") if highest is None else (float(highest), "the printed maximum")
        start = table.get(START, "all", "date")
        if figure.metric_id == FOLLOW_UP and start and published_on:
            first = dt.date.fromisoformat(f"{start.printed}-01"[:10])
            most, source = float((published_on - first).days), f"all days from {first} to publication"
            printed += f", from {start.printed}"
        if most is None:
            continue
        impossible = math.ceil(needed) > most
        statement = f"Mean and standard deviation need a value of at least {needed:.0f}; {source} allow {most:.0f}."
        yield Finding(
            "spread", figure.metric_id, figure.group, statement, "impossible" if impossible else "consistent", printed,
            f"{needed:.1f}", needed, most,
        )  # fmt: skip


def _needed(sd: str, mean: str, low: float, n: int) -> float:
    """The least highest value that any numbers printing so could have; `n` = 0 where unknown.

    Of n values the sample variance is at most n / (n - 1) (mean - low)(high - mean), least for the fewest patients:
    where the paper does not say whose the spread is, those of its groups are taken.
    """
    shrink = (n - 1) / n if n else 1.0
    half_mean, half_sd = (0.5 * 10.0 ** -decimals(text) for text in (mean, sd))
    spread = (float(sd) - half_sd) * shrink**0.5
    near, far = float(mean) - low - half_mean, float(mean) - low + 2 * half_mean  # rounded or truncated
    above = min(max(spread, near), far)
    return low + above + spread**2 / above


def _twins(table: FigureTable) -> Iterator[Finding]:
    for figure in table.figures:
        one, two = number(figure.printed), number(figure.printed_twin)
        if one is None or two is None or one == two:
            continue
        long, short = sorted((figure.printed, figure.printed_twin or ""), key=decimals, reverse=True)
        ways = modes(Decimal(long), short) if decimals(long) > decimals(short) else set()
        statement = f"Printed as {long} and as {short}" + (
            f": the second is the first, by {joined(sorted(ways))}." if ways else ": both cannot be."
        )
        verdict: Verdict = "consistent" if ways else "contradiction"
        yield Finding("twin", figure.metric_id, figure.group, statement, verdict, figure.printed, figure.printed_twin)


def _totals(table: FigureTable) -> Iterator[Finding]:
    for figure in table.of("count"):
        parts = [table.number(figure.metric_id, group, "count") for group in table.groups]
        total = number(figure.printed)
        if figure.group != "all" or total is None or not parts or None in parts:
            continue
        added = sum(part for part in parts if part is not None)
        statement = f"The groups' {joined(parts)} make {added}, printed {total}."
        verdict: Verdict = "consistent" if added == total else "contradiction"
        yield Finding("total", figure.metric_id, None, statement, verdict, figure.printed, str(added))


def _units(table: FigureTable) -> Iterator[Finding]:
    """The same mass over two volumes, in figures whose names share a word."""
    units: dict[str, dict[str, str]] = defaultdict(dict)
    for figure in table.figures:
        if CONCENTRATION.fullmatch(figure.unit or ""):
            for word in figure.metric_id.split("_"):
                units[word][figure.unit or ""] = figure.metric_id
    for word, found in units.items():
        by_mass: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for unit in found:
            match = CONCENTRATION.fullmatch(unit)
            if match:
                by_mass[match["mass"]].append((VOLUMES[match["volume"]], unit))
        for sizes in (sorted(entries) for entries in by_mass.values() if len(entries) > 1):
            factor = sizes[-1][0] / sizes[0][0]
            names = joined(f"{found[unit]} in {unit}" for _, unit in sizes)
            statement = f"One quantity in two units that differ {factor:.0f}-fold: {names}."
            yield Finding(
                "unit", word, None, statement, "contradiction", joined(unit for _, unit in sizes), None, None, factor
            )
