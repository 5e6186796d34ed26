"""Curves as they are printed: rates by day, the number at risk, and what both leave possible."""

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from assets.audit.curve import feasible, smallest_group, windows
from assets.audit.figure_table import MODES, FigureTable, Printed, decimals, modes, number, says
from assets.audit.finding import Finding, Verdict, joined
from assets.statistics.contingency import two_by_two

BY_DAY = re.compile(r"(?P<curve>.+)_day_(?P<day>\d+)")
AT_RISK = "at_risk"


def audit(table: FigureTable) -> Iterator[Finding]:
    """Findings about every series of `<curve>_day_<t>` percentages and `at_risk_day_<t>` numbers."""
    for (curve, group), rates in _series(table).items():
        n = table.groups.get(group)
        if n is None:
            continue
        yield from _curve(curve, group, n, rates)
        for day, rate in rates:
            yield from _proportion(rate, group, n)
            yield from _at_risk(table, rate, group, n, day)
    yield from _crude_tests(table)


def _series(table: FigureTable) -> dict[tuple[str, str], list[tuple[int, Printed]]]:
    found: dict[tuple[str, str], list[tuple[int, Printed]]] = defaultdict(list)
    for figure in table.of("pct"):
        match = BY_DAY.fullmatch(figure.metric_id)
        if match and number(figure.printed) is not None:
            found[match["curve"], figure.group].append((int(match["day"]), figure))
    return {key: sorted(rates, key=lambda rate: rate[0]) for key, rates in found.items()}


def _curve(curve: str, group: str, n: int, rates: list[tuple[int, Printed]]) -> Iterator[Finding]:
    """The last rate may be printed in two forms; either will do."""
    forms = [[t for t in (rate.printed, rate.printed_twin) if t and number(t) is not None] for _, rate in rates]
    either = [[w for form in texts for w in windows(form).values()] for texts in forms]
    printed = " → ".join(" or ".join(texts) for texts in forms) + " %"
    found = feasible(n, either)
    if found is None:
        return
    if found:
        statement = f"Some order of events and censorings of {n} patients draws the printed rates."
        yield Finding("curve", curve, group, statement, "consistent", printed)
        return
    smallest = {mode: smallest_group([[windows(form)[mode] for form in texts] for texts in forms], n) for mode in MODES}
    known = [size for size in smallest.values() if size is not None]
    statement = f"No order of events and censorings of {n} patients draws the printed rates, rounded or truncated."
    computed = joined(f"{mode}: {size or 'unknown'}" for mode, size in smallest.items())
    yield Finding(
        "curve", curve, group, statement, "impossible", printed, f"smallest group that could: {computed}",
        min(known, default=None), max(known, default=None),
    )  # fmt: skip


def _proportion(rate: Printed, group: str, n: int) -> Iterator[Finding]:
    counts = _counts(rate.printed, n)
    if counts:
        statement = f"{joined(counts)} of {n} patients prints as {rate.printed} %."
        yield Finding("proportion", rate.metric_id, group, statement, "consistent", rate.printed, joined(counts))
    else:
        near = round(float(rate.printed) * n / 100)
        statement = f"No number out of {n} patients prints as {rate.printed} %; only censoring could give it."
        around = joined(f"{k}/{n} = {100 * k / n:.2f} %" for k in (near - 1, near, near + 1) if 0 <= k <= n)
        yield Finding("proportion", rate.metric_id, group, statement, "not_reproducible", rate.printed, around)


def _counts(printed: str, n: int) -> list[int]:
    return [k for k in range(n + 1) if modes(Decimal(100 * k) / n, printed)]


def _at_risk(table: FigureTable, rate: Printed, group: str, n: int, day: int) -> Iterator[Finding]:
    """Of n, r still at risk: at most n - r can have had the event."""
    at_risk = table.number(f"{AT_RISK}_day_{day}", group, "n")
    if at_risk is None:
        return
    most = 100 * (1 - float(at_risk) / n)
    least = float(rate.printed) - 0.5 * 10.0 ** -decimals(rate.printed)
    printed = f"{at_risk} at risk, {rate.printed} %"
    about = f"{rate.metric_id}"
    if at_risk > n:
        statement = f"{at_risk} patients at risk on day {day} in a group of {n}."
        yield Finding(AT_RISK, about, group, statement, "impossible", printed, None, None, float(n))
        return
    statement = f"With {at_risk} of {n} still at risk on day {day} at most {most:.1f} % can have relapsed."
    verdict: Verdict = "impossible" if least > most else "consistent"
    yield Finding(AT_RISK, about, group, statement, verdict, printed, f"{most:.1f} %", None, most)


def _crude_tests(table: FigureTable) -> Iterator[Finding]:
    """A comparison by day, on the counts that the rates stand for."""
    groups = table.groups
    if len(groups) != 2:
        return
    for figure in table.of("p_value"):
        rates = [table.get(figure.metric_id, group, "pct") for group in groups]
        if not BY_DAY.fullmatch(figure.metric_id) or None in rates:
            continue
        sizes = list(groups.values())
        counts = [_counts(rate.printed, n) for rate, n in zip(rates, sizes, strict=True) if rate]
        if [len(found) for found in counts] != [1, 1]:
            continue
        (a, b), (n1, n2) = (found[0] for found in counts), sizes
        results = {r.test: r.p_value for r in two_by_two(a, n1 - a, b, n2 - b) if r.p_value is not None}
        same = [test for test, p in results.items() if says(p, figure.printed)]
        statement = f"Of {len(results)} tests of {a}/{n1} against {b}/{n2}, {len(same)} give P {figure.printed}"
        statement += "." if len(same) in (0, len(results)) else "; it depends on the test."
        yield Finding(
            "crude_test", figure.metric_id, None, statement, "consistent" if same else "not_reproducible",
            figure.printed, joined(f"{test} {p:.4f}" for test, p in results.items()),
            min(results.values()), max(results.values()),
        )  # fmt: skip
