"""Nights that make one layer anew for those persons only who changed."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from assets import results
from schemas import contract
from warehouse import model, remembered
from warehouse import slice as sliced

if TYPE_CHECKING:
    from assets.by_person import Layer, Parameters
    from assets.resource import Warehouse

Connection = duckdb.DuckDBPyConnection


FEW = "for so few persons that is quickest"
DELIVERED = "fhir.organization.latest_delivery"
LOCKED = frozenset(f"omop.cdm_source.{name}" for name in contract.load("omop.cdm_source").column_names)
"""One row without a key: all that it says has moved where anything has, and models take the lock of it."""
CONCERNED: Mapping[str, tuple[frozenset[str], str]] = {
    # Only a stay that still runs ends on the day of delivery.
    "omop.visit_occurrence": (
        frozenset({DELIVERED}),
        "select person_key from fhir.encounter where status = 'in-progress' and period.\"end\" is null",
    ),
    # Of contacts before the lock the last is the same; one that the earlier lock cut off stands on its day.
    "cohorts.last_contact": (LOCKED, "select person_id from cohorts.last_contact where last_contact_on >= $lock"),
    # What was covered before the lock neither runs nor is cut off.
    "cohorts.tacrolimus_course": (
        LOCKED,
        "select person_id from cohorts.tacrolimus_exposure where greatest(covered_from, covered_until) >= $lock",
    ),
}
"""For whom another day of delivery or data lock can change a model's rows: the columns, and a query of these persons.

`$lock` is the earlier of both locks. The query may list too many persons, and none too few: a test moves the lock.
"""


class Choice(NamedTuple):
    """How one layer is made: for so many of all persons, and why for all of them if it is."""

    persons: int
    of: int
    why_all: str | None
    moved: frozenset[str] = frozenset()
    """Columns of global tables that changed where a model reads them, as `layer.table.column`."""


def choose(connection: Connection, warehouse: "Warehouse", name: str) -> Choice:
    """For whom a layer is made anew, once its parents and what it is given stand."""
    of = connection.table("staging.patient").shape[0]
    if of < warehouse.few_persons:
        return Choice(of, of, FEW)
    persons, of = remembered.look(connection, name)
    return decide(connection, warehouse, name, persons, of)


def decide(connection: Connection, warehouse: "Warehouse", name: str, persons: int, of: int) -> Choice:
    """The same where it is known already how many persons changed; nothing is written."""
    now = remembered.inputs(connection, name, warehouse.protocol.parameters())
    differing = remembered.differing(connection, name, now)
    moved = frozenset(differing or ()) & _read(remembered.global_columns(name))
    if of < warehouse.few_persons:
        why = FEW
    elif warehouse.rebuild == "full":
        why = "asked for"
    elif differing is None:
        why = "nothing is known of an earlier night, or a layer before was made anew for all"
    elif said := sorted(differing if name == remembered.STEPS[0] else differing - moved):
        why = f"changed: {', '.join(said)}"
    elif persons > warehouse.touched_share * of:
        why = "so many are quicker made all at once"
    else:
        return Choice(persons, of, None, moved)
    return Choice(of, of, why)


def make(
    connection: Connection, name: str, layer: "Layer", parameters: "Parameters", moved: frozenset[str]
) -> Iterable[str]:
    """Make the persons listed in `touched` anew, and those for whom a moved column makes a difference."""
    connection.execute("create or replace temp table concerned (person_key bigint)")
    affected = _follow(connection, name, layer.values(connection, parameters), moved) if moved else frozenset[str]()
    return make_slice(connection, name, layer, parameters, affected)


def make_slice(
    connection: Connection, name: str, layer: "Layer", parameters: "Parameters", affected: frozenset[str]
) -> Iterable[str]:
    """Make the persons `touched` and `concerned` anew in a slice, in place of their old rows.

    Of those who are only concerned nothing but the tables that a moved column affects can be other.
    """
    persons = "from (from touched union all from concerned) where person_key is not null"
    with sliced.opened(connection, persons) as build:
        sliced.fill(connection, build, name)
        tables = layer.make(connection, parameters)
        sliced.replace(connection, build, sliced.made(name), affected)
    connection.execute("insert into touched from concerned")
    return tables


def _follow(connection: Connection, name: str, values: "Parameters", moved: frozenset[str]) -> frozenset[str]:
    """List in `concerned` for whom models that read a moved column give other rows; the tables that it affects.

    Where nobody has said for whom that can be, the model is worked out for all.
    """
    made = {table.name: table for table in sliced.made(name)}
    affected = {table for table in made if not model.written(table)}
    for model_name in [*model.models(name), *(results.MODELS if name == "labels" else ())]:
        if model_name not in made:
            continue
        parents = model.parents(model_name)
        if not affected.isdisjoint(parents):
            affected.add(model_name)
        if read := moved & _read({parent: model.columns_read(model_name, parent) for parent in parents}):
            affected.add(model_name)
            columns, persons = CONCERNED.get(model_name, (frozenset[str](), ""))
            lock = remembered.earlier_lock(connection, name) if read <= LOCKED else None
            if read <= columns and (lock or read.isdisjoint(LOCKED)):
                given = {"lock": lock} if "$lock" in persons else {}
                connection.execute(f"insert into concerned {persons}", given)
            elif made[model_name].person:
                _compare(connection, model_name, values)
    return frozenset(affected)


def _read(columns: Mapping[str, Iterable[str]]) -> frozenset[str]:
    return frozenset(f"{table}.{column}" for table, found in columns.items() for column in found)


def _compare(connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object]) -> None:
    """Make a table for all who are not touched beside it, and add to `concerned` for whom its rows are others.

    They are only listed, so a night that is killed now finds them once more.
    """
    table = contract.load(name)
    untouched = f"where ({table.person} in (select person_key from touched)) is not true"
    connection.execute(table.ddl().replace(f"table {table.name}", "temp table for_all", 1))
    query = f"insert into for_all by name select * from ({model.stamped(name)}) {untouched}"
    connection.execute(query, model.asked(name, values))
    select = f"select {table.person} as person_key, hash(t)::hugeint"
    sides = f"{select} as side from for_all as t union all {select} * -1 from {name} as t {untouched}"
    connection.execute(
        f"insert into concerned select person_key from ({sides})"
        " where person_key is not null group by person_key having sum(side) <> 0"
    )
    connection.execute("drop table for_all")
