"""Bulk Data lists what is gone as Bundles of one DELETE."""

import json

import pytest

from assets.raw import fhir_ndjson
from schemas import site
from warehouse.errors import DataError


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


@pytest.mark.parametrize(
    "line", [bundle("Patient/P1", "Patient/P2"), bundle("Banana/1"), bundle("P1"), bundle("Patient/P1", method="PUT")]
)
def test_what_is_no_deletion_of_one_known_resource_is_refused(line: str) -> None:
    assert read(line) == [(1, 1, None, None, "shape")]


def test_a_bundle_of_resources_is_still_explained() -> None:
    whole = json.dumps({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}]})
    with pytest.raises(DataError, match="is a Bundle, not Bulk Data"):
        read(whole)
