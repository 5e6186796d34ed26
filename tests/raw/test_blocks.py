"""However a file is cut into blocks and whoever reads its lines, the records are those of Python's own CSV reader."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assets.raw import fhir_ndjson, hl7v2, records
from assets.raw.frame import concat
from assets.raw.text import blocks, guess_encoding
from schemas import extract, site
from schemas.profile import Profile
from warehouse.errors import DataError

PUBLIC = Path(__file__).parent / "public"
FEED = extract.load("patient_link")
HEADER = ",".join(c.name for c in FEED.columns)
CELL = st.sampled_from(['"', '""', '"x"', "x", "", ",", "\n", "\r\n", "\r", "\0", "\ufeff", "１", '"a\nb"', ' "'])
ROWS = st.lists(CELL, max_size=25).map("".join)
MANY = ["1,P,t\n"] * 60
LINES = st.lists(st.sampled_from(["1,P,t\n", '"1","P","t"\n', '1,"P ""x""",t\r\n', "1\n", '"1\n2",P,t\n', "\n"]))


def profile(**said: object) -> Profile:
    return Profile.model_validate({**site.load("demo").model_dump(exclude_unset=True), **said})


def expected(text: str, quote: str, delimiter: str) -> list[tuple]:
    """Record, line and cells by the reader of the standard library, line by line."""
    lines: list[str] = []

    def taken() -> object:
        for line in io.StringIO(text, newline=""):
            lines.append(line)
            yield line

    quoting = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    reader = csv.reader(taken(), delimiter=delimiter, quotechar=quote or None, quoting=quoting)
    found, first = [], 1
    for fields in reader:
        if fields:
            found.append((first, fields, "".join(lines).rstrip("\r\n")))
        lines.clear()
        first = reader.line_num + 1
    width = len(found[0][1])
    return [
        (number, line, *((None, None, *fields) if len(fields) == width else (text, "fields", *[None] * width)))
        for number, (line, fields, text) in enumerate(found[1:], start=1)
    ]


@settings(max_examples=300, deadline=None)
@given(
    ROWS | LINES.map("".join), st.integers(1, 60), st.sampled_from(['"', "'", ""]), st.sampled_from([",", "|", "、"])
)
@example('1,"P\n2,P,t\n', 5, '"', ",")
@example("\ufeff1,P,t\n", 1, '"', ",")
@example('1,P,t\n"2\n\n",P\n3,P\n', 200, '"', ",")
@example(',,,,\n"', 5, "'", ",")
def test_blocks_do_not_show(rows: str, size: int, quote: str, delimiter: str) -> None:
    text = f"{HEADER}\n{rows}".replace(",", delimiter)
    said = profile(quote=quote, delimiter=delimiter)
    try:
        frame = records.read(text.encode(), "f.csv", FEED, said, size)
    except DataError as error:
        with pytest.raises(DataError) as whole:
            records.read(text.encode(), "f.csv", FEED, said)
        assert str(whole.value) == str(error)
        assert "never closes" in str(error)
    else:
        assert frame.rows() == expected(text, quote, delimiter)


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_any_encoding_comes_out_as_utf_8_wherever_it_is_cut(encoding: str, size: int) -> None:
    content = ("患者番号,氏名\r\n1,山田\n" * 9).encode(encoding)
    pieces = [content[i : i + 3] for i in range(0, len(content), 3)]
    assert b"".join(blocks(lambda: iter(pieces), "f.csv", encoding, size)).decode() == "患者番号,氏名\r\n1,山田\n" * 9
    assert guess_encoding(lambda: iter(pieces)) == encoding


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "ascii"])
def test_a_byte_that_does_not_fit_is_told_by_its_place_in_the_file(encoding: str) -> None:
    content = b"a,b\n" * 5 + b"\x85\n" + b"a,b\n"
    pieces = [content[i : i + 3] for i in range(0, len(content), 3)]
    with pytest.raises(DataError, match="the byte at offset 20 does not fit"):
        list(blocks(lambda: iter(pieces), "f.csv", encoding, 4))


def test_many_quotation_marks_are_read_by_columns() -> None:
    """A quoted export must not be slow: Python reads no record of it by itself."""
    row = '"1","P ""x"", y","2020-01-01"\n'
    reader = records.Reader("f.csv", ",", '"')
    reader.header = HEADER.split(",")
    assert reader.odd([row] * 100) == []
    assert reader.odd([row] * 100 + ['"1"x,P,t\n']) == [100]
    assert records.read((HEADER + "\n" + row * 3).encode(), "f.csv", FEED, site.load("demo")).height == 3


STRAY = {fhir_ndjson: b"no JSON\n\n", hl7v2: b"no segment\r\n"}
FILES = {fhir_ndjson: ("patient.ndjson", "observation-f001.ndjson"), hl7v2: ("oru.hl7", "adt.hl7")}


@pytest.mark.parametrize("reader", FILES)
@pytest.mark.parametrize("step", [1, 7, 100, 4096])
def test_messages_are_read_piece_by_piece(reader, step: int) -> None:
    content = b"".join((STRAY[reader] + (PUBLIC / name).read_bytes()) for name in FILES[reader]) * 2
    pieces = [content[at : at + step] for at in range(0, len(content), step)]
    whole = reader.read(content, "f", site.load("demo"))
    found = concat(reader.blocks(lambda: iter(pieces), "f", site.load("demo"), 2))
    assert len(whole) > 1
    assert found.keys() == whole.keys()
    assert all(found[feed].equals(frame) for feed, frame in whole.items())
