"""Whatever bytes land as FHIR or HL7: every record is one of a feed, or the file is named in one clear error."""

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.raw import fhir_ndjson, hl7v2
from assets.raw.fault import FAULTS
from schemas import extract, site
from warehouse.errors import DataError

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "code",
                    "coding",
                    "subject",
                    "reference",
                    "valueQuantity",
                    "value",
                    "category",
                    "link",
                    "contained",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
RESOURCE = st.builds(
    lambda kind, rest: json.dumps({**(rest if isinstance(rest, dict) else {}), "resourceType": kind}),
    st.sampled_from([*fhir_ndjson.FEED_OF, "Practitioner"]),
    JSON,
)
SEGMENT = st.builds(
    lambda name, fields: "|".join([name, *fields]),
    st.sampled_from(["MSH|^~\\&|||||||ORU^R01", "MSH|^~\\&|||||||ADT^A08", "PID", "PV1", "OBR", "OBX", "NTE", "", "x"]),
    st.lists(st.text(alphabet='^~\\&"<1aF|', max_size=6), max_size=25),
)


def check(frames: dict[str, pl.DataFrame], records: int | None) -> None:
    numbers = sorted(number for frame in frames.values() for number in frame["record"])
    assert numbers == list(range(1, len(numbers) + 1))
    assert records is None or len(numbers) == records
    for feed, frame in frames.items():
        assert frame.columns[4:] == [c.name for c in extract.load(feed).columns]
        assert set(frame["fault"].drop_nulls()) <= set(FAULTS)


@settings(max_examples=80, deadline=None)
@given(st.lists(RESOURCE | JSON.map(json.dumps) | st.just('{"resourceType": "Patient", "id": "1"}'), max_size=4))
def test_any_resources(lines: list[str]) -> None:
    try:
        frames = fhir_ndjson.read("\n".join(lines).encode(), "x.ndjson", site.load("fhir"))
    except DataError as error:
        assert str(error).startswith("x.ndjson")
    else:
        check(frames, sum(1 for line in lines if line.strip()))


@settings(max_examples=80, deadline=None)
@given(st.lists(SEGMENT, max_size=8), st.sampled_from("\r\n"))
def test_any_segments(segments: list[str], end: str) -> None:
    try:
        frames = hl7v2.read(end.join(segments).encode(), "x.hl7", site.load("hl7"))
    except DataError as error:
        assert str(error).startswith("x.hl7")
    else:
        check(frames, None)


@pytest.mark.parametrize("reader", [fhir_ndjson, hl7v2])
@settings(max_examples=50, deadline=None)
@given(content=st.binary(max_size=80) | st.binary(max_size=40).map(lambda b: b"MSH|^~\\&|||||||ORU^R01\rOBX|1|NM|" + b))
def test_any_bytes(reader: object, content: bytes) -> None:
    try:
        frames = reader.read(content, "x.file", site.load("fhir"))
    except DataError as error:
        assert str(error).startswith("x.file")
    else:
        check(frames, None)
