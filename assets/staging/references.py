"""What records say about other records: the patient, visit or order they name, and whether it was accepted."""

from collections.abc import Mapping
from functools import partial

import polars as pl

from assets.staging.distinct import once
from schemas import extract
from schemas.extract import Feed


class Keys:
    """The keys of a feed, sorted once by their hash: a join would build its own table anew for every block."""

    def __init__(self, keys: pl.DataFrame) -> None:
        """`keys` are unique rows of key columns, `accepted` and, if the record's key is known, `key`."""
        self.on = [name for name in keys.columns if name not in ("accepted", "key")]
        self.says = [name for name in keys.columns if name not in self.on]
        self.seed = 0
        self.hashes = keys.select(self.on).hash_rows(self.seed)
        while self.hashes.n_unique() < keys.height:
            self.seed += 1
            self.hashes = keys.select(self.on).hash_rows(self.seed)
        order = self.hashes.arg_sort()
        self.hashes, self.keys = self.hashes.gather(order), keys[order]

    def find(self, wanted: pl.DataFrame) -> pl.DataFrame:
        """What is said of each wanted key; null where there is no such key. Columns as in `on`."""
        if self.keys.is_empty():
            return self.keys.select(self.says).clear(wanted.height)
        places = self.hashes.search_sorted(wanted.hash_rows(self.seed)).clip(upper_bound=self.keys.height - 1)
        found = self.keys[places]
        same = pl.all_horizontal(pl.Series(wanted[name]) == found[name] for name in self.on)
        return found.select(pl.when(same).then(name).alias(name) for name in self.says)


def look_up(frame: pl.DataFrame, feed: Feed, known: Mapping[str, Keys]) -> pl.DataFrame:
    """Add `accepted:<column>` for each reference: null where this patient has no such record at all; and its key.

    A visit or an order that was refused is forgotten by the records that name it: one bad record must not take
    the others with it. Without its patient no record can stand.
    """
    for field in feed.columns:
        if not field.references:
            continue
        own_key, accepted = extract.load(field.references).key[0], f"accepted:{field.name}"
        on = [field.name if name == own_key else name for name in known[field.references].on]
        key = "person_key" if field.references == "patient" else f"{field.references}_key"
        frame = once(frame, on, partial(_find, known[field.references], {"accepted": accepted, "key": key}))
        if not field.required:
            stands = pl.col(accepted).fill_null(True)
            forgotten = [name for name in (field.name, key) if name in frame.columns]
            if not frame.select(stands.all()).item():
                frame = frame.with_columns(pl.when(stands).then(name).alias(name) for name in forgotten)
    return frame


def _find(known: Keys, names: dict[str, str], cells: pl.DataFrame) -> pl.DataFrame:
    return known.find(cells.rename(dict(zip(cells.columns, known.on, strict=True)))).rename(names, strict=False)
