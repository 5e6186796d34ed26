"""What can be told from a file that nobody has described: encoding, delimiter, header, kinds of cells."""

import csv
import difflib
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from assets.raw import headers, text, workbook
from assets.raw.unpack import ZIP, unpack
from assets.staging import dates
from assets.staging.codes import codes
from assets.staging.columns import clean_text, typed
from schemas import extract
from schemas.extract import Feed, Field
from warehouse.errors import UsageError

ROWS = 2000
"""Records that are looked at."""

DELIMITERS = ",;\t|"

DATES = ("%Y/%m/%d", "%Y%m%d", "era", "%Y年%m月%d日", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m", "%Y年%m月", "%Y年")
TIMES = (" %H:%M", " %H:%M:%S", "T%H:%M:%S%z", " %H%M", "%H%M", "%H%M%S")


class Sight(NamedTuple):
    """A file as it was found; `cells` are the cleaned texts of its first records, by header."""

    file: str
    encoding: str
    delimiter: str
    header: list[str]
    cells: dict[str, pl.Series]


def look(file: Path) -> Sight:
    """The header and the first records of a file; what can't be read raises `UsageError` or `DataError`."""
    try:
        content = unpack(file.read_bytes(), file.name)
    except OSError as error:
        raise UsageError(f"{file} can't be read ({error.strerror}).") from None
    if content.startswith(ZIP):
        rows = [[workbook.text(cell, is_day=False) for cell in row] for row in workbook.rows(content, file.name, None)]
        return _sight(file.name, "", "", [row for row in rows if any(row)])
    encoding = text.guess_encoding(lambda: iter([content]))
    if encoding is None:
        raise UsageError(f"{file.name} is no text in any usual encoding. Export it as CSV in UTF-8.")
    whole = text.decode(content, file.name, encoding)
    first = whole.lstrip().split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter)
    return _sight(file.name, encoding, delimiter, [row for row, _ in zip(reader, range(ROWS + 1), strict=False) if row])


def _sight(file: str, encoding: str, delimiter: str, rows: list[list[str]]) -> Sight:
    if not rows:
        raise UsageError(f"{file} is empty.")
    header, body = [name.strip() for name in rows[0]], rows[1 : ROWS + 1]
    columns = {name: [row[i] if i < len(row) else "" for row in body] for i, name in enumerate(header) if name}
    cells = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).select(clean_text(pl.all()))
    return Sight(file, encoding, delimiter, header, cells.to_dict())


def guess_feed(sight: Sight, among: Sequence[Feed]) -> tuple[Feed, dict[str, str]]:
    """The feed whose required columns the header covers best, and header by contract column."""
    guesses = {feed.feed: guess_columns(sight.header, feed, sight.cells) for feed in among}

    def score(feed: Feed) -> tuple[float, float]:
        wanted = [c.name for c in feed.columns if c.required and c.name != "patient_id"]
        found = guesses[feed.feed]
        named = difflib.SequenceMatcher(None, feed.feed, Path(sight.file).stem.casefold()).ratio()
        return sum(name in found for name in wanted) / len(wanted) + named, len(found)

    best = max(among, key=score)
    return best, guesses[best.feed]


def guess_columns(header: Sequence[str], feed: Feed, cells: Mapping[str, pl.Series] | None = None) -> dict[str, str]:
    """Header by contract column: the same name, then a known spelling, then a close one; each header once.

    What no name tells may be told by the cells: units, and codes that fit their pattern.
    """
    spelled = codes("header").group_by("column", maintain_order=True).agg("spelling").rows()
    known = {column: [headers.plain(word) for word in words] for column, words in spelled}
    free = {headers.plain(name).replace("_", " "): name for name in reversed(header) if name}
    found: dict[str, str] = {}

    def take(column: Field, words: Iterable[str]) -> None:
        word = next((word.replace("_", " ") for word in words if word.replace("_", " ") in free), None)
        if word is not None and column.name not in found:
            found[column.name] = free.pop(word)

    for column in feed.columns:
        take(column, [column.name])
    for column in feed.columns:
        take(column, known.get(column.name, []))
    for column in feed.columns:
        words = [column.name.replace("_", " "), *known.get(column.name, [])]
        take(column, [close for word in words for close in difflib.get_close_matches(word, free, n=1, cutoff=0.84)])
    for column in feed.columns:
        shaped = [plain for plain, name in free.items() if _fits((cells or {}).get(name), column, feed)]
        take(column, shaped[:1])
    return found


def _fits(cells: pl.Series | None, column: Field, feed: Feed) -> bool:
    """Whether most of the cells can be nothing else than this column's."""
    filled = cells.drop_nulls() if cells is not None else pl.Series(dtype=pl.String)
    if filled.is_empty():
        return False
    if column.name == "unit":
        measured = codes("analyte").filter(feed=feed.feed)["analyte"]
        listed = codes("unit").filter(pl.col("analyte").is_in(measured.implode()))["unit_as_written"]
        fits = filled.str.replace_all("[μµ]", "u").is_in(listed.implode())
    elif column.pattern is not None and column.name != "code":
        fits = filled.str.contains(f"^(?:{column.pattern})$")
    else:
        return False
    return 2 * int(fits.sum()) > len(filled)


def guess_formats(cells: pl.Series, kind: str) -> tuple[str, ...]:
    """Formats that the contract's own leave over, fewest first; those that read the same cells stand side by side.

    Empty where the contract's own form covers every cell, or where no format helps.
    """
    left = cells.drop_nulls().unique()
    left = left.filter(left.to_frame("c").select(typed(pl.col("c"), kind).is_null()).to_series())
    tries = [day + time for time in TIMES for day in DATES[:7]] if kind == "datetime" else DATES
    found: list[str] = []
    while left.len():
        reads = {text: _reads(left, text, kind) for text in tries}
        best = max(tries, key=lambda text: int(reads[text].sum()))
        if not reads[best].any():
            break
        found.append(best)
        twin = best.replace("%d/%m", "%m/%d")
        if twin != best and int(reads[twin].sum()) == int(reads[best].sum()):
            found.append(twin)
        left = left.filter(~reads[best])
    return tuple(found)


def kind(cells: pl.Series) -> str:
    """What cells that nobody has named look like, without any of them."""
    filled = cells.drop_nulls()
    if filled.is_empty():
        return "empty"
    if guess_formats(filled, "datetime") or filled.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]").all():
        return "times"
    if guess_formats(filled, "date") or filled.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$").all():
        return "days"
    if is_clock(filled):
        return "times of day"
    if filled.str.contains(r"^[<>=]*-?[0-9]+([.,][0-9]+)?$").all():
        return "numbers, each another" if filled.n_unique() == len(filled) > 1 else "numbers"
    return "texts, each another" if filled.n_unique() == len(filled) > 1 else f"{filled.n_unique()} different texts"


def clock_beside(sight: Sight, title: str) -> str | None:
    """The column right of a day that holds its time of day, if there is one."""
    if kind(sight.cells[title]) != "days":
        return None
    following = sight.header[sight.header.index(title) + 1 :][:1]
    return next((name for name in following if name and is_clock(sight.cells[name])), None)


def is_clock(cells: pl.Series) -> bool:
    """Whether the cells are times of day."""
    filled = cells.drop_nulls()
    return not filled.is_empty() and bool(filled.str.contains(r"^[0-2]?[0-9]:[0-5][0-9](:[0-5][0-9])?$").all())


def _reads(cells: pl.Series, text: str, kind: str) -> pl.Series:
    read = dates.reader([text], "UTC")(pl.col("c"))
    return cells.to_frame("c").select(typed(read, kind).is_not_null()).to_series()


def feeds() -> tuple[Feed, ...]:
    """The feeds that a file may hold."""
    return extract.feeds()
