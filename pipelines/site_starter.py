"""The beginning of a site profile, written from a look at the files; what it can't tell it says in comments."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from assets.staging.codes import codes
from pipelines.site_look import Sight, clock_beside, feeds, guess_feed, guess_formats, kind, look
from schemas.extract import Feed, Field

CATEGORIES = 12
"""More different words than these are no code, and are not written down: they might be names."""


def starter(name: str, files: list[Path]) -> str:
    """A profile in TOML for the files given; every guess is marked, nothing is asked of the network.

    Only headers and the words of coded columns are written, never a number, a date or a text of a patient.
    """
    sights = [look(file) for file in files]
    left = list(feeds())
    guesses = []
    for sight in sights:
        feed, found = guess_feed(sight, left)
        left.remove(feed)
        guesses.append((sight, feed, found))
    guesses.sort(key=lambda guess: feeds().index(guess[1]))
    unlike = _settled([each for lists in _formats(guesses).values() for each in lists])
    body = [line for guess in guesses for line in _feed(*guess, sights[0], unlike)]
    missing = [feed.feed for feed in left if feed.required]
    return "\n".join([*_top(name, sights, guesses, missing, unlike), *body]) + "\n"


Guess = tuple[Sight, Feed, dict[str, str]]
"""A file, the feed that it is taken for, and header by contract column."""


def _top(name: str, sights: list[Sight], guesses: list[Guess], missing: list[str], unlike: str | None) -> Iterator[str]:
    japanese = any(ord(letter) > 0x3000 for sight in sights for title in sight.header for letter in title)
    yield "# A beginning, made by looking at files: go through every line, then run mucosa site check."
    yield f'site = "{name}"'
    yield f'name = "{name}" # how reports call the hospital'
    zone = "Asia/Tokyo" if japanese else "UTC"
    yield f'time_zone = "{zone}" # {"a guess from the headers" if japanese else "PLEASE SAY: where its clocks stand"}'
    text = [sight for sight in sights if sight.encoding]
    if text:
        yield f'encoding = "{text[0].encoding}"'
        yield f"delimiter = {_quoted(text[0].delimiter)}"
    if any(_has_decimal_comma(*guess) for guess in guesses):
        yield "decimal_comma = true # 1,5 is one and a half; say false if it is fifteen hundred or so"
    for key, lists in _formats(guesses).items():
        found = dict.fromkeys(text for each in lists for text in each if unlike is None or unlike not in text)
        if found:
            yield f"{key} = [{', '.join(map(_quoted, found))}]"
        if any(text.replace("%d/%m", "%m/%d") in found and "%d/%m" in text for text in found):
            yield "# Day or month first? The files fit both: ask the hospital and strike one of the two."
    yield "max_quarantine_share = 0.05 # a file with more bad records than this stops the night"
    if missing:
        yield "# Feeds that the study needs and for which there is no file yet; add the files and strike their names."
        yield f"not_delivered = [{', '.join(map(_quoted, missing))}]"


def _formats(guesses: list[Guess]) -> dict[str, list[tuple[str, ...]]]:
    """Formats of each column of days and of each of times."""
    return {
        key: [
            guess_formats(_joined(sight, columns[field.name], field), field.type)
            for sight, feed, columns in guesses
            for field in feed.columns
            if field.type in kinds and field.name in columns
        ]
        for key, kinds in (("date_formats", ("date", "partial_date")), ("datetime_formats", ("datetime",)))
    }


def _settled(lists: list[tuple[str, ...]]) -> str | None:
    """The order of day and month that some column rules out, if one does and none rules out the other."""
    orders = ("%d/%m", "%m/%d")
    alone = {
        order
        for each in lists
        for order, other in (orders, orders[::-1])
        if any(order in text for text in each) and not any(other in text for text in each)
    }
    return next((order for order in orders if order not in alone), None) if len(alone) == 1 else None


def _feed(sight: Sight, feed: Feed, found: dict[str, str], usual: Sight, unlike: str | None) -> Iterator[str]:
    yield f"\n# {feed.description.rstrip('.')}: {feed.row}."
    yield f"[feeds.{feed.feed}]"
    yield f"files = [{_quoted(sight.file)}] # a pattern such as {_quoted(Path(sight.file).stem + '*')} fits later ones"
    if sight.encoding and sight.encoding != usual.encoding:
        yield f'encoding = "{sight.encoding}"'
    if sight.delimiter and sight.delimiter != usual.delimiter:
        yield f"delimiter = {_quoted(sight.delimiter)}"
    yield from _units(sight, feed, found)
    yield f"[feeds.{feed.feed}.columns]"
    for field in feed.columns:
        if field.name in found:
            yield from _column(field, found[field.name], sight, unlike)
        elif field.required:
            yield f"# {field.name}: NOT FOUND, and every record needs it. {field.meaning}"
            yield f'# {field.name} = ["its header"]   or   {field.name} = {{constant = "the same in every record"}}'
        elif field.column == "required":
            yield f'{field.name} = {{constant = ""}} # not in the file: {field.meaning}'
    strange = [title for title in sight.header if title and title not in found.values()]
    for title in strange:
        beside = any(clock_beside(sight, used) == title for used in found.values())
        yield f"# Not used: {title} ({kind(sight.cells[title])})" if not beside else f"# {title}: joined to its day"


def _joined(sight: Sight, title: str, field: Field) -> pl.Series:
    """The cells of a column, and the time of day from beside it where it has only days."""
    cells, clock = sight.cells[title], clock_beside(sight, title)
    if field.type != "datetime" or clock is None:
        return cells
    return pl.select(pl.concat_str([cells, sight.cells[clock]], separator=" ")).to_series()


def _time(field: Field, title: str, sight: Sight, unlike: str | None) -> str:
    """A time of which the file has only the day, or day and time in two columns."""
    if clock := clock_beside(sight, title):
        return f"{field.name} = {{join = [{_quoted(title)}, {_quoted(clock)}]}}"
    found = [text for text in guess_formats(sight.cells[title], "date") if unlike is None or unlike not in text]
    formats = ", ".join(map(_quoted, found[:1] or ["%Y-%m-%d"]))
    return (
        f'{field.name} = {{headers = [{_quoted(title)}], formats = [{formats}], time_of_day = "12:00"}}'
        " # only days: PLEASE SAY what time stands for them"
    )


def _column(field: Field, title: str, sight: Sight, unlike: str | None) -> Iterator[str]:
    cells = sight.cells[title]
    said = f"{field.name} = [{_quoted(title)}]"
    if field.type == "datetime" and kind(cells) == "days":
        said = _time(field, title, sight, unlike)
    words = cells.drop_nulls().unique(maintain_order=True).to_list()
    strange = [word for word in words if word not in field.values]
    if field.name == "code":
        yield said
        yield from _codes(cells)
    elif not field.values or not strange:
        yield said
    elif len(strange) > CATEGORIES:
        yield f"{said} # {len(strange)} different words: is this the right column?"
    else:
        spelled = set(codes("word").rows())  # words that hospitals write for the contract's codes
        known = {w: t for w in strange for t in field.values if (t, w.casefold()) in spelled}
        pairs = ", ".join(f"{_quoted(word)} = {_quoted(target)}" for word, target in known.items())
        yield f"{field.name} = {{headers = [{_quoted(title)}], values = {{{pairs}}}}}" if known else said
        open_words = [word for word in strange if word not in known]
        if open_words:
            yield f"# {field.name}: which of {', '.join(field.values)} are, under values: {', '.join(open_words)}"


def _codes(cells: pl.Series) -> Iterator[str]:
    loinc = set(codes("analyte")["loinc"])
    common = cells.drop_nulls().value_counts(sort=True).get_column(cells.name)
    strange = [code for code in common if code not in loinc]
    if strange:
        yield f"# Codes that are not the study's: {', '.join(strange[: 2 * CATEGORIES])}. Map those that belong to it:"
        yield f'# values = {{{_quoted(strange[0])} = "1988-5"}}, or codes = "a CSV source,target beside this file"'


def _units(sight: Sight, feed: Feed, found: dict[str, str]) -> Iterator[str]:
    if feed.feed != "lab_result" or "unit" not in found:
        return
    listed = set(codes("unit")["unit_as_written"])
    printed = sight.cells[found["unit"]].drop_nulls().unique(maintain_order=True).str.replace_all("[μµ]", "u")
    strange = [unit for unit in printed if unit not in listed]
    if strange and len(strange) <= CATEGORIES:
        yield f"# Units that are not in schemas/codes/unit.csv: {', '.join(strange)}. Where one belongs to the study:"
        yield f'# units = [{{written = {_quoted(strange[0])}, means = "mg/dL", code = "1988-5"}}]'


def _has_decimal_comma(sight: Sight, feed: Feed, found: dict[str, str]) -> bool:
    numbers = [sight.cells[found[f.name]] for f in feed.columns if f.type in ("decimal", "result") and f.name in found]
    return any(bool(cells.str.contains(r"^[^0-9]*[0-9]+,[0-9]+$").any()) for cells in numbers)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"{escaped}"'
