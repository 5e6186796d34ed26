"""Broken files and records, each with its exact verdict: a rule and its reason, or one error naming the file."""

import gzip
import io
import zipfile
from datetime import date

import polars as pl
import pyarrow as pa
import pytest

from assets.raw import formats
from assets.raw.landing import LandedFile
from assets.staging.build import stage
from assets.staging.rules import rules
from assets.staging.translate import translate
from assets.staging.verdicts import explain
from schemas import extract, site
from schemas.profile import Profile
from warehouse.errors import DataError

HEADER = "order_id,patient_id,ordered_at,target_low,target_high,target_unit"
ROW = "1,P1,2020-01-01T08:00,10,15,ng/mL"
GOOD = f"{HEADER}\n{ROW}\n"
EMPTY = " is empty. Send the file again; if there was nothing to report, with its header alone."
NOT_UTF8 = (
    " is not readable as utf-8, the encoding declared in the site's profile: the byte at offset {} does not fit. {}"
)
CP932 = 'Write encoding = "cp932" in the profile, or export the file as UTF-8.'


def zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def zstd(text: str) -> bytes:
    return pa.compress(text.encode(), codec="zstd", asbytes=True)


FILES: list[tuple[str, bytes, str]] = [
    ("no bytes", b"", EMPTY),
    ("blanks", b" \r\n\t\n", EMPTY),
    ("BOM alone", b"\xef\xbb\xbf", EMPTY),
    ("empty inside gzip", gzip.compress(b""), EMPTY),
    ("CP932", (GOOD + "患者".replace("患", "2,患") + ",\n").encode("cp932"), NOT_UTF8.format(102, CP932)),
    ("EUC-JP", (GOOD + "漢字かな漢字かな\n").encode("euc_jp"), NOT_UTF8.format(100, 'Write encoding = "euc_jp"')),
    ("Western", (GOOD + "Müller,für\n").encode("cp1252"), NOT_UTF8.format(101, 'Write encoding = "cp1252"')),
    ("no encoding at all", GOOD.encode() + b"\xb4\xb5\x8f,\xff\n", NOT_UTF8.format(100, "Write the right encoding")),
    ("ISO-2022-JP", (GOOD + "患者\n").encode("iso2022_jp"), NOT_UTF8.format(100, 'Write encoding = "iso2022_jp" in')),
    ("UTF-16 with BOM", GOOD.encode("utf-16"), NOT_UTF8.format(0, 'Write encoding = "utf-16" in the profile')),
    ("UTF-16 without BOM", GOOD.encode("utf-16-le"), " lacks the column order_id (number of the order)"),
    ("truncated gzip", gzip.compress(GOOD.encode())[:-9], " is a damaged or truncated gzip file. Send it again."),
    ("gzip by name only", b"\x1f\x8bGARBAGE", " is a damaged or truncated gzip file. Send it again."),
    ("truncated Zstandard", zstd(GOOD * 99)[:-9], " is a damaged or truncated Zstandard file. Send it again."),
    ("two files in one ZIP", zipped(a=GOOD, b=GOOD), " is a ZIP file that holds 2 files. Pack one file into each"),
    ("empty ZIP folder", zipped(**{"x/": ""}), " is a ZIP file that holds 0 files. Pack one file into each"),
    ("truncated ZIP", zipped(a=GOOD)[:-30], " is a damaged or truncated ZIP file. Send it again."),
    ("workbook without a sheet", zipped(**{"[Content_Types].xml": "<x/>"}), " is not a readable Excel workbook."),
    ("header in another language", b"Auftrag,Patient\n1,2\n", " lacks the column order_id (number of the order)"),
    ("one column missing", GOOD.replace(",target_unit", "").encode(), " lacks the column target_unit (unit of the"),
    ("two missing", b"order_id,patient_id,ordered_at,target_low\n", ", and also target_unit. Its first line"),
    ("misspelt", GOOD.replace("target_low", "targetlow").encode(), " and 1 others, one of them targetlow."),
    ("other delimiter", GOOD.replace(",", ";").encode(), " line holds no column of the contract and 1 others"),
    ("no header", f"{ROW}\n".encode(), " lacks the column order_id"),
    ("a title above", f"Export 2020\n{GOOD}".encode(), " lacks the column order_id"),
    ("column twice", f"{HEADER},target_low\n".encode(), " names columns 4 and 7 alike (target_low). Give each column"),
    ("twice but for case", f"{HEADER},Target_LOW\n".encode(), " names columns 4 and 7 alike (target_low)."),
    ("nameless column", f"{HEADER},\n".encode(), " has no name for column 7. Name every column in the first line."),
    ("reserved name", f"{HEADER},malformed\n".encode(), " names a column malformed, which is reserved. Rename"),
    ("open quotation mark", f'{GOOD}"2,P1\n'.encode(), " opens a quotation mark in or after the record of line 3"),
    ("endless field", f'{HEADER}\n"{"x" * 200_000}"\n'.encode(), " can't be read beyond line 2: a field is longer"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "verdict"), [f[1:] for f in FILES], ids=[f[0] for f in FILES])
def test_a_broken_file_gets_one_error_that_names_it(content: bytes, verdict: str) -> None:
    with pytest.raises(DataError) as caught:
        read(content, "monitoring_order", site.load("demo"))
    assert str(caught.value).startswith("monitoring_order.csv ")
    assert verdict in str(caught.value)
    assert "P1" not in str(caught.value)
    assert "2020" not in str(caught.value)


MENDED: list[tuple[str, bytes]] = [
    ("gzip", gzip.compress(GOOD.encode())),
    ("Zstandard", zstd(GOOD)),
    ("ZIP with one member", zipped(a=GOOD)),
    ("ZIP from a Macintosh", zipped(**{"a": GOOD, "__MACOSX/._a": "x"})),
    ("BOM", b"\xef\xbb\xbf" + GOOD.encode()),
    ("CRLF", GOOD.replace("\n", "\r\n").encode()),
    ("CR", GOOD.replace("\n", "\r").encode()),
    ("no newline at the end", GOOD.strip().encode()),
    ("quoted, spanning lines", f'{HEADER},note\n{ROW},"a\nb"\n'.encode()),
    ("capitals and full width", GOOD.replace("order_id,patient_id", "ＯＲＤＥＲ＿ＩＤ, Patient_ID ").encode()),
    ("columns in another order", b"target_unit,target_high,target_low,ordered_at,patient_id,order_id\n"
     b"ng/mL,15,10,2020-01-01T08:00,P1,1\n"),
    ("full-width digits and blanks", f"{HEADER}\n１,　P1 ,2020-01-01 08:00,１０,15.0,ng/mL\n".encode()),
    ("marks of no width", f"{HEADER}\n\ufeff1,P1\u200b,2020-01-01T08:00,10,15,\u2060ng/mL\0\n".encode()),
]  # fmt: skip


@pytest.mark.parametrize("content", [m[1] for m in MENDED], ids=[m[0] for m in MENDED])
def test_what_only_looks_broken_loads(content: bytes) -> None:
    assert refused(content, "monitoring_order", site.load("demo")) == []


FIELDS = "The record does not have as many fields as the header."
NO_TIME = "The cell is not a time written YYYY-MM-DDTHH:MM or as the site's profile says."
NO_DAY = "The cell is not a day written YYYY-MM-DD or as the site's profile says."
NO_NUMBER, MISSING = "The cell is not a number.", "The cell is empty."
BY_HEADER = {
    ("demo", "monitoring_order"): HEADER,
    ("demo", "lab_result"): "result_id,patient_id,encounter_id,code,name,collected_at,reported_at,value,unit,status",
    ("jp", "patient"): "患者番号,氏名,性別,生年月日,死亡日",
    ("jp", "condition"): "病名番号,患者番号,受診番号,ICD10コード,病名,疑いフラグ,発症日,登録日",
    ("jp", "lab_result"): "結果番号,患者番号,受診番号,JLAC10コード,検査項目名,検体採取日時,報告日時,結果値,単位,状態",
    ("jp", "vital_sign"): "測定番号,患者番号,受診番号,測定日時,体重",
}  # fmt: skip
TAC = "3M810000001905101"
T = "2020-01-01T08:00"
RECORDS: list[tuple[str, str, str, str, str]] = [
    ("demo", "monitoring_order", "1,P1", "record.fields", FIELDS),
    ("demo", "monitoring_order", f"{ROW},more", "record.fields", FIELDS),
    ("demo", "monitoring_order", '1,"P1,x",2020', "record.fields", FIELDS),
    ("demo", "monitoring_order", f",P1,{T},10,15,ng/mL", "order_id.required", MISSING),
    ("demo", "monitoring_order", f"1,,{T},10,15,ng/mL", "patient_id.required", MISSING),
    ("demo", "monitoring_order", f"1,P2,{T},10,15,ng/mL", "patient_id.reference",
     "The patient is not known, or belongs to another patient."),
    ("demo", "monitoring_order", f"1,P\0001,{T},10,15,ng/mL", "patient_id.reference",
     "The patient is not known, or belongs to another patient."),
    ("demo", "monitoring_order", "1,P1,,10,15,ng/mL", "ordered_at.required", MISSING),
    ("demo", "monitoring_order", "1,P1,2020-01-01,10,15,ng/mL", "ordered_at.type", NO_TIME),
    ("demo", "monitoring_order", "1,P1,2020-01-01T24:00,10,15,ng/mL", "ordered_at.type", NO_TIME),
    ("demo", "monitoring_order", "1,P1,2020-02-30T08:00,10,15,ng/mL", "ordered_at.type", NO_TIME),
    ("demo", "monitoring_order", "1,P1,01/02/2020 08:00,10,15,ng/mL", "ordered_at.type", NO_TIME),
    ("demo", "monitoring_order", "1,P1,2020-07-01T08:00,10,15,ng/mL", "ordered_at.after_delivery",
     "The day lies after the day of delivery."),
    ("demo", "monitoring_order", f"1,P1,{T},ten,15,ng/mL", "target_low.type", NO_NUMBER),
    ("demo", "monitoring_order", f"1,P1,{T},1e1,15,ng/mL", "target_low.type", NO_NUMBER),
    ("demo", "monitoring_order", f'1,P1,{T},"10,5",15,ng/mL', "target_low.type", NO_NUMBER),
    ("demo", "monitoring_order", f"1,P1,{T},NaN,15,ng/mL", "target_low.type", NO_NUMBER),
    ("demo", "monitoring_order", f"1,P1,{T},-1,15,ng/mL", "target_low.range", "The value lies below 0."),
    ("demo", "monitoring_order", f"1,P1,{T},10,41,ng/mL", "target_high.range", "The value lies above 40."),
    ("demo", "monitoring_order", f"1,P1,{T},15,10,ng/mL", "target_high.above_low",
     "The upper end of the target does not lie above the lower."),
    ("demo", "monitoring_order", f"1,P1,{T},10,15,ng/dL", "target_unit.values", "The cell is none of: ng/mL."),
    ("demo", "monitoring_order", f"1,P1,{T},10,15,NA", "target_unit.values", "The cell is none of: ng/mL."),
    ("demo", "lab_result", f"1,P1,,11253-2,,{T},{T},8,ng/dL,final", "unit.unit",
     "The unit is missing or not one in which this analyte is measured."),
    ("demo", "lab_result", f"1,P1,,1988-5,,{T},{T},8,,final", "unit.unit",
     "The unit is missing or not one in which this analyte is measured."),
    ("demo", "lab_result", f"1,P1,,1988-5,,{T},{T},0.5,mg/dL,preliminary", "status.values",
     "The cell is none of: final, corrected, cancelled."),
    ("demo", "lab_result", f"1,P1,,,,{T},{T},0.5,mg/dL,final", "code.required", MISSING),
    ("demo", "lab_result", f"1,P1,,1988-5,,{T},2020-01-01T07:59,0.5,mg/dL,final", "reported_at.after_collection",
     "The result was reported before the specimen was drawn."),
    ("demo", "lab_result", f"1,P1,,1988-5,,{T},{T},999,mg/dL,final", "value.accepted_range",
     "The value, in canonical unit, lies outside the analyte's accepted limits."),
    ("demo", "lab_result", f"1,P1,,1988-5,,{T},{T},-0.5,mg/dL,final", "value.accepted_range",
     "The value, in canonical unit, lies outside the analyte's accepted limits."),
    ("demo", "lab_result", f"1,P1,E9,1988-5,,{T},{T},1,mg/dL,final", "encounter_id.reference",
     "The encounter is not known, or belongs to another patient."),
    ("jp", "patient", "P1,x,男,H31.5.1,", "birth_date.type", NO_DAY),
    ("jp", "patient", "P1,x,男,平成29年2月29日,", "birth_date.type", NO_DAY),
    ("jp", "patient", "P1,x,男,S64.1.8,", "birth_date.type", NO_DAY),
    ("jp", "patient", "P1,x,男,R0.1.1,", "birth_date.type", NO_DAY),
    ("jp", "patient", "P1,x,男,平成29年4月,", "birth_date.type", NO_DAY),
    ("jp", "patient", "P1,x,男,20170431,", "birth_date.type", NO_DAY),
    ("jp", "patient", "P1,x,男,4/3/2017,", "birth_date.type", NO_DAY),
    ("jp", "patient", "P1,x,3,H1.4.3,", "sex.values", "The cell is none of: male, female, other, unknown."),
    ("jp", "patient", "P1,x,,H1.4.3,", "sex.required", MISSING),
    ("jp", "patient", "P1,x,男,H2.4.3,H2.4.2", "death_date.after_birth",
     "The day of death lies before the day of birth."),
    ("jp", "condition", "1,P1,,　,x,0,H29,H29.4.3", "icd10_code.required", MISSING),
    ("jp", "condition", "1,P1,,K519,x,2,H29,H29.4.3", "status.values", "The cell is none of: confirmed, suspected."),
    ("jp", "condition", "1,P1,,K519,x,0,H29.13,H29.4.3", "onset_on.type",
     "The cell is not a day, month or year as YYYY-MM-DD, YYYY-MM, YYYY or as the site's profile says."),
    ("jp", "lab_result", f"1,P1,,{TAC},x,20170403 2401,20170404 0900,5,ng/ml,最終", "collected_at.type", NO_TIME),
    ("jp", "lab_result", f"1,P1,,{TAC},x,20170403,20170404 0900,5,ng/ml,最終", "collected_at.type", NO_TIME),
    ("jp", "lab_result", f"1,P1,,{TAC},x,20170403 0900,20170404 0900,5,ｎg/dl,最終", "unit.unit",
     "The unit is missing or not one in which this analyte is measured."),
    ("jp", "lab_result", f"1,P1,,{TAC},x,20170403 0900,20170404 0900,5,ｎｇ／ｍ,最終", "unit.unit",
     "The unit is missing or not one in which this analyte is measured."),
    ("jp", "vital_sign", "1,P1,,2017/4/3 9:00,", "value.required", MISSING),
    ("jp", "vital_sign", "1,P1", "record.fields", FIELDS),
]  # fmt: skip


@pytest.mark.parametrize(("name", "feed", "record", "rule", "reason"), RECORDS)
def test_a_broken_record_is_refused_under_its_rule(name: str, feed: str, record: str, rule: str, reason: str) -> None:
    profile = site.load(name)
    text = f"{BY_HEADER[name, feed]}\n{record}\n"
    assert refused(text.encode(profile.encoding), feed, profile) == [(f"{feed}.{rule}", reason)]


def test_the_table_is_long_enough_and_names_each_case_once() -> None:
    assert len(FILES) + len(RECORDS) >= 60
    assert len({name for name, *_ in FILES}) == len(FILES)


def read(content: bytes, feed: str, profile: Profile) -> pl.DataFrame:
    return formats.read(content, f"{feed}.csv", LandedFile(None, feed), profile)[feed]


def refused(content: bytes, feed: str, profile: Profile) -> list[tuple[str, str]]:
    """First broken rule and reason of each refused record; one patient, P1, is known."""
    contract = extract.load(feed)
    landed = translate(read(content, feed, profile).lazy(), contract, profile).collect()
    named = dict.fromkeys(("site", "pseudonym_site", "delivery"), pl.lit(profile.site))
    landed = landed.with_columns(**named, delivered_on=date(2020, 6, 30), file_id=pl.lit(1, pl.Int64))
    patient = {"pseudonym_site": profile.site, "patient_id": "P1", "accepted": True}
    known = {"patient": pl.DataFrame(patient), "encounter": pl.DataFrame({**patient, "encounter_id": "E1"})}
    verdicts = stage(landed, contract, known)
    assert landed.height == sum(part.height for part in verdicts)
    return list(explain(verdicts.quarantined, contract, rules(contract)).select("rule", "reason").iter_rows())
