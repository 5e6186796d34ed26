"""The corpus of broken files and records: one table, each file with its rule and its exact message.

A file that can't be read at all has the rule `error`; its message begins with the file's name.
"""

import gzip
import io
import json
import zipfile
from typing import NamedTuple

import pyarrow as pa

from tests.raw.test_workbook import workbook


class Broken(NamedTuple):
    """One file of a site, and the rule by which its one broken record, or the whole of it, is refused."""

    name: str
    site: str
    file: str
    content: bytes
    rule: str
    message: str


ERROR = "error"
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


TABLES: list[tuple[str, bytes, str]] = [
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

RESOURCE = {"resourceType": "Patient", "id": "P1", "gender": "male", "birthDate": "1980-02-03"}
WHO = {"subject": {"reference": "Patient/P1"}}
OBSERVED = {
    "resourceType": "Observation", "id": "L1", "status": "final", **WHO,
    "code": {"coding": [{"system": "http://loinc.org", "code": "11253-2"}]},
    "effectiveDateTime": "2020-01-01T08:00:00+09:00", "issued": "2020-01-01T09:00:00+09:00",
    "valueQuantity": {"value": 8, "unit": "ng/mL"},
}  # fmt: skip
VISIT = {
    "resourceType": "Encounter",
    "id": "E1",
    "class": {"code": "AMB"},
    **WHO,
    "period": {"start": "2020-01-01T08:00"},
}
NO_LINE = "The line is not one complete JSON object in UTF-8."
NO_FEED = "The resource is of a type or category that no feed takes."
NO_SHAPE = "An element of the resource is not shaped as FHIR R4 says."
NO_UNIT = "The unit is missing or not one in which this analyte is measured."
STATES = "The cell is none of: final, corrected, cancelled."
FUTURE = "The day lies after the day of delivery."
STRANGER = "The patient is not known, or belongs to another patient."
STRAY = "The cell is no number of a record: a word for nothing, or it holds a stray mark."
GONE = {"request": {"method": "DELETE", "url": "Banana/1"}}
RESOURCES: list[tuple[str, list[dict | str], str, str]] = [
    ("line cut", [RESOURCE, json.dumps(RESOURCE)[:40]], "patient.record.json", NO_LINE),
    ("line that is a list", [RESOURCE, "[1]"], "patient.record.json", NO_LINE),
    ("NaN", [RESOURCE, '{"resourceType": "Patient", "id": NaN}'], "patient.record.json", NO_LINE),
    ("half a character", [RESOURCE, r'{"resourceType": "Patient", "id": "\ud800"}'], "patient.record.json", NO_LINE),
    ("a type for others", [RESOURCE, {"resourceType": "Organization"}], "patient.record.resource", NO_FEED),
    ("a category for others", [RESOURCE, OBSERVED | {"category": [{"coding": [{"code": "imaging"}]}]}],
     "patient.record.resource", NO_FEED),
    ("name without parts", [RESOURCE, RESOURCE | {"name": 3}], "patient.record.shape", NO_SHAPE),
    ("id in a list", [RESOURCE, RESOURCE | {"id": ["1"]}], "patient.record.shape", NO_SHAPE),
    ("deletion of what no feed takes", [RESOURCE, {"resourceType": "Bundle", "entry": [GONE]}],
     "deletion.record.shape", NO_SHAPE),
    ("Bundle entry without resource", [{"resourceType": "Bundle", "entry": [{"resource": RESOURCE}, {"fullUrl": "x"}]}],
     "patient.record.resource", NO_FEED),
    ("no id", [RESOURCE | {"id": ""}], "patient.patient_id.required", MISSING),
    ("id that is a word", [OBSERVED | {"id": "unknown"}], "lab_result.result_id.number", STRAY),
    ("gender of no list", [RESOURCE | {"gender": "F"}], "patient.sex.values",
     "The cell is none of: male, female, other, unknown."),
    ("day that is none", [RESOURCE | {"birthDate": "1980-02-30"}], "patient.birth_date.type", NO_DAY),
    ("month of birth", [RESOURCE | {"birthDate": "1980-02"}], "patient.birth_date.type", NO_DAY),
    ("class of no list", [VISIT | {"class": {"code": "HH"}}], "encounter.class.values",
     "The cell is none of: IMP, AMB, EMER."),
    ("preliminary result", [OBSERVED | {"status": "preliminary"}], "lab_result.status.values", STATES),
    ("of a stranger", [OBSERVED | {"subject": {"reference": "Patient/P2"}}], "lab_result.patient_id.reference",
     STRANGER),
    ("day alone", [OBSERVED | {"effectiveDateTime": "2020-01-01"}], "lab_result.collected_at.type", NO_TIME),
    ("in the future", [OBSERVED | {"effectiveDateTime": "2099-01-01T08:00:00Z", "issued": "2099-01-01T08:00:00Z"}],
     "lab_result.collected_at.after_delivery", FUTURE),
    ("ng/dL for ng/mL", [OBSERVED | {"valueQuantity": {"value": 8, "unit": "ng/dL"}}], "lab_result.unit.unit", NO_UNIT),
    ("no code", [{k: v for k, v in OBSERVED.items() if k != "code"}], "lab_result.code.required", MISSING),
    ("LOINC code transposed", [OBSERVED | {"code": {"coding": [{"code": "12153-2"}]}}], "lab_result.code.check_digit",
     "The code's last digit does not follow from the others: it is mistyped or cut."),
    ("empty lines", ["", ""], ERROR, " is empty. Send the file again, or leave it out if there was nothing to report."),
    ("a table", [GOOD], ERROR, " holds no resource that a feed takes (Patient, Encounter,"),
    ("only types for others", [{"resourceType": "Location"}], ERROR, " or check that it has one resource a line"),
    ("Bundle without entries", [{"resourceType": "Bundle", "entry": []}], ERROR, " holds no resource that a feed"),
]  # fmt: skip

MSH = r"MSH|^~\&|L|H|||202001010900||ORU^R01|1|P|2.5"
PID, OBR = "PID|1||P1", "OBR|1||F1|x|||202001010800"
OBX = "OBX|1|NM|11253-2^FK^LN||8|ng/mL|||||F"
NO_SEGMENT = "The segment or the message around it is not shaped as HL7 v2 says."
NO_MESSAGE = "The message is of a type that no feed takes."
MESSAGES: list[tuple[str, list[str], str, str]] = [
    ("line that is no segment", [MSH, PID, OBR, OBX, "tail of a comment"], "lab_result.record.segment", NO_SEGMENT),
    ("text before the message", ["noise", MSH, PID, OBR, OBX], "lab_result.record.segment", NO_SEGMENT),
    ("another message", [MSH, PID, OBR, OBX, MSH.replace("ORU^R01", "SIU^S12")], "lab_result.record.message",
     NO_MESSAGE),
    ("deletion of a visit", [MSH.replace("ORU^R01", "ADT^A08"), "PID|1||P1||||19800203|M",
     MSH.replace("ORU^R01", "ADT^A23"), "PID|1||P1"], "patient.record.message", NO_MESSAGE),
    ("result without order", [MSH, PID, OBX], "lab_result.result_id.required", MISSING),
    ("result of nobody", [MSH, OBR, OBX], "lab_result.patient_id.required", MISSING),
    ("result of a stranger", [MSH, "PID|1||P2", OBR, OBX], "lab_result.patient_id.reference", STRANGER),
    ("preliminary result of a message", [MSH, PID, OBR, OBX.replace("||F", "||P")], "lab_result.status.values", STATES),
    ("result cut", [MSH, PID, OBR, OBX.partition("|ng")[0]], "lab_result.unit.unit", NO_UNIT),
    ("unit slip of a message", [MSH, PID, OBR, OBX.replace("ng/mL", "ng/dL")], "lab_result.unit.unit", NO_UNIT),
    ("month 13", [MSH, PID, OBR.replace("20200101", "20201301"), OBX], "lab_result.collected_at.type", NO_TIME),
    ("reported before it was drawn", [MSH.replace("0900", "0700"), PID, OBR, OBX],
     "lab_result.reported_at.after_collection", "The result was reported before the specimen was drawn."),
    ("sentinel of a message", [MSH, PID, OBR, OBX.replace("|8|", "|999|")], "lab_result.value.accepted_range",
     "The value, in canonical unit, lies outside the analyte's accepted limits."),
    ("sex of no table", [MSH.replace("ORU^R01", "ADT^A08"), "PID|1||P1||||19800203|W"], "patient.sex.values",
     "The cell is none of: male, female, other, unknown."),
    ("no message", ["PID|1||P1"], ERROR, " holds no ADT, ORU or OUL message of HL7 v2. Check that its messages"),
    ("no bytes of HL7", [], ERROR, " holds no ADT, ORU or OUL message of HL7 v2."),
    ("message cut in its header", [MSH[:20]], ERROR, " holds no ADT, ORU or OUL message of HL7 v2."),
]  # fmt: skip

COLUMNS = ["patient_id", "name", "sex", "birth_date", "death_date"]
BORN = 22374
"""3 April 1961 as Excel counts days."""
WORKBOOKS: list[tuple[str, bytes, str, str]] = [
    ("cell beside the table", workbook(COLUMNS, ["P1", "x", "male", BORN, None, "note"]), "patient.record.fields",
     FIELDS),
    ("day as a number in words", workbook(COLUMNS, ["P1", "x", "male", "22374"]), "patient.birth_date.type", NO_DAY),
    ("formula that failed", workbook(COLUMNS, ["P1", "x", "#N/A", BORN]), "patient.sex.values",
     "The cell is none of: male, female, other, unknown."),
    ("no number", workbook(COLUMNS, [None, "x", "male", BORN]), "patient.patient_id.required", MISSING),
    ("day in the future", workbook(COLUMNS, ["P1", "x", "male", 99999]), "patient.birth_date.after_delivery", FUTURE),
    ("empty sheet", workbook([]), ERROR, EMPTY),
    ("sheet without a column", workbook(["patient_id", "name", "birth_date", "death_date"]), ERROR,
     " lacks the column sex (administrative sex)"),
    ("title above the sheet", workbook(["Patients of the ward"], COLUMNS), ERROR, " lacks the column patient_id"),
    ("sheet cut", workbook(COLUMNS)[:-60], ERROR, " is a damaged or truncated ZIP file. Send it again."),
]  # fmt: skip


JAPANESE = {("jp", "patient"): "患者基本.csv", ("jp", "condition"): "病名.csv", ("jp", "lab_result"): "検体検査.csv",
            ("jp", "vital_sign"): "体重.csv"}  # fmt: skip


def _lines(parts: list[dict | str]) -> bytes:
    return "\n".join(part if isinstance(part, str) else json.dumps(part) for part in parts).encode()


def _table(name: str, feed: str, record: str) -> bytes:
    return f"{BY_HEADER[name, feed]}\n{record}\n".encode("cp932" if name == "jp" else "utf-8")


PACKED = [
    ("gzip of a cut message", "hl7", "oru.hl7.gz", gzip.compress(_lines([MSH, PID, OBR, OBX]))[:-9],
     ERROR, " is a damaged or truncated gzip file. Send it again."),
    ("Zstandard of cut resources", "fhir", "patient.ndjson.zst", zstd(json.dumps(RESOURCE) * 99)[:-9],
     ERROR, " is a damaged or truncated Zstandard file. Send it again."),
    ("record inside gzip", "fhir", "patient.ndjson.gz", gzip.compress(_lines([RESOURCE | {"id": ""}])),
     "patient.patient_id.required", MISSING),
    ("record inside Zstandard", "demo", "monitoring_order.csv.zst", zstd(f"{HEADER}\n1,P1\n"),
     "monitoring_order.record.fields", FIELDS),
    ("record inside ZIP", "demo", "monitoring_order.zip", zipped(a=f"{HEADER}\n1,P1\n"),
     "monitoring_order.record.fields", FIELDS),
    ("workbook with a password", "demo", "patient.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
     ERROR, " is not readable as utf-8, the encoding declared in the site's profile: the byte at offset 0"),
]  # fmt: skip

BROKEN = [
    *(Broken(name, "demo", "monitoring_order.csv", content, ERROR, said) for name, content, said in TABLES),
    *(Broken(f"{feed}: {record}", site, JAPANESE.get((site, feed), f"{feed}.csv"), _table(site, feed, record),
             f"{feed}.{rule}", said) for site, feed, record, rule, said in RECORDS),
    *(Broken(name, "fhir", "patient.ndjson", _lines(parts), rule, said) for name, parts, rule, said in RESOURCES),
    *(Broken(name, "hl7", "oru.hl7", _lines(parts), rule, said) for name, parts, rule, said in MESSAGES),
    *(Broken(name, "demo", "patient.xlsx", content, rule, said) for name, content, rule, said in WORKBOOKS),
    *(Broken(*packed) for packed in PACKED),
]  # fmt: skip
"""The table."""
