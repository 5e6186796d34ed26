"""Great Expectations on DuckDB: what the two need to work together, and to keep values out of results.

Importing this module costs seconds, so only `expectations.run` does it, inside the function that evaluates.
"""

import logging
from collections.abc import Mapping
from typing import Any

import duckdb
import great_expectations as gx
import great_expectations.expectations as gxe
from duckdb_engine import ConnectionWrapper, CursorWrapper
from duckdb_engine import Dialect as DuckDBDialect
from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.datasource.fluent.sql_datasource import TableAsset
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metrics.metric_provider import metric_partial, metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies
from sqlalchemy import ColumnElement, literal_column, text
from sqlalchemy import Connection as SQLConnection
from sqlalchemy.dialects import registry
from sqlalchemy.types import NullType

from expectations.rule import EXPECTATIONS

COLUMNS = """
select schema_name, table_name, list(column_name order by column_index)
from duckdb_columns() where database_name = current_database() group by all
"""


class Connection(ConnectionWrapper):
    """Gives each cursor a DuckDB cursor of its own.

    duckdb-engine's cursor is the connection itself, so a result dies when Great Expectations returns the
    connection before fetching, and nearly every expectation ends in `IndexError`.
    """

    def cursor(self) -> CursorWrapper:
        return CursorWrapper(self.duplicate(), self)

    def close(self) -> None:
        """Leave closing to whoever opened the DuckDB connection; that closes its cursors as well."""


class Dialect(DuckDBDialect):
    """duckdb-engine's dialect with a catalogue that answers in one query instead of PostgreSQL's many."""

    supports_statement_cache = False

    _columns: Mapping[tuple[str, str], list[str]] | None = None

    def get_columns(
        self, connection: SQLConnection, table_name: str, schema: str | None = None, **_: Any
    ) -> list[dict[str, Any]]:
        if self._columns is None:
            self._columns = {(layer, table): names for layer, table, names in connection.execute(text(COLUMNS))}
        names = self._columns[schema or "", table_name]
        return [{"name": name, "type": NullType(), "nullable": True, "default": None} for name in names]

    def do_begin(self, *_: Any) -> None:
        """Nothing is written, and each cursor is a connection of its own: there is nothing to begin."""

    def do_rollback(self, *_: Any) -> None:
        """Nothing was begun."""

    def get_pk_constraint(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {"constrained_columns": [], "name": None}


class Kept:
    """Keeps an expectation's configuration until a field changes.

    Great Expectations makes it anew from all fields about fifty times for every expectation that it asks, which
    was half of what asking costs.
    """

    _kept: ExpectationConfiguration | None

    @property
    def configuration(self) -> ExpectationConfiguration:
        if self._kept is None:
            self._kept = super().configuration  # type: ignore[misc] # of the expectation beside which this stands
        return self._kept

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name != "_kept":
            self._kept = None


class RowsFound(TableMetricProvider):
    """How many rows a query finds; each is a statement of its own."""

    metric_name = "rows.found"
    value_keys = ("query",)

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls,  # noqa: N805 - as Great Expectations calls it
        execution_engine: SqlAlchemyExecutionEngine,
        metric_value_kwargs: dict[str, Any],
        **_: Any,
    ) -> int:
        counted = text(f"select count(*) from ({metric_value_kwargs['query']})")
        return int(execution_engine.execute_query(counted).scalar_one())


class RowsCounted(TableMetricProvider):
    """A number of rows as an SQL expression over the table.

    An aggregate: Great Expectations asks all those of a table in one statement, together with its own.
    """

    metric_name = "rows.counted"
    value_keys = ("number",)

    @metric_partial(
        engine=SqlAlchemyExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _sqlalchemy(
        cls,  # noqa: N805 - as Great Expectations calls it
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        **_: Any,
    ) -> tuple[ColumnElement[int], dict[str, Any], dict[str, Any]]:
        return literal_column(metric_value_kwargs["number"]), metric_domain_kwargs, {}


class ExpectNoViolations(Kept, BatchExpectation):
    """Counts the rows that break a rule, and those that it speaks of; it fetches none of them.

    Either is a `number` or a `query`, as the metrics above call their argument.
    """

    _kept: ExpectationConfiguration | None = PrivateAttr(None)
    violations: dict[str, str]
    among: dict[str, str]

    def get_validation_dependencies(self, *given: Any, **named: Any) -> ValidationDependencies:
        """The two counts."""
        asked = super().get_validation_dependencies(*given, **named)
        for name, count in (("violations", self.violations), ("among", self.among)):
            metric = RowsCounted if "number" in count else RowsFound
            configuration = MetricConfiguration(metric.metric_name, self._get_domain_kwargs(), count)
            asked.set_metric_configuration(name, configuration)
        return asked

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        return {
            "success": metrics["violations"] == 0,
            "result": {"element_count": metrics["among"], "unexpected_count": metrics["violations"]},
        }


logging.getLogger("great_expectations.expectations.registry").setLevel(logging.ERROR)  # it warns of what follows
_KINDS = {kind: type(kind, (Kept, getattr(gxe, kind)), {"_kept": PrivateAttr(None)}) for kind in EXPECTATIONS}
"""Great Expectations' own kinds of expectation; a class of the same name takes the place of the first."""

registry.register("duckdb.mucosa", __name__, Dialect.__name__)


def datasource(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> SQLDatasource:
    """A Great Expectations source on an open DuckDB connection: in memory, no telemetry, no progress bars.

    Its tables come all at once, because every later one would write the whole configuration out again.
    """
    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            analytics_enabled=False,
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=ProgressBarsConfig(globally=False),
        ),
    )
    return context.data_sources.add_sql(
        "warehouse",
        connection_string="duckdb+mucosa://",
        create_temp_table=False,
        assets=[_asset(table) for table in tables],
        kwargs={"creator": lambda: Connection(connection)},
    )


def _asset(name: str) -> TableAsset:
    layer, _, table = name.partition(".")
    return TableAsset(name=name, table_name=table, schema_name=layer)


def expectation(kind: str, rule: str, arguments: Mapping[str, object]) -> gxe.Expectation:
    """One expectation that carries the id of its rule, by which its answer is found again."""
    made = ExpectNoViolations if kind == ExpectNoViolations.__name__ else _KINDS[kind]
    return made(**arguments, meta={"rule": rule})


def suite(name: str, asked: list[gxe.Expectation]) -> gx.ExpectationSuite:
    """All expectations of one table; asked together they share metrics."""
    return gx.ExpectationSuite(name, expectations=asked)
