"""Measured values as laboratories print them: comparator, number, unit, or the words that stand instead.

Signs, words and units are code lists (`comparator.csv`, `result_word.csv`, `unit.csv`), after the tables that
Japan's National Hospital Organization publishes for its SS-MIX2 exports.
"""

from functools import partial

import polars as pl

from assets.staging.codes import codes
from assets.staging.columns import TEXT, UNIT_FACTOR, clean_text
from assets.staging.distinct import Known, once
from schemas.extract import Feed

INPUTS = ("code", "value", "unit", "status", "method", UNIT_FACTOR)
"""What a result is read from: each distinct combination once."""
NUMBER = r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"


def read_results(frame: pl.DataFrame, feed: Feed, known: Known | None = None) -> pl.DataFrame:
    """Add analyte, value_operator, value_number (canonical unit), unit, sources and value_absent_reason.

    Expects typed codes, `value` as delivered. Also adds `factor` (to the canonical unit, null for
    an unlisted one) and the analyte's accepted limits. A result of an unknown code has no analyte, no unit and
    no number: what such a number says, a day of birth perhaps, nobody knows, so it stops at raw.
    """
    return once(frame, [name for name in INPUTS if name in frame.columns], partial(_read, feed=feed.feed), known)


def _read(cells: pl.DataFrame, feed: str) -> pl.DataFrame:
    frame = cells.with_columns(pl.col(name).alias(TEXT + name) for name in cells.columns if name != "value")
    frame = frame.with_columns(clean_text(pl.col("value")).alias(TEXT + "value"))
    frame = _without_unknown(parse(frame).join(_analytes(feed), on="code", how="left", maintain_order="left"))
    spelling = pl.col(TEXT + "unit").str.replace_all("[μµ]", "u")
    frame = frame.with_columns(spelling=spelling).join(
        _units(), on=["analyte", "spelling"], how="left", maintain_order="left"
    )
    if UNIT_FACTOR in frame.columns:
        frame = frame.with_columns(factor=pl.col("factor") * pl.col(UNIT_FACTOR).fill_null(1.0))
    lower = pl.col(TEXT + "value").str.to_lowercase()
    listed = codes("unit")["unit_as_written"].unique().to_list()
    return frame.select(
        "analyte",
        "value_operator",
        "number",
        "value_absent_reason",
        "factor",
        "accepted_min",
        "accepted_max",
        value_number=pl.col("number") * pl.col("factor"),
        unit="canonical_unit",
        # Text that is no value, listed word or listed unit may be anything, a name included: it stops here.
        value_source=pl.when(pl.col("number").is_not_null())
        .then(pl.col("value").str.strip_chars())
        .when(pl.col("analyte").is_not_null() & lower.is_in(codes("result_word")["word"].implode()))
        .then(TEXT + "value"),
        unit_source=pl.when(pl.col("spelling").is_in(listed)).then(pl.col(TEXT + "unit")),
        **_assay(frame),
    )


def _assay(frame: pl.DataFrame) -> dict[str, pl.Expr]:
    """The assay where the code list has it; another may be a machine or a name, and stops here."""
    if TEXT + "method" not in frame.columns:
        return {}
    printed = pl.col(TEXT + "method")
    listed = printed.is_in(codes("assay")["assay"].implode())
    return {
        "assay": pl.when(listed).then(printed),
        "assay_absent_reason": pl.when(~listed).then(pl.lit("not_listed")),
    }


def parse(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `value_operator`, `number` and `value_absent_reason`; a cancelled result has no number.

    A sign behind the number is reversed: `0.04>` says below 0.04. A letter is a sign only when it touches the
    number, because laboratories also print flags (`3.2 L` is 3.2, low).
    """
    text = pl.col(TEXT + "value")
    # Signs may be spaced (`< = 5`), letters may not.
    squeezed = (
        text.str.replace(r"\s+[HL]$", "")
        .str.replace_all(r"([<>=≦≧≤≥〈〉↓↑])\s+", "$1")
        .str.replace_all(r"\s+([<>=≦≧≤≥〈〉↓↑])", "$1")
    )
    parts = squeezed.str.extract_groups(rf"^(?<prefix>[^0-9]*?)(?<digits>{NUMBER})(?:\s*(?<suffix>[^0-9\s.].*))?$")
    frame = frame.with_columns(parts.alias("parts")).unnest("parts")
    # The regex gives an empty prefix where there is none, and null where the cell is no value at all.
    plain = (pl.col("prefix") == "") & pl.col("suffix").is_null()
    before = _operator("prefix")
    after = pl.when(pl.col("prefix") == "").then(_operator("suffix"))
    operator = pl.coalesce(pl.when(pl.col("suffix").is_null()).then(before), after)
    words = codes("result_word")
    word = text.str.to_lowercase().replace_strict(words["word"], words["value_absent_reason"], default="not_a_number")
    cancelled = (pl.col(TEXT + "status") == "cancelled") if TEXT + "status" in frame.columns else pl.lit(False)
    is_value = (plain | operator.is_not_null()) & ~cancelled.fill_null(False)
    return frame.with_columns(
        value_operator=pl.when(is_value).then(operator),
        number=pl.when(is_value).then(pl.col("digits").cast(pl.Float64, strict=False)),
        value_absent_reason=pl.when(cancelled)
        .then(pl.lit("cancelled"))
        .when(text.is_null())
        .then(pl.lit("missing"))
        .when(~is_value.fill_null(False))
        .then(word),
    )


def _without_unknown(frame: pl.DataFrame) -> pl.DataFrame:
    known = pl.col("analyte").is_not_null()
    reason = pl.col("value_absent_reason")
    return frame.with_columns(
        number=pl.when(known).then("number"),
        value_operator=pl.when(known).then("value_operator"),
        value_absent_reason=pl.when(known | reason.is_not_null()).then(reason).otherwise(pl.lit("unknown_analyte")),
    )


def _operator(position: str) -> pl.Expr:
    signs = codes("comparator").filter(pl.col("position") == position)
    return pl.col(position).replace_strict(signs["sign"], signs["operator"], default=None)


def _analytes(feed: str) -> pl.DataFrame:
    return (
        codes("analyte")
        .filter(pl.col("feed") == feed)
        .select(
            code="loinc",
            analyte="analyte",
            canonical_unit="unit",
            accepted_min=pl.col("accepted_min").cast(pl.Float64),
            accepted_max=pl.col("accepted_max").cast(pl.Float64),
        )
    )


def _units() -> pl.DataFrame:
    return codes("unit").select("analyte", spelling="unit_as_written", factor=pl.col("factor").cast(pl.Float64))
