"""`marts.paper_comparison` and `marts.impossible_set`: each printed figure, ours, and the verdict it earned.

A verdict follows from the data alone; whether it is the expected one is a separate column. On a cohort other
than the paper's the comparison informs, and nobody need act on it.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

import polars as pl

from assets.marts.figures import Ours
from assets.statistics.display import exact, show, show_p
from schemas.published import Figure, ImpossibleSet, Key, Verdict

WORDS = {"<0.05": True, "N.S.": False, "not different": False}
"""Printed words for a comparison, and whether they call it significant."""
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "position": pl.Int64, "metric_id": pl.String, "study_group": pl.String, "statistic": pl.String,
    "printed": pl.String, "printed_twin": pl.String, "ours": pl.String, "ours_value": pl.Float64,
    "expected_class": pl.String, "verdict": pl.String, "as_expected": pl.Boolean, "test": pl.String,
    "reproduced_by": pl.List(pl.String), "proof": pl.String, "unit": pl.String, "source": pl.String,
    "note": pl.String,
}  # fmt: skip


def shown(figure: Figure, ours: Ours, significance_level: float) -> str:
    """Our figure in the paper's format: cut or rounded as there, p-values rounded, words for words."""
    if figure.statistic != "p_value":
        return show(ours.value, figure.display, figure.decimals or 0)
    if figure.printed not in WORDS:
        return show_p(float(ours.value), figure.decimals or 0)
    significant = ours.value < significance_level
    if WORDS[figure.printed] == significant:
        return figure.printed
    return next(word for word, means in WORDS.items() if means == significant)


def judge(figure: Figure, ours: Ours | None, text: str | None) -> Verdict:
    """The verdict that our figure earns, whatever was expected.

    A match is named after its kind. A miss is `nearest` only inside the bounds of a proof that the printed
    figure cannot be attained, and `different` otherwise; constants of the paper are `stated`.
    """
    if figure.expected_class in ("stated", "undefined"):
        return figure.expected_class
    if ours is None:
        return "different"
    if text == figure.printed:
        if figure.expected_class == "twin":
            return "twin" if _shows_twin(figure, ours) else "different"
        if figure.expected_class == "conditional":
            return "conditional"
        if figure.statistic != "p_value":
            return "exact"
        return "worded" if figure.printed in WORDS else "exact_p"
    if figure.nearest and figure.nearest[0] <= ours.value <= figure.nearest[1]:
        return "nearest"
    return "different"


def _shows_twin(figure: Figure, ours: Ours) -> bool:
    """Whether our figure explains the second printed form too: a number comes out at its own decimals."""
    twin = _number(figure.printed_twin)
    if twin is None:
        return True  # another label or a sum; its parts are figures of their own
    decimals = max(0, -int(twin.as_tuple().exponent))
    return show(ours.value, figure.display, decimals) == figure.printed_twin


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal(text or "")
    except InvalidOperation:
        return None


def paper_comparison(figures: Sequence[Figure], ours: Mapping[Key, Ours], significance_level: float) -> pl.DataFrame:
    """`marts.paper_comparison`: one row a printed figure, in the order of the paper."""
    rows = []
    for position, figure in enumerate(figures, 1):
        mine = None if figure.expected_class == "stated" else ours.get(figure.key)
        text = None if mine is None else shown(figure, mine, significance_level)
        verdict = judge(figure, mine, text)
        same = [
            test for test, p in ((mine.p_values or {}) if mine else {}).items()
            if shown(figure, Ours(p), significance_level) == figure.printed
        ]  # fmt: skip
        rows.append(
            (position, *figure.key, figure.printed, figure.printed_twin, text,
             None if mine is None else float(exact(mine.value)), figure.expected_class, verdict,
             verdict == figure.expected_class, mine.test if mine else None, same or None, figure.proof,
             figure.unit, figure.source, figure.note)
        )  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def impossible_set(comparison: pl.DataFrame, sets: Mapping[str, ImpossibleSet]) -> pl.DataFrame:
    """`marts.impossible_set`: how many figures of each proven-impossible set ours shows; all is an error."""
    same = (pl.col("ours") == pl.col("printed")) | (pl.col("ours") == pl.col("printed_twin"))
    matching = set(comparison.filter(same).select("metric_id", "study_group", "statistic").iter_rows())
    rows = [
        (name, s.proof, s.description, len(s.figures), len(hit := matching & set(s.figures)),
         len(hit) == len(s.figures))
        for name, s in sets.items()
    ]  # fmt: skip
    return pl.DataFrame(
        rows, orient="row",
        schema={"set_id": pl.String, "proof": pl.String, "description": pl.String, "figures": pl.Int64,
                "matched": pl.Int64, "complete": pl.Boolean},
    )  # fmt: skip
