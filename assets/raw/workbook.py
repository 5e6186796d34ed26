"""Excel workbooks as text: what a cell shows matters, not how Excel stores it."""

import datetime as dt
import io

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook

from assets.raw import headers
from schemas.extract import Feed
from schemas.profile import Profile
from warehouse.errors import DataError

Cell = str | float | int | bool | dt.date | dt.time | dt.datetime | dt.timedelta


def read(content: bytes, file: str, feed: Feed, profile: Profile) -> pl.DataFrame:
    """All records of one sheet, columns as `records.read` gives them; `file` names it in errors (`DataError`).

    Rows without any cell are no records. The line of a record is its row in the sheet.
    """
    sheet = rows(content, file, profile.feed(feed.feed).sheet)
    first = next((number for number, row in enumerate(sheet) if any(cell != "" for cell in row)), None)
    if first is None:
        raise DataError(f"{file} is empty. Send the file again; if there was nothing to report, with its header alone.")
    header = [text(cell, is_day=False).strip() for cell in sheet[first]]
    while header and header[-1] == "":
        header.pop()
    headers.check(header, file, feed, profile)
    days = {
        name
        for column in feed.columns
        if column.type in ("date", "partial_date")
        for name in headers.sources(header, profile, feed.feed, column.name)
    }
    filled = [(n, row) for n, row in enumerate(sheet[first + 1 :], start=first + 2) if any(c != "" for c in row)]
    # A cell beyond the header's columns belongs to nothing: the record does not fit.
    fits = [all(cell == "" for cell in row[len(header) :]) for _, row in filled]
    cells = {
        name: pl.Series(
            [text(row[i], is_day=name in days) if fit else None for (_, row), fit in zip(filled, fits, strict=True)],
            dtype=pl.String,
        )
        for i, name in enumerate(header)
    }
    frame = pl.DataFrame({"line": pl.Series([n for n, _ in filled], dtype=pl.Int32), **cells})
    torn = [None if fit else "row" for fit in fits]
    faults = [None if fit else "fields" for fit in fits]
    return frame.with_row_index("record", offset=1).select(
        pl.col("record").cast(pl.Int32),
        "line",
        pl.Series("malformed", torn, pl.String),
        pl.Series("fault", faults, pl.String),
        *header,
    )


def rows(content: bytes, file: str, sheet: str | None) -> list[list[Cell]]:
    """The cells of a sheet, the first if none is named; `file` names the workbook in errors (`DataError`)."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if sheet is not None and sheet not in book.sheet_names:
            raise DataError(
                f"{file} has no sheet {sheet}, which the site's profile names; it has {len(book.sheet_names)} others."
            )
        return book.get_sheet_by_name(sheet or book.sheet_names[0]).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError):
        raise DataError(
            f"{file} is not a readable Excel workbook. Save it as .xlsx without a password, or as CSV."
        ) from None


def text(cell: Cell, *, is_day: bool) -> str:
    """A cell as the contract writes it; Excel keeps whole numbers as fractions and days as midnights."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if is_day and cell.time() == dt.time() else cell.isoformat(timespec="seconds")
    if isinstance(cell, dt.date) and not is_day:
        return f"{cell.isoformat()}T00:00:00"
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
