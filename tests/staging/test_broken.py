"""Broken files and records, each with its exact verdict: a rule and its reason, or one error naming the file."""

import gzip
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from assets.raw import formats
from assets.raw.landing import Delivery, LandedFile
from assets.staging.rules import rules
from assets.staging.settle import stage
from assets.staging.translate import translate
from assets.staging.verdicts import explain
from schemas import extract, site
from schemas.profile import Profile
from tests.staging.broken import BROKEN, ERROR, GOOD, HEADER, ROW, Broken, zipped, zstd
from warehouse.errors import DataError


@pytest.mark.parametrize("broken", BROKEN, ids=[broken.name for broken in BROKEN])
def test_what_is_broken_is_refused_under_its_rule_with_its_message(broken: Broken, tmp_path: Path) -> None:
    profile = site.load(broken.site)
    if broken.rule != ERROR:
        assert refused(broken.content, broken.file, profile, tmp_path) == [(broken.rule, broken.message)]
        return
    with pytest.raises(DataError) as caught:
        refused(broken.content, broken.file, profile, tmp_path)
    assert str(caught.value).startswith(broken.file)
    assert broken.message in str(caught.value)
    assert "P1" not in str(caught.value)
    assert "2020" not in str(caught.value)


MENDED: list[tuple[str, bytes]] = [
    ("gzip", gzip.compress(GOOD.encode())),
    ("Zstandard", zstd(GOOD)),
    ("ZIP with one member", zipped(a=GOOD)),
    ("ZIP from a Macintosh", zipped(**{"a": GOOD, "__MACOSX/._a": "x"})),
    ("BOM", b"\xef\xbb\xbf" + GOOD.encode()),
    ("CRLF", GOOD.replace("\n", "\r\n").encode()),
    ("CR", GOOD.replace("\n", "\r").encode()),
    ("no newline at the end", GOOD.strip().encode()),
    ("quoted, spanning lines", f'{HEADER},note\n{ROW},"a\nb"\n'.encode()),
    ("capitals and full width", GOOD.replace("order_id,patient_id", "ＯＲＤＥＲ＿ＩＤ, Patient_ID ").encode()),
    ("columns in another order", b"target_unit,target_high,target_low,ordered_at,patient_id,order_id\n"
     b"ng/mL,15,10,2020-01-01T08:00,P1,1\n"),
    ("full-width digits and blanks", f"{HEADER}\n１,　P1 ,2020-01-01 08:00,１０,15.0,ng/mL\n".encode()),
    ("marks of no width", f"{HEADER}\n\ufeff1,P1\u200b,2020-01-01T08:00,10,15,\u2060ng/mL\0\n".encode()),
]  # fmt: skip


@pytest.mark.parametrize("content", [m[1] for m in MENDED], ids=[m[0] for m in MENDED])
def test_what_only_looks_broken_loads(content: bytes, tmp_path: Path) -> None:
    assert refused(content, "monitoring_order.csv", site.load("demo"), tmp_path) == []


def test_the_table_is_long_enough_and_names_each_case_once() -> None:
    kinds = Counter("".join(Path(broken.file).suffixes) for broken in BROKEN)
    assert len(BROKEN) >= 130
    assert kinds >= Counter({".csv": 80, ".ndjson": 25, ".hl7": 15, ".xlsx": 9, ".zip": 1, ".csv.zst": 1, ".hl7.gz": 1})
    assert len({broken.name for broken in BROKEN}) == len(BROKEN)


def refused(content: bytes, file: str, profile: Profile, folder: Path) -> list[tuple[str, str]]:
    """First broken rule and reason of each refused record of a delivered file; one patient, P1, is known."""
    (folder / file).touch()
    landed = Delivery(folder, profile, date(2020, 6, 30), synthetic=False).landed(folder / file)
    assert landed is not None
    return verdicts(content, landed, profile)


def verdicts(content: bytes, landed: LandedFile, profile: Profile) -> list[tuple[str, str]]:
    """The same of a file that is already known for what it is."""
    patient = {"pseudonym_site": profile.site, "patient_id": "P1", "accepted": True}
    known = {"patient": pl.DataFrame(patient), "encounter": pl.DataFrame({**patient, "encounter_id": "E1"})}
    found = []
    for feed, frame in formats.read(content, landed.path.name, landed, profile).items():
        contract = extract.load(feed)
        named = dict.fromkeys(("site", "pseudonym_site", "delivery"), pl.lit(profile.site))
        judged = translate(frame.lazy(), contract, profile).collect()
        judged = judged.with_columns(**named, delivered_on=date(2020, 6, 30), file_id=pl.lit(1, pl.Int64))
        parts = stage(judged, contract, known)
        assert frame.height == sum(part.height for part in parts)
        found += explain(parts.quarantined, contract, rules(contract)).select("rule", "reason").iter_rows()
    return found
