"""Events per time followed, with exact Poisson intervals, and the ratio of two such rates."""

from collections.abc import Sequence

from assets.statistics.estimate import Estimate, unknown

RATE = "events_per_100_patient_years"
RATE_RATIO = "rate_ratio"
DAYS_OF_100_YEARS = 36525.0
EXACT = "exact_conditional"


def rate(events: int, days: float, patients: int, confidence: float = 0.95) -> Estimate:
    """Events per 100 patient-years; no event gives 0 with an upper limit. Unknown without time (`empty_group`).

    The interval is Garwood's, from the chi-square distribution. Source: Garwood 1936, Biometrika 28:437.
    """
    from scipy import stats

    if not days:
        return unknown(RATE, "", "empty_group", patients, events)
    tail, scale = (1 - confidence) / 2, DAYS_OF_100_YEARS / days
    low = float(stats.chi2.ppf(tail, 2 * events)) / 2 if events else 0.0
    high = float(stats.chi2.isf(tail, 2 * events + 2)) / 2
    return Estimate(RATE, "", events * scale, low * scale, high * scale, None, None, patients, events)


def rate_ratio(
    events: Sequence[int], days: Sequence[float], term: str, patients: int, confidence: float = 0.95
) -> Estimate:
    """The first rate over the second with exact interval and two-sided p-value, given how many events there are.

    Where only one of the two has events the ratio is none or without end: `separation`, with the bound on the side
    that has one. Unknown: `empty_group` (no time), `no_events`. Sources: Przyborowski and Wilenski 1940, Biometrika
    31:313; Clopper and Pearson 1934, Biometrika 26:404.
    """
    from scipy import stats

    (first, second), (on, off), total = events, days, sum(events)
    if not on or not off or not total:
        return unknown(RATE_RATIO, term, "no_events" if on and off else "empty_group", patients, total)
    share = on / (on + off)
    tested = stats.binomtest(first, total, share)
    within = tested.proportion_ci(confidence, method="exact")
    low, high = (p / (1 - p) * off / on if p < 1 else None for p in (float(within.low), float(within.high)))
    p_value = float(tested.pvalue)
    if not first or not second:
        low = low if first else None
        return Estimate(RATE_RATIO, term, None, low, high, None, p_value, patients, total, "separation")
    value = first / on / (second / off)
    return Estimate(RATE_RATIO, term, value, low, high, None, p_value, patients, total)
