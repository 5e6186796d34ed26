"""A site's own cells in the contract's words, as its profile says; what it does not cover passes unchanged."""

from fnmatch import fnmatchcase

import polars as pl

from assets.raw import headers
from assets.staging import dates
from assets.staging.columns import LOCAL, UNIT_FACTOR, clean_text, read_columns
from schemas import extract, site
from schemas.extract import Feed, Field
from schemas.profile import Column, Profile, Unit

NUMERIC = ("integer", "decimal", "result")
TIMES = ("date", "partial_date", "datetime")


def translate(frame: pl.LazyFrame, feed: Feed, profile: Profile) -> pl.LazyFrame:
    """Select the columns that staging reads under their contract names, with `record`, `line` and `malformed`, and
    `local:<column>` of code columns: whether the cell is a code that the profile names.

    A column that the file does not have is left out. Cells that the profile says nothing about keep their text
    as delivered, which leaves a file that already follows the contract untouched.
    """
    header = [name for name in frame.collect_schema().names() if name not in headers.PROVENANCE]
    cells = {}
    for field in read_columns(feed):
        source = headers.sources(header, profile, feed.feed, field.name)
        cell = _cell(field, profile.column(feed.feed, field.name), source, profile)
        if cell is not None:
            cells[field.name] = cell
            if field.pattern:
                cells[LOCAL + field.name] = _is_local(cell, profile.column(feed.feed, field.name))
    if feed.feed == "deletion" and "key" in cells:
        cells["key"] = _as_in_its_feed(cells["key"], cells["feed"], profile)
    frame = frame.select(*headers.PROVENANCE, **cells)
    units = profile.feed(feed.feed).units
    if not units or "unit" not in cells:
        return frame
    known = [(_is_unit(unit, "code" in cells), unit) for unit in sorted(units, key=lambda unit: unit.code is None)]
    means = pl.coalesce([*(pl.when(holds).then(pl.lit(unit.means)) for holds, unit in known), "unit"])
    factor = pl.coalesce(pl.when(holds).then(pl.lit(unit.factor or 1.0)) for holds, unit in known)
    return frame.with_columns(means.alias("unit"), factor.alias(UNIT_FACTOR))


def _cell(field: Field, said: Column, source: tuple[str, ...], profile: Profile) -> pl.Expr | None:
    """The translated cell; null where the file has no such column."""
    if said.constant is not None:
        # A record that could not be split has no cells, constant ones neither.
        return pl.when(pl.col("malformed").is_null()).then(pl.lit(said.constant))
    if not source:
        return None
    plain = pl.col(source[0])
    cell = clean_text(plain) if not said.join else pl.concat_str([clean_text(pl.col(n)) for n in source], separator=" ")
    steps = [*_steps(said), *([_with_point] if profile.decimal_comma and field.type in NUMERIC else [])]
    formats = said.formats or (profile.datetime_formats if field.type == "datetime" else profile.date_formats)
    if field.type in TIMES and (formats or said.time_of_day):
        steps.append(dates.reader(formats, profile.time_zone, said.time_of_day if field.type == "datetime" else None))
    if not steps and not said.join:
        return plain
    for step in steps:
        cell = step(cell)
    return pl.when(pl.col("malformed").is_null()).then(cell)


def _steps(said: Column) -> list["Step"]:
    """What a profile does to the text of a cell, in this order."""
    return [
        *([_without_missing(said)] if said.missing or said.sentinels else []),
        *([_mapped(said.values)] if said.values else []),
        *([_coded(said.codes)] if said.codes else []),
        *([_rewritten(said.rewrite)] if said.rewrite else []),
        *([_padded(said.digits)] if said.digits else []),
    ]


def _as_in_its_feed(key: pl.Expr, feed: pl.Expr, profile: Profile) -> pl.Expr:
    """The key of a deletion as the profile puts the numbers of the feed that it names."""
    for name in extract.FEEDS:
        steps = _steps(profile.column(name, extract.load(name).key[0]))
        if steps:
            translated = clean_text(key)
            for step in steps:
                translated = step(translated)
            names = [name, *(["observation"] if name == "lab_result" else [])]
            key = pl.when(clean_text(feed).is_in(names)).then(translated).otherwise(key)
    return key


def _is_local(cell: pl.Expr, said: Column) -> pl.Expr:
    targets = [target for _, target in site.code_list(said.codes)] if said.codes else []
    named = [*said.values.values(), *targets, *([said.constant] if said.constant else [])]
    if not (named or said.pattern):
        return pl.lit(False)
    text = clean_text(cell)
    described = text.str.contains(f"^(?:{said.pattern})$") if said.pattern else pl.lit(False)
    return text.is_in(named) | described


Step = dates.Step


def _without_missing(said: Column) -> Step:
    words = [_normal(word) for word in said.missing]
    number = (lambda cell: cell.cast(pl.Float64, strict=False).is_in(list(said.sentinels))) if said.sentinels else None

    def step(cell: pl.Expr) -> pl.Expr:
        stands_for_nothing = cell.is_in(words)
        if number is not None:
            stands_for_nothing = stands_for_nothing | number(cell).fill_null(False)
        return pl.when(~stands_for_nothing).then(cell)

    return step


def _mapped(values: dict[str, str]) -> Step:
    words = {_normal(source): target for source, target in values.items()}
    empty = words.pop("", None)

    def step(cell: pl.Expr) -> pl.Expr:
        known = cell.replace(list(words), list(words.values())) if words else cell
        return known if empty is None else known.fill_null(empty)

    return step


def _coded(name: str) -> Step:
    pairs = [(_normal(source), target) for source, target in site.code_list(name)]
    exact = {source: target for source, target in pairs if not any(sign in source for sign in "*?[")}
    patterns = [(source, target) for source, target in pairs if source not in exact]

    def target(code: str) -> str:
        found = exact.get(code)
        return found or next((t for pattern, t in patterns if fnmatchcase(code, pattern)), code)

    def look_up(codes: pl.Series) -> pl.Series:
        found = codes.drop_nulls().unique()
        return codes.replace(found, pl.Series([target(code) for code in found], dtype=pl.String))

    return lambda cell: cell.map_batches(look_up, return_dtype=pl.String)


def _rewritten(rules: dict[str, str]) -> Step:
    def step(cell: pl.Expr) -> pl.Expr:
        found = pl.coalesce(
            pl.when(cell.str.contains(pattern)).then(cell.str.replace(pattern, target))
            for pattern, target in rules.items()
        )
        return pl.coalesce(found, cell)

    return step


def _padded(digits: int) -> Step:
    return lambda cell: pl.when(cell.str.contains("^[0-9]+$")).then(cell.str.zfill(digits)).otherwise(cell)


def _with_point(cell: pl.Expr) -> pl.Expr:
    """Comma and point change places, so that a stray `1.5` is no number rather than another one."""
    swapped = cell.str.replace_many([",", "."], [".", ","])
    grouped = swapped.str.contains(r"^[^0-9]*[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?[^0-9,.]*$")
    return pl.when(grouped).then(swapped.str.replace_all(",", "", literal=True)).otherwise(swapped)


def _is_unit(unit: Unit, has_codes: bool) -> pl.Expr:
    printed = clean_text(pl.col("unit")).fill_null("").str.replace_all("[μµ]", "u")
    written = printed == _normal(unit.written).replace("μ", "u")
    return written & (clean_text(pl.col("code")) == unit.code if unit.code and has_codes else pl.lit(unit.code is None))


def _normal(text: str) -> str:
    return pl.select(clean_text(pl.lit(text)).fill_null("")).item()
