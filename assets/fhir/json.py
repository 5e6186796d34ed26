"""JSON of FHIR resources, made at the edge: DuckDB writes it from the typed columns, nothing is stored."""

from collections.abc import Iterable, Iterator
from functools import reduce

import duckdb
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression, FunctionExpression

from assets.fhir import rules
from assets.fhir.rules import Type, children
from schemas import contract

CHUNK = 10_000

# Edits of a text that cannot reach into a string, because a quote inside a string is escaped.
NULLS = (r',"\w+":null', "", "g")
FIRST_NULLS = (r'\{"\w+":null(?:,|(\}))', r"{\1", "g")
ZEROS = (r'(":-?\d+)(?:\.0+|(\.\d*[1-9])0+)([,}\]])', r"\1\2\3", "g")


def types() -> dict[str, str]:
    """FHIR resource type of each resource table of the layer."""
    return {c.name: rules.resource_type(c) for c in contract.contracts("fhir") if c.key == ("id",)}


def zones(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Sites by their time zone."""
    query = "select time_zone, list(site order by site) from fhir.organization group by time_zone order by time_zone"
    return dict(connection.execute(query).fetchall())


def of_sites(cursor: duckdb.DuckDBPyConnection, table: str, sites: list[str]) -> duckdb.DuckDBPyRelation:
    """The rows of a resource table that came from some sites."""
    return cursor.table(table).filter(ColumnExpression("site").isin(*map(ConstantExpression, sites)))


def resources(table: str, rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The elements of some rows of a resource table, their type in front."""
    names = [name for name, _ in rules.element_types(contract.load(table))]
    return rows.select(ConstantExpression(types()[table]).alias("resourceType"), *map(ColumnExpression, names))


def written(rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The JSON of each row as `text`: columns that are null are left out, instants are in the session's time zone."""
    columns = ((name, ColumnExpression(name), kind) for name, kind in zip(rows.columns, rows.types, strict=True))
    return rows.select(_object(columns).alias("text"))


def _object(fields: Iterable[tuple[str, Expression, Type]]) -> Expression:
    """FHIR has no nulls: what is null has no name either, and `concat_ws` passes it over."""
    parts = (_joined(f'"{name}":', _text(value, kind)) for name, value, kind in fields)
    return _joined("{", FunctionExpression("concat_ws", _const(","), *parts), "}")


def _text(value: Expression, kind: Type) -> Expression:
    """The JSON of a value, null where there is none, without superfluous zeros and with a full offset.

    DuckDB writes a nested value several times as fast as this puts its parts together, so only a struct with
    numbers or instants is taken apart; of a list the text is edited.
    """
    if kind.id == "decimal":
        return _call("rtrim", _call("rtrim", value.cast("varchar"), "0"), ".")
    if kind.id == "timestamp with time zone":
        written = value.cast("varchar")
        minutes = FunctionExpression("substr", written, _const(-3), _const(1)) == _const(":")
        return _joined(
            '"', _call("replace", written, " ", "T"), CaseExpression(minutes, _const('"')).otherwise(_const(':00"'))
        )
    numbers, instants = (name in str(kind) for name in ("DECIMAL", "TIMESTAMP"))
    if kind.id == "struct" and (numbers or instants):
        fields = ((n, FunctionExpression("struct_extract", value, _const(n)), k) for n, k in children(kind).items())
        return CaseExpression(value.isnotnull(), _object(fields))
    if instants:
        raise TypeError("a list of instants: no FHIR table has one, and nobody has said how to write it")
    text = FunctionExpression("to_json", value).cast("varchar")
    if "STRUCT" in str(kind):
        bare = _call("regexp_replace", _call("regexp_replace", text, *NULLS), *FIRST_NULLS)
        text = CaseExpression(_call("contains", text, '":null'), bare).otherwise(text)
    return _call("regexp_replace", text, *ZEROS) if numbers else text


def _call(function: str, text: Expression, *given: str) -> Expression:
    return FunctionExpression(function, text, *map(_const, given))


def _joined(*parts: str | Expression) -> Expression:
    given = (_const(part) if isinstance(part, str) else part for part in parts)
    return reduce(lambda a, b: FunctionExpression("||", a, b), given)


def _const(value: str | int) -> Expression:
    return ConstantExpression(value)


def lines(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[str]:
    """NDJSON of one resource table, a resource a line, instants with the offset of their hospital.

    Streams: memory does not grow with the number of resources.
    """
    cursor = connection.cursor()
    for zone, sites in zones(cursor).items():
        cursor.execute("set TimeZone = $zone", {"zone": zone})
        texts = written(resources(table, of_sites(cursor, table, sites)))
        while chunk := texts.fetchmany(CHUNK):
            yield from (text for (text,) in chunk)
    cursor.close()
