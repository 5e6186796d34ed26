"""Whatever bytes stand in a feed file of any format: its records balance, or one error names it; nothing quotes it."""

import gzip
import json
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from assets.raw.landing import LandedFile
from schemas import site
from tests.raw.test_workbook import NAMES, workbook
from tests.staging.broken import MSH, OBR, OBSERVED, OBX, RESOURCE, zipped, zstd
from tests.staging.test_broken import verdicts
from warehouse.errors import DataError

CANARY = "CANARY77"
TABLE = f"patient_id,name,sex,birth_date,death_date\n{CANARY},{CANARY},male,1970-01-01,\nP1,x,{CANARY},1970-01-01,\n"
RESOURCES = [RESOURCE | {"id": CANARY, "name": [{"text": CANARY}]}, OBSERVED | {"subject": {"reference": CANARY}}]
NDJSON = "\n".join(map(json.dumps, RESOURCES))
BUNDLE = {"resourceType": "Bundle", "entry": [{"resource": resource} for resource in RESOURCES]}
HL7 = "\r".join([MSH, f"PID|1||{CANARY}||{CANARY}^X", OBR, OBX, MSH.replace("ORU^R01", "ADT^A08"), f"PID|1||{CANARY}"])
VALID = {
    "patient.csv": ("demo", TABLE.encode()),
    "患者基本.csv": ("jp", f"患者番号,氏名,性別,生年月日,死亡日\n1,{CANARY},男,H1.4.3,\n".encode("cp932")),
    "patient.csv.gz": ("demo", gzip.compress(TABLE.encode())),
    "patient.csv.zst": ("demo", zstd(TABLE)),
    "patient.zip": ("demo", zipped(a=TABLE)),
    "patient.xlsx": ("demo", workbook(NAMES, [CANARY, CANARY, CANARY, 22374])),
    "all.ndjson": ("fhir", NDJSON.encode()),
    "bundle.ndjson": ("fhir", json.dumps(BUNDLE, indent=1).encode()),
    "all.ndjson.gz": ("fhir", gzip.compress(NDJSON.encode())),
    "oru.hl7": ("hl7", HL7.encode()),
}
"""A file of each kind, its site and its bytes."""
DAMAGE = st.tuples(st.integers(0, 2000), st.integers(0, 40), st.binary(max_size=30))
"""Where, how many bytes are lost, and what stands there instead."""


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(VALID)), st.lists(DAMAGE, max_size=3), st.booleans())
def test_damage_anywhere_balances_or_names_the_file(name: str, damages: list, is_new: bool) -> None:
    site_name, content = VALID[name]
    for at, lost, instead in damages:
        at %= len(content) + 1
        content = instead if is_new else content[:at] + instead + content[at + lost :]
    try:
        told = str(verdicts(content, kind(name), site.load(site_name)))
    except DataError as error:
        assert str(error).startswith(name)
        told = str(error)
    assert CANARY not in told
    assert not re.search("Traceback|Error\\(", told)


def kind(name: str) -> LandedFile:
    """What the file of a name is taken for."""
    if ".ndjson" in name:
        return LandedFile(Path(name), None, "fhir")
    return LandedFile(Path(name), None, "hl7") if ".hl7" in name else LandedFile(Path(name), "patient")


def test_every_kind_of_file_is_read_before_it_is_damaged() -> None:
    for name, (site_name, content) in VALID.items():
        verdicts(content, kind(name), site.load(site_name))
