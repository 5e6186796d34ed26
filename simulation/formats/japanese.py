"""A Japanese hospital's CSV: CP932, Japanese headers and words, era dates, JLAC10 codes, ICD-10 without its dot."""

import zlib
from collections.abc import Callable, Iterable
from datetime import date

from simulation.formats.tables import Row, Tables

FILES = {
    "patient_link": "患者番号統合", "patient": "患者基本", "encounter": "受診歴", "condition": "病名",
    "medication_request": "処方",
    "medication_administration": "投薬実施", "monitoring_order": "血中濃度目標", "lab_result": "検体検査",
    "vital_sign": "体重", "activity_score": "活動指数", "endoscopy": "内視鏡", "procedure": "手術",
    "adverse_event": "有害事象",
}  # fmt: skip

HEADERS = {
    "patient_id": "患者番号", "name": "氏名", "name_kana": "カナ氏名", "address": "住所", "sex": "性別",
    "birth_date": "生年月日", "death_date": "死亡日", "encounter_id": "受診番号", "class": "入外区分",
    "started_at": "開始日時", "ended_at": "終了日時", "department": "診療科", "condition_id": "病名番号",
    "icd10_code": "ICD10コード", "medis_code": "病名管理番号", "onset_on": "発症日", "recorded_on": "登録日",
    "request_id": "オーダ番号", "setting": "入外区分", "authored_at": "オーダ日時", "product_code": "YJコード",
    "product_name": "薬品名", "dose": "用量", "dose_unit": "用量単位", "times_per_day": "1日回数", "start_on": "開始日",
    "days_supply": "日数", "route": "投与経路", "meal_timing": "用法", "indication": "使用目的", "status": "状態",
    "stopped_on": "中止日", "stop_reason": "中止理由", "administration_id": "実施番号", "given_at": "実施日時",
    "order_id": "指示番号", "ordered_at": "指示日時", "target_low": "目標下限", "target_high": "目標上限",
    "result_id": "結果番号", "collected_at": "検体採取日時", "reported_at": "報告日時", "unit": "単位",
    "value": "結果値",
    "reference_low": "基準値下限", "reference_high": "基準値上限", "comment": "コメント", "vital_id": "測定番号",
    "measured_at": "測定日時", "score_id": "評価番号", "scored_at": "評価日時", "stool_frequency": "排便回数",
    "nocturnal_diarrhea": "夜間便", "visible_blood": "血便", "fecal_incontinence": "便失禁", "abdominal_pain": "腹痛",
    "general_wellbeing": "全身状態", "abdominal_tenderness": "腹部圧痛", "antidiarrheal_use": "止痢剤",
    "total": "CAI(Lichtiger)", "endoscopy_id": "検査番号", "performed_at": "検査実施日時", "examination": "検査種別",
    "complete": "最重症部観察", "extent": "病変範囲", "mayo_endoscopic_subscore": "Mayoスコア",
    "uceis_vascular_pattern": "血管透見", "uceis_bleeding": "出血", "uceis_erosions_ulcers": "びらん・潰瘍",
    "uceis_total": "UCEIS", "findings": "所見", "procedure_id": "手術番号", "adverse_event_id": "有害事象番号",
    "occurred_on": "発現日", "suspected_product_code": "被疑薬YJコード", "action": "処置",
}  # fmt: skip
OWN_HEADERS = {
    "patient_link": {"patient_id": "旧患者番号", "surviving_patient_id": "新患者番号", "linked_on": "統合日"},
    "condition": {"name": "病名", "status": "疑いフラグ"},
    "medication_administration": {"status": "実施状態"},
    "lab_result": {"code": "JLAC10コード", "name": "検査項目名", "method": "測定法"},
    "vital_sign": {"value": "体重"},
    "procedure": {"code": "術式コード", "performed_at": "手術日時"},
    "adverse_event": {"name": "事象名"},
}  # fmt: skip
"""What a feed calls differently from the others."""
LEFT_OUT = {"vital_sign": ("code", "unit"), "monitoring_order": ("target_unit",)}
"""Columns that are the same in every record of a feed."""

WORDS = {
    "sex": {"male": "男", "female": "女", "other": "その他", "unknown": "不明"},
    "class": {"IMP": "入院", "AMB": "外来", "EMER": "救急"},
    "setting": {"inpatient": "入院", "outpatient": "外来"},
    "dose_unit": {"tablet": "錠", "capsule": "カプセル"},
    "route": {"oral": "内服", "iv": "静注", "sc": "皮下注", "rectal": "注腸", "topical": "外用"},
    "meal_timing": {"before": "食前", "after": "食後", "unknown": "不明"},
    "indication": {"induction": "寛解導入", "maintenance": "寛解維持", "unknown": "不明"},
    "stop_reason": {
        "completed": "終了", "adverse_event": "副作用", "ineffective": "無効", "patient_wish": "患者希望",
        "other": "その他",
    },
    "examination": {"colonoscopy": "全大腸内視鏡", "sigmoidoscopy": "S状結腸内視鏡"},
    "complete": {"yes": "可", "no": "不可", "unknown": "不明"},
    "extent": {"E1": "直腸炎型", "E2": "左側大腸炎型", "E3": "全大腸炎型"},
    "method": {"FEIA": "FEIA法", "ELISA": "ELISA法"},
    "action": {"none": "継続", "dose_reduced": "減量", "stopped": "中止", "unknown": "不明"},
    "status": {
        "confirmed": "0", "suspected": "1", "active": "実施中", "stopped": "中止", "cancelled": "取消",
        "not-done": "未実施", "final": "最終", "corrected": "訂正",
    },
}  # fmt: skip
COMPLETED = {"medication_request": "完了", "medication_administration": "実施"}

JLAC10 = {
    "11253-2": "3M810000001905101", "718-7": "2A990000001930953", "1751-7": "3A015000002327101",
    "1988-5": "5C070000002306201", "2160-0": "3C015000002327101", "19123-9": "3H025000002327101",
    "2823-3": "3H015000002326101", "38445-3": "5C235-0000-015-023",
}  # fmt: skip
"""LOINC -> JLAC10: the codes that the National Hospital Organization prints; the last is given to 15 of its digits."""

ERAS = ((date(2019, 5, 1), "令和", "R"), (date(1989, 1, 8), "平成", "H"), (date(1926, 12, 25), "昭和", "S"))
DATES = ("birth_date", "death_date", "onset_on", "recorded_on", "start_on", "stopped_on", "occurred_on", "linked_on")


class JapaneseTables(Tables):
    """Writes `<folder>/<feed in Japanese>_20260630.csv`."""

    site = "jp"
    encoding = "cp932"

    def file_name(self, feed: str) -> str:
        return f"{FILES[feed]}_20260630.csv"

    def header(self, feed: str) -> tuple[str, ...]:
        return tuple(OWN_HEADERS.get(feed, {}).get(c, HEADERS.get(c, c)) for c in self._written(feed))

    def cells(self, feed: str, row: Row) -> Iterable[object]:
        return [_cell(feed, column, row) for column in self._written(feed)]

    def _written(self, feed: str) -> tuple[str, ...]:
        return tuple(c for c in self._columns[feed] if c not in LEFT_OUT.get(feed, ()))


def _cell(feed: str, column: str, row: Row) -> object:
    value = row.get(column)
    if value in (None, ""):
        return value
    text = str(value)
    if column == "status" and text == "completed":
        return COMPLETED[feed]
    if column in WORDS:
        return WORDS[column].get(text, text)
    if column.endswith("_at"):
        return _instant(text, row)
    if column in DATES:
        return _day(text, row)
    if column == "icd10_code":
        return text.replace(".", "")
    return JLAC10[text] if (feed, column) == ("lab_result", "code") else value


def _instant(text: str, row: Row) -> str:
    """A day and a time of day, without the colon where the day is digits only."""
    day, time = _day(text[:10], row), text[11:]
    return f"{day} {time.replace(':', '') if day.isdigit() else time}"


def _day(iso: str, row: Row) -> str:
    """A day in one of the ways that turn up side by side; which one depends on the record's number alone."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso.replace("-", "/")
    spellings: list[Callable[[date], str]] = [_numbers, _era, _short_era, lambda d: f"{d:%Y%m%d}"]
    return spellings[zlib.crc32(str(next(iter(row.values()))).encode()) % len(spellings)](day)


def _numbers(day: date) -> str:
    return f"{day.year}/{day.month}/{day.day}"


def _era(day: date) -> str:
    begins, name, _ = _era_of(day)
    year = day.year - begins.year + 1
    return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def _short_era(day: date) -> str:
    begins, _, letter = _era_of(day)
    return f"{letter}{day.year - begins.year + 1}.{day.month}.{day.day}"


def _era_of(day: date) -> tuple[date, str, str]:
    return next(era for era in ERAS if day >= era[0])
