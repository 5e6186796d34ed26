"""SQL-on-FHIR ViewDefinitions (v2) over our own tables: flat columns from nested resources.

Of the specification: `resource`, `constant`, `where`, `select` with `column`, `forEach`, `forEachOrNull` and nested
`select`; the paths of `assets.fhir.fhirpath`. Without: `unionAll`, `repeat`.
"""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression, FunctionExpression, StarExpression

from assets.fhir import rules
from assets.fhir.fhirpath import Compiler, Value, inside
from assets.fhir.gate import resource_tables
from warehouse.errors import UsageError

Definition = dict[str, Any]
NESTED = {"column", "forEach", "forEachOrNull", "select"}


def names() -> list[str]:
    """The views that are shipped."""
    folder = resources.files("schemas") / "fhir" / "views"
    return sorted(file.name.removesuffix(".json") for file in folder.iterdir() if file.name.endswith(".json"))


def load(name: str) -> Definition:
    """A shipped view by its name, or one in a file; a missing or misshapen one raises `UsageError`."""
    shipped = resources.files("schemas") / "fhir" / "views" / f"{name}.json"
    file = Path(name) if name.endswith(".json") else shipped
    if not file.is_file():
        raise UsageError(f"There is no view {name}. Name a file of a ViewDefinition, or one of: {', '.join(names())}.")
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise UsageError(f"{name} is not valid JSON.") from None
    if not isinstance(found, dict) or not isinstance(found.get("select"), list) or "resource" not in found:
        raise UsageError(f"{name} is no ViewDefinition: it needs a resource and a list called select.")
    return found


def run(connection: duckdb.DuckDBPyConnection, view: Definition) -> duckdb.DuckDBPyRelation:
    """The rows of a view."""
    tables = {rules.resource_type(table): name for name, table in resource_tables().items()}
    if view["resource"] not in tables:
        raise UsageError(f"There are no {view['resource']} resources here; there are: {', '.join(sorted(tables))}.")
    rows = connection.table(tables[view["resource"]])
    context = {}
    for name, kind in zip(rows.columns, rows.types, strict=True):
        if name not in rules.BESIDE:
            several = kind.id == "list"
            inner = rules.children(kind)["child"] if several else kind
            context[name] = Value(ColumnExpression(name), inner, several)
    constants = {
        constant["name"]: next(value for key, value in constant.items() if key.startswith("value"))
        for constant in view.get("constant", [])
    }
    for condition in view.get("where", []):
        rows = rows.filter(Compiler(context, constants).compile(condition["path"]).expression)
    rows, columns = _select(rows, view["select"], context, constants)
    return rows.select(*columns)


def _select(
    rows: duckdb.DuckDBPyRelation, selects: list[Definition], context: dict[str, Value], constants: dict[str, Any]
) -> tuple[duckdb.DuckDBPyRelation, list[Expression]]:
    """The rows, multiplied by what is selected for each, and the expression of every column."""
    columns: list[Expression] = []
    for select in selects:
        if unknown := select.keys() - NESTED:
            raise UsageError(f"{', '.join(sorted(unknown))} in a select of a view is not run here.")
        own = context
        if path := select.get("forEach") or select.get("forEachOrNull"):
            rows, own = _each(rows, Compiler(context, constants).compile(path), path, "forEachOrNull" in select)
        for column in select.get("column", []):
            value = Compiler(own, constants).compile(column["path"])
            if value.many and not column.get("collection"):
                raise UsageError(
                    f"{column['name']} may have several values: write {column['path']}.first(), or collection: true."
                )
            columns.append(value.expression.alias(column["name"]))
        rows, nested = _select(rows, select.get("select", []), own, constants)
        columns += nested
    return rows, columns


def _each(
    rows: duckdb.DuckDBPyRelation, value: Value, path: str, even_without: bool
) -> tuple[duckdb.DuckDBPyRelation, dict[str, Value]]:
    if not value.many:
        raise UsageError(f"forEach needs a path to several values, and {path} leads to one.")
    several = value.expression
    if even_without:
        nothing = FunctionExpression("list_value", ConstantExpression(None).cast(value.kind))
        filled = FunctionExpression("len", several) > ConstantExpression(0)
        several = CaseExpression(filled, several).otherwise(nothing)
    name = f"each_{len(rows.columns)}"
    rows = rows.select(StarExpression(), FunctionExpression("unnest", several).alias(name))
    return rows, inside(ColumnExpression(name), value.kind)
