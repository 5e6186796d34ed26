"""Results as hospitals print them: the sign is kept, behind the number reversed; words give a reason."""

import unicodedata
from decimal import Decimal

PRINTED = [
    ("0.04", None, "0.04", None),
    (" １．５ ", None, "1.5", None),
    (".5", None, "0.5", None),
    ("<0.04", "<", "0.04", None),
    ("＜ 0.04", "<", "0.04", None),
    ("〈0.04", "<", "0.04", None),
    ("L0.04", "<", "0.04", None),
    ("0.04>", "<", "0.04", None),
    ("０．０４＞", "<", "0.04", None),
    ("0.04未満", "<", "0.04", None),
    ("0.04 ﾐﾏﾝ", "<", "0.04", None),
    ("≦5", "<=", "5", None),
    ("< = 5", "<=", "5", None),
    ("＝＜5", "<=", "5", None),
    ("5以下", "<=", "5", None),
    ("5≧", "<=", "5", None),
    (">30", ">", "30", None),
    ("U30", ">", "30", None),
    ("30<", ">", "30", None),
    ("30超過", ">", "30", None),
    ("≧30", ">=", "30", None),
    ("30以上", ">=", "30", None),
    ("30～", ">=", "30", None),
    ("3.2 L", None, "3.2", None),
    ("L 3.2", None, None, "not_a_number"),
    ("<0.04>", None, None, "not_a_number"),
    ("1-4", None, None, "not_a_number"),
    ("1,234", None, None, "not_a_number"),
    ("1e5", None, None, "not_a_number"),
    ("٣", None, None, "not_a_number"),
    ("山田", None, None, "not_a_number"),
    ("（－）", None, None, "not_detected"),
    ("陰性", None, None, "not_detected"),
    ("検体不足", None, None, "insufficient_specimen"),
    ("溶血", None, None, "hemolysed"),
    ("Hemolyzed", None, None, "hemolysed"),
    ("検体不良", None, None, "unsuitable_specimen"),
    ("***", None, None, "masked"),
    ("　", None, None, "missing"),
    ("", None, None, "missing"),
]


def test_printed_results_keep_their_sign_or_give_a_reason(staged) -> None:
    # Calprotectin, because its accepted limits are wide and ug/g is its canonical unit.
    code = {"code": "38445-3", "unit": "ug/g"}
    out = staged(lab_result=[{"result_id": f"L{i}", "value": p[0]} | code for i, p in enumerate(PRINTED)])
    found = out.sql(
        """select value_operator, value_number, value_absent_reason, value_source
        from staging.lab_result order by record"""
    ).fetchall()
    for (printed, operator, number, reason), row in zip(PRINTED, found, strict=True):
        # A listed word is kept as it is normalised; any other text may be a name.
        word = unicodedata.normalize("NFKC", printed).strip() or None
        source = printed.strip() if number else None if reason == "not_a_number" else word
        assert row == (operator, None if number is None else Decimal(number), reason, source), printed


def test_a_cancelled_result_has_no_number(staged) -> None:
    out = staged(lab_result=[{"status": "cancelled", "value": "0.5"}])
    query = "select value_number, value_operator, value_source, value_absent_reason from staging.lab_result"
    assert out.sql(query).fetchall() == [(None, None, None, "cancelled")]


def test_units_become_canonical_and_reference_limits_with_them(staged) -> None:
    out = staged(
        lab_result=[
            {"result_id": "1", "value": "<4", "unit": "mg/L", "reference_low": "0", "reference_high": "14"},
            {"result_id": "2", "value": "12.3", "unit": "㎎/ｄｌ"},
            {"result_id": "3", "code": "2160-0", "value": "88.4", "unit": "µmol/L"},
            {"result_id": "4", "code": "11253-2", "value": "10", "unit": "nmol/L"},
            {"result_id": "5", "code": "9-1", "value": "7", "unit": "Yamada"},
        ]
    )
    assert out.sql(
        """select analyte, value_operator, value_number::double, unit, unit_source, reference_low::double,
        reference_high::double from staging.lab_result order by record"""
    ).fetchall() == [
        ("crp", "<", 0.4, "mg/dL", "mg/L", 0.0, 1.4),
        ("crp", None, 12.3, "mg/dL", "mg/dl", None, None),
        ("creatinine", None, 0.999981, "mg/dL", "μmol/L", None, None),
        ("tacrolimus_trough", None, 8.04, "ng/mL", "nmol/L", None, None),
        (None, None, None, None, None, None, None),
    ]


def test_of_an_unknown_analyte_no_number_is_kept_and_a_reason_that_is_known_stays(staged) -> None:
    """A number of which nobody knows what it measures may be a day of birth."""
    printed = [("19820213", "final"), ("<5", "final"), ("検体不足", "final"), ("", "final"), ("5", "cancelled")]
    unknown = {"code": "9-1", "unit": "mg/dL", "reference_low": "19820213"}
    out = staged(
        lab_result=[{"result_id": str(i), "value": v, "status": s} | unknown for i, (v, s) in enumerate(printed)]
    )
    found = out.sql(
        """select value_absent_reason, value_number, value_operator, value_source, reference_low
        from staging.lab_result order by record"""
    ).fetchall()
    reasons = ["unknown_analyte", "unknown_analyte", "insufficient_specimen", "missing", "cancelled"]
    assert found == [(reason, None, None, None, None) for reason in reasons]


def test_an_onset_that_is_the_day_or_month_of_birth_keeps_its_year(staged) -> None:
    """The patient was born on 1970-01-31."""
    given = ["1970-01-31", "1970-01", "1970", "1970-02", "1970-01-30", "2005-03-02", ""]
    out = staged(condition=[{"condition_id": str(i), "onset_on": day} for i, day in enumerate(given)])
    kept = [day for (day,) in out.sql("select onset_on from staging.condition order by record").fetchall()]
    assert kept == ["1970", "1970", "1970", "1970-02", "1970-01-30", "2005-03-02", None]


def test_doses_become_milligrams_by_the_strength_of_the_product(staged) -> None:
    capsules = {"product_code": "3999014M2029", "dose": "3", "dose_unit": "capsule"}
    milligrams = {"product_code": "9999999X9999", "dose": "２．５", "dose_unit": "mg"}
    out = staged(medication_request=[{} | capsules, {"request_id": "M2"} | milligrams])
    query = "select dose, dose_unit, dose_mg from staging.medication_request order by record"
    assert out.sql(query).fetchall() == [
        (Decimal(3), "capsule", Decimal("1.5")),
        (Decimal("2.5"), "mg", Decimal("2.5")),
    ]
