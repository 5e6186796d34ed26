"""A table as releases keep it: columns that could identify somebody are emptied or shortened, row by row."""

import duckdb

from schemas.contract import Column, Contract

ORIGIN = ("file_id", "record")
"""Where a record came from."""


def released(table: Contract) -> Contract:
    """The contract as a release keeps it: withheld columns are empty, dates of birth are years."""
    return table.model_copy(update={"columns": tuple(_released(column) for column in table.columns)})


def _released(column: Column) -> Column:
    match column.release:
        case "null":
            return column.model_copy(update={"nullable": True})
        case "year":
            return column.model_copy(update={"type": "varchar"})
        case _:
            return column


def source(build: str, table: Contract) -> str:
    """What releases keep of one table of the build, as a query in parentheses."""
    values = {
        "keep": '"{name}"',
        "null": "cast(null as {type})",
        "year": 'left(cast("{name}" as varchar), 4)',
    }
    columns = ", ".join(values[c.release].format(name=c.name, type=c.type) + f' as "{c.name}"' for c in table.columns)
    return f"(select {columns} from {build}.{table.name})"


def order(table: Contract) -> tuple[str, ...]:
    """By where its record came from, else by person, then by key.

    Rows near each other in the build stay so, which is read and packed in less time and space than keys that are drawn.
    """
    origin = ORIGIN if {*ORIGIN} <= {*table.column_names} else filter(None, [table.person])
    return tuple(dict.fromkeys((*origin, *table.key))) if table.key else ()


def copy(connection: duckdb.DuckDBPyConnection, build: str, table: Contract) -> int:
    """Copy one table as releases keep it, in an order that its content alone decides."""
    shape = released(table)
    connection.execute(shape.ddl())
    connection.execute(";\n".join(shape.comments()))
    by = ", ".join(f'"{name}"' for name in order(table)) or "all"
    connection.execute(f"insert into {table.name} from {source(build, table)} order by {by}")
    return connection.execute(f"select count(*) from {table.name}").fetchall()[0][0]
