"""Excel workbooks give the records that the same table as CSV would."""

import io
import zipfile

import pytest

from assets.raw import formats
from assets.raw.landing import LandedFile
from schemas import site
from warehouse.errors import DataError

NAMES = ["patient_id", "name", "sex", "birth_date", "death_date"]
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": f'<Relationships xmlns="{LINKS}"><Relationship Id="r1" Type="{RELATIONS}/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{LINKS}">'
    f'<Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{SPACE}" xmlns:r="{RELATIONS}"><sheets><sheet name="Patients" sheetId="1"'
    ' r:id="r1"/></sheets></workbook>',
    # Style 1 is a day, as Excel numbers its formats.
    "xl/styles.xml": f'<styleSheet xmlns="{SPACE}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    "</styleSheet>",
}


def workbook(*rows: list[str | float | None]) -> bytes:
    """A workbook; the fourth column's numbers are days since 1899-12-30, as Excel stores them."""
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = []
        for letter, cell in zip("ABCDEFGH", row, strict=False):
            if isinstance(cell, str):
                cells.append(f'<c r="{letter}{number}" t="inlineStr"><is><t>{cell}</t></is></c>')
            elif cell is not None:
                cells.append(f'<c r="{letter}{number}" s="{int(letter == "D")}"><v>{cell}</v></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{SPACE}"><sheetData>{"".join(lines)}</sheetData></worksheet>',
        )
    return buffer.getvalue()


def read(content: bytes) -> list[tuple]:
    landed = LandedFile(None, "patient")
    frame = formats.read(content, "patient.xlsx", landed, site.load("demo"))["patient"]
    return frame.select("record", "line", "fault", *NAMES).rows()


def test_numbers_days_and_texts_read_as_the_contract_writes_them() -> None:
    content = workbook(NAMES, [1001, "x", "male", 22374, None], [], ["P2", "y", "female", "1970-01-01", 1.5])
    assert read(content) == [
        (1, 2, None, "1001", "x", "male", "1961-04-03", ""),
        (2, 4, None, "P2", "y", "female", "1970-01-01", "1.5"),
    ]


def test_a_cell_beside_the_table_refuses_its_record_and_shifts_nothing() -> None:
    content = workbook(NAMES, ["P1", "x", "male", 22374, None, "note"], ["P2", "y", "female", 22374, None])
    assert [(record, fault, patient) for record, _, fault, patient, *_ in read(content)] == [
        (1, "fields", None),
        (2, None, "P2"),
    ]


def test_an_empty_sheet_and_a_missing_column_are_named() -> None:
    with pytest.raises(DataError, match=r"^patient\.xlsx is empty"):
        read(workbook([]))
    with pytest.raises(DataError, match=r"^patient\.xlsx lacks the column sex"):
        read(workbook(["patient_id", "name", "birth_date", "death_date"]))
