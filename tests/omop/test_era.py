"""Eras by OHDSI's algorithms, each case with the exposures beside the spans that come out."""

import datetime as dt

import pytest

from tests.omop_rows import Hospital

TACROLIMUS, PREDNISOLONE = "3999014M1022", "2456001F1345"
DAY_0 = dt.date(2020, 1, 1)


@pytest.fixture(scope="module")
def hospital() -> Hospital:
    return Hospital.open()


def build(hospital: Hospital, table: str, query: str) -> list[tuple[object, ...]]:
    from assets.omop import parameters
    from warehouse import model

    model.build(hospital.connection, f"omop.{table}", parameters())
    return hospital.connection.execute(f"select {query} from omop.{table} order by all").fetchall()


def expose(hospital: Hospital, start: int, end: int, code: str = TACROLIMUS, **values: object) -> None:
    hospital.add(
        "drug_exposure", person_id=1, drug_concept_id=hospital.concept(code),
        drug_exposure_start_date=DAY_0 + dt.timedelta(start),
        drug_exposure_end_date=DAY_0 + dt.timedelta(end), **values,
    )  # fmt: skip


SPAN = "drug_era_start_date - '2020-01-01'::date, drug_era_end_date - '2020-01-01'::date, drug_exposure_count, gap_days"


@pytest.mark.parametrize(
    ("exposures", "eras", "why"),
    [
        ([(0, 9), (39, 45)], [(0, 45, 2, 30)], "thirty days without drug are one era, with thirty gap days"),
        ([(0, 9), (40, 45)], [(0, 9, 1, 0), (40, 45, 1, 0)], "thirty-one are two"),
        ([(0, 20), (10, 15), (18, 30)], [(0, 30, 3, 0)], "overlapping exposures leave no gap"),
        ([(0, 20), (3, 5), (15, 25)], [(0, 25, 3, 0)], "one inside another ends nothing"),
        ([(0, 0), (1, 1)], [(0, 1, 2, 1)], "the day from one dose to the next is a gap, as the script counts"),
        ([], [], "nobody exposed"),
    ],
)
def test_drug_era(hospital: Hospital, exposures: list[tuple[int, int]], eras: list[tuple[int, ...]], why: str) -> None:
    hospital.clear()
    for start, end in exposures:
        expose(hospital, start, end)
    assert build(hospital, "drug_era", SPAN) == eras, why


def test_products_of_one_ingredient_share_an_era_and_others_do_not(hospital: Hospital) -> None:
    hospital.clear()
    expose(hospital, 0, 9)
    expose(hospital, 12, 20, "3999014D1022")  # granules
    expose(hospital, 5, 8, PREDNISOLONE)
    expose(hospital, 5, 8, "2699709M1036")  # ointment: no systemic exposure, so no era
    expose(hospital, 5, 8, "unknown")  # concept 0
    found = build(hospital, "drug_era", f"drug_concept_id, {SPAN}")
    assert found == [(950637, 0, 20, 2, 3), (1550557, 5, 8, 1, 0)]


def test_dose_era_keeps_doses_apart(hospital: Hospital) -> None:
    hospital.clear()
    expose(hospital, 0, 9, quantity=60, days_supply=10)  # 6 mg a day
    expose(hospital, 10, 19, quantity=40, days_supply=10)  # 4 mg a day
    expose(hospital, 39, 48, quantity=60, days_supply=10)  # 6 mg again: 30 days after the first
    expose(hospital, 50, 59, quantity=None, days_supply=10)  # as needed: no dose
    found = build(
        hospital,
        "dose_era",
        "dose_value, unit_concept_id, dose_era_start_date - '2020-01-01'::date, dose_era_end_date - '2020-01-01'::date",
    )
    assert found == [(4.0, 8576, 10, 19), (6.0, 8576, 0, 48)]


def test_condition_era_lasts_a_day_where_no_end_is_known(hospital: Hospital) -> None:
    hospital.clear()
    for day, concept in ((0, 81893), (31, 81893), (63, 81893), (5, 0)):
        hospital.add(
            "condition_occurrence", person_id=1, condition_concept_id=concept,
            condition_start_date=DAY_0 + dt.timedelta(day),
        )  # fmt: skip
    found = build(
        hospital,
        "condition_era",
        "condition_era_start_date - '2020-01-01'::date, condition_era_end_date - '2020-01-01'::date,"
        " condition_occurrence_count",
    )
    assert found == [(0, 32, 2), (63, 64, 1)], "30 days from day 1 to 31 join, 31 from 32 to 63 do not"


def test_eras_of_one_person_stay_when_another_comes(hospital: Hospital) -> None:
    hospital.clear()
    expose(hospital, 0, 9, quantity=10, days_supply=10)
    keys = {"drug_era": "drug_era_id", "dose_era": "dose_era_id"}
    before = {table: build(hospital, table, key) for table, key in keys.items()}
    hospital.add(
        "drug_exposure", person_id=0, drug_concept_id=hospital.concept(TACROLIMUS), quantity=5, days_supply=5,
        drug_exposure_start_date=DAY_0, drug_exposure_end_date=DAY_0,
    )  # fmt: skip
    for table, key in keys.items():
        assert set(before[table]) < set(build(hospital, table, key)), table
