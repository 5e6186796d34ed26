"""What records say about other records: the patient, visit or order they name, and whether it was accepted."""

from collections.abc import Mapping
from functools import partial

import polars as pl

from assets.staging.distinct import once
from schemas import extract
from schemas.extract import Feed


class Keys:
    """The keys of a feed as numbers, sorted once: a join would build its own table anew for every block.

    A key of several texts is two numbers of 64 bits. By the first it is found; both tell it from any other.
    """

    def __init__(self, numbered: pl.DataFrame) -> None:
        """`numbered` holds rows as `numbers` gives them; of equal ones that are accepted and not, the former counts."""
        self.keys = numbered.sort("hash", "check", "accepted", descending=[False, False, True])
        again = self.keys.select(pl.all_horizontal(pl.col("hash", "check") == pl.col("hash", "check").shift()))
        self.keys = self.keys.filter(~again.to_series().fill_null(False))
        self.says = [name for name in numbered.columns if name not in ("hash", "check")]

    def find(self, wanted: pl.DataFrame) -> pl.DataFrame:
        """What is said of each wanted key; null where there is no such key. Columns in the order of `numbers`."""
        if self.keys.is_empty():
            return self.keys.select(self.says).clear(wanted.height)
        asked, last = numbers(wanted), self.keys.height - 1
        places = self.keys["hash"].search_sorted(asked["hash"]).clip(upper_bound=last)
        found = self.keys[places]
        while (further := _is_further(asked, found) & (places < last)).any():
            places = places + further.cast(places.dtype)
            found = self.keys[places]
        same = (asked["hash"] == found["hash"]) & (asked["check"] == found["check"])
        return found.select(pl.when(same).then(name).alias(name) for name in self.says)


def _is_further(asked: pl.DataFrame, found: pl.DataFrame) -> pl.Series:
    """Whether another key has the same first number, and the one that is asked for stands behind it."""
    return (asked["hash"] == found["hash"]) & (asked["check"] > found["check"])


def numbers(keys: pl.DataFrame) -> pl.DataFrame:
    """Two numbers, `hash` and `check`, in the place of the texts of a key; `accepted` and `key` stay."""
    said = [name for name in ("accepted", "key") if name in keys.columns]
    texts = keys.drop(said)
    return keys.select(texts.hash_rows(0).alias("hash"), texts.hash_rows(1).alias("check"), *said)


def key_columns(feed: Feed) -> list[str]:
    """What names a record of a feed to others: its site, patient and number."""
    return list(dict.fromkeys(("pseudonym_site", "patient_id", *feed.key)))


def look_up(frame: pl.DataFrame, feed: Feed, known: Mapping[str, Keys]) -> pl.DataFrame:
    """Add `accepted:<column>` for each reference: null where this patient has no such record at all; and its key.

    A visit or an order that was refused is forgotten by the records that name it: one bad record must not take
    the others with it. Without its patient no record can stand.
    """
    for field in feed.columns:
        if not field.references:
            continue
        named, accepted = extract.load(field.references), f"accepted:{field.name}"
        on = [field.name if name == named.key[0] else name for name in key_columns(named)]
        key = "person_key" if field.references == "patient" else f"{field.references}_key"
        frame = once(frame, on, partial(_find, known[field.references], {"accepted": accepted, "key": key}))
        if not field.required:
            stands = pl.col(accepted).fill_null(True)
            forgotten = [name for name in (field.name, key) if name in frame.columns]
            if not frame.select(stands.all()).item():
                frame = frame.with_columns(pl.when(stands).then(name).alias(name) for name in forgotten)
    return frame


def _find(known: Keys, names: dict[str, str], cells: pl.DataFrame) -> pl.DataFrame:
    return known.find(cells).rename(names, strict=False)
