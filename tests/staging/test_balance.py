"""Whatever a file holds, its records balance or one paragraph names the file; no message quotes a cell."""

import csv
import io

import duckdb
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.raw import records
from assets.staging import typed
from assets.staging.settle import stage
from schemas import extract, site
from warehouse import keys, model
from warehouse.errors import DataError

FEED = extract.load("lab_result")
NAMES = [c.name for c in FEED.columns]
KNOWN = {
    "patient": pl.DataFrame({"pseudonym_site": "demo", "patient_id": "P1", "accepted": True, "key": 1}),
    "encounter": pl.DataFrame(
        {"pseudonym_site": "demo", "patient_id": "P1", "encounter_id": "E1", "accepted": True, "key": 2}
    ),
}
PLAUSIBLE = ["P1", "E1", "1988-5", "11253-2", "2020-01-01T08:00", "2020-01-01 9:00", "<0.04", "9e99", "mg/dL"]
SHIFT = "\x1b$"
"""Begins Japanese in ISO-2022-JP: a file with it is refused as being no UTF-8."""
TEXT = st.text(max_size=8).filter(lambda text: SHIFT not in text)
CELL = st.sampled_from([*PLAUSIBLE, "final", "corrected", "cancelled", "", "-1", "1" * 40]) | TEXT


def staged(content: bytes) -> tuple[int, ...]:
    """Records, accepted, superseded and quarantined of one lab_result file, by way of its table."""
    frame = records.read(content, "lab_result.csv", FEED, site.load("demo")).with_columns(
        site=pl.lit("demo"),
        pseudonym_site=pl.lit("demo"),
        delivery=pl.lit("demo|2020-06-30"),
        delivered_on=pl.date(2020, 6, 30),
        file_id=pl.lit(1, pl.Int64),
    )
    verdicts = stage(frame, FEED, KNOWN)
    with duckdb.connect() as connection:
        connection.execute("create schema staging")
        keys.install(connection, keys.DEMO_KEY)
        connection.register("accepted", typed.keyed(verdicts.accepted, FEED, connection))
        assert model.build(connection, "staging.lab_result") == verdicts.accepted.height
    return (frame.height, *(part.height for part in verdicts))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELL, min_size=len(NAMES), max_size=len(NAMES)), max_size=6))
def test_any_cells_balance(rows: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([NAMES, *rows])
    landed, *verdicts = staged(file.getvalue().encode())
    assert landed == len(rows) == sum(verdicts)


@settings(max_examples=40, deadline=None)
@given(
    st.binary(max_size=60) | st.text(alphabet='",\r\n\0\ufeffa１<', max_size=60).map(str.encode),
    st.booleans(),
)
def test_any_bytes_balance_or_name_the_file(content: bytes, with_header: bool) -> None:
    header = (",".join(NAMES) + "\n").encode() if with_header else b""
    try:
        landed, *verdicts = staged(header + content)
    except DataError as error:
        assert str(error).startswith("lab_result.csv ")
    else:
        assert with_header
        assert landed == sum(verdicts)


def test_nothing_written_quotes_free_text_or_a_refused_cell(hospital, warehouse) -> None:
    for feed in extract.feeds():
        free_text = {c.name: "CANARY77" for c in feed.columns if c.type == "text"}
        refused = {c.name: "CANARY77" for c in feed.columns}
        hospital.change(feed.feed, [free_text, refused])
    tables = hospital.stage(warehouse)
    for table in ["raw.file", *(f"staging.{name}" for name in tables)]:
        assert "CANARY" not in str(warehouse.table(table).fetchall())
