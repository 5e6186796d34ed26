"""What is gone comes as Bundles of DELETE entries, one or many a line."""

import json

import pytest

from assets.raw import fhir_ndjson
from schemas import site


def bundle(*urls: str, method: str = "DELETE") -> str:
    entries = [{"request": {"method": method, "url": url}} for url in urls]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})


def read(*lines: str) -> list[tuple]:
    frames = fhir_ndjson.read("\n".join(lines).encode(), "deleted.ndjson", site.load("demo"))
    return frames["deletion"].select("record", "line", "feed", "key", "fault").rows()


def test_the_address_names_feed_and_key() -> None:
    lines = [bundle("Patient/P1"), "", bundle("https://host/fhir/Observation/L1"), bundle("Procedure/O1")]
    assert read(*lines) == [
        (1, 1, "patient", "P1", None),
        (2, 3, "observation", "L1", None),
        (3, 4, "procedure", "O1", None),
    ]


@pytest.mark.parametrize("line", [bundle("Banana/1"), bundle("P1"), bundle("Patient/P1", method="PUT")])
def test_what_is_no_deletion_of_a_known_resource_is_refused(line: str) -> None:
    assert read(line) == [(1, 1, None, None, "shape")]


def test_every_entry_of_a_bundle_is_a_record() -> None:
    assert read(bundle("Patient/P1", "Banana/1", "Observation/L1"), bundle("Procedure/O1")) == [
        (1, 1, "patient", "P1", None),
        (2, 1, None, None, "shape"),
        (3, 1, "observation", "L1", None),
        (4, 2, "procedure", "O1", None),
    ]
