"""Names of files in messages: told only where they are those of a feed, because a sender may name a file after a
patient."""

import difflib
import re

from schemas import extract

KINDS = ("observation", "medication", "servicerequest", "diagnosticreport", "adverseevent", "allergyintolerance")
"""What files of FHIR resources are called besides the feeds."""


def told(name: str) -> str | None:
    """The name, if it is close to a feed's, plain ASCII and without a number of four digits or more; else none."""
    plain = name.lower()
    if not re.fullmatch("[a-z_0-9.-]+", plain) or re.search("[0-9]{4}", plain):
        return None
    stem = plain.partition(".")[0].strip("_-0123456789")
    words = (*extract.LANDED, *(feed.replace("_", "") for feed in extract.LANDED), *KINDS, "adt", "oru")
    return name if difflib.get_close_matches(stem, words, n=1, cutoff=0.8) else None
