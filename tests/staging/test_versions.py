"""Of several versions of one record the current one stands; the others are counted as superseded."""


def lab(value: str, hour: int, **more: str) -> dict[str, str]:
    return {"value": value, "reported_at": f"2020-01-02T{hour}:00"} | more


def values(connection) -> list[float]:
    return [v for (v,) in connection.sql("select value_number::double from staging.lab_result").fetchall()]


def tally(connection, feed: str = "lab_result") -> list[tuple[int, ...]]:
    query = """select records, accepted, quarantined, superseded from staging.accounting where feed = $feed
    order by delivery"""
    return connection.sql(query, params={"feed": feed}).fetchall()


def test_the_latest_version_wins_wherever_it_stands(staged) -> None:
    out = staged(lab_result=[lab("2", 12, status="corrected"), lab("1", 10), lab("1", 10)])
    assert values(out) == [2.0]
    assert tally(out) == [(3, 1, 0, 2)]


def test_a_refused_newer_version_does_not_hide_an_accepted_older_one(staged) -> None:
    out = staged(lab_result=[lab("1", 10), lab("999", 12)])
    assert values(out) == [1.0]
    assert tally(out) == [(2, 1, 1, 0)]


def test_a_cancellation_is_the_current_version_and_has_no_number(staged) -> None:
    out = staged(lab_result=[lab("1", 10), lab("1", 12, status="cancelled")])
    query = "select value_number, value_absent_reason, status from staging.lab_result"
    assert out.sql(query).fetchall() == [(None, "cancelled", "cancelled")]


def test_without_a_version_column_the_later_record_wins(staged) -> None:
    out = staged(procedure=[{}, {"code": "73761001"}])
    assert out.sql("select code, record from staging.procedure").fetchall() == [("73761001", 2)]
    assert tally(out, "procedure") == [(2, 1, 0, 1)]


def test_a_later_delivery_corrects_an_earlier_one_and_both_files_balance(hospital, warehouse) -> None:
    hospital.deliver("2020-06-30", lab_result=[lab("1", 10), lab("5", 10, result_id="L2")])
    hospital.deliver("2020-07-31", lab_result=[lab("2", 12)], procedure=[{"code": "73761001"}])
    hospital.stage(warehouse)
    assert sorted(values(warehouse)) == [2.0, 5.0]
    assert tally(warehouse) == [(2, 1, 0, 1), (1, 1, 0, 0)]
    assert warehouse.sql("select code from staging.procedure").fetchall() == [("73761001",)]
    site = warehouse.sql("select site, time_zone, synthetic, latest_delivery::varchar from staging.site").fetchall()
    assert site == [("demo", "Asia/Tokyo", False, "2020-07-31")]


def test_staging_twice_gives_the_same_tables(hospital, warehouse) -> None:
    def fingerprint() -> list[tuple]:
        tables = [f"staging.{name}" for name in hospital.stage(warehouse)] + ["raw.file"]
        return [(t, sorted(map(str, warehouse.table(t).fetchall()))) for t in tables]

    assert fingerprint() == fingerprint()
