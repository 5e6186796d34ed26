"""Deliveries are found by site and date; every usual mistake gets one paragraph with its cure."""

import os
import stat
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets.raw import load as raw
from assets.raw.landing import find_deliveries
from schemas import extract
from warehouse.connection import connect
from warehouse.errors import DataError, UsageError
from warehouse.places import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """One delivery with headers only, and one patient."""
    folder = tmp_path / "landing" / "demo" / "2020-06-30"
    folder.mkdir(parents=True)
    for feed in extract.feeds():
        (folder / f"{feed.feed}.csv").write_text(",".join(c.name for c in feed.columns) + "\n", encoding="utf-8")
    (folder / "patient.csv").write_text(
        "patient_id,name,sex,birth_date,death_date\nP1,x,male,1970-01-01,\n", encoding="utf-8"
    )
    return Places(tmp_path / "landing", tmp_path / "data")


def delivery(places: Places) -> Path:
    return places.landing / "demo" / "2020-06-30"


def test_deliveries_come_by_site_and_date(places: Places) -> None:
    (places.landing / "demo" / "SYNTHETIC").touch()
    found = find_deliveries(places.landing)
    assert [(d.name, d.synthetic, len(d.feeds)) for d in found] == [("demo|2020-06-30", True, len(extract.LANDED))]


def test_optional_feeds_may_be_absent(places: Places) -> None:
    (delivery(places) / "procedure.csv").unlink()
    assert "procedure" not in find_deliveries(places.landing)[0].feeds


def test_no_landing_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"does not exist.*--landing"):
        find_deliveries(tmp_path / "nowhere")


def test_no_delivery(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no delivery"):
        find_deliveries(tmp_path)


def test_unknown_site(places: Places) -> None:
    (places.landing / "demo").rename(places.landing / "elsewhere")
    with pytest.raises(UsageError, match=r"elsewhere has no profile\. Write schemas/sites/elsewhere\.toml"):
        find_deliveries(places.landing)


@pytest.mark.parametrize("name", ["2020-6-30", "2020-02-30", "new"])
def test_folder_that_is_no_date(places: Places, name: str) -> None:
    delivery(places).rename(places.landing / "demo" / name)
    with pytest.raises(DataError, match=f"folder {name} of site demo is not named after a delivery date"):
        find_deliveries(places.landing)


def test_missing_required_feed(places: Places) -> None:
    (delivery(places) / "lab_result.csv").unlink()
    with pytest.raises(DataError, match=r"demo\|2020-06-30 lacks lab_result\.csv"):
        find_deliveries(places.landing)


def test_misspelt_feed_is_not_passed_over(places: Places) -> None:
    (delivery(places) / "procedure.csv").rename(delivery(places) / "procedures.csv")
    with pytest.raises(DataError, match=r"procedures\.csv, which is not a feed"):
        find_deliveries(places.landing)


@pytest.mark.parametrize("name", ["山田太郎_K0012345.csv", "yamada_taro.csv", "patient_0012345.csv", "P123456.csv"])
def test_a_file_named_after_a_patient_is_not_named(places: Places, name: str) -> None:
    (delivery(places) / name).touch()
    with pytest.raises(DataError, match=r"holds a CSV file, which is not a feed\. Rename it") as told:
        raw.load(places)
    assert Path(name).stem not in str(told.value)


def test_a_faulty_file_is_named_with_its_delivery(places: Places) -> None:
    (delivery(places) / "encounter.csv").write_bytes(b"")
    with pytest.raises(DataError, match=r"^encounter\.csv of delivery demo\|2020-06-30 is empty"):
        raw.load(places)


def test_a_file_that_may_not_be_read_is_named(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def refuse(path: Path, *words: str, **named: str) -> object:
        if path.is_relative_to(places.landing):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *words, **named)

    monkeypatch.setattr(Path, "open", refuse)  # the tests may run as root, whom no mode bits stop
    with pytest.raises(DataError, match=r"deletion\.csv of delivery demo\|2020-06-30 can't be read \(Permission"):
        raw.load(places)


def test_raw_is_readable_by_the_owner_only(places: Places) -> None:
    before = os.umask(0)
    try:
        raw.load(places)
    finally:
        os.umask(before)
    modes = {path.is_dir(): set() for path in places.identified.rglob("*")}
    for path in [places.identified, *places.identified.rglob("*")]:
        modes[path.is_dir()].add(oct(stat.S_IMODE(path.stat().st_mode)))
    assert modes == {True: {"0o700"}, False: {"0o600"}}


def test_raw_holds_every_cell_and_the_listing_its_paths(places: Places) -> None:
    assert raw.load(places)["patient"] == 1
    (file,) = (places.raw / "demo" / "2020-06-30").glob("patient.*.parquet")
    patient = pl.read_parquet(file)
    assert patient.rows() == [(1, 2, None, None, "P1", "x", "male", "1970-01-01", "")]
    assert raw.files(places).filter(feed="patient")["path"].to_list() == [str(delivery(places) / "patient.csv")]
    assert not raw.synthetic(places)


def test_the_catalogue_has_no_path_and_the_same_ids_on_every_run(places: Places) -> None:
    def listed() -> list[tuple]:
        raw.load(places)
        with connect(places.build) as connection:
            assert raw.catalogue(connection, places) == len(extract.LANDED)
            return sorted(connection.table("raw.file").fetchall())

    first = listed()
    assert first == listed()
    assert not any(str(places.landing) in str(row) for row in first)
    assert len({row[0] for row in first}) == len(extract.LANDED)


def test_a_delivery_that_left_landing_leaves_raw(places: Places) -> None:
    raw.load(places)
    delivery(places).rename(places.landing / "demo" / "2020-07-31")
    raw.load(places)
    assert [p.name for p in (places.raw / "demo").iterdir()] == ["2020-07-31"]


def test_nothing_loaded_yet(places: Places) -> None:
    with duckdb.connect() as connection, pytest.raises(UsageError, match="No delivery has been loaded yet"):
        raw.catalogue(connection, places)
