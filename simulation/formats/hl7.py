"""HL7 v2.5: patients as ADT, laboratory results as ORU, in the Japanese character set; the rest as tables."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import IO

from schemas import extract
from simulation.formats.tables import Row, Tables

MESSAGES = {"patient_link": "ADT", "patient": "ADT", "lab_result": "ORU"}
SEX = {"male": "M", "female": "F", "other": "O", "unknown": "U"}
STATUS = {"final": "F", "corrected": "C", "cancelled": "X"}
ESCAPES = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\"})


class Messages(Tables):
    """Writes `<folder>/ADT.hl7` and `<folder>/ORU.hl7`, many messages each, and `<feed>.csv` for the others."""

    site = "hl7"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._count = 0
        self._streams: dict[str, IO[str]] = {
            kind: self._files.enter_context(
                (folder / f"{kind}.hl7").open("w", encoding="iso2022_jp", errors="replace", newline="")
            )
            for kind in dict.fromkeys(MESSAGES.values())
        }

    def feeds(self) -> tuple[str, ...]:
        return tuple(feed for feed in extract.FEEDS if feed not in MESSAGES)

    def write(self, feed: str, rows: Iterable[Row]) -> None:
        if feed not in MESSAGES:
            return super().write(feed, rows)
        bodies = MESSAGE_BODIES[feed](rows)
        for event, sent, body in bodies:
            self._count += 1
            header = segment(
                "MSH", "^~\\&", "HIS", "MUCOSA", "", "", sent, "", event, str(self._count), "P", "2.5",
                "", "", "", "", "JPN", "~ISO IR87",
            )  # fmt: skip
            self._streams[MESSAGES[feed]].write("".join(f"{line}\r" for line in (header, *body)))
        return None


def segment(name: str, *fields: object) -> str:
    """One segment; fields that are not there stay empty, those after the last filled one are left out."""
    return "|".join([name, *("" if field is None else str(field) for field in fields)]).rstrip("|")


def escape(text: object) -> str:
    return "" if text is None else str(text).translate(ESCAPES)


def stamp(value: object) -> str:
    """A day or a local time in HL7's digits."""
    return re.sub(r"[^0-9]", "", str(value)) if value else ""


def _patients(rows: Iterable[Row]) -> Iterator[tuple[str, str, list[str]]]:
    registered: set[object] = set()
    for row in rows:
        event = "A08" if row["patient_id"] in registered else "A04"
        registered.add(row["patient_id"])
        family, _, given = str(row.get("name") or "").partition("　")
        family_kana, _, given_kana = str(row.get("name_kana") or "").partition("　")
        names = f"{escape(family)}^{escape(given)}^^^^^L^I~{escape(family_kana)}^{escape(given_kana)}^^^^^L^P"
        died = stamp(row.get("death_date"))
        pid = segment(
            "PID", 1, "", f"{row['patient_id']}^^^HIS^MR", "", names, "", stamp(row["birth_date"]),
            SEX[str(row["sex"])], "", "", f"{escape(row.get('address'))}^^^^^JPN", *[""] * 17,
            died, "Y" if died else "N",
        )  # fmt: skip
        yield f"ADT^{event}^ADT_A01", "20260630000000", [segment("EVN", event, "20260630000000"), pid]


def _links(rows: Iterable[Row]) -> Iterator[tuple[str, str, list[str]]]:
    for row in rows:
        pid = segment("PID", 1, "", f"{row['surviving_patient_id']}^^^HIS^MR")
        merged = segment("MRG", f"{row['patient_id']}^^^HIS^MR")
        decided = stamp(row["linked_on"])
        yield "ADT^A40^ADT_A39", decided, [segment("EVN", "A40", decided), pid, merged]


def _results(rows: Iterable[Row]) -> Iterator[tuple[str, str, list[str]]]:
    """A message a specimen: what was drawn and reported together stands under one order."""
    together = groupby(rows, lambda r: (r["patient_id"], r.get("encounter_id"), r["collected_at"], r["reported_at"]))
    for (patient, visit, drawn, reported), specimen in together:
        found = list(specimen)
        order = segment(
            "OBR", 1, "", f"S{found[0]['result_id']}", "LAB^検体検査^99LAB", "", "", stamp(drawn), *[""] * 14,
            stamp(reported), "", "LAB", "F",
        )  # fmt: skip
        body = [segment("PID", 1, "", f"{patient}^^^HIS^MR"), segment("PV1", 1, "U", *[""] * 16, visit), order]
        body += [_result(place, row) for place, row in enumerate(found, start=1)]
        yield "ORU^R01^ORU_R01", stamp(reported), body


def _result(place: int, row: Row) -> str:
    kind, value = _typed("" if row.get("value") is None else str(row["value"]))
    ends = [row.get(f"reference_{end}") for end in ("low", "high")]
    normal = "-".join(str(end) for end in ends) if None not in ends and "" not in ends else ""
    return segment(
        "OBX", place, kind, f"{row['code']}^{escape(row.get('name'))}^LN", "", value,
        escape(row.get("unit")), normal, "", "", "", STATUS[str(row["status"])], "", "", stamp(row["collected_at"]),
        "", "", row.get("method") and f"{row['method']}^^99LAB", "", "", "", row["result_id"],
    )  # fmt: skip


def _typed(text: str) -> tuple[str, str]:
    """OBX-2 and OBX-5: a plain number, a comparator and a number, or text just as it was printed."""
    plain = unicodedata.normalize("NFKC", text).strip() == text
    if plain and re.fullmatch(r"[0-9.]+", text):
        return "NM", text
    if plain and (sign := re.match(r"[<>]=?(?=[0-9])", text)):
        return "SN", f"{sign[0]}^{text[sign.end() :]}"
    return "ST", escape(text)


MESSAGE_BODIES: dict[str, Callable[[Iterable[Row]], Iterator[tuple[str, str, list[str]]]]] = {
    "patient_link": _links,
    "patient": _patients,
    "lab_result": _results,
}
