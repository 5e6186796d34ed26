"""Whatever a profile says and whatever its files hold, records balance or one paragraph names the file."""

import csv
import datetime as dt
import gzip
import io

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.raw import formats
from assets.raw.landing import LandedFile
from assets.staging import dates
from assets.staging.settle import stage
from assets.staging.translate import translate
from schemas import extract, site
from schemas.profile import Profile
from warehouse.errors import DataError

FEED = extract.load("lab_result")
SITE = site.load("jp")
HEADER = [
    "結果番号",
    "患者番号",
    "受診番号",
    "JLAC10コード",
    "検査項目名",
    "検体採取日時",
    "報告日時",
    "結果値",
    "単位",
    "状態",
]
WORDS = [
    "1",
    "P1",
    "3M810000001905101",
    "20170403 0605",
    "H29.4.3 24:00",
    "平成99年1月1日 9:00",
    "<1,5",
    "ng/dl",
    "最終",
]
CELL = st.sampled_from([*WORDS, "取消", "", "999", "1.234,5"]) | st.text(
    st.characters(codec="cp932", exclude_characters="¢£¬‖−〜"), max_size=8
)
COLUMN = st.sampled_from(
    [
        {"missing": ["1"], "sentinels": [999, 1e300]},
        {"values": {"": "1", "1": ""}, "rewrite": {"^(.)(.*)$": "$2$1"}},
        {"codes": "jlac10.csv", "digits": 12},
        {"formats": ["era %H:%M", "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S%z"], "time_of_day": "12:00"},
        {"constant": "0"},
    ]
)
SAID = st.dictionaries(st.sampled_from([c.name for c in FEED.columns]), COLUMN, max_size=4)


def profile(said: dict[str, dict], decimal_comma: bool) -> Profile:
    """The Japanese profile with other words for some columns."""
    known = SITE.model_dump(exclude_unset=True)
    columns = known["feeds"]["lab_result"]["columns"]
    for name, column in said.items():
        headers = {} if "constant" in column else {"headers": columns.get(name, {}).get("headers", ())}
        columns[name] = {**headers, **column}
    return Profile.model_validate({**known, "decimal_comma": decimal_comma})


def balance(content: bytes, said: Profile) -> tuple[int, int]:
    """Records landed and records with a verdict."""
    landed = formats.read(content, "lab_result.csv", LandedFile(None, "lab_result"), said)["lab_result"]
    frame = translate(landed.lazy(), FEED, said).collect()
    named = dict.fromkeys(("site", "pseudonym_site", "delivery"), pl.lit("jp"))
    frame = frame.with_columns(**named, delivered_on=dt.date(2020, 6, 30), file_id=pl.lit(1, pl.Int64))
    patient = {"pseudonym_site": "jp", "patient_id": "P1", "accepted": True}
    known = {"patient": pl.DataFrame(patient), "encounter": pl.DataFrame({**patient, "encounter_id": "E1"})}
    return landed.height, sum(part.height for part in stage(frame, FEED, known))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELL, min_size=10, max_size=10), max_size=5), SAID, st.booleans())
def test_any_cells_balance_under_any_profile(rows: list[list[str]], said: dict[str, dict], comma: bool) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([HEADER, *rows])
    assert balance(file.getvalue().encode("cp932"), profile(said, comma)) == (len(rows), len(rows))


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=60),
    st.sampled_from([b"", b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"\x1b$B"]),
    st.booleans(),
)
def test_any_bytes_balance_or_name_the_file(content: bytes, start: bytes, packed: bool) -> None:
    header = b"" if start else (",".join(HEADER) + "\n").encode("cp932")
    whole = start + header + content
    try:
        landed, judged = balance(gzip.compress(whole) if packed else whole, SITE)
    except DataError as error:
        assert str(error).startswith("lab_result.csv ")
    else:
        assert landed == judged


@settings(max_examples=60, deadline=None)
@given(st.dates(dt.date(1868, 1, 25), dt.date(2099, 12, 31)), st.booleans())
def test_every_day_of_every_era_comes_back(day: dt.date, spelled: bool) -> None:
    name, (initial, before, *_) = next(e for e in dates.ERAS.items() if e[1][2] <= day.isoformat() <= e[1][3])
    year = day.year - before
    written = f"{name}{year}年{day.month}月{day.day}日" if spelled else f"{initial}{year}.{day.month}.{day.day}"
    assert pl.select(dates.reader(["era"], "UTC")(pl.lit(written))).item() == day.isoformat()
