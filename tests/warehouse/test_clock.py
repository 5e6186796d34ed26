"""The offset that stands for a zone gives the same instants as the zone itself."""

import duckdb
import pytest

from warehouse import clock

BOTH = """
select
  count(*),
  count(*) filter (make_timestamptz(epoch_us(noon) - $usual_offset) <> noon at time zone $usual_time_zone)
from range(timestamp '1989-01-01', timestamp '2061-01-01', interval 5 hours) as days (noon)
where epoch_us(noon) between $offset_from and $offset_until
"""


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as opened:
        opened.execute("set TimeZone = 'UTC'")
        yield opened


@pytest.mark.parametrize(("zone", "hours"), [("Asia/Tokyo", 9), ("UTC", 0), ("America/Phoenix", -7)])
def test_a_zone_that_keeps_its_offset_is_converted_by_it(connection, zone, hours):
    given = clock.usual(connection, f"select '{zone}'")
    assert given["usual_offset"] == hours * 3_600_000_000
    ((times, differing),) = connection.execute(BOTH, given).fetchall()
    assert times > 100_000
    assert differing == 0


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_a_zone_that_changes_its_clocks_has_no_offset(connection, zone):
    given = clock.usual(connection, f"select '{zone}'")
    assert given == {"usual_time_zone": zone, "usual_offset": None, "offset_from": None, "offset_until": None}
    assert connection.execute(BOTH, given).fetchall() == [(0, 0)]


def test_without_sites_the_zone_is_utc(connection):
    none = {"usual_time_zone": "UTC", "usual_offset": None, "offset_from": None, "offset_until": None}
    assert clock.usual(None, "") == none
    assert clock.usual(connection, "select null") == none
