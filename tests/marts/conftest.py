"""A small study written down by hand: eight patients, each there for one reason."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import duckdb
import pytest

from schemas import contract
from schemas.contract import LAYERS
from schemas.study import load
from warehouse import model

TABLES = sorted(
    {parent for mart in model.models("marts") for parent in model.parents(mart)} - set(model.models("marts"))
    | {"labels.calprotectin"}
)
"""All that a mart reads, in SQL or in Python."""
START = dt.date(2017, 1, 1)
PATIENTS = {  # group, Mayo before, Mayo after, UCEIS after, days to relapse (+) or censoring (-), follow-up
    1: ("mh", 3, 0, 0, 50, 400),
    2: ("mh", 3, 1, 1, -900, 1000),
    3: ("mh", 2, 1, 2, -1200, 1300),
    4: ("mh", None, 0, 1, -1600, 1700),
    5: ("nmh", 3, 2, 4, 120, 300),
    6: ("nmh", 3, 3, 5, 400, 700),
    7: (None, 3, None, 3, -200, 500),  # colonoscopy without a Mayo subscore
    8: (None, None, None, None, None, 60),  # never in remission
}

Insert = Callable[..., None]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        for layer in LAYERS:
            opened.execute(f"create schema {layer}")
        for table in TABLES:
            # only the columns that a test is about need values
            opened.execute(contract.load(table).ddl().replace(" not null", ""))
        yield opened


@pytest.fixture
def insert(connection: duckdb.DuckDBPyConnection) -> Insert:
    def insert(table: str, **values: Any) -> None:
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" for _ in values)
        connection.execute(f"insert into {table} ({names}) values ({marks})", list(values.values()))

    return insert


@pytest.fixture
def parameters() -> Mapping[str, Any]:
    """The study's own parameters."""
    return load().parameters() | {"minimum_patients": 2}


@pytest.fixture
def study(connection: duckdb.DuckDBPyConnection, insert: Insert) -> duckdb.DuckDBPyConnection:
    """The eight patients in cohorts and labels."""
    for person, (group, before, after, uceis, days, follow_up) in PATIENTS.items():
        remission = None if days is None else START + dt.timedelta(28)
        scoped = remission is not None
        who: dict[str, Any] = {"person_id": person, "course_id": 100 + person}
        insert("cohorts.index_course", **who, start_on=START, end_on=START + dt.timedelta(90))
        insert("cohorts.clinical_remission", **who, remission_on=remission)
        insert(
            "cohorts.membership", **who, in_remission=scoped, has_colonoscopy=scoped,
            first_failed_step=None if scoped else "no_remission", reason=None if scoped else "cai_missing",
        )  # fmt: skip
        insert(
            "labels.mucosal_healing", **who, study_group=group, mayo_endoscopic_subscore=after,
            uceis_total=uceis, mucosal_healing=None if group is None else group == "mh",
            colonoscopy_on=START + dt.timedelta(95) if scoped else None, after_relapse=person == 1 or None,
        )  # fmt: skip
        insert(
            "labels.follow_up", **who, event=None if days is None else days > 0, follow_up_days=follow_up,
            time_days=None if days is None else abs(days),
        )  # fmt: skip
        insert("labels.relapse", **who, criterion="R1" if (days or 0) > 0 else None)
        insert("labels.target_attainment", **who, target_reached=True, time_to_target_days=person)
        insert(
            "labels.characteristic", **who, age_years=20 + person, sex="male" if person % 2 else "female",
            uc_duration_years=person, extent="E2" if person % 3 else "E3", azathioprine=person != 2,
            steroid_response="dependent" if person % 3 == 1 else "resistant", prior_biologic=person == 1,
            psl_before_tac=True, tac_duration_days=60 + person, psl_total_mg=330 + 5 * person,
            steroid_free_24w=None if person == 3 else person != 5,
        )  # fmt: skip
        for period in ("before_psl", "before_tac", "end_tac"):
            measured = {"cai": 10 + person, "hemoglobin_g_dl": 10.1, "albumin_g_dl": 3 + person / 10,
                        "crp_mg_dl": person / 100, "uceis_total": 8 - person % 3,
                        "mayo_endoscopic_subscore": before}  # fmt: skip
            for measure, value in measured.items():
                insert("labels.baseline", **who, period=period, measure=measure, value=value)
    insert(
        "labels.adverse_event", person_id=1, adverse_event="tremor", recorded=True, laboratory=False, led_to_stop=False
    )
    insert(
        "labels.adverse_event", person_id=1, adverse_event="headache", recorded=True, laboratory=False, led_to_stop=True
    )
    insert(
        "labels.adverse_event", person_id=5, adverse_event="tremor", recorded=False, laboratory=True, led_to_stop=False
    )
    insert(
        "labels.adverse_event", person_id=7, adverse_event="tremor", recorded=True, laboratory=True, led_to_stop=True
    )
    insert("cohorts.exclusion", person_id=90, step="course", reason="other_indication")
    insert("cohorts.exclusion", person_id=91, step="course", reason="other_indication")
    return connection
