"""Contract, SQL and extract contract of a staging table agree, and nothing that identifies has a column."""

import pytest
import sqlglot

from schemas import contract, extract
from warehouse import model


@pytest.mark.parametrize("table", contract.contracts("staging"), ids=lambda table: table.table)
def test_the_select_lists_the_columns_of_the_contract_in_order(table: contract.Contract) -> None:
    select = sqlglot.parse_one(model.sql(table.name), dialect="duckdb")
    assert tuple(select.named_selects) == table.column_names


@pytest.mark.parametrize("feed", extract.feeds(), ids=lambda feed: feed.feed)
def test_every_column_of_a_feed_reaches_staging_unless_it_identifies(feed: extract.Feed) -> None:
    held = set(contract.load(f"staging.{feed.feed}").column_names)
    assert held.isdisjoint(c.name for c in feed.columns if c.identifies)
    kept = {c.name for c in feed.columns if not (c.identifies or c.references or c.name in feed.key)}
    # A code is published, so what may stand in its column is said.
    codes = {c.name for c in feed.columns if c.type == "identifier" and c.name in kept} - {"unit", "method"}
    assert codes == {c.name for c in feed.columns if c.pattern}
    # Of a method only a listed assay is kept. A result and its unit are split into value_number, unit and so on.
    assert kept - held <= {"value", "method"}
