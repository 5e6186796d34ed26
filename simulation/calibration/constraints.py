"""What binds the cohort: the printed figures, and the named limits that paper and protocol set."""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from math import ceil

import numpy as np

SEED = 20200626  # the paper's day of publication
ALPHA = 0.05  # the paper's level of significance
GROUP_SIZE = {"mh": 41, "nmh": 14}
PREPSL_ENDOSCOPY = {"mh": 33, "nmh": 9}

# Calendar. The lock lies far after publication because 819 +- 781 days needs it (audit A3).
ACCRUAL = (date(2016, 4, 1), date(2018, 12, 31))
DATA_LOCK = date(2026, 6, 30)

# Windows in days, relative to the first tacrolimus dose unless the name says otherwise.
REMISSION = (28, 84)  # D11
COLONOSCOPY_AROUND_END = (-42, 28)  # D12
STEROID_FREE_WINDOW = (154, 182)  # D17: day 168 +- 14
RESISTANT_PSL_START = (-20, -8)  # D5: seven adequate days, then tacrolimus within 14 days
DEPENDENT_PSL_START = (-178, -92)  # D5: at least 90 days without a break
ADEQUATE_PSL_MG = 30  # D5
COURSE_GAP = 35  # D6: a new course needs a gap > 14 days after a stockpile of <= 14 days; one week of slack
QUIET_END = 30  # no relapse within a month of the end of tacrolimus, so that the end CAI is the printed 1-4

# Profile P1 (audit A7): event and censoring order, and the landmarks between them.
LANDMARKS = (100, 300, 500, 1000)
PROFILE_P1 = {
    "mh": ("EEE", "EEEE", "CC", "C" * 16, "C" * 16),
    "nmh": ("E", "EEEEE", "ECEEE", "E", "CC"),
}
LOGRANK_300_MAX = 0.044  # a margin below the printed 0.05 (audit E2)
FOLLOW_UP_MEAN = (819.0, 819.5)  # prints 819 truncated and rounded
FOLLOW_UP_SD = (781.0, 781.5)

# Scores that the printed means force (audit B1b, B4, B9): value -> patients.
ENDTAC_MAYO = {"mh": {0: 15, 1: 26}, "nmh": {2: 11, 3: 3}}
ENDTAC_UCEIS = {"mh": {0: 12, 1: 14, 2: 11, 3: 3, 4: 1}, "nmh": {4: 8, 5: 6}}
MAYO_TWOS_MH = 3  # before PSL and before TAC; all others have 3

COUNTS = {  # column -> patients per group, from Table 2, Table 4 and the text
    "male": {"mh": 20, "nmh": 9},
    "left_sided": {"mh": 25, "nmh": 8},
    "steroid_dependent": {"mh": 18, "nmh": 6},
    "aza": {"mh": 34, "nmh": 11},
    "ae_tremor": {"mh": 5, "nmh": 2},
    "ae_renal_impairment": {"mh": 4, "nmh": 1},
    "ae_headache": {"mh": 1, "nmh": 2},
    "ae_hypomagnesemia": {"mh": 2, "nmh": 1},
}
PRIOR_BIOLOGIC = {"mh": 3, "nmh": 2}  # 5 of 55; the split is not printed
STEROID_FREE = {"mh": 35, "nmh": 7}


@dataclass(frozen=True)
class Printed:
    """One printed figure: the text, how it was displayed, and the verdict it must earn."""

    text: str
    display: str
    decimals: int
    expected_class: str


@cache
def printed_figures() -> dict[tuple[str, str, str], Printed]:
    """All printed figures, keyed by (metric_id, group, statistic). Source: schemas/paper/published.csv."""
    text = files("schemas").joinpath("paper/published.csv").read_text(encoding="utf-8")
    return {
        (r["metric_id"], r["group"], r["statistic"]): Printed(
            r["printed"], r["display"], int(r["decimals"] or 0), r["expected_class"]
        )
        for r in csv.DictReader(text.splitlines())
    }


@dataclass(frozen=True)
class Measured:
    """A variable compared by the Wilcoxon test. `step` is the recording resolution in the metric's unit."""

    column: str
    metric_id: str
    step: str = "1"
    spread: float = 2.5  # concentration of the beta shape the search starts from; lower is wider
    tie_grid: int = 1  # start values are multiples of this many steps: some printed p need heavy ties
    grain: int = 1  # values other than the two ends are multiples of this many steps
    floor_share: float = 0.0  # share of the values that start at the minimum, as below a reporting limit


MEASURED = (
    Measured("prepsl_cai", "prepsl_cai", spread=6),
    Measured("prepsl_hb", "prepsl_hb", "0.1"),
    Measured("prepsl_alb", "prepsl_alb", "0.1", spread=3, tie_grid=6),
    Measured("prepsl_crp", "prepsl_crp", "0.01", spread=2),
    Measured("pretac_cai", "pretac_cai", spread=6),
    Measured("pretac_hb", "pretac_hb", "0.1"),
    Measured("pretac_alb", "pretac_alb", "0.1"),
    Measured("pretac_crp", "pretac_crp", "0.01", spread=2, floor_share=0.3),
    Measured("endtac_hb", "endtac_hb", "0.1"),
    Measured("endtac_alb", "endtac_alb", "0.1"),
    Measured("endtac_crp", "endtac_crp", "0.01", spread=4, floor_share=0.3),
    Measured("endtac_cai", "endtac_cai", spread=3),
    Measured("age", "age_at_initiation", spread=3),
    Measured("uc_duration", "uc_duration", spread=2),
    Measured("time_to_target", "time_to_target_trough", spread=4),
    Measured("tac_duration", "tac_duration", spread=2.5),
    Measured("psl_total", "psl_total_dose", spread=7, tie_grid=180, grain=10),
    Measured("prepsl_uceis", "prepsl_uceis"),
    Measured("pretac_uceis", "pretac_uceis"),
)


@dataclass(frozen=True)
class Window:
    """One group's bounds in whole steps: size, lowest and highest value, half-open range of the sum."""

    n: int
    low: int
    high: int
    sum_low: int
    sum_high: int


def window(variable: Measured, group: str) -> Window:
    """The multiset bounds that a printed mean (truncated) and range imply for one group (audit B1, F)."""
    figures = printed_figures()
    mean, low, high = (figures[variable.metric_id, group, s] for s in ("mean", "min", "max"))
    step, shown = Decimal(variable.step), Decimal(mean.text)
    n = (PREPSL_ENDOSCOPY if variable.column.startswith("prepsl_uceis") else GROUP_SIZE)[group]
    above = shown + Decimal(1).scaleb(-mean.decimals)
    return Window(
        n, int(Decimal(low.text) / step), int(Decimal(high.text) / step),
        ceil(shown * n / step), ceil(above * n / step),
    )  # fmt: skip


def printed_p(variable: Measured) -> tuple[float, int]:
    """The printed Wilcoxon p of a variable and its number of decimals."""
    figure = printed_figures()[variable.metric_id, "na", "p_value"]
    return float(figure.text), figure.decimals


def generator(name: str) -> np.random.Generator:
    """An independent random stream for one named part of the search, so that each part re-runs alone."""
    return np.random.default_rng([SEED, *name.encode()])
