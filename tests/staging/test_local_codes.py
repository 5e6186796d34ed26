"""Codes that the contract does not know pass where the site's profile names or describes them, and only there."""

import polars as pl
import pytest

from assets.staging.rules import rules
from assets.staging.settle import stage
from assets.staging.translate import translate
from assets.staging.verdicts import RULES
from schemas import extract, site

FEED = extract.load("medication_request")
HEAD = 'site = "x"\nname = "X"\ntime_zone = "Asia/Tokyo"\nmax_quarantine_share = 0.1\n'
CODES = ["3999014M1022", "DEMO-PSL1", "311", "H-12", "YAMADA", "H-12-YAMADA"]


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ("", ["311", "H-12", "YAMADA", "H-12-YAMADA"]),
        ("pattern = '[0-9]{3}|H-[0-9]{2}'", ["YAMADA", "H-12-YAMADA"]),
        ("values = {'PSL' = 'H-12'}", ["311", "YAMADA", "H-12-YAMADA"]),
        ("rewrite = {'^H-[0-9]+$' = '3999014M1022'}", ["311", "YAMADA", "H-12-YAMADA"]),
    ],
    ids=["nothing said", "pattern", "values", "rewrite"],
)
def test_a_profile_may_name_the_hospitals_own_codes(said: str, refused: list[str]) -> None:
    profile = site.parse("x", f"{HEAD}[feeds.medication_request.columns]\nproduct_code = {{{said}}}\n")
    raw = pl.LazyFrame({"product_code": CODES, "record": range(1, 7), "line": range(2, 8)}).with_columns(
        pl.lit(None, pl.String).alias(name) for name in ("malformed", "fault")
    )
    verdicts = judged(translate(raw, FEED, profile).collect())
    assert [CODES[record - 1] for record in verdicts] == refused


def judged(frame: pl.DataFrame) -> list[int]:
    """Records whose product code is refused; the other columns are empty."""
    number = [rule.id for rule in rules(FEED)].index("medication_request.product_code.pattern")
    known = {
        feed: pl.DataFrame(schema={"pseudonym_site": pl.String, "patient_id": pl.String, key: pl.String,
                                   "accepted": pl.Boolean})
        for feed, key in (("patient", "patient_id"), ("encounter", "encounter_id"))
    }  # fmt: skip
    where = {"site": "x", "pseudonym_site": "x", "delivery": "x|2020-06-30"}
    prepared = frame.with_columns(
        **{name: pl.lit(value) for name, value in where.items()},
        delivered_on=pl.date(2020, 6, 30),
        file_id=pl.lit(1, pl.Int64),
    )
    quarantined = stage(prepared, FEED, known).quarantined
    return quarantined.filter(pl.col(RULES).list.contains(number)).get_column("record").to_list()


def test_a_pattern_that_looks_around_is_refused() -> None:
    with pytest.raises(site.ProfileError, match="looks around"):
        site.parse("x", f"{HEAD}[feeds.procedure.columns]\ncode = {{pattern = '(?i)k[0-9]+'}}\n")
