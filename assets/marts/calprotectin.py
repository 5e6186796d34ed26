"""`marts.calprotectin`: how well faecal calprotectin tells who has healed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from assets.statistics.auc import area_under_curve
from schemas import vocabulary

QUERY = """
select c.calprotectin_ug_g::double as value, c.operator, c.assay, c.healed_by_both, h.mucosal_healing,
    h.mayo_endoscopic_subscore = 0 as mayo_0
from labels.calprotectin as c
inner join labels.mucosal_healing as h using (person_id)
where c.measurement_id is not null and h.mucosal_healing is not null
order by person_id
"""
TARGETS = ("mucosal_healing", "mayo_0")
ANY = "any"
"""All results together, whatever their assay."""
SCHEMA: dict[str, type[pl.DataType]] = {
    "assay": pl.String, "target": pl.String, "statistic": pl.String, "cut_off_ug_g": pl.Int64, "patients": pl.Int64,
    "count": pl.Int64, "estimate": pl.Float64, "lower": pl.Float64, "upper": pl.Float64, "reason": pl.String,
}  # fmt: skip
Row = tuple[str, str, str, int | None, int, int | None, float | None, float | None, float | None, str | None]


def below(value: float, operator: str | None, cut_off: float) -> bool | None:
    """Whether a result lies below a cut-off; None where a printed limit leaves it open."""
    if operator is None:
        return value < cut_off
    if operator in (">", ">="):
        return False if value >= cut_off else None
    return True if value < cut_off or (operator == "<" and value == cut_off) else None


def calprotectin(results: pl.DataFrame, parameters: Mapping[str, Any]) -> pl.DataFrame:
    """One row an assay, target, statistic and cut-off from one row a patient with a result and a judged colonoscopy.

    Results below a cut-off predict healing. A limit counts as its value in the area, and not at all at a cut-off
    that it leaves open. The cut-offs of the protocol are asked of all results together, an assay's own of that assay
    alone; an assay without one has an area only.
    """
    assays = [str(row["assay"]) for row in vocabulary.rows("assay")]
    rows = list(_agreement(ANY, results, parameters["calprotectin_cut_offs_ug_g"], parameters))
    for assay in assays:
        own = parameters.get(f"calprotectin_cut_off_{assay.lower()}_ug_g")
        rows += _agreement(assay, results.filter(assay=assay), [own] if own else [], parameters)
    both = results["healed_by_both"].drop_nulls().to_list()
    healed_max, confidence_level = parameters["calprotectin_healed_max_ug_g"], parameters["confidence_level"]
    rows.append((ANY, "mucosal_healing", "healed_by_both", healed_max, *_share(both, confidence_level)))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _agreement(
    assay: str, results: pl.DataFrame, cut_offs: Sequence[int], parameters: Mapping[str, Any]
) -> Iterator[Row]:
    confidence_level = parameters["confidence_level"]
    for target in TARGETS:
        patients = results.filter(pl.col(target).is_not_null())
        found = list(patients.select("value", "operator", target).iter_rows())
        healed, others = ([value for value, _, met in found if met is wanted] for wanted in (True, False))
        area = area_under_curve(others, healed, confidence_level)
        yield (assay, target, "auc", None, len(found), None, *area)
        for cut_off in cut_offs:
            judged = [(low, met) for v, o, met in found if (low := below(v, o, cut_off)) is not None]
            parts = {
                "sensitivity": [low for low, met in judged if met],
                "specificity": [not low for low, met in judged if not met],
                "positive_predictive_value": [met for low, met in judged if low],
                "negative_predictive_value": [not met for low, met in judged if not low],
            }
            for name, part in parts.items():
                yield (assay, target, name, cut_off, *_share(part, confidence_level))


def _share(
    met: Sequence[bool], confidence_level: float
) -> tuple[int, int, float | None, float | None, float | None, str | None]:
    """Patients, how many met, their share with Wilson's limits; nobody gives a reason (Wilson 1927, JASA 22:209)."""
    if not met:
        return 0, 0, None, None, None, "empty_group"
    from scipy import stats

    limits = stats.binomtest(sum(met), len(met)).proportion_ci(confidence_level, method="wilson")
    return len(met), sum(met), sum(met) / len(met), float(limits.low), float(limits.high), None
