"""Lineage of columns as the SQL says it: every construct that the models use, literally."""

import pytest

from warehouse.columns import Relation, UnclearError, Value
from warehouse.lineage import Reader

TABLES = {"s.t": ("a", "b", "c", "items", "quantity"), "s.u": ("a", "x", "y")}


def tables(name: str) -> Relation:
    columns = {c: Value(frozenset({(name, c)})) for c in TABLES[name]}
    return Relation(columns, frozenset({(name, "*")}))


def said(query: str) -> dict[str, str]:
    """Each column with its origins, and behind a bar those that only decide."""
    found = Reader(tables).read(query).columns
    plain = {}
    for name, value in found.items():
        sides = (
            " ".join(sorted(f"{t.removeprefix('s.')}.{c}" for t, c in side))
            for side in (value.all_values, value.all_conditions)
        )
        plain[name] = " | ".join(sides).removesuffix(" | ")
    return plain


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select a, b + c as d, 1 as one from s.t", {"a": "t.a", "d": "t.b t.c", "one": ""}),
        ("with k (p, q) as (select a, b from s.t) select q from k", {"q": "t.b"}),
        ("select * exclude (b, items, quantity) replace (x as a) from s.t, (select x from s.u)",
         {"a": "u.x", "c": "t.c", "x": "u.x"}),
        ("select a, b from s.t union all select x, y from s.u", {"a": "t.a u.x", "b": "t.b u.y"}),
        ("select a, b from s.t union all by name select y as b from s.u", {"a": "t.a", "b": "t.b u.y"}),
        ("select x as a from s.u union all select a, from s.t", {"a": "t.a u.x"}),
        ("select if(a is null, b, c) as d from s.t", {"d": "t.b t.c | t.a"}),
        ("select case when a then 1 end as d from s.t", {"d": " | t.a"}),
        ("select max(b) filter (where c) as m, count(*) as n from s.t", {"m": "t.b | t.c", "n": "t.*"}),
        ("select lag(a) over (partition by b order by c) as p from s.t", {"p": "t.a | t.b t.c"}),
        ("select sum(a) over w as p from s.t window w as (order by c)", {"p": "t.a | t.c"}),
        ("select a + 1 as b2, b2 * 2 as d from s.t", {"b2": "t.a", "d": "t.a"}),
        ("select b as a, a + 1 as d from s.t", {"a": "t.b", "d": "t.a"}),  # a column goes before an alias
        ("select k.v.w as d, k.v.z as e from (select {'v': {'w': a, 'z': b}} as k from s.t) as k",
         {"d": "t.a", "e": "t.b"}),
        ("select quantity.unit as d from s.t", {"d": "t.quantity.unit"}),
        ("select max(struct_pack(o := a, i := b)).i as d from s.t", {"d": "t.b | t.a t.b"}),
        ("select arg_max(a, b) as d from s.t", {"d": "t.a | t.b"}),
        ("select [i.v for i in items if i.k = $k][1] as d from s.t", {"d": "t.items.v | $.k t.items.k"}),
        ("select list_filter(items, lambda e: e.v > a) as d from s.t", {"d": "t.items | t.a t.items.v"}),
        ("select unnest([{'n': a}, {'n': b, 'w': c}], max_depth := 2) from s.t", {"n": "t.a t.b", "w": "t.c"}),
        ("select i.v as d from (select unnest(items) as i from s.t)", {"d": "t.items.v"}),
        ("select d.k from s.t as t, unnest(generate_series(t.a, t.b, 1)) as d (k)", {"k": "t.a t.b"}),
        ("select (select max(x) from s.u where u.a = t.a) as d from s.t as t", {"d": "u.x"}),
        ("select exists (select 1 from s.u as u where u.x = t.b) as d from s.t as t", {"d": "t.b u.x"}),
        ("select v.n from (values (1, $p), (2, 3)) as v (m, n)", {"n": "$.p"}),
        ("select * from (select a, b, c from s.t) pivot (max(c) for b in ('p', 'q') group by a)",
         {"a": "t.a", "p": "t.c | t.b", "q": "t.c | t.b"}),
        ("with recursive r as (select a, b from s.t union all select r.b, u.x from r join s.u as u on true)"
         " select a from r", {"a": "t.a t.b u.x"}),
        ("select t.a from s.t as t anti join s.u as u on t.a = u.a", {"a": "t.a"}),
    ],
)  # fmt: skip
def test_a_column_is_made_of(query: str, expected: dict[str, str]) -> None:
    assert said(query) == expected


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("select a from s.t join s.u on true", "a may come from several tables"),
        ("select nothing from s.t", "nothing is called nothing"),
        ("select {'v': a}.w as d from s.t", "no field w among v"),
        ("select * from s.t join s.u using (a)", "using"),
        ("select list_reduce(items, lambda p, q: p + q) as d from s.t", "lambda"),
        ("select * from read_csv('x.csv')", "in from"),
    ],
)
def test_what_is_not_followed_is_said(query: str, why: str) -> None:
    with pytest.raises(UnclearError, match=why):
        said(query)
