"""`marts.paper_comparison` and `marts.impossible_set`: each printed figure, ours, and the verdict it earned.

A verdict follows from the data alone; whether it is the expected one is a separate column. On a cohort other
than the paper's the comparison informs, and nobody need act on it.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

import polars as pl

from assets.marts.figures import Ours
from assets.statistics.display import exact, show, show_p
from schemas.published import Figure, ImpossibleSet, Key, Premise, Verdict

WORDS = {"<0.05": True, "N.S.": False, "not different": False}
"""Printed words for a comparison, and whether they call it significant."""
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "position": pl.Int64, "metric_id": pl.String, "study_group": pl.String, "statistic": pl.String,
    "printed": pl.String, "printed_twin": pl.String, "ours": pl.String, "ours_value": pl.Float64,
    "expected_class": pl.String, "verdict": pl.String, "as_expected": pl.Boolean, "test": pl.String,
    "reproduced_by": pl.List(pl.String), "other_tests": pl.List(pl.String), "premises_met": pl.Boolean,
    "proof": pl.String, "unit": pl.String, "source": pl.String, "note": pl.String,
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


def judge(figure: Figure, ours: Ours | None, text: str | None, premises_met: bool | None) -> Verdict:
    """The verdict that our figure earns, whatever was expected.

    A match is named after its kind. A miss is `nearest` only inside the bounds of a proof that the printed
    figure cannot be attained, and `different` otherwise; constants of the paper are `stated`. Where the premises
    of the proof or condition are not met, it does not speak of our cohort.
    """
    if figure.expected_class == "stated":
        return "stated"
    if ours is None:
        return "different"
    if text == figure.printed:
        if figure.expected_class == "twin":
            return "twin" if _shows_twin(figure, ours) else "different"
        if figure.expected_class == "conditional":
            return "conditional" if premises_met else "different"
        if figure.statistic != "p_value":
            return "exact"
        return "worded" if figure.printed in WORDS else "exact_p"
    if premises_met and figure.nearest and figure.nearest[0] <= ours.value <= figure.nearest[1]:
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
    mine = {f.key: None if f.expected_class == "stated" else ours.get(f.key) for f in figures}
    texts = {f.key: None if (m := mine[f.key]) is None else shown(f, m, significance_level) for f in figures}
    same = {f.key for f in figures if texts[f.key] == f.printed}
    rows = []
    for position, figure in enumerate(figures, 1):
        found, text = mine[figure.key], texts[figure.key]
        met = set(figure.beside) <= same and _hold(figure.premises, ours) if figure.beside else None
        verdict = judge(figure, found, text, met)
        tests = {
            test: shown(figure, Ours(p), significance_level)
            for test, p in ((found.p_values or {}) if found else {}).items()
        }
        by = [test for test, p in tests.items() if p == figure.printed]
        others = [f"{test} {p}" for test, p in tests.items() if found and test != found.test]
        rows.append(
            (position, *figure.key, figure.printed, figure.printed_twin, text,
             None if found is None else float(exact(found.value)), figure.expected_class, verdict,
             verdict == figure.expected_class, found.test if found else None, by or None, others or None, met,
             figure.proof, figure.unit, figure.source, figure.note)
        )  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _hold(premises: Sequence[Premise], ours: Mapping[Key, Ours]) -> bool:
    """Whether every figure that a proof needs has the value that it needs."""
    return all(
        (metric, group, statistic) in ours and ours[metric, group, statistic].value == value
        for metric, group, statistic, value in premises
    )


def impossible_set(
    comparison: pl.DataFrame, sets: Mapping[str, ImpossibleSet], ours: Mapping[Key, Ours]
) -> pl.DataFrame:
    """`marts.impossible_set`: how many figures of each proven-impossible set ours shows.

    All of them under the premises of the proof is an error, on any cohort; without the premises it is chance.
    """
    same = (pl.col("ours") == pl.col("printed")) | (pl.col("ours") == pl.col("printed_twin"))
    matching = set(comparison.filter(same).select("metric_id", "study_group", "statistic").iter_rows())
    rows = [
        (name, s.proof, s.description, len(s.figures), len(hit := matching & set(s.figures)),
         met := _hold(s.premises, ours), met and len(hit) == len(s.figures))
        for name, s in sets.items()
    ]  # fmt: skip
    return pl.DataFrame(
        rows, orient="row",
        schema={"set_id": pl.String, "proof": pl.String, "description": pl.String, "figures": pl.Int64,
                "matched": pl.Int64, "premises_met": pl.Boolean, "complete": pl.Boolean},
    )  # fmt: skip
