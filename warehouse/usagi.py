"""Mappings of local codes that somebody reviewed in OHDSI Usagi, or wrote in a table like it."""

import csv
from pathlib import Path

import polars as pl

from warehouse.errors import DataError, UsageError

COLUMNS = ("sourceCode", "sourceName", "mappingStatus", "conceptId")
"""What a saved Usagi file must have; its other columns are not read."""
APPROVED = "APPROVED"


def read(file: Path, vocabulary_id: str) -> pl.DataFrame:
    """Approved mappings, one row a source code.

    A code that is mapped twice, a concept that is no number or a file without approved rows raises `DataError`, a
    file that isn't Usagi's `UsageError`.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
            rows = [] if missing else list(reader)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file.name} can't be read: {type(error).__name__}.") from None
    if missing:
        raise UsageError(f"{file.name} lacks {', '.join(missing)}: save the mapping in Usagi as CSV.")
    approved = [row for row in rows if row["mappingStatus"].strip().upper() == APPROVED]
    codes = [row["sourceCode"].strip() for row in approved]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise DataError(f"{file.name} maps {', '.join(twice)} more than once; keep one concept for each code.")
    if wrong := [row["sourceCode"] for row in approved if not row["conceptId"].strip().isdecimal()]:
        raise DataError(f"{file.name} has no concept id for {', '.join(wrong)}.")
    if not approved:
        raise DataError(f"{file.name} holds {len(rows)} mappings, none of them approved.")
    return pl.DataFrame(
        {
            "source_vocabulary_id": vocabulary_id,
            "source_code": codes,
            "source_code_description": [row["sourceName"].strip() or None for row in approved],
            "target_concept_id": [int(row["conceptId"]) for row in approved],
        },
        schema={
            "source_vocabulary_id": pl.String,
            "source_code": pl.String,
            "source_code_description": pl.String,
            "target_concept_id": pl.Int32,
        },
    )
