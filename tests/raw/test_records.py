"""A CSV file becomes numbered text records; what can't be read is named without quoting a cell."""

import pytest

from assets.raw import records
from schemas import extract, site
from warehouse.errors import DataError

HEADER = "order_id,patient_id,ordered_at,target_low,target_high,target_unit"
FEED = extract.load("monitoring_order")


def read(content: bytes) -> list[tuple]:
    frame = records.read(content, "monitoring_order.csv", FEED, site.load("demo"))
    return frame.select("record", "line", "malformed", "order_id", "target_unit").rows()


@pytest.mark.parametrize(
    "content",
    [
        HEADER + "\n1,P,t,1,2,u\n\n2,P,t,1,2,\n",
        HEADER + "\r\n1,P,t,1,2,u\r\n\r\n2,P,t,1,2,\r\n",
        HEADER + "\n1,P,t,1,2,u\n\n2,P,t,1,2,",
        "\ufeff" + HEADER + '\n1,P,t,1,2,"u"\n\n2,P,t,1,2,""\n',
        HEADER + "\r1,P,t,1,2,u\r\r2,P,t,1,2,\r",
    ],
    ids=["plain", "crlf", "no-newline-at-end", "bom-and-quotes", "cr"],
)
def test_every_kind_of_line_end_gives_the_same_records(content: str) -> None:
    assert read(content.encode()) == [(1, 2, None, "1", "u"), (2, 4, None, "2", "")]


def test_a_quoted_field_spans_lines_and_keeps_the_count_of_lines() -> None:
    content = HEADER + '\n"1\n,""x""",P,t,1,2,u\n2,P,t,1,2,u\n'
    assert read(content.encode()) == [(1, 2, None, '1\n,"x"', "u"), (2, 4, None, "2", "u")]


@pytest.mark.parametrize("quote", ["", '"'], ids=["fast", "careful"])
def test_a_ragged_record_keeps_its_text_and_shifts_nothing(quote: str) -> None:
    content = f"{HEADER}\n{quote}1{quote},P\n2,P,t,1,2,u,more\n3,P,t,1,2,u\n"
    assert read(content.encode()) == [
        (1, 2, f"{quote}1{quote},P", None, None),
        (2, 3, "2,P,t,1,2,u,more", None, None),
        (3, 4, None, "3", "u"),
    ]


def test_columns_beyond_the_contract_are_kept() -> None:
    frame = records.read(f"{HEADER},ward\n1,P,t,1,2,u,W\n".encode(), "f.csv", FEED, site.load("demo"))
    assert frame["ward"].to_list() == ["W"]


def test_a_header_alone_is_a_file_without_records() -> None:
    assert read(HEADER.encode()) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n \n", "is empty"),
        (HEADER.encode() + b"\n\x8a\xb3\n", "byte at offset 66 does not fit"),
        (b"\xef\xbb\xbf" + HEADER.encode() + b"\n\x8a\xb3\n", "byte at offset 69 does not fit"),
        (HEADER.encode("utf-16"), "byte at offset 0 does not fit"),
        (HEADER.replace("target_low", "target low").encode(), "lacks the column target_low"),
        (HEADER.replace("target_low", "target low").encode(), "and 1 others, one of them target low"),
        (f"{HEADER},target_low".encode(), r"names columns 4 and 7 alike \(target_low\)"),
        (f"{HEADER},".encode(), "no name for column 7"),
        (f"{HEADER},line".encode(), "reserved"),
        (
            f'{HEADER}\n1,P,t,1,2,u\n"2,P,t,1,2,u\n3,P,t,1,2,u\n'.encode(),
            "record of line 3 and never closes it",
        ),
        (f'{HEADER}\n"{"x" * 200_000}",P,t,1,2,u\n'.encode(), "beyond line 2"),
    ],
)
def test_an_unreadable_file_is_named_with_its_fault(content: bytes, says: str) -> None:
    with pytest.raises(DataError, match=rf"^monitoring_order\.csv .*{says}"):
        read(content)


def test_a_file_without_header_does_not_leak_its_first_record() -> None:
    with pytest.raises(DataError) as caught:
        read("77,山田太郎,2020-01-01,1,2,ng/mL\n".encode())
    assert "山田" not in str(caught.value)
    assert "2020" not in str(caught.value)
