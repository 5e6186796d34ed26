"""The hand-written parents of tables that Python makes, against what the build really reads."""

import duckdb
import sqlglot
from dagster import AssetKey
from sqlglot import exp

from assets import layers
from assets.marts import build as module
from assets.marts.figures import our_figures
from schemas.contract import LAYERS
from schemas.study import load
from warehouse import model


def name(key: AssetKey) -> str:
    return ".".join(key.path)


class Recording:
    """A connection that notes which tables each statement of Python code reads."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.read: set[str] = set()

    def execute(self, query: str, *values: object) -> duckdb.DuckDBPyConnection:
        tables = sqlglot.parse_one(query, dialect="duckdb").find_all(exp.Table)
        self.read |= {f"{table.db}.{table.name}" for table in tables if table.db in LAYERS}
        return self.connection.execute(query, *values)

    def __getattr__(self, name: str) -> object:
        return getattr(self.connection, name)


def test_tables_made_in_python_declare_what_is_read_for_them(study, monkeypatch):
    """What is read before the comparison, and what for it; frames handed on in memory must be made before."""
    recording = Recording(study)
    read: dict[str, set[str]] = {}
    build, write = model.build, model.write

    def note(_, table, query, *given):
        read[table.name] = set(recording.read)
        return write(study, table, query, *given)

    monkeypatch.setattr(model, "build", lambda _, *given: build(study, *given))
    monkeypatch.setattr(model, "write", note)
    module.build(recording, load())
    specs = [spec for spec in layers.STEPS["marts"].specs if "python" in spec.kinds]
    declared = {name(spec.key): {name(d.asset_key) for d in spec.deps} for spec in specs}
    comparison = "marts.paper_comparison"
    before = {p for table, parents in declared.items() if comparison not in (table, *parents) for p in parents}
    assert before - set(declared) == read["marts.baseline"], "read or declared for nothing"
    for_it = Recording(study)
    our_figures(for_it)
    assert for_it.read == declared[comparison]
    made = [*model.models("marts"), *(table for table in read if table in declared)]
    late = {(t, p) for t in declared for p in declared[t] if p in made and made.index(p) > made.index(t)}
    assert late == set()
