"""Deliveries of messages: many files a feed, one file for many feeds, tables beside them."""

import json
from pathlib import Path

import pytest

from assets.raw import load as raw
from warehouse.errors import DataError
from warehouse.places import Places

PROFILE = """site = "{site}"
name = "x"
time_zone = "Asia/Tokyo"
max_quarantine_share = 0.5
not_delivered = ["condition", "medication_request", "medication_administration", "vital_sign", "activity_score", {more}]
"""


def delivery(places: Places, monkeypatch: pytest.MonkeyPatch, *more: str) -> Path:
    """An empty delivery of a site that lacks most feeds."""
    sites = places.landing.parent / "sites"
    sites.mkdir()
    lacking = ", ".join(f'"{feed}"' for feed in ("endoscopy", *more))
    (sites / "ward.toml").write_text(PROFILE.format(site="ward", more=lacking), encoding="utf-8")
    monkeypatch.setenv("MUCOSA_SITES", str(sites))
    folder = places.landing / "ward" / "2020-06-30"
    folder.mkdir(parents=True)
    return folder


def message(number: int) -> str:
    header = f"MSH|^~\\&|L|H|||20200101||ORU^R01|{number}|P|2.5"
    return f"{header}\rPID|1||P1\rOBR|1||F{number}|x|||202001010800\rOBX|1|NM|718-7^Hb^LN||1{number}|g/dL|||||F\r"


def test_one_message_a_file_beside_tables(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = delivery(places, monkeypatch)
    (folder / "adt.hl7").write_text("MSH|^~\\&|||||||ADT^A04|1\rPID|1||P1||||19700101|M\r", encoding="utf-8")
    for number in range(3):
        (folder / f"{number}.hl7").write_text(message(number), encoding="utf-8")
    (folder / "encounter.csv").write_text("encounter_id,patient_id,class,started_at,ended_at\n", encoding="utf-8")
    assert raw.load(places) == {"encounter": 0, "lab_result": 3, "patient": 1}
    assert raw.files(places).filter(feed="lab_result")["records"].to_list() == [1, 1, 1]


def test_one_file_holds_many_feeds(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = delivery(places, monkeypatch, "lab_result")
    resources = [
        {"resourceType": "Patient", "id": "P1", "gender": "male", "birthDate": "1970-01-01"},
        {"resourceType": "Encounter", "id": "E1", "class": {"code": "AMB"}, "subject": {"reference": "Patient/P1"}},
        {"resourceType": "Patient", "id": "P1", "gender": "male", "birthDate": "1970-01-01"},
    ]
    (folder / "all.ndjson").write_text("\n".join(map(json.dumps, resources)), encoding="utf-8")
    assert raw.load(places) == {"encounter": 1, "patient": 2}
    listed = raw.files(places).select("feed", "records", "sha256", "file_id")
    assert listed["sha256"].n_unique() == 1
    assert listed["file_id"].n_unique() == 2


def test_a_feed_that_the_messages_lack_is_missed(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = delivery(places, monkeypatch)
    (folder / "0.hl7").write_text(message(0), encoding="utf-8")
    with pytest.raises(DataError, match=r"ward\|2020-06-30 lacks patient\.csv"):
        raw.load(places)
