"""A profile's words for the contract's words, cell by cell; what it does not cover passes unchanged."""

import csv
from pathlib import Path

import polars as pl
import pytest

from assets.raw import headers
from assets.staging import columns, dates, results
from assets.staging.translate import translate
from schemas import extract, site
from schemas.profile import Profile

TOP = {"site": "there", "name": "x", "time_zone": "Asia/Tokyo", "max_quarantine_share": 0.05}


def profile(feed: str = "lab_result", top: dict | None = None, units: list | None = None, **columns: object) -> Profile:
    feeds = {feed: {"columns": columns, "units": units or []}}
    return Profile.model_validate({**TOP, **(top or {}), "feeds": feeds})


def translated(said: Profile, feed: str, **cells: list[str | None]) -> pl.DataFrame:
    rows = len(next(iter(cells.values())))
    frame = pl.DataFrame({**cells}, schema=dict.fromkeys(cells, pl.String)).with_columns(
        **dict.fromkeys(headers.PROVENANCE, pl.lit(None, pl.String))
    )
    out = translate(frame.lazy(), extract.load(feed), said).collect()
    assert out.height == rows
    return out


@pytest.mark.parametrize(
    ("said", "cell", "becomes"),
    [
        ({"values": {"男": "male", "": "unknown"}},
         ["男", " 男", "", None, "x"], ["male"] * 2 + ["unknown"] * 2 + ["x"]),
        ({"missing": ["n.d.", "－"]}, ["n.d.", "-", "NA", "0"], [None, None, "NA", "0"]),
        ({"sentinels": [999]}, ["999", "999.0", "９９９", "9999", "x"], [None, None, None, "9999", "x"]),
        ({"rewrite": {"^([A-Z][0-9]{2})([0-9]+)$": "$1.$2"}}, ["K519", "K51.9", "R51"], ["K51.9", "K51.9", "R51"]),
        ({"digits": 6}, ["12", "１２", "1234567", "A1"], ["000012", "000012", "1234567", "A1"]),
        ({"constant": "CRP"}, ["1", "2"], ["CRP", "CRP"]),
        ({}, [" ＣＲＰ ", ""], [" ＣＲＰ ", ""]),
    ],
)  # fmt: skip
def test_a_cell_is_put_into_the_contracts_words(said: dict, cell: list, becomes: list) -> None:
    source = {} if "constant" in said else {"headers": ["Source"]}
    out = translated(profile(code={**source, **said}), "lab_result", Source=cell)
    assert out["code"].to_list() == becomes


def test_local_codes_come_from_the_list_beside_the_profile(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    (tmp_path / "own.csv").write_text("source,target\nCRP,1988-5\n3A015????023*,1751-7\n", encoding="utf-8")
    monkeypatch.setenv(site.OWN_FOLDER, str(tmp_path))
    codes = ["ＣＲＰ", "3A015000002327101", "3A015000000106101", None]
    out = translated(profile(code={"codes": "own.csv"}), "lab_result", code=codes)
    # The third is albumin in urine: the same analyte of another material.
    assert out["code"].to_list() == ["1988-5", "1751-7", "3A015000000106101", None]


def test_a_decimal_comma_never_makes_a_point_a_decimal_point() -> None:
    said = profile(top={"decimal_comma": True}, value=["value"])
    out = translated(said, "lab_result", value=["1,5", "<0,04", "1.234,5", "12", "1.5", "1.234"])
    assert out["value"].to_list() == ["1.5", "<0.04", "1234.5", "12", "1,5", "1234"]


def test_days_of_eras_as_somebody_else_writes_them() -> None:
    with (Path(__file__).parents[1] / "raw" / "public" / "eras.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    out = translated(site.load("jp"), "patient", 生年月日=[row["written"] for row in rows])
    assert out["birth_date"].to_list() == [row["day"] for row in rows]
    assert len(rows) == 4


def test_a_unit_means_what_the_profile_says_for_this_code_only() -> None:
    units = [
        {"written": "ng/dL", "means": "ng/mL", "code": "11253-2"},
        {"written": "", "means": "mg/dL", "code": "1988-5"},
    ]
    out = translated(
        profile(units=units),
        "lab_result",
        code=["11253-2", "1988-5", "1988-5", "718-7"],
        unit=["ｎｇ／ｄＬ", "", "ng/dL", None],
    )
    assert out["unit"].to_list() == ["ng/mL", "mg/dL", "ng/dL", None]


def test_a_unit_of_the_hospital_s_own_takes_its_factor_along() -> None:
    units = [{"written": "ug/100mL", "means": "mg/dL", "factor": 0.001}, {"written": "mg%", "means": "mg/dL"}]
    cells = {"code": ["1988-5"] * 3, "value": ["2000", "2", "2"], "unit": ["μg/100mL", "mg%", "mg/L"]}
    cells["reference_high"] = ["140", None, None]
    out = translated(profile(units=units), "lab_result", **cells)
    contract = extract.load("lab_result")
    read = results.read_results(columns.read(out, contract, {}), contract)
    assert read["value_number"].to_list() == pytest.approx([2.0, 2.0, 0.2])
    assert (read["reference_high"] * read["factor"]).to_list()[0] == pytest.approx(0.14)


def test_day_and_time_from_two_columns_or_a_time_of_day_that_the_profile_sets() -> None:
    formats = {"datetime_formats": ["%Y/%m/%d %H:%M"], "date_formats": ["%Y/%m/%d"]}
    said = profile(
        top=formats,
        collected_at={"join": ["Day", "Time"]},
        reported_at={"headers": ["Day"], "formats": ["%Y/%m/%d"], "time_of_day": "12:00"},
    )
    out = translated(said, "lab_result", Day=["2017/4/3", "2017/4/3"], Time=["6:05", ""])
    assert out["collected_at"].to_list() == ["2017-04-03T06:05", None]
    assert out["reported_at"].to_list() == ["2017-04-03T12:00", "2017-04-03T12:00"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("平成29年4月3日", "2017-04-03"),
        ("平成元年1月8日", "1989-01-08"),
        ("H29.4.3", "2017-04-03"),
        ("h290403", "2017-04-03"),
        ("R1.5.1", "2019-05-01"),
        ("S64/1/7", "1989-01-07"),
        ("昭和64年", "1989"),
        ("H29.4", "2017-04"),
        ("T15.12.24", "1926-12-24"),
        ("2017/4/3", "2017-04-03"),
        ("20170403", "2017-04-03"),
        ("2017-04-03", "2017-04-03"),
        # Outside the era, or not as long as the format says: left as they are, for the type's rule to refuse.
        ("H31.5.1", "H31.5.1"),
        ("R1.4.30", "R1.4.30"),
        ("H0.4.3", "H0.4.3"),
        ("2017043", "2017043"),
        ("17/4/3", "17/4/3"),
    ],
)
def test_days_of_japan(written: str, read: str) -> None:
    assert days(["era", "%Y/%m/%d", "%Y%m%d"], written) == read


@pytest.mark.parametrize(
    ("text", "written", "read"),
    [
        ("%Y%m%d %H%M", "20170403 0605", "2017-04-03T06:05"),
        ("%Y%m%d%H%M%S", "20170403060507", "2017-04-03T06:05:07"),
        ("%Y/%m/%d %H:%M", "2017/12/31 24:00", "2018-01-01T00:00"),
        ("%Y/%m/%d %H:%M", "2017/12/31 24:01", "2017-12-31T24:01"),
        ("era %H:%M", "H29.4.3 6:05", "2017-04-03T06:05"),
        ("%d.%m.%Y %H:%M", "3.4.2017 6:05", "2017-04-03T06:05"),
        ("%Y-%m-%dT%H:%M:%S%z", "2017-04-02T21:05:07Z", "2017-04-03T06:05:07"),
        ("%Y-%m-%dT%H:%M:%S%z", "2017-04-03T06:05:07.123+09:00", "2017-04-03T06:05:07"),
    ],
)
def test_times(text: str, written: str, read: str) -> None:
    assert days([text], written) == read


def days(formats: list[str], written: str) -> str:
    return pl.select(dates.reader(formats, "Asia/Tokyo")(pl.lit(written))).item()


@pytest.mark.parametrize(
    ("said", "explained"),
    [
        ({"date_formats": ["%d/%m/%Y", "%m/%d/%Y"]}, "can't be told apart"),
        ({"date_formats": ["%d.%m.%y"]}, "is no date format"),
        ({"datetime_formats": ["%Y/%m/%d %H"]}, "%H needs %M"),
        ({"feeds": {"patient": {"columns": {"sex": {"headers": ["a"], "constant": "b"}}}}}, "once: headers, join or"),
        ({"feeds": {"patient": {"columns": {"sex": {"rewrite": {"(": ""}}}}}}, "is not a regular expression"),
    ],
)
def test_a_profile_that_could_be_read_two_ways_is_refused(said: dict, explained: str) -> None:
    with pytest.raises(ValueError, match=explained):
        Profile.model_validate({**TOP, **said})


def test_the_key_of_a_deletion_is_put_as_the_feed_that_it_names_puts_it() -> None:
    feeds = {
        "patient": {"columns": {"patient_id": {"headers": ["No"], "digits": 8}}},
        "lab_result": {"columns": {"result_id": {"headers": ["Lab no"], "rewrite": {"^L-?([0-9]+)$": "$1"}}}},
        "deletion": {"columns": {"feed": {"headers": ["What"], "values": {"Labor": "lab_result"}}, "key": "Which"}},
    }
    said = Profile.model_validate({**TOP, "feeds": feeds})
    out = translated(
        said,
        "deletion",
        What=["patient", "Labor", "observation", "procedure"],
        Which=["１２", "L-7", "L8", "12"],
    )
    assert out["key"].to_list() == ["00000012", "7", "8", "12"]
