"""The rules of a feed, from its extract contract: what makes a record go to quarantine.

A rule is named `<feed>.<column>.<kind>`, so that its id alone says what to look at.
"""

import functools
from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from assets.raw.fault import FAULTS
from assets.staging import check_digit
from assets.staging.codes import codes
from assets.staging.columns import LIMIT, LOCAL, NOT_OF_TYPE, TEXT, read_columns
from schemas.extract import Feed, Field

NOTHING = "null|na|n/a|#n/a|nan|none|nil|unknown|不明|なし"
"""What programs and people write where a number is missing."""
REFERS = frozenset({"survivor_is_known", "is_circular"})
"""What `links` says of a record by looking at others; `references` says `accepted:<column>`."""


class Rule(NamedTuple):
    """A condition under which a record is refused; one that can't be judged (null) refuses nothing."""

    id: str
    column: str | None
    reason: str
    broken: pl.Expr
    alone: bool = False
    """Whether the cell decides by itself, so that each distinct text is judged once."""
    refers: bool = False
    """Whether other records decide; those may change while the file does not."""


@functools.lru_cache(maxsize=64)
def rules(feed: Feed) -> tuple[Rule, ...]:
    """All rules of a feed in the order of its columns, rules over several columns last.

    They judge a frame that `columns`, `results`, `doses` and `references` have prepared.
    """
    found = []
    for field in read_columns(feed):
        own = {field.name, *(prefix + field.name for prefix in (TEXT, LOCAL))}
        for kind, reason, broken in _of_column(feed, field):
            inputs = set(broken.meta.root_names())
            rule = Rule(f"{feed.feed}.{field.name}.{kind}", field.name, reason, broken)
            found.append(rule._replace(alone=inputs <= own, refers=bool(inputs & REFERS or _accepted(field) in inputs)))
    for row in feed.rules:
        column = row.id.split(".")[1]
        found.append(Rule(row.id, column, row.reason, ~pl.sql_expr(row.check)))
    whole = pl.col("malformed").is_null()
    return (
        *(Rule(f"{feed.feed}.record.{kind}", None, reason, pl.col("fault") == kind) for kind, reason in FAULTS.items()),
        *(rule._replace(broken=rule.broken & whole) for rule in found),
    )


def _accepted(field: Field) -> str:
    return f"accepted:{field.name}"


def _of_column(feed: Feed, field: Field) -> Iterator[tuple[str, str, pl.Expr]]:
    text, value = pl.col(TEXT + field.name), pl.col(field.name)
    if field.required:
        yield "required", "The cell is empty.", text.is_null()
    if field.name in feed.key and field.type == "identifier":
        yield "number", "The cell is no number of a record: a word for nothing, or it holds a stray mark.", _stray(text)
    yield from _of_type(field)
    if field.values:
        reason = f"The cell is none of: {', '.join(field.values)}."
        yield "values", reason, ~value.is_in(field.values)
    if field.minimum is not None:
        yield "range", f"The value lies below {field.minimum:g}.", value < field.minimum
    if field.maximum is not None:
        yield "range", f"The value lies above {field.maximum:g}.", value > field.maximum
    yield from _of_meaning(feed, field)
    if field.type in ("date", "datetime", "partial_date"):
        lock = pl.col("delivered_on")
        if field.type == "partial_date":
            late = value > lock.dt.to_string("%Y-%m-%d").str.head(value.str.len_chars())
        else:
            late = value.cast(pl.Date) > lock
        yield "after_delivery", "The day lies after the day of delivery.", late
    if field.references:
        accepted = pl.col(_accepted(field))
        missing = ~accepted.fill_null(False) if field.required else accepted.is_null()
        reason = f"The {field.references.replace('_', ' ')} is not known, or belongs to another patient."
        yield "reference", reason, value.is_not_null() & missing


def _stray(text: pl.Expr) -> pl.Expr:
    """A quotation mark, a line break, another control character; what is written where a number is missing."""
    return text.str.contains(rf'[\x00-\x1f\x7f"]|^(?i:{NOTHING})$')


def _of_type(field: Field) -> Iterator[tuple[str, str, pl.Expr]]:
    """Whether a filled cell is what its type says; units have their own list."""
    text = pl.col(TEXT + field.name)
    if field.type == "result":
        yield "type", NOT_OF_TYPE["result"], pl.col("value_number").abs() >= LIMIT
    elif field.type in NOT_OF_TYPE:
        yield "type", NOT_OF_TYPE[field.type], text.is_not_null() & pl.col(field.name).is_null()
    if field.pattern:
        fits = text.str.contains(f"^(?:{field.pattern})$") | pl.col(LOCAL + field.name).fill_null(False)
        if field.code_list:
            fits = fits | text.is_in(codes(field.code_list)[f"{field.code_list}_code"].implode())
        yield (
            "pattern",
            "The cell is not written like a code of its kind, nor is it one the site's profile names.",
            ~fits,
        )
    if field.check_digit:
        wrong = check_digit.wrong(text, field.check_digit) & ~pl.col(LOCAL + field.name).fill_null(False)
        yield "check_digit", "The code's last digit does not follow from the others: it is mistyped or cut.", wrong


def _of_meaning(feed: Feed, field: Field) -> Iterator[tuple[str, str, pl.Expr]]:
    """Rules that need a code list: analyte limits, units, product strengths."""
    measured = any(c.type == "result" for c in feed.columns)
    if field.type == "result":
        outside = ~pl.col("value_number").is_between("accepted_min", "accepted_max")
        yield (
            "accepted_range",
            "The value, in canonical unit, lies outside the analyte's accepted limits.",
            outside,
        )
    if field.name == "surviving_patient_id":
        yield "known", "The surviving record number is not in the patient feed.", ~pl.col("survivor_is_known")
        yield "circle", "The links lead back to the record number that was given up.", pl.col("is_circular")
    if field.name == "unit" and measured:
        unknown = pl.all_horizontal(pl.col("analyte", "number").is_not_null()) & pl.col("factor").is_null()
        yield "unit", "The unit is missing or not one in which this analyte is measured.", unknown
    if field.name == "product_code" and any(c.name == "dose_unit" for c in feed.columns):
        uncounted = pl.col("dose_unit").is_in(["tablet", "capsule"]) & pl.col("strength_mg").is_null()
        yield (
            "product",
            "The dose is counted in tablets or capsules of a product whose strength is unknown.",
            uncounted,
        )
