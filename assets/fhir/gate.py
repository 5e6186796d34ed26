"""The gate: every resource against every rule of R4B on its typed columns, before any JSON exists.

A resource that breaks a rule leaves its table for `fhir.quarantine`, with the rule and without any of its values; what
refers to it then refers to nothing and follows. Nothing is repaired.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import reduce
from operator import and_
from typing import Any, NamedTuple

import duckdb
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression, FunctionExpression, StarExpression

from assets.fhir import alike, rules
from schemas import contract, r4b
from schemas.contract import Contract

IDS, REFERENCES = "ids", "references"
"""Rules beyond one resource: an id names one resource of its type, and what is referred to is there."""

Tables = Mapping[str, str]
"""Where each resource table's rows lie: the table itself, or rows that are still to be let in."""


class Verdict(NamedTuple):
    """One rule asked of one resource type: how many resources were asked, how many failed. Counts only."""

    resource: str
    rule: str
    evaluated: int
    failed: int


FAULT = """
create or replace temp table fault (
  resource varchar, place bigint, id varchar, rule varchar, element varchar, site varchar,
  person_key bigint, file_id bigint, record integer
)
"""

_BROKEN = """
insert into fault by name
select
  $resource as resource,
  * exclude (broken, number),
  $kinds[number] as rule,
  $elements[number] as element
from (select *, unnest(list_filter(broken, lambda b: b is not null)) as number from asked)
"""

_DOUBLED = """
insert into fault by name
select
  $resource as resource,
  * exclude (uses),
  'ids' as rule,
  'id' as element
from (select *, count(*) over (partition by id) as uses from asked)
where id is not null and uses > 1
"""

_LOST = """
from asked as r anti join known as k on r.reference = k.reference where r.reference is not null limit 1
"""

_UNRESOLVED = """
insert into fault by name
select distinct
  $resource as resource,
  r.* exclude (reference),
  'references' as rule,
  $element as element
from asked as r
anti join known as k on r.reference = k.reference
where r.reference is not null
"""

# An id that is none of our keys may be anything, a name too: it is not told.
_QUARANTINE = """
insert into fhir.quarantine by name
select
  resource,
  if(regexp_full_match(id, '[0-9]{1,19}'), id, '') as id,
  count(distinct place) as resources,
  min(rule || ' ' || element) as rule,
  list_sort(list_distinct(list(rule || ' ' || element))) as also,
  any_value(site) as site,
  any_value(person_key) as person_key,
  file_id,
  record
from fault
group by all
"""

_REFUSED = """
select resource, null as kind, sum(resources)::bigint from fhir.quarantine group by all
union all
select resource, kind, sum(resources)::bigint
from (
  select resource, resources, unnest(list_distinct([split_part(rule, ' ', 1) for rule in also])) as kind
  from fhir.quarantine
)
group by all
"""


def resource_tables() -> dict[str, Contract]:
    """The resource tables of the layer, by name."""
    return {c.name: c for c in contract.contracts("fhir") if c.key == ("id",)}


def run(connection: duckdb.DuckDBPyConnection) -> list[Verdict]:
    """Judge the FHIR layer, put what fails into `fhir.quarantine`, made anew, and return the verdicts."""
    connection.execute(contract.load("fhir.quarantine").ddl())
    connection.execute(FAULT)
    verdicts = let_in(connection, {name: name for name in resource_tables()})
    connection.execute("drop table fault")
    connection.execute("drop table suspect")
    return verdicts


def found(connection: duckdb.DuckDBPyConnection) -> list[Verdict]:
    """The verdicts on the layer as it stands, whoever judged it in how many parts: what stands and what was refused."""
    counted = connection.execute(_REFUSED).fetchall()
    failed = {(resource, kind): resources for resource, kind, resources in counted}
    verdicts = []
    for name, table in resource_tables().items():
        resource = rules.resource_type(table)
        asked = connection.table(name).shape[0] + failed.get((resource, None), 0)
        verdicts += [Verdict(resource, kind, asked, failed.get((resource, kind), 0)) for kind in kinds(table)]
    return verdicts


def kinds(table: Contract) -> list[str]:
    """Kinds of rules that are asked of a resource table."""
    return [*dict.fromkeys(rule.kind for rule in rules.rules(table)), IDS, REFERENCES]


def let_in(cursor: duckdb.DuckDBPyConnection, tables: Tables) -> list[Verdict]:
    """Move every faulty row of the tables to `fhir.quarantine`, with what stands in `fault` already; the verdicts."""
    asked = {name: cursor.table(rows).shape[0] for name, rows in tables.items()}
    judge(cursor, tables)
    failed = _set_aside(cursor, tables)
    more = failed
    while more:
        cursor.execute(FAULT)
        _resolve(cursor, tables, {resource for resource, _ in more})
        more = _set_aside(cursor, tables)
        failed += more
    return [
        Verdict(rules.resource_type(table), kind, asked[name], failed[rules.resource_type(table), kind])
        for name, table in ((name, resource_tables()[name]) for name in tables)
        for kind in kinds(table)
    ]


def judge(cursor: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    """Add to the temporary table `fault` a row for each rule that a resource breaks, by its row's number."""
    for name, rows in tables.items():
        table = resource_tables()[name]
        resource = rules.resource_type(table)
        given = dict(zip(cursor.table(rows).columns, cursor.table(rows).types, strict=True))
        every = rules.rules(table, given, together=True)
        settled = alike.settled(cursor.table(rows), every)
        all_hold = reduce(and_, (rule.holds for rule in every if alike.column(rule) not in settled))
        _keep(cursor, placed(cursor, rows).filter(~all_hold))
        if cursor.table("suspect").shape[0]:
            each = rules.rules(table, given)
            numbered = (CaseExpression(~rule.holds, ConstantExpression(i)) for i, rule in enumerate(each, start=1))
            suspect = cursor.table("suspect")
            found = suspect.select(*_row(suspect), FunctionExpression("list_value", *numbered).alias("broken"))
            names = {"kinds": [rule.kind for rule in each], "elements": [rule.element for rule in each]}
            ask(cursor, _BROKEN, found, {"resource": resource, **names})
        ids = cursor.table(rows).aggregate("count(id), count(distinct id)").fetchall()[0]
        if ids[0] != ids[1]:
            numbered_rows = placed(cursor, rows)
            ask(cursor, _DOUBLED, numbered_rows.select(*_row(numbered_rows)), {"resource": resource})
    _resolve(cursor, tables)


def _resolve(cursor: duckdb.DuckDBPyConnection, tables: Tables, lost: set[str] | None = None) -> None:
    """Find the references that lead to no resource; only those that may lead to a type which has lost some."""
    types = {rules.resource_type(resource_tables()[name]): rows for name, rows in tables.items()}
    address = ConstantExpression("/")
    for name, rows in tables.items():
        table = resource_tables()[name]
        resource = rules.resource_type(table)
        for element, targets, value, lists in _references(table):
            if lost is not None and not lost & set(targets):
                continue
            known = [
                cursor.table(types[t]).select(
                    FunctionExpression("concat", ConstantExpression(t), address, ColumnExpression("id")).alias(
                        "reference"
                    )
                )
                for t in targets
                if t in types
            ]
            cursor.register("known", reduce(lambda a, b: a.union(b), known))
            # Nearly always all are found, which fewer columns tell; one that all rows share is looked for once.
            different = cursor.table(rows).select(value.alias("reference"))
            if ask(cursor, _LOST, different if lists else different.distinct(), {}):
                numbered_rows = placed(cursor, rows)
                found = numbered_rows.select(*_row(numbered_rows), value.alias("reference"))
                ask(cursor, _UNRESOLVED, found, {"resource": resource, "element": element})
            cursor.unregister("known")


def _references(table: Contract) -> Iterator[tuple[str, tuple[str, ...], Expression, bool]]:
    """Elements that refer to others: the types they may refer to, the address, one a row, and whether of a list."""
    for name, kind in rules.element_types(table):
        said = r4b.elements(rules.resource_type(table))[name]
        if said.fhir_type == "Reference":
            value = ColumnExpression(name)
            each = FunctionExpression("unnest", value) if kind.id == "list" else value
            address = FunctionExpression("struct_extract", each, ConstantExpression("reference"))
            yield name, said.targets, address, kind.id == "list"


def _row(rows: duckdb.DuckDBPyRelation) -> list[Expression]:
    """Which row it is and where it came from, as far as that is known."""
    return [
        ColumnExpression(name)
        for name in ("place", "id", "site", "person_key", "file_id", "record")
        if name in rows.columns
    ]


def placed(cursor: duckdb.DuckDBPyConnection, rows: str) -> duckdb.DuckDBPyRelation:
    """The rows, each with its number in the table."""
    return cursor.table(rows).select(StarExpression(), ColumnExpression("rowid").alias("place"))


def _keep(cursor: duckdb.DuckDBPyConnection, suspects: duckdb.DuckDBPyRelation) -> None:
    """Set the rows aside that break any rule: usually none, so the rules are asked one by one of few rows only."""
    cursor.register("asked", suspects)
    cursor.execute("create or replace temp table suspect as from asked")
    cursor.unregister("asked")


def ask(
    cursor: duckdb.DuckDBPyConnection, query: str, asked: duckdb.DuckDBPyRelation, given: Mapping[str, object]
) -> list[Any]:
    """What a query says of the rows `asked`."""
    cursor.register("asked", asked)
    answer = cursor.execute(query, given).fetchall()
    cursor.unregister("asked")
    return answer


def _set_aside(cursor: duckdb.DuckDBPyConnection, tables: Tables) -> Counter[tuple[str, str]]:
    """Move the faulty rows to `fhir.quarantine`; how many resources broke which kind of rule."""
    counted = cursor.execute("select resource, rule, count(distinct place) from fault group by all").fetchall()
    if counted:
        cursor.execute(_QUARANTINE)
    for name, rows in tables.items():
        resource = rules.resource_type(resource_tables()[name])
        if any(found == resource for found, _, _ in counted):
            faulty = " where rowid in (select place from fault where resource = $resource)"
            cursor.execute("delete from " + rows + faulty, {"resource": resource})
    return Counter({(resource, rule): failed for resource, rule, failed in counted})
