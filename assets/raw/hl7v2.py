"""HL7 v2 messages: a PID of ADT is a patient, an MRG a number given up, an OBX of ORU or OUL a laboratory result."""

import re
from collections.abc import Iterable, Iterator

import polars as pl

from assets.raw.frame import BLOCK, Cells, Frames, concat
from assets.raw.hl7_message import Segment, iso_time, messages
from assets.raw.text import Chunks
from schemas.profile import Profile
from warehouse.errors import DataError

SUFFIX = ".hl7"

PATIENT_EVENTS = ("A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A10", "A13", "A28", "A31")
"""ADT events that say who a patient is; deletions say something else."""
MERGE_EVENTS = ("A18", "A34", "A40")
"""ADT events that merge the patient of MRG into that of PID."""
SEX = {"F": "female", "M": "male", "O": "other", "A": "other", "U": "unknown"}
"""HL7 table 0001."""
STATUS = {"F": "final", "C": "corrected", "X": "cancelled", "D": "cancelled", "W": "cancelled"}
"""HL7 table 0085; preliminary results are none yet and are refused by their status."""
RESULTS = ("ORU", "OUL")
"""Messages of results: by order, and by specimen as laboratories in Japan send them (OUL^R22, SS-MIX2)."""
ENVELOPE = ("FHS", "BHS", "BTS", "FTS")
"""Segments around the messages of a batch; they may have delimiters of their own."""
RANGE = re.compile(r"\s*(-?[0-9.]+)\s*[-~]\s*([0-9.]+)\s*")

Record = tuple[str | None, int, Cells, str, str]
"""Feed, line, cells, fault and text."""


class _Reader:
    """Walks through the segments of a file; PID, PV1 and OBR are what the OBX after them belongs to."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self._kind = self._event = ""
        self._header: Segment | None = None
        self._happened: Segment | None = None
        self._pid: Segment | None = None
        self._visit: Segment | None = None
        self._request: Segment | None = None
        self._specimen: Segment | None = None
        self._noted: Cells | None = None  # the result that a note belongs to

    def take(self, segment: Segment) -> None:
        """Note what later segments hang on, and make a record of those that are one."""
        match segment.name:
            case "MSH":
                self._header = segment
                self._happened = self._pid = self._visit = self._request = self._specimen = self._noted = None
                self._kind, self._event = segment.component(9) or "", segment.component(9, 2) or ""
                if not self._wanted():
                    self._refuse(segment, "message")
            case "EVN":
                self._happened = segment
            case "PID":
                self._pid, self._visit, self._request, self._specimen = segment, None, None, None
            case "PV1":
                self._visit = segment
            case "OBR":
                self._request, self._noted = segment, None
            case "SPM" if self._kind == "OUL":  # in ORU it stands behind its results
                self._specimen = segment
            case "":
                self._refuse(segment, "segment")
        if record := self._record(segment):
            feed, cells = record
            self.records.append((feed, segment.line, cells, "", segment.text))

    def _record(self, segment: Segment) -> tuple[str, Cells] | None:
        match self._kind, segment.name:
            case "ADT", "PID" if self._event in PATIENT_EVENTS:
                return "patient", _patient(segment)
            case "ADT", "MRG" if self._event in MERGE_EVENTS:
                return "patient_link", self._link(segment)
            case kind, "OBX" if kind in RESULTS:
                self._noted = self._result(segment)
                return "lab_result", self._noted
            case kind, "NTE" if kind in RESULTS and (cells := self._noted) is not None:
                remarks = (cells.get("comment"), segment.component(3))
                cells["comment"] = " ".join(remark for remark in remarks if remark) or None
        return None

    def _wanted(self) -> bool:
        return self._kind in RESULTS or (self._kind == "ADT" and self._event in PATIENT_EVENTS + MERGE_EVENTS)

    def _refuse(self, segment: Segment, fault: str) -> None:
        feed = {"ADT": "patient", **dict.fromkeys(RESULTS, "lab_result")}.get(self._kind)
        self.records.append((feed, segment.line, {}, fault, segment.text))

    def _link(self, mrg: Segment) -> Cells:
        return {
            "patient_id": _record_number(mrg, 1),
            "surviving_patient_id": _record_number(self._pid, 3) if self._pid else None,
            "linked_on": iso_time(self._happened.component(6) or self._happened.component(2))
            if self._happened
            else None,
        }

    def _result(self, obx: Segment) -> Cells:
        request, header = self._request, self._header
        low, high = _range(obx.component(7))
        reported = (request and request.component(22)) or (header and header.component(7))
        code, name = _coded(obx, 3)
        drawn = (self._specimen and self._specimen.component(17)) or (request and request.component(7))
        return {
            "result_id": obx.component(21) or self._number(obx, code),
            "patient_id": _record_number(self._pid, 3) if self._pid else None,
            "encounter_id": self._visit.component(19) if self._visit else None,
            "code": code,
            "name": name,
            "collected_at": iso_time(obx.component(14) or drawn),
            "reported_at": iso_time(reported),
            "value": _value(obx),
            "unit": obx.component(6),
            "status": STATUS.get(obx.field(11), obx.field(11) or None),
            "reference_low": low,
            "reference_high": high,
            "method": next(filter(None, _coded(obx, 17)), None),
        }

    def _number(self, obx: Segment, code: str | None) -> str | None:
        """Before v2.6 a result has no number of its own: that of the order, the analyte and the sub-id make one."""
        order = self._request and (self._request.component(3) or self._request.component(2))
        return ".".join(part for part in (order, code, obx.component(4)) if part) if order and code else None


def read(content: bytes, file: str, profile: Profile) -> dict[str, pl.DataFrame]:
    """Patients and laboratory results of a file that is held in memory, as `blocks` gives them."""
    return concat(blocks(lambda: iter([content]), file, profile))


def blocks(chunks: Chunks, file: str, profile: Profile, size: int = BLOCK) -> Iterator[tuple[str, pl.DataFrame]]:
    """Patients and laboratory results of a file, about `size` at a time, every cell text; `file` names it in errors
    (`DataError`).

    A record is one PID or OBX segment; a line that is no segment, or a message that no feed takes, is a faulty
    record. Instants with an offset become local time.
    """
    reader, home, record = _Reader(), None, 1
    for message in messages(chunks(), profile.encoding):
        if home and len(reader.records) >= size:
            yield from _frames(reader.records, record, home, profile)
            record += len(reader.records)
            reader.records.clear()
        before = len(reader.records)
        for segment in message:
            if not segment.text.startswith(ENVELOPE):
                reader.take(segment)
        home = home or next((feed for feed, *_ in reader.records[before:] if feed), None)
    if home is None:
        raise DataError(
            f"{file} holds no ADT, ORU or OUL message of HL7 v2. Check that its messages start with MSH at the"
            " beginning of a line, or take it out of the delivery."
        )
    yield from _frames(reader.records, record, home, profile)


def _frames(records: list[Record], first: int, home: str, profile: Profile) -> Iterable[tuple[str, pl.DataFrame]]:
    frames = Frames(profile.time_zone)
    for record, (feed, line, cells, fault, text) in enumerate(records, start=first):
        if fault:
            frames.refuse(feed or home, record, line, fault, text)
        else:
            frames.add(feed or home, record, line, cells)
    return frames.finish().items()


def _patient(pid: Segment) -> Cells:
    names = pid.repetitions(5)
    phonetic = [n for n in names if n[7:8] == ["P"]]
    written = [n for n in names if n not in phonetic]
    sex = pid.component(8)
    return {
        "patient_id": _record_number(pid, 3),
        "name": _name(written),
        "name_kana": _name(phonetic),
        "address": " ".join(part for part in pid.repetitions(11)[0] if part) or None,
        "sex": SEX.get(sex or "", sex),
        "birth_date": iso_time(pid.component(7)),
        "death_date": iso_time(pid.component(29)),
    }


def _record_number(segment: Segment, field: int) -> str | None:
    """The hospital's own number among several: of type MR or PI if one says so, else the first."""
    numbers = segment.repetitions(field)
    own = next((n for n in numbers if n[4:5] in (["MR"], ["PI"])), numbers[0])
    return own[0] or None


def _name(names: list[list[str]]) -> str | None:
    return " ".join(part for part in names[0][:2] if part) or None if names else None


def _coded(segment: Segment, number: int) -> tuple[str | None, str | None]:
    """Code and name of a coded field: LOINC wherever it stands, else the first."""
    parts = [*segment.repetitions(number)[0], "", "", "", "", "", ""]
    alternate = parts[5] == "LN" and parts[2] != "LN"
    code, name = (parts[3], parts[4]) if alternate else (parts[0], parts[1])
    return code or None, name or None


def _value(obx: Segment) -> str | None:
    """OBX-5 in one line; a structured number keeps its comparator, a coded value its words."""
    values = []
    for parts in obx.repetitions(5):
        match obx.field(2):
            case "SN":
                values.append("".join(parts))
            case "CE" | "CWE" | "CNE":
                values.append(" ".join(part for part in parts[1:2] if part) or parts[0])
            case _:
                values.append(obx.marks[1].join(parts))
    return obx.marks[2].join(values) or None


def _range(text: str | None) -> tuple[str | None, str | None]:
    found = RANGE.fullmatch(text or "")
    return (found[1], found[2]) if found else (None, None)
