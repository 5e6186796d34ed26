"""The Wilcoxon rank-sum test of two groups, in the two normal approximations that JMP prints."""

from collections.abc import Sequence

import numpy as np

from assets.statistics.estimate import Numbers
from assets.statistics.result import Result, undefined

CHI_SQUARE = "wilcoxon_chi_square"
Z_CORRECTED = "wilcoxon_z_corrected"


def wilcoxon(first: Sequence[float] | Numbers, second: Sequence[float] | Numbers) -> list[Result]:
    """Both approximations, corrected for ties: chi-square without and Z with continuity correction.

    Two-sided; the statistic of the second is |Z|. Undefined for an empty group or values that are all equal.
    Sources: Wilcoxon 1945, Biometrics Bull 1:80; Kruskal and Wallis 1952, JASA 47:583.
    """
    if not len(first) or not len(second):
        return [undefined(test, "empty_group") for test in (CHI_SQUARE, Z_CORRECTED)]
    if np.ptp(np.concatenate([first, second])) == 0:
        return [undefined(test, "no_variation") for test in (CHI_SQUARE, Z_CORRECTED)]
    from scipy import stats

    chi_square = stats.kruskal(first, second)
    corrected = float(stats.mannwhitneyu(first, second, method="asymptotic", use_continuity=True).pvalue)
    return [
        Result(CHI_SQUARE, float(chi_square.statistic), float(chi_square.pvalue)),
        Result(Z_CORRECTED, float(stats.norm.isf(corrected / 2)), corrected),
    ]
