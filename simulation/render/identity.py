"""Who the patient is and what was diagnosed."""

import random
from datetime import date, timedelta

from simulation.chart import Chart
from simulation.course import Course

FAMILY = ("佐藤 サトウ", "鈴木 スズキ", "高橋 タカハシ", "田中 タナカ", "伊藤 イトウ", "渡辺 ワタナベ", "山本 ヤマモト",
          "中村 ナカムラ", "小林 コバヤシ", "加藤 カトウ", "吉田 ヨシダ", "山田 ヤマダ",
          "髙𠮷 タカヨシ", "山﨑 ヤマサキ")  # fmt: skip
GIVEN = {
    True: (
        "大輔 ダイスケ",
        "健一 ケンイチ",
        "翔太 ショウタ",
        "誠 マコト",
        "隆 タカシ",
        "拓也 タクヤ",
        "直樹 ナオキ",
    ),
    False: (
        "陽子 ヨウコ",
        "美咲 ミサキ",
        "恵子 ケイコ",
        "由美 ユミ",
        "さくら サクラ",
        "真由美 マユミ",
        "愛 アイ",
    ),
}
TOWNS = ("東京都新宿区", "東京都中野区", "埼玉県川口市", "神奈川県川崎市", "千葉県船橋市", "東京都武蔵野市")

UC_TYPES = {  # left-sided?: ICD-10, MEDIS number, name (MEDIS standard disease names)
    True: ("K51.5", "20094618", "潰瘍性大腸炎・左側大腸炎型"),
    False: ("K51.0", "20094620", "潰瘍性大腸炎・全大腸炎型"),
}
UC_UNSPECIFIED = ("K51.9", "20071174", "潰瘍性大腸炎")
STEROID_RESPONSE = {  # dependent?: ICD-10, MEDIS number, name
    True: ("K51.9", "20092805", "ステロイド依存性潰瘍性大腸炎"),
    False: ("K51.9", "20094759", "ステロイド抵抗性潰瘍性大腸炎"),
}
COMORBIDITY = (("I10", "高血圧症"), ("E11.9", "２型糖尿病"), ("D50.9", "鉄欠乏性貧血"), ("L20.9", "アトピー性皮膚炎"),
               ("K21.0", "逆流性食道炎"), ("J30.1", "花粉症"))  # fmt: skip
YEAR_DAYS = 365.25
TIME_FOR_A_BIOLOGIC = 150  # days from the onset to the steroids that lead to tacrolimus, at least


def born(age: int, at: date, rng: random.Random) -> date:
    """A birthday with which somebody has completed `age` years on the day `at`."""
    latest = at.replace(year=at.year - age, day=min(at.day, 28))
    return latest - timedelta(days=rng.randint(0, 350))


def register(chart: Chart, male: bool, birth_date: date, death_day: int | None = None) -> None:
    """The patient's master row."""
    family, family_kana = chart.rng.choice(FAMILY).split(" ")
    given, given_kana = chart.rng.choice(GIVEN[male]).split(" ")
    chart.rows["patient"].append({
        "patient_id": chart.patient_id,
        "name": f"{family}　{given}",
        "name_kana": f"{family_kana}　{given_kana}",
        "address": f"{chart.rng.choice(TOWNS)}{chart.rng.randint(1, 9)}-{chart.rng.randint(1, 30)}",
        "sex": "male" if male else "female",
        "birth_date": birth_date.isoformat(),
        "death_date": None if death_day is None else chart.on(death_day),
    })  # fmt: skip


def diagnose(
    chart: Chart,
    day: int,
    icd10: str,
    name: str,
    medis: str = "",
    status: str = "confirmed",
    onset: str | None = None,
) -> None:
    """One diagnosis entry."""
    chart.add(
        "condition", encounter_id=chart.encounter(day), icd10_code=icd10, medis_code=medis or None, name=name,
        status=status, onset_on=onset, recorded_on=chart.on(day),
    )  # fmt: skip


def onset(course: Course, rng: random.Random) -> tuple[date, str]:
    """The onset that gives `uc_duration`, and how exactly it is written: a day, a month or only the year.

    A month stands for its 15th, a year for 1 July; precision is kept only where the duration comes out the same.
    """
    start = course.tac_start
    earliest_sick = -course.psl_start + 12  # ill before the first steroid, and before a biologic that came earlier
    if course.prior_biologic:
        earliest_sick += TIME_FOR_A_BIOLOGIC
    low = max(int(course.uc_duration * YEAR_DAYS) + 3, earliest_sick)
    high = max(int((course.uc_duration + 1) * YEAR_DAYS) - 3, low)
    exact = start - timedelta(days=rng.randint(low, high))
    written = [
        (exact.replace(month=7, day=1), str(exact.year)),
        (exact.replace(day=15), f"{exact:%Y-%m}"),
    ]
    for day, text in written if rng.random() < 0.5 else written[1:]:
        days = (start - day).days
        if int(days / YEAR_DAYS) == course.uc_duration and days >= earliest_sick and rng.random() < 0.5:
            return day, text
    return exact, exact.isoformat()


def identify(chart: Chart, course: Course, onset_day: int, onset_text: str) -> None:
    """Master row and diagnoses of one course: type of colitis, steroid response, comorbidity."""
    rng = chart.rng
    register(chart, course.male, born(course.age, course.tac_start, rng))
    first_seen = max(onset_day + 1, course.psl_start - rng.randint(8, 12))  # here, perhaps years after the onset
    kind = UC_TYPES[course.left_sided]
    if rng.random() < 0.15:  # the type stands only in the endoscopy reports
        kind = UC_UNSPECIFIED
    diagnose(chart, first_seen, kind[0], kind[2], kind[1], onset=onset_text)
    response = STEROID_RESPONSE[course.steroid_dependent]
    known = rng.randint(max(course.psl_start + 5, -6), -1) if course.psl_start < -6 else -1
    diagnose(chart, known, response[0], response[2], response[1])
    if rng.random() < 0.2:
        diagnose(chart, first_seen, "K50.9", "クローン病", status="suspected")
    for icd10, name in rng.sample(COMORBIDITY, rng.choice((0, 0, 1, 2))):
        diagnose(chart, course.admission, icd10, name)
