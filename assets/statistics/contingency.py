"""Tests of a two-by-two table: all six that software prints, because they disagree on small groups."""

from assets.statistics.rank import wilcoxon
from assets.statistics.result import Result, undefined

PEARSON = "pearson"
YATES = "yates"
LIKELIHOOD_RATIO = "likelihood_ratio"
FISHER = "fisher"


def two_by_two(yes_1: int, no_1: int, yes_2: int, no_2: int) -> list[Result]:
    """Pearson, Yates, likelihood ratio, Fisher (two-sided) and both Wilcoxon approximations, in this order.

    Counts of patients with and without a property in two groups; negative counts raise `ValueError`.
    Undefined where a group is empty, or where nobody or everybody has the property. Fisher's statistic is the
    odds ratio (None where infinite). Source: Agresti, Categorical Data Analysis, 3rd ed., chapter 3.
    """
    if min(yes_1, no_1, yes_2, no_2) < 0:
        raise ValueError("a table of counts holds no negative count")
    reason = None
    if not yes_1 + no_1 or not yes_2 + no_2:
        reason = "empty_group"
    elif not yes_1 + yes_2 or not no_1 + no_2:
        reason = "no_variation"
    ranks = wilcoxon([1.0] * yes_1 + [0.0] * no_1, [1.0] * yes_2 + [0.0] * no_2)
    if reason:
        return [undefined(test, reason) for test in (PEARSON, YATES, LIKELIHOOD_RATIO, FISHER)] + ranks
    from scipy import stats

    table = [[yes_1, no_1], [yes_2, no_2]]
    odds_ratio = yes_1 * no_2 / (no_1 * yes_2) if no_1 * yes_2 else None
    pearson = stats.chi2_contingency(table, correction=False)
    yates = stats.chi2_contingency(table, correction=True)
    likelihood = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
    return [
        Result(PEARSON, float(pearson.statistic), float(pearson.pvalue)),
        Result(YATES, float(yates.statistic), float(yates.pvalue)),
        Result(LIKELIHOOD_RATIO, float(likelihood.statistic), float(likelihood.pvalue)),
        Result(FISHER, odds_ratio, float(stats.fisher_exact(table).pvalue)),
        *ranks,
    ]
