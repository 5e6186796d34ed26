"""What a release's manifest keeps of its tables in numbers, so that later ones can be held against it."""

from collections.abc import Iterable, Iterator

import duckdb
from pydantic import BaseModel, ConfigDict

from schemas import extract
from warehouse import model

FEEDS = {f"staging.{feed.feed}": feed.feed for feed in extract.feeds() if feed.feed != "deletion"}
MAPPED = {
    "omop.condition_occurrence": "condition_concept_id",
    "omop.drug_exposure": "drug_concept_id",
    "omop.measurement": "measurement_concept_id",
    "omop.procedure_occurrence": "procedure_concept_id",
}
"""Tables of which rows want a standard concept."""
RESULTS = ("staging.lab_result", "staging.vital_sign")


class Statistic(BaseModel):
    """One number of one table."""

    model_config = ConfigDict(frozen=True)

    table: str
    statistic: str
    """rows, refused, unmapped or median, as `warehouse/sql/statistic` has them."""
    of: str
    """Analyte of a median."""
    counted: int
    """Rows, or records, that it rests on."""
    value: float


def statistics(connection: duckdb.DuckDBPyConnection, tables: Iterable[str] | None = None) -> tuple[Statistic, ...]:
    """The numbers of the named tables (default: all that have some), as far as they are there."""
    present = {
        f"{schema}.{table}"
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
        ).fetchall()
    }
    wanted = [table for table in (*FEEDS, *MAPPED) if table in present and (tables is None or table in set(tables))]
    return tuple(
        Statistic(table=table, statistic=name, of=of, counted=counted, value=value)
        for table in wanted
        for name, given in _asked(table, accounted="staging.accounting" in present)
        for of, counted, value in connection.execute(model.sql(f"statistic.{name}"), given).fetchall()
        if value is not None
    )


def _asked(table: str, *, accounted: bool) -> Iterator[tuple[str, dict[str, str]]]:
    if table in FEEDS:
        yield "rows", {"table": table}
        if accounted:
            yield "refused", {"feed": FEEDS[table]}
    if table in MAPPED:
        yield "unmapped", {"table": table, "concept": f"^{MAPPED[table]}$"}
    if table in RESULTS:
        yield "median", {"table": table}
