"""Which file is which feed: by the patterns of the site's profile, and never by guessing."""

from pathlib import Path

import pytest

from assets.raw import load as raw
from assets.raw.landing import find_deliveries
from schemas import extract, site
from warehouse.errors import DataError, UsageError
from warehouse.places import Places

PROFILE = """site = "ward"
name = "A ward"
time_zone = "Asia/Tokyo"
max_quarantine_share = 0.05
not_delivered = [{absent}]
ignore = ["*.txt", "summary*.csv"]
[feeds.patient]
files = ["Patients_*.csv", "患者*.csv"]
identifies = ["telephone"]
"""
PATIENTS = "patient_id,name,sex,birth_date,death_date,Telephone\n{number},x,male,1970-01-01,,0123\n"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A delivery of two files of patients, under a profile of the operator's own."""
    absent = ", ".join(f'"{feed.feed}"' for feed in extract.feeds() if feed.required and feed.feed != "patient")
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "ward.toml").write_text(PROFILE.format(absent=absent), encoding="utf-8")
    monkeypatch.setenv(site.OWN_FOLDER, str(tmp_path / "sites"))
    folder = tmp_path / "landing" / "ward" / "2020-06-30"
    folder.mkdir(parents=True)
    (folder / "PATIENTS_1.csv").write_text(PATIENTS.format(number="P1"), encoding="utf-8")
    (folder / "患者２.csv").write_text(PATIENTS.format(number="P2"), encoding="utf-8")
    for ignored in ("readme.txt", "summary.csv", ".hidden.csv", "~$Patients_1.csv"):
        (folder / ignored).touch()
    return Places(tmp_path / "landing", tmp_path / "data")


def put(places: Places, name: str, text: str = PATIENTS) -> None:
    (places.landing / "ward" / "2020-06-30" / name).write_text(text, encoding="utf-8")


def test_a_feed_may_come_in_several_files_and_each_is_listed(places: Places) -> None:
    assert raw.load(places)["patient"] == 2
    listed = raw.files(places)
    assert listed["feed"].to_list() == ["patient", "patient"]
    assert {Path(path).name for path in listed["path"]} == {"PATIENTS_1.csv", "患者２.csv"}
    assert listed["file_id"].n_unique() == 2


def test_a_column_that_identifies_to_no_purpose_is_not_even_in_raw(places: Places) -> None:
    raw.load(places)
    assert not any(b"elephone" in file.read_bytes() for file in places.raw.rglob("*.parquet"))


def test_the_same_file_twice_is_named(places: Places) -> None:
    put(places, "Patients_9.csv", PATIENTS.format(number="P1"))
    with pytest.raises(DataError, match=r"PATIENTS_1\.csv and Patients_9\.csv of delivery .* are the same file"):
        raw.load(places)


def test_a_file_of_no_feed_or_of_two_is_named(places: Places) -> None:
    put(places, "患者_Patients_.csv")
    (places.landing.parent / "sites" / "ward.toml").write_text(
        PROFILE.format(absent="") + '[feeds.encounter]\nfiles = ["*Patients_.csv"]\n', encoding="utf-8"
    )
    with pytest.raises(DataError, match="fits the file patterns of patient and encounter"):
        find_deliveries(places.landing)


def test_a_stray_file_is_named_with_what_to_do(places: Places) -> None:
    put(places, "lab_results.csv")
    with pytest.raises(
        DataError, match=r"holds lab_results\.csv, which is not a feed\. Rename .* name it under files or ignore"
    ):
        find_deliveries(places.landing)


def test_a_required_feed_is_missed_under_its_pattern(places: Places) -> None:
    (places.landing.parent / "sites" / "ward.toml").write_text(PROFILE.format(absent=""), encoding="utf-8")
    with pytest.raises(DataError, match=r"lacks encounter\.csv .* write it under not_delivered in its profile"):
        find_deliveries(places.landing)


def test_a_folder_of_profiles_that_is_not_there_is_named(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(site.OWN_FOLDER, str(places.landing / "nowhere"))
    with pytest.raises(UsageError, match=r"folder of site profiles .* does not exist"):
        find_deliveries(places.landing)


def test_a_profile_of_ones_own_wins(places: Places) -> None:
    own = 'site = "demo"\nname = "Mine"\ntime_zone = "UTC"\nmax_quarantine_share = 0\n'
    (places.landing.parent / "sites" / "demo.toml").write_text(own, encoding="utf-8")
    assert site.load("demo").name == "Mine"
    assert site.load("jp").site == "jp"
    assert {"ward", "demo", "jp"} <= set(site.known())
