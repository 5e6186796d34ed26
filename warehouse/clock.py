"""The time zone of nearly all rows and the offset that it keeps.

DuckDB converts a time by an offset in 5 nanoseconds, by a zone in 160, by a column of zones in a thousand.
"""

import duckdb

_OFFSETS = """
with
look_up as (
  select
    noon,
    epoch_us(noon) - epoch_us(noon at time zone $zone) as offset_us
  from range(timestamp '1990-01-01', timestamp '2060-01-01', interval 12 hours) as days (noon)
)

-- Within a day of either end it may be another day in the zone.
select
  any_value(offset_us) as usual_offset,
  epoch_us(min(noon) + interval 1 day) as offset_from,
  epoch_us(max(noon) - interval 1 day) as offset_until
from look_up
having count(distinct offset_us) = 1
"""


def usual(connection: duckdb.DuckDBPyConnection | None, query: str) -> dict[str, str | int | None]:
    """What SQL asks for of the zone that `query` gives: its name, and in microseconds its offset, from when until when.

    A zone that changes its clocks has no offset here. Which zone is named changes no row, only the time it takes.
    """
    (zone,) = connection.execute(query).fetchall()[0] if connection else (None,)
    found = connection.execute(_OFFSETS, {"zone": zone}).fetchall() if connection and zone else []
    offset, start, end = found[0] if found else (None, None, None)
    return {"usual_time_zone": zone or "UTC", "usual_offset": offset, "offset_from": start, "offset_until": end}
