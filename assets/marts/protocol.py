"""`marts.protocol`: the values under which the study was made, so that a release explains itself."""

import polars as pl

from schemas.study import Study

COLUMNS = ("section", "parameter", "value", "unit", "rule", "source", "description")


def protocol(study: Study) -> pl.DataFrame:
    """One row a parameter, in the order of the protocol; lists as numbers with commas, truth as true or false."""
    rows = [
        (section, name, _text(p.value), p.unit, p.rule, p.source, p.description)
        for section, parameters in study.sections.items()
        for name, p in parameters.items()
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row").with_row_index("position", 1)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
